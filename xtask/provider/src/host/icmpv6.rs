//! ICMPv6 (RFC 4443): echo, neighbor solicitations, types with a program of their own, and the error that says
//! that a port is closed.

use wire::icmp;
use wire::icmpv6::{ECHO_REPLY, ECHO_REQUEST, NEIGHBOR_SOLICITATION, NEXT_HEADER, UNREACHABLE};

use super::datagram::Datagram;
use super::mind::Mind;
use super::thoughts::Step;
use super::{custom, neighbor};

/// The code of an unreachable port.
const PORT_UNREACHABLE: u8 = 4;
/// The octets of a packet that an error quotes at most: 1280 with the headers (RFC 4443 section 3.1).
const MAX_QUOTE: usize = 1232;
/// Where the checksum is: as in ICMP for IPv4.
pub(super) const CHECKSUM: usize = icmp::field::CHECKSUM.start;

/// What the host answers to an ICMPv6 message.
pub(super) fn answer(mind: &mut Mind, datagram: &Datagram) -> Step<Vec<u8>> {
    let message = datagram.message;
    let before = datagram.pseudo_sum(NEXT_HEADER, message.len());
    let covered = "Pseudo-header and message";
    mind.thoughts.verify("icmpv6-checksum", covered, before, message)?;
    let [kind, code, ..] = *message else { return Err("icmpv6-type") };
    let said = format!("The type is {kind}, the code {code}");
    match (kind, code) {
        (NEIGHBOR_SOLICITATION, _) => neighbor::answer(mind, datagram),
        (ECHO_REQUEST, 0) if message.len() >= wire::icmpv6::HEADER_LEN => {
            mind.thoughts.say(format!("{said}, an echo request, so I reply with its data."));
            let mut reply = message.to_vec();
            reply[0] = ECHO_REPLY;
            Ok(own(mind, datagram, reply))
        }
        _ => {
            let reply = custom::message(mind, "ICMPv6", message);
            let is = ["a type with a program of its own", "nothing to be answered"];
            mind.thoughts.check("icmpv6-type", reply.is_some(), said, is)?;
            Ok(own(mind, datagram, reply.unwrap_or_default()))
        }
    }
}

/// The error that tells the sender of `datagram` that its port is closed (RFC 4443 section 3.1).
pub(super) fn port_unreachable(mind: &mut Mind, datagram: &Datagram) -> Vec<u8> {
    let quote = &datagram.whole[..datagram.whole.len().min(MAX_QUOTE)];
    mind.thoughts.say(format!("So I say so, and quote {} bytes of the packet.", quote.len()));
    let message = [&[UNREACHABLE, PORT_UNREACHABLE, 0, 0, 0, 0, 0, 0], quote].concat();
    own(mind, datagram, message)
}

fn own(mind: &Mind, datagram: &Datagram, mut message: Vec<u8>) -> Vec<u8> {
    message[CHECKSUM..CHECKSUM + 2].fill(0);
    mind.packet(datagram.source, NEXT_HEADER, message, CHECKSUM)
}
