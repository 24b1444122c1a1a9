//! Rules on messages of protocols that no RFC describes, beside what came: only that they are such messages. IP
//! and ICMP as they carry them are judged like any.

use wire::icmpv6;
use wire::ipv4::PROTOCOL_ICMP;
use wire::{icmp, icmp::field};

use super::PONG;
use super::reply_udp::exchange;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Host};

/// Four octets in a message of type 253.
const ASKED: &str = "4500002000000000400166db0a0000020a000001fd002a200001000177686174";

const GOOD: Example =
    exchange(ASKED, Some("4500002000000000400166db0a0000010a000002fd002d200001000174686174"));

/// It passes itself off as no message of RFCs.
pub(super) const TYPE: Rule = Rule {
    id: "icmp.own.type",
    rfc: 792,
    section: "Message Formats",
    level: Level::Must,
    quote: "The first octet of the data portion of the datagram is a ICMP type field; the value of \
            this field determines the format of the remaining data.",
    note: Some(
        "Of types that RFCs describe, none is called for but those of experiments (RFC 4727).",
    ),
    check: Check::Exchange(kind),
    pass: GOOD,
    fail: exchange(ASKED, Some(PONG)),
};

fn kind(x: &Exchange) -> Option<Fault> {
    let (_, reply) = x.calls_for(Call::Own).then(|| x.pair())??;
    let found = *reply.message.first()?;
    let free = match reply.protocol {
        PROTOCOL_ICMP => icmp::type_name(found).is_none() || matches!(found, 253 | 254),
        icmpv6::NEXT_HEADER => {
            found >= 128 && icmpv6::type_name(found).is_none() || matches!(found, 200 | 201)
        }
        _ => return None,
    };
    let message = || format!("expected a type that no RFC describes, found {found}");
    (!free && !is_own(x.host, found)).then(|| Fault::new(reply.range(field::TYPE), message()))
}

fn is_own(host: &Host, kind: u8) -> bool {
    host.speaks.own_types.contains(&kind)
}
