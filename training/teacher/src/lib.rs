//! The teacher knows the right next token for every tape, and so writes the traces that nano learns
//! from. It drives the same [`Tape`] that the network drives when a real packet arrives; only the
//! choices come from here instead. Nothing that is shipped depends on this crate.

pub mod packets;
pub mod rows;

use nano::tape::{CELLS, Ending, Position, Step, Tape};
use nano::vocabulary::{Label, Meaning, Token};

/// One token of a trace.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The token.
    pub token: Token,
    /// Where it lies.
    pub position: Position,
    /// Whether the network has to produce it (else the tape feeds it).
    pub chosen: bool,
}

impl Entry {
    /// The line on which the token lies.
    pub fn line(&self) -> u32 {
        self.position.address / CELLS as u32
    }
}

/// The right trace for a packet that reaches the host with address `own`, and how it ends.
pub fn trace(packet: &[u8], own: [u8; 4]) -> (Vec<Entry>, Ending) {
    let (tape, start) = Tape::new(packet, own);
    let (token, position) = start.tokens()[0];
    let mut teacher = Teacher {
        tape,
        trace: vec![Entry { token, position, chosen: false }],
        ending: None,
        sum: Sum::default(),
    };
    let verdict = teacher.answer();
    teacher.say(verdict);
    let ending = teacher.ending.expect("a verdict or `send` ends every tape");
    (teacher.trace, ending)
}

/// A running ones'-complement sum as the tape keeps it: the carry out of the top is still to be added.
#[derive(Clone, Copy, Default)]
struct Sum {
    value: u16,
    carry: bool,
}

impl Sum {
    /// Adds a word and returns the four nibble tokens, low first.
    fn add(&mut self, word: u16) -> [Token; 4] {
        let mut carry = u16::from(self.carry);
        let mut value = 0;
        let tokens = std::array::from_fn(|i| {
            let nibble = (self.value >> (4 * i) & 15) + (word >> (4 * i) & 15) + carry;
            carry = nibble >> 4;
            value |= (nibble & 15) << (4 * i);
            Token::nibble((nibble & 15) as u8, carry == 1)
        });
        *self = Sum { value, carry: carry == 1 };
        tokens
    }

    fn is_all_ones(&self) -> bool {
        self.value == 0xffff
    }
}

/// A word as the tape fed it.
#[derive(Clone, Copy)]
struct Word([Token; 2]);

impl Word {
    fn value(self) -> u16 {
        self.0.iter().fold(0, |value, token| value << 8 | if token.0 < 256 { token.0 } else { 0 })
    }

    fn is_end(self) -> bool {
        self.0[0] == Token::END
    }

    fn is_full(self) -> bool {
        self.0.iter().all(|token| token.0 < 256)
    }
}

struct Teacher<'a> {
    tape: Tape<'a>,
    trace: Vec<Entry>,
    ending: Option<Ending>,
    sum: Sum,
}

type Verdict<T> = Result<T, Label>;

impl Teacher<'_> {
    /// The whole host: reads, decides, writes; returns the label that ends the tape.
    fn answer(&mut self) -> Label {
        self.read_and_write().map_or_else(|reason| reason, |()| Label::Send)
    }

    fn read_and_write(&mut self) -> Verdict<()> {
        let reply_header = self.header()?;
        self.addresses()?;
        self.kind()?;
        let reply_icmp = self.icmp()?;
        self.write(reply_header, reply_icmp);
        Ok(())
    }

    /// Reads the header; the sum of what the reply has in common with it.
    fn header(&mut self) -> Verdict<Sum> {
        self.version()?;
        for label in [
            Label::TotalLength,
            Label::Source1,
            Label::Source2,
            Label::Destination1,
            Label::Destination2,
        ] {
            self.sum(label)?;
        }
        let common = self.sum;
        for label in [Label::Identification, Label::Flags, Label::Ttl, Label::HeaderChecksum] {
            self.sum(label)?;
        }
        self.fold(Label::HeaderFold);
        if self.sum.is_all_ones() { Ok(common) } else { Err(Label::DropHeaderChecksum) }
    }

    fn version(&mut self) -> Verdict<()> {
        let word = self.look(Label::Version);
        self.need(word)?;
        if word.0[0] != Token::byte(0x45) {
            return Err(Label::DropVersion);
        }
        self.add(word.value());
        Ok(())
    }

    fn addresses(&mut self) -> Verdict<()> {
        if !(self.is_mine(Label::ToLow, Label::ToLowMine)
            && self.is_mine(Label::ToHigh, Label::ToHighMine))
        {
            return Err(Label::DropNotForMe);
        }
        if self.is_mine(Label::FromLow, Label::FromLowMine)
            && self.is_mine(Label::FromHigh, Label::FromHighMine)
        {
            return Err(Label::DropSource);
        }
        match self.look(Label::SourceLook).value() >> 8 {
            0 | 224.. => Err(Label::DropSource),
            _ => Ok(()),
        }
    }

    /// Half an address plus the complement of half my own: ffff where they agree.
    fn is_mine(&mut self, half: Label, mine: Label) -> bool {
        self.sum = Sum::default();
        let theirs = self.look(half).value();
        self.add(theirs);
        let own = self.look(mine).value();
        self.add(!own);
        self.sum.is_all_ones()
    }

    fn kind(&mut self) -> Verdict<()> {
        if self.look(Label::FlagsLook).value() & 0x3fff != 0 {
            return Err(Label::DropFragment);
        }
        if self.look(Label::ProtocolLook).value() & 0xff != 1 {
            return Err(Label::DropProtocol);
        }
        Ok(())
    }

    /// Reads the ICMP message; the folded sum of all but its type and checksum, which is the reply's.
    fn icmp(&mut self) -> Verdict<Sum> {
        self.sum = Sum::default();
        self.sum(Label::Identifier)?;
        self.sum(Label::Sequence)?;
        while !self.data()? {}
        let reply = self.sum;
        self.sum(Label::Type)?;
        self.sum(Label::IcmpChecksum)?;
        self.fold(Label::IcmpFold);
        if !self.sum.is_all_ones() {
            return Err(Label::DropIcmpChecksum);
        }
        if self.look(Label::TypeLook).value() != 0x0800 {
            return Err(Label::DropIcmpType);
        }
        Ok(reply)
    }

    /// Reads a word of data; true when there was none, which also folds the sum.
    fn data(&mut self) -> Verdict<bool> {
        let word = self.look(Label::Data);
        if word.0.contains(&Token::EOF) {
            return Err(Label::DropTruncated);
        }
        self.add(word.value());
        Ok(word.is_end())
    }

    fn write(&mut self, common: Sum, icmp: Sum) {
        self.say(Label::WriteIcmpChecksum);
        self.nibbles(!icmp.value);
        for label in [
            Label::WriteVersion,
            Label::WriteTotalLength,
            Label::WriteSource1,
            Label::WriteSource2,
            Label::WriteDestination1,
            Label::WriteDestination2,
        ] {
            self.say(label);
            let word = self.opposite();
            self.word(word);
        }
        self.sum = common;
        // Identification 0 with Don't Fragment set: an atomic datagram (RFC 6864 section 4.1).
        for (label, word) in [
            (Label::WriteIdentification, 0x0000),
            (Label::WriteFlags, 0x4000),
            (Label::WriteTtl, 0x4001),
        ] {
            self.say(label);
            self.word(word);
            self.add(word);
        }
        self.fold(Label::WriteFold);
        self.say(Label::WriteHeaderChecksum);
        self.nibbles(!self.sum.value);
        self.say(Label::WriteType);
        self.word(0x0000);
        self.body();
    }

    fn body(&mut self) {
        self.say(Label::WriteBody);
        let first = self.trace.iter().position(|e| e.token == Token::label(Label::Identifier));
        let bytes: Vec<Token> = self.trace[first.expect("identifier was read")..]
            .chunk_by(|a, b| a.line() == b.line())
            .take_while(|line| !line[0].position.writing && line[1].token != Token::END)
            .flat_map(|line| [line[1].token, line[2].token])
            .filter(|&token| token != Token::FILL)
            .collect();
        for byte in bytes {
            self.choose(byte);
        }
    }

    /// The word on the read line opposite to the head.
    fn opposite(&self) -> u16 {
        let line = self.trace.last().expect("a label was said").line();
        let read = self.trace.iter().filter(|e| e.line() == line && !e.position.writing);
        let mut word = read.skip(1).map(|e| e.token);
        Word([word.next().expect("read"), word.next().expect("read")]).value()
    }

    /// Reads a word that must be there and adds it.
    fn sum(&mut self, label: Label) -> Verdict<()> {
        let word = self.look(label);
        self.need(word)?;
        self.add(word.value());
        Ok(())
    }

    fn need(&self, word: Word) -> Verdict<()> {
        if word.is_full() {
            Ok(())
        } else if word.0.contains(&Token::EOF) {
            Err(Label::DropTruncated)
        } else {
            Err(Label::DropShort)
        }
    }

    fn fold(&mut self, label: Label) {
        self.say(label);
        self.add(0);
    }

    fn look(&mut self, label: Label) -> Word {
        self.say(label);
        let [.., high, low] = self.trace[..] else { unreachable!("a read feeds two tokens") };
        Word([high.token, low.token])
    }

    fn add(&mut self, word: u16) {
        for token in self.sum.add(word) {
            self.choose(token);
        }
    }

    fn nibbles(&mut self, word: u16) {
        for i in 0..4 {
            self.choose(Token::nibble((word >> (4 * i) & 15) as u8, false));
        }
    }

    fn word(&mut self, word: u16) {
        for byte in word.to_be_bytes() {
            self.choose(Token::byte(byte));
        }
    }

    fn say(&mut self, label: Label) {
        self.choose(Token::label(label));
    }

    fn choose(&mut self, token: Token) {
        let at = self.trace.last().expect("the start").position;
        match self.tape.push(token) {
            Step::Think(chunk) => {
                self.trace.extend(
                    chunk.tokens().iter().enumerate().map(|(i, &(token, position))| Entry {
                        token,
                        position,
                        chosen: i == 0,
                    }),
                );
            }
            Step::End(ending) => {
                assert!(!matches!(ending, Ending::Lost(_)), "teacher: {ending:?}");
                self.trace.push(Entry { token, position: at, chosen: true });
                self.ending = Some(ending);
            }
        }
    }
}

/// The trace in the notation of the documentation: a line of the tape a row.
pub fn notation(trace: &[Entry]) -> String {
    let mut text = String::new();
    for line in
        trace.chunk_by(|a, b| a.line() == b.line() && a.position.writing == b.position.writing)
    {
        text += if line[0].position.writing { "w" } else { "r" };
        text += &format!("{:<3}", line[0].line());
        for entry in line {
            text += &match (entry.chosen, entry.token.meaning()) {
                (_, Meaning::Label(label)) => format!(" {:<20}", label.name()),
                (true, _) => format!(" {:?}", entry.token),
                (false, _) => format!(" [{:?}]", entry.token),
            };
        }
        text.push('\n');
    }
    text
}
