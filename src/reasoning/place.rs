//! Where a line of the tape reads or writes, as offsets in the packet or names of registers.

use nano::grammar::{Action, Layer, Source, Space};
use nano::vocabulary::{Meaning, Token};

/// Octets of an Ethernet header.
const FRAME_HEADER: usize = 14;
/// Octets of the IP headers of replies.
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// How the packet and its reply are laid out, as far as the network has read.
#[derive(Default)]
pub(super) struct Layout {
    header: usize,
    body: usize,
    reply_body: usize,
    option: usize,
    /// Where the stretch that is read goes on.
    read: Cursor,
    /// Where the next byte is copied to.
    write: usize,
}

/// A place in the packet or in a register.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub verb: &'static str,
    pub from: usize,
    pub bytes: usize,
}

#[derive(Clone, Copy, Default)]
struct Cursor {
    verb: &'static str,
    at: usize,
    backwards: bool,
}

impl Layout {
    /// The packet is a frame.
    pub(super) fn begin_frame(&mut self) {
        self.header = FRAME_HEADER;
    }

    /// The first octet of the IP header is read.
    pub(super) fn begin_body(&mut self, first: Token) {
        let Meaning::Byte(first) = first.meaning() else { return };
        let is_six = first >> 4 == 6;
        let length = if is_six { IPV6_HEADER } else { usize::from(first & 15) * 4 };
        self.body = self.header + length;
        self.reply_body = self.header + if is_six { IPV6_HEADER } else { IPV4_HEADER };
    }

    /// The place of a line, which is of one word or begins a copy.
    pub(super) fn place(&mut self, action: Action) -> String {
        match action {
            Action::Sum(source) | Action::Look(source) => self.source(source).text(),
            Action::Write(layer, offset, _)
            | Action::WriteSum(layer, offset, _)
            | Action::Nibbles(layer, offset, _) => {
                Place { verb: "write", from: self.reply(layer) + offset, bytes: 2 }.text()
            }
            Action::Again(space, offset, _) => self.of(space, offset, 2).text(),
            Action::Copy(layer, offset, _) => {
                self.write = self.reply(layer) + offset;
                String::new()
            }
            _ => String::new(),
        }
    }

    fn source(&mut self, source: Source) -> Place {
        match source {
            Source::At(space, offset) => self.of(space, offset, 2),
            Source::First(space, from, _) => {
                let place = self.of(space, from, 2);
                if space == Space::Body {
                    self.option = place.from;
                }
                self.read = Cursor { verb: place.verb, at: place.from, backwards: false };
                place
            }
            Source::Last(space, _, to) => {
                let place = self.of(space, to - 2, 2);
                self.read = Cursor { verb: place.verb, at: place.from, backwards: true };
                place
            }
            Source::Next | Source::NextOwn if self.read.backwards => {
                self.read.at = self.read.at.saturating_sub(2);
                Place { verb: self.read.verb, from: self.read.at, bytes: 2 }
            }
            _ => Place::default(),
        }
    }

    /// The place of a word of a stretch, of so many bytes, that was read in order.
    pub(super) fn read(&mut self, action: Action, bytes: usize) -> Place {
        if let Action::Sum(source @ Source::First(..)) | Action::Look(source @ Source::First(..)) =
            action
        {
            self.source(source);
        }
        let place = Place { verb: self.read.verb, from: self.read.at, bytes };
        self.read.at += 2;
        place
    }

    /// The place of so many bytes that were copied.
    pub(super) fn copied(&mut self, bytes: usize) -> Place {
        let place = Place { verb: "write", from: self.write, bytes };
        self.write += bytes;
        place
    }

    fn of(&self, space: Space, offset: usize, bytes: usize) -> Place {
        let (verb, start) = match space {
            Space::Frame => ("bytes", 0),
            Space::Header => ("bytes", self.header),
            Space::Body => ("bytes", self.body),
            Space::Option => ("bytes", self.option),
            Space::Written => ("wrote", self.header),
            Space::WrittenBody => ("wrote", self.reply_body),
            Space::OwnMac => ("my station", 0),
            Space::OwnIpv4 | Space::OwnIpv6 => ("my address", 0),
            Space::Broadcast => ("all hosts", 0),
            Space::AllNodes => ("all nodes", 0),
            Space::Clock => ("my clock", 0),
            Space::Length => ("length", 0),
        };
        Place { verb, from: start + offset, bytes }
    }

    fn reply(&self, layer: Layer) -> usize {
        match layer {
            Layer::Frame => 0,
            Layer::Header => self.header,
            Layer::Body => self.reply_body,
        }
    }
}

impl Place {
    /// As text: `bytes 2–3`; of a register its name alone.
    pub(super) fn text(self) -> String {
        let Place { verb, from, bytes } = self;
        match (verb, bytes) {
            ("bytes" | "write" | "wrote", 1) => format!("{verb} {from}"),
            ("bytes" | "write" | "wrote", _) => format!("{verb} {from}–{}", from + bytes - 1),
            _ => verb.to_owned(),
        }
    }
}
