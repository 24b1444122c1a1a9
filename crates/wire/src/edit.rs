//! Edits over byte offsets: the short form of a model's reply, a fix that `lint` proposes, the body
//! of a fast path.
//!
//! Edits are applied in order, each to what the ones before it left. They know offsets and no
//! protocol: whether the result is a packet is for others to judge. As JSON an edit is an object
//! tagged by `op`, its bytes in hex: `{"op":"set","offset":8,"bytes":"40"}`. As text it is a few words,
//! offsets and lengths in decimal, bytes in hex: `set 8 40`; several are separated by semicolons or
//! lines, see [`parse`].

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::checksum::add16;
use crate::{MAX_DATAGRAM, hex, word};

/// One change to a packet. Offsets and lengths count octets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Overwrites what is at `offset`; the packet keeps its length.
    Set {
        /// Where the first byte goes.
        offset: usize,
        /// What goes there.
        #[serde(with = "hex::serde")]
        bytes: Vec<u8>,
    },
    /// Exchanges two stretches of equal length that do not overlap.
    Swap {
        /// Where one begins.
        a: usize,
        /// Where the other begins.
        b: usize,
        /// Octets in each.
        length: usize,
    },
    /// Overwrites `length` octets at `to` with those at `from`; they may overlap.
    Copy {
        /// Where they are read.
        from: usize,
        /// Where they are written.
        to: usize,
        /// How many.
        length: usize,
    },
    /// Adds to the big-endian word at `offset` in ones' complement, zero written as `0000`
    /// unless both are `ffff`.
    ///
    /// That is RFC 1624 equation 3: where a covered word changes from `m` to `m'`, adding
    /// `~(~m + m')` brings its checksum up to date. For 0800 to 0000 that is 0800.
    Add16 {
        /// Where the word begins; it need not be even.
        offset: usize,
        /// What is added.
        value: u16,
    },
    /// Puts bytes in front of what is at `offset`; at the packet's length, behind it.
    Insert {
        /// Where the first byte goes.
        offset: usize,
        /// What goes there.
        #[serde(with = "hex::serde")]
        bytes: Vec<u8>,
    },
    /// Drops everything from `length` on.
    Truncate {
        /// What is left, no more than there is.
        length: usize,
    },
}

/// Applies `edits` in order to a copy of `packet`.
///
/// # Errors
/// The first edit that reaches past the packet as it then is, swaps overlapping stretches, or would
/// make it longer than a datagram can be.
///
/// ```
/// # use wire::{Edit, apply};
/// let edits = [Edit::Swap { a: 0, b: 2, length: 1 }, Edit::Truncate { length: 3 }];
/// assert_eq!(apply(&edits, &[1, 2, 3, 4]), Ok(vec![3, 2, 1]));
/// ```
pub fn apply(edits: &[Edit], packet: &[u8]) -> Result<Vec<u8>, EditError> {
    let mut packet = packet.to_vec();
    for (index, edit) in edits.iter().enumerate() {
        edit.perform(&mut packet).map_err(|fault| EditError {
            index,
            op: edit.op(),
            offset: fault.offset,
            cause: fault.cause,
        })?;
    }
    Ok(packet)
}

/// Reads edits as a model writes them: separated by semicolons or line ends, empty ones left out.
///
/// # Errors
/// The first that is no edit, in words.
///
/// ```
/// # use wire::{Edit, edit};
/// let edits = edit::parse("swap 12 16 4; set 20 00\nadd16 22 0800;").unwrap();
/// assert_eq!(edits[2], Edit::Add16 { offset: 22, value: 0x0800 });
/// assert_eq!(edits[1].to_string(), "set 20 00");
/// assert!(edit::parse("swap 12 16").is_err());
/// ```
pub fn parse(text: &str) -> Result<Vec<Edit>, EditSyntax> {
    let edits = text.split([';', '\n']).map(str::trim).filter(|edit| !edit.is_empty());
    edits.map(Edit::from_str).collect()
}

/// Edits as [`parse`] reads them, on one line.
pub fn text(edits: &[Edit]) -> String {
    edits.iter().map(Edit::to_string).collect::<Vec<_>>().join("; ")
}

/// Words that are no edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditSyntax {
    /// The words.
    pub text: String,
}

impl fmt::Display for EditSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.text.chars().take(60).collect();
        write!(
            f,
            "{shown:?} is no edit: there are `set OFFSET HEX`, `swap A B LENGTH`, \
             `copy FROM TO LENGTH`, `add16 OFFSET HEX`, `insert OFFSET HEX` and `truncate LENGTH`"
        )
    }
}

impl Error for EditSyntax {}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = self.op();
        match self {
            Edit::Set { offset, bytes } | Edit::Insert { offset, bytes } => {
                write!(f, "{op} {offset} {}", hex::encode(bytes))
            }
            Edit::Swap { a, b, length } => write!(f, "{op} {a} {b} {length}"),
            Edit::Copy { from, to, length } => write!(f, "{op} {from} {to} {length}"),
            Edit::Add16 { offset, value } => write!(f, "{op} {offset} {value:04x}"),
            Edit::Truncate { length } => write!(f, "{op} {length}"),
        }
    }
}

impl FromStr for Edit {
    type Err = EditSyntax;

    fn from_str(text: &str) -> Result<Edit, EditSyntax> {
        let mut words = text.split_whitespace();
        let op = words.next().unwrap_or_default().to_ascii_lowercase();
        let rest: Vec<&str> = words.collect();
        read(&op, &rest).ok_or_else(|| EditSyntax { text: text.to_owned() })
    }
}

/// The edit that `op` with these operands is. Bytes may be several words of hex, each with or without
/// `0x`.
fn read(op: &str, operands: &[&str]) -> Option<Edit> {
    let number = |index: usize| operands.get(index)?.parse::<usize>().ok();
    let numbers = |count: usize| (operands.len() == count).then_some(());
    let bytes = || {
        let digits: String = operands.get(1..)?.iter().copied().map(without_prefix).collect();
        hex::parse(&digits).ok().filter(|bytes| !bytes.is_empty())
    };
    Some(match op {
        "set" => Edit::Set { offset: number(0)?, bytes: bytes()? },
        "insert" => Edit::Insert { offset: number(0)?, bytes: bytes()? },
        "swap" => {
            numbers(3)?;
            Edit::Swap { a: number(0)?, b: number(1)?, length: number(2)? }
        }
        "copy" => {
            numbers(3)?;
            Edit::Copy { from: number(0)?, to: number(1)?, length: number(2)? }
        }
        "add16" => {
            numbers(2)?;
            let value = u16::from_str_radix(without_prefix(operands[1]), 16).ok()?;
            Edit::Add16 { offset: number(0)?, value }
        }
        "truncate" => {
            numbers(1)?;
            Edit::Truncate { length: number(0)? }
        }
        _ => return None,
    })
}

fn without_prefix(word: &str) -> &str {
    word.strip_prefix("0x").or(word.strip_prefix("0X")).unwrap_or(word)
}

impl Edit {
    /// The name of the operation, as in its JSON.
    pub fn op(&self) -> &'static str {
        match self {
            Edit::Set { .. } => "set",
            Edit::Swap { .. } => "swap",
            Edit::Copy { .. } => "copy",
            Edit::Add16 { .. } => "add16",
            Edit::Insert { .. } => "insert",
            Edit::Truncate { .. } => "truncate",
        }
    }

    /// The same change to a packet in which `by` octets come first.
    pub fn shifted(self, by: usize) -> Edit {
        match self {
            Edit::Set { offset, bytes } => Edit::Set { offset: offset + by, bytes },
            Edit::Swap { a, b, length } => Edit::Swap { a: a + by, b: b + by, length },
            Edit::Copy { from, to, length } => Edit::Copy { from: from + by, to: to + by, length },
            Edit::Add16 { offset, value } => Edit::Add16 { offset: offset + by, value },
            Edit::Insert { offset, bytes } => Edit::Insert { offset: offset + by, bytes },
            Edit::Truncate { length } => Edit::Truncate { length: length + by },
        }
    }

    fn perform(&self, packet: &mut Vec<u8>) -> Result<(), Fault> {
        match self {
            Edit::Set { offset, bytes } => set(packet, *offset, bytes),
            Edit::Swap { a, b, length } => swap(packet, *a, *b, *length),
            Edit::Copy { from, to, length } => copy(packet, *from, *to, *length),
            Edit::Add16 { offset, value } => add(packet, *offset, *value),
            Edit::Insert { offset, bytes } => insert(packet, *offset, bytes),
            Edit::Truncate { length } => truncate(packet, *length),
        }
    }
}

/// An edit that could not be applied: which, where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditError {
    /// The place of the edit in its list, from 0.
    pub index: usize,
    /// The name of its operation.
    pub op: &'static str,
    /// The offset it could not use.
    pub offset: usize,
    /// Why not.
    pub cause: EditFault,
}

/// Why an edit could not be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditFault {
    /// It needs octets past the end of the packet, whose length at that point this is.
    PastEnd(usize),
    /// The stretches to swap overlap.
    Overlap,
    /// The packet would be longer than [`MAX_DATAGRAM`].
    TooLong,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "edit {} ({} at offset {}) ", self.index, self.op, self.offset)?;
        match self.cause {
            EditFault::PastEnd(length) => write!(f, "reaches past the packet's {length} bytes"),
            EditFault::Overlap => write!(f, "swaps stretches that overlap"),
            EditFault::TooLong => write!(f, "makes the packet longer than {MAX_DATAGRAM} bytes"),
        }
    }
}

impl Error for EditError {}

struct Fault {
    offset: usize,
    cause: EditFault,
}

fn set(packet: &mut [u8], offset: usize, bytes: &[u8]) -> Result<(), Fault> {
    let range = range(packet, offset, bytes.len())?;
    packet[range].copy_from_slice(bytes);
    Ok(())
}

fn swap(packet: &mut [u8], a: usize, b: usize, length: usize) -> Result<(), Fault> {
    let first = range(packet, a.min(b), length)?;
    let second = range(packet, a.max(b), length)?;
    if first.end > second.start {
        return Err(Fault { offset: second.start, cause: EditFault::Overlap });
    }
    let (left, right) = packet.split_at_mut(second.start);
    left[first].swap_with_slice(&mut right[..length]);
    Ok(())
}

fn copy(packet: &mut [u8], from: usize, to: usize, length: usize) -> Result<(), Fault> {
    let source = range(packet, from, length)?;
    let target = range(packet, to, length)?;
    packet.copy_within(source, target.start);
    Ok(())
}

fn add(packet: &mut [u8], offset: usize, value: u16) -> Result<(), Fault> {
    let range = range(packet, offset, 2)?;
    let old = word(packet, offset).unwrap_or_default();
    let new = !add16(!old, !value);
    packet[range].copy_from_slice(&new.to_be_bytes());
    Ok(())
}

fn insert(packet: &mut Vec<u8>, offset: usize, bytes: &[u8]) -> Result<(), Fault> {
    range(packet, offset, 0)?;
    if packet.len() + bytes.len() > MAX_DATAGRAM {
        return Err(Fault { offset, cause: EditFault::TooLong });
    }
    packet.splice(offset..offset, bytes.iter().copied());
    Ok(())
}

fn truncate(packet: &mut Vec<u8>, length: usize) -> Result<(), Fault> {
    range(packet, length, 0)?;
    packet.truncate(length);
    Ok(())
}

/// The range of `length` octets from `offset`, if the packet has them.
fn range(packet: &[u8], offset: usize, length: usize) -> Result<Range<usize>, Fault> {
    match offset.checked_add(length) {
        Some(end) if end <= packet.len() => Ok(offset..end),
        _ => Err(Fault { offset, cause: EditFault::PastEnd(packet.len()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum;
    use proptest::prelude::*;

    fn check(edit: Edit, expect: &[u8]) {
        assert_eq!(apply(&[edit], &[0, 1, 2, 3, 4, 5]).unwrap(), expect);
    }

    #[test]
    fn each_edit() {
        check(Edit::Set { offset: 4, bytes: vec![9, 8] }, &[0, 1, 2, 3, 9, 8]);
        check(Edit::Swap { a: 4, b: 0, length: 2 }, &[4, 5, 2, 3, 0, 1]);
        check(Edit::Copy { from: 0, to: 1, length: 5 }, &[0, 0, 1, 2, 3, 4]);
        check(Edit::Add16 { offset: 1, value: 0xfeff }, &[0, 0, 2, 3, 4, 5]);
        check(Edit::Insert { offset: 6, bytes: vec![7] }, &[0, 1, 2, 3, 4, 5, 7]);
        check(Edit::Insert { offset: 0, bytes: vec![7] }, &[7, 0, 1, 2, 3, 4, 5]);
        check(Edit::Truncate { length: 1 }, &[0]);
    }

    #[test]
    fn errors_name_edit_and_offset() {
        let edits = [Edit::Truncate { length: 2 }, Edit::Add16 { offset: 1, value: 1 }];
        let error = apply(&edits, &[0; 4]).unwrap_err();
        assert_eq!((error.index, error.offset), (1, 1));
        assert_eq!(
            error.to_string(),
            "edit 1 (add16 at offset 1) reaches past the packet's 2 bytes"
        );
        let overlap = apply(&[Edit::Swap { a: 0, b: 1, length: 2 }], &[0; 4]).unwrap_err();
        assert_eq!(overlap.cause, EditFault::Overlap);
        let long = Edit::Insert { offset: 0, bytes: vec![0; MAX_DATAGRAM] };
        assert_eq!(apply(&[long], &[0]).unwrap_err().cause, EditFault::TooLong);
        let far = Edit::Copy { from: usize::MAX, to: 0, length: 2 };
        assert_eq!(apply(&[far], &[0; 4]).unwrap_err().offset, usize::MAX);
    }

    #[test]
    fn json() {
        let edit = Edit::Set { offset: 8, bytes: vec![0x40, 0xff] };
        let text = r#"{"op":"set","offset":8,"bytes":"40ff"}"#;
        assert_eq!(serde_json::to_string(&edit).unwrap(), text);
        assert_eq!(serde_json::from_str::<Edit>(text).unwrap(), edit);
        assert!(serde_json::from_str::<Edit>(r#"{"op":"set","offset":8,"bytes":"4"}"#).is_err());
        assert!(serde_json::from_str::<Edit>(r#"{"op":"fill","offset":8}"#).is_err());
        let add = r#"{"op":"add16","offset":10,"value":2048}"#;
        assert_eq!(
            serde_json::from_str::<Edit>(add).unwrap(),
            Edit::Add16 { offset: 10, value: 2048 }
        );
    }

    #[test]
    fn text() {
        let edits = parse(" SET 8 0x40 41;;\n add16 22 0x800 \ninsert 84 ff;truncate 84").unwrap();
        let expect = ["set 8 4041", "add16 22 0800", "insert 84 ff", "truncate 84"];
        assert_eq!(edits.iter().map(Edit::to_string).collect::<Vec<_>>(), expect);
        assert_eq!(parse(" ;\n"), Ok(vec![]));
        for wrong in [
            "set 8",
            "set 8 4",
            "set -1 40",
            "set eight 40",
            "swap 1 2",
            "swap 1 2 3 4",
            "add16 8",
            "add16 8 10000",
            "add16 8 0 0",
            "truncate",
            "fill 1 2",
            "copy 1 2 x",
            "set 8 zz",
        ] {
            assert_eq!(parse(wrong), Err(EditSyntax { text: wrong.into() }), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back(edits in prop::collection::vec(written(), 0..6)) {
            prop_assert_eq!(parse(&super::text(&edits)), Ok(edits));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = parse(&text);
        }

        #[test]
        fn add16_is_equation_3(checksum: u16, old: u16, new: u16) {
            let delta = !add16(!old, new);
            let edits = [Edit::Add16 { offset: 0, value: delta }];
            let expect = checksum::update(checksum, old, new).to_be_bytes();
            prop_assert_eq!(apply(&edits, &checksum.to_be_bytes()).unwrap(), expect);
        }

        #[test]
        fn no_edit_panics(edits in prop::collection::vec(edit(), 0..6), packet: [u8; 12]) {
            let _ = apply(&edits, &packet);
        }
    }

    /// An edit that says something: of no bytes there is nothing to write down.
    fn written() -> impl Strategy<Value = Edit> {
        edit().prop_filter("no bytes", |edit| match edit {
            Edit::Set { bytes, .. } | Edit::Insert { bytes, .. } => !bytes.is_empty(),
            _ => true,
        })
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let near = || prop_oneof![4 => 0..16usize, 1 => any::<usize>()];
        let bytes = || prop::collection::vec(any::<u8>(), 0..6);
        prop_oneof![
            (near(), bytes()).prop_map(|(offset, bytes)| Edit::Set { offset, bytes }),
            (near(), near(), near()).prop_map(|(a, b, length)| Edit::Swap { a, b, length }),
            (near(), near(), near()).prop_map(|(from, to, length)| Edit::Copy { from, to, length }),
            (near(), any::<u16>()).prop_map(|(offset, value)| Edit::Add16 { offset, value }),
            (near(), bytes()).prop_map(|(offset, bytes)| Edit::Insert { offset, bytes }),
            near().prop_map(|length| Edit::Truncate { length }),
        ]
    }
}
