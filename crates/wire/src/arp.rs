//! ARP (RFC 826), which asks for the hardware address of a protocol address and answers.

use std::net::Ipv4Addr;

use crate::{Mac, word};

/// The octets before the addresses.
pub const FIXED_LEN: usize = 8;

/// The byte range of each field (RFC 826, "Packet format"). Those of the addresses hold where hardware
/// addresses have six octets and protocol addresses four.
pub mod field {
    use std::ops::Range;

    /// `hardware_type`, ar$hrd.
    pub const HARDWARE_TYPE: Range<usize> = 0..2;
    /// `protocol_type`, ar$pro: an EtherType.
    pub const PROTOCOL_TYPE: Range<usize> = 2..4;
    /// `hardware_length`, ar$hln: octets of a hardware address.
    pub const HARDWARE_LENGTH: Range<usize> = 4..5;
    /// `protocol_length`, ar$pln: octets of a protocol address.
    pub const PROTOCOL_LENGTH: Range<usize> = 5..6;
    /// `opcode`, ar$op.
    pub const OPCODE: Range<usize> = 6..8;
    /// `sender_hardware` address, ar$sha.
    pub const SENDER_HARDWARE: Range<usize> = 8..14;
    /// `sender_address`, ar$spa.
    pub const SENDER_ADDRESS: Range<usize> = 14..18;
    /// `target_hardware` address, ar$tha.
    pub const TARGET_HARDWARE: Range<usize> = 18..24;
    /// `target_address`, ar$tpa.
    pub const TARGET_ADDRESS: Range<usize> = 24..28;
}

/// Who is asked for that address?
pub const REQUEST: u16 = 1;
/// That address is here.
pub const REPLY: u16 = 2;

/// A view of bytes as an ARP packet. Nothing is checked but that [`FIXED_LEN`] octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp<'a> {
    bytes: &'a [u8],
}

impl<'a> Arp<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`FIXED_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= FIXED_LEN).then_some(Self { bytes })
    }

    /// The kind of hardware: 1 is Ethernet, 6 IEEE 802.
    pub fn hardware_type(&self) -> u16 {
        self.word(0)
    }

    /// The protocol whose addresses are asked for, an EtherType.
    pub fn protocol_type(&self) -> u16 {
        self.word(2)
    }

    /// Octets of a hardware address.
    pub fn hardware_length(&self) -> u8 {
        self.bytes[4]
    }

    /// Octets of a protocol address.
    pub fn protocol_length(&self) -> u8 {
        self.bytes[5]
    }

    /// [`REQUEST`], [`REPLY`] or another operation.
    pub fn opcode(&self) -> u16 {
        self.word(6)
    }

    /// Octets of the whole packet, as the lengths of its addresses state them.
    pub fn length(&self) -> usize {
        let (hardware, protocol) = (self.hardware_length(), self.protocol_length());
        FIXED_LEN + 2 * (usize::from(hardware) + usize::from(protocol))
    }

    /// Sender and target, where they have Ethernet and IPv4 addresses and all octets are there.
    pub fn ends(&self) -> Option<(End, End)> {
        if self.bytes[..6] != [0, 1, 8, 0, 6, 4] {
            return None;
        }
        Some((End::new(self.bytes.get(8..18)?)?, End::new(self.bytes.get(18..28)?)?))
    }

    fn word(&self, offset: usize) -> u16 {
        word(self.bytes, offset).unwrap_or_default()
    }
}

/// The addresses of a sender or a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The hardware address.
    pub hardware: Mac,
    /// The protocol address.
    pub address: Ipv4Addr,
}

impl End {
    fn new(octets: &[u8]) -> Option<End> {
        let address: [u8; 4] = *octets.get(6..)?.first_chunk()?;
        Some(End { hardware: Mac::new(octets)?, address: address.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn fields_of_a_request() {
        let bytes =
            hex::parse("0001080006040001 020000000002 0a000002 000000000000 0a000001").unwrap();
        let arp = Arp::new(&bytes).unwrap();
        assert_eq!((arp.hardware_type(), arp.protocol_type(), arp.opcode()), (1, 0x0800, REQUEST));
        assert_eq!(arp.length(), bytes.len());
        let (sender, target) = arp.ends().unwrap();
        assert_eq!(sender.hardware.to_string(), "02:00:00:00:00:02");
        assert_eq!(sender.address, Ipv4Addr::new(10, 0, 0, 2));
        assert_eq!((target.hardware, target.address), (Mac([0; 6]), Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(Arp::new(&bytes[..27]).unwrap().ends(), None);
        assert_eq!(Arp::new(&bytes[..7]), None);
    }
}
