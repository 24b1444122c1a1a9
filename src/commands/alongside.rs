//! A stack beside the program for whose sake it runs: it ends when that does, however that ends.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use softstack::journal::Journal;
use softstack::link::{Addresses, Link};
use softstack::stack::{Stack, Thinkers, host};

use super::Outcome;

/// The model as the host at its addresses.
pub fn stack<'a>(
    addresses: &Addresses,
    link: Arc<dyn Link>,
    thinkers: Thinkers,
    journal: &'a Journal,
) -> Stack<'a> {
    let host = host(addresses, &*link);
    Stack::new(link, thinkers, host, journal)
}

/// Runs a stack while `program` does what it does, and until every packet that came meanwhile is answered.
pub fn alongside(stack: Stack, program: impl FnOnce() -> Outcome) -> Outcome {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let host = scope.spawn(|| stack.run(&stop));
        let finished = Finish(&stop);
        let code = program()?;
        drop(finished);
        host.join().expect("the stack does not panic")?;
        Ok(code)
    })
}

/// Sets a flag when dropped: no thread that looks at it outlives its scope, whatever fails.
pub struct Finish<'a>(pub &'a AtomicBool);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// As a shell counts a program that a signal ended.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.unwrap_or(2) as u8)
}
