//! Ethernet, ARP, IPv6, ICMPv6 and timestamps by hand, as independent of `wire` as can be, and who answers
//! them: the tiny responders.

use verify::{Example, Host};

use crate::packets::seal;

/// Speaks everything, without link headers: 10.0.0.1, fd00::1.
pub static IP_HOST: Host = Example::IP_HOST;
/// The same at 02:00:00:00:00:01.
pub static ETHERNET_HOST: Host = Example::ETHERNET_HOST;

pub const OURS: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub const THEIRS: [u8; 6] = [2, 0, 0, 0, 0, 2];
pub const ALL: [u8; 6] = [0xff; 6];

/// Addresses of IPv6: ours, theirs, and groups that we are in.
pub const OUR_6: [u8; 16] = of_net(0xfd, 0, 1);
pub const THEIR_6: [u8; 16] = of_net(0xfd, 0, 2);
pub const NOBODY: [u8; 16] = [0; 16];
pub const ALL_NODES: [u8; 16] = of_net(0xff, 2, 1);
pub const OUR_GROUP: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 1];

/// The address that begins with two octets and ends with one.
pub const fn of_net(first: u8, second: u8, last: u8) -> [u8; 16] {
    let mut address = [0; 16];
    (address[0], address[1], address[15]) = (first, second, last);
    address
}

/// A frame from there to here.
pub fn ether(destination: [u8; 6], source: [u8; 6], kind: u16, payload: &[u8]) -> Vec<u8> {
    [&destination[..], &source, &kind.to_be_bytes(), payload].concat()
}

/// That packet in a frame between the two stations.
pub fn asked(kind: u16, payload: &[u8]) -> Vec<u8> {
    ether(OURS, THEIRS, kind, payload)
}

pub fn answered(kind: u16, payload: &[u8]) -> Vec<u8> {
    ether(THEIRS, OURS, kind, payload)
}

/// 10.0.0.2 asks all who has 10.0.0.1.
pub fn arp_request() -> Vec<u8> {
    let packet = [
        &[0, 1, 8, 0, 6, 4, 0, 1][..],
        &[2, 0, 0, 0, 0, 2, 10, 0, 0, 2],
        &[0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
    ];
    ether(ALL, THEIRS, 0x0806, &packet.concat())
}

/// What 10.0.0.1 answers.
pub fn arp_reply(request: &[u8]) -> Vec<u8> {
    let asker: [u8; 6] = request[22..28].try_into().unwrap();
    let fixed = [0, 1, 8, 0, 6, 4, 0, 2];
    let packet = [&fixed[..], &OURS, &request[38..42], &request[22..32]].concat();
    ether(asker, OURS, 0x0806, &packet)
}

/// An IPv6 packet, its ICMPv6 checksum computed if it has one.
pub fn ipv6(next: u8, hops: u8, from: [u8; 16], to: [u8; 16], payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16).to_be_bytes();
    let mut packet = [&[0x60, 0, 0, 0][..], &length, &[next, hops], &from, &to, payload].concat();
    seal_6(&mut packet);
    packet
}

/// Recomputes the checksum of an ICMPv6 message right behind the header.
pub fn seal_6(packet: &mut [u8]) {
    if packet.get(6) == Some(&58) && packet.len() >= 44 {
        seal_message(packet, 40);
    }
}

/// Recomputes the checksum of the ICMPv6 message that begins there.
pub fn seal_message(packet: &mut [u8], start: usize) {
    let end =
        (40 + usize::from(packet[4]) * 256 + usize::from(packet[5])).clamp(start, packet.len());
    if end < start + 4 {
        return;
    }
    packet[start + 2..start + 4].fill(0);
    let length = ((end - start) as u32).to_be_bytes();
    let covered = [&packet[8..40], &length, &[0, 0, 0, 58], &packet[start..end]].concat();
    let mut sum = 0;
    for (index, octet) in covered.iter().enumerate() {
        sum += u32::from(*octet) << if index % 2 == 0 { 8 } else { 0 };
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    packet[start + 2..start + 4].copy_from_slice(&(!(sum as u16)).to_be_bytes());
}

/// A ping of nine octets of data.
pub fn ping_6() -> Vec<u8> {
    ipv6(58, 61, THEIR_6, OUR_6, &[&[128, 0, 0, 0, 0x12, 0x34, 0, 9][..], b"who there"].concat())
}

/// What fd00::1 answers.
pub fn pong_6(ping: &[u8]) -> Vec<u8> {
    let mut message = ping[40..].to_vec();
    message[0] = 129;
    ipv6(58, 64, OUR_6, ping[8..24].try_into().unwrap(), &message)
}

/// The message of a solicitation of our address, with that option.
pub fn soliciting(option: &[u8]) -> Vec<u8> {
    [&[135, 0, 0, 0, 0, 0, 0, 0][..], &OUR_6, option].concat()
}

/// fd00::2 asks our group who has fd00::1.
pub fn solicitation() -> Vec<u8> {
    let message = soliciting(&[1, 1, 2, 0, 0, 0, 0, 2]);
    let packet = ipv6(58, 255, THEIR_6, OUR_GROUP, &message);
    ether([0x33, 0x33, 0xff, 0, 0, 1], THEIRS, 0x86dd, &packet)
}

/// Somebody tries fd00::1 out.
pub fn probe() -> Vec<u8> {
    let packet = ipv6(58, 255, NOBODY, OUR_GROUP, &soliciting(&[]));
    ether([0x33, 0x33, 0xff, 0, 0, 1], THEIRS, 0x86dd, &packet)
}

/// What fd00::1 answers.
pub fn advertisement(solicitation: &[u8]) -> Vec<u8> {
    let source: [u8; 16] = solicitation[22..38].try_into().unwrap();
    let (flags, to, station) = match source {
        NOBODY => (0x20, ALL_NODES, [0x33, 0x33, 0, 0, 0, 1]),
        source => (0x60, source, THEIRS),
    };
    let fixed = [136, 0, 0, 0, flags, 0, 0, 0];
    let message = [&fixed[..], &solicitation[62..78], &[2, 1], &OURS].concat();
    ether(station, OURS, 0x86dd, &ipv6(58, 255, OUR_6, to, &message))
}

/// 10.0.0.2 asks for the time, a second after midnight.
pub fn timestamp() -> Vec<u8> {
    let header = [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1];
    let message = [13, 0, 0, 0, 0, 7, 0, 1, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut packet = [header, message].concat();
    seal(&mut packet);
    packet
}

/// What 10.0.0.1 answers, which has no clock.
pub fn timestamp_reply(request: &[u8]) -> Vec<u8> {
    let mut packet = request.to_vec();
    packet[12..16].copy_from_slice(&request[16..20]);
    packet[16..20].copy_from_slice(&request[12..16]);
    packet[20] = 14;
    packet[32..40].copy_from_slice(&[0x80, 0, 0, 0, 0x80, 0, 0, 0]);
    seal(&mut packet);
    packet
}
