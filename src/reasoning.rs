//! nano's tokens in plain English: every line of its tape, as soon as the line stands, with the byte
//! offsets it speaks of. Nothing is interpreted: a decision is reported where the network's next
//! request shows that it has taken it.

use nano::Seen;
use nano::vocabulary::{Action, Label, Meaning, Source, Token};

/// Words of data that share a rendered line.
const WORDS: usize = 4;
/// Column of the running sum.
const SUM_COLUMN: usize = 60;
/// First byte that `write body` writes.
const BODY: usize = 24;

/// Turns the tokens of one tape into lines of English, at most 76 columns wide.
#[derive(Default)]
pub struct Reasoning {
    line: Option<Line>,
    group: Group,
    /// Offset of the next word that `data` reads.
    data_at: usize,
    /// Offset of the next byte that `write body` writes, less [`BODY`].
    written: usize,
}

/// A line of the tape that is still being filled.
struct Line {
    label: Label,
    word: Vec<Token>,
    nibbles: Vec<u8>,
}

/// Words that wait to share a rendered line.
#[derive(Default)]
struct Group {
    verb: &'static str,
    what: &'static str,
    from: usize,
    bytes: usize,
    words: Vec<String>,
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
        if let Meaning::Label(label) = token.meaning() {
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
        if label != Label::Data {
            self.group.show(show);
        }
        if let Some(decision) = decision(label) {
            show(&format!("→ {decision}"));
        }
        match label.action() {
            Action::Send => show("→ send the reply"),
            Action::Drop => show(&format!("→ drop, {}: {}", label.name(), label.english())),
            _ => self.line = Some(Line::new(label)),
        }
    }

    /// Shows the line at hand, or adds it to the group.
    fn end(&mut self, show: &mut dyn FnMut(&str)) {
        let Some(line) = self.line.take().filter(|line| !line.word.is_empty()) else { return };
        let bytes = line.bytes().len();
        match line.label {
            Label::WriteBody => {
                self.group.add(("write", ""), BODY + self.written, bytes, hex(&line.word), show);
                self.written += bytes;
                self.line = Some(Line::new(Label::WriteBody));
            }
            Label::Data if bytes > 0 && !line.nibbles.is_empty() => {
                let word = format!("{}→{}", hex(&line.word), sum(&line.nibbles));
                self.group.add(("bytes", "data word→sum  "), self.data_at, bytes, word, show);
                self.data_at += 2;
            }
            _ => {
                self.group.show(show);
                if let Action::Sum(Source::Packet(offset)) = line.label.action() {
                    self.data_at = offset + 2;
                }
                show(&line.render());
            }
        }
    }
}

impl Group {
    fn add(
        &mut self,
        (verb, what): (&'static str, &'static str),
        at: usize,
        bytes: usize,
        word: String,
        show: &mut dyn FnMut(&str),
    ) {
        if self.words.is_empty() {
            *self = Group { verb, what, from: at, ..Group::default() };
        }
        self.bytes += bytes;
        self.words.push(word);
        if self.words.len() == WORDS {
            self.show(show);
        }
    }

    fn show(&mut self, show: &mut dyn FnMut(&str)) {
        if !self.words.is_empty() {
            let place = place(self.verb, self.from, self.bytes);
            show(&format!("{place:<14}{}{}", self.what, self.words.join(" ")));
            *self = Group::default();
        }
    }
}

impl Line {
    fn new(label: Label) -> Line {
        Line { label, word: Vec::new(), nibbles: Vec::new() }
    }

    fn take(&mut self, token: Token) {
        match token.meaning() {
            Meaning::Nibble { value, .. } => self.nibbles.push(value),
            _ => self.word.push(token),
        }
    }

    fn is_complete(&self) -> bool {
        let nibbles = match self.label.action() {
            Action::Look(_) | Action::Body | Action::Write { sum: false, .. } => 0,
            _ => 4,
        };
        self.word.len() == 2 && self.nibbles.len() == nibbles
    }

    fn render(&self) -> String {
        let text = format!("{:<14}{:<5} {}", self.place(), hex(&self.word), self.english());
        match self.nibbles.len() == 4 && !self.is_checksum() {
            true => format!("{text:<SUM_COLUMN$}sum {}", sum(&self.nibbles)),
            false => text,
        }
    }

    /// Which bytes the line is about: of the request, of the reply, or of my own address.
    fn place(&self) -> String {
        match self.label.action() {
            Action::Sum(Source::Packet(offset)) | Action::Look(Source::Packet(offset)) => {
                place("bytes", offset, 2)
            }
            Action::Sum(Source::Own(_)) => "my address".into(),
            Action::Write { offset, .. } | Action::Checksum { offset, .. } => {
                place("write", offset, 2)
            }
            _ => String::new(),
        }
    }

    fn english(&self) -> String {
        let english = self.label.english();
        match (self.label, &self.bytes()[..]) {
            (Label::Version, [first, tos]) => {
                format!("version {}, header of {} bytes, tos {tos}", first >> 4, (first & 15) * 4)
            }
            (Label::TotalLength | Label::Identifier | Label::Sequence, &[high, low]) => {
                format!("{english} {}", u16::from_be_bytes([high, low]))
            }
            (Label::Ttl | Label::WriteTtl, [ttl, protocol]) => {
                format!("ttl {ttl}, protocol {protocol}")
            }
            (Label::Type | Label::WriteType, [kind, code]) => format!("type {kind}, code {code}"),
            _ if self.word.contains(&Token::EOF) => "the wire brought no byte here".into(),
            (Label::Data, _) => "end of data; fold the last carry".into(),
            _ if self.is_checksum() => {
                format!("{english}, the complement of the sum: {}", sum(&self.nibbles))
            }
            _ => english.into(),
        }
    }

    fn is_checksum(&self) -> bool {
        matches!(self.label.action(), Action::Checksum { .. })
    }

    fn bytes(&self) -> Vec<u8> {
        self.word.iter().filter_map(|&token| byte(token)).collect()
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

fn place(verb: &str, from: usize, count: usize) -> String {
    match count {
        1 => format!("{verb} {from}"),
        _ => format!("{verb} {from}–{}", from + count - 1),
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
mod tests {
    use nano::transformer::Context;

    use super::*;

    /// What nano says to an echo request with `data`, line by line.
    fn lines(data: &[u8]) -> Vec<String> {
        lines_up_to(usize::MAX, data)
    }

    /// The same when the wire delivers at most `length` bytes of the packet.
    fn lines_up_to(length: usize, data: &[u8]) -> Vec<String> {
        let echo = wire::Echo {
            identifier: 7,
            sequence: 1,
            payload: data,
            ..wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into())
        };
        let (mut reasoning, mut lines) = (Reasoning::default(), Vec::new());
        let (network, mut context) = (nano::Network::First.load(), Context::default());
        let mut packet = echo.request();
        packet.truncate(length);
        nano::think(network, &mut context, &packet, [10, 0, 0, 1], |seen| {
            reasoning.hear(seen, &mut |line| lines.push(line.to_owned()));
            true
        });
        lines
    }

    #[test]
    fn a_whole_thought_in_narrow_lines() {
        let lines = lines(&[0x33, 0x2f, 0x8b, 0x12, 0x00, 0x01, 0x02, 0x03, 0x04]);
        for line in [
            "bytes 2–3     0025  total length 37                         sum 4525",
            "→ the sum is ffff, so the header checksum is right; is it for me?",
            "my address    0001  less my own                             sum ffff",
            "bytes 24–25   0007  identifier 7                            sum 0007",
            "bytes 28–35   data word→sum  332f→3337 8b12→be49 0001→be4a 0203→c04d",
            "bytes 36      data word→sum  04→c44d",
            "                    end of data; fold the last carry        sum c44d",
            "write 22–23         ICMP checksum, the complement of the sum: 3bb2",
            "write 24–31   0007 0001 332f 8b12",
            "write 32–36   0001 0203 04",
            "→ send the reply",
        ] {
            assert!(
                lines.iter().any(|said| said == line),
                "{line:?} is not in\n{}",
                lines.join("\n")
            );
        }
        assert!(lines.iter().all(|line| line.chars().count() <= 76));
        assert_eq!(lines.last().map(String::as_str), Some("→ send the reply"));
    }

    #[test]
    fn a_cut_packet() {
        for length in [31, 32] {
            let lines = lines_up_to(length, b"abcdefgh");
            let [.., missing, verdict] = &lines[..] else { panic!("{lines:?}") };
            assert!(missing.contains("the wire brought no byte here"), "{}", lines.join("\n"));
            assert!(verdict.starts_with("→ drop, truncated"), "{verdict}");
        }
    }

    #[test]
    fn no_data_at_all() {
        let lines = lines(&[]);
        assert!(lines.contains(&"write 24–27   0007 0001".to_owned()), "{}", lines.join("\n"));
    }
}
