//! Rules on one ICMP message, whoever sent it (RFC 792).
//!
//! They hold for whole, unfragmented datagrams that state protocol 1: of a fragment nothing can be
//! said without the others. A datagram cut short is the IPv4 rules' affair.

use wire::icmp::{ECHO_HEADER_LEN, field};
use wire::{Icmp, Pdu, Protocol};

use super::checksum::wrong_checksum;
use super::{GOOD, answered};
use crate::rule::{Check, Fault, Level, Rule};

/// The message has its eight octets.
pub(super) const LENGTH: Rule = Rule {
    id: "icmp.length",
    rfc: 792,
    section: "Message Formats",
    level: Level::Must,
    quote: "The first octet of the data portion of the datagram is a ICMP type field; the value of \
            this field determines the format of the remaining data.",
    note: Some("Every format of RFC 792 has eight octets or more."),
    check: Check::Pdu(Protocol::Icmp, length),
    pass: GOOD,
    fail: answered("4500001a00000000400166e10a0000010a0000020000ffff0000"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = whole(pdu)?.len();
    let text = || format!("expected {ECHO_HEADER_LEN} bytes or more, found {found}");
    (found < ECHO_HEADER_LEN).then(|| Fault::new(0..found, text()))
}

/// The checksum is the one this message has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "icmp.checksum",
    rfc: 792,
    section: "Echo or Echo Reply Message",
    level: Level::Must,
    quote: "The checksum is the 16-bit ones's complement of the one's complement sum of the ICMP \
            message starting with the ICMP Type.",
    note: Some("As for ipv4.checksum, of the two forms of zero only the sender's is right."),
    check: Check::Pdu(Protocol::Icmp, checksum),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000012340007000170696e67"),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    wrong_checksum(whole(pdu)?, field::CHECKSUM.start)
}

/// The code of an echo message is 0.
pub(super) const CODE: Rule = Rule {
    id: "icmp.echo.code",
    rfc: 792,
    section: "Echo or Echo Reply Message",
    level: Level::Must,
    quote: "Code 0 may be received from a gateway or a host.",
    note: Some("The format gives an echo message no other code."),
    check: Check::Pdu(Protocol::Icmp, code),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000121260007000170696e67"),
};

fn code(pdu: &Pdu) -> Option<Fault> {
    let icmp = Icmp::new(pdu.bytes()).filter(Icmp::is_echo)?;
    Some(Fault::unless_equal(field::CODE, 0, icmp.code())?.mended_by(&[0]))
}

/// The octets of the message, where all are here.
fn whole<'p>(pdu: &Pdu<'p>) -> Option<&'p [u8]> {
    pdu.is_whole().then(|| pdu.bytes())
}
