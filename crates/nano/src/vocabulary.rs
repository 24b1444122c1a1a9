//! The words nano speaks: 256 bytes, 32 nibbles with their carry, three marks the tape feeds
//! where there is no byte, and one label for each thing the network can ask the tape to do.
//! Token numbers are the rows of the embedding table, so this file and the weights belong together:
//! [`VOCABULARY_VERSION`] is stored in the weights file and checked when it is loaded.

/// A token: a row of the embedding table, `0..Token::COUNT`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u16);

/// Changes whenever a token's number or meaning changes; weights of another version are refused.
pub const VOCABULARY_VERSION: &str = "1";

const NIBBLES: u16 = 256;
const MARKS: u16 = NIBBLES + 32;
const LABELS: u16 = MARKS + 4;

impl Token {
    /// Fed where the total length says that the datagram has no byte.
    pub const END: Token = Token(MARKS);
    /// Fed where the wire delivered no byte although the datagram should have one.
    pub const EOF: Token = Token(MARKS + 1);
    /// Fed as the second half of an odd last word; counts as zero (RFC 1071 section 1).
    pub const FILL: Token = Token(MARKS + 2);
    /// The first token of every tape: a packet has arrived.
    pub const START: Token = Token(MARKS + 3);
    /// Number of tokens in the vocabulary.
    pub const COUNT: usize = LABELS as usize + Label::ALL.len();

    /// The token of one byte.
    pub const fn byte(value: u8) -> Token {
        Token(value as u16)
    }

    /// The token of one nibble (`value < 16`) of a running sum, with the carry out of it.
    pub const fn nibble(value: u8, carry: bool) -> Token {
        Token(NIBBLES + (value & 15) as u16 + 16 * carry as u16)
    }

    /// The token of a label.
    pub const fn label(label: Label) -> Token {
        Token(LABELS + label as u16)
    }

    /// What the token stands for.
    pub fn meaning(self) -> Meaning {
        match self.0 {
            value @ 0..NIBBLES => Meaning::Byte(value as u8),
            value @ NIBBLES..MARKS => {
                let nibble = value - NIBBLES;
                Meaning::Nibble { value: (nibble & 15) as u8, carry: nibble >= 16 }
            }
            value => match value.checked_sub(LABELS).and_then(|row| Label::ALL.get(row as usize)) {
                Some(&label) => Meaning::Label(label),
                None => Meaning::Mark,
            },
        }
    }
}

/// What a token stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// A byte of a packet.
    Byte(u8),
    /// Four bits of a running sum and the carry out of them.
    Nibble {
        /// The four bits, `0..16`.
        value: u8,
        /// Whether the addition overflowed into the next nibble.
        carry: bool,
    },
    /// `END`, `EOF`, `FILL` or `START`.
    Mark,
    /// A request to the tape.
    Label(Label),
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.meaning() {
            Meaning::Byte(byte) => write!(f, "{byte:02x}"),
            Meaning::Nibble { value, carry } => {
                write!(f, "{value:x}{}", if carry { '+' } else { '.' })
            }
            Meaning::Label(label) => f.write_str(label.name()),
            Meaning::Mark => f.write_str(match *self {
                Token::END => "<end>",
                Token::EOF => "<eof>",
                Token::FILL => "<fill>",
                Token::START => "<start>",
                _ => "<unknown>",
            }),
        }
    }
}

/// Where the tape takes the two bytes of a read line from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The packet, at this byte offset.
    Packet(usize),
    /// The packet, at the word after the one read last.
    Next,
    /// The host's own IPv4 address, at this byte offset.
    Own(usize),
    /// Nowhere: the line has no word (`END END`), so adding it only folds the carry back in.
    Nothing,
}

/// What a label asks of the tape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Feed a word; the network then writes four running-sum nibbles.
    Sum(Source),
    /// Feed a word, to look at only.
    Look(Source),
    /// The network writes the reply's word at a byte offset, on the line opposite to a read line.
    Write {
        /// Byte offset in the reply.
        offset: usize,
        /// The read line that this line lies opposite to.
        opposite: Label,
        /// Whether four running-sum nibbles follow.
        sum: bool,
    },
    /// No word, four nibbles: the reply's running sum with its last carry folded in.
    FoldReply {
        /// The read line that this line lies opposite to.
        opposite: Label,
    },
    /// No word, four nibbles (low first) that are the reply's checksum at a byte offset.
    Checksum {
        /// Byte offset in the reply.
        offset: usize,
        /// The read line that this line lies opposite to.
        opposite: Label,
    },
    /// The network writes the reply from byte 24 on, two bytes a line, opposite to what it read.
    Body,
    /// The reply is complete: send it.
    Send,
    /// Send nothing, for a reason (the names are those of the judge's reasons).
    Drop,
}

macro_rules! labels {
    ($($label:ident $name:literal $action:expr, $english:literal;)*) => {
        /// The requests the network can make. The order is the token order.
        #[allow(missing_docs, reason = "name() and english() say what each is")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Label { $($label),* }

        impl Label {
            /// Every label, in token order.
            pub const ALL: &'static [Label] = &[$(Label::$label),*];

            /// The short name used in traces; of a drop, the name of the reason.
            pub const fn name(self) -> &'static str {
                match self { $(Label::$label => $name),* }
            }

            /// What the label does, in the words of the rendered reasoning.
            pub const fn english(self) -> &'static str {
                match self { $(Label::$label => $english),* }
            }

            /// What the label asks of the tape.
            pub const fn action(self) -> Action {
                use Action::*;
                use Source::*;
                match self { $(Label::$label => $action),* }
            }
        }
    };
}

labels! {
    // The header, read in the order in which the reply can reuse the sum.
    Version "version" Sum(Packet(0)), "version, header length, type of service";
    TotalLength "total_length" Sum(Packet(2)), "total length";
    Source1 "source" Sum(Packet(12)), "source, first half";
    Source2 "source+2" Sum(Packet(14)), "source, second half";
    Destination1 "destination" Sum(Packet(16)), "destination, first half";
    Destination2 "destination+2" Sum(Packet(18)), "destination, second half";
    Identification "identification" Sum(Packet(4)), "identification";
    Flags "flags" Sum(Packet(6)), "flags, fragment offset";
    Ttl "ttl" Sum(Packet(8)), "ttl, protocol";
    HeaderChecksum "checksum" Sum(Packet(10)), "header checksum";
    HeaderFold "fold" Sum(Nothing), "fold the last carry";
    // Is it for me, and is it from somebody else? Address minus address is ffff where they agree.
    ToLow "to.low" Sum(Packet(18)), "destination again, second half";
    ToLowMine "to.low-mine" Sum(Own(2)), "less my own";
    ToHigh "to.high" Sum(Packet(16)), "destination again, first half";
    ToHighMine "to.high-mine" Sum(Own(0)), "less my own";
    FromLow "from.low" Sum(Packet(14)), "source again, second half";
    FromLowMine "from.low-mine" Sum(Own(2)), "less my own";
    FromHigh "from.high" Sum(Packet(12)), "source again, first half";
    FromHighMine "from.high-mine" Sum(Own(0)), "less my own";
    SourceLook "source?" Look(Packet(12)), "may this source be answered";
    FlagsLook "fragment?" Look(Packet(6)), "is it a fragment";
    ProtocolLook "protocol?" Look(Packet(8)), "is it ICMP";
    // The ICMP message: everything but type and checksum first, because that sum is the reply's.
    Identifier "identifier" Sum(Packet(24)), "identifier";
    Sequence "sequence" Sum(Packet(26)), "sequence number";
    Data "data" Sum(Next), "data";
    Type "type" Sum(Packet(20)), "type, code";
    IcmpChecksum "icmp.checksum" Sum(Packet(22)), "ICMP checksum";
    IcmpFold "icmp.fold" Sum(Nothing), "fold the last carry";
    TypeLook "type?" Look(Packet(20)), "is it an echo request";
    // The reply.
    WriteIcmpChecksum "write icmp.checksum" Checksum { offset: 22, opposite: Label::Type }, "ICMP checksum";
    WriteVersion "write version" Write { offset: 0, opposite: Label::Version, sum: false }, "version, header length, type of service";
    WriteTotalLength "write total_length" Write { offset: 2, opposite: Label::TotalLength, sum: false }, "total length";
    WriteSource1 "write source" Write { offset: 12, opposite: Label::Destination1, sum: false }, "source, first half";
    WriteSource2 "write source+2" Write { offset: 14, opposite: Label::Destination2, sum: false }, "source, second half";
    WriteDestination1 "write destination" Write { offset: 16, opposite: Label::Source1, sum: false }, "destination, first half";
    WriteDestination2 "write destination+2" Write { offset: 18, opposite: Label::Source2, sum: false }, "destination, second half";
    WriteIdentification "write identification" Write { offset: 4, opposite: Label::Identification, sum: true }, "identification";
    WriteFlags "write flags" Write { offset: 6, opposite: Label::Flags, sum: true }, "flags, fragment offset";
    WriteTtl "write ttl" Write { offset: 8, opposite: Label::Ttl, sum: true }, "ttl, protocol";
    WriteFold "write fold" FoldReply { opposite: Label::HeaderChecksum }, "fold the last carry";
    WriteHeaderChecksum "write checksum" Checksum { offset: 10, opposite: Label::HeaderFold }, "header checksum";
    WriteType "write type" Write { offset: 20, opposite: Label::IcmpChecksum, sum: false }, "type, code";
    WriteBody "write body" Body, "identifier, sequence number, data";
    Send "send" Action::Send, "send the reply";
    // Silence, with the reason.
    DropVersion "version" Drop, "not IPv4 without options";
    DropTruncated "truncated" Drop, "the wire has fewer bytes than the packet claims";
    DropShort "short" Drop, "the total length leaves no room for the headers";
    DropHeaderChecksum "header-checksum" Drop, "the header checksum is wrong";
    DropNotForMe "not-for-me" Drop, "the destination is not my address";
    DropSource "source" Drop, "the source is no host I may answer";
    DropFragment "fragment" Drop, "it is a fragment";
    DropProtocol "protocol" Drop, "it is not ICMP";
    DropIcmpChecksum "icmp-checksum" Drop, "the ICMP checksum is wrong";
    DropIcmpType "icmp-type" Drop, "it is not an echo request";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_one_meaning() {
        for number in 0..Token::COUNT as u16 {
            let token = Token(number);
            let again = match token.meaning() {
                Meaning::Byte(byte) => Token::byte(byte),
                Meaning::Nibble { value, carry } => Token::nibble(value, carry),
                Meaning::Label(label) => Token::label(label),
                Meaning::Mark => token,
            };
            assert_eq!(token, again);
        }
        assert_eq!(Token(Token::COUNT as u16).meaning(), Meaning::Mark);
    }
}
