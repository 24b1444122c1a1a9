//! DNS queries (RFC 1035): for names of the zone that the shipped program serves, for others in it, and for
//! names of other zones.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::dns::{HEADER_LEN, class, flag, kind};
use wire::udp;

use super::draft::Draft;
use super::world::World;
use super::{Fault, udp as datagram};

/// The port of name servers.
const PORT: u16 = 53;
/// The zone, as `programs/dns.md` has it. Were it another there, these names would be refused.
const ZONE: &str = "softstack.example";
/// The bit "DNSSEC OK" in the lower half of the TTL of an OPT record (RFC 3225 section 3).
const DNSSEC_OK: u16 = 0x8000;

/// Its faults.
pub(super) const FAULTS: &[Fault] =
    &[datagram::LENGTH, datagram::CHECKSUM, datagram::PORT, (Reason::Dns, spoil)];

/// A standard query of one question, one in four with EDNS (RFC 6891).
pub(super) fn query(rng: &mut StdRng, world: &World) -> Draft {
    let kinds = [kind::A, kind::AAAA, kind::TXT, kind::NS, kind::SOA, kind::MX, class::ANY];
    let kind = *kinds.choose(rng).expect("not empty");
    let class = if rng.random_range(0..8) == 0 { class::CH } else { class::IN };
    let flags = [0, flag::RECURSION_DESIRED, flag::RECURSION_DESIRED | flag::AUTHENTIC_DATA];
    let flags = *flags.choose(rng).expect("not empty");
    let has_edns = rng.random_range(0..4) == 0;
    let mut data =
        [rng.random(), flags, 1, 0, 0, u16::from(has_edns)].map(u16::to_be_bytes).concat();
    data.extend(name(rng));
    data.extend([kind, class].map(u16::to_be_bytes).as_flattened());
    if has_edns {
        data.extend(edns(rng));
    }
    let message = datagram::datagram(rng, world, PORT, &data);
    Draft::datagram(rng, world, message)
}

/// A name as the wire has it, in letters of either case (RFC 4343).
fn name(rng: &mut StdRng) -> Vec<u8> {
    let label = label(rng);
    let text = match rng.random_range(0..8) {
        0..3 => ZONE.to_owned(),
        3 => format!("ns.{ZONE}"),
        4 => format!("www.{ZONE}"),
        5 => format!("{label}.{ZONE}"),
        6 => format!("{label}.example.com"),
        _ => format!("{label}.www.{ZONE}"),
    };
    let is_mixed = rng.random_range(0..4) == 0;
    let mut octets = Vec::new();
    for label in text.split('.') {
        octets.push(label.len() as u8);
        octets.extend(label.bytes().map(|letter| match is_mixed && rng.random() {
            true => letter.to_ascii_uppercase(),
            false => letter,
        }));
    }
    octets.push(0);
    octets
}

/// Letters and digits.
fn label(rng: &mut StdRng) -> String {
    let letter =
        |rng: &mut StdRng| *b"abcdefghijklmnopqrstuvwxyz0123456789".choose(rng).expect("not empty");
    (0..rng.random_range(1..=20)).map(|_| char::from(letter(rng))).collect()
}

/// An OPT record without options.
fn edns(rng: &mut StdRng) -> Vec<u8> {
    let size = *[512, 1232, 4096, rng.random()].choose(rng).expect("not empty");
    let flags = if rng.random() { DNSSEC_OK } else { 0 };
    [&[0][..], [kind::OPT, size, 0, flags, 0].map(u16::to_be_bytes).as_flattened()].concat()
}

/// A response, or less than a header.
fn spoil(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    let mut data = draft.bytes[draft.message + udp::HEADER_LEN..].to_vec();
    match rng.random() {
        true => data[2] |= 0x80,
        false => data.truncate(rng.random_range(0..HEADER_LEN)),
    }
    let message = datagram::datagram(rng, world, PORT, &data);
    draft.replace(message);
}
