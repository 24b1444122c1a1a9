//! The reader of programs over any text: mistakes lie in the file and are told in one line; what has none
//! reads again as the same, and chooses the same for a packet each time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use softstack::program::{Program, Programs, report};
use wire::{Echo, Link, Packet};

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let file = format!("programs/{}.md", name(text));
    match Program::parse(&file, text) {
        Ok(program) => sound(&file, program),
        Err(mistakes) => {
            assert!(!mistakes.is_empty() && mistakes.is_sorted_by_key(|mistake| mistake.line));
            let lines = text.lines().count().max(1);
            assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)));
            one_line(&report(&mistakes));
        }
    }
});

/// The name that the text gives itself, if it does, so that it can lie in the right file.
fn name(text: &str) -> &str {
    let rest = text.split_once("name:").map_or("", |(_, rest)| rest);
    let name = rest.lines().next().unwrap_or_default().trim();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.chars().all(is_name) { name } else { "fuzz" }
}

fn sound(file: &str, program: Program) {
    assert_eq!(Program::parse(file, program.markdown()).as_ref(), Ok(&program));
    one_line(&program.title);
    program.claims.iter().for_each(|claim| one_line(&claim.to_string()));
    let name = program.name.clone();
    let set = Programs::shipped().with([program]);
    set.check().iter().for_each(|mistake| one_line(&mistake.to_string()));
    let (udp, tcp) = (set.udp_ports(), set.tcp_ports());
    assert!([udp, tcp].iter().all(|ports| ports.is_sorted() && ports.iter().all(|p| p.0 <= p.1)));
    assert!(set.iter().any(|other| other.name == name) || !set.check().is_empty());
    for (link, packet) in packets() {
        let packet = Packet::new(link, &packet, packet.len());
        let names = || set.choose(&packet).iter().map(|chosen| chosen.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(), names());
    }
}

/// A ping as a datagram and in a frame, and what only claims to be a packet.
fn packets() -> Vec<(Link, Vec<u8>)> {
    let ping = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into()).request();
    let frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0], &ping[..]].concat();
    vec![(Link::RawIp, ping), (Link::Ethernet, frame), (Link::RawIp, vec![0x60; 60])]
}

fn one_line(text: &str) {
    assert!(!text.contains(|c: char| c.is_control() && c != '\t'), "{text:?}");
}
