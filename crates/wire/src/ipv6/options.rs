//! The options of the Hop-by-Hop Options and Destination Options headers (RFC 8200 section 4.2).
//!
//! They are read where a packet has one of these headers: dissection names them, rules judge them. The
//! TLVs of a Segment Routing Header (RFC 8754 section 2.1) have the same form.

use std::ops::Range;

/// Where the options begin in their header: after the next header and the length.
pub const START: usize = 2;

/// Option types (IANA "Destination Options and Hop-by-Hop Options").
pub mod kind {
    /// One octet of padding, without length and data (RFC 8200 section 4.2).
    pub const PAD_1: u8 = 0;
    /// Two or more octets of padding (RFC 8200 section 4.2).
    pub const PAD_N: u8 = 1;
    /// How many more tunnels a packet may enter (RFC 2473 section 4.1.1).
    pub const TUNNEL_LIMIT: u8 = 4;
    /// Routers are to look at the packet (RFC 2711).
    pub const ROUTER_ALERT: u8 = 5;
    /// A payload of more than 65,535 octets (RFC 2675).
    pub const JUMBO_PAYLOAD: u8 = 0xc2;
    /// The home address of a mobile node (RFC 6275 section 6.3).
    pub const HOME_ADDRESS: u8 = 0xc9;
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionField<'a> {
    /// Its type, see [`kind`].
    pub kind: u8,
    /// Its octets within the header, type and length included.
    pub range: Range<usize>,
    /// What follows type and length; nothing in a [`kind::PAD_1`].
    pub data: &'a [u8],
}

impl OptionField<'_> {
    /// Whether it is there only to fill.
    pub fn is_padding(&self) -> bool {
        matches!(self.kind, kind::PAD_1 | kind::PAD_N)
    }
}

/// An option that leads past the end of its header: nothing after it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastEnd {
    /// Its type.
    pub kind: u8,
    /// Where it begins within the header.
    pub offset: usize,
    /// The octets of data it states; `None` where the header ends before it.
    pub stated: Option<u8>,
}

/// The options in `header`, the whole of an options header: next header, length, options. It ends where
/// the header says, or where the bytes do.
///
/// ```
/// # use wire::ipv6::options;
/// let header = [58, 0, 5, 2, 0, 0, 1, 0];
/// let alert = options(&header).next().unwrap().unwrap();
/// assert_eq!((alert.kind, alert.range, alert.data), (5, 2..6, &[0, 0][..]));
/// ```
pub fn options(header: &[u8]) -> Options<'_> {
    let end = header.get(1).map_or(0, |units| 8 + usize::from(*units) * 8);
    Options { header: &header[..end.min(header.len())], is_cut: end > header.len(), offset: START }
}

/// See [`options`].
#[derive(Clone, Debug)]
pub struct Options<'a> {
    header: &'a [u8],
    /// Whether the header goes on where its bytes do not: an option that does so too is no fault.
    is_cut: bool,
    offset: usize,
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<OptionField<'a>, PastEnd>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.offset;
        let kind = *self.header.get(start)?;
        let stated = self.header.get(start + 1).copied();
        let (data_start, end) = match kind {
            kind::PAD_1 => (start + 1, start + 1),
            _ => (start + 2, start + 2 + usize::from(stated.unwrap_or_default())),
        };
        if let Some(data) = self.header.get(data_start..end) {
            self.offset = end;
            return Some(Ok(OptionField { kind, range: start..end, data }));
        }
        self.offset = self.header.len();
        (!self.is_cut).then_some(Err(PastEnd { kind, offset: start, stated }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn options_and_padding() {
        let header = [58, 1, 5, 2, 0, 0, 0, 1, 0, 0xc2, 4, 0, 1, 0, 0, 0];
        let list: Vec<_> = options(&header).map(Result::unwrap).collect();
        let found: Vec<_> = list.iter().map(|option| (option.kind, option.range.clone())).collect();
        assert_eq!(found, [(5, 2..6), (0, 6..7), (1, 7..9), (0xc2, 9..15), (0, 15..16)]);
        assert_eq!(list[3].data, [0, 1, 0, 0]);
        assert!(list[1].is_padding() && list[2].is_padding() && !list[0].is_padding());
    }

    #[test]
    fn what_leads_past_the_end() {
        let past = PastEnd { kind: 1, offset: 2, stated: Some(5) };
        let mut list = options(&[58, 0, 1, 5, 0, 0, 0, 0]);
        assert_eq!(list.next(), Some(Err(past)));
        assert_eq!(list.next(), None);
        let past = PastEnd { kind: 5, offset: 7, stated: None };
        assert_eq!(options(&[58, 0, 1, 3, 0, 0, 0, 5]).last(), Some(Err(past)));
        assert!(options(&[58, 0, 1, 4, 0, 0, 0, 0]).all(|option| option.is_ok()));
    }

    #[test]
    fn a_header_that_was_cut_has_no_fault() {
        assert_eq!(options(&[58, 0, 1, 4, 0, 0]).next(), None);
        assert_eq!(options(&[58]).next(), None);
        assert_eq!(options(&[]).next(), None);
    }

    proptest! {
        #[test]
        fn options_follow_each_other_and_end(header in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut end = START;
            for option in options(&header) {
                let Ok(option) = option else { break };
                prop_assert_eq!(option.range.start, end);
                prop_assert!(option.range.end > end);
                end = option.range.end;
            }
            prop_assert!(end <= header.len().max(START));
        }
    }
}
