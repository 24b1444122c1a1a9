//! The tape is the grammar: the one state machine that turns the network's tokens into reads of the
//! packet and bytes of the reply. It feeds the bytes a label asks for, gives each token its address,
//! and collects what is written; it never decides. The runtime drives it with the network's choices,
//! the trainer with a teacher's, so the two cannot drift apart.
//!
//! A read line has seven cells: the label, the two bytes of a 16-bit word, and the running
//! ones'-complement sum after that word in four nibbles, low nibble first. A write line lies opposite
//! to a read line: it has the same address on the other track. So the distance from any token to
//! whatever it depends on is a constant, however long the packet is ("position coupling").

use crate::vocabulary::{Action, Label, Meaning, Source, Token};

/// Cells in a line.
pub const CELLS: usize = 7;
/// How far ahead of itself a token can see on the other track, in cells.
pub const AHEAD: i32 = 8;
/// How far behind itself a token can see on either track, in cells.
pub const BEHIND: i32 = 15;
/// First byte offset that `write body` writes.
const BODY_OFFSET: usize = 24;

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
    /// Bytes of the reply at `offset`, `left` more of them; then a sum if `sum`.
    Bytes {
        offset: usize,
        left: u8,
        sum: bool,
    },
    /// Nibbles of a sum; the cell tells which.
    Sum,
    /// Nibbles of the checksum at `offset`.
    Checksum {
        offset: usize,
        value: u16,
    },
    /// Bytes of the reply's body at `offset`.
    Body {
        offset: usize,
    },
}

/// A tape over one packet.
#[derive(Clone, Debug)]
pub struct Tape<'a> {
    packet: &'a [u8],
    own: [u8; 4],
    /// Total length, once read.
    bound: usize,
    /// Offset after the last word read from the packet.
    cursor: usize,
    /// Where the last token lies.
    head: Position,
    /// Lines read so far.
    lines: u32,
    /// The line on which each label was read.
    line_of: [Option<u32>; Label::ALL.len()],
    expect: Expect,
    reply: Vec<u8>,
    written: Vec<bool>,
    length: usize,
}

impl<'a> Tape<'a> {
    /// A tape over `packet` (an IPv4 datagram as it came from the link) for a host with address `own`.
    pub fn new(packet: &'a [u8], own: [u8; 4]) -> (Tape<'a>, Chunk) {
        let head = Position { address: CELLS as u32 - 1, writing: false };
        let tape = Tape {
            packet,
            own,
            bound: usize::MAX,
            cursor: 0,
            head,
            lines: 1,
            line_of: [None; Label::ALL.len()],
            expect: Expect::Label,
            reply: Vec::new(),
            written: Vec::new(),
            length: 1,
        };
        (tape, Chunk::one(Token::START, head))
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
            (Meaning::Label(label), _) if matches!(label.action(), Action::Drop) => {
                Step::End(Ending::Drop(label))
            }
            (Meaning::Label(Label::Send), Expect::Label | Expect::Body { .. }) => self.send(),
            (Meaning::Label(label), Expect::Label) => self.obey(label),
            (Meaning::Byte(byte), Expect::Bytes { offset, left, sum }) => {
                self.write(offset, byte);
                self.expect = match (left, sum) {
                    (1, true) => Expect::Sum,
                    (1, false) => Expect::Label,
                    _ => Expect::Bytes { offset: offset + 1, left: left - 1, sum },
                };
                self.advance(token)
            }
            (Meaning::Byte(byte), Expect::Body { offset }) => {
                self.write(offset, byte);
                self.expect = Expect::Body { offset: offset + 1 };
                if self.head.cell() == 2 {
                    self.head.address += CELLS as u32 - 2;
                }
                self.advance(token)
            }
            (Meaning::Nibble { .. }, Expect::Sum) => {
                if self.head.cell() == CELLS - 2 {
                    self.expect = Expect::Label;
                }
                self.advance(token)
            }
            (Meaning::Nibble { value, .. }, Expect::Checksum { offset, value: so_far }) => {
                let shift = 4 * (self.head.cell() - 2);
                let checksum = so_far | u16::from(value) << shift;
                self.expect = Expect::Checksum { offset, value: checksum };
                if self.head.cell() == CELLS - 2 {
                    let [high, low] = checksum.to_be_bytes();
                    self.write(offset, high);
                    self.write(offset + 1, low);
                    self.expect = Expect::Label;
                }
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
        let opposite_to = |label: Label| self.line_of[label as usize];
        match label.action() {
            Action::Sum(source) => self.read(label, source, Expect::Sum),
            Action::Look(source) => self.read(label, source, Expect::Label),
            Action::Write { offset, opposite, sum } => match opposite_to(opposite) {
                Some(line) => {
                    self.begin_write(label, line, None, Expect::Bytes { offset, left: 2, sum })
                }
                None => self.too_early(label),
            },
            Action::FoldReply { opposite } => match opposite_to(opposite) {
                Some(line) => self.begin_write(label, line, Some([Token::END; 2]), Expect::Sum),
                None => self.too_early(label),
            },
            Action::Checksum { offset, opposite } => match opposite_to(opposite) {
                Some(line) => {
                    let expect = Expect::Checksum { offset, value: 0 };
                    self.begin_write(label, line, Some([Token::END; 2]), expect)
                }
                None => self.too_early(label),
            },
            Action::Body => match opposite_to(Label::Identifier) {
                Some(line) => {
                    self.begin_write(label, line, None, Expect::Body { offset: BODY_OFFSET })
                }
                None => self.too_early(label),
            },
            Action::Send | Action::Drop => unreachable!("push handles endings"),
        }
    }

    fn read(&mut self, label: Label, source: Source, expect: Expect) -> Step {
        let word = match source {
            Source::Packet(offset) => self.word(offset),
            Source::Next => self.word(self.cursor),
            Source::Own(offset) => {
                [Token::byte(self.own[offset]), Token::byte(self.own[offset + 1])]
            }
            Source::Nothing => [Token::END; 2],
        };
        match source {
            Source::Packet(offset) => self.cursor = offset + 2,
            Source::Next => self.cursor += 2,
            Source::Own(_) | Source::Nothing => {}
        }
        if let (Label::TotalLength, [Token(high @ 0..256), Token(low @ 0..256)]) = (label, word) {
            self.bound = usize::from(high << 8 | low);
        }
        self.line_of[label as usize] = Some(self.lines);
        self.place(self.lines, false, expect);
        self.lines += 1;
        let chunk = Chunk::one(Token::label(label), self.head).feed(word);
        self.head.address += 2;
        Step::Think(chunk)
    }

    /// The two bytes at `offset`, or marks where there are none.
    fn word(&self, offset: usize) -> [Token; 2] {
        let byte = |offset: usize, past_end: Token| match self.packet.get(offset) {
            _ if offset >= self.bound => past_end,
            Some(&byte) => Token::byte(byte),
            None => Token::EOF,
        };
        let first = byte(offset, Token::END);
        let second_past_end = if first == Token::END { Token::END } else { Token::FILL };
        [first, byte(offset + 1, second_past_end)]
    }

    fn begin_write(
        &mut self,
        label: Label,
        line: u32,
        fed: Option<[Token; 2]>,
        expect: Expect,
    ) -> Step {
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

    fn place(&mut self, line: u32, writing: bool, expect: Expect) {
        self.head = Position { address: line * CELLS as u32, writing };
        self.expect = expect;
    }

    fn advance(&mut self, token: Token) -> Step {
        self.head.address += 1;
        Step::Think(Chunk::one(token, self.head))
    }

    fn write(&mut self, offset: usize, byte: u8) {
        if self.reply.len() <= offset {
            self.reply.resize(offset + 1, 0);
            self.written.resize(offset + 1, false);
        }
        self.reply[offset] = byte;
        self.written[offset] = true;
    }

    fn send(&mut self) -> Step {
        if self.reply.is_empty() || self.written.contains(&false) {
            return self.too_early(Label::Send);
        }
        Step::End(Ending::Reply(std::mem::take(&mut self.reply)))
    }

    fn too_early(&self, label: Label) -> Step {
        let expected = "a label whose line was read and a reply without gaps";
        Step::End(Ending::Lost(Lost { at: self.length, token: Token::label(label), expected }))
    }

    fn lost(&self, token: Token, expect: Expect) -> Step {
        let expected = match expect {
            Expect::Label => "a label",
            Expect::Bytes { .. } => "a byte of the reply",
            Expect::Body { .. } => "a byte of the reply or send",
            Expect::Sum => "a nibble of the running sum",
            Expect::Checksum { .. } => "a nibble of the checksum",
        };
        Step::End(Ending::Lost(Lost { at: self.length, token, expected }))
    }
}
