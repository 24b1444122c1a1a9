//! The options of Neighbor Discovery (RFC 4861 section 4.6): what follows the fixed fields of the five
//! messages.
//!
//! Every option states its length in its second octet, in units of eight octets, type and length
//! included. Unlike the options of IPv4 there is neither filler nor end: the message ends them.

use std::ops::Range;

/// Octets of the unit in which options state their length.
pub const UNIT: usize = 8;

/// `type` of a source link-layer address (RFC 4861 section 4.6.1).
pub const SOURCE_LINK_LAYER: u8 = 1;
/// `type` of a target link-layer address (RFC 4861 section 4.6.1).
pub const TARGET_LINK_LAYER: u8 = 2;
/// `type` of prefix information (RFC 4861 section 4.6.2).
pub const PREFIX_INFORMATION: u8 = 3;
/// `type` of a redirected header (RFC 4861 section 4.6.3).
pub const REDIRECTED_HEADER: u8 = 4;
/// `type` of an MTU (RFC 4861 section 4.6.4).
pub const MTU: u8 = 5;
/// `type` of route information (RFC 4191 section 2.3).
pub const ROUTE_INFORMATION: u8 = 24;
/// `type` of recursive DNS servers (RFC 8106 section 5.1).
pub const RECURSIVE_DNS_SERVER: u8 = 25;
/// `type` of a DNS search list (RFC 8106 section 5.2).
pub const DNS_SEARCH_LIST: u8 = 31;

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighborOption<'a> {
    /// Its type.
    pub kind: u8,
    /// Its octets within the message, type and length included.
    pub range: Range<usize>,
    /// These octets.
    pub bytes: &'a [u8],
}

/// An option that states a length of zero, or one that leads past the end: nothing after it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLength {
    /// Where it begins within the message.
    pub offset: usize,
    /// Its type.
    pub kind: u8,
    /// The length it states, in units of eight octets; `None` where the message ends before it.
    pub stated: Option<u8>,
}

/// The options of `message`, an ICMPv6 message, from `start` on, up to the first that cannot be told from
/// what follows.
pub fn options(message: &[u8], start: usize) -> NeighborOptions<'_> {
    NeighborOptions { message, offset: start }
}

/// See [`options`].
#[derive(Clone, Debug)]
pub struct NeighborOptions<'a> {
    message: &'a [u8],
    offset: usize,
}

impl<'a> Iterator for NeighborOptions<'a> {
    type Item = Result<NeighborOption<'a>, BadLength>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.offset;
        let kind = *self.message.get(offset)?;
        let stated = self.message.get(offset + 1).copied();
        let end = offset + usize::from(stated.unwrap_or_default()) * UNIT;
        match self.message.get(offset..end) {
            Some(bytes) if !bytes.is_empty() => {
                self.offset = end;
                Some(Ok(NeighborOption { kind, range: offset..end, bytes }))
            }
            _ => {
                self.offset = self.message.len();
                Some(Err(BadLength { offset, kind, stated }))
            }
        }
    }
}

/// The name of an option in the words of the IANA registry, lower case; `None` where it has none.
pub fn option_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        SOURCE_LINK_LAYER => "source link-layer address",
        TARGET_LINK_LAYER => "target link-layer address",
        PREFIX_INFORMATION => "prefix information",
        REDIRECTED_HEADER => "redirected header",
        MTU => "MTU",
        7 => "advertisement interval",
        8 => "home agent information",
        11 => "CGA",
        12 => "RSA signature",
        13 => "timestamp",
        14 => "nonce",
        ROUTE_INFORMATION => "route information",
        RECURSIVE_DNS_SERVER => "recursive DNS server",
        26 => "flags extension",
        DNS_SEARCH_LIST => "DNS search list",
        33 => "address registration",
        34 => "6LoWPAN context",
        37 => "captive portal",
        38 => "PREF64",
        144 => "encrypted DNS",
        253 | 254 => "experiment",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn options_one_after_another() {
        let message = [[0; 8], [1, 1, 2, 0, 0, 0, 0, 1], [5, 1, 0, 0, 0, 0, 5, 0xdc]].concat();
        let found: Vec<_> = options(&message, 8).map(|option| option.unwrap().range).collect();
        assert_eq!(found, [8..16, 16..24]);
        assert_eq!(options(&message, 24).next(), None);
    }

    #[test]
    fn lengths_that_lead_nowhere() {
        for (bytes, stated) in [(&[3_u8, 0][..], Some(0)), (&[3, 4, 0], Some(4)), (&[3], None)] {
            let mut list = options(bytes, 0);
            assert_eq!(list.next(), Some(Err(BadLength { offset: 0, kind: 3, stated })));
            assert_eq!(list.next(), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(
            message in prop::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..200),
            start in 0..60_usize,
        ) {
            let mut end = start;
            for option in options(&message, start) {
                match option {
                    Ok(option) => {
                        prop_assert_eq!(option.range.start, end);
                        prop_assert_eq!(&message[option.range.clone()], option.bytes);
                        prop_assert!(!option.bytes.is_empty());
                        end = option.range.end;
                    }
                    Err(bad) => prop_assert_eq!(bad.offset, end),
                }
            }
            prop_assert!(end <= message.len().max(start));
        }
    }
}
