//! The options of IPv4 and TCP, which share one format (RFC 791 section 3.1, RFC 9293 section 3.1).
//!
//! Kind 0 ends the list, kind 1 is a filler of one octet; every other option states its length, kind and
//! length included, in its second octet.

use std::ops::Range;

/// The kind that ends the list.
pub const END: u8 = 0;
/// The filler.
pub const NO_OPERATION: u8 = 1;

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionField<'a> {
    /// Its kind.
    pub kind: u8,
    /// Its octets within the options, kind and length included.
    pub range: Range<usize>,
    /// What follows kind and length.
    pub data: &'a [u8],
}

/// An option whose stated length is under two or leads past the end: nothing after it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLength {
    /// Its kind.
    pub kind: u8,
    /// Where it begins within the options.
    pub offset: usize,
    /// The length it states; `None` where the options end before it.
    pub stated: Option<u8>,
}

/// The options in `bytes`, fillers left out, up to the end of the list or the first that cannot be
/// told from what follows.
pub fn options(bytes: &[u8]) -> Options<'_> {
    Options { bytes, offset: 0 }
}

/// See [`options`].
#[derive(Clone, Debug)]
pub struct Options<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Options<'a> {
    /// Where the next option begins. After the last one of a list that was ended, the octet after its
    /// end.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What follows the octet that ends the list; empty where none does.
    pub fn after_end(mut self) -> &'a [u8] {
        while let Some(Ok(_)) = self.next() {}
        match self.bytes.get(self.offset) {
            Some(&END) => &self.bytes[self.offset + 1..],
            _ => &[],
        }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<OptionField<'a>, BadLength>;

    // Rules walk short lists often.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.bytes.get(self.offset) == Some(&NO_OPERATION) {
            self.offset += 1;
        }
        let offset = self.offset;
        let kind = *self.bytes.get(offset).filter(|kind| **kind != END)?;
        let stated = self.bytes.get(offset + 1).copied();
        let end = offset + usize::from(stated.unwrap_or_default());
        match self.bytes.get(offset + 2..end) {
            Some(data) => {
                self.offset = end;
                Some(Ok(OptionField { kind, range: offset..end, data }))
            }
            None => {
                self.offset = self.bytes.len();
                Some(Err(BadLength { kind, offset, stated }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_fillers_and_end() {
        let bytes = [2, 4, 5, 0xb4, 1, 1, 4, 2, 0, 9];
        let mut list = options(&bytes);
        assert_eq!(list.next().unwrap().unwrap().data, [5, 0xb4]);
        assert_eq!(list.next().unwrap().unwrap().range, 6..8);
        assert_eq!(list.next(), None);
        assert_eq!(list.after_end(), [9]);
    }

    #[test]
    fn lengths_that_lead_nowhere() {
        for (bytes, stated) in [(&[3_u8, 1][..], Some(1)), (&[3, 9, 0], Some(9)), (&[3], None)] {
            let mut list = options(bytes);
            let bad = BadLength { kind: 3, offset: 0, stated };
            assert_eq!(list.next(), Some(Err(bad)));
            assert_eq!(list.next(), None);
            assert!(list.after_end().is_empty());
        }
    }
}
