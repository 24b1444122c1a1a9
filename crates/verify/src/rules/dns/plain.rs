//! Whether a message is as nearly all are, told in one pass instead of one for each rule on its entries.

use std::ops::Range;

use wire::dns::name::Names;
use wire::dns::{Entry, Section, kind, names_in};
use wire::{Dns, Pdu};

use super::{data, edns, entries, names};

/// The most entries of a message that is told to be plain.
const ENTRIES: usize = 64;

/// Whether no rule on entries, from `dns.counts` on, has anything to say of that message. They say so
/// themselves: what they check of each entry is checked here.
pub(super) fn is_plain(pdu: &Pdu) -> bool {
    let Some(dns) = Dns::new(pdu.bytes()) else { return false };
    if dns.bytes().len() > entries::MAX_LEN {
        return false;
    }
    let mut list = dns.entries();
    let mut names = Names::new(dns.bytes());
    let (mut count, mut opt) = (0, 0);
    for entry in list.by_ref() {
        let Ok(entry) = entry else { return false };
        count += 1;
        opt += usize::from(entry.kind == kind::OPT && entry.section != Section::Question);
        if count > ENTRIES || !is_plain_entry(pdu, &entry, &mut names) {
            return false;
        }
    }
    list.offset() == dns.bytes().len() && opt <= 1 && data::alias(pdu).is_none()
}

/// Whether the rules on entries have to look at that message.
pub(super) fn is_intricate(pdu: &Pdu) -> bool {
    !is_plain(pdu)
}

fn is_plain_entry(pdu: &Pdu, entry: &Entry, names: &mut Names) -> bool {
    let mut is_sound = |name: Range<usize>| names.check(name.start).is_ok();
    let owner = is_sound(entry.name.clone()) && entries::wrong_class(pdu, entry).is_none();
    if !owner || entry.section == Section::Question {
        return owner;
    }
    let Ok(inside) = names_in(pdu.bytes(), entry) else { return false };
    let plain = inside.into_iter().flatten().all(is_sound) && entries::wrong_ttl(entry).is_none();
    plain
        && match entry.kind {
            kind::A => data::unless_long(pdu, entry, kind::A, 4).is_none(),
            kind::AAAA => data::unless_long(pdu, entry, kind::AAAA, 16).is_none(),
            kind::OPT => is_plain_opt(pdu, entry),
            kind::TSIG => false,
            _ => {
                data::wrong_strings(pdu, entry).is_none() && names::compressed(pdu, entry).is_none()
            }
        }
}

fn is_plain_opt(pdu: &Pdu, record: &Entry) -> bool {
    edns::wrong_section(record).is_none()
        && edns::wrong_name(record).is_none()
        && edns::wrong_options(pdu, record).is_none()
        && edns::wrong_flags(pdu, record).is_none()
}
