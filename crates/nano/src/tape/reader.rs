//! What a tape reads from: the packet, laid out in header and body by the lengths that it states, and the host's
//! registers. Where there is no byte, a mark says why.

use crate::grammar::{Source, Space, Until};
use crate::registers::Registers;
use crate::tape::reply::Reply;
use crate::vocabulary::Token;

/// Octets of an Ethernet header.
pub(super) const FRAME_HEADER: usize = 14;
/// Where the options of an IPv4 header begin.
const IPV4_OPTIONS: usize = 20;
/// ff02::1
const ALL_NODES: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// A packet and what is known of its layout so far.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    packet: &'a [u8],
    own: Registers,
    /// Where the IP header begins, and where it ends.
    header: usize,
    body: usize,
    /// Where the datagram ends, and what is in it, if that states a length.
    end: usize,
    message_end: Option<usize>,
    /// Where the option begins that was read last.
    option: usize,
    stretch: Stretch,
    register: Stretch,
}

/// A stretch of words that is read one after the other.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    space: Space,
    /// Offset of the next word; none where it was the first.
    next: Option<usize>,
    from: usize,
    /// Offset, or position in the packet, where it ends.
    to: usize,
    backwards: bool,
}

impl Stretch {
    const NONE: Stretch =
        Stretch { space: Space::Header, next: None, from: 0, to: 0, backwards: false };

    fn take(&mut self) -> Option<usize> {
        let next = self.next?;
        self.next = match self.backwards {
            true => next.checked_sub(2).filter(|next| *next >= self.from),
            false => Some(next + 2),
        };
        Some(next)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(packet: &'a [u8], own: &Registers) -> Reader<'a> {
        let header = if own.mac.is_some() { FRAME_HEADER } else { 0 };
        Reader {
            packet,
            own: *own,
            header,
            body: header,
            end: usize::MAX,
            message_end: None,
            option: 0,
            stretch: Stretch::NONE,
            register: Stretch::NONE,
        }
    }

    /// The first octet of an IP header tells how long it is.
    pub(super) fn begin(&mut self, first: u8) {
        let length = if first >> 4 == 6 { 40 } else { usize::from(first & 15) * 4 };
        self.body = self.header + length;
    }

    /// The datagram ends so many octets behind the start of its header.
    pub(super) fn end_header_at(&mut self, length: usize) {
        self.end = self.header + length;
    }

    /// The datagram ends so many octets behind the start of its body.
    pub(super) fn end_body_at(&mut self, length: usize) {
        self.end = self.body + length;
    }

    /// What is in the datagram ends so many octets behind its start.
    pub(super) fn end_message_at(&mut self, length: usize) {
        self.message_end = Some(self.body + length);
    }

    /// The two bytes that a source names, or marks where there are none.
    pub(super) fn word(&mut self, source: Source, reply: &Reply) -> [Token; 2] {
        match source {
            Source::At(space, offset) => self.at(space, offset, usize::MAX, reply),
            Source::First(space, from, until) => {
                let to = self.bound(space, until);
                self.open(Stretch { space, next: Some(from), from, to, backwards: false }, reply)
            }
            Source::Last(space, from, to) => {
                self.open(Stretch { space, next: Some(to - 2), from, to, backwards: true }, reply)
            }
            Source::Next => self.next(false, reply),
            Source::NextOwn => self.next(true, reply),
            Source::NextOption => self.next_option(),
            Source::IpOption => {
                self.option = self.header + IPV4_OPTIONS;
                self.octets(self.option, self.body)
            }
            Source::NextIpOption => self.next_ip_option(),
            Source::Final => self.octets(self.end.saturating_sub(2).max(self.header), usize::MAX),
            Source::Nothing => [Token::END; 2],
        }
    }

    fn open(&mut self, stretch: Stretch, reply: &Reply) -> [Token; 2] {
        let own = stretch.space.is_register();
        *(if own { &mut self.register } else { &mut self.stretch }) = stretch;
        if let (Space::Body, Some(offset)) = (stretch.space, stretch.next) {
            self.option = self.body + offset;
        }
        self.next(own, reply)
    }

    fn next(&mut self, own: bool, reply: &Reply) -> [Token; 2] {
        let stretch = if own { &mut self.register } else { &mut self.stretch };
        let (space, to) = (stretch.space, stretch.to);
        match stretch.take() {
            Some(offset) => self.at(space, offset, to, reply),
            None => [Token::END; 2],
        }
    }

    fn next_option(&mut self) -> [Token; 2] {
        let units = self.packet.get(self.option + 1).copied().unwrap_or_default();
        self.option += 8 * usize::from(units);
        match self.option > self.end {
            true => [Token::BEYOND; 2],
            false => self.octets(self.option, usize::MAX),
        }
    }

    /// Options of one octet have no length; of one whose length is wrong nobody knows where it ends.
    fn next_ip_option(&mut self) -> [Token; 2] {
        let octet = |at: usize| self.packet.get(at).copied().unwrap_or_default();
        self.option += match (octet(self.option), octet(self.option + 1)) {
            (1, _) => 1,
            (0, _) | (_, 0 | 1) => self.body,
            (_, length) => usize::from(length),
        };
        self.octets(self.option, self.body)
    }

    /// Where a stretch ends, as an offset.
    fn bound(&self, space: Space, until: Until) -> usize {
        match until {
            Until::Offset(to) => to,
            Until::Body => self.body - self.header,
            Until::End => usize::MAX,
            Until::Quote(most) => most.min(self.end.saturating_sub(self.start(space))),
        }
    }

    fn start(&self, space: Space) -> usize {
        match space {
            Space::Frame => 0,
            Space::Body => self.body,
            Space::Option => self.option,
            _ => self.header,
        }
    }

    /// The word at an offset of a stretch that ends at another.
    fn at(&self, space: Space, offset: usize, to: usize, reply: &Reply) -> [Token; 2] {
        match space {
            Space::Frame if self.header == 0 => [Token::END; 2],
            Space::Frame | Space::Header | Space::Body | Space::Option => {
                let start = self.start(space);
                let message_end = self.message_end.filter(|_| space == Space::Body);
                let to = to.saturating_add(start).min(message_end.unwrap_or(usize::MAX));
                self.octets(start + offset, to)
            }
            Space::Written | Space::WrittenBody if offset >= to => [Token::END; 2],
            Space::Written | Space::WrittenBody => reply.word(space, offset),
            _ => self.own(space, offset, to),
        }
    }

    /// Two octets of the packet, in a stretch that ends at `to`.
    fn octets(&self, at: usize, to: usize) -> [Token; 2] {
        let octet = |at: usize, past_end: Token| match self.packet.get(at) {
            _ if at >= to => past_end,
            _ if at >= self.end && to == usize::MAX => past_end,
            _ if at >= self.end => Token::BEYOND,
            Some(&octet) => Token::byte(octet),
            None => Token::EOF,
        };
        let first = octet(at, Token::END);
        let second_past_end = if first == Token::END { Token::END } else { Token::FILL };
        [first, octet(at + 1, second_past_end)]
    }

    fn own(&self, space: Space, offset: usize, to: usize) -> [Token; 2] {
        let length = (self.end.min(usize::MAX / 2) - self.body.min(self.end)) as u16;
        let (clock, length) = (self.own.clock.to_be_bytes(), length.to_be_bytes());
        let register: Option<&[u8]> = match space {
            Space::OwnMac => self.own.mac.as_ref().map(|mac| &mac[..]),
            Space::OwnIpv4 => Some(&self.own.ipv4),
            Space::Broadcast => self.own.broadcast.as_ref().map(|all| &all[..]),
            Space::OwnIpv6 => self.own.ipv6.as_ref().map(|address| &address[..]),
            Space::AllNodes => Some(&ALL_NODES),
            Space::Clock => Some(&clock),
            Space::Length => Some(&length),
            _ => None,
        };
        let word =
            register.filter(|_| offset < to).and_then(|octets| octets.get(offset..offset + 2));
        word.map_or([Token::END; 2], |word| [Token::byte(word[0]), Token::byte(word[1])])
    }
}
