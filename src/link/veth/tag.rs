//! VLAN tags (IEEE 802.1Q) of received frames.
//!
//! The kernel takes the outermost tag out of a frame before a packet socket hears it, and tells of it beside
//! the frame (packet(7), `PACKET_AUXDATA`). Here it is put back: the model gets the frame of the wire.

use std::io;
use std::os::fd::OwnedFd;

use nix::sys::socket::sockopt::SetBool;
use nix::sys::socket::{ControlMessageOwned, setsockopt};

/// `PACKET_AUXDATA` of linux/if_packet.h.
const PACKET_AUXDATA: libc::c_int = 8;
/// Octets of `struct tpacket_auxdata`: status, three numbers of no use here, and the tag.
pub(super) const AUXDATA_LEN: usize = 20;
/// `TP_STATUS_VLAN_VALID`: there is a tag.
const HAS_TAG: u32 = 1 << 4;

/// The option `PACKET_AUXDATA`.
#[derive(Clone)]
struct AuxiliaryData;
nix::setsockopt_impl!(AuxiliaryData, libc::SOL_PACKET, PACKET_AUXDATA, bool, SetBool);

/// A tag as it stands in a frame, after the two addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag([u8; 4]);

impl Tag {
    /// Has the kernel tell of tags at this packet socket.
    pub(super) fn ask_for(socket: &OwnedFd) -> io::Result<()> {
        Ok(setsockopt(socket, AuxiliaryData, &true)?)
    }

    /// The tag of which a message beside a frame tells.
    pub(super) fn told(message: &ControlMessageOwned) -> Option<Tag> {
        let ControlMessageOwned::Unknown(message) = message else { return None };
        let header = &message.cmsg_header;
        if (header.cmsg_level, header.cmsg_type) != (libc::SOL_PACKET, PACKET_AUXDATA) {
            return None;
        }
        let status = u32::from_ne_bytes(*message.data_bytes.first_chunk()?);
        let word = |at| Some(u16::from_ne_bytes(*message.data_bytes.get(at..)?.first_chunk()?));
        let ([a, b], [c, d]) = (word(18)?.to_be_bytes(), word(16)?.to_be_bytes());
        (status & HAS_TAG != 0).then_some(Tag([a, b, c, d]))
    }

    /// Puts the tag back into the frame that the first `length` octets of `buffer` are. Returns the
    /// frame's length then; what has no room is cut off.
    pub(super) fn put_back(self, buffer: &mut [u8], length: usize) -> usize {
        let longer = (length + 4).min(buffer.len());
        if length < wire::ethernet::HEADER_LEN || longer < 16 {
            return length;
        }
        buffer.copy_within(12..longer - 4, 16);
        buffer[12..16].copy_from_slice(&self.0);
        longer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_after_the_addresses() {
        let frame: Vec<u8> = (0..20).collect();
        for (room, expect) in [(30, 24), (24, 24), (22, 22), (20, 20)] {
            let mut buffer = [&frame[..], &[0xee; 10]].concat();
            let length = Tag([0x81, 0, 0, 5]).put_back(&mut buffer[..room], 20);
            assert_eq!(length, expect);
            let whole = [&frame[..12], &[0x81, 0, 0, 5], &frame[12..]].concat();
            assert_eq!(buffer[..length], whole[..length]);
            assert!(buffer[room..].iter().all(|byte| *byte == 0xee));
        }
        assert_eq!(Tag([0; 4]).put_back(&mut [0; 14], 13), 13);
    }
}
