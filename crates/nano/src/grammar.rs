//! What a label can ask of the [tape](crate::tape): to feed a word of the packet, of a register or of the reply,
//! or to take down what the network writes. The protocols' labels are lists of such requests.

use crate::protocol::Label;

/// Where words can be read. Offsets count octets from the start of the space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    /// The frame, where there is one.
    Frame,
    /// The packet behind the frame's header: an IP header, or an ARP packet.
    Header,
    /// What the IP header is followed by.
    Body,
    /// The option that was read last, of those that state their length (RFC 4861 section 4.6).
    Option,
    /// The reply's IP header, as far as it is written; zeros where it is not.
    Written,
    /// The reply behind its IP header, likewise.
    WrittenBody,
    /// The host's own Ethernet address.
    OwnMac,
    /// The host's own IPv4 address.
    OwnIpv4,
    /// The broadcast address of the host's IPv4 network.
    Broadcast,
    /// The host's own IPv6 address.
    OwnIpv6,
    /// The IPv6 address of all nodes on the link, ff02::1 (RFC 4291 section 2.7.1).
    AllNodes,
    /// The time of day: milliseconds since midnight UT, in 32 bits.
    Clock,
    /// How many octets the datagram has behind its IP header, in 16 bits.
    Length,
}

impl Space {
    /// Whether it is a register: something of the host, not of the packet or the reply.
    pub fn is_register(self) -> bool {
        use Space::*;
        matches!(self, OwnMac | OwnIpv4 | Broadcast | OwnIpv6 | AllNodes | Clock | Length)
    }
}

/// Where a stretch of words ends; from there on, `END` is fed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// At an offset of the same space.
    Offset(usize),
    /// Where the IP header ends.
    Body,
    /// Where the datagram ends, or what is in it, if that states a length of its own.
    End,
    /// Where the datagram ends, but after so many octets at most: what an ICMP error may quote.
    Quote(usize),
}

/// Where the tape takes the two bytes of a read line from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A word at an offset.
    At(Space, usize),
    /// The first word of a stretch.
    First(Space, usize, Until),
    /// The last word of a stretch of fixed bounds, which is then read backwards.
    Last(Space, usize, usize),
    /// The next word of the stretch of the packet that was begun last.
    Next,
    /// The next word of the stretch of a register that was begun last.
    NextOwn,
    /// The option behind the one that was read last; its length is in its second octet, in units of 8.
    NextOption,
    /// The first option of an IPv4 header.
    IpOption,
    /// The option of an IPv4 header behind the one that was read last (RFC 791 section 3.1).
    NextIpOption,
    /// The last word of the datagram.
    Final,
    /// Nowhere: the line has no word (`END END`), so adding it only folds the carry back in.
    Nothing,
}

/// A part of the reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    /// The Ethernet header.
    Frame,
    /// The IP header, or an ARP packet.
    Header,
    /// What follows the IP header.
    Body,
}

/// On which line something is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// Opposite to so many lines behind the one that the label was read on.
    Opposite(Label, u32),
    /// On a line of its own, after all that were read.
    Here,
}

/// Opposite to the line of a label.
pub fn opposite(label: impl Into<Label>) -> At {
    At::Opposite(label.into(), 0)
}

/// What a label asks of the tape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Feed a word; the network then writes four running-sum nibbles.
    Sum(Source),
    /// Feed a word, to look at only.
    Look(Source),
    /// The network writes the word of the reply at an offset.
    Write(Layer, usize, At),
    /// The same, and four running-sum nibbles after it.
    WriteSum(Layer, usize, At),
    /// Feed a word of the reply that is written already; the network then writes four running-sum nibbles.
    Again(Space, usize, At),
    /// No word, four running-sum nibbles of the reply.
    Fold(At),
    /// No word, four nibbles (low first) that are a word of the reply.
    Nibbles(Layer, usize, At),
    /// The network writes the reply from an offset on, two bytes a line, opposite to what it read from the
    /// line of a label on, until it says something else.
    Copy(Layer, usize, Label),
    /// The reply is complete: send it.
    Send,
    /// Send nothing, for a reason (the names are those of the judge's reasons).
    Drop,
}

/// [`Action::Copy`] from the line of a label.
pub fn copy(layer: Layer, offset: usize, from: impl Into<Label>) -> Action {
    Action::Copy(layer, offset, from.into())
}
