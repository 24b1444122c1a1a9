//! Rules on the options of a segment that was sent, beside those that the peer's SYN offered (RFC 7323, RFC 2018).

use wire::tcp::flag::{RST, SYN};
use wire::tcp::{MIN_HEADER_LEN, field, option};

use super::opening::Opening;
use super::stream::Connected;
use super::{Dialogue, Pair, after};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A SYN with all options, its SYN-ACK, and what completes the handshake.
const OFFER: &str = "4500003c00000000400666ba0a0000020a0000019c400050000003e800000000a002ffff937e0000020405b40402080a000000070000000001030307";
const AGREED: &str = "4500003c00000000400666ba0a0000010a00000200509c4000001388000003e9a012ffff7fdc0000020405b40402080a000000090000000701030307";
const OPEN: &[Pair] = &[
    (OFFER, Some(AGREED)),
    (
        "4500003400000000400666c20a0000020a0000019c400050000003e9000013898010ffffaea700000101080a0000000800000009",
        None,
    ),
];
const REQUEST: &str = "4500003800000000400666be0a0000020a0000019c400050000003e9000013898018ffffcfca00000101080a000000080000000970696e67";
const GOOD: Example = after(&[], OFFER, Some(AGREED));
const TIMED: Example = after(
    OPEN,
    REQUEST,
    Some(
        "4500003400000000400666c20a0000010a00000200509c4000001389000003ed8010ffffaea200000101080a0000000a00000008",
    ),
);

/// Windows are scaled where the SYN offered it.
pub(in crate::rules) const WINDOW_SCALE: Rule = Rule {
    id: "tcp.syn_ack.window_scale",
    rfc: 7323,
    section: "2.2",
    level: Level::Must,
    quote: "If a Window Scale option was received in the initial <SYN> segment, then this option MAY be sent in \
            the <SYN,ACK> segment.",
    note: Some(
        "Otherwise it may not: RFC 1323 section 2.2, which this replaces, says \"but only if\".",
    ),
    check: Check::Exchange(|x| {
        let opening = Opening::of(x)?;
        let offered = opening.offer().window_scale.is_some();
        unoffered(&opening.dialogue, option::WINDOW_SCALE, offered)
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500003000000000400666c60a0000010a00000200509c4000001388000003e97012ffffbc040000020405b401030307",
        ),
    ),
};

/// There are timestamps where the SYN offered them.
pub(in crate::rules) const TIMESTAMPS: Rule = Rule {
    id: "tcp.syn_ack.timestamps",
    rfc: 7323,
    section: "3.2",
    level: Level::Must,
    quote: "MAY send a TSopt in <SYN,ACK> only if it received a TSopt in the initial <SYN> segment for the \
            connection.",
    note: None,
    check: Check::Exchange(|x| {
        let opening = Opening::of(x)?;
        let offered = opening.offer().timestamps.is_some();
        unoffered(&opening.dialogue, option::TIMESTAMPS, offered)
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500003800000000400666be0a0000010a00000200509c4000001388000003e99012ffff96eb0000020405b40101080a0000000900000007",
        ),
    ),
};

/// SACK is permitted where the SYN permitted it.
pub(in crate::rules) const SACK_PERMITTED: Rule = Rule {
    id: "tcp.syn_ack.sack_permitted",
    rfc: 2018,
    section: "2",
    level: Level::May,
    quote: "This two-byte option may be sent in a SYN by a TCP that has been extended to receive (and presumably \
            process) the SACK option once the connection has opened.",
    note: Some("A remark where the peer did not: it may not know the option, and ignores it then."),
    check: Check::Exchange(|x| {
        let opening = Opening::of(x)?;
        let offered = opening.offer().sack;
        unoffered(&opening.dialogue, option::SACK_PERMITTED, offered)
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500003000000000400666c60a0000010a00000200509c4000001388000003e97012ffffbb0b0000020405b401010402",
        ),
    ),
};

/// An option that the peer did not offer.
fn unoffered(dialogue: &Dialogue, kind: u8, offered: bool) -> Option<Fault> {
    let found = dialogue.answered.said.option(kind).filter(|_| !offered)?;
    let range = MIN_HEADER_LEN + found.range.start..MIN_HEADER_LEN + found.range.end;
    let name = option::name(kind).unwrap_or_default();
    Some(dialogue.fault(range, format!("expected no {name}, as the SYN has none, found it")))
}

/// SACK is sent to those who permitted it.
pub(in crate::rules) const SACK: Rule = Rule {
    id: "tcp.connection.sack",
    rfc: 2018,
    section: "4",
    level: Level::MustNot,
    quote: "If the data receiver has not received a SACK-Permitted option for a given connection, it MUST NOT send \
            SACK options on that connection.",
    note: None,
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        unoffered(&connected.dialogue, option::SACK, connected.before.offer.sack)
    }),
    pass: after(
        OPEN,
        "4500003800000000400666be0a0000020a0000019c400050000003ed000013898018ffffcfc600000101080a000000080000000970696e67",
        Some(
            "4500004000000000400666b60a0000010a00000200509c4000001389000003e9b010ffff70b100000101080a0000000a000000080101050a000003ed000003f1",
        ),
    ),
    fail: after(
        super::OPEN,
        "4500002c00000000400666ca0a0000020a0000019c400050000003ed000013895018ffff08ef000070696e67",
        Some(
            "4500003400000000400666c20a0000010a00000200509c4000001389000003e98010ffffa9da00000101050a000003ed000003f1",
        ),
    ),
};

/// Once agreed on, there are timestamps in every segment.
pub(in crate::rules) const TIMESTAMPS_MISSING: Rule = Rule {
    id: "tcp.connection.timestamps",
    rfc: 7323,
    section: "3.2",
    level: Level::Must,
    quote: "Once TSopt has been successfully negotiated, that is both <SYN> and <SYN,ACK> contain TSopt, the TSopt \
            MUST be sent in every non-<RST> segment for the duration of the connection",
    note: None,
    check: Check::Exchange(|x| {
        let connected = Connected::of(x).filter(|connected| connected.before.timestamps)?;
        let said = connected.dialogue.answered.said;
        let missing = said.option(option::TIMESTAMPS).is_none() && !said.has(RST);
        let message = "expected timestamps, found none".to_owned();
        missing.then(|| connected.dialogue.fault(field::DATA_OFFSET, message))
    }),
    pass: TIMED,
    fail: after(OPEN, REQUEST, Some(super::TAKEN)),
};

/// The peer's timestamp comes back.
pub(in crate::rules) const TIMESTAMPS_ECHO: Rule = Rule {
    id: "tcp.connection.timestamps.echo",
    rfc: 7323,
    section: "3.2",
    level: Level::Must,
    quote: "When the ACK bit is set in an outgoing segment, the sender MUST echo a recently received TSval sent by \
            the remote TCP in the TSval field of a Timestamps option.",
    note: Some(
        "Recent is that of the segment at hand, and the last one before that it may be (section 4.3).",
    ),
    check: Check::Exchange(|x| {
        let dialogue = Dialogue::of(x)?;
        let ((_, found), (asked, _)) =
            (dialogue.answered.said.timestamps()?, dialogue.asked.said.timestamps()?);
        let known = dialogue.connection.map(|connection| connection.progress);
        let known = known.filter(|known| known.timestamps && !dialogue.answered.said.has(SYN));
        let recent = [known, dialogue.progress].map(|known| known.map(|known| known.recent));
        let right =
            found == asked || recent.contains(&Some(found)) || dialogue.answered.said.has(RST);
        let options = dialogue.answered.said.option(option::TIMESTAMPS)?.range;
        let echo = MIN_HEADER_LEN + options.start + 6..MIN_HEADER_LEN + options.end;
        (!right).then(|| dialogue.fault(echo, format!("expected {asked}, found {found}")))
    }),
    pass: TIMED,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500003400000000400666c20a0000010a00000200509c4000001389000003ed8010ffffaea700000101080a0000000a00000003",
        ),
    ),
};
