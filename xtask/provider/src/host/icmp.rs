//! ICMP (RFC 792): echo, timestamps, types with a program of their own, and the error that says that a port
//! is closed.

use wire::icmp::{ECHO_REQUEST, TIMESTAMP, UNREACHABLE, field};
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP};

use super::datagram::Datagram;
use super::mind::Mind;
use super::thoughts::{Step, Thoughts};
use super::{custom, echo};

/// The code of an unreachable port.
const PORT_UNREACHABLE: u8 = 3;
/// The octets of a datagram that an error quotes at most: 576 with the headers (RFC 1812 section 4.3.2.3).
const MAX_QUOTE: usize = 548;
/// The octets of a timestamp message (RFC 792).
const TIMESTAMP_LEN: usize = 20;
/// `type` of a timestamp reply.
const TIMESTAMP_REPLY: u8 = 14;
/// A time that is not in milliseconds since midnight UT (RFC 792): this host has no clock.
const NO_TIME: [u8; 4] = [0x80, 0, 0, 0];

/// Whether the message says that it is an echo request.
pub(super) fn is_echo(datagram: &Datagram) -> bool {
    datagram.message.starts_with(&[ECHO_REQUEST, 0])
}

/// Finds out whether the message of `whole`, an IPv4 datagram, is an echo request.
pub(super) fn echo_request(thoughts: &mut Thoughts, whole: &[u8]) -> Step {
    verify(thoughts, whole)?;
    let [kind, code, ..] = whole[MIN_HEADER_LEN..] else { return Err("short") };
    let asks = (kind, code) == (ECHO_REQUEST, 0);
    let said = format!("Bytes 20-21 are {kind:02x}{code:02x}");
    thoughts.check("icmp-type", asks, said, ["an echo request", "not an echo request"])
}

/// Verifies the checksum of the message of `whole`, an IPv4 datagram.
pub(super) fn verify(thoughts: &mut Thoughts, whole: &[u8]) -> Step {
    let covered = format!("The words of bytes 20-{}", whole.len() - 1);
    thoughts.verify("icmp-checksum", &covered, 0, &whole[MIN_HEADER_LEN..])
}

/// What the host answers to any other ICMP message than an echo request.
pub(super) fn answer(mind: &mut Mind, datagram: &Datagram) -> Step<Vec<u8>> {
    verify(&mut mind.thoughts, datagram.whole)?;
    let [kind, code, ..] = *datagram.message else { return Err("icmp-type") };
    let said = format!("Bytes 20-21 are {kind:02x}{code:02x}");
    if kind == TIMESTAMP {
        let length = datagram.message.len();
        let sound = code == 0 && length == TIMESTAMP_LEN;
        let said = format!("{said}, and the message has {length} bytes");
        mind.thoughts.check("icmp-type", sound, said, ["a timestamp", "no sound timestamp"])?;
        return Ok(timestamp_reply(mind, datagram));
    }
    let reply = custom::message(mind, "ICMP", datagram.message);
    let is = ["a type with a program of its own", "nothing to be answered"];
    mind.thoughts.check("icmp-type", reply.is_some(), said, is)?;
    let reply = reply.ok_or("icmp-type")?;
    Ok(mind.packet(datagram.source, PROTOCOL_ICMP, reply, field::CHECKSUM.start))
}

/// The error that tells the sender of `datagram` that its port is closed (RFC 1122 section 3.2.2.1).
pub(super) fn port_unreachable(mind: &mut Mind, datagram: &Datagram) -> Vec<u8> {
    let quote = &datagram.whole[..datagram.whole.len().min(MAX_QUOTE)];
    mind.thoughts.say(format!("So I say so, and quote {} bytes of the datagram.", quote.len()));
    let mut message = vec![UNREACHABLE, PORT_UNREACHABLE, 0, 0, 0, 0, 0, 0];
    message.extend(quote);
    mind.packet(datagram.source, PROTOCOL_ICMP, message, field::CHECKSUM.start)
}

fn timestamp_reply(mind: &mut Mind, datagram: &Datagram) -> Vec<u8> {
    mind.thoughts.say("I have no clock, so the times are 80000000.");
    let (receive, transmit) = (MIN_HEADER_LEN + 12, MIN_HEADER_LEN + 16);
    let changes: [(usize, &[u8]); 3] =
        [(MIN_HEADER_LEN, &[TIMESTAMP_REPLY]), (receive, &NO_TIME), (transmit, &NO_TIME)];
    echo::turned(datagram.whole, &changes, mind.offload)
}
