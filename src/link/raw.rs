//! A raw ICMP socket on one of the machine's own interfaces: the link for a host that others reach
//! at the machine's address, from anywhere.
//!
//! The kernel stays the host for all but echo requests. Those it hands to us whole, after it has
//! checked the IP header and put fragments together. A filter (raw(7), `ICMP_FILTER`) keeps the rest
//! away, and the socket is bound to one address: a model that costs money must not be asked about the
//! replies to the kernel's own pings, or about what is sent to others. On
//! `lo` a raw socket hears what it sent itself; those are replies, so the filter keeps them away too.
//!
//! What we transmit brings its own header (raw(7), `IP_HDRINCL`). Of that the kernel writes the total
//! length and the header checksum always, source and identification where they are zero. The judge
//! admits only the right length, checksum and source, so a packet leaves byte for byte as the model
//! wrote it, except that the kernel may choose another identification than 0 (and so the checksum)
//! for a packet that may be fragmented.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::{if_indextoname, if_nametoindex};
use nix::sys::socket::sockopt::{BindToDevice, SetBool, SetStruct};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, bind, getsockopt, recv,
    sendto, setsockopt, socket,
};
use thiserror::Error;
use verify::Admitted;
use wire::icmp::ECHO_REQUEST;

use super::{Link, receive_with, transmit_with};

/// On: the kernel of this network namespace leaves all echo requests to others.
const ECHO_SWITCH: &str = "/proc/sys/net/ipv4/icmp_echo_ignore_all";

/// `ICMP_FILTER` of linux/icmp.h: a bit for each type, set for those that we do not want.
const ICMP_FILTER: libc::c_int = 1;

/// The option `ICMP_FILTER`.
#[derive(Clone)]
struct IcmpFilter;
nix::setsockopt_impl!(IcmpFilter, libc::SOL_RAW, ICMP_FILTER, u32, SetStruct<u32>);

/// The option `IP_HDRINCL`: what we send begins with its IP header.
#[derive(Clone)]
struct HeaderIncluded;
nix::setsockopt_impl!(HeaderIncluded, libc::IPPROTO_IP, libc::IP_HDRINCL, bool, SetBool);

/// A raw socket that hears the echo requests arriving at one interface.
#[derive(Debug)]
pub struct IcmpSocket {
    descriptor: OwnedFd,
    interface: String,
}

/// Why there is no raw socket, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RawError {
    /// No interface has that name.
    #[error("there is no interface {0}: `ip -brief address` lists those that are there")]
    NoInterface(String),
    /// The interface has no address at which anybody could reach it.
    #[error(
        "the interface {0} has no IPv4 address: give it one with `sudo ip address add \
         ADDRESS/PREFIX dev {0}`"
    )]
    NoAddress(String),
    /// Only the privileged may open raw sockets.
    #[error(
        "a raw socket may not be opened ({0}): this needs the capability cap_net_raw; give it with \
         `sudo setcap cap_net_raw+ep PATH_OF_SOFTSTACK`"
    )]
    Denied(Errno),
    /// A step that has no reason to fail did.
    #[error("{call} for the interface {interface} failed: {source}")]
    Other {
        /// What we asked the kernel for.
        call: &'static str,
        /// The interface that was asked for.
        interface: String,
        /// What it answered.
        source: io::Error,
    },
}

/// An IPv4 address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// The address.
    pub address: Ipv4Addr,
    /// Length of its network's prefix, 0 to 32 bits.
    pub prefix: u8,
}

/// The IPv4 addresses of an interface in the kernel's order: the first is the one that it prefers.
/// There is at least one, or an error.
pub fn addresses(interface: &str) -> Result<Vec<Assigned>, RawError> {
    let name = canonical_name(interface)?;
    let listed = getifaddrs().map_err(|errno| other("listing the addresses", &name, errno))?;
    // An address may carry a label, `eth0:1`, in its interface's place.
    let ours = listed.filter(|entry| entry.interface_name.split(':').next() == Some(name.as_str()));
    let assigned: Vec<Assigned> = ours.filter_map(|entry| assigned(&entry)).collect();
    if assigned.is_empty() { Err(RawError::NoAddress(name)) } else { Ok(assigned) }
}

/// Whether the kernel, too, answers pings to the addresses of this network namespace, so that every
/// ping to a model behind an [`IcmpSocket`] gets two replies.
pub fn kernel_answers() -> bool {
    // It answers unless told otherwise: a switch that cannot be read was not seen switched.
    fs::read_to_string(ECHO_SWITCH).map_or(true, |text| text.trim() == "0")
}

/// Has the kernel of this network namespace answer no ping any more.
pub(crate) fn silence_kernel() -> io::Result<()> {
    fs::write(ECHO_SWITCH, "1").map_err(|error| {
        io::Error::new(error.kind(), format!("{ECHO_SWITCH} may not be written ({error})"))
    })
}

impl IcmpSocket {
    /// Opens a raw socket on the interface for what is sent to `address`, one of this machine's; this
    /// needs cap_net_raw and nothing else.
    pub fn open(interface: &str, address: Ipv4Addr) -> Result<IcmpSocket, RawError> {
        let interface = canonical_name(interface)?;
        let failed = |call| move |errno| (call, errno);
        let set_up = || {
            let descriptor = raw_socket().map_err(failed("opening a raw socket"))?;
            setsockopt(&descriptor, BindToDevice, &interface.clone().into())
                .map_err(failed("binding a raw socket"))?;
            // raw(7): a bound socket hears only what is sent to its address. Broadcast pings, and those
            // to the interface's other addresses, are the kernel's: nobody shall pay for them.
            bind(descriptor.as_raw_fd(), &SockaddrIn::from(SocketAddrV4::new(address, 0)))
                .map_err(failed("binding a raw socket to the address"))?;
            setsockopt(&descriptor, IcmpFilter, &!(1 << ECHO_REQUEST))
                .map_err(failed("setting the filter"))?;
            setsockopt(&descriptor, HeaderIncluded, &true)
                .map_err(failed("bringing our own headers"))?;
            Ok(descriptor)
        };
        let descriptor = set_up().map_err(|(call, errno)| refused(call, &interface, errno))?;
        discard_waiting(&descriptor);
        Ok(IcmpSocket { descriptor, interface })
    }

    /// Takes over a socket that [`IcmpSocket::open`] made for this interface, perhaps in another
    /// process.
    pub fn from_descriptor(descriptor: OwnedFd, interface: &str) -> IcmpSocket {
        IcmpSocket { descriptor, interface: interface.into() }
    }

    /// Gives the descriptor away, for instance to another process.
    pub fn into_descriptor(self) -> OwnedFd {
        self.descriptor
    }

    /// A socket whose interface is removed waits on without an error; but asked for the interface's
    /// name it has none any more. Its descriptor knows that in every network namespace.
    fn check_interface(&self) -> io::Result<()> {
        match getsockopt(&self.descriptor, BindToDevice) {
            Err(Errno::ENODEV) => Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("the interface {} is gone", self.interface),
            )),
            _ => Ok(()),
        }
    }
}

impl Link for IcmpSocket {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        let socket = self.descriptor.as_raw_fd();
        let received = receive_with(self.descriptor.as_fd(), timeout, || {
            recv(socket, buffer, MsgFlags::empty()).map(Some)
        })?;
        if received.is_none() {
            self.check_interface()?;
        }
        Ok(received)
    }

    /// The kernel wants the destination beside the packet; the packet says it, so that a reply goes
    /// to whoever sent the request.
    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        let header = wire::Ipv4::new(packet.as_bytes()).ok_or(io::ErrorKind::InvalidInput)?;
        let to = SockaddrIn::from(SocketAddrV4::new(header.destination(), 0));
        transmit_with(packet.as_bytes(), |bytes| {
            sendto(self.descriptor.as_raw_fd(), bytes, &to, MsgFlags::empty())
        })
    }

    fn description(&self) -> String {
        format!("raw socket on {}", self.interface)
    }
}

/// The interface's first name: it may have others (`ip link property add altname`), but addresses
/// are listed under this one.
fn canonical_name(interface: &str) -> Result<String, RawError> {
    let unknown = |_| RawError::NoInterface(interface.into());
    let name = if_nametoindex(interface).and_then(if_indextoname).map_err(unknown)?;
    name.into_string().map_err(|_| RawError::NoInterface(interface.into()))
}

fn assigned(entry: &InterfaceAddress) -> Option<Assigned> {
    let address = entry.address?.as_sockaddr_in()?.ip();
    // Without a mask, the address is alone in its network.
    let mask = entry.netmask.and_then(|mask| Some(mask.as_sockaddr_in()?.ip()));
    let prefix = mask.map_or(32, |mask| u32::from(mask).count_ones() as u8);
    Some(Assigned { address, prefix })
}

fn raw_socket() -> nix::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    socket(AddressFamily::Inet, SockType::Raw, flags, SockProtocol::Icmp)
}

/// From its making until its options hold, a raw socket hears all ICMP on every interface.
fn discard_waiting(socket: &OwnedFd) {
    while recv(socket.as_raw_fd(), &mut [0], MsgFlags::empty()).is_ok() {}
}

fn refused(call: &'static str, interface: &str, errno: Errno) -> RawError {
    match errno {
        Errno::EPERM | Errno::EACCES => RawError::Denied(errno),
        Errno::ENODEV => RawError::NoInterface(interface.into()),
        _ => other(call, interface, errno),
    }
}

fn other(call: &'static str, interface: &str, errno: Errno) -> RawError {
    RawError::Other { call, interface: interface.into(), source: errno.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_is_not_there() {
        // The kernel itself would take no name for "every interface", and cut a long one.
        for name in ["", "no-such-device", "sixteen-letters-", "a/b", "lo\0"] {
            let refusals =
                [addresses(name).map(drop), IcmpSocket::open(name, Ipv4Addr::LOCALHOST).map(drop)];
            for refusal in refusals {
                assert!(matches!(refusal, Err(RawError::NoInterface(_))), "{name:?}: {refusal:?}");
            }
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let denied = refused("opening a raw socket", "lo", Errno::EPERM).to_string();
        assert!(denied.contains("sudo setcap cap_net_raw+ep"), "{denied}");
        let gone = refused("binding a raw socket", "eth7", Errno::ENODEV).to_string();
        assert!(gone.contains("no interface eth7"), "{gone}");
        assert!(RawError::NoAddress("eth7".into()).to_string().contains("ip address add"));
    }
}
