//! The kernel as the host under test: a network namespace of its own for each case, so that no case sees what one
//! before left behind, with one device that we are the far end of.
//!
//! What the kernel does with a packet it does while the packet is being written; the wait is for a machine that
//! has much else to do.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{read, write};
use serde::{Deserialize, Serialize};
use wire::Link;

use super::case::{Answers, Case, Exchange};
use crate::Failure;
use counters::Counters;
use services::Services;

mod counters;
mod network;
mod services;

/// How long a reply is waited for.
const PATIENCE: Duration = Duration::from_millis(50);
/// Whoever listens to all that a host joins gets reports of it (RFC 3810): no replies.
const LISTENER_REPORTS: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16];

/// What the kernel did in one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The case's name.
    pub name: String,
    /// Every packet and what came back; the last is the one that was tried.
    pub played: Vec<Exchange>,
    /// What it counted of the last one, beside ordinary traffic.
    pub counters: Vec<String>,
}

/// The kernel's name and release.
pub fn release() -> Result<String, Failure> {
    Ok(format!("Linux {}", fs::read_to_string("/proc/sys/kernel/osrelease")?.trim()))
}

/// Why this machine does not let us ask its kernel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal(pub String);

/// Plays every case, unless this machine lets us make no namespace or no device; this thread ends up in the last
/// one's namespace.
pub fn try_all(cases: &[Case]) -> Result<Result<Vec<Verdict>, Refusal>, Failure> {
    let mut verdicts = Vec::new();
    for case in cases {
        match Kernel::new(case.link) {
            Ok(kernel) => verdicts.push(try_one(case, kernel)?),
            Err(error) => return Ok(Err(Refusal(error.to_string()))),
        }
    }
    Ok(Ok(verdicts))
}

fn try_one(case: &Case, mut kernel: Kernel) -> Result<Verdict, Failure> {
    let failed = |error: Failure| Failure::from(format!("{}: {error}", case.name));
    let played = case.play(&mut kernel).map_err(failed)?;
    let counters = kernel.before.since(&Counters::read()?);
    Ok(Verdict { name: case.name.to_owned(), played, counters })
}

/// A kernel that nobody has spoken to yet.
struct Kernel {
    device: OwnedFd,
    link: Link,
    services: Services,
    /// What it had counted before the last packet.
    before: Counters,
}

impl Kernel {
    fn new(link: Link) -> Result<Kernel, Failure> {
        let device = network::enter(link)?;
        let services = Services::start()?;
        Ok(Kernel { device, link, services, before: Counters::read()? })
    }

    /// A packet that is for us and no report.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<Vec<u8>>> {
        match read(&self.device, buffer) {
            Ok(length) => Ok(Some(buffer[..length].to_vec())),
            Err(Errno::EAGAIN) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    fn is_report(&self, packet: &[u8]) -> bool {
        let header = if self.link == Link::Ethernet { 14 } else { 0 };
        packet.get(header + 24..header + 40) == Some(&LISTENER_REPORTS)
    }

    /// All that comes until there was something, or the time is up.
    fn replies(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut buffer = vec![0; 65_536];
        let mut replies = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while replies.is_empty() && readable_before(&self.device, deadline)? {
            self.services.answer()?;
            while let Some(packet) = self.receive(&mut buffer)? {
                if !self.is_report(&packet) {
                    replies.push(packet);
                }
            }
        }
        Ok(replies)
    }
}

impl Answers for Kernel {
    fn exchange(&mut self, packet: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        self.before = Counters::read()?;
        match write(&self.device, packet) {
            // The device itself refuses what is no IP packet, or no frame.
            Ok(_) | Err(Errno::EINVAL) => {}
            Err(errno) => return Err(format!("writing the packet: {errno}").into()),
        }
        self.services.answer()?;
        self.replies()
    }
}

fn readable_before(device: &OwnedFd, deadline: Instant) -> Result<bool, Failure> {
    let left = deadline.saturating_duration_since(Instant::now());
    let mut watched = [PollFd::new(device.as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
    Ok(poll(&mut watched, timeout)? > 0)
}

/// Whether something was there; nothing is no error.
fn some<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
