use proptest::prelude::*;
use wire::dns::{Entry, Section, kind};
use wire::{Dns, Link, Packet, Protocol, hex};

use super::{QUERY, RESPONSE, is_plain};
use crate::{Check, Example, Finding, RULES, Rule, Severity, inspect};

/// A UDP datagram over IPv4 without UDP checksum, from an address to another.
fn datagram(ports: [u16; 2], message: &[u8]) -> Vec<u8> {
    let length = message.len() as u16 + 8;
    let mut packet = hex::parse("4500000000000000401100000a0000020a000001").unwrap();
    if ports[1] == 5353 {
        packet[16..20].copy_from_slice(&[224, 0, 0, 251]);
    }
    packet[2..4].copy_from_slice(&(length + 20).to_be_bytes());
    let sum = wire::checksum::sum(&packet);
    packet[10..12].copy_from_slice(&(!sum).to_be_bytes());
    packet.extend([ports[0], ports[1], length, 0].map(u16::to_be_bytes).as_flattened());
    packet.extend(message);
    packet
}

fn findings(ports: [u16; 2], message: &[u8]) -> Vec<Finding> {
    let packet = datagram(ports, message);
    inspect(&Packet::ip(&packet))
}

/// The names of the rules broken by a message in hex.
fn broken(ports: [u16; 2], message: &str) -> Vec<&'static str> {
    let message = hex::parse(message).unwrap_or_else(|error| panic!("{message}: {error}"));
    findings(ports, &message).iter().map(|finding| finding.rule.id).collect()
}

const ASK: [u16; 2] = [40_000, 53];
const ANSWER: [u16; 2] = [53, 40_000];
const MULTICAST: [u16; 2] = [5353, 5353];
/// `a IN A`.
const QUESTION: &str = "0161 00 0001 0001";
const NONE: [&str; 0] = [];

#[test]
fn what_is_legal_is_not_found() {
    let check = |ports, message: &str| assert_eq!(broken(ports, message), NONE, "{message}");
    // AD and CD in a query.
    check(ASK, &format!("1234 0130 0001 0000 0000 0000 {QUESTION}"));
    // NOTIFY with AA and the new SOA.
    check(
        ASK,
        "1234 2400 0001 0001 0000 0000 0161 00 0006 0001 c00c 0006 0001 00000000 0018 c00c c00c \
        00000001 00000002 00000003 00000004 00000005",
    );
    // UPDATE: a prerequisite and deletions, of which two have no data.
    check(
        ASK,
        "1234 2800 0001 0001 0002 0000 0161 00 0006 0001 c00c 0001 00fe 00000000 0000 \
        c00c 0010 00ff 00000000 0000 c00c 0001 0001 0000003c 0004 c0000201",
    );
    // IXFR with the SOA that is known.
    check(
        ASK,
        "1234 0000 0001 0000 0001 0000 0161 00 00fb 0001 c00c 0006 0001 00000000 0018 c00c c00c \
        00000001 00000002 00000003 00000004 00000005",
    );
    // A query for a cookie alone (RFC 7873 section 5.4).
    check(
        ASK,
        "1234 0000 0000 0000 0000 0001 00 0029 04d0 00000000 000c 000a 0008 0102030405060708",
    );
    // A refusal to transfer a zone, and one of a question that was not understood.
    check(ANSWER, "1234 8005 0001 0000 0000 0000 0161 00 00fc 0001");
    check(ANSWER, "1234 8001 0000 0000 0000 0000");
    // BADCOOKIE and BADVERS, of which EDNS has the upper bits.
    check(ANSWER, &format!("1234 8007 0001 0000 0000 0001 {QUESTION} 00 0029 04d0 01000000 0000"));
    check(ANSWER, &format!("1234 800f 0001 0000 0000 0001 {QUESTION} 00 0029 04d0 ff000000 0000"));
    // DO and CO.
    check(ASK, &format!("1234 0100 0001 0000 0000 0001 {QUESTION} 00 0029 04d0 0000c000 0000"));
    // CHAOS has other addresses; a class for private use.
    check(
        ANSWER,
        "1234 8180 0001 0001 0000 0000 0161 00 0001 0003 c00c 0001 0003 00000000 0003 000001",
    );
    check(ANSWER, "1234 8180 0001 0000 0000 0000 0161 00 0001 ff00");
    // An alias beside its signature, and an alias of an alias.
    check(
        ANSWER,
        &format!(
            "1234 8180 0001 0003 0000 0000 {QUESTION} \
        c00c 0005 0001 00000001 0004 0162 c00c  c00c 002e 0001 00000001 0014 \
        0005 08 01 00000001 00000002 00000003 0004 00 05 c01f 0005 0001 00000001 0003 0163 00"
        ),
    );
}

#[test]
fn multicast_has_its_liberties() {
    let check = |message: &str| assert_eq!(broken(MULTICAST, message), NONE, "{message}");
    // Several questions, TC, known answers; and more of them without a question.
    check(
        "0000 0200 0002 0001 0000 0000 0161 00 000c 8001 c00c 0001 0001 c00c 000c 0001 00001194 0004 0162 c00c",
    );
    check("0000 0000 0000 0001 0000 0000 0161 00 000c 0001 00001194 0004 0162 c00c");
    // A compressed SRV, and the OPT record of a sleep proxy.
    check(
        "0000 8400 0000 0001 0000 0001 0161 00 0021 8001 00000078 0009 0000 0000 0050 00 c00c \
        00 0029 05a0 00001194 0000"
            .replace("0009 0000 0000 0050 00 c00c", "0008 0000 0000 0050 c00c")
            .as_str(),
    );
    // By unicast, to one that knows nothing of it: the question is repeated, and AA and RD are as they are.
    let legacy =
        format!("1234 8500 0001 0001 0000 0000 {QUESTION} c00c 0001 0001 0000000a 0004 c0000201");
    assert_eq!(broken([5353, 40_000], &legacy), NONE);
    assert_eq!(broken([40_000, 5353], &format!("1234 0100 0001 0000 0000 0000 {QUESTION}")), NONE);
    // Between ports 53 and 5353 it is unicast DNS.
    assert_eq!(
        broken([5353, 53], &format!("1234 0100 0002 0000 0000 0000 {QUESTION} {QUESTION}")),
        ["dns.questions"]
    );
}

#[test]
fn counts_are_mended_where_the_message_ends_between_entries() {
    let message = hex::parse(&format!(
        "1234 8180 0001 0003 0001 0001 {QUESTION} c00c 0001 0001 0000003c 0004 c0000201"
    ));
    let mut message = message.unwrap();
    let found = findings(ANSWER, &message);
    assert_eq!((found.len(), found[0].rule.id), (1, "dns.counts"));
    assert_eq!(found[0].severity, Severity::Error);
    let packet = wire::apply(&found[0].edits, &datagram(ANSWER, &message)).unwrap();
    assert!(inspect(&Packet::ip(&packet)).is_empty());
    // Cut by a server that says so.
    message[2] |= 2;
    assert_eq!(findings(ANSWER, &message)[0].severity, Severity::Warning);
    message.pop();
    assert_eq!(findings(ANSWER, &message)[0].rule.id, "dns.data_length");
    message.truncate(message.len() - 5);
    let found = findings(ANSWER, &message);
    assert_eq!((found[0].rule.id, found[0].edits.len()), ("dns.counts", 0));
}

/// Where the length of UDP leads out of the packet, nobody knows where the message ends.
#[test]
fn what_follows_is_not_judged_where_the_end_is_a_guess() {
    let message = hex::parse(&format!("1234 0100 0001 0000 0000 0000 {QUESTION} 00")).unwrap();
    let mut packet = datagram(ASK, &message);
    assert_eq!(inspect(&Packet::ip(&packet))[0].rule.id, "dns.trailing");
    packet[25] += 1;
    let found = inspect(&Packet::ip(&packet));
    assert_eq!((found.len(), found[0].rule.id), (1, "udp.length"));
}

#[test]
fn aliases_are_compared_by_what_their_names_say() {
    let check = |second: &str, expect: &[&str]| {
        let message = format!(
            "1234 8180 0001 0002 0000 0000 {QUESTION} c00c 0005 0001 00000001 0004 0162 c00c {second}"
        );
        assert_eq!(broken(ANSWER, &message), expect, "{second}");
    };
    let data = "0001 00000001 0004 c0000201";
    check(&format!("c00c 0001 {data}"), &["dns.cname"]);
    check(&format!("0141 00 0001 {data}"), &["dns.cname"]);
    check(&format!("c01f 0001 {data}"), &[]);
    check("c00c 0005 0001 00000001 0003 0163 00", &["dns.cname"]);
    check("c00c 0001 0003 00000001 0003 000001", &[]);
}

#[test]
fn sizes_at_the_limit() {
    let message = |text: usize, edns: &str| {
        let records = if edns.is_empty() { 0 } else { 1 };
        let start = format!("1234 8180 0001 0003 0000 000{records} 0161 00 0010 0001");
        let mut bytes = hex::parse(&start).unwrap();
        for length in [255, 150, text] {
            bytes.extend(hex::parse("c00c 0010 0001 00000001").unwrap());
            bytes.extend((length as u16 + 1).to_be_bytes());
            bytes.push(length as u8);
            bytes.extend(vec![b'x'; length]);
        }
        bytes.extend(hex::parse(edns).unwrap());
        findings(ANSWER, &bytes).iter().map(|finding| finding.rule.id).collect::<Vec<_>>()
    };
    let fixed = 12 + 7 + 3 * 13 + 255 + 150;
    assert_eq!(message(512 - fixed, ""), NONE);
    assert_eq!(message(513 - fixed, ""), ["dns.size"]);
    assert_eq!(message(513 - fixed, "00 0029 04d0 00000000 0000"), NONE);
}

#[test]
fn data_that_its_type_does_not_fill() {
    let check = |kind: &str, data: &str, expect: &[&str]| {
        let length = hex::parse(data).unwrap().len();
        let message = format!(
            "1234 8180 0001 0001 0000 0000 {QUESTION} c00c {kind} 0001 00000001 {length:04x} {data}"
        );
        assert_eq!(broken(ANSWER, &message), expect, "{kind} {data}");
    };
    check("0001", "c00002", &["dns.data.a"]);
    check("001c", "20010db8000000000000000000000001", &[]);
    check("0002", "c00c", &[]);
    check("0002", "0162", &["dns.data.names"]);
    check("000f", "000a", &["dns.data.names"]);
    check("000f", "000a c00c", &[]);
    check("0006", "c00c c00c 00000001 00000002 00000003 00000004", &["dns.data.names"]);
    check("0021", "0000 0000 0050 0162 00", &[]);
    check("0021", "0000 0000 0050 0162 c00c", &["dns.data.compression"]);
    check("0027", "0162 c00c", &["dns.data.compression"]);
    check("002f", "0162 c00c 0001 40", &["dns.data.compression"]);
    check("0010", "0162", &[]);
    check("0010", "00", &[]);
    check("0010", "0262", &["dns.data.strings"]);
    check("0010", "", &["dns.data.strings"]);
    check("000d", "0162 0163", &[]);
    check("0002", "4162", &["dns.name.label"]);
    check("0002", "c01f", &["dns.name.pointer"]);
    // A type that is not looked into.
    check("ff00", "0262", &[]);
}

/// Messages with a signature, and those of more than 512 octets, are not told in one pass.
fn has_tsig(pdu: &wire::Pdu) -> bool {
    let entries = Dns::new(pdu.bytes()).map(|dns| dns.entries()).into_iter().flatten();
    let long = pdu.bytes().len() > 512;
    let record = |entry: &Entry| entry.section != Section::Question;
    long || entries.flatten().any(|entry| entry.kind == kind::TSIG && record(&entry))
}

/// What the snap length cuts off, or other fragments hold, is not missing.
#[test]
fn what_is_not_here_is_not_missing() {
    for example in [QUERY, RESPONSE] {
        let Example::Packet(link, text) = example else { panic!("{example:?}") };
        let bytes = hex::parse(text).unwrap();
        for length in 20..bytes.len() {
            let found = inspect(&Packet::new(link, &bytes[..length], bytes.len()));
            assert!(found.is_empty(), "{length}: {found:?}");
        }
        // The data of all fragments but the last is a multiple of eight octets.
        let data = (bytes.len() - 29) / 8 * 8;
        let mut fragment = bytes[..20 + data].to_vec();
        let length = fragment.len() as u16;
        fragment[2..4].copy_from_slice(&length.to_be_bytes());
        fragment[6] = 0x20;
        fragment[10..12].copy_from_slice(&[0, 0]);
        let sum = wire::checksum::sum(&fragment[..20]);
        fragment[10..12].copy_from_slice(&(!sum).to_be_bytes());
        let found = inspect(&Packet::new(Link::RawIp, &fragment, fragment.len()));
        assert!(found.is_empty(), "{found:?}");
    }
}

fn is_on_dns(rule: &Rule) -> bool {
    matches!(rule.check, Check::Pdu(Protocol::Dns, _) | Check::PduWhere(Protocol::Dns, ..))
}

proptest! {
    /// What is told in one pass is what the rules say one by one.
    #[test]
    fn nothing_is_found_in_plain_messages(
        example in prop::sample::select(
            RULES.iter().filter(|rule| is_on_dns(rule))
                .flat_map(|rule| [rule.pass, rule.fail]).collect::<Vec<_>>(),
        ),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let Example::Packet(link, text) = example else { panic!("{example:?}") };
        let mut bytes = hex::parse(text).unwrap();
        for (at, octet) in changes {
            let message = &mut bytes[28..];
            let at = at.index(message.len());
            message[at] = octet;
        }
        let packet = Packet::new(link, &bytes, bytes.len());
        let dns = packet.pdu(Protocol::Dns).filter(|pdu| Dns::new(pdu.bytes()).is_some());
        let Some(pdu) = dns else { return Ok(()) };
        let first = RULES.iter().position(|rule| rule.id == "dns.counts").unwrap();
        let mut rules = RULES[first..].iter().filter(|rule| is_on_dns(rule));
        let found = rules.find_map(|rule| rule.judge_pdu(&pdu));
        prop_assert_eq!(is_plain(&pdu), found.is_none() && !has_tsig(&pdu), "{:?}", found);
    }

    #[test]
    fn any_message_is_judged(
        ports in prop_oneof![Just(ASK), Just(ANSWER), Just(MULTICAST)],
        flags in any::<u16>(),
        counts in prop::array::uniform4(prop_oneof![0..3_u16, any::<u16>()]),
        body in prop::collection::vec(
            prop_oneof![Just(0_u8), Just(0xc0), Just(12), Just(41), 0..64_u8, any::<u8>()],
            0..200,
        ),
    ) {
        let words = [0, flags, counts[0], counts[1], counts[2], counts[3]];
        let message = [words.map(u16::to_be_bytes).as_flattened(), &body].concat();
        for finding in findings(ports, &message) {
            prop_assert!(finding.offset + finding.length <= message.len() + 28, "{finding}");
            prop_assert!(finding.length > 0, "{finding}");
        }
    }
}
