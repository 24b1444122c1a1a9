//! A private network for the packet to travel in: namespaces of our own, without being root.
//!
//! This process stays on the host's network, where a hosted model may have to be reached. It starts
//! a helper, a fresh process of the same program, which enters new user and network namespaces,
//! makes a device there and hands its descriptor back: the [`Link`]. On request the helper starts
//! commands inside, such as the system's `ping`. When this process ends, everything inside does.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::{Pid, getpgrp};
use thiserror::Error;

use crate::link::{Addresses, Link, readable_before};
use channel::{Channel, Message};
use terminal::Foreground;

mod channel;
mod commands;
mod denied;
mod device;
pub mod helper;
mod plan;
mod running;
mod terminal;

pub use denied::Reason;
pub use device::Device;
pub use running::{Interrupter, Running};

/// The device that every network namespace has.
const LOOPBACK: &str = "lo";
/// A helper that has said nothing for this long will not.
const PATIENCE: Duration = Duration::from_secs(10);
/// A helper that is no longer wanted may take this long to go.
const GRACE: Duration = Duration::from_secs(1);

/// What to put into the private network.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// The softstack program, which becomes the helper. Normally this very program.
    pub program: PathBuf,
    /// Which kind of device to make.
    pub device: Device,
    /// The name inside of a device that is made, 1 to 15 bytes.
    pub name: String,
    /// Addresses and MTU of the device.
    pub addresses: Addresses,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        SandboxConfig {
            program: "/proc/self/exe".into(),
            device: Device::Auto,
            name: "softstack0".into(),
            addresses: Addresses::default(),
        }
    }
}

/// Why there is no sandbox, or why a command did not run in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The helper could not be started.
    #[error("starting the sandbox's helper {program} failed: {source}")]
    Helper {
        /// The program that was to become the helper.
        program: PathBuf,
        /// Why it did not.
        source: io::Error,
    },
    /// This machine does not let us make namespaces.
    #[error("{}", explain(.call, *.errno, .reasons))]
    Denied {
        /// The call that failed.
        call: String,
        /// How it failed.
        errno: Errno,
        /// The switches that forbid it; empty where none of the known ones does.
        reasons: Vec<Reason>,
    },
    /// The namespaces are there, the device is not.
    #[error("no device in the private network: {0}")]
    Device(String),
    /// The helper ended, or said something else than it should.
    #[error(
        "the sandbox's helper {0}: if it was not killed, this is a fault of softstack; \
         `--wire memory` goes on without a sandbox"
    )]
    Lost(&'static str),
    /// The command could not be started inside; `source` is `NotFound` where it is not installed.
    #[error("running {} in the private network failed: {source}", .program.display())]
    Command {
        /// The command's first word.
        program: PathBuf,
        /// Why it did not start.
        source: io::Error,
    },
}

/// A private network with one device, and a helper in it that runs commands.
///
/// Dropping it ends every command inside and waits for the helper to be gone.
pub struct Sandbox {
    helper: Helper,
    link: Arc<dyn Link>,
    fallback: Option<String>,
    config: SandboxConfig,
}

impl Sandbox {
    /// Makes the private network; takes some milliseconds.
    pub fn start(config: SandboxConfig) -> Result<Sandbox, SandboxError> {
        let helper = Helper::start(&config)?;
        let mut answer = helper.first_answer()?;
        match answer.word(0) {
            "ready" => {}
            "denied" => return Err(denied(&answer)),
            "failed" => return Err(SandboxError::Device(answer.word(1).into())),
            _ => return Err(SandboxError::Lost("answered in an unknown way")),
        }
        let descriptor = answer.descriptors.pop().ok_or(SandboxError::Lost("sent no device"))?;
        let index = answer.number(2).unwrap_or_default() as u32;
        let link = config.link(answer.word(1), descriptor, index);
        let link = link.ok_or(SandboxError::Lost("sent an unknown device"))?;
        let fallback = Some(answer.word(3).to_owned()).filter(|reason| !reason.is_empty());
        Ok(Sandbox { helper, link, fallback, config })
    }

    /// The model's end of the device.
    pub fn link(&self) -> Arc<dyn Link> {
        Arc::clone(&self.link)
    }

    /// Why there is no TUN or TAP device although [`Device::Auto`] or [`Device::Ethernet`] would prefer
    /// one.
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// The addresses of the device.
    pub fn addresses(&self) -> &Addresses {
        &self.config.addresses
    }

    /// The program that the helper runs: this one.
    pub fn program(&self) -> &Path {
        &self.config.program
    }

    /// Starts a command inside; its standard output and standard error are pipes to read here.
    ///
    /// The first word is looked up in PATH. Standard input is empty.
    pub fn run<W: AsRef<OsStr>>(&self, words: &[W]) -> Result<Running, SandboxError> {
        let failed = |source| command_error(words, source);
        let (stdout, stdout_inside) = io::pipe().map_err(failed)?;
        let (stderr, stderr_inside) = io::pipe().map_err(failed)?;
        let mut running = self.run_into(words, stdout_inside.as_fd(), stderr_inside.as_fd())?;
        running.stdout = Some(stdout);
        running.stderr = Some(stderr);
        Ok(running)
    }

    /// Starts a command inside whose output goes to descriptors of ours, a terminal for instance.
    pub fn run_into<W: AsRef<OsStr>>(
        &self,
        words: &[W],
        stdout: BorrowedFd,
        stderr: BorrowedFd,
    ) -> Result<Running, SandboxError> {
        let channel_and_pid = self.ask_for(words, None, &[stdout, stderr])?;
        Ok(Running::new(channel_and_pid, None))
    }

    /// Starts a command inside as if the shell that started this process had: with our standard input,
    /// output and error and in our process group, so that it may read the terminal and the terminal's
    /// signals reach it, as they reach us. A shell among such commands may take the terminal for
    /// itself; it is ours again when the command has ended.
    pub fn run_attached<W: AsRef<OsStr>>(&self, words: &[W]) -> Result<Running, SandboxError> {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let descriptors = [stdout.as_fd(), stderr.as_fd(), stdin.as_fd()];
        let foreground = Foreground::ours();
        let channel_and_pid = self.ask_for(words, Some(getpgrp()), &descriptors)?;
        Ok(Running::new(channel_and_pid, foreground))
    }

    /// Has the helper start a command, in a process group of ours or in its own.
    fn ask_for<W: AsRef<OsStr>>(
        &self,
        words: &[W],
        group: Option<Pid>,
        descriptors: &[BorrowedFd],
    ) -> Result<(Channel, u32), SandboxError> {
        let failed = |source| command_error(words, source);
        let (channel, inside) = Channel::pair().map_err(failed)?;
        let group = group.map_or(String::new(), |group| group.to_string());
        let mut request = vec![OsStr::new("run"), OsStr::new(&group)];
        request.extend(words.iter().map(AsRef::as_ref));
        let descriptors = [&[inside.as_fd()], descriptors].concat();
        self.helper.channel.send(&request, &descriptors).map_err(failed)?;
        drop(inside);
        let started = channel.receive().ok().flatten().ok_or(SandboxError::Lost("ended"))?;
        match (started.word(0), started.number(1)) {
            ("started", Some(pid)) => Ok((channel, pid as u32)),
            (_, errno) => {
                Err(failed(io::Error::from_raw_os_error(errno.unwrap_or(Errno::EINVAL as i32))))
            }
        }
    }
}

/// The inner half's process, for as long as it is wanted.
struct Helper {
    process: Child,
    channel: Channel,
}

impl Helper {
    fn start(config: &SandboxConfig) -> Result<Helper, SandboxError> {
        let failed = |source| SandboxError::Helper { program: config.program.clone(), source };
        let (channel, inside) = Channel::pair().map_err(failed)?;
        let mut command = Command::new(&config.program);
        command.arg0("softstack").arg("__sandbox").args(config.to_arguments());
        command.stdin(OwnedFd::from(inside)).stdout(Stdio::null());
        Ok(Helper { process: command.spawn().map_err(failed)?, channel })
    }

    /// Waits for the helper to say that it has a device, or why not.
    fn first_answer(&self) -> Result<Message, SandboxError> {
        match readable_before(self.channel.as_fd(), Instant::now() + PATIENCE) {
            Ok(true) => {}
            _ => return Err(SandboxError::Lost("did not answer within 10 seconds")),
        }
        self.channel.receive().ok().flatten().ok_or(SandboxError::Lost("ended before it answered"))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.channel.close();
        // Its end closes when it is gone. A program that stays is no helper of ours, or stuck.
        if !readable_before(self.channel.as_fd(), Instant::now() + GRACE).unwrap_or(false) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn denied(answer: &Message) -> SandboxError {
    SandboxError::Denied {
        call: answer.word(1).into(),
        errno: Errno::from_raw(answer.number(2).unwrap_or_default()),
        reasons: denied::reasons(Path::new("/")),
    }
}

fn explain(call: &str, errno: Errno, reasons: &[Reason]) -> String {
    let mut text = format!("this machine allows no private network: {call} failed: {errno}\n");
    for reason in reasons {
        text.push_str(&format!("  {reason}\n"));
    }
    if reasons.is_empty() {
        text.push_str(
            "  none of the known switches forbids it: ask who administers this machine\n",
        );
    }
    text + "  to go on without: --wire memory (the same packets over a link inside this process)"
}

fn command_error<W: AsRef<OsStr>>(words: &[W], source: io::Error) -> SandboxError {
    let program = words.first().map(|word| PathBuf::from(word.as_ref())).unwrap_or_default();
    SandboxError::Command { program, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_call_error_reason_and_the_way_on() {
        let text = explain("unshare(2)", Errno::EPERM, &[]);
        assert!(text.contains("unshare(2) failed: EPERM"), "{text}");
        assert!(text.contains("--wire memory"), "{text}");
    }
}
