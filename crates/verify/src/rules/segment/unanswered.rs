//! Rules on silence where a segment must be sent (RFC 9293 section 3.10.7).

use super::{GOOD, OPEN, REQUEST, SYN, SYN_ACK, Segment, after, connection, heard};
use crate::connection::progress::{Answer, Cause};
use crate::exchange::Exchange;
use crate::rule::{Check, Fault, Level, Rule};
use crate::{Call, Due};

/// What belongs to no connection is reset.
pub(in crate::rules) const RESET: Rule = Rule {
    id: "tcp.unanswered.reset",
    rfc: 9293,
    section: "3.5.2",
    level: Level::Must,
    quote: "If the connection does not exist (CLOSED), then a reset is sent in response to any incoming segment \
            except another reset.",
    note: Some(
        "In SYN-RECEIVED the same is said of a segment that acknowledges something not yet sent.",
    ),
    check: Check::Exchange(|x| silence(x, Segment::Reset, "a reset")),
    pass: after(
        &[],
        STRAY,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001e610000000050040000e0ec0000"),
    ),
    fail: after(&[], STRAY, None),
};

const STRAY: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e900001e615010ffffdcf70000";

/// A SYN is answered where somebody listens.
pub(in crate::rules) const SYNCHRONIZED: Rule = Rule {
    id: "tcp.unanswered.syn",
    rfc: 9293,
    section: "3.10.7.2",
    level: Level::Must,
    quote: "ISS should be selected and a SYN segment sent of the form: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>",
    note: None,
    check: Check::Exchange(|x| silence(x, Segment::SynAck, "a SYN-ACK")),
    pass: after(&[], SYN, Some(SYN_ACK)),
    fail: after(&[], SYN, None),
};

/// What is not acceptable is answered.
pub(in crate::rules) const UNACCEPTABLE: Rule = Rule {
    id: "tcp.unanswered.unacceptable",
    rfc: 9293,
    section: "3.5.2",
    level: Level::Must,
    quote: "any unacceptable segment (out-of-window sequence number or unacceptable acknowledgment number) must be \
            responded to with an empty acknowledgment segment (without any user data) containing the current send \
            sequence number and an acknowledgment indicating the next sequence number expected to be received",
    note: Some("What is not acknowledged may be sent again with it."),
    check: Check::Exchange(|x| unacknowledged(x, Cause::Unacceptable)),
    pass: after(
        OPEN,
        "4500002800000000400666ce0a0000020a0000019c40005000000384000013895010ffffe8340000",
        Some("4500002800000000400666ce0a0000010a00000200509c4000001389000003e95010ffffe7cf0000"),
    ),
    fail: after(
        OPEN,
        "4500002800000000400666ce0a0000020a0000019c40005000000384000013895010ffffe8340000",
        None,
    ),
};

/// What may be an attack is challenged.
pub(in crate::rules) const CHALLENGE: Rule = Rule {
    id: "tcp.unanswered.challenge",
    rfc: 9293,
    section: "3.10.7.4",
    level: Level::Must,
    quote: "If the RST bit is set and the sequence number does not exactly match the next expected sequence value, \
            yet is within the current receive window, TCP endpoints MUST send an acknowledgment (challenge ACK)",
    note: Some("The section asks the same for SYN in a connection that is open (RFC 5961)."),
    check: Check::Exchange(|x| unacknowledged(x, Cause::Challenge)),
    pass: after(
        OPEN,
        "4500002800000000400666ce0a0000020a0000019c400050000003f2000000005004fffffb5b0000",
        Some("4500002800000000400666ce0a0000010a00000200509c4000001389000003e95010ffffe7cf0000"),
    ),
    fail: after(
        OPEN,
        "4500002800000000400666ce0a0000020a0000019c400050000003f2000000005004fffffb5b0000",
        None,
    ),
};

/// Data and FIN are acknowledged.
pub(in crate::rules) const NEWS: Rule = Rule {
    id: "tcp.unanswered.data",
    rfc: 9293,
    section: "3.10.7.4",
    level: Level::Must,
    quote: "When the TCP endpoint takes responsibility for delivering the data to the user, it must also \
            acknowledge the receipt of the data.",
    note: Some(
        "At once, as this host does not delay acknowledgments (section 3.8.6.3 would have it no longer than \
                half a second).",
    ),
    check: Check::Exchange(|x| unacknowledged(x, Cause::News)),
    pass: GOOD,
    fail: after(OPEN, REQUEST, None),
};

/// Silence where that kind of segment must be sent.
fn silence(x: &Exchange, segment: Segment, expected: &str) -> Option<Fault> {
    let due = x.due == Due::Reply && x.calls_for(Call::Segment(segment)) && x.reply.is_none();
    due.then(|| Fault::new(0..0, format!("expected {expected}, found silence")))
}

/// Silence where an acknowledgment must be sent for that reason.
fn unacknowledged(x: &Exchange, cause: Cause) -> Option<Fault> {
    let expected = "an acknowledgment";
    let fault = silence(x, Segment::Acknowledgment, expected)
        .or_else(|| silence(x, Segment::SynAckOrAcknowledgment, expected))?;
    let mut progress = connection(x)?.progress;
    let found = match progress.hear(&heard(x)?.said) {
        Answer::Acknowledgment(cause) => cause,
        _ => Cause::Unacceptable,
    };
    (found == cause).then_some(fault)
}
