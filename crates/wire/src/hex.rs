//! Bytes as hexadecimal text: how packets appear in prompts, in the journal and on the terminal.
//!
//! Reading is strict, because a model's slip must be seen, not smoothed over. Digits are lower case
//! when written and either case when read.

use std::error::Error;
use std::fmt;
use std::fmt::Write;

/// The bytes as two digits each without spaces: `450000…`.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    bytes.iter().flat_map(digits).collect()
}

/// The bytes in rows of sixteen, each led by its offset: the shape of `hexdump -C` without the
/// characters. No row for no bytes; lines end in `\n`.
///
/// ```
/// assert_eq!(wire::hex::dump(&[0x45, 0, 0]), "0000  45 00 00\n");
/// ```
pub fn dump(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4);
    for (row, chunk) in bytes.chunks(16).enumerate() {
        let _ = write!(text, "{:04x} ", row * 16);
        for (column, byte) in chunk.iter().enumerate() {
            let gap = if column == 8 { "  " } else { " " };
            let _ = write!(text, "{gap}{byte:02x}");
        }
        text.push('\n');
    }
    text
}

/// The bytes that `text` spells: pairs of hexadecimal digits, white space between pairs only.
///
/// # Errors
/// A character that is neither digit nor white space, or a pair cut in two, with its position.
pub fn parse(text: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (position, character) in text.char_indices() {
        match (character.to_digit(16), high.take()) {
            (Some(digit), None) => high = Some(digit),
            (Some(digit), Some(first)) => bytes.push((first << 4 | digit) as u8),
            (None, None) if character.is_ascii_whitespace() => {}
            _ => return Err(HexError { position }),
        }
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(HexError { position: text.len() }),
    }
}

/// Text that is not whole pairs of hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexError {
    /// The octet of the text where the fault is; its length where a last digit lacks its pair.
    pub position: usize,
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no pair of hexadecimal digits at character {}", self.position)
    }
}

impl Error for HexError {}

/// `#[serde(with = "hex::serde")]`: bytes as one string of digits.
pub(crate) mod serde {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        super::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dump_has_rows_of_sixteen() {
        let bytes: Vec<u8> = (0..18).collect();
        let expect = "0000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f\n0010  10 11\n";
        assert_eq!(dump(&bytes), expect);
        assert_eq!(dump(&[]), "");
    }

    #[test]
    fn strict() {
        assert_eq!(parse(" 45 00\n00AF "), Ok(vec![0x45, 0, 0, 0xaf]));
        assert_eq!(parse("450"), Err(HexError { position: 3 }));
        assert_eq!(parse("4 500"), Err(HexError { position: 1 }));
        assert_eq!(parse("0x45"), Err(HexError { position: 1 }));
        assert_eq!(parse("45,00"), Err(HexError { position: 2 }));
        assert_eq!(parse("45é"), Err(HexError { position: 2 }));
    }

    proptest! {
        #[test]
        fn round_trip(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            prop_assert_eq!(parse(&encode(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = parse(&text);
        }
    }
}
