//! A command that runs inside the sandbox, seen from outside.

use std::io::{self, PipeReader};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::SandboxError;
use super::channel::Channel;
use super::terminal::Foreground;
use crate::link::readable_before;

/// A command inside the sandbox. Dropping it ends the command.
///
/// Read both pipes, from two threads where both may be long: a command whose full pipe nobody reads
/// stands still.
#[derive(Debug)]
pub struct Running {
    /// What the command writes to standard output, for `BufReader::lines`; taken by its reader.
    pub stdout: Option<PipeReader>,
    /// What the command writes to standard error.
    pub stderr: Option<PipeReader>,
    channel: Arc<Channel>,
    pid: u32,
    status: Option<ExitStatus>,
    foreground: Option<Foreground>,
}

/// Sends signals to a command from anywhere, for instance the thread that hears Ctrl-C.
#[derive(Debug, Clone)]
pub struct Interrupter(Arc<Channel>);

impl Running {
    /// A command that was started, and the place at the terminal that it has from us.
    pub(super) fn new((channel, pid): (Channel, u32), foreground: Option<Foreground>) -> Running {
        let channel = Arc::new(channel);
        Running { stdout: None, stderr: None, channel, pid, status: None, foreground }
    }

    /// The command's process number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// A handle that can interrupt the command while another thread waits for it.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.channel))
    }

    /// Waits for the command to end.
    pub fn wait(&mut self) -> Result<ExitStatus, SandboxError> {
        match self.status {
            Some(status) => Ok(status),
            None => self.hear(),
        }
    }

    /// Waits for the command to end, but at most `timeout`; `None` if it still runs.
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<ExitStatus>, SandboxError> {
        let deadline = Instant::now() + timeout.min(Duration::from_secs(86_400));
        let news = || readable_before(self.channel.as_fd(), deadline).unwrap_or(true);
        if self.status.is_none() && !news() {
            return Ok(None);
        }
        self.wait().map(Some)
    }

    fn hear(&mut self) -> Result<ExitStatus, SandboxError> {
        let news = self.channel.receive().ok().flatten();
        let status = news.and_then(|news| news.number(1)).map(ExitStatus::from_raw);
        self.status = status;
        self.foreground = None;
        status.ok_or(SandboxError::Lost("ended while a command ran"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.channel.close();
    }
}

impl Interrupter {
    /// Interrupts the command as Ctrl-C would: `ping` then prints its statistics and ends.
    ///
    /// An error means that the command has ended already.
    pub fn interrupt(&self) -> io::Result<()> {
        self.signal(Signal::SIGINT)
    }

    /// Ends the command as a terminal that goes away would: a shell, which takes no other signal to heart,
    /// ends then too.
    ///
    /// An error means that the command has ended already.
    pub fn hang_up(&self) -> io::Result<()> {
        self.signal(Signal::SIGHUP)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        self.0.send(&["signal", &(signal as i32).to_string()], &[])
    }
}
