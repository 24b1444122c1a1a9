//! The terminal that a command inside the sandbox shares with this process.

use std::io;

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

/// This process group's place in the foreground of its terminal. Dropping it takes the place back: a shell
/// that was killed left it to its own group, and who reads the terminal from elsewhere is stopped.
#[derive(Debug)]
pub(super) struct Foreground(Pid);

impl Foreground {
    /// Our place; `None` where standard input is no terminal, or another group is in its foreground.
    pub(super) fn ours() -> Option<Foreground> {
        let group = tcgetpgrp(io::stdin()).ok()?;
        (group == getpgrp()).then_some(Foreground(group))
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        // Whoever is in the background is stopped for such a request, unless it blocks the signal.
        let mut stop = SigSet::empty();
        stop.add(Signal::SIGTTOU);
        let Ok(before) = stop.thread_swap_mask(SigmaskHow::SIG_BLOCK) else {
            return;
        };
        let _ = tcsetpgrp(io::stdin(), self.0);
        let _ = before.thread_set_mask();
    }
}
