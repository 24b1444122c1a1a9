//! Rules on an ARP reply beside its request (RFC 826, RFC 5227).

use std::ops::Range;

use wire::Arp;
use wire::arp::{End, REPLY, field};

use super::over_ethernet;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Due};

/// 10.0.0.2 asks who has our address.
const REQUEST: &str =
    "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001";
/// We are here.
const GOOD: Example = answered(
    "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000002",
);

const RECEPTION: &str = "Packet Reception";

/// A request for our address is answered.
pub(super) const UNANSWERED: Rule = Rule {
    id: "reply.arp.unanswered",
    rfc: 826,
    section: RECEPTION,
    level: Level::Must,
    quote: "Swap hardware and protocol fields, putting the local hardware and protocol addresses in the \
            sender fields.",
    note: Some("A probe is answered like any other request (RFC 5227)."),
    check: Check::Exchange(|x| {
        let silence = x.reply.is_none() && x.due == Due::Reply && x.calls_for(Call::Arp);
        silence.then(|| Fault::new(0..0, "expected an ARP reply, found silence".to_owned()))
    }),
    pass: GOOD,
    fail: over_ethernet(REQUEST, None),
};

/// The addresses are of Ethernet and IPv4, like those of the request.
pub(super) const FORMAT: Rule = Rule {
    id: "reply.arp.format",
    rfc: 826,
    section: RECEPTION,
    level: Level::Must,
    quote: "For the 10Mbit Ethernet <ar$hrd, ar$hln> takes on the value <1, 6>.",
    note: Some("The protocol is IPv4, 0x0800, and its addresses have four octets."),
    check: Check::Exchange(|x| {
        const FORMAT: Range<usize> = field::HARDWARE_TYPE.start..field::PROTOCOL_LENGTH.end;
        let found = arp(x)?.get(FORMAT)?;
        let message = || format!("expected 000108000604, found {}", wire::hex::encode(found));
        (found != [0, 1, 8, 0, 6, 4]).then(|| Fault::new(FORMAT, message()))
    }),
    pass: GOOD,
    fail: answered(
        "020000000002020000000001080600060800060400020200000000010a0000010200000000020a000002",
    ),
};

/// The reply says that it is one.
pub(super) const OPCODE: Rule = Rule {
    id: "reply.arp.opcode",
    rfc: 826,
    section: RECEPTION,
    level: Level::Must,
    quote: "Set the ar$op field to ares_op$REPLY",
    note: None,
    check: Check::Exchange(|x| {
        Fault::unless_equal(field::OPCODE, REPLY, Arp::new(arp(x)?)?.opcode())
    }),
    pass: GOOD,
    fail: answered(
        "020000000002020000000001080600010800060400010200000000010a0000010200000000020a000002",
    ),
};

/// It gives our hardware address.
pub(super) const SENDER_HARDWARE: Rule = swapped(
    "reply.arp.sender_hardware",
    |x| {
        let (_, [sender, _]) = ends(x)?;
        Fault::unless_equal(field::SENDER_HARDWARE, x.host.mac?, sender.hardware)
    },
    "020000000002020000000001080600010800060400020200000000090a0000010200000000020a000002",
);

/// It gives the address that was asked for.
pub(super) const SENDER_ADDRESS: Rule = swapped(
    "reply.arp.sender_address",
    |x| {
        let (_, [sender, _]) = ends(x)?;
        Fault::unless_equal(field::SENDER_ADDRESS, x.host.address, sender.address)
    },
    "020000000002020000000001080600010800060400020200000000010a0000090200000000020a000002",
);

/// It goes to the hardware address that asked.
pub(super) const TARGET_HARDWARE: Rule = swapped(
    "reply.arp.target_hardware",
    |x| {
        let (asker, [_, target]) = ends(x)?;
        Fault::unless_equal(field::TARGET_HARDWARE, asker.hardware, target.hardware)
    },
    "020000000002020000000001080600010800060400020200000000010a0000010200000000030a000002",
);

/// It goes to the address that asked, of which a probe has none.
pub(super) const TARGET_ADDRESS: Rule = swapped(
    "reply.arp.target_address",
    |x| {
        let (asker, [_, target]) = ends(x)?;
        Fault::unless_equal(field::TARGET_ADDRESS, asker.address, target.address)
    },
    "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000003",
);

/// A rule on one of the addresses of a reply.
const fn swapped(
    id: &'static str,
    check: fn(&Exchange) -> Option<Fault>,
    fail: &'static str,
) -> Rule {
    Rule {
        id,
        rfc: 826,
        section: RECEPTION,
        level: Level::Must,
        quote: "Swap hardware and protocol fields, putting the local hardware and protocol addresses in the \
                sender fields.",
        note: None,
        check: Check::Exchange(check),
        pass: GOOD,
        fail: answered(fail),
    }
}

/// The request answered by this.
const fn answered(reply: &'static str) -> Example {
    over_ethernet(REQUEST, Some(reply))
}

/// The ARP packet of the reply to a request for our address.
fn arp<'a>(x: &Exchange<'a>) -> Option<&'a [u8]> {
    x.answer().filter(|_| x.calls_for(Call::Arp))?.get(x.link_header()..)
}

/// Who asked; and sender and target of the reply, if it has addresses of Ethernet and IPv4.
fn ends(x: &Exchange) -> Option<(End, [End; 2])> {
    let (asker, _) = Arp::new(x.request.get(x.link_header()..)?)?.ends()?;
    let (sender, target) = Arp::new(arp(x)?)?.ends()?;
    Some((asker, [sender, target]))
}
