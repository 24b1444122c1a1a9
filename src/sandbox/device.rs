//! The kinds of devices that a sandbox may have, and the link that each becomes in the outer half.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{LOOPBACK, SandboxConfig};
use crate::link::Link;
use crate::link::raw::IcmpSocket;
use crate::link::tun::{Kind, Tun};
use crate::link::veth::PacketSocket;

/// Which kind of device carries the packets. On an Ethernet link the kernel asks the model for Ethernet
/// addresses first, by ARP and neighbour solicitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// TUN where it may be opened, else a veth pair.
    #[default]
    Auto,
    /// A TUN device or nothing.
    Tun,
    /// A veth pair read through a packet socket.
    Veth,
    /// An Ethernet link: TAP where it may be opened, else a veth pair.
    Ethernet,
    /// A TAP device or nothing.
    Tap,
    /// A veth pair read through a packet socket, frame by frame.
    EthernetVeth,
    /// A raw socket on the loopback device, which then has both addresses: whoever pings must say
    /// from which.
    Raw,
}

impl Device {
    pub(super) const ALL: [Device; 7] = [
        Device::Auto,
        Device::Tun,
        Device::Veth,
        Device::Ethernet,
        Device::Tap,
        Device::EthernetVeth,
        Device::Raw,
    ];

    /// Its name between the two halves.
    pub(super) fn word(self) -> &'static str {
        match self {
            Device::Auto => "auto",
            Device::Tun => "tun",
            Device::Veth => "veth",
            Device::Ethernet => "ethernet",
            Device::Tap => "tap",
            Device::EthernetVeth => "ethernet-veth",
            Device::Raw => "raw",
        }
    }

    /// The device of that [`word`](Device::word).
    pub(super) fn named(word: &str) -> Option<Device> {
        Device::ALL.into_iter().find(|device| device.word() == word)
    }
}

impl SandboxConfig {
    /// The device of the kind named `made`, whose descriptor the helper sent.
    pub(super) fn link(
        &self,
        made: &str,
        descriptor: OwnedFd,
        index: u32,
    ) -> Option<Arc<dyn Link>> {
        let (name, addresses) = (&self.name, &self.addresses);
        let veth = |carries, descriptor| {
            Arc::new(PacketSocket::from_descriptor(descriptor, carries, index, addresses))
        };
        Some(match Device::named(made)? {
            Device::Tun => Arc::new(Tun::from_descriptor(descriptor, name, Kind::Tun)),
            Device::Tap => Arc::new(Tun::from_descriptor(descriptor, name, Kind::Tap)),
            Device::Veth => veth(wire::Link::RawIp, descriptor),
            Device::EthernetVeth => veth(wire::Link::Ethernet, descriptor),
            Device::Raw => Arc::new(IcmpSocket::from_descriptor(descriptor, LOOPBACK)),
            Device::Auto | Device::Ethernet => return None,
        })
    }
}
