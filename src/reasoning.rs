//! nano's tokens in plain English: every line of its tape, as soon as the line stands, with the byte
//! offsets it speaks of. Nothing is interpreted: a decision is reported where the network's next
//! request shows that it has taken it.

use std::fmt::Write;

use nano::Seen;
use nano::vocabulary::{Action, Label, Meaning, Source, Token};

/// Words of data on one rendered line.
const WORDS_A_LINE: usize = 4;

/// Turns the tokens of one tape into lines of English.
#[derive(Default)]
pub struct Reasoning {
    line: Option<Line>,
    /// Offset of the next word that `data` reads.
    cursor: usize,
    /// Words of data, or of the reply's body, that wait to share a line.
    group: Vec<String>,
    group_from: usize,
    /// Bytes written so far.
    written: usize,
}

/// A line of the tape that is still being filled.
struct Line {
    label: Label,
    word: Vec<Token>,
    nibbles: Vec<u8>,
}

impl Reasoning {
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
        match (token.meaning(), &mut self.line) {
            (Meaning::Label(label), _) => self.begin(label, show),
            (Meaning::Nibble { value, .. }, Some(line)) => {
                line.nibbles.push(value);
                if line.nibbles.len() == 4 {
                    self.end(show);
                }
            }
            (_, Some(line)) => {
                line.word.push(token);
                let looked = matches!(
                    line.label.action(),
                    Action::Look(_) | Action::Write { sum: false, .. }
                );
                if line.word.len() == 2 && (looked || line.label == Label::WriteBody) {
                    self.end(show);
                }
            }
            (_, None) => {}
        }
    }

    fn begin(&mut self, label: Label, show: &mut dyn FnMut(&str)) {
        // An odd last byte of the body, or a line that a drop cut short.
        if self.line.as_ref().is_some_and(|line| !line.word.is_empty()) {
            self.end(show);
        }
        if label != Label::Data {
            self.show_group(show);
        }
        if let Some(decision) = decision(label) {
            show(&format!("→ {decision}"));
        }
        self.line = match label.action() {
            Action::Send => {
                show("→ send the reply");
                None
            }
            Action::Drop => {
                show(&format!("→ drop, {}: {}", label.name(), label.english()));
                None
            }
            _ => Some(Line { label, word: Vec::new(), nibbles: Vec::new() }),
        };
    }

    /// Shows the current line, or adds it to its group.
    fn end(&mut self, show: &mut dyn FnMut(&str)) {
        let Some(line) = self.line.take() else { return };
        match line.label {
            Label::WriteBody => {
                if self.group.is_empty() {
                    self.group_from = 24 + self.written;
                }
                self.written += line.word.len();
                self.group.push(hex(&line.word));
                self.line =
                    Some(Line { label: Label::WriteBody, word: Vec::new(), nibbles: Vec::new() });
                if self.group.len() == WORDS_A_LINE {
                    self.show_group(show);
                    self.group.clear();
                }
            }
            Label::Data if line.word.first() != Some(&Token::END) => {
                if self.group.is_empty() {
                    self.group_from = self.cursor;
                }
                self.cursor += 2;
                self.group.push(format!("{}→{}", hex(&line.word), sum(&line.nibbles)));
                if self.group.len() == WORDS_A_LINE {
                    self.show_group(show);
                }
            }
            _ => {
                self.show_group(show);
                if let Action::Sum(Source::Packet(offset)) = line.label.action() {
                    self.cursor = offset + 2;
                }
                show(&line.render(self.cursor));
            }
        }
    }

    fn show_group(&mut self, show: &mut dyn FnMut(&str)) {
        if self.group.is_empty() {
            return;
        }
        let body = self.written > 0;
        let bytes: usize =
            self.group.iter().map(|word| word.find('→').unwrap_or(word.len()) / 2).sum();
        let place = bytes_at(if body { "write" } else { "bytes" }, self.group_from, bytes);
        let what = if body { "" } else { "data word→sum  " };
        show(&format!("{place:<14}{what}{}", self.group.join(" ")));
        self.group.clear();
    }
}

impl Line {
    fn render(&self, cursor: usize) -> String {
        let (place, word) = (self.place(), hex(&self.word));
        let mut text = format!("{place:<14}{word:<5} {}", self.english(cursor));
        if let (4, false) = (self.nibbles.len(), self.is_checksum()) {
            let used = text.chars().count();
            let _ = write!(
                text,
                "{:1$}sum {2}",
                "",
                60usize.saturating_sub(used).max(1),
                sum(&self.nibbles)
            );
        }
        text
    }

    /// Which bytes the line is about: of the request, of the reply, or of my own address.
    fn place(&self) -> String {
        match self.label.action() {
            Action::Sum(Source::Packet(offset)) | Action::Look(Source::Packet(offset)) => {
                bytes_at("bytes", offset, 2)
            }
            Action::Sum(Source::Own(_)) => "my address".into(),
            Action::Write { offset, .. } | Action::Checksum { offset, .. } => {
                bytes_at("write", offset, 2)
            }
            _ => String::new(),
        }
    }

    fn is_checksum(&self) -> bool {
        matches!(self.label.action(), Action::Checksum { .. })
    }

    fn english(&self, _cursor: usize) -> String {
        let english = self.label.english();
        let bytes: Vec<u8> =
            self.word.iter().filter(|token| token.0 < 256).map(|token| token.0 as u8).collect();
        let [high, low] = bytes[..] else {
            return match (self.label, self.is_checksum()) {
                (Label::Data, _) => "end of data; fold the last carry".into(),
                (_, true) => {
                    format!("{}, the complement of the sum: {}", english, sum(&self.nibbles))
                }
                _ => english.into(),
            };
        };
        let value = u16::from_be_bytes([high, low]);
        match self.label {
            Label::Version => {
                format!("version {}, header of {} bytes, tos {low}", high >> 4, (high & 15) * 4)
            }
            Label::TotalLength | Label::Identifier | Label::Sequence => {
                format!("{english} {value}")
            }
            Label::Ttl | Label::WriteTtl => format!("ttl {high}, protocol {low}"),
            Label::Type | Label::WriteType => format!("type {high}, code {low}"),
            _ => english.into(),
        }
    }
}

/// What the network must have decided to ask for this label next.
fn decision(label: Label) -> Option<&'static str> {
    Some(match label {
        Label::ToLow => "the sum is ffff, so the header checksum is right; is it for me?",
        Label::FromLow => "both differences are ffff: it is for me; is it from me?",
        Label::SourceLook => "not ffff: it is from somebody else",
        Label::FlagsLook => "yes, it is an ordinary host's",
        Label::ProtocolLook => "no",
        Label::Identifier => "yes; now the message, type and checksum last",
        Label::TypeLook => "the sum is ffff, so the ICMP checksum is right",
        Label::WriteIcmpChecksum => "yes: I owe an echo reply",
        _ => return None,
    })
}

fn bytes_at(verb: &str, from: usize, count: usize) -> String {
    match count {
        1 => format!("{verb} {from}"),
        _ => format!("{verb} {from}–{}", from + count - 1),
    }
}

fn hex(word: &[Token]) -> String {
    word.iter().filter(|token| token.0 < 256).map(|token| format!("{token:?}")).collect()
}

fn sum(nibbles: &[u8]) -> String {
    nibbles.iter().rev().map(|nibble| format!("{nibble:x}")).collect()
}
