//! nano's tokens in plain English: every line of its tape, as soon as the line stands, with the byte
//! offsets it speaks of. Nothing is interpreted: a decision is reported where the network's next
//! request shows that it has taken it.

use nano::Seen;
use nano::grammar::{Action, Source};
use nano::protocol::{Ipv4, Label};
use nano::vocabulary::{Meaning, Token};

mod decision;
mod group;
mod place;

use decision::decision;
use group::Group;
use place::Layout;

/// Column of the running sum.
const SUM_COLUMN: usize = 60;

/// What is better read in decimal.
const NUMBERS: [&str; 7] = [
    "total length",
    "payload length",
    "identifier",
    "sequence number",
    "source port",
    "destination port",
    "window",
];

/// Turns the tokens of one tape into lines of English, at most 76 columns wide.
#[derive(Default)]
pub struct Reasoning {
    line: Option<Line>,
    group: Group,
    layout: Layout,
}

/// A line of the tape that is still being filled.
struct Line {
    label: Label,
    /// Which bytes it is about: of the request, of the reply, or of the host's own registers.
    place: String,
    word: Vec<Token>,
    nibbles: Vec<u8>,
}

impl Reasoning {
    /// Shows what still waits when a thought ends before its time.
    pub fn break_off(&mut self, show: &mut dyn FnMut(&str)) {
        self.group.show(show);
    }

    /// Takes what went onto the tape and shows the lines that are now complete.
    pub fn hear(&mut self, seen: Seen, show: &mut dyn FnMut(&str)) {
        match seen {
            Seen::Chunk(chunk) => {
                chunk.tokens().iter().for_each(|&(token, _)| self.token(token, show));
            }
            Seen::Last(token) => self.token(token, show),
        }
    }

    fn token(&mut self, token: Token, show: &mut dyn FnMut(&str)) {
        if token == Token::FRAME {
            self.layout.begin_frame();
        } else if let Meaning::Label(label) = token.meaning() {
            self.end(show);
            self.begin(label, show);
        } else if let Some(line) = &mut self.line {
            line.take(token);
            if line.is_complete() {
                self.end(show);
            }
        }
    }

    fn begin(&mut self, label: Label, show: &mut dyn FnMut(&str)) {
        if !goes_on(label) {
            self.group.show(show);
        }
        if let Some(decision) = decision(label) {
            self.group.show(show);
            show(&format!("→ {decision}"));
        }
        match label.action() {
            Action::Send => show("→ send the reply"),
            Action::Drop => show(&format!("→ drop, {}: {}", label.name(), label.english())),
            action => self.line = Some(Line::new(label, self.layout.place(action))),
        }
    }

    /// Shows the line at hand, or adds it to the group.
    fn end(&mut self, show: &mut dyn FnMut(&str)) {
        let Some(line) = self.line.take().filter(|line| !line.word.is_empty()) else { return };
        if let Label::Ipv4(Ipv4::Version) = line.label {
            self.layout.begin_body(line.word[0]);
        }
        match line.label.action() {
            Action::Copy(..) => {
                self.group.add(self.layout.copied(line.bytes().len()), "", hex(&line.word), show);
                self.line = Some(Line::new(line.label, String::new()));
            }
            action if is_stretch(action) => self.end_of_stretch(line, action, show),
            _ => {
                self.group.show(show);
                show(&line.render());
            }
        }
    }

    /// Words of a stretch share rendered lines; what ends it is said if it changes the sum.
    fn end_of_stretch(&mut self, line: Line, action: Action, show: &mut dyn FnMut(&str)) {
        let bytes = line.bytes().len();
        let is_missing = line.word.contains(&Token::EOF) || line.word.contains(&Token::BEYOND);
        if bytes > 0 && !is_missing {
            let place = self.layout.read(action, bytes);
            self.group.add(place, line.label.english(), line.word_and_sum(), show);
            return;
        }
        self.group.show(show);
        if is_missing {
            show(&line.render());
        } else if !line.nibbles.is_empty() {
            let text = format!("{:20}no more; fold the last carry", "");
            show(&format!("{text:<SUM_COLUMN$}sum {}", sum(&line.nibbles)));
        }
    }
}

/// Whether a label only goes on with a stretch.
fn goes_on(label: Label) -> bool {
    matches!(
        label.action(),
        Action::Sum(Source::Next | Source::NextOwn) | Action::Look(Source::Next | Source::NextOwn)
    )
}

/// Whether it reads a word of a stretch, in order.
fn is_stretch(action: Action) -> bool {
    match action {
        Action::Sum(source) | Action::Look(source) => {
            matches!(source, Source::First(..) | Source::Next | Source::NextOwn)
        }
        _ => false,
    }
}

impl Line {
    fn new(label: Label, place: String) -> Line {
        Line { label, place, word: Vec::new(), nibbles: Vec::new() }
    }

    fn take(&mut self, token: Token) {
        match token.meaning() {
            Meaning::Nibble { value, .. } => self.nibbles.push(value),
            _ => self.word.push(token),
        }
    }

    fn is_complete(&self) -> bool {
        let nibbles = match self.label.action() {
            Action::Look(_) | Action::Copy(..) | Action::Write(..) => 0,
            _ => 4,
        };
        self.word.len() == 2 && self.nibbles.len() == nibbles
    }

    fn render(&self) -> String {
        let text = format!("{:<14}{:<5} {}", self.place, hex(&self.word), self.english());
        match self.nibbles.len() == 4 && !self.is_written() {
            true => format!("{text:<SUM_COLUMN$}sum {}", sum(&self.nibbles)),
            false => text,
        }
    }

    fn word_and_sum(&self) -> String {
        match &self.nibbles[..] {
            [] => hex(&self.word),
            nibbles => format!("{}→{}", hex(&self.word), sum(nibbles)),
        }
    }

    fn english(&self) -> String {
        let english = self.label.english();
        match (self.label, &self.bytes()[..]) {
            (Label::Ipv4(Ipv4::Version), [first, tos]) if first >> 4 == 4 => {
                format!("version 4, header of {} bytes, tos {tos}", (first & 15) * 4)
            }
            (Label::Ipv4(Ipv4::Version), [first, _]) => format!("version {}", first >> 4),
            (_, &[high, low]) if NUMBERS.contains(&english) => {
                format!("{english} {}", u16::from_be_bytes([high, low]))
            }
            (Label::Ipv4(Ipv4::Ttl | Ipv4::WriteTtl), [ttl, protocol]) => {
                format!("ttl {ttl}, protocol {protocol}")
            }
            (_, [kind, code]) if english == "type, code" => format!("type {kind}, code {code}"),
            _ if self.word.contains(&Token::EOF) => "the wire brought no byte here".into(),
            _ if self.word.contains(&Token::BEYOND) => "the datagram has no byte here".into(),
            _ if self.is_written() && english.contains("checksum") => {
                format!("{english}, the complement of the sum: {}", sum(&self.nibbles))
            }
            _ if self.is_written() => format!("{english}: {}", sum(&self.nibbles)),
            _ => english.into(),
        }
    }

    /// Whether its nibbles are a word of the reply, and no sum.
    fn is_written(&self) -> bool {
        matches!(self.label.action(), Action::Nibbles(..))
    }

    fn bytes(&self) -> Vec<u8> {
        self.word.iter().filter_map(|&token| byte(token)).collect()
    }
}

fn byte(token: Token) -> Option<u8> {
    match token.meaning() {
        Meaning::Byte(byte) => Some(byte),
        _ => None,
    }
}

fn hex(word: &[Token]) -> String {
    word.iter().filter_map(|&token| byte(token)).map(|byte| format!("{byte:02x}")).collect()
}

fn sum(nibbles: &[u8]) -> String {
    nibbles.iter().rev().map(|nibble| format!("{nibble:x}")).collect()
}

#[cfg(test)]
mod tests;
