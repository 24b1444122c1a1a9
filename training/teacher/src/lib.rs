//! The teacher knows the right next token for every tape, and so writes the traces that nano learns
//! from. It drives the same [`Tape`] that the network drives when a real packet arrives; only the
//! choices come from here instead. Nothing that is shipped depends on this crate.

pub mod packets;
pub mod rows;

mod arp;
mod ethernet;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod neighbor;
mod sum;
mod tcp;
mod udp;
mod undeliverable;

use nano::protocol::Label;
use nano::registers::Registers;
use nano::tape::{CELLS, Ending, Position, Step, Tape};
use nano::vocabulary::{Meaning, Token};

use sum::Sum;

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

/// The right trace for a packet that reaches the host that knows `own` of itself, and how it ends.
pub fn trace(packet: &[u8], own: &Registers) -> (Vec<Entry>, Ending) {
    let (tape, start) = Tape::new(packet, own);
    let (token, position) = start.tokens()[0];
    let trace = vec![Entry { token, position, chosen: false }];
    let mut teacher = Teacher { tape, trace, ending: None, sum: Sum::default() };
    let verdict = teacher.answer(own.mac.is_some());
    let last = verdict.unwrap_or_else(|reason| reason);
    teacher.say(last);
    let ending = teacher.ending.expect("a verdict or `send` ends every tape");
    (teacher.trace, ending)
}

/// A word as the tape fed it.
#[derive(Clone, Copy)]
struct Word([Token; 2]);

impl Word {
    fn value(self) -> u16 {
        self.0.iter().fold(0, |value, token| value << 8 | if token.0 < 256 { token.0 } else { 0 })
    }

    /// The word, if it has both its bytes.
    fn whole(self) -> Option<u16> {
        self.is_full().then(|| self.value())
    }

    fn first(self) -> u8 {
        (self.value() >> 8) as u8
    }

    fn is_end(self) -> bool {
        self.0[0] == Token::END
    }

    fn is_full(self) -> bool {
        self.0.iter().all(|token| token.0 < 256)
    }

    fn has(self, mark: Token) -> bool {
        self.0.contains(&mark)
    }
}

struct Teacher<'a> {
    tape: Tape<'a>,
    trace: Vec<Entry>,
    ending: Option<Ending>,
    /// The running sum on the line read or written last.
    sum: Sum,
}

/// Something, or the reason to be silent.
type Verdict<T> = Result<T, Label>;

/// The label that ends a tape.
type Last = Verdict<Label>;

/// Silence, for that reason.
fn drop<T>(reason: impl Into<Label>) -> Verdict<T> {
    Err(reason.into())
}

/// Silence for that reason, if it holds.
fn drop_if(fault: bool, reason: impl Into<Label>) -> Verdict<()> {
    if fault { drop(reason) } else { Ok(()) }
}

impl Teacher<'_> {
    /// The whole host: reads, decides, writes.
    fn answer(&mut self, framed: bool) -> Last {
        match framed.then(|| self.frame()).transpose()? {
            Some(ethernet::ARP) => self.arp(),
            kind => self.version(kind),
        }
    }

    /// Reads a word, to look at only.
    fn look(&mut self, label: impl Into<Label>) -> Word {
        self.say(label);
        let [.., high, low] = self.trace[..] else { unreachable!("a read feeds two tokens") };
        Word([high.token, low.token])
    }

    /// Reads a word and adds it.
    fn sum(&mut self, label: impl Into<Label>) -> Word {
        let word = self.look(label);
        self.add(word.value());
        word
    }

    /// The same, to a sum that begins with `start`.
    fn sum_from(&mut self, start: u16, label: impl Into<Label>) -> Word {
        self.sum = Sum::of(start);
        self.sum(label)
    }

    /// The same, to nothing.
    fn fresh(&mut self, label: impl Into<Label>) -> Word {
        self.sum_from(0, label)
    }

    /// Whether a word and one of mine, which is subtracted, are the same.
    fn same(&mut self, theirs: impl Into<Label>, mine: impl Into<Label>) -> bool {
        self.fresh(theirs);
        self.less(mine);
        self.sum.is_all_ones()
    }

    /// Subtracts a word: adds its complement. False where there is no such word.
    fn less(&mut self, mine: impl Into<Label>) -> bool {
        let word = self.look(mine);
        self.add(if word.is_full() { !word.value() } else { 0 });
        word.is_full()
    }

    /// Whether all words of a stretch are mine, the last first.
    fn same_stretch(&mut self, low: [Label; 2], next: [Label; 2]) -> bool {
        if !self.same(low[0], low[1]) {
            return false;
        }
        loop {
            if self.fresh(next[0]).is_end() {
                return true;
            }
            self.less(next[1]);
            if !self.sum.is_all_ones() {
                return false;
            }
        }
    }

    /// Adds what is left of a stretch whose first word was read, to its end.
    fn rest(&mut self, mut word: Word, next: impl Into<Label> + Copy) {
        while !word.is_end() {
            word = self.sum(next);
        }
    }

    /// Adds a whole stretch.
    fn stretch(&mut self, first: impl Into<Label>, next: impl Into<Label> + Copy) {
        let word = self.sum(first);
        self.rest(word, next);
    }

    /// Looks at a whole stretch.
    fn look_through(&mut self, first: impl Into<Label>, next: impl Into<Label> + Copy) {
        let mut word = self.look(first);
        while !word.is_end() {
            word = self.look(next);
        }
    }

    /// Adds a line without a word, which folds the carry back in.
    fn fold(&mut self, label: impl Into<Label>) {
        self.say(label);
        self.add(0);
    }

    fn add(&mut self, word: u16) {
        for token in self.sum.add(word) {
            self.choose(token);
        }
    }

    /// Writes a word of the reply.
    fn write(&mut self, label: impl Into<Label>, word: u16) {
        self.say(label);
        for byte in word.to_be_bytes() {
            self.choose(Token::byte(byte));
        }
    }

    /// Writes the word that lies opposite.
    fn write_opposite(&mut self, label: impl Into<Label>) {
        self.say(label);
        let word = self.opposite();
        for byte in word.value().to_be_bytes() {
            self.choose(Token::byte(byte));
        }
    }

    /// Writes a word of the reply and adds it.
    fn write_sum(&mut self, label: impl Into<Label>, word: u16) {
        self.write(label, word);
        self.add(word);
    }

    /// Writes the word that lies opposite, and adds it.
    fn write_sum_opposite(&mut self, label: impl Into<Label>) {
        self.write_opposite(label);
        let word = self.opposite();
        self.add(word.value());
    }

    /// Writes a word of the reply nibble by nibble.
    fn nibbles(&mut self, label: impl Into<Label>, word: u16) {
        self.say(label);
        for i in 0..4 {
            self.choose(Token::nibble((word >> (4 * i) & 15) as u8, false));
        }
    }

    /// Writes what was read from the line opposite on, to its end.
    fn copy(&mut self, label: impl Into<Label>) {
        self.say(label);
        let line = self.trace.last().expect("a label was said").line();
        let read = self.trace.iter().position(|e| e.line() == line && !e.position.writing);
        let read = self.trace[read.expect("the tape found the line")..].iter();
        let read: Vec<Entry> = read.filter(|e| !e.position.writing).copied().collect();
        let bytes = read
            .chunk_by(|a, b| a.line() == b.line())
            .take_while(|line| line[1].token.0 < 256)
            .flat_map(|line| [line[1].token, line[2].token])
            .filter(|token| token.0 < 256);
        for byte in bytes {
            self.choose(byte);
        }
    }

    /// The word on the read line opposite to the head.
    fn opposite(&self) -> Word {
        let line = self.trace.last().expect("a label was said").line();
        let read = self.trace.iter().filter(|e| e.line() == line && !e.position.writing);
        let mut word = read.skip(1).map(|e| e.token);
        Word([word.next().expect("read"), word.next().expect("read")])
    }

    fn say(&mut self, label: impl Into<Label>) {
        self.choose(Token::label(label.into()));
    }

    fn choose(&mut self, token: Token) {
        let at = self.trace.last().expect("the start").position;
        match self.tape.push(token) {
            Step::Think(chunk) => {
                let entries = chunk.tokens().iter().enumerate();
                self.trace.extend(entries.map(|(i, &(token, position))| Entry {
                    token,
                    position,
                    chosen: i == 0,
                }));
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
