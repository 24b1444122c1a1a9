//! Configuring network devices over netlink, before the first packet moves.
//!
//! This asks the kernel for what a link needs: a veth pair, addresses, an MTU, quiet, and the device up.
//! Each is one request and one acknowledgement (RFC 3549, section 2).

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage};
use netlink_packet_route::link::{
    AfSpecInet6, AfSpecUnspec, In6AddrGenMode, InfoData, InfoKind, InfoVeth, LinkAttribute,
    LinkFlags, LinkInfo, LinkMessage,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::sys::socket::{
    AddressFamily as Family, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, connect,
    recv, send, socket,
};
use wire::Mac;

use super::Addresses;

/// A conversation with the kernel about the devices of this network namespace.
pub(crate) struct Netlink {
    socket: OwnedFd,
}

impl Netlink {
    /// Opens the conversation; this needs no privilege, changes do.
    pub(crate) fn open() -> io::Result<Netlink> {
        let flags = SockFlag::SOCK_CLOEXEC;
        let route = SockProtocol::NetlinkRoute;
        let socket = socket(Family::Netlink, SockType::Raw, flags, route)?;
        connect(socket.as_raw_fd(), &NetlinkAddr::new(0, 0))?;
        Ok(Netlink { socket })
    }

    /// Makes a pair of Ethernet devices, each the other's far end; `far` comes to be in another
    /// network namespace.
    pub(crate) fn add_veth(
        &self,
        near: (&str, Mac),
        far: (&str, Mac),
        namespace: BorrowedFd,
    ) -> io::Result<()> {
        let (mut pair, mut peer) = (ethernet(near), ethernet(far));
        peer.attributes.push(LinkAttribute::NetNsFd(namespace.as_raw_fd()));
        let peer = InfoData::Veth(InfoVeth::Peer(peer));
        let info = vec![LinkInfo::Kind(InfoKind::Veth), LinkInfo::Data(peer)];
        pair.attributes.push(LinkAttribute::LinkInfo(info));
        self.ask(RouteNetlinkMessage::NewLink(pair), NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Sets these flags of the device and leaves the others: [`LinkFlags::Up`] brings it up.
    pub(crate) fn set_flags(&self, index: u32, flags: LinkFlags) -> io::Result<()> {
        let mut link = LinkMessage::default();
        link.header.index = index;
        link.header.flags = flags;
        link.header.change_mask = flags;
        self.ask(RouteNetlinkMessage::SetLink(link), 0)
    }

    /// Sets the MTU, in bytes.
    pub(crate) fn set_mtu(&self, index: u32, mtu: u32) -> io::Result<()> {
        self.change(index, LinkAttribute::Mtu(mtu))
    }

    /// Sets the Ethernet address of a device that is down.
    pub(crate) fn set_mac(&self, index: u32, mac: Mac) -> io::Result<()> {
        self.change(index, LinkAttribute::Address(mac.0.to_vec()))
    }

    /// Has the kernel give a device that is down no IPv6 address of its own accord: without one it
    /// neither looks for routers nor for others with the same address.
    pub(crate) fn choose_no_address(&self, index: u32) -> io::Result<()> {
        let none = AfSpecInet6::AddrGenMode(In6AddrGenMode::None);
        self.change(index, LinkAttribute::AfSpecUnspec(vec![AfSpecUnspec::Inet6(vec![none])]))
    }

    /// Gives the device both IPv4 addresses: the kernel then receives what is for the model, too.
    pub(crate) fn add_both_addresses(&self, index: u32, addresses: &Addresses) -> io::Result<()> {
        for own in [addresses.kernel, addresses.model] {
            self.add_address(index, (own.into(), own.into()), addresses.prefix)?;
        }
        Ok(())
    }

    /// Gives the device an address of its own and that of its peer; an address that is its own peer has
    /// none. Nobody is asked whether others have it: nobody is there.
    pub(crate) fn add_address(
        &self,
        index: u32,
        (own, peer): (IpAddr, IpAddr),
        prefix: u8,
    ) -> io::Result<()> {
        let family = if own.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let mut address = AddressMessage::default();
        address.header.family = family;
        address.header.prefix_len = prefix;
        address.header.index = index;
        address.header.flags = AddressHeaderFlags::Nodad;
        address.attributes = vec![AddressAttribute::Local(own), AddressAttribute::Address(peer)];
        self.ask(RouteNetlinkMessage::NewAddress(address), NLM_F_CREATE | NLM_F_EXCL)
    }

    fn change(&self, index: u32, attribute: LinkAttribute) -> io::Result<()> {
        let mut link = LinkMessage::default();
        link.header.index = index;
        link.attributes.push(attribute);
        self.ask(RouteNetlinkMessage::SetLink(link), 0)
    }

    /// Sends one request and waits for the kernel's yes or no.
    fn ask(&self, request: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
        let mut message = NetlinkMessage::from(request);
        message.header.flags = NLM_F_REQUEST | NLM_F_ACK | flags;
        message.finalize();
        let mut buffer = vec![0; message.buffer_len().max(4096)];
        message.serialize(&mut buffer);
        let socket = self.socket.as_raw_fd();
        send(socket, &buffer[..message.buffer_len()], MsgFlags::empty())?;
        let length = recv(socket, &mut buffer, MsgFlags::empty())?;
        acknowledged(&buffer[..length])
    }
}

fn ethernet((name, mac): (&str, Mac)) -> LinkMessage {
    let mut device = LinkMessage::default();
    device.attributes.push(LinkAttribute::IfName(name.into()));
    device.attributes.push(LinkAttribute::Address(mac.0.to_vec()));
    device
}

/// A socket of the network namespace in which it was opened, for requests of other kinds.
impl AsFd for Netlink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// An acknowledgement is an error message with code 0 (RFC 3549, section 2.3.2.2).
fn acknowledged(answer: &[u8]) -> io::Result<()> {
    let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(answer)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    match message.payload {
        NetlinkPayload::Error(error) if error.code.is_some() => Err(error.to_io()),
        _ => Ok(()),
    }
}
