//! A packet in the making.

use nano::registers::Registers;
use rand_chacha::ChaCha8Rng;

use super::{Class, Fault, draw};

/// What every layer of a packet has to know of it.
pub(super) struct Draft<'a> {
    pub rng: &'a mut ChaCha8Rng,
    /// The host that receives it.
    pub own: Registers,
    /// The station that sends it.
    pub peer: [u8; 6],
    pub class: Class,
    /// Bytes of payload.
    pub data: usize,
    pub fault: Option<Fault>,
}

impl Draft<'_> {
    pub fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// What the check comes to, where that checksum is to be wrong.
    pub fn miss(&mut self, fault: Fault) -> Option<u16> {
        self.has(fault).then(|| draw::miss(self.rng))
    }

    pub fn mac(&self) -> [u8; 6] {
        self.own.mac.unwrap_or_default()
    }

    pub fn ipv6(&self) -> [u8; 16] {
        self.own.ipv6.expect("packets of IPv6 are drawn for hosts that have it")
    }
}
