//! What the data of resource records is made of: which names lie in it, and where.

use std::ops::Range;

use super::{Breach, Entry, kind, name};

/// How the data of a type begins that holds names: octets before the first name, how many names follow,
/// octets after the last one (RFC 1035 section 3.3, RFC 2782, RFC 6672, RFC 4034). `None` of octets after
/// it is for whatever comes.
fn layout(kind: u16) -> Option<(usize, usize, Option<usize>)> {
    Some(match kind {
        kind::NS | kind::CNAME | kind::PTR | kind::DNAME => (0, 1, Some(0)),
        kind::SOA => (0, 2, Some(20)),
        kind::MX | kind::AFSDB | kind::RT | kind::KX => (2, 1, Some(0)),
        kind::SRV => (6, 1, Some(0)),
        kind::RRSIG => (18, 1, None),
        kind::NSEC => (0, 1, None),
        _ => return None,
    })
}

/// Where the names in a record's data lie, first and second; `None` for types that hold none, and where
/// there is no data, as in updates.
///
/// # Errors
/// Gives what the data is made of, in octets as far as it can be told, where it is not its RDLENGTH.
pub fn names_in(message: &[u8], entry: &Entry) -> Result<[Option<Range<usize>>; 2], usize> {
    let Some((before, count, after)) = layout(entry.kind).filter(|_| !entry.data.is_empty()) else {
        return Ok([None, None]);
    };
    let start = entry.data.start;
    // Names end with the data, whatever follows in the message.
    let here = &message[..entry.data.end.min(message.len())];
    let mut names = [None, None];
    let mut at = start + before;
    for name in names.iter_mut().take(count) {
        match name::end(here, at) {
            Ok(end) => *name = Some(at..end),
            // Labels of unknown types are another matter: where they end is unknown.
            Err(Breach::LabelType(_)) => return Ok(names),
            Err(_) => return Err(name::end(message, at).unwrap_or(message.len() + 1) - start),
        }
        at = name.as_ref().map_or(at, |name| name.end);
    }
    match after {
        Some(after) if at + after != entry.data.end => Err(at + after - start),
        _ => Ok(names),
    }
}
