//! What a network card filters: frames for other stations and for groups that the host has not joined never
//! reach it, so no thought is spent on them.

use verify::Host;
use wire::{Ipv6, Mac};

/// All nodes of a link (RFC 4291 section 2.7.1), as the low octets of a group.
const ALL_NODES: [u8; 4] = [0, 0, 0, 1];

/// Whether the host's card would take in the packet: a frame for its station, for all, or for a group that
/// it is in; without link headers, any packet but one for another group of IPv6.
pub(super) fn takes(host: &Host, packet: &[u8]) -> bool {
    match (host.mac, packet.first_chunk::<6>()) {
        (Some(mac), Some(to)) => takes_frame(host, mac, *to),
        (Some(_), None) => false,
        (None, _) => takes_datagram(host, packet),
    }
}

fn takes_frame(host: &Host, mac: Mac, to: [u8; 6]) -> bool {
    let group = |low: [u8; 4]| [0x33, 0x33, low[0], low[1], low[2], low[3]];
    let is_group = host.ipv6.is_some() && groups(host).any(|low| to == group(low));
    Mac(to) == mac || Mac(to) == Mac::BROADCAST || is_group
}

fn takes_datagram(host: &Host, packet: &[u8]) -> bool {
    let is_ipv6 = packet.first().is_some_and(|first| first >> 4 == 6) && host.ipv6.is_some();
    let to = Ipv6::new(packet).filter(|_| is_ipv6).map(|ip| ip.destination());
    to.filter(|to| to.is_multicast()).is_none_or(|to| {
        let low = to.octets().last_chunk().copied();
        groups(host).any(|group| Some(group) == low)
    })
}

/// The low octets of the groups that the host is in: all nodes, and its solicited-node group.
fn groups(host: &Host) -> impl Iterator<Item = [u8; 4]> {
    let solicited = host.solicited_node().and_then(|group| group.octets().last_chunk().copied());
    [Some(ALL_NODES), solicited].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use verify::Example;
    use wire::hex;

    use super::*;

    #[test]
    fn a_card_takes_what_is_for_its_station_for_all_and_for_its_groups() {
        let host = Example::ETHERNET_HOST;
        for (to, expect) in [
            ("020000000001", true),
            ("ffffffffffff", true),
            ("3333ff000001", true),
            ("333300000001", true),
            ("333300000016", false),
            ("3333ff000002", false),
            ("020000000002", false),
            ("01005e000001", false),
            ("0200", false),
        ] {
            assert_eq!(takes(&host, &hex::parse(to).unwrap()), expect, "{to}");
        }
    }

    #[test]
    fn without_frames_only_groups_are_told_apart() {
        let host = Example::IP_HOST;
        let packet = |to: &str| {
            let mut packet = vec![0x60; 40];
            packet[24..].copy_from_slice(&to.parse::<std::net::Ipv6Addr>().unwrap().octets());
            packet
        };
        assert!(takes(&host, &packet("fd00::9")) && takes(&host, &packet("ff02::1")));
        assert!(takes(&host, &packet("ff02::1:ff00:1")) && !takes(&host, &packet("ff02::16")));
        assert!(takes(&host, &[0x45]) && takes(&host, &[]));
    }
}
