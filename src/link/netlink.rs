//! Configuring network devices over netlink, before the first packet moves.
//!
//! This asks the kernel for the four things a link needs: a veth pair, an address, an MTU, and the
//! device up. Each is one request and one acknowledgement (RFC 3549, section 2).

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, OwnedFd};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::sys::socket::{
    AddressFamily as Family, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, connect,
    recv, send, socket,
};

use super::Addresses;

/// An Ethernet address.
pub(crate) type Mac = [u8; 6];

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

    /// Makes a pair of Ethernet devices, each the other's far end.
    pub(crate) fn add_veth(&self, near: (&str, Mac), far: (&str, Mac)) -> io::Result<()> {
        let mut pair = ethernet(near);
        let peer = InfoData::Veth(InfoVeth::Peer(ethernet(far)));
        let info = vec![LinkInfo::Kind(InfoKind::Veth), LinkInfo::Data(peer)];
        pair.attributes.push(LinkAttribute::LinkInfo(info));
        self.ask(RouteNetlinkMessage::NewLink(pair), NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Brings the device up, with `also` among its flags.
    pub(crate) fn bring_up(&self, index: u32, also: LinkFlags) -> io::Result<()> {
        let mut link = LinkMessage::default();
        link.header.index = index;
        link.header.flags = LinkFlags::Up | also;
        link.header.change_mask = link.header.flags;
        self.ask(RouteNetlinkMessage::SetLink(link), 0)
    }

    /// Sets the MTU, in bytes.
    pub(crate) fn set_mtu(&self, index: u32, mtu: u32) -> io::Result<()> {
        let mut link = LinkMessage::default();
        link.header.index = index;
        link.attributes.push(LinkAttribute::Mtu(mtu));
        self.ask(RouteNetlinkMessage::SetLink(link), 0)
    }

    /// Gives the device the kernel's address, with the model as its peer.
    pub(crate) fn add_address(&self, index: u32, addresses: &Addresses) -> io::Result<()> {
        let Addresses { kernel, model, prefix, .. } = *addresses;
        self.add_address_with_peer(index, kernel, model, prefix)
    }

    /// Gives the device both addresses: the kernel then receives what is for the model, too.
    pub(crate) fn add_both_addresses(&self, index: u32, addresses: &Addresses) -> io::Result<()> {
        for own in [addresses.kernel, addresses.model] {
            self.add_address_with_peer(index, own, own, addresses.prefix)?;
        }
        Ok(())
    }

    /// An address that is its own peer has none.
    fn add_address_with_peer(
        &self,
        index: u32,
        own: Ipv4Addr,
        peer: Ipv4Addr,
        prefix: u8,
    ) -> io::Result<()> {
        let mut address = AddressMessage::default();
        address.header.family = AddressFamily::Inet;
        address.header.prefix_len = prefix;
        address.header.index = index;
        address.attributes =
            vec![AddressAttribute::Local(own.into()), AddressAttribute::Address(peer.into())];
        self.ask(RouteNetlinkMessage::NewAddress(address), NLM_F_CREATE | NLM_F_EXCL)
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
    device.attributes.push(LinkAttribute::Address(mac.to_vec()));
    device
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
