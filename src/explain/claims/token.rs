//! The words, numbers and addresses of a sentence, each with its place in the text. Emphasis, quotes and
//! backticks are passed over: to a reader `TTL` and **TTL** are the same word.

use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

/// One word, literal or mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    /// As written.
    pub text: &'t str,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What.
    pub kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A word, in lower case; one with inner dots, such as `ipv4.ttl`, is one word.
    Word(String),
    /// A value.
    Literal(Literal),
    /// A mark of punctuation.
    Mark(char),
}

/// A value as people write it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Literal {
    /// A whole number.
    Number(Number),
    /// An address of IPv4 or IPv6.
    Address(IpAddr),
    /// An address of Ethernet.
    Mac([u8; 6]),
    /// A block of addresses, a fraction: nothing that a field holds.
    Other,
}

/// A whole number and the ways in which it can be read: `64` may be meant in hex in a dump's words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    /// Read in decimal.
    pub decimal: Option<u64>,
    /// Read in hex.
    pub hex: Option<u64>,
    /// Whether it can only be meant in hex: it has letters, leading zeros or `0x`.
    pub is_hex: bool,
}

impl Token<'_> {
    /// Whether this is that word.
    pub fn is(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Whether this is one of those words.
    pub fn is_in(&self, words: &[&str]) -> bool {
        self.word().is_some_and(|word| words.contains(&word))
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The value, if it is one.
    pub fn literal(&self) -> Option<Literal> {
        match self.kind {
            Kind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The decimal reading of a number.
    pub fn decimal(&self) -> Option<u64> {
        match self.literal() {
            Some(Literal::Number(number)) => number.decimal,
            _ => None,
        }
    }

    /// Whether this is that mark.
    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// Takes `text` apart.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let length = run_length(&text[at..]);
        if length > 0 {
            take_run(&text[at..at + length], at, &mut tokens);
            at += length;
            continue;
        }
        if !first.is_whitespace() && !"*`\"“”„'‘’_".contains(first) {
            let range = at..at + first.len_utf8();
            tokens.push(Token { text: &text[range.clone()], range, kind: Kind::Mark(first) });
        }
        at += first.len_utf8();
    }
    tokens
}

/// The bytes of the word or value that `text` begins with; 0 if it begins with neither. Colons, dots
/// and the like belong to it only where more of it follows.
fn run_length(text: &str) -> usize {
    let mut length = 0;
    for (at, character) in text.char_indices() {
        let joins = length > 0 && ".:_-'’/".contains(character);
        if character.is_alphanumeric() {
            length = at + character.len_utf8();
        } else if !(joins || (at == 0 && text.starts_with("::"))) {
            break;
        } else if text[at..].starts_with("::") {
            length = at + 2;
        } else if at > length {
            break;
        }
    }
    length
}

/// One run of characters without a gap: a value, or words and values joined by hyphens and the like.
fn take_run<'t>(run: &'t str, at: usize, tokens: &mut Vec<Token<'t>>) {
    let whole = |kind| Token { text: run, range: at..at + run.len(), kind };
    if let Some(literal) = literal(run) {
        return tokens.push(whole(Kind::Literal(literal)));
    }
    // An address with a port behind it, a list a/b, a compound: its parts.
    let port = run.rfind(':').filter(|cut| run[..*cut].parse::<std::net::Ipv4Addr>().is_ok());
    let Some(cut) = port.or_else(|| run.find(['-', '/', ':'])) else {
        return take_word(run, at, tokens);
    };
    take_run_part(&run[..cut], at, tokens);
    let next = at + cut + 1;
    let (before, after) = (run[..cut].chars().next_back(), run[cut + 1..].chars().next());
    let digits = |character: Option<char>| character.is_some_and(|c| c.is_ascii_digit());
    let mark = run[cut..].chars().next().unwrap_or('-');
    if mark != '-' || (digits(before) && digits(after)) {
        let range = at + cut..next;
        tokens.push(Token { text: &run[cut..cut + 1], range, kind: Kind::Mark(mark) });
    }
    take_run_part(&run[cut + 1..], next, tokens);
}

fn take_run_part<'t>(part: &'t str, at: usize, tokens: &mut Vec<Token<'t>>) {
    if !part.is_empty() {
        take_run(part, at, tokens);
    }
}

/// A word; `RFC791` is a word and a number.
fn take_word<'t>(word: &'t str, at: usize, tokens: &mut Vec<Token<'t>>) {
    let lower = word.to_lowercase().replace('’', "'");
    match lower.strip_prefix("rfc") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            take_word(&word[..3], at, tokens);
            take_run(&word[3..], at + 3, tokens);
        }
        _ => {
            let range = at..at + word.len();
            let kind = match lower.as_str() {
                "zero" => Kind::Literal(Literal::Number(Number::decimal(0))),
                _ => Kind::Word(lower),
            };
            tokens.push(Token { text: word, range, kind });
        }
    }
}

impl Number {
    fn decimal(value: u64) -> Number {
        Number { decimal: Some(value), hex: None, is_hex: false }
    }
}

/// The value that a run spells.
fn literal(run: &str) -> Option<Literal> {
    if let Ok(address) = run.parse::<IpAddr>() {
        // A lone `::` is the unspecified address, and hardly ever meant.
        return (run != "::").then_some(Literal::Address(address));
    }
    if let Some(mac) = mac(run) {
        return Some(Literal::Mac(mac));
    }
    if let Some((address, length)) = run.split_once('/')
        && address.parse::<IpAddr>().is_ok()
        && length.parse::<u8>().is_ok()
    {
        return Some(Literal::Other);
    }
    if let Some(digits) = run.strip_prefix("0x").or_else(|| run.strip_prefix("0X")) {
        let hex = u64::from_str_radix(digits, 16).ok()?;
        return Some(Literal::Number(Number { decimal: None, hex: Some(hex), is_hex: true }));
    }
    let fraction = run.contains('.') && run.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if fraction {
        return Some(Literal::Other);
    }
    number(run).map(Literal::Number)
}

/// Digits, or hex digits with a decimal one among them: `face` is a word.
fn number(run: &str) -> Option<Number> {
    let all = |is: fn(&u8) -> bool| run.bytes().all(|byte| is(&byte));
    if !all(u8::is_ascii_hexdigit) || run.len() > 16 {
        return None;
    }
    let decimal = run.parse().ok().filter(|_| all(u8::is_ascii_digit));
    let spelt = run.bytes().any(|byte| byte.is_ascii_digit()) || run.eq_ignore_ascii_case("ffff");
    let leads = run.len() > 1 && run.starts_with('0');
    let is_hex = decimal.is_none() || leads;
    spelt.then(|| Number { decimal, hex: u64::from_str_radix(run, 16).ok(), is_hex })
}

/// Six pairs of hex digits with colons or hyphens between.
pub(super) fn mac(run: &str) -> Option<[u8; 6]> {
    let separator = run.chars().nth(2).filter(|c| matches!(c, ':' | '-'))?;
    let mut octets = [0; 6];
    let mut parts = run.split(separator);
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.len() == 2)?;
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

/// Whether an address is one that people name for what it means, not because it is in a packet.
pub(super) fn is_proverbial(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, .., last] = v4.octets();
            v4.is_documentation()
                || v4.is_loopback()
                || matches!(first, 0 | 224..)
                || matches!(last, 0 | 255)
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.segments()[..2] == [0x2001, 0x0db8]
                || v6 == Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).into_iter().map(|token| token.kind).collect()
    }

    fn word(text: &str) -> Kind {
        Kind::Word(text.into())
    }

    fn literal_of(text: &str) -> Option<Literal> {
        let kinds = kinds(text);
        assert_eq!(kinds.len(), 1, "{text}: {kinds:?}");
        match kinds[0] {
            Kind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    #[test]
    fn literals() {
        let number = |decimal, hex, is_hex| Some(Literal::Number(Number { decimal, hex, is_hex }));
        assert_eq!(literal_of("64"), number(Some(64), Some(0x64), false));
        assert_eq!(literal_of("`0x1C46`,".trim_end_matches(',')), number(None, Some(0x1c46), true));
        assert_eq!(literal_of("0054"), number(Some(54), Some(0x54), true));
        assert_eq!(literal_of("c302"), number(None, Some(0xc302), true));
        assert_eq!(literal_of("face"), None);
        assert_eq!(literal_of("8th"), None);
        assert_eq!(literal_of("1.5"), Some(Literal::Other));
        assert_eq!(literal_of("10.0.0.0/8"), Some(Literal::Other));
        assert_eq!(literal_of("10.0.0.2"), Some(Literal::Address([10, 0, 0, 2].into())));
        assert_eq!(literal_of("fe80::1"), Some(Literal::Address("fe80::1".parse().unwrap())));
        let mac = Some(Literal::Mac([2, 0, 0, 0, 0, 0x0a]));
        assert_eq!([literal_of("02:00:00:00:00:0a"), literal_of("02-00-00-00-00-0A")], [mac; 2]);
    }

    #[test]
    fn runs_fall_into_their_parts() {
        let texts = |text| tokens(text).iter().map(|token| token.text).collect::<Vec<_>>();
        assert_eq!(texts("**TTL**: 64."), ["TTL", ":", "64", "."]);
        assert_eq!(texts("time-to-live=64"), ["time", "to", "live", "=", "64"]);
        assert_eq!(texts("bytes 10-11"), ["bytes", "10", "-", "11"]);
        assert_eq!(texts("bytes 10–11"), ["bytes", "10", "–", "11"]);
        assert_eq!(texts("a 20-byte header"), ["a", "20", "byte", "header"]);
        assert_eq!(texts("10.0.0.2:53"), ["10.0.0.2", ":", "53"]);
        assert_eq!(texts("RFC791 §3.1"), ["RFC", "791", "§", "3.1"]);
        assert_eq!(texts("`ipv4.ttl` (8)"), ["ipv4.ttl", "(", "8", ")"]);
        assert_eq!(kinds("packet’s")[..], [word("packet's")]);
    }

    proptest::proptest! {
        #[test]
        fn tokens_lie_where_they_say(text: String) {
            let mut end = 0;
            for token in tokens(&text) {
                assert!(token.range.start >= end, "{token:?} in {text:?}");
                assert_eq!(&text[token.range.clone()], token.text);
                end = token.range.end;
            }
        }

        #[test]
        fn ascii_too(text in "[a-f0-9:./' x*`-]{0,40}") {
            for token in tokens(&text) {
                assert_eq!(&text[token.range.clone()], token.text);
            }
        }
    }
}
