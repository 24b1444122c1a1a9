//! Domain names in a DNS message (RFC 1035 sections 3.1 and 4.1.4).
//!
//! A name as it stands ends at its root or at a pointer, and costs no more than its octets. What it says
//! is read by [`Names`], which follows pointers: only backwards, so that none comes twice, and within a
//! budget for the whole message, so that many names through long chains of pointers cost little.

use std::fmt::Write;
use std::ops::Range;

use super::{Breach, HEADER_LEN};
use crate::word;

/// The most octets of a name, with the lengths of its labels and the root (RFC 1035 section 2.3.4).
pub const MAX_LEN: usize = 255;

/// How many labels and pointers are read of all names of a message, far more than sound ones have.
pub const BUDGET: u32 = 8_192;

/// Why a name cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The message ends before the name does.
    End,
    /// The label at this octet is of no known type.
    LabelType(usize),
    /// The pointer at these octets leads to this offset: not before the name, so to no prior occurrence.
    NotPrior(Range<usize>, usize),
    /// The pointer at these octets leads to this offset, inside the header.
    Header(Range<usize>, usize),
    /// The pointer at these octets leads to this offset, where no name is.
    NoName(Range<usize>, usize),
    /// It is longer than [`MAX_LEN`].
    Long,
    /// The budget of the message is spent: nothing can be said of it.
    Unread,
}

/// Where the name at `offset` ends as it stands: after its root or its first pointer.
///
/// # Errors
/// Says that the message ends before, or which label is of no known type.
pub fn end(message: &[u8], offset: usize) -> Result<usize, Breach> {
    let mut at = offset;
    loop {
        match message.get(at) {
            Some(0) => return Ok(at + 1),
            Some(length @ 1..=63) => at += 1 + usize::from(*length),
            Some(0xc0..) if at + 2 <= message.len() => return Ok(at + 2),
            Some(0xc0..) | None => return Err(Breach::End),
            Some(_) => return Err(Breach::LabelType(at)),
        }
    }
}

/// Whether the name at `offset` ends with a pointer.
pub fn is_compressed(message: &[u8], offset: usize) -> bool {
    let mut at = offset;
    while let Some(length @ 1..=63) = message.get(at) {
        at += 1 + usize::from(*length);
    }
    matches!(message.get(at), Some(0xc0..))
}

/// Reads the names of one message.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    message: &'a [u8],
    budget: u32,
    /// Where the first name is that was found sound, which most others point to.
    sound: Option<usize>,
}

impl<'a> Names<'a> {
    /// A reader with the [`BUDGET`] of one message.
    pub fn new(message: &'a [u8]) -> Self {
        Names { message, budget: BUDGET, sound: None }
    }

    /// Whether the name at `offset` can be read.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check(&mut self, offset: usize) -> Result<(), Flaw> {
        let pointer = word(self.message, offset).filter(|pointer| *pointer >= 0xc000);
        let target = pointer.map(|pointer| usize::from(pointer & 0x3fff));
        if target.is_some() && target == self.sound && target < Some(offset) {
            return Ok(());
        }
        self.read(offset, |_| ())?;
        self.sound = self.sound.or(Some(offset));
        Ok(())
    }

    /// The name at `offset` as people write it, without the dot at the end; the root is `.`. Octets that
    /// are not printable ASCII, dots and backslashes are escaped (RFC 1035 section 5.1).
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn text(&mut self, offset: usize) -> Result<String, Flaw> {
        let mut text = String::new();
        self.read(offset, |label| {
            if !text.is_empty() {
                text.push('.');
            }
            label.iter().for_each(|octet| escape(&mut text, *octet, b'.'));
        })?;
        Ok(if text.is_empty() { ".".to_owned() } else { text })
    }

    /// Whether the names at two offsets are the same, by letters of either case (RFC 1035 section 2.3.3).
    /// `None` where one of them cannot be read.
    pub fn same(&mut self, one: usize, other: usize) -> Option<bool> {
        let (mut left, mut right) = (Walk::new(one), Walk::new(other));
        loop {
            let (one, other) = (left.next(self).ok()?, right.next(self).ok()?);
            match (one, other) {
                (None, None) => return Some(true),
                (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {}
                _ => return Some(false),
            }
            // From the same place on they cannot differ.
            if left.at == right.at {
                return Some(true);
            }
        }
    }

    fn read(&mut self, offset: usize, mut each: impl FnMut(&'a [u8])) -> Result<(), Flaw> {
        let mut walk = Walk::new(offset);
        while let Some(label) = walk.next(self)? {
            each(label);
        }
        Ok(())
    }
}

/// One name being read.
struct Walk {
    at: usize,
    /// The next pointer must lead to before this octet.
    before: usize,
    length: usize,
    /// The pointer last followed, and where to.
    pointer: Option<(Range<usize>, usize)>,
}

impl Walk {
    fn new(offset: usize) -> Self {
        Walk { at: offset, before: offset, length: 1, pointer: None }
    }

    /// The next label; `None` at the root.
    fn next<'a>(&mut self, names: &mut Names<'a>) -> Result<Option<&'a [u8]>, Flaw> {
        loop {
            names.budget = names.budget.checked_sub(1).ok_or(Flaw::Unread)?;
            let length = match names.message.get(self.at) {
                Some(0) => return Ok(None),
                Some(length @ 1..=63) => usize::from(*length),
                Some(0xc0..) => {
                    self.follow(names.message)?;
                    continue;
                }
                Some(_) => return Err(self.lost(Flaw::LabelType(self.at))),
                None => return Err(self.lost(Flaw::End)),
            };
            let label = names.message.get(self.at + 1..self.at + 1 + length);
            self.length += 1 + length;
            self.at += 1 + length;
            return match label {
                Some(_) if self.length > MAX_LEN => Err(Flaw::Long),
                Some(label) => Ok(Some(label)),
                None => Err(self.lost(Flaw::End)),
            };
        }
    }

    fn follow(&mut self, message: &[u8]) -> Result<(), Flaw> {
        let range = self.at..self.at + 2;
        let pointer = word(message, self.at).ok_or_else(|| self.lost(Flaw::End))?;
        let target = usize::from(pointer & 0x3fff);
        if target < HEADER_LEN {
            return Err(Flaw::Header(range, target));
        }
        if target >= self.before {
            return Err(Flaw::NotPrior(range, target));
        }
        (self.at, self.before, self.pointer) = (target, target, Some((range, target)));
        Ok(())
    }

    /// After a pointer, what is no name is the pointer's fault.
    fn lost(&mut self, flaw: Flaw) -> Flaw {
        self.pointer.take().map_or(flaw, |(range, target)| Flaw::NoName(range, target))
    }
}

/// Writes an octet of a label or a character string: as it is where it is printable, in the form `\DDD` or
/// behind a backslash otherwise (RFC 1035 section 5.1).
pub(crate) fn escape(text: &mut String, octet: u8, special: u8) {
    match octet {
        b'\\' => text.push_str("\\\\"),
        _ if octet == special => {
            text.push('\\');
            text.push(char::from(octet));
        }
        0x20..=0x7e => text.push(char::from(octet)),
        // Writing to a string does not fail.
        _ => _ = write!(text, "\\{octet:03}"),
    }
}
