//! The options of DHCP (RFC 2132 section 2): a code, a length, and that many octets of data.
//!
//! Code 0 pads and code 255 ends the list; both stand alone. The length counts the data only.

use std::ops::Range;

/// A filler of one octet.
pub const PAD: u8 = 0;
/// Ends the list.
pub const END: u8 = 255;

/// Subnet mask.
pub const SUBNET_MASK: u8 = 1;
/// Routers.
pub const ROUTER: u8 = 3;
/// The address a client asks for.
pub const REQUESTED_ADDRESS: u8 = 50;
/// Lease time in seconds.
pub const LEASE_TIME: u8 = 51;
/// Where else options are.
pub const OVERLOAD: u8 = 52;
/// The message type.
pub const MESSAGE_TYPE: u8 = 53;
/// The server's identifier, one of its addresses.
pub const SERVER_IDENTIFIER: u8 = 54;
/// The codes of options a client asks for.
pub const PARAMETER_REQUEST_LIST: u8 = 55;
/// The longest message a client accepts, in octets.
pub const MAXIMUM_SIZE: u8 = 57;
/// T1: seconds until the client renews.
pub const RENEWAL_TIME: u8 = 58;
/// T2: seconds until the client rebinds.
pub const REBINDING_TIME: u8 = 59;
/// What a relay agent adds (RFC 3046).
pub const RELAY_AGENT: u8 = 82;

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionField<'a> {
    /// Its code.
    pub code: u8,
    /// Its octets in the message, code and length included.
    pub range: Range<usize>,
    /// Its data.
    pub data: &'a [u8],
}

impl OptionField<'_> {
    /// The octets of its data in the message.
    pub fn data_range(&self) -> Range<usize> {
        self.range.start + 2..self.range.end
    }
}

/// An option whose length leads past the end of its area: nothing after it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLength {
    /// Its code.
    pub code: u8,
    /// Where it begins in the message.
    pub offset: usize,
    /// The length it states; `None` where the area ends before it.
    pub stated: Option<u8>,
    /// Octets of data there are at most.
    pub left: usize,
}

/// The options in one area of a message, pads left out, up to the end of the list or the first that
/// cannot be told from what follows.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The message up to the end of the area.
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Options<'a> {
    /// The options in `area` of `message`.
    pub fn new(message: &'a [u8], area: Range<usize>) -> Self {
        let bytes = &message[..area.end.min(message.len())];
        Options { bytes, offset: area.start.min(bytes.len()) }
    }

    /// Where the next option begins, in the message. Once they are used up, where the list ends: at
    /// [`END`], or with the area.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Where the list ends by [`END`], or `None` where the area ends without it.
    pub fn end(mut self) -> Option<usize> {
        while let Some(Ok(_)) = self.next() {}
        (self.bytes.get(self.offset) == Some(&END)).then_some(self.offset)
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<OptionField<'a>, BadLength>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.bytes.get(self.offset) == Some(&PAD) {
            self.offset += 1;
        }
        let offset = self.offset;
        let code = *self.bytes.get(offset).filter(|code| **code != END)?;
        let stated = self.bytes.get(offset + 1).copied();
        let end = offset + 2 + usize::from(stated.unwrap_or_default());
        match self.bytes.get(offset + 2..end) {
            Some(data) => {
                self.offset = end;
                Some(Ok(OptionField { code, range: offset..end, data }))
            }
            None => {
                self.offset = self.bytes.len();
                let left = self.bytes.len().saturating_sub(offset + 2);
                Some(Err(BadLength { code, offset, stated, left }))
            }
        }
    }
}
