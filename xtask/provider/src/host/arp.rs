//! ARP (RFC 826, RFC 5227): whose IPv4 address this is.

use wire::Mac;
use wire::arp::{self, Arp};

use super::mind::Mind;
use super::thoughts::Step;

/// Ethernet and IPv4: hardware, protocol, and the lengths of their addresses.
const ETHERNET_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// The reply to an ARP packet, and to which Ethernet address it goes.
pub(super) fn answer(mind: &mut Mind, mac: Mac, packet: &[u8]) -> Step<(Mac, Vec<u8>)> {
    let ends = Arp::new(packet).and_then(|arp| Some((arp.opcode(), arp.ends()?)));
    let Some((opcode, (sender, target))) = ends else {
        mind.thoughts.say("It is no ARP packet of Ethernet and IPv4.");
        return Err("arp");
    };
    let thoughts = &mut mind.thoughts;
    let said = format!("The operation is {opcode}");
    thoughts.check("arp", opcode == arp::REQUEST, said, ["a request", "not a request"])?;
    let mine = mind.address;
    let said = format!("It asks for {}", target.address);
    thoughts.check("arp", mine == Some(target.address), said, ["which is mine", "not for me"])?;
    let claimed = mine == Some(sender.address)
        || sender.address.is_multicast()
        || sender.address.is_broadcast();
    let single = !claimed && !sender.hardware.is_group();
    let said = format!("The sender is {} at {}", sender.address, sender.hardware);
    thoughts.check("arp", single, said, ["another host", "not another host"])?;
    thoughts.say(format!("So I reply that it is at {mac}."));
    let own = target.address.octets();
    let reply = [&ETHERNET_IPV4[..], &arp::REPLY.to_be_bytes(), &mac.0, &own, &packet[8..18]];
    Ok((sender.hardware, reply.concat()))
}
