//! The extension structure that may follow the quoted datagram of an ICMP error (RFC 4884): how a router
//! says which MPLS labels (RFC 4950) or which interface (RFC 5837) the datagram came with.
//!
//! Only a length attribute in the message tells where it begins, so a structure without one, as routers
//! sent before RFC 4884, is not found here: it counts as quoted.

use crate::{Pdu, Protocol, word};

/// The octets that the quoted datagram takes up at least where a structure follows (RFC 4884 section 4).
pub const LEAST_QUOTED: usize = 128;

/// The octets of the structure's own header, and of each object's.
pub const HEADER_LEN: usize = 4;

/// The version of the structure (RFC 4884 section 7).
pub const VERSION: u8 = 2;

/// Where in the unit of an ICMP error the structure would begin by its length attribute: none where that is
/// zero or the message has none. It may lie beyond the end of the message.
pub fn start(pdu: &Pdu) -> Option<usize> {
    let octets = match (pdu.protocol(), pdu.bytes()) {
        (Protocol::Icmp, [3 | 11 | 12, _, _, _, _, words, ..]) => usize::from(*words) * 4,
        (Protocol::Icmpv6, [1 | 3, _, _, _, words, ..]) => usize::from(*words) * 8,
        _ => 0,
    };
    (octets > 0).then_some(8 + octets)
}

/// The captured octets of the structure of an ICMP error, and where in its unit they begin; `None` where
/// there is no length attribute or nothing after the octets it counts.
pub fn structure<'p>(pdu: &Pdu<'p>) -> Option<(usize, &'p [u8])> {
    let start = start(pdu)?;
    let bytes = pdu.bytes().get(start..).filter(|bytes| !bytes.is_empty())?;
    Some((start, bytes))
}

/// The objects of a structure, each with its offset there and as far as its octets go, up to the first whose
/// stated length cannot be: that one is the error.
pub fn objects(structure: &[u8]) -> Objects<'_> {
    Objects { structure, offset: HEADER_LEN }
}

/// See [`objects`].
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    structure: &'a [u8],
    offset: usize,
}

impl<'a> Iterator for Objects<'a> {
    /// Offset and octets, or the offset of an object without a sound length.
    type Item = Result<(usize, &'a [u8]), usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.offset;
        let rest = self.structure.get(offset..).filter(|rest| !rest.is_empty())?;
        let length = word(rest, 0).map_or(0, usize::from);
        let sound = length >= HEADER_LEN && length.is_multiple_of(4);
        match rest.get(..length).filter(|_| sound) {
            Some(object) => {
                self.offset += length;
                Some(Ok((offset, object)))
            }
            None => {
                self.offset = self.structure.len();
                Some(Err(offset))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objects_one_after_another() {
        let structure = [0x20, 0, 0, 0, 0, 8, 1, 1, 1, 2, 3, 4, 0, 4, 9, 9, 0, 6, 1, 1, 0, 0];
        let found: Vec<_> = objects(&structure).collect();
        assert_eq!(found, [Ok((4, &structure[4..12])), Ok((12, &structure[12..16])), Err(16)]);
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(
            structure in prop::collection::vec(prop_oneof![0..9_u8, any::<u8>()], 0..90),
        ) {
            let mut end = HEADER_LEN;
            for object in objects(&structure) {
                let Ok((offset, bytes)) = object else { continue };
                prop_assert_eq!(offset, end);
                end += bytes.len();
            }
            prop_assert!(end <= structure.len().max(HEADER_LEN));
        }
    }
}
