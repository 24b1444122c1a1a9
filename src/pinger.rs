//! Who sends the pings: the system's `ping` where it is installed, else a small one of our own.
//!
//! Both run inside the sandbox, beyond the kernel's end of the link; ours is the hidden subcommand
//! `__pinger` of this program. Where there is no sandbox, [`over_memory`] sends the same echo
//! requests (RFC 792) through a link inside this process, and says so.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, bind, connect, recv,
    send, socket,
};
use signal_hook::consts::SIGINT;

use crate::link::memory::MemoryWire;
use crate::link::readable_before;
use crate::sandbox::{Running, Sandbox, SandboxError};
use session::{Road, ping};

mod session;

pub use session::Tally;

/// What to ping and how; the options have the names and defaults of `ping`.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Whom to ping.
    pub target: Ipv4Addr,
    /// `-I`: the address to ping from. Without one the kernel chooses among its own, and where the
    /// target is one of them, it may choose that.
    pub source: Option<Ipv4Addr>,
    /// `-c`: how many requests to send; `None` sends until interrupted.
    pub count: Option<u64>,
    /// `-s`: payload of a request in bytes, at most 65,507.
    pub size: usize,
    /// `-i`: time between two requests.
    pub interval: Duration,
    /// `-W`: how long to wait for a reply after the last request.
    pub timeout: Duration,
}

/// Whose pinger runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinger {
    /// The system's `ping`.
    System,
    /// Our own, because none is installed.
    Own,
}

impl Options {
    /// The defaults of `ping` for this target: 56 bytes each second, 10 seconds of patience.
    pub fn new(target: Ipv4Addr) -> Options {
        let second = Duration::from_secs(1);
        let (source, count, timeout) = (None, None, 10 * second);
        Options { target, source, count, size: 56, interval: second, timeout }
    }

    /// The options as arguments, the same for `ping` and for our own pinger.
    pub fn to_arguments(&self) -> Vec<OsString> {
        let source = self.source.map(|source| ["-I".into(), source.to_string()]);
        let count = self.count.map(|count| ["-c".into(), count.to_string()]);
        let optional = source.into_iter().chain(count).flatten();
        let others = ["-s".into(), self.size.to_string(), "-i".into(), seconds(self.interval)];
        let rest = ["-W".into(), seconds(self.timeout), self.target.to_string()];
        optional.chain(others).chain(rest).map(OsString::from).collect()
    }

    fn from_arguments(arguments: impl Iterator<Item = OsString>) -> Option<Options> {
        let mut words = arguments.map(|word| word.into_string().unwrap_or_default());
        let mut options = Options::new(Ipv4Addr::UNSPECIFIED);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-I" => options.source = Some(words.next()?.parse().ok()?),
                "-c" => options.count = Some(words.next()?.parse().ok().filter(|&n| n > 0)?),
                "-s" => {
                    options.size =
                        words.next()?.parse().ok().filter(|&n| n <= wire::echo::MAX_PAYLOAD)?
                }
                "-i" => options.interval = duration(&words.next()?)?,
                "-W" => options.timeout = duration(&words.next()?)?,
                address => options.target = address.parse().ok()?,
            }
        }
        (!options.target.is_unspecified()).then_some(options)
    }
}

/// Starts the system's `ping` inside the sandbox, or our own pinger where there is none.
///
/// Addresses are not looked up (`-n`): no name server answers in a private network.
pub fn start(sandbox: &Sandbox, options: &Options) -> Result<(Running, Pinger), SandboxError> {
    let arguments = options.to_arguments();
    let command = |words: &[&OsStr]| {
        let words = words.iter().map(|word| OsString::from(*word));
        sandbox.run(&words.chain(arguments.iter().cloned()).collect::<Vec<_>>())
    };
    match command(&["ping".as_ref(), "-n".as_ref()]) {
        // PermissionDenied: nothing found either, and a folder in PATH was closed to us.
        Err(SandboxError::Command { source, .. })
            if matches!(
                source.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
            ) =>
        {
            let own = command(&[sandbox.program().as_os_str(), "__pinger".as_ref()])?;
            Ok((own, Pinger::Own))
        }
        system => Ok((system?, Pinger::System)),
    }
}

/// What the hidden subcommand `__pinger` does; `arguments` are those after it.
///
/// Ends like `ping`: 0 after a reply, 1 without any, 2 on an error.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(options) = Options::from_arguments(arguments) else {
        eprintln!(
            "usage: softstack __pinger [-I source] [-c count] [-s size] [-i seconds] [-W seconds] \
             address"
        );
        return ExitCode::from(2);
    };
    match over_network(&options) {
        Ok(tally) => ExitCode::from(tally.exit_code()),
        Err(error) => {
            eprintln!("softstack's pinger: {}: {error}", options.target);
            ExitCode::from(2)
        }
    }
}

fn over_network(options: &Options) -> io::Result<Tally> {
    let road = RawSocket::open(options)?;
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGINT, Arc::clone(&stop))?;
    let mut out = io::stdout();
    writeln!(out, "(softstack's own pinger: no ping is installed here)")?;
    ping(&road, options, &stop, &mut out)
}

/// Pings over a link inside this process until the count is reached or `stop` is set. No kernel
/// chooses the source here: the options must name it. The lines look like ping's; the first says that
/// no network is involved.
pub fn over_memory(
    wire: &MemoryWire,
    options: &Options,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> io::Result<Tally> {
    writeln!(out, "(in process: no kernel, no network; requests by softstack itself)")?;
    ping(wire, options, stop, out)
}

impl Road for MemoryWire {
    fn send(&self, request: Vec<u8>) -> io::Result<()> {
        match MemoryWire::send(self, request) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            sent => sent,
        }
    }

    fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
        MemoryWire::receive(self, timeout)
    }
}

/// A raw ICMP socket (raw(7)): the sandbox's root may open one even where ping's kind is closed.
struct RawSocket(OwnedFd);

impl RawSocket {
    fn open(options: &Options) -> io::Result<RawSocket> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let socket = socket(AddressFamily::Inet, SockType::Raw, flags, SockProtocol::Icmp)?;
        let address = |ip| SockaddrIn::from(SocketAddrV4::new(ip, 0));
        if let Some(source) = options.source {
            bind(socket.as_raw_fd(), &address(source))?;
        }
        connect(socket.as_raw_fd(), &address(options.target))?;
        Ok(RawSocket(socket))
    }
}

impl Road for RawSocket {
    /// The kernel writes the IPv4 header itself, so ours stays behind.
    fn send(&self, request: Vec<u8>) -> io::Result<()> {
        let message = request.get(wire::ipv4::MIN_HEADER_LEN..).unwrap_or_default();
        match send(self.0.as_raw_fd(), message, MsgFlags::empty()) {
            Ok(_) | Err(Errno::ENOBUFS | Errno::EAGAIN) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
        if !readable_before(self.0.as_fd(), Instant::now() + timeout)? {
            return Ok(None);
        }
        let mut buffer = vec![0; wire::MAX_DATAGRAM];
        match recv(self.0.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
            Ok(length) => buffer.truncate(length),
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        }
        Ok(Some(buffer))
    }
}

fn seconds(duration: Duration) -> String {
    duration.as_secs_f64().to_string()
}

fn duration(seconds: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_survive_the_command_line() {
        let target = Ipv4Addr::new(10, 0, 0, 1);
        for (count, source) in [(None, None), (Some(3), Some(Ipv4Addr::new(10, 0, 0, 2)))] {
            let interval = Duration::from_millis(20);
            let options = Options { source, count, size: 0, interval, ..Options::new(target) };
            let read = Options::from_arguments(options.to_arguments().into_iter());
            assert_eq!(read, Some(options));
        }
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let valued = ["-c 0 10.0.0.1", "-s 65508 10.0.0.1", "-i -1 10.0.0.1", "-I lo 10.0.0.1"];
        for line in valued.into_iter().chain(["", "-i", "host"]) {
            let words = line.split_whitespace().map(OsString::from);
            assert_eq!(Options::from_arguments(words), None, "{line:?}");
        }
    }
}
