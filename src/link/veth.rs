//! A veth pair read through a packet socket: the link for those who may not open /dev/net/tun.
//!
//! The kernel owns one end of the pair and its address; we listen at the other end with an
//! AF_PACKET socket. The socket is of the "cooked" kind (packet(7), SOCK_DGRAM): the kernel takes
//! the Ethernet header off what we receive and puts one before what we transmit.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use netlink_packet_route::link::LinkFlags;
use nix::errno::Errno;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrLike, bind,
    recvfrom, sendto, socket,
};
use verify::Admitted;

use super::netlink::{Mac, Netlink};
use super::{Addresses, Link, interface_request, receive_with, transmit_with};

/// Locally administered addresses (RFC 9542, section 2.1): never those of a real card.
const KERNEL_MAC: Mac = [2, 0, 0, 0, 0, 2];
const MODEL_MAC: Mac = [2, 0, 0, 0, 0, 1];
/// The model's end of the pair.
const MODEL_END: &str = "model0";

/// `ETHTOOL_STXCSUM` of linux/ethtool.h: switch transmit checksum offload.
const SET_TRANSMIT_CHECKSUM: u32 = 0x17;

nix::ioctl_readwrite_bad!(
    /// `SIOCETHTOOL`: asks a device's driver for something.
    ask_driver,
    libc::SIOCETHTOOL,
    libc::ifreq
);

/// `PACKET_QDISC_BYPASS` of linux/if_packet.h.
const PACKET_QDISC_BYPASS: libc::c_int = 20;

/// `struct ethtool_value` of linux/ethtool.h.
#[repr(C)]
struct DriverValue {
    command: u32,
    value: u32,
}

/// A packet socket on the model's end of a veth pair.
#[derive(Debug)]
pub struct PacketSocket {
    descriptor: OwnedFd,
    kernel_end: LinkAddr,
}

impl PacketSocket {
    /// Makes a veth pair whose kernel end is called `name`, configures it, and listens at the
    /// other end. Returns the socket with the model end's interface index.
    ///
    /// This needs cap_net_admin and cap_net_raw in the network namespace. The pair disappears
    /// with the namespace.
    pub fn make_pair(name: &str, addresses: &Addresses) -> io::Result<(PacketSocket, u32)> {
        let unfit = || io::Error::other(format!("{name:?} cannot be a device's name"));
        let device = interface_request(name).ok_or_else(unfit)?;
        let netlink = Netlink::open()?;
        netlink.add_veth((name, KERNEL_MAC), (MODEL_END, MODEL_MAC)).map_err(while_making)?;
        let (near, far) = (if_nametoindex(name)?, if_nametoindex(MODEL_END)?);
        for index in [near, far] {
            netlink.set_mtu(index, addresses.mtu).map_err(while_doing("setting the MTU"))?;
        }
        netlink.add_address(near, addresses).map_err(while_doing("adding the address"))?;
        // Listening at a device that is down leaves an error to be received. The kernel's end comes
        // up last, so that no packet of its passes before we listen; without ARP, so that the
        // kernel asks nobody for the model's Ethernet address.
        netlink.bring_up(far, LinkFlags::Noarp).map_err(while_doing("bringing it up"))?;
        let descriptor = listen(far).map_err(while_doing("opening a packet socket"))?;
        compute_checksums(&descriptor, device).map_err(while_doing("ending checksum offload"))?;
        netlink.bring_up(near, LinkFlags::Noarp).map_err(while_doing("bringing it up"))?;
        Ok((PacketSocket::from_descriptor(descriptor, far), far))
    }

    /// Takes over a socket that [`PacketSocket::make_pair`] made, perhaps in another process;
    /// `index` is the model end's interface index there.
    pub fn from_descriptor(descriptor: OwnedFd, index: u32) -> PacketSocket {
        PacketSocket { descriptor, kernel_end: link_address(index, KERNEL_MAC) }
    }

    /// Gives the descriptor away, for instance to another process.
    pub fn into_descriptor(self) -> OwnedFd {
        self.descriptor
    }
}

impl Link for PacketSocket {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        receive_with(self.descriptor.as_fd(), timeout, || {
            let (length, from) = recvfrom::<LinkAddr>(self.descriptor.as_raw_fd(), buffer)?;
            // A packet socket may hear its own transmissions; they are not for us.
            let own = from.is_some_and(|from| from.pkttype() == libc::PACKET_OUTGOING);
            Ok((!own).then_some(length))
        })
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        transmit_with(packet.as_bytes(), |bytes| {
            sendto(self.descriptor.as_raw_fd(), bytes, &self.kernel_end, MsgFlags::empty())
        })
    }

    fn description(&self) -> String {
        "veth + packet socket".into()
    }
}

fn while_making(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EOPNOTSUPP) => {
            io::Error::other("this kernel has no veth driver; load it with `sudo modprobe veth`")
        }
        _ => while_doing("adding the pair")(error),
    }
}

fn while_doing(step: &str) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{step}: {error}"))
}

/// Opens a packet socket that hears the IPv4 packets arriving at one interface, and no others.
fn listen(index: u32) -> io::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    // Protocol 0 (none) until bind names both interface and protocol: nothing slips in between.
    let none: Option<SockProtocol> = None;
    let descriptor = socket(AddressFamily::Packet, SockType::Datagram, flags, none)?;
    bind(descriptor.as_raw_fd(), &link_address(index, MODEL_MAC))?;
    bypass_queue(&descriptor)?;
    Ok(descriptor)
}

/// Hands what we transmit straight to the device. A veth end that came up before its peer gets its
/// transmit queue somewhat later, and until then silently loses every packet.
fn bypass_queue(socket: &OwnedFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the socket is open and the option's value is the whole int `on`.
    let answer = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            PACKET_QDISC_BYPASS,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    Ok(Errno::result(answer).map(drop)?)
}

/// The kernel leaves TCP and UDP checksums unfinished on a veth, trusting its far end. Our far end
/// is a model that checks them: have the kernel's end compute them.
fn compute_checksums(socket: &OwnedFd, mut device: libc::ifreq) -> io::Result<()> {
    let mut off = DriverValue { command: SET_TRANSMIT_CHECKSUM, value: 0 };
    device.ifr_ifru.ifru_data = (&raw mut off).cast();
    // SAFETY: the socket is open; `device` and the value it points to outlive the call.
    unsafe { ask_driver(socket.as_raw_fd(), &mut device) }?;
    Ok(())
}

/// An IPv4 sender or receiver on the Ethernet of interface `index` (packet(7), sockaddr_ll).
fn link_address(index: u32, mac: Mac) -> LinkAddr {
    let mut address = [0; 8];
    address[..6].copy_from_slice(&mac);
    let address = libc::sockaddr_ll {
        sll_family: libc::AF_PACKET as u16,
        sll_protocol: (libc::ETH_P_IP as u16).to_be(),
        sll_ifindex: index as i32,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 6,
        sll_addr: address,
    };
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: `address` is a whole sockaddr_ll, and its family says so.
    unsafe { LinkAddr::from_raw((&raw const address).cast(), Some(length)) }
        .expect("a sockaddr_ll of the right family and length")
}
