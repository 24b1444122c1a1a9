//! Rules on one DNS message over UDP, whoever sent it.
//!
//! Header, entries, names, data of records, EDNS, and what multicast DNS does otherwise, each in a file.
//! What is cut or in fragments is judged as far as it is here. A message without the entry at fault costs
//! a rule one pass over its entries at most.

use wire::dns::{Entry, Section, is_multicast};
use wire::{Dns, Pdu};

use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

use plain::is_intricate;
#[cfg(test)]
use plain::is_plain;

pub(super) mod data;
pub(super) mod edns;
pub(super) mod entries;
pub(super) mod header;
pub(super) mod multicast;
pub(super) mod names;
mod plain;

#[cfg(test)]
mod tests;

/// A query for the address of example.com, with EDNS.
const QUERY: Example = ip(
    "4500004400000000401166a70a0000020a0000019c4000350030687a123401000001000000000001076578616d706c6503636f6d000001000100002904d0000000000000",
);

/// What answers it: an alias, an address, a name server, with EDNS.
const RESPONSE: Example = ip(
    "4500007700000000401166740a0000010a00000200359c400063b6c4123481800001000200010001076578616d706c6503636f6d0000010001c00c000500010000003c000603777777c00cc029000100010000003c0004c0000201c00c000200010000003c0005026e73c00c00002904d0000000000000",
);

/// The entries that a rule on single ones looks at, so that a message of nothing but entries costs little.
const ENTRIES: usize = 512;

/// The fault of the first entry that has one, as far as entries can be read.
fn first(pdu: &Pdu, mut fault: impl FnMut(&Entry) -> Option<Fault>) -> Option<Fault> {
    let entries = Dns::new(pdu.bytes())?.entries();
    entries.take(ENTRIES).map_while(Result::ok).find_map(|entry| fault(&entry))
}

/// The fault of the first question that has one.
fn first_question(pdu: &Pdu, mut fault: impl FnMut(&Entry) -> Option<Fault>) -> Option<Fault> {
    let entries = Dns::new(pdu.bytes())?.entries().take(ENTRIES).map_while(Result::ok);
    let mut questions = entries.take_while(|entry| entry.section == Section::Question);
    questions.find_map(|question| fault(&question))
}

/// The class of an entry, without the bit that is multicast DNS's own.
fn class(pdu: &Pdu, entry: &Entry) -> u16 {
    match entry.class & wire::dns::class::TOP_BIT {
        0 => entry.class,
        top if is_multicast(pdu) => entry.class ^ top,
        _ => entry.class,
    }
}
