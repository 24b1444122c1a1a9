//! Rules on what an ARP probe leaves open and what a reply tells (RFC 5227, RFC 826).

use wire::arp::{REPLY, REQUEST, field};
use wire::{Mac, Pdu, Protocol};

use super::{ANSWERED, ends_of, frame};
use crate::rule::{Check, Fault, Level, Rule};

/// No address at all.
const NO_MAC: Mac = Mac([0; 6]);

/// A probe leaves open what it asks for.
pub(in super::super) const PROBE: Rule = Rule {
    id: "arp.probe",
    rfc: 5227,
    section: "1.1",
    level: Level::Should,
    quote: "The 'target hardware address' field is ignored and SHOULD be set to all zeroes.",
    note: Some("RFC 826 leaves the value open, so this is a remark."),
    check: Check::Pdu(Protocol::Arp, probe),
    pass: frame(
        "ffffffffffff02000000000208060001080006040001020000000002000000000000000000000a000001",
    ),
    fail: frame(
        "ffffffffffff0200000000020806000108000604000102000000000200000000ffffffffffff0a000001",
    ),
};

fn probe(pdu: &Pdu) -> Option<Fault> {
    let (sender, target) = ends_of(pdu, REQUEST)?;
    let message = || format!("expected {NO_MAC}, found {}", target.hardware);
    (sender.address.is_unspecified() && target.hardware != NO_MAC)
        .then(|| Fault::new(field::TARGET_HARDWARE, message()).mended_by(&NO_MAC.0).noted())
}

/// A reply says who is where.
pub(in super::super) const REPLY_SENDER: Rule = Rule {
    id: "arp.reply.sender",
    rfc: 826,
    section: "Packet Reception",
    level: Level::Must,
    quote: "Swap hardware and protocol fields, putting the local hardware and protocol addresses in the \
            sender fields.",
    note: None,
    check: Check::Pdu(Protocol::Arp, reply_sender),
    pass: ANSWERED,
    fail: frame(
        "02000000000102000000000208060001080006040002020000000002000000000200000000010a000001",
    ),
};

fn reply_sender(pdu: &Pdu) -> Option<Fault> {
    let (sender, _) = ends_of(pdu, REPLY)?;
    if sender.address.is_unspecified() {
        let message = "expected the address of a host, found 0.0.0.0".to_owned();
        return Some(Fault::new(field::SENDER_ADDRESS, message));
    }
    let message = || format!("expected the address of a station, found {NO_MAC}");
    (sender.hardware == NO_MAC).then(|| Fault::new(field::SENDER_HARDWARE, message()))
}

/// A reply goes to who asked.
pub(in super::super) const REPLY_TARGET: Rule = Rule {
    id: "arp.reply.target",
    rfc: 826,
    section: "Why is it done this way??",
    level: Level::Should,
    quote: "Its meaning in the reply form is the address of the machine making the request.",
    note: Some("An announcement, of an address to its own, answers nobody and passes."),
    check: Check::Pdu(Protocol::Arp, reply_target),
    pass: ANSWERED,
    fail: frame(
        "020000000001020000000002080600010800060400020200000000020a0000020000000000000a000001",
    ),
};

fn reply_target(pdu: &Pdu) -> Option<Fault> {
    let (sender, target) = ends_of(pdu, REPLY).filter(|(_, target)| target.hardware == NO_MAC)?;
    let announced = sender.address == target.address || target.address.is_unspecified();
    let message = || format!("expected the address of a station, found {NO_MAC}");
    (!announced).then(|| Fault::new(field::TARGET_HARDWARE, message()))
}
