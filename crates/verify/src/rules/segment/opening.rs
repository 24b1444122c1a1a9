//! Rules on a SYN-ACK (RFC 9293 section 3.10.7.2): the answer to a SYN, the same again, or one that reopens a
//! connection.

use wire::tcp::field;
use wire::tcp::flag::{ACK, CWR, ECE, RST, SYN};

use super::{Dialogue, HALF_OPEN, Pair, Segment, after};
use crate::connection::progress::{Offer, Phase, Progress};
use crate::connection::sequence::{at_most, before, distance};
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A SYN and its SYN-ACK.
const GOOD: Example = after(&[], super::SYN, Some(super::SYN_ACK));

/// A connection that was closed, by the host first.
const WAITING: &[Pair] = &[
    (super::SYN, Some(super::SYN_ACK)),
    (
        super::REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5019ffff08e80000706f6e67",
        ),
    ),
    (
        "4500002800000000400666ce0a0000020a0000019c400050000003ed0000138e5011ffffe7c50000",
        Some("4500002800000000400666ce0a0000010a00000200509c400000138e000003ee5010ffffe7c50000"),
    ),
];
const AGAIN: &str =
    "4500002c00000000400666ca0a0000020a0000019c40005000002328000000006002ffffc46b0000020405b4";

/// It has SYN and ACK.
pub(in crate::rules) const FLAGS: Rule = Rule {
    id: "tcp.syn_ack.flags",
    rfc: 9293,
    section: "3.10.7.2",
    level: Level::Must,
    quote: "ISS should be selected and a SYN segment sent of the form: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>",
    note: Some("ECE may stand beside them: another rule says when."),
    check: Check::Exchange(|x| {
        let dialogue = called_for(x)?;
        let found = dialogue.answered.said.flags;
        let message = || format!("expected SYN and ACK, found control bits 0x{found:02x}");
        (found & !ECE != SYN | ACK).then(|| dialogue.fault(field::FLAGS, message()))
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001388000003e95010ffffe7d00000"),
    ),
};

/// It acknowledges the SYN, and what came with it at most.
pub(in crate::rules) const ACKNOWLEDGMENT: Rule = Rule {
    id: "tcp.syn_ack.acknowledgment",
    rfc: 9293,
    section: "3.10.7.2",
    level: Level::Must,
    quote: "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ, and any other control or text should be queued for \
            processing later.",
    note: Some("Text that came with the SYN may be acknowledged with it."),
    check: Check::Exchange(|x| {
        let opening = Opening::of(x)?;
        let (least, most) = opening.acknowledgments();
        let found = opening.dialogue.answered.said.acknowledgment;
        let message = || format!("expected {}, found {found}", numbers(least, most));
        let right = at_most(least, found) && at_most(found, most);
        (!right).then(|| opening.dialogue.fault(field::ACKNOWLEDGMENT, message()))
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001388000003e86012ffffd0130000020405b4",
        ),
    ),
};

/// It carries nothing.
pub(in crate::rules) const DATA: Rule = Rule {
    id: "tcp.syn_ack.data",
    rfc: 9293,
    section: "3.10.2",
    level: Level::Must,
    quote: "Queue the data for transmission after entering ESTABLISHED state.",
    note: Some(
        "That is said of data to be sent in SYN-RECEIVED. Fast Open (RFC 7413) is not spoken.",
    ),
    check: Check::Exchange(|x| {
        let Dialogue { answered, .. } = Opening::of(x)?.dialogue;
        let (from, length) = (answered.said.header_len(), answered.said.text.len());
        let range = answered.datagram.range(from..from + length);
        (length > 0).then(|| Fault::new(range, format!("expected no data, found {length} bytes")))
    }),
    pass: GOOD,
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500003000000000400666c60a0000010a00000200509c4000001388000003e96012fffff1370000020405b4706f6e67",
        ),
    ),
};

/// Again, it has the same sequence number.
pub(in crate::rules) const SEQUENCE: Rule = Rule {
    id: "tcp.syn_ack.sequence",
    rfc: 9293,
    section: "3.10.8",
    level: Level::Must,
    quote: "send the segment at the front of the retransmission queue again",
    note: Some("The first one may have any sequence number."),
    check: Check::Exchange(|x| {
        let opening = Opening::of(x)?;
        let known = opening.half_open()?;
        opening.dialogue.unless_equal(
            field::SEQUENCE,
            known.iss,
            opening.dialogue.answered.said.sequence,
        )
    }),
    pass: after(HALF_OPEN, super::SYN, Some(super::SYN_ACK)),
    fail: after(
        HALF_OPEN,
        super::SYN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001770000003e96012ffffcc2a0000020405b4",
        ),
    ),
};

/// Where a connection is reopened, sequence numbers go on.
pub(in crate::rules) const REOPENED: Rule = Rule {
    id: "tcp.syn_ack.reopened",
    rfc: 9293,
    section: "3.6.1",
    level: Level::Must,
    quote: "assigns its initial sequence number for the new connection to be larger than the largest sequence \
            number it used on the previous connection incarnation",
    note: Some("Instead of a SYN-ACK an acknowledgment may be sent (section 3.10.7.4)."),
    check: Check::Exchange(|x| {
        let Dialogue { connection, answered, .. } = Opening::of(x)?.dialogue;
        let known = connection?.progress;
        let (least, found) = (known.nxt, answered.said.sequence);
        let message = || format!("expected {least} or more, found {found}");
        let lower = known.phase() == Phase::TimeWait && before(found, least);
        lower.then(|| Fault::new(answered.datagram.range(field::SEQUENCE), message()))
    }),
    pass: after(
        WAITING,
        AGAIN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001770000023296012ffffacea0000020405b4",
        ),
    ),
    fail: after(
        WAITING,
        AGAIN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001388000023296012ffffb0d20000020405b4",
        ),
    ),
};

/// It speaks of congestion where the SYN did.
pub(in crate::rules) const ECN: Rule = Rule {
    id: "tcp.syn_ack.ecn",
    rfc: 3168,
    section: "6.1.1",
    level: Level::MustNot,
    quote: "If a host has received an ECN-setup SYN packet, then it MAY send an ECN-setup SYN-ACK packet. \
            Otherwise, it MUST NOT send an ECN-setup SYN-ACK packet.",
    note: Some("A SYN with ECE and CWR, and a SYN-ACK with ECE and without CWR, are such packets."),
    check: Check::Exchange(|x| {
        let opening = Opening::of(x).filter(|opening| !opening.offer().ecn)?;
        let found = opening.dialogue.answered.said.flags & (ECE | CWR);
        let message = "expected no ECE, as the SYN has not both ECE and CWR, found it".to_owned();
        (found == ECE).then(|| opening.dialogue.fault(field::FLAGS, message))
    }),
    pass: after(
        &[],
        "4500002c00000000400666ca0a0000020a0000019c400050000003e80000000060c2ffffe2eb0000020405b4",
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001388000003e96052ffffcfd20000020405b4",
        ),
    ),
    fail: after(
        &[],
        super::SYN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001388000003e96052ffffcfd20000020405b4",
        ),
    ),
};

/// A SYN-ACK, and the SYN that it answers.
pub(super) struct Opening<'a> {
    pub(super) dialogue: Dialogue<'a>,
}

impl<'a> Opening<'a> {
    /// A SYN-ACK where one may be sent.
    pub(super) fn of(x: &Exchange<'a>) -> Option<Opening<'a>> {
        let dialogue = called_for(x)?;
        let said = dialogue.answered.said;
        (said.has(SYN | ACK) && !said.has(RST)).then_some(Opening { dialogue })
    }

    /// The connection that waits for the end of its handshake, for which the SYN-ACK is sent again.
    fn half_open(&self) -> Option<Progress> {
        let known = self.dialogue.connection?.progress;
        Some(known).filter(|known| known.phase() == Phase::SynReceived)
    }

    /// What the SYN offered.
    pub(super) fn offer(&self) -> Offer {
        self.half_open().map_or_else(|| self.dialogue.asked.offer(), |known| known.offer)
    }

    /// What may be acknowledged: the least and the most.
    fn acknowledgments(&self) -> (u32, u32) {
        let syn = self.dialogue.asked.said;
        self.half_open().map_or((syn.sequence.wrapping_add(1), syn.end()), |known| {
            (known.acknowledged, known.received.next())
        })
    }
}

/// A segment where a SYN-ACK is called for, or the SYN-ACK where other segments are too.
fn called_for<'a>(x: &Exchange<'a>) -> Option<Dialogue<'a>> {
    Dialogue::of(x).filter(|dialogue| match dialogue.call {
        Segment::SynAck => true,
        Segment::SynAckOrAcknowledgment => dialogue.answered.said.has(SYN),
        _ => false,
    })
}

/// A number, or from which to which.
pub(super) fn numbers(least: u32, most: u32) -> String {
    if distance(least, most) == 0 { least.to_string() } else { format!("{least} to {most}") }
}
