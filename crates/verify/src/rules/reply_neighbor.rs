//! Rules on a neighbor advertisement beside the solicitation that it answers (RFC 4861 section 7.2.4). What
//! holds for any advertisement, such as its hop limit, is among the rules on packets.

use std::net::Ipv6Addr;

use wire::icmpv6::{NEIGHBOR_ADVERTISEMENT, field, options_start};
use wire::neighbor::{TARGET_LINK_LAYER, options};
use wire::{Mac, icmp, ipv6};

use super::over_ethernet;
use super::reply_ip::messages;
use crate::datagram::Datagram;
use crate::due::ALL_NODES;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Due};

/// fd00::2 asks our group who has our address.
const SOLICITATION: &str = "3333ff00000102000000000286dd6000000000203afffd000000000000000000000000000002ff0200000000000000000001ff00000187007d9700000000fd0000000000000000000000000000010101020000000002";
/// We have it.
const GOOD: Example = answered(
    "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9c60000000fd0000000000000000000000000000010201020000000001",
);
/// Somebody tries our address out.
const PROBE: &str = "3333ff00000102000000000286dd6000000000183aff00000000000000000000000000000000ff0200000000000000000001ff00000187007da500000000fd000000000000000000000000000001";

/// Flags of an advertisement.
const ROUTER: u8 = 0x80;
const SOLICITED: u8 = 0x40;
const OVERRIDE: u8 = 0x20;

/// A solicitation of our address is answered.
pub(super) const UNANSWERED: Rule = Rule {
    check: Check::Exchange(|x| {
        let silence = x.reply.is_none() && x.due == Due::Reply && x.calls_for(Call::Neighbor);
        silence.then(|| Fault::new(0..0, "expected an advertisement, found silence".to_owned()))
    }),
    fail: over_ethernet(SOLICITATION, None),
    ..rule(
        "reply.neighbor.unanswered",
        "A node sends a Neighbor Advertisement in response to a valid Neighbor Solicitation targeting one of \
         the node's assigned addresses.",
    )
};

/// The reply is an advertisement.
pub(super) const TYPE: Rule = Rule {
    check: Check::Exchange(|x| {
        let (_, reply) = messages(x, Call::Neighbor)?;
        let (range, found) = (reply.range(icmp::field::TYPE), *reply.message.first()?);
        Fault::unless_equal(range, NEIGHBOR_ADVERTISEMENT, found)
    }),
    fail: answered(
        "02000000000202000000000186dd6000000000083afffd000000000000000000000000000001fd000000000000000000000000000002810084b000070001",
    ),
    ..rule(
        "reply.neighbor.type",
        "A node sends a Neighbor Advertisement in response to a valid Neighbor Solicitation targeting one of \
         the node's assigned addresses.",
    )
};

/// It is about the address that was asked for.
pub(super) const TARGET: Rule = Rule {
    check: Check::Exchange(|x| {
        let (request, reply) = advertisement(x)?;
        let target = |datagram: &Datagram| {
            let octets = datagram.message.get(field::TARGET)?.first_chunk::<16>();
            octets.map(|octets| Ipv6Addr::from(*octets))
        };
        Fault::unless_equal(reply.range(field::TARGET), target(&request)?, target(&reply)?)
    }),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9460000000fd0000000000000000000000000000090201020000000001",
    ),
    ..rule(
        "reply.neighbor.target",
        "The Target Address of the advertisement is copied from the Target Address of the solicitation.",
    )
};

/// The solicited flag says whether somebody with an address asked.
pub(super) const SOLICITED_FLAG: Rule = Rule {
    check: Check::Exchange(|x| {
        let (request, reply) = advertisement(x)?;
        // What an advertisement to a group must not say is another rule's.
        let is_probe = request.source.is_unspecified();
        let is_known = reply.destination.is_multicast() && is_probe;
        flag(&reply, SOLICITED, "solicited", !is_probe).filter(|_| !is_known)
    }),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288005c9c20000000fd0000000000000000000000000000010201020000000001",
    ),
    ..rule(
        "reply.neighbor.solicited",
        "Otherwise, the node MUST set the Solicited flag to one and unicast the advertisement to the Source \
         Address of the solicitation.",
    )
};

/// Who tries an address out hears it with all others.
pub(super) const DESTINATION: Rule = Rule {
    check: Check::Exchange(|x| {
        let (request, reply) = messages(x, Call::Neighbor)?;
        let fault =
            Fault::unless_equal(ipv6::field::DESTINATION, ALL_NODES.into(), reply.destination);
        fault.filter(|_| request.source.is_unspecified())
    }),
    pass: over_ethernet(
        PROBE,
        Some(
            "33330000000102000000000186dd6000000000203afffd000000000000000000000000000001ff02000000000000000000000000000188005a9b20000000fd0000000000000000000000000000010201020000000001",
        ),
    ),
    fail: over_ethernet(
        PROBE,
        Some(
            "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288005c9c20000000fd0000000000000000000000000000010201020000000001",
        ),
    ),
    ..rule(
        "reply.neighbor.destination",
        "If the source of the solicitation is the unspecified address, the node MUST set the Solicited flag \
         to zero and multicast the advertisement to the all-nodes address.",
    )
};

/// We are no router.
pub(super) const ROUTER_FLAG: Rule = Rule {
    check: Check::Exchange(|x| flag(&advertisement(x)?.1, ROUTER, "router", false)),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288009c9be0000000fd0000000000000000000000000000010201020000000001",
    ),
    ..rule(
        "reply.neighbor.router",
        "Furthermore, if the node is a router, it MUST set the Router flag to one; otherwise, it MUST set the \
         flag to zero.",
    )
};

/// What has no meaning is 0.
pub(super) const RESERVED: Rule = Rule {
    section: "4.4",
    note: Some("In other packets newer flags pass here; of our own we know that it has none."),
    check: Check::Exchange(|x| {
        let (_, reply) = advertisement(x)?;
        let [flags, rest @ ..] = *reply.message.get(4..8)?.first_chunk::<4>()?;
        let found = u32::from_be_bytes([
            flags & !(ROUTER | SOLICITED | OVERRIDE),
            rest[0],
            rest[1],
            rest[2],
        ]);
        let message = || format!("expected reserved bits of 0, found 0x{found:08x}");
        (found != 0).then(|| Fault::new(reply.range(4..8), message()))
    }),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9b60000001fd0000000000000000000000000000010201020000000001",
    ),
    ..rule(
        "reply.neighbor.reserved",
        "29-bit unused field. It MUST be initialized to zero by the sender and MUST be ignored by the \
         receiver.",
    )
};

/// Our word on our own address counts more than what was known before.
pub(super) const OVERRIDE_FLAG: Rule = Rule {
    level: Level::Should,
    check: Check::Exchange(|x| {
        let (_, reply) = advertisement(x)?;
        flag(&reply, OVERRIDE, "override", target_link_layer(&reply).is_some())
    }),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288003c9c40000000fd0000000000000000000000000000010201020000000001",
    ),
    ..rule(
        "reply.neighbor.override",
        "If the Target Address is either an anycast address or a unicast address for which the node is \
         providing proxy service, or the Target Link-Layer Address option is not included, the Override flag \
         SHOULD be set to zero. Otherwise, the Override flag SHOULD be set to one.",
    )
};

/// It gives our station, which who asked a group cannot know.
pub(super) const LINK_LAYER: Rule = Rule {
    check: Check::Exchange(link_layer),
    fail: answered(
        "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9460000000fd0000000000000000000000000000010201020000000009",
    ),
    ..rule(
        "reply.neighbor.target_link_layer",
        "If the solicitation's IP Destination Address is a multicast address, the Target Link-Layer option \
         MUST be included in the advertisement.",
    )
};

fn link_layer(x: &Exchange) -> Option<Fault> {
    let (request, reply) = advertisement(x)?;
    let expected = x.host.mac?;
    match target_link_layer(&reply) {
        Some((range, found)) => Fault::unless_equal(reply.range(range), expected, found),
        None if request.destination.is_multicast() => {
            let message = "expected a target link-layer address among the options, found none";
            Some(Fault::new(reply.range(icmp::field::TYPE), message.to_owned()))
        }
        None => None,
    }
}

/// A rule on the answer to a solicitation.
const fn rule(id: &'static str, quote: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4861,
        section: "7.2.4",
        level: Level::Must,
        quote,
        note: None,
        check: Check::Trace,
        pass: GOOD,
        fail: GOOD,
    }
}

/// The solicitation answered by this.
const fn answered(reply: &'static str) -> Example {
    over_ethernet(SOLICITATION, Some(reply))
}

/// A solicitation and the advertisement that answers it.
fn advertisement<'a>(x: &Exchange<'a>) -> Option<(Datagram<'a>, Datagram<'a>)> {
    let is_one = |reply: &Datagram| reply.message.first() == Some(&NEIGHBOR_ADVERTISEMENT);
    messages(x, Call::Neighbor).filter(|(_, reply)| is_one(reply))
}

/// The fault of a flag that should be otherwise.
fn flag(reply: &Datagram, flag: u8, name: &str, expected: bool) -> Option<Fault> {
    let found = *reply.message.get(field::FLAGS.start)? & flag != 0;
    let (one, other) = (u8::from(expected), u8::from(found));
    let message = || format!("expected a {name} flag of {one}, found {other}");
    (found != expected).then(|| Fault::new(reply.range(field::FLAGS), message()))
}

/// The station that an advertisement names, and where in the message the option is.
fn target_link_layer(reply: &Datagram) -> Option<(std::ops::Range<usize>, Mac)> {
    let mut list =
        options(reply.message, options_start(NEIGHBOR_ADVERTISEMENT)?).map_while(Result::ok);
    let option = list.find(|option| option.kind == TARGET_LINK_LAYER)?;
    Some((option.range, Mac::new(option.bytes.get(2..)?)?))
}
