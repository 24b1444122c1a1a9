//! A veth pair read through a packet socket: the link for those who may not open /dev/net/tun.
//!
//! The kernel owns one end of the pair and its address; we listen at the other end with an
//! AF_PACKET socket. For bare IP packets the socket is of the "cooked" kind (packet(7), SOCK_DGRAM): the
//! kernel takes the Ethernet header off what we receive and puts one before what we transmit. For
//! frames it is of the raw kind, and the kernel's end asks for Ethernet addresses as on any Ethernet.

use std::fs::{self, File};
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::thread;
use std::time::Duration;

use netlink_packet_route::link::LinkFlags;
use nix::cmsg_space;
use nix::net::if_::if_nametoindex;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::sockopt::SetBool;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrLike, bind,
    recvmsg, sendto, setsockopt, socket,
};
use verify::Admitted;
use wire::Mac;

use super::kernel_end::{Failure, KernelEnd};
use super::netlink::Netlink;
use super::{Addresses, Link, interface_request, receive_with, transmit_with};

mod tag;

use tag::{AUXDATA_LEN, Tag};

/// The model's end of the pair, in a network namespace that has nothing else.
const MODEL_END: &str = "model0";

/// The switches of offloads (linux/ethtool.h) that would show us packets as no wire carries them:
/// `ETHTOOL_STXCSUM` unfinished checksums, `ETHTOOL_STSO`, `ETHTOOL_SGSO` and `ETHTOOL_SGRO` several
/// packets in one.
const OFFLOADS: [u32; 4] = [0x17, 0x1f, 0x24, 0x2c];

nix::ioctl_readwrite_bad!(
    /// `SIOCETHTOOL`: asks a device's driver for something.
    ask_driver,
    libc::SIOCETHTOOL,
    libc::ifreq
);

/// `PACKET_QDISC_BYPASS` of linux/if_packet.h.
const PACKET_QDISC_BYPASS: libc::c_int = 20;

/// The option `PACKET_QDISC_BYPASS`: what we transmit goes straight to the device.
#[derive(Clone)]
struct QueueBypass;
nix::setsockopt_impl!(QueueBypass, libc::SOL_PACKET, PACKET_QDISC_BYPASS, bool, SetBool);

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
    carries: wire::Link,
    index: u32,
    kernel_mac: Mac,
}

impl PacketSocket {
    /// Makes a veth pair whose kernel end is called `name`, configures it, and listens at the
    /// other end, for frames if it `carries` Ethernet, else for IP packets. Returns the socket with
    /// the model end's interface index.
    ///
    /// This needs cap_sys_admin, and cap_net_admin and cap_net_raw in the network namespace. The pair
    /// disappears with the namespace, or with the socket.
    pub fn make_pair(
        name: &str,
        addresses: &Addresses,
        carries: wire::Link,
    ) -> io::Result<(PacketSocket, u32)> {
        let unfit = || io::Error::other(format!("{name:?} cannot be a device's name"));
        let device = interface_request(name).ok_or_else(unfit)?;
        let near = Netlink::open()?;
        // Listening at a device that is down leaves an error to be received. The kernel's end comes
        // up last, so that no packet of its passes before we listen.
        let (descriptor, index) =
            in_a_namespace_apart(|| make_model_end(&near, name, addresses, carries))?;
        let kernel_end = KernelEnd::find(&near, name).map_err(while_doing)?;
        if !is_ethernet(carries) {
            // Before there is an address: the kernel joins the group in which others ask for it.
            kernel_end.ask_nobody().map_err(while_doing)?;
        }
        kernel_end.configure(addresses).map_err(while_doing)?;
        end_offloads(&near, device).map_err(|error| while_doing(("ending offloads", error)))?;
        kernel_end.bring_up().map_err(while_doing)?;
        let socket = PacketSocket::from_descriptor(descriptor, carries, index, addresses);
        Ok((socket, index))
    }

    /// Takes over a socket that [`PacketSocket::make_pair`] made, perhaps in another process;
    /// `index` is the model end's interface index there.
    pub fn from_descriptor(
        descriptor: OwnedFd,
        carries: wire::Link,
        index: u32,
        addresses: &Addresses,
    ) -> PacketSocket {
        PacketSocket { descriptor, carries, index, kernel_mac: addresses.kernel_mac }
    }

    /// Gives the descriptor away, for instance to another process.
    pub fn into_descriptor(self) -> OwnedFd {
        self.descriptor
    }

    /// Whether what came is a packet of the kernel's end, and one that this link carries.
    fn is_ours(&self, from: &LinkAddr) -> bool {
        // A packet socket hears its own transmissions too.
        let own = from.pkttype() == libc::PACKET_OUTGOING;
        let protocol = i32::from(u16::from_be(from.protocol()));
        !own && (is_ethernet(self.carries) || matches!(protocol, libc::ETH_P_IP | libc::ETH_P_IPV6))
    }
}

impl Link for PacketSocket {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        receive_with(self.descriptor.as_fd(), timeout, || self.hear(buffer))
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        self.send(packet.as_bytes())
    }

    fn link_type(&self) -> wire::Link {
        self.carries
    }

    fn description(&self) -> String {
        match is_ethernet(self.carries) {
            true => "veth + raw packet socket".into(),
            false => "veth + packet socket".into(),
        }
    }
}

impl PacketSocket {
    /// Reads a packet; `None` for one that is none of ours.
    fn hear(&self, buffer: &mut [u8]) -> nix::Result<Option<usize>> {
        let mut beside = cmsg_space!([u8; AUXDATA_LEN]);
        let (length, from, tag) = {
            let mut parts = [IoSliceMut::new(buffer)];
            let (socket, flags) = (self.descriptor.as_raw_fd(), MsgFlags::empty());
            let message = recvmsg::<LinkAddr>(socket, &mut parts, Some(&mut beside), flags)?;
            let tag = message.cmsgs()?.find_map(|message| Tag::told(&message));
            (message.bytes, message.address, tag)
        };
        let ours = from.is_none_or(|from| self.is_ours(&from));
        let length = tag.map_or(length, |tag| tag.put_back(buffer, length));
        Ok(ours.then_some(length))
    }

    fn send(&self, packet: &[u8]) -> io::Result<()> {
        let protocol = match (self.carries, packet.first()) {
            // A frame says itself what it contains.
            (wire::Link::Ethernet, _) => libc::ETH_P_ALL,
            (_, Some(first)) if first >> 4 == 6 => libc::ETH_P_IPV6,
            _ => libc::ETH_P_IP,
        };
        let kernel_end = link_address(self.index, protocol, self.kernel_mac);
        transmit_with(packet, |bytes| {
            sendto(self.descriptor.as_raw_fd(), bytes, &kernel_end, MsgFlags::empty())
        })
    }
}

fn is_ethernet(link: wire::Link) -> bool {
    link == wire::Link::Ethernet
}

/// Makes the pair from inside the namespace of the model's end, and listens there. The kernel's end
/// comes to be where `near` was opened.
fn make_model_end(
    near: &Netlink,
    name: &str,
    addresses: &Addresses,
    carries: wire::Link,
) -> io::Result<(OwnedFd, u32)> {
    let far = Netlink::open()?;
    let namespace = File::open("/proc/thread-self/ns/net")?;
    let ends = [(name, addresses.kernel_mac), (MODEL_END, addresses.model_mac)];
    near.add_veth(ends[0], ends[1], namespace.as_fd()).map_err(while_making)?;
    let index = if_nametoindex(MODEL_END)?;
    far.set_mtu(index, addresses.mtu).map_err(|error| while_doing(("setting the MTU", error)))?;
    // The kernel shall be silent here: it has no address, wants none, and answers no ARP.
    let _ = far.choose_no_address(index);
    let _ = fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    far.set_flags(index, LinkFlags::Up | LinkFlags::Noarp)
        .map_err(|error| while_doing(("bringing it up", error)))?;
    let descriptor =
        listen(index, carries).map_err(|error| while_doing(("opening a packet socket", error)))?;
    Ok((descriptor, index))
}

/// Calls `make` on a thread that has a network namespace of its own. That lasts as long as a socket that
/// was opened in it.
fn in_a_namespace_apart<T: Send>(make: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    let apart = || {
        unshare(CloneFlags::CLONE_NEWNET)?;
        make()
    };
    thread::scope(|scope| scope.spawn(apart).join().expect("it does not panic"))
}

fn while_making(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EOPNOTSUPP) => {
            io::Error::other("this kernel has no veth driver; load it with `sudo modprobe veth`")
        }
        _ => while_doing(("adding the pair", error)),
    }
}

fn while_doing((step, error): Failure) -> io::Error {
    io::Error::new(error.kind(), format!("{step}: {error}"))
}

/// Opens a packet socket that hears what arrives at one interface, to whomever it is addressed.
fn listen(index: u32, carries: wire::Link) -> io::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let kind = if is_ethernet(carries) { SockType::Raw } else { SockType::Datagram };
    // Protocol 0 (none) until bind names both interface and protocol: nothing slips in between.
    let none: Option<SockProtocol> = None;
    let descriptor = socket(AddressFamily::Packet, kind, flags, none)?;
    bind(descriptor.as_raw_fd(), &link_address(index, libc::ETH_P_ALL, Mac([0; 6])))?;
    // A veth end that came up before its peer gets its transmit queue somewhat later, and until then
    // silently loses every packet.
    setsockopt(&descriptor, QueueBypass, &true)?;
    if is_ethernet(carries) {
        Tag::ask_for(&descriptor)?;
    }
    Ok(descriptor)
}

/// The kernel leaves TCP and UDP checksums unfinished on a veth, trusting its far end, and sends packets
/// larger than the MTU, trusting it to divide them. Our far end is a model: have the kernel's end do both.
fn end_offloads(near: &Netlink, mut device: libc::ifreq) -> io::Result<()> {
    for command in OFFLOADS {
        let mut off = DriverValue { command, value: 0 };
        device.ifr_ifru.ifru_data = (&raw mut off).cast();
        // SAFETY: the socket is open; `device` and the value it points to outlive the call.
        unsafe { ask_driver(near.as_fd().as_raw_fd(), &mut device) }?;
    }
    Ok(())
}

/// A sender or receiver on the Ethernet of interface `index` (packet(7), sockaddr_ll); the protocol is one
/// of `ETH_P_`.
fn link_address(index: u32, protocol: libc::c_int, mac: Mac) -> LinkAddr {
    let mut address = [0; 8];
    address[..6].copy_from_slice(&mac.0);
    let address = libc::sockaddr_ll {
        sll_family: libc::AF_PACKET as u16,
        sll_protocol: (protocol as u16).to_be(),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `check` with both ends of a pair, in a network namespace of its own; without root, not at all.
    fn with_pair(carries: wire::Link, check: fn(&PacketSocket, &PacketSocket)) {
        if !nix::unistd::geteuid().is_root() {
            return println!("skipped: a process with threads may enter no user namespace");
        }
        let made = in_a_namespace_apart(|| {
            let addresses = Addresses::default();
            let (model, _) = PacketSocket::make_pair("near", &addresses, carries)?;
            let index = if_nametoindex("near")?;
            let descriptor = listen(index, carries)?;
            let kernel_mac = addresses.model_mac;
            check(&model, &PacketSocket { descriptor, carries, index, kernel_mac });
            Ok(())
        });
        made.unwrap();
    }

    fn crosses(from: &PacketSocket, to: &PacketSocket, packet: &[u8]) {
        from.send(packet).unwrap();
        let mut buffer = [0; 2000];
        let length = to.receive(&mut buffer, Duration::from_secs(1)).unwrap();
        assert_eq!(length.map(|length| &buffer[..length]), Some(packet));
        let more = to.receive(&mut buffer, Duration::from_millis(20)).unwrap();
        assert_eq!(more, None, "{:02x?}", &buffer[..64]);
    }

    /// Also with a VLAN tag, or two, and to a group that nobody joined.
    #[test]
    fn frames_cross_as_they_are() {
        with_pair(wire::Link::Ethernet, |model, kernel| {
            let addresses = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
            let group = [0x33, 0x33, 0xff, 0, 0, 9, 2, 0, 0, 0, 0, 1];
            let kinds: [&[u8]; 4] = [
                &[0x88, 0xb5],
                &[0x81, 0, 0x60, 5, 0x88, 0xb5],
                &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 5, 0x88, 0xb5],
                &[0, 3, 0xaa, 0xaa, 3],
            ];
            for kind in kinds {
                for mac in [addresses, group] {
                    let frame = [&mac[..], kind, &[0x5a; 1400]].concat();
                    crosses(model, kernel, &frame);
                    crosses(kernel, model, &frame);
                }
            }
        });
    }

    #[test]
    fn packets_of_both_versions_cross_as_they_are() {
        with_pair(wire::Link::RawIp, |model, kernel| {
            for version in [0x45, 0x60] {
                crosses(model, kernel, &[&[version][..], &[0x5a; 1000]].concat());
                crosses(kernel, model, &[&[version][..], &[0x5a; 1000]].concat());
            }
        });
    }
}
