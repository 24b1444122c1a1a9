//! The tape is the grammar: the one state machine that turns the network's tokens into reads of the
//! packet and bytes of the reply. It feeds the bytes a label asks for, gives each token its address,
//! and collects what is written; it never decides. The runtime drives it with the network's choices,
//! the trainer with a teacher's, so the two cannot drift apart.
//!
//! A read line has seven cells: the label, the two bytes of a 16-bit word, and the running
//! ones'-complement sum after that word in four nibbles, low nibble first. A write line lies opposite
//! to a read line: it has the same address on the other track. So the distance from any token to
//! whatever it depends on is a constant, however long the packet is ("position coupling").

use crate::grammar::{Action, At, Layer, Source};
use crate::protocol::{Ipv4, Ipv6, Label, Udp};
use crate::registers::Registers;
use crate::tape::reader::Reader;
use crate::tape::reply::Reply;
use crate::vocabulary::{Meaning, Token};

mod reader;
mod reply;

/// Cells in a line.
pub const CELLS: usize = 7;
/// How far ahead of itself a token can see on the other track, in cells.
pub const AHEAD: i32 = 8;
/// How far behind itself a token can see on either track, in cells.
pub const BEHIND: i32 = 15;

/// Where a token lies on the tape.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// `7 * line + cell`.
    pub address: u32,
    /// Which track: `false` while reading, `true` while writing the reply.
    pub writing: bool,
}

impl Position {
    /// The cell in its line, `0..7`.
    pub fn cell(self) -> usize {
        self.address as usize % CELLS
    }
}

/// Up to three tokens that enter the network together: the one it chose and what the tape feeds.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    tokens: [(Token, Position); 3],
    length: usize,
}

impl Chunk {
    /// The tokens and their positions, in order.
    pub fn tokens(&self) -> &[(Token, Position)] {
        &self.tokens[..self.length]
    }

    fn one(token: Token, position: Position) -> Chunk {
        Chunk { tokens: [(token, position); 3], length: 1 }
    }

    fn feed(mut self, word: [Token; 2]) -> Chunk {
        for token in word {
            let mut position = self.tokens[self.length - 1].1;
            position.address += 1;
            self.tokens[self.length] = (token, position);
            self.length += 1;
        }
        self
    }
}

/// How a tape ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The network wrote this reply, every byte of it.
    Reply(Vec<u8>),
    /// The network decided to be silent; the label names the reason.
    Drop(Label),
    /// The network said something that is no sentence of the grammar.
    Lost(Lost),
}

/// Why a tape cannot go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lost {
    /// Number of tokens on the tape before the one that does not fit.
    pub at: usize,
    /// The token that does not fit.
    pub token: Token,
    /// What would have fitted.
    pub expected: &'static str,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the network lost its place at token {}: {:?} where {} belongs",
            self.at, self.token, self.expected
        )
    }
}

/// What to do after a token.
#[derive(Clone, Debug)]
pub enum Step {
    /// Put these tokens through the network; its next choice follows the last of them.
    Think(Chunk),
    /// The tape is complete.
    End(Ending),
}

#[derive(Clone, Copy, Debug)]
enum Expect {
    Label,
    /// Bytes of the reply from `offset` on, `left` of them; then a sum if `sum`.
    Bytes {
        offset: usize,
        left: u8,
        sum: bool,
    },
    /// Nibbles of a sum; the cell tells which.
    Sum,
    /// Nibbles of the reply's word at `offset`.
    Nibbles {
        offset: usize,
        value: u16,
    },
    /// Bytes of the reply from `offset` on, or a label.
    Copy {
        offset: usize,
    },
}

/// A tape over one packet.
#[derive(Clone, Debug)]
pub struct Tape<'a> {
    reader: Reader<'a>,
    reply: Reply,
    /// Where the last token lies.
    head: Position,
    /// The next line that is free.
    lines: u32,
    /// The line on which each label was read last; 0 for none.
    line_of: [u32; Label::COUNT],
    expect: Expect,
    length: usize,
}

impl<'a> Tape<'a> {
    /// A tape over `packet` for a host that knows `own` of itself. The packet is a frame if the host has an
    /// Ethernet address, else it begins with its IP header.
    pub fn new(packet: &'a [u8], own: &Registers) -> (Tape<'a>, Chunk) {
        let head = Position { address: CELLS as u32 - 1, writing: false };
        let start = if own.mac.is_some() { Token::FRAME } else { Token::START };
        let tape = Tape {
            reader: Reader::new(packet, own),
            reply: Reply::new(own.mac.is_some()),
            head,
            lines: 1,
            line_of: [0; Label::COUNT],
            expect: Expect::Label,
            length: 1,
        };
        (tape, Chunk::one(start, head))
    }

    /// Number of tokens on the tape, fed ones included.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether the tape holds nothing but its start.
    pub fn is_empty(&self) -> bool {
        self.length <= 1
    }

    /// Takes the network's next token.
    pub fn push(&mut self, token: Token) -> Step {
        let step = match (token.meaning(), self.expect) {
            (Meaning::Label(label), Expect::Label | Expect::Copy { .. }) => self.obey(label),
            (Meaning::Label(label), _) if label.action() == Action::Drop => self.obey(label),
            (Meaning::Byte(byte), Expect::Bytes { offset, left, sum }) => {
                self.reply.write(offset, byte);
                self.expect = match (left, sum) {
                    (1, true) => Expect::Sum,
                    (1, false) => Expect::Label,
                    _ => Expect::Bytes { offset: offset + 1, left: left - 1, sum },
                };
                self.advance(token)
            }
            (Meaning::Byte(byte), Expect::Copy { offset }) => self.copy(offset, byte),
            (Meaning::Nibble { .. }, Expect::Sum) => {
                if self.head.cell() == CELLS - 2 {
                    self.expect = Expect::Label;
                }
                self.advance(token)
            }
            (Meaning::Nibble { value, .. }, Expect::Nibbles { offset, value: before }) => {
                self.nibble(offset, before, value);
                self.advance(token)
            }
            (_, expect) => self.lost(token, expect),
        };
        if let Step::Think(chunk) = &step {
            self.length += chunk.length;
        }
        step
    }

    fn obey(&mut self, label: Label) -> Step {
        match label.action() {
            Action::Sum(source) => self.read(label, source, Expect::Sum),
            Action::Look(source) => self.read(label, source, Expect::Label),
            Action::Write(layer, offset, at) => self.word(label, layer, offset, at, false),
            Action::WriteSum(layer, offset, at) => self.word(label, layer, offset, at, true),
            Action::Again(space, offset, at) => {
                let word = self.reply.word(space, offset);
                self.write(label, at, Some(word), Expect::Sum)
            }
            Action::Fold(at) => self.write(label, at, Some([Token::END; 2]), Expect::Sum),
            Action::Nibbles(layer, offset, at) => {
                let expect = Expect::Nibbles { offset: self.reply.offset(layer, offset), value: 0 };
                self.write(label, at, Some([Token::END; 2]), expect)
            }
            Action::Copy(layer, offset, from) => {
                let expect = Expect::Copy { offset: self.reply.offset(layer, offset) };
                self.write(label, At::Opposite(from, 0), None, expect)
            }
            Action::Send => match self.reply.take() {
                Some(reply) => Step::End(Ending::Reply(reply)),
                None => self.too_early(label),
            },
            Action::Drop => Step::End(Ending::Drop(label)),
        }
    }

    fn read(&mut self, label: Label, source: Source, expect: Expect) -> Step {
        let word = self.reader.word(source, &self.reply);
        self.note_length(label, word);
        self.line_of[label.number()] = self.lines;
        self.place(self.lines, false, expect);
        self.lines += 1;
        let chunk = Chunk::one(Token::label(label), self.head).feed(word);
        self.head.address += 2;
        Step::Think(chunk)
    }

    /// Some words say where something ends, and the tape ends there, as a file has an end.
    fn note_length(&mut self, label: Label, [high, low]: [Token; 2]) {
        let (Meaning::Byte(high), Meaning::Byte(low)) = (high.meaning(), low.meaning()) else {
            return;
        };
        let value = usize::from(u16::from_be_bytes([high, low]));
        match label {
            Label::Ipv4(Ipv4::Version) => {
                self.reader.begin(high);
                self.reply.begin(high);
            }
            Label::Ipv4(Ipv4::TotalLength) => self.reader.end_header_at(value),
            Label::Ipv6(Ipv6::PayloadLength) => self.reader.end_body_at(value),
            Label::Udp(Udp::Length) => self.reader.end_message_at(value),
            _ => {}
        }
    }

    fn word(&mut self, label: Label, layer: Layer, offset: usize, at: At, sum: bool) -> Step {
        let offset = self.reply.offset(layer, offset);
        self.write(label, at, None, Expect::Bytes { offset, left: 2, sum })
    }

    fn write(&mut self, label: Label, at: At, fed: Option<[Token; 2]>, expect: Expect) -> Step {
        let line = match at {
            At::Here => {
                self.lines += 1;
                self.lines - 1
            }
            At::Opposite(label, behind) => match self.line_of[label.number()] {
                0 => return self.too_early(label),
                line => line + behind,
            },
        };
        self.place(line, true, expect);
        let chunk = Chunk::one(Token::label(label), self.head);
        Step::Think(match fed {
            Some(word) => {
                self.head.address += 2;
                chunk.feed(word)
            }
            None => chunk,
        })
    }

    fn copy(&mut self, offset: usize, byte: u8) -> Step {
        self.reply.write(offset, byte);
        self.expect = Expect::Copy { offset: offset + 1 };
        if self.head.cell() == 2 {
            self.head.address += CELLS as u32 - 2;
        }
        self.advance(Token::byte(byte))
    }

    fn nibble(&mut self, offset: usize, before: u16, nibble: u8) {
        let value = before | u16::from(nibble) << (4 * (self.head.cell() - 2));
        self.expect = Expect::Nibbles { offset, value };
        if self.head.cell() == CELLS - 2 {
            let [high, low] = value.to_be_bytes();
            self.reply.write(offset, high);
            self.reply.write(offset + 1, low);
            self.expect = Expect::Label;
        }
    }

    fn place(&mut self, line: u32, writing: bool, expect: Expect) {
        self.head = Position { address: line * CELLS as u32, writing };
        self.expect = expect;
    }

    fn advance(&mut self, token: Token) -> Step {
        self.head.address += 1;
        Step::Think(Chunk::one(token, self.head))
    }

    fn too_early(&self, label: Label) -> Step {
        let expected = "a label whose line was read and a reply without gaps";
        Step::End(Ending::Lost(Lost { at: self.length, token: Token::label(label), expected }))
    }

    fn lost(&self, token: Token, expect: Expect) -> Step {
        let expected = match expect {
            Expect::Label => "a label",
            Expect::Bytes { .. } => "a byte of the reply",
            Expect::Copy { .. } => "a byte of the reply or a label",
            Expect::Sum => "a nibble of the running sum",
            Expect::Nibbles { .. } => "a nibble of the reply",
        };
        Step::End(Ending::Lost(Lost { at: self.length, token, expected }))
    }
}
