//! What is drawn is what it is said to be: the judge calls for a reply to every valid packet, and for none
//! to one with a fault, mostly by the name that the fault has for it.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class, Fault};
use verify::{Due, Host, Ports, Speaks, due};
use wire::ethernet::HEADER_LEN;

#[test]
fn valid_packets_call_for_a_reply() {
    for class in Class::ALL {
        for seed in 0..4_000 {
            let arrival = drawn(class, seed, None);
            let due = due_to(&arrival);
            assert!(!matches!(due, Due::Silence(_)), "{due:?} to {}", told(class, seed, &arrival));
        }
    }
}

#[test]
fn faults_call_for_none_and_the_judge_names_them() {
    for (class, fault) in Class::ALL.into_iter().flat_map(faults) {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..400 {
            let arrival = drawn(class, seed, Some(fault));
            let told = || format!("{fault:?}, {}", told(class, seed, &arrival));
            let reason = due_to(&arrival).reason();
            let name = reason.unwrap_or_else(|| panic!("a reply is due: {}", told())).name();
            let is_known = name == expected(class, fault)
                || exceptions(class, fault, &arrival).contains(&name);
            assert!(is_known, "{name}: {}", told());
            *named.entry(name).or_default() += 1;
        }
        let often = named.get(expected(class, fault));
        assert!(often > Some(&90), "{class:?}, {fault:?}: {named:?}");
    }
}

#[test]
fn faults_are_drawn_by_weight() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for class in Class::ALL {
        let mut drawn: BTreeMap<Fault, u32> = BTreeMap::new();
        let total: u32 = class.faults().iter().map(|row| row.1).sum();
        for _ in 0..200 * total {
            *drawn.entry(packets::fault(&mut rng, class)).or_default() += 1;
        }
        for (fault, weight) in class.faults() {
            let times = drawn.remove(fault).unwrap_or_default();
            let bounds = 130 * weight..270 * weight;
            assert!(bounds.contains(&times), "{class:?}, {fault:?}: {times} times for {weight}");
        }
        assert!(drawn.is_empty(), "{class:?}: {drawn:?}");
    }
}

/// Noise is nothing by itself: some of it is valid still, most is not, and some has right checksums.
#[test]
fn noise_is_of_every_kind() {
    for class in Class::ALL {
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..4_000 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let arrival = packets::noise(&mut rng, class, seed % 2 == 1);
            let name = due_to(&arrival).reason().map_or("reply", |reason| reason.name());
            *outcomes.entry(name).or_default() += 1;
        }
        assert!(outcomes.len() >= 3, "{class:?}: {outcomes:?}");
        assert!(outcomes.values().all(|count| *count < 3_000), "{class:?}: {outcomes:?}");
    }
}

/// How often, in a thousand valid packets, each corner is to be met at least, and at most.
#[test]
fn valid_packets_vary() {
    use Class::*;
    let byte = |at: usize, value: u8| move |ip: &[u8]| ip[at] == value;
    let options = |ip: &[u8]| ip[0] > 0x45;
    let transport = |ip: &[u8]| if ip[0] >> 4 == 6 { 40 } else { usize::from(ip[0] & 15) * 4 };
    let after = |at: usize| move |ip: &[u8]| word(ip, transport(ip) + at);
    let total = |ip: &[u8]| if ip[0] >> 4 == 6 { 40 + word(ip, 4) } else { word(ip, 2) };
    share(Echo, 90..160, options);
    share(Echo, 20..200, byte(8, 0));
    share(Echo, 20..200, byte(8, 1));
    share(Tcp4, 20..90, |ip| ip[0] == 0x46);
    share(Echo, 200..700, move |ip| ip.len() > total(ip));
    share(Echo6, 50..700, move |ip| ip.len() > total(ip));
    for class in [UdpEcho4, UdpClosed4] {
        share(class, 90..160, move |ip| after(6)(ip) == 0);
    }
    for class in [UdpEcho4, UdpClosed4, UdpEcho6, UdpClosed6] {
        share(class, 60..160, move |ip| after(6)(ip) == 0xffff);
        share(class, 50..120, move |ip| transport(ip) + after(4)(ip) < total(ip));
    }
    for (class, at) in [(Echo, 2), (Echo6, 2), (Tcp4, 16), (Tcp6, 16)] {
        share(class, 20..100, move |ip| after(at)(ip) == 0);
        share(class, 20..100, move |ip| after(at)(ip) == 0xffff);
    }
    for offset in 5..16 {
        share(Tcp6, 20..700, move |ip| after(12)(ip) >> 12 == offset);
    }
    for flags in 0..64 {
        let least = if flags & 4 == 0 { 5 } else { 0 };
        let most = if flags & 4 == 0 { 250 } else { 1 };
        share(Tcp4, least..most, move |ip| after(12)(ip) & 63 == flags);
    }
    share(Tcp4, 100..600, move |ip| 0xffff - after(6)(ip) < 60);
    share(Tcp6, 50..600, move |ip| word(ip, 44) == 0xffff && 0xffff - word(ip, 46) < 60);
    share(Neighbor, 150..350, |ip| ip[8..24] == [0; 16]);
    share(Neighbor, 250..700, |ip| ip[40 + 24..].starts_with(&[1, 1]));
    share(Arp, 100..400, |arp| arp[14..18] == [0; 4]);
}

/// How many of a thousand valid packets of the class are so, without their frames.
#[track_caller]
fn share(class: Class, bounds: std::ops::Range<usize>, is_so: impl Fn(&[u8]) -> bool) {
    let arrivals = (10_000..14_000).map(|seed| drawn(class, seed, None));
    let count = arrivals.filter(|arrival| is_so(datagram(arrival))).count() / 4;
    let place = std::panic::Location::caller();
    assert!(bounds.contains(&count), "{count} of {bounds:?} in a thousand of {class:?}, {place}");
}

fn word(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

fn faults(class: Class) -> impl Iterator<Item = (Class, Fault)> {
    class.faults().iter().map(move |row| (class, row.0))
}

/// The name that the judge mostly has for a fault of that class.
fn expected(class: Class, fault: Fault) -> &'static str {
    match (class, fault) {
        // Of what came to several an ICMPv6 error may say nothing.
        (Class::UdpClosed6 | Class::Protocol6, Fault::Group | Fault::GroupFrame) => "error",
        // In a frame of IPv6 every other version is a malformed packet.
        (Class::Neighbor, Fault::Version) => "ipv6",
        // What the frame calls IPv6 is not.
        (_, Fault::Misnamed) if !class.is_over_ipv6() && class != Class::Arp => "ipv6",
        _ => fault.reason(),
    }
}

/// Other names that the judge may have for a fault.
fn exceptions(class: Class, fault: Fault, arrival: &Arrival) -> &'static [&'static str] {
    let first = datagram(arrival).first().map_or(0, |first| first >> 4);
    match fault {
        // Another name leads to other readers, and to other rules on which group frames are for us.
        Fault::Misnamed => &["version", "ipv6", "arp", "ethernet"],
        // Without a frame the first nibble alone says how the rest is read.
        Fault::Version if first == 6 => &["ipv6", "not-for-me", "source"],
        Fault::Version if class.is_over_ipv6() && arrival.own.mac.is_some() => &["ipv6"],
        // Nothing at all is no packet of IPv6.
        Fault::Truncated6 if arrival.packet.is_empty() => &["truncated"],
        // Some are of a kind that no node passes over.
        Fault::Extension => &["ipv6"],
        // A solicitation is never in a fragment, not even a whole one (RFC 6980).
        Fault::Fragment if class == Class::Neighbor => &["neighbor"],
        // Who reads no options may drop what has some, whatever else is wrong.
        _ if has_options(class, arrival) && !fault.is_on_ethernet_only() => &["version"],
        _ => &[],
    }
}

fn has_options(class: Class, arrival: &Arrival) -> bool {
    let first = datagram(arrival).first().copied().unwrap_or_default();
    !class.is_over_ipv6() && class != Class::Arp && (0x46..=0x4f).contains(&first)
}

fn drawn(class: Class, seed: u64, fault: Option<Fault>) -> Arrival {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let data = match seed % 200 {
        0 => rng.random_range(0..=65_535),
        1..10 => 0,
        _ => rng.random_range(0..=60),
    };
    packets::arrival(&mut rng, class, seed % 2 == 1, data, fault)
}

fn due_to(arrival: &Arrival) -> Due {
    due(&host(arrival), &arrival.packet)
}

/// The host as the judge sees it.
fn host(arrival: &Arrival) -> Host {
    let own = arrival.own;
    let udp = Ports((&[(7, 7)]).into());
    let tcp = Some(Ports::default());
    Host {
        address: own.ipv4.into(),
        broadcast: own.broadcast.map(Into::into),
        ipv6: own.ipv6.map(Into::into),
        mac: own.mac.map(wire::Mac),
        speaks: Speaks { icmp: true, udp: Some(udp), tcp, own_types: [].as_slice().into() },
    }
}

/// The packet without its frame.
fn datagram(arrival: &Arrival) -> &[u8] {
    let start = if arrival.own.mac.is_some() { HEADER_LEN } else { 0 };
    arrival.packet.get(start..).unwrap_or_default()
}

fn told(class: Class, seed: u64, arrival: &Arrival) -> String {
    let packet = &arrival.packet[..arrival.packet.len().min(200)];
    format!(
        "{} of seed {seed}: {} for {:02x?}",
        class.name(),
        wire::hex::encode(packet),
        arrival.own
    )
}
