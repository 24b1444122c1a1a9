//! Rules on what a segment of a connection says: nothing that opens it again, and each octet of the stream in its
//! place, the same each time it is sent (RFC 9293 section 3.4). That it acknowledges is a rule on any segment.

use wire::tcp::field;
use wire::tcp::flag::{ACK, FIN, RST, SYN, URG};

use super::{ANSWER, Dialogue, GOOD, HALF_OPEN, OPEN, Pair, REQUEST, Segment, after};
use crate::connection::kept::Kept;
use crate::connection::progress::{Phase, Progress};
use crate::connection::sequence::{at_most, before};
use crate::exchange::Exchange;
use crate::rule::{Check, Level, Rule};

/// A connection in which an answer was sent and is not acknowledged.
pub(super) const ANSWERED: &[Pair] =
    &[(super::SYN, Some(super::SYN_ACK)), (super::ACK, None), (REQUEST, Some(ANSWER))];
/// The same with a FIN after the answer.
const ENDED: &[Pair] = &[
    (super::SYN, Some(super::SYN_ACK)),
    (super::ACK, None),
    (
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5019ffff08e80000706f6e67",
        ),
    ),
];

/// A connection that is open is not opened.
pub(in crate::rules) const OPENS: Rule = Rule {
    id: "tcp.connection.syn",
    rfc: 9293,
    section: "4",
    level: Level::Must,
    quote: "A control bit in the incoming segment, occupying one sequence number, used at the initiation of a \
            connection to indicate where the sequence numbering will start.",
    note: Some("SYN is meant."),
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        let opens = connected.dialogue.answered.said.has(SYN);
        let message = || "expected no SYN in an open connection, found it".to_owned();
        opens.then(|| connected.dialogue.fault(field::FLAGS, message()))
    }),
    pass: GOOD,
    fail: after(OPEN, REQUEST, Some(super::SYN_ACK)),
};

/// A reset is exact, or the peer takes it for an attack.
pub(in crate::rules) const RESET: Rule = Rule {
    id: "tcp.connection.reset",
    rfc: 9293,
    section: "3.10.5",
    level: Level::Must,
    quote: "Send a reset segment: <SEQ=SND.NXT><CTL=RST>",
    note: Some("That is what an application that aborts the connection has sent."),
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        let said = connected.dialogue.answered.said;
        let fault =
            connected.dialogue.unless_equal(field::SEQUENCE, connected.after.nxt, said.sequence);
        fault.filter(|_| said.has(RST))
    }),
    pass: after(
        OPEN,
        REQUEST,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001389000003ed5014ffffe7c70000"),
    ),
    fail: after(
        OPEN,
        REQUEST,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001388000003ed5014ffffe7c80000"),
    ),
};

/// Nothing is sent before the handshake is complete.
pub(in crate::rules) const EARLY: Rule = Rule {
    id: "tcp.connection.early",
    rfc: 9293,
    section: "3.10.2",
    level: Level::Must,
    quote: "Queue the data for transmission after entering ESTABLISHED state.",
    note: Some("That is said of data to be sent in SYN-RECEIVED."),
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        let length = connected.dialogue.answered.said.text.len();
        let early = connected.after.phase() == Phase::SynReceived && length > 0;
        let message =
            || format!("expected no data before the handshake is complete, found {length} bytes");
        early.then(|| connected.dialogue.fault(connected.text(), message()))
    }),
    pass: after(
        HALF_OPEN,
        super::SYN,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001389000003e95010ffffe7cf0000"),
    ),
    fail: after(
        HALF_OPEN,
        super::SYN,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003e95018ffff08ed0000706f6e67",
        ),
    ),
};

/// What is sent again is the same.
pub(in crate::rules) const RETRANSMISSION: Rule = Rule {
    id: "tcp.connection.retransmission",
    rfc: 9293,
    section: "3.4.3",
    level: Level::Must,
    quote: "The duplicate detection and sequencing algorithm in TCP relies on the unique binding of segment data \
            to sequence space",
    note: None,
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        let said = connected.dialogue.answered.said;
        let first = connected.kept.differs(said.text_numbers().0, said.text)?;
        let (number, found) = (said.text_numbers().0.wrapping_add(first as u32), said.text[first]);
        let message = format!("expected octet {number} as it was sent before, found 0x{found:02x}");
        let start = connected.text().start + first;
        Some(connected.dialogue.fault(start..connected.text().end, message))
    }),
    pass: after(ANSWERED, REQUEST, Some(ANSWER)),
    fail: after(
        ANSWERED,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5018ffff08e3000070756e67",
        ),
    ),
};

/// FIN is the last there is.
pub(in crate::rules) const END: Rule = Rule {
    id: "tcp.connection.fin",
    rfc: 9293,
    section: "4",
    level: Level::Must,
    quote: "A control bit (finis) occupying one sequence number, which indicates that the sender will send no more \
            data or control occupying sequence space.",
    note: Some("FIN may be sent again, in its place."),
    check: Check::Exchange(|x| {
        let connected = Connected::of(x)?;
        let said = connected.dialogue.answered.said;
        let (start, end) = said.text_numbers();
        let nxt = connected.after.nxt;
        match connected.after.fin {
            // What carries nothing stands behind FIN.
            Some(fin) if start != end && before(fin, end) => {
                Some((connected.text(), format!("nothing after FIN {fin}")))
            }
            Some(fin) if said.has(FIN) && fin != end => {
                Some((field::FLAGS, format!("FIN at {fin}")))
            }
            None if said.has(FIN) && before(end, nxt) => {
                Some((field::FLAGS, format!("FIN at {nxt} or after")))
            }
            _ => None,
        }
        .filter(|_| !said.has(RST) && said.length() > 0)
        .map(|(range, expected)| {
            let found = if said.has(FIN) { "FIN" } else { "data that ends" };
            connected.dialogue.fault(range, format!("expected {expected}, found {found} at {end}"))
        })
    }),
    pass: after(
        ENDED,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5019ffff08e80000706f6e67",
        ),
    ),
    fail: after(
        ENDED,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c400000138e000003ed5018ffff07e600006d6f7265",
        ),
    ),
};

/// Nothing is urgent.
pub(in crate::rules) const URGENT: Rule = Rule {
    id: "tcp.connection.urgent",
    rfc: 9293,
    section: "3.8.5",
    level: Level::ShouldNot,
    quote: "new applications SHOULD NOT employ the TCP urgent mechanism (SHLD-13).",
    note: None,
    check: Check::Exchange(|x| {
        let dialogue = Dialogue::of(x)?;
        let message = || "expected nothing urgent, found URG".to_owned();
        dialogue.answered.said.has(URG).then(|| dialogue.fault(field::FLAGS, message()))
    }),
    pass: GOOD,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5038ffff08c50004706f6e67",
        ),
    ),
};

/// What was sent in a connection, and how far that had come.
pub(super) struct Connected<'a> {
    pub(super) dialogue: Dialogue<'a>,
    /// How far it had come before the segment that is answered.
    pub(super) before: Progress,
    /// How far with that.
    pub(super) after: Progress,
    /// What was sent and not acknowledged.
    kept: &'a Kept,
}

impl<'a> Connected<'a> {
    /// A segment of the connection, where one may be sent.
    pub(super) fn of(x: &Exchange<'a>) -> Option<Connected<'a>> {
        let dialogue = Dialogue::of(x).filter(|dialogue| match dialogue.call {
            Segment::Acknowledgment => true,
            Segment::SynAckOrAcknowledgment => !dialogue.answered.said.has(SYN),
            Segment::Reset | Segment::SynAck => false,
        })?;
        let (connection, after) = (dialogue.connection?, dialogue.progress?);
        Some(Connected { dialogue, before: connection.progress, after, kept: &connection.kept })
    }

    /// A segment with ACK, and neither SYN nor RST: one whose numbers count.
    pub(super) fn ordinary(x: &Exchange<'a>) -> Option<Connected<'a>> {
        let ordinary = |flags| flags & (ACK | RST | SYN) == ACK;
        Connected::of(x).filter(|connected| ordinary(connected.dialogue.answered.said.flags))
    }

    /// The octets of its text, in the segment.
    pub(super) fn text(&self) -> std::ops::Range<usize> {
        let said = self.dialogue.answered.said;
        said.header_len()..said.header_len() + said.text.len()
    }

    /// Whether it has data that was not sent before.
    pub(super) fn is_new(&self) -> bool {
        !at_most(self.dialogue.answered.said.text_numbers().1, self.after.nxt)
    }
}
