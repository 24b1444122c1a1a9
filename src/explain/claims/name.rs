//! The names of fields as people say them: the words of the RFCs and what is short for them. A name leads
//! to the fields of this packet that it may mean; one that leads to none is still a name, so that "type of
//! service" is never taken for a type.

use super::facts::{Fact, Facts, Says};
use super::token::Token;
use super::words::LAYER_WORDS;

/// Names beside those that the dissection gives, and the fields that they may mean: a field's own name
/// without its layer, or `layer.field`.
#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    ("time to live", &["ttl", "hop_limit"]), ("ttl", &["ttl", "hop_limit"]),
    ("hop limit", &["hop_limit", "ttl"]), ("hlim", &["hop_limit"]),
    ("total length", &["total_length"]), ("ip length", &["total_length"]),
    ("datagram length", &["total_length"]),
    ("header checksum", &["ipv4.checksum"]),
    ("source address", SOURCE), ("source ip", SOURCE), ("source ip address", SOURCE),
    ("source ipv4 address", SOURCE), ("source ipv6 address", SOURCE), ("src address", SOURCE),
    ("src ip", SOURCE), ("src", SOURCE), ("source", SOURCE), ("source mac", SOURCE),
    ("source mac address", SOURCE), ("source hardware address", SOURCE),
    ("destination address", DESTINATION), ("destination ip", DESTINATION),
    ("destination ip address", DESTINATION), ("destination ipv4 address", DESTINATION),
    ("destination ipv6 address", DESTINATION), ("dst address", DESTINATION), ("dst ip", DESTINATION),
    ("dst", DESTINATION), ("destination", DESTINATION), ("destination mac", DESTINATION),
    ("destination mac address", DESTINATION), ("destination hardware address", DESTINATION),
    ("source port", &["source_port"]), ("src port", &["source_port"]), ("sport", &["source_port"]),
    ("destination port", &["destination_port"]), ("dst port", &["destination_port"]),
    ("dest port", &["destination_port"]), ("dport", &["destination_port"]),
    ("port", &["source_port", "destination_port"]),
    ("sequence number", &["sequence"]),
    ("sequence", &["sequence"]),
    ("seq", &["sequence"]),
    ("acknowledgment number", ACKNOWLEDGMENT), ("acknowledgement number", ACKNOWLEDGMENT),
    ("acknowledgment", ACKNOWLEDGMENT), ("acknowledgement", ACKNOWLEDGMENT),
    ("ack number", ACKNOWLEDGMENT),
    ("window", &["window"]), ("window size", &["window"]),
    ("receive window", &["window"]),
    ("data offset", &["data_offset"]), ("header length", &["ihl", "data_offset"]),
    ("internet header length", &["ihl"]), ("ihl", &["ihl"]),
    ("urgent pointer", &["urgent_pointer"]),
    ("identification", &["identification"]), ("ip id", &["identification"]),
    ("ip identification", &["identification"]), ("identification number", &["identification"]),
    ("identifier", &["identifier", "identification", "id"]),
    ("id", &["id", "identifier", "identification"]),
    ("transaction id", &["dns.id", "xid"]), ("query id", &["dns.id"]),
    ("fragment offset", &["fragment_offset"]), ("fragmentation offset", &["fragment_offset"]),
    ("type of service", &["tos"]), ("tos", &["tos"]), ("dscp", &["dscp"]), ("ecn", &["ecn"]),
    ("protocol", &["protocol", "next_header"]), ("next header", &["next_header"]),
    ("version", &["version"]), ("flags", &["flags"]), ("control bits", &["tcp.flags"]),
    ("type", &["type"]), ("code", &["code"]), ("checksum", &["checksum"]),
    ("ethertype", ETHERTYPE), ("ether type", ETHERTYPE), ("ethernet type", ETHERTYPE),
    ("vlan id", &["vlan.id"]), ("vid", &["vlan.id"]), ("sender mac", &["sender_hardware"]),
    ("target mac", &["target_hardware"]), ("sender ip", &["sender_address"]),
    ("target ip", &["target_address"]), ("xid", &["xid"]),
    ("payload length", &["payload_length"]), ("opcode", &["opcode", "op"]),
    ("operation", &["opcode", "op"]),
    ("data", &["data", "payload"]), ("payload", &["payload", "data"]), ("padding", &["padding"]),
    ("options", &["options"]), ("length", &[]), ("udp length", &["udp.length"]),
    // What only looks like one of the above.
    ("address type", &[]), ("checksum offload", &[]), ("checksum offloading", &[]),
    ("code point", &[]), ("source code", &[]), ("source route", &[]), ("source quench", &[]),
    ("protocol stack", &[]), ("protocol unreachable", &[]), ("port unreachable", &[]),
    ("destination unreachable", &[]), ("destination host", &[]), ("destination network", &[]),
    ("window scale", &[]), ("window scaling", &[]), ("data link", &[]), ("type code", &[]),
];
const SOURCE: &[&str] = &["source", "sender_address", "sender_hardware"];
const DESTINATION: &[&str] = &["destination", "target_address", "target_hardware"];
const ACKNOWLEDGMENT: &[&str] = &["acknowledgment"];
const ETHERTYPE: &[&str] = &["ethernet.type", "vlan.type"];
/// Words of a name at most.
const LONGEST: usize = 5;

/// A name in a sentence.
#[derive(Debug)]
pub(super) struct Name<'f> {
    /// How many tokens it is.
    pub tokens: usize,
    /// The fields that it may mean.
    pub facts: Vec<&'f Fact>,
    /// Whether it was spelt `layer.field`.
    pub is_exact: bool,
}

/// The longest name that `tokens` begin with.
pub(super) fn name_at<'f>(tokens: &[Token], facts: &'f Facts) -> Option<Name<'f>> {
    if let Some(word) = tokens.first()?.word()
        && word.contains('.')
    {
        let found: Vec<_> = facts.fields.iter().filter(|fact| fact.name == word).collect();
        return (!found.is_empty()).then_some(Name { tokens: 1, facts: found, is_exact: true });
    }
    let words: Vec<&str> = tokens.iter().take(LONGEST).map_while(Token::word).collect();
    (1..=words.len()).rev().find_map(|count| {
        let phrase = words[..count].join(" ");
        let facts = meaning(&phrase, facts)?;
        Some(Name { tokens: count, facts, is_exact: false })
    })
}

/// The fields that a phrase may mean; `None` if it is no name at all.
fn meaning<'f>(phrase: &str, facts: &'f Facts) -> Option<Vec<&'f Fact>> {
    let singular = phrase.strip_suffix('s').unwrap_or(phrase);
    let listed = NAMES.iter().find(|(name, _)| *name == phrase || *name == singular);
    let spoken = phrase.replace(' ', "_");
    let means = |fact: &&Fact| {
        let (name, leaf) = (fact.name.as_str(), fact.leaf());
        let by_list =
            listed.is_some_and(|(_, leaves)| leaves.contains(&name) || leaves.contains(&leaf));
        by_list || leaf == spoken
    };
    let of_kind = |fact: &&Fact| match &fact.says {
        Says::Mac(_) => !words_of(phrase, &["ip", "ipv4", "ipv6"]),
        Says::Address(_) => !words_of(phrase, &["mac", "hardware"]),
        _ => true,
    };
    let mut found: Vec<&Fact> = facts.fields.iter().filter(means).filter(of_kind).collect();
    // A field of just that name is meant before one that is also called so.
    if found.iter().any(|fact| fact.leaf() == spoken) {
        found.retain(|fact| fact.leaf() == spoken || fact.leaf().ends_with("checksum"));
    }
    // A field of a single odd word, such as `rest`, is too ordinary a word to be a name.
    let is_ordinary = listed.is_none() && !phrase.contains(' ');
    match (listed.is_some(), found.is_empty()) {
        (false, true) => None,
        _ if is_ordinary && !is_technical(phrase) => None,
        _ => Some(found),
    }
}

fn words_of(phrase: &str, words: &[&str]) -> bool {
    phrase.split(' ').any(|word| words.contains(&word))
}

/// Short words that are no English.
fn is_technical(word: &str) -> bool {
    word.len() <= 5 && !word.contains(['a', 'e', 'i', 'o', 'u']) || word.contains('_')
}

/// Restricts fields to those of a layer, if the word is a layer's; `false` if the packet has none such.
pub(super) fn restrict(found: &mut Vec<&Fact>, word: &str, facts: &Facts) -> bool {
    if !LAYER_WORDS.contains(&word) {
        return true;
    }
    let layers: Vec<&str> = facts.layers_called(word).map(|(name, _)| name.as_str()).collect();
    found.retain(|fact| layers.contains(&fact.layer()));
    !found.is_empty()
}
