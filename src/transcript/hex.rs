//! A packet in hex, found in whatever a model wraps around it: dumps with offsets and characters, code
//! fences, prefixes, prose.

use wire::ipv4::MIN_HEADER_LEN;

/// Digits of the shortest packet.
const SHORTEST: usize = 2 * MIN_HEADER_LEN;
/// Digits in a row of a dump.
const ROW: usize = 32;

/// The one packet that the text spells in hex, apart from `other`.
///
/// # Errors
/// In words: there is none, half a byte too much, or more than one.
pub(super) fn packet_in(text: &str, other: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for digits in runs(text) {
        let bytes = wire::hex::parse(&digits)
            .map_err(|_| format!("{} hex digits are no whole number of bytes", digits.len()))?;
        if other != Some(&bytes) && !found.contains(&bytes) {
            found.push(bytes);
        }
        if found.len() > 1 {
            return Err("the answer holds two different packets".into());
        }
    }
    found.pop().ok_or_else(|| "the answer holds no packet in hex, and no line DROP".into())
}

/// The digits of words that belong together.
#[derive(Default)]
struct Run {
    words: Vec<String>,
    /// Whether all of them stand in lines that are hex and nothing else.
    pure: bool,
}

impl Run {
    fn digits(&self) -> usize {
        self.words.iter().map(String::len).sum()
    }

    /// The digits, if they can be a packet. At the ends of what stands in prose a word such as "be" is
    /// one of the sentence, unless its neighbour is as long.
    fn finish(mut self) -> Option<String> {
        if !self.pure {
            let strange = |word: &str, next: &str| {
                word.bytes().all(|byte| byte.is_ascii_alphabetic()) && word.len() != next.len()
            };
            while matches!(&self.words[..], [word, next, ..] if strange(word, next)) {
                self.words.remove(0);
            }
            while matches!(&self.words[..], [.., next, word] if strange(word, next)) {
                self.words.pop();
            }
        }
        (self.digits() >= SHORTEST).then(|| self.words.concat())
    }
}

/// Every run of words of hex that is long enough: separated by spaces, commas, colons, line ends or
/// nothing; each with or without `0x` or `\x`. A run goes on in the next line only if that is all hex, lest
/// a sentence that begins with "Added" belong to it.
fn runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = Run { pure: true, ..Run::default() };
    for line in text.lines() {
        let line = row_of_dump(line, run.digits() / 2).unwrap_or(Line::plain(line));
        if !line.is_pure || line.words.is_empty() {
            runs.push(std::mem::replace(&mut run, Run { pure: true, ..Run::default() }));
        }
        run.pure &= line.is_pure;
        for word in line.words {
            match word {
                Some(digits) => run.words.push(digits),
                None => runs.push(std::mem::take(&mut run)),
            }
        }
    }
    runs.push(run);
    runs.into_iter().filter_map(Run::finish).collect()
}

/// The words of a line: their digits, or `None` for what is no hex.
struct Line {
    words: Vec<Option<String>>,
    /// Whether there is nothing but hex.
    is_pure: bool,
}

impl Line {
    fn plain(line: &str) -> Line {
        let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-' | '|');
        let words = line.split(separates).filter(|word| !word.is_empty());
        let words: Vec<Option<String>> = words.map(digits).collect();
        let is_pure = !words.contains(&None);
        Line { words, is_pure }
    }
}

/// A dump's row without its offset and its characters: the offset is four or eight digits and a colon or
/// two spaces, and says how many bytes came `before`; of characters beside a short row nothing is
/// guessed, they stand behind a bar or far to the right.
fn row_of_dump(line: &str, before: usize) -> Option<Line> {
    let trimmed = line.trim_start();
    let offset = trimmed.strip_prefix("0x").unwrap_or(trimmed);
    let length = offset.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (offset, rest) = offset.split_at(length);
    let is_marked = rest.starts_with(':') || rest.starts_with("  ");
    let value = usize::from_str_radix(offset, 16).ok()?;
    if !matches!(length, 4 | 8) || !is_marked || value != before {
        return None;
    }
    let rest = rest.trim_start_matches(':').trim_start();
    let bytes = rest.split('|').next().unwrap_or_default();
    let bytes = bytes.split("   ").next().unwrap_or_default();
    let mut words = Vec::new();
    let mut count = 0;
    for word in bytes.split_whitespace() {
        let Some(digits) = digits(word).filter(|_| count < ROW) else { break };
        count += digits.len();
        words.push(Some(digits));
    }
    (count <= ROW).then_some(Line { words, is_pure: true })
}

/// The digits of a word that is hex and nothing else, in quotes perhaps. Half a byte is only one where
/// there is a whole packet beside it: else it is a word such as "a" or "added".
fn digits(word: &str) -> Option<String> {
    let quotes = |c: char| matches!(c, '"' | '\'' | '`' | '[' | ']' | '*' | '}' | '$');
    let opens = word.trim_start_matches(quotes).starts_with('(');
    let word = word.trim_matches(|c: char| quotes(c) || matches!(c, '(' | ')'));
    let word = word.trim_end_matches(['.', ';', ')', '`', '*']);
    let plain = word.replace("0x", "").replace("0X", "").replace("\\x", "");
    let is_hex = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let whole = plain.len() >= SHORTEST || (plain.len().is_multiple_of(2) && !opens);
    (is_hex && whole).then_some(plain)
}
