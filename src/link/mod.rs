//! The link: where packets come in and where they leave.
//!
//! A packet's journey starts in [`Link::receive`] and, if the judge admits the model's reply, ends
//! in [`Link::transmit`]. A link carries bare IP packets, or Ethernet frames without their check
//! sequence, and changes none of them; what the kernel does to those that leave through it is told in
//! [`raw`].

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use verify::Admitted;
use wire::Mac;

mod kernel_end;
pub mod memory;
pub(crate) mod netlink;
pub mod raw;
pub mod tun;
pub mod veth;

/// Waits longer than this are cut to it, so that no caller's timeout overflows the clock.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// A way in and out for packets, shared by one receiving and one transmitting thread.
pub trait Link: Send + Sync {
    /// Waits at most `timeout` for one packet and writes it, from what [`Link::link_type`] says that
    /// it begins with, to the start of `buffer`.
    ///
    /// Returns the packet's length in bytes, or `None` when none came in time. A packet larger
    /// than `buffer` is cut to it; 65,535 bytes hold any IPv4 packet (RFC 791, section 3.1, Total
    /// Length), and any frame of the links here. An interrupted system call is taken up again. An
    /// error means that the link is gone.
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>>;

    /// Puts a packet on the wire, byte for byte. Only the judge can make an [`Admitted`] one.
    fn transmit(&self, packet: &Admitted) -> io::Result<()>;

    /// What packets begin with, in both directions: [`wire::Link::RawIp`] where they are bare IP
    /// packets, [`wire::Link::Ethernet`] where they are frames, without padding and check sequence.
    fn link_type(&self) -> wire::Link {
        wire::Link::RawIp
    }

    /// What this link is, for people: `tun softstack0`, `raw socket on eth0`, `memory`.
    fn description(&self) -> String;
}

/// The addresses of the two ends of a link, and how large a packet may be on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The kernel's end: where `ping` sends from.
    pub kernel: Ipv4Addr,
    /// The model's end: whom `ping` greets.
    pub model: Ipv4Addr,
    /// Length of the network prefix that both share, 0 to 32 bits.
    pub prefix: u8,
    /// The addresses of IPv6; `None` where the link is to have none.
    pub ipv6: Option<Ipv6Addresses>,
    /// The Ethernet address of the kernel's end, where the link is an Ethernet.
    pub kernel_mac: Mac,
    /// The Ethernet address that the model has: the kernel learns it from the model alone.
    pub model_mac: Mac,
    /// Largest IP packet on the link, in bytes.
    pub mtu: u32,
}

impl Default for Addresses {
    fn default() -> Self {
        Addresses {
            kernel: Ipv4Addr::new(10, 0, 0, 2),
            model: Ipv4Addr::new(10, 0, 0, 1),
            prefix: 24,
            ipv6: None,
            // Locally administered (RFC 9542, section 2.1): never those of a real card.
            kernel_mac: Mac([2, 0, 0, 0, 0, 2]),
            model_mac: Mac([2, 0, 0, 0, 0, 1]),
            mtu: 1500,
        }
    }
}

/// The IPv6 addresses of the two ends of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipv6Addresses {
    /// The kernel's end. It has no other: not even a link-local one.
    pub kernel: Ipv6Addr,
    /// The model's end.
    pub model: Ipv6Addr,
    /// Length of the network prefix that both share, 0 to 128 bits.
    pub prefix: u8,
}

impl Default for Ipv6Addresses {
    fn default() -> Self {
        let host = |number| Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number);
        Ipv6Addresses { kernel: host(2), model: host(1), prefix: 64 }
    }
}

/// Waits for `fd` and calls `read` until it yields a packet, fails, or `timeout` has passed.
///
/// `read` answers `Ok(None)` for a frame that is not ours to see. The descriptor must not block:
/// readiness is a hint, and the packet may be gone when we come for it.
fn receive_with(
    fd: BorrowedFd,
    timeout: Duration,
    mut read: impl FnMut() -> nix::Result<Option<usize>>,
) -> io::Result<Option<usize>> {
    let deadline = Instant::now() + timeout.min(LONGEST_WAIT);
    while readable_before(fd, deadline)? {
        match read() {
            Ok(None) | Err(Errno::EINTR | Errno::EAGAIN) => {}
            Ok(length) => return Ok(length),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(None)
}

/// Whether `fd` has something to read (or has failed, which a read will tell) before `deadline`.
pub(crate) fn readable_before(fd: BorrowedFd, deadline: Instant) -> io::Result<bool> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut watched = [PollFd::new(fd, PollFlags::POLLIN)];
        match ppoll(&mut watched, Some(TimeSpec::from_duration(left)), None) {
            Err(Errno::EINTR) => {}
            answer => return Ok(answer? > 0),
        }
    }
}

/// A request to the kernel about the device `name` (netdevice(7)), or `None` where no device can
/// have that name: Linux allows 1 to 15 bytes without `/`, `:` and white space, and `%` is a blank
/// to be filled in.
fn interface_request(name: &str) -> Option<libc::ifreq> {
    let unfit = |byte: u8| matches!(byte, 0 | b'/' | b':' | b'%') || byte.is_ascii_whitespace();
    if name.is_empty() || name.len() >= libc::IFNAMSIZ || name.bytes().any(unfit) {
        return None;
    }
    // SAFETY: ifreq is plain data for which all zeros is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *place = byte as libc::c_char;
    }
    Some(request)
}

/// Calls `write` until no signal interrupts it, and holds it to the whole packet.
fn transmit_with(
    packet: &[u8],
    mut write: impl FnMut(&[u8]) -> nix::Result<usize>,
) -> io::Result<()> {
    loop {
        match write(packet) {
            Err(Errno::EINTR) => {}
            Ok(length) if length == packet.len() => return Ok(()),
            Ok(_) => return Err(io::ErrorKind::WriteZero.into()),
            Err(errno) => return Err(errno.into()),
        }
    }
}
