//! The reply as far as it is written. Its layers are those of the packet that came, without options.

use crate::grammar::{Layer, Space};
use crate::tape::reader::FRAME_HEADER;
use crate::vocabulary::Token;

/// A reply in the making.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    octets: Vec<u8>,
    written: Vec<bool>,
    header: usize,
    body: usize,
}

impl Reply {
    pub(super) fn new(framed: bool) -> Reply {
        let header = if framed { FRAME_HEADER } else { 0 };
        Reply { octets: Vec::new(), written: Vec::new(), header, body: header + 20 }
    }

    /// It is of the version of IP that the first octet of a header names.
    pub(super) fn begin(&mut self, first: u8) {
        self.body = self.header + if first >> 4 == 6 { 40 } else { 20 };
    }

    /// The place of an offset in a layer.
    pub(super) fn offset(&self, layer: Layer, offset: usize) -> usize {
        offset
            + match layer {
                Layer::Frame => 0,
                Layer::Header => self.header,
                Layer::Body => self.body,
            }
    }

    pub(super) fn write(&mut self, at: usize, octet: u8) {
        if self.octets.len() <= at {
            self.octets.resize(at + 1, 0);
            self.written.resize(at + 1, false);
        }
        self.octets[at] = octet;
        self.written[at] = true;
    }

    /// A word as it is written; zeros where it is not.
    pub(super) fn word(&self, space: Space, offset: usize) -> [Token; 2] {
        let start = if space == Space::WrittenBody { self.body } else { self.header };
        [0, 1]
            .map(|i| Token::byte(self.octets.get(start + offset + i).copied().unwrap_or_default()))
    }

    /// The reply, if there is one without gaps.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        let whole = !self.octets.is_empty() && !self.written.contains(&false);
        whole.then(|| std::mem::take(&mut self.octets))
    }
}
