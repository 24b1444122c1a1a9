//! A filter's text in words: operators, brackets, text in quotes, and what stands between them, which is
//! names and values. Which of the two a word is, its place decides.

use std::ops::Range;

use super::error::FilterError;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Its octets in the text.
    pub range: Range<usize>,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    /// `..`, from the first to the last of a range.
    To,
    And,
    Or,
    Not,
    In,
    Contains,
    /// `&`, the bits that a mask leaves.
    Mask,
    Compare(Relation),
    /// A name or a value.
    Word(String),
    /// What stands in quotes, its escapes resolved.
    Quoted(Vec<u8>),
    /// The end of the text.
    End,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    /// All values of the field differ.
    Differ,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Operators that are signs, the longer ones first.
const SIGNS: &[(&str, Kind)] = &[
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("==", Kind::Compare(Relation::Equal)),
    ("!=", Kind::Compare(Relation::Differ)),
    ("<=", Kind::Compare(Relation::LessOrEqual)),
    (">=", Kind::Compare(Relation::GreaterOrEqual)),
    ("..", Kind::To),
    ("<", Kind::Compare(Relation::Less)),
    (">", Kind::Compare(Relation::Greater)),
    ("!", Kind::Not),
    ("&", Kind::Mask),
    ("(", Kind::Open),
    (")", Kind::Close),
    ("{", Kind::OpenSet),
    ("}", Kind::CloseSet),
    (",", Kind::Comma),
];

/// Operators that are words.
const WORDS: &[(&str, Kind)] = &[
    ("and", Kind::And),
    ("or", Kind::Or),
    ("not", Kind::Not),
    ("in", Kind::In),
    ("contains", Kind::Contains),
    ("eq", Kind::Compare(Relation::Equal)),
    ("ne", Kind::Compare(Relation::Differ)),
    ("lt", Kind::Compare(Relation::Less)),
    ("le", Kind::Compare(Relation::LessOrEqual)),
    ("gt", Kind::Compare(Relation::Greater)),
    ("ge", Kind::Compare(Relation::GreaterOrEqual)),
];

/// The tokens of a text, the last of them [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = text.len() - text[at..].trim_start().len();
        let (kind, length) = token(text, at)?;
        let is_last = kind == Kind::End;
        tokens.push(Token { kind, range: at..at + length });
        if is_last {
            return Ok(tokens);
        }
        at += length;
    }
}

/// The token at octet `at`, and its length in octets.
fn token(text: &str, at: usize) -> Result<(Kind, usize), FilterError> {
    let rest = &text[at..];
    let error = |message: &str, length| Err(FilterError::new(message, at..at + length, text));
    if let Some((sign, kind)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
        return Ok((kind.clone(), sign.len()));
    }
    match rest.chars().next() {
        None => Ok((Kind::End, 0)),
        Some('"') => quoted(text, at),
        Some('=') => error("`=` is no operator: equality is `==`", 1),
        Some('|') => error("`|` is no operator: the other `or` is `||`", 1),
        Some(_) => {
            let length = word(rest);
            let word = &rest[..length];
            let operator = WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
            let kind = operator.map(|(_, kind)| kind.clone());
            Ok((kind.unwrap_or_else(|| Kind::Word(word.to_owned())), length))
        }
    }
}

/// The length of the word that `rest` begins with.
fn word(rest: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "()!=<>&|{},\"".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    rest[..end].find("..").unwrap_or(end)
}

/// The text in quotes that begins at `at`, with `\"`, `\\`, `\n`, `\r`, `\t`, `\0` and `\x` with two digits.
fn quoted(text: &str, at: usize) -> Result<(Kind, usize), FilterError> {
    let mut octets = Vec::new();
    let mut characters = text[at..].char_indices().skip(1);
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Ok((Kind::Quoted(octets), place + 1)),
            '\\' => {
                let rest = &text[at + place + 1..];
                let (octet, length) = escape(rest).ok_or_else(|| {
                    let end = at + place + 1 + rest.chars().next().map_or(0, char::len_utf8);
                    let message =
                        r#"no such escape: there are \" \\ \n \r \t \0 and \x with two digits"#;
                    FilterError::new(message, at + place..end, text)
                })?;
                octets.push(octet);
                characters.nth(length - 1);
            }
            other => octets.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err(FilterError::new("these quotes are not closed", at..at + 1, text))
}

/// The octet that what follows a backslash stands for, and how many characters that is.
fn escape(rest: &str) -> Option<(u8, usize)> {
    let octet = match rest.bytes().next()? {
        b'x' => {
            let digits = rest.get(1..3).filter(|digits| !digits.starts_with('+'))?;
            return Some((u8::from_str_radix(digits, 16).ok()?, 3));
        }
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        same @ (b'"' | b'\\') => same,
        _ => return None,
    };
    Some((octet, 1))
}
