//! The commands inside the sandbox, as the helper starts and attends to them.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Pid, setpgid};

use super::channel::{Channel, Message};

/// A command that runs, and the channel on which its starter hears of it.
pub(super) struct Attended {
    child: Child,
    pub(super) channel: Channel,
}

/// Starts the command and tells its starter how that went.
pub(super) fn start(request: Message) -> Option<Attended> {
    let group = request.number(1).map(Pid::from_raw);
    let mut descriptors = request.descriptors.into_iter();
    let channel = Channel::from(descriptors.next()?);
    let mut words = request.words.into_iter().skip(2);
    let mut command = Command::new(words.next()?);
    command.args(words).stdout(descriptors.next()?).stderr(descriptors.next()?);
    command.stdin(descriptors.next().map_or(Stdio::null(), Stdio::from));
    match spawn(command, group) {
        Ok(child) => {
            // A starter that no longer listens will close its channel, and that is obeyed.
            let _ = channel.send(&["started", &child.id().to_string()], &[]);
            Some(Attended { child, channel })
        }
        Err(error) => {
            let errno = error.raw_os_error().unwrap_or_default();
            let _ = channel.send(&["failed", &errno.to_string()], &[]);
            None
        }
    }
}

/// Starts a child that dies with this process and takes signals as if started from a shell, in the
/// starter's process group if that is told.
fn spawn(mut command: Command, group: Option<Pid>) -> io::Result<Child> {
    let prepare = move || {
        prctl::set_pdeathsig(Signal::SIGKILL)?;
        if let Some(group) = group {
            setpgid(Pid::from_raw(0), group)?;
        }
        Ok(SigSet::empty().thread_set_mask()?)
    };
    // SAFETY: all of these are plain system calls, allowed between fork and exec; they allocate
    // nothing and take no lock.
    unsafe { command.pre_exec(prepare) };
    command.spawn()
}

impl Attended {
    /// Passes on a signal. A starter that went away no longer wants the command.
    pub(super) fn obey(&mut self) -> io::Result<()> {
        match self.channel.receive()? {
            Some(order) => self.signal(order.number(1).and_then(|n| Signal::try_from(n).ok())),
            None => self.signal(Some(Signal::SIGKILL)),
        }
        Ok(())
    }

    /// The child has not been waited for, so its number cannot belong to another process.
    fn signal(&self, signal: Option<Signal>) {
        let _ = kill(Pid::from_raw(self.child.id() as i32), signal);
    }

    /// Whether the command has ended; if so its starter is told how.
    pub(super) fn has_ended(&mut self) -> bool {
        let Ok(Some(status)) = self.child.try_wait() else { return false };
        let _ = self.channel.send(&["ended", &status.into_raw().to_string()], &[]);
        true
    }
}
