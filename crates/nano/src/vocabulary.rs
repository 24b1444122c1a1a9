//! The words nano speaks: 256 bytes, 32 nibbles with their carry, marks that the tape feeds where there
//! is no byte, and one [label](crate::protocol) for each thing the network can ask the tape to do.
//! Token numbers are the rows of the embedding table, so this file and the weights belong together:
//! [`VOCABULARY_VERSION`] is stored in the weights file and checked when it is loaded.

use crate::protocol::Label;

/// A token: a row of the embedding table, `0..Token::COUNT`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u16);

/// Changes whenever a token's number or meaning changes; weights of another version are refused.
pub const VOCABULARY_VERSION: &str = "2";

const NIBBLES: u16 = 256;
const MARKS: u16 = NIBBLES + 32;
const LABELS: u16 = MARKS + 6;

impl Token {
    /// Fed where the stretch that is read has no more bytes: where the datagram ends, say.
    pub const END: Token = Token(MARKS);
    /// Fed where the wire delivered no byte although the datagram should have one.
    pub const EOF: Token = Token(MARKS + 1);
    /// Fed as the second half of an odd last word; counts as zero (RFC 1071 section 1).
    pub const FILL: Token = Token(MARKS + 2);
    /// The first token of every tape: a packet has arrived.
    pub const START: Token = Token(MARKS + 3);
    /// The first token of the tape when a frame has arrived.
    pub const FRAME: Token = Token(MARKS + 4);
    /// Fed where a length inside the datagram claims a byte that the datagram does not have.
    pub const BEYOND: Token = Token(MARKS + 5);
    /// Number of tokens in the vocabulary.
    pub const COUNT: usize = LABELS as usize + Label::COUNT;

    /// The token of one byte.
    pub const fn byte(value: u8) -> Token {
        Token(value as u16)
    }

    /// The token of one nibble (`value < 16`) of a running sum, with the carry out of it.
    pub const fn nibble(value: u8, carry: bool) -> Token {
        Token(NIBBLES + (value & 15) as u16 + 16 * carry as u16)
    }

    /// The token of a label.
    pub const fn label(label: Label) -> Token {
        Token(LABELS + label.number() as u16)
    }

    /// What the token stands for.
    pub fn meaning(self) -> Meaning {
        match self.0 {
            value @ 0..NIBBLES => Meaning::Byte(value as u8),
            value @ NIBBLES..MARKS => {
                let nibble = value - NIBBLES;
                Meaning::Nibble { value: (nibble & 15) as u8, carry: nibble >= 16 }
            }
            value => match value.checked_sub(LABELS).and_then(|row| Label::ALL.get(row as usize)) {
                Some(&label) => Meaning::Label(label),
                None => Meaning::Mark,
            },
        }
    }
}

/// What a token stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// A byte of a packet.
    Byte(u8),
    /// Four bits of a running sum and the carry out of them.
    Nibble {
        /// The four bits, `0..16`.
        value: u8,
        /// Whether the addition overflowed into the next nibble.
        carry: bool,
    },
    /// None of them: `END`, say, or `START`.
    Mark,
    /// A request to the tape.
    Label(Label),
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.meaning() {
            Meaning::Byte(byte) => write!(f, "{byte:02x}"),
            Meaning::Nibble { value, carry } => {
                write!(f, "{value:x}{}", if carry { '+' } else { '.' })
            }
            Meaning::Label(label) => f.write_str(label.name()),
            Meaning::Mark => f.write_str(match *self {
                Token::END => "<end>",
                Token::EOF => "<eof>",
                Token::FILL => "<fill>",
                Token::START => "<start>",
                Token::FRAME => "<frame>",
                Token::BEYOND => "<beyond>",
                _ => "<unknown>",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_one_meaning() {
        for number in 0..Token::COUNT as u16 {
            let token = Token(number);
            let again = match token.meaning() {
                Meaning::Byte(byte) => Token::byte(byte),
                Meaning::Nibble { value, carry } => Token::nibble(value, carry),
                Meaning::Label(label) => Token::label(label),
                Meaning::Mark => token,
            };
            assert_eq!(token, again);
        }
        assert_eq!(Token(Token::COUNT as u16).meaning(), Meaning::Mark);
    }
}
