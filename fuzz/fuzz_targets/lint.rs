//! The dissector, the rules and what goes on between packets, over any bytes on any link: nothing panics,
//! what is found lies in the packet, and what is shown covers it without gaps.

#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::Linter;
use wire::{Link, Packet, apply, dissect};

/// The links by the first octet of the input.
const LINKS: [Link; 9] = [
    Link::RawIp,
    Link::Ethernet,
    Link::Ipv4,
    Link::Ipv6,
    Link::Loopback,
    Link::LinuxCooked,
    Link::LinuxCooked2,
    Link::Ppp,
    Link::Pppoe,
];

fuzz_target!(|input: &[u8]| {
    let [link, more, frames @ ..] = input else { return };
    let link = LINKS[usize::from(*link) % LINKS.len()];
    let mut linter = Linter::new();
    // Several frames with an octet of length between, so that they meet.
    let mut rest = frames;
    while let [length, after @ ..] = rest {
        let (frame, next) = after.split_at(usize::from(*length).min(after.len()));
        judge(&mut linter, link, frame, usize::from(*more));
        rest = next;
    }
    linter.end();
    judge(&mut Linter::new(), link, frames, usize::from(*more));
});

fn judge(linter: &mut Linter, link: Link, frame: &[u8], more: usize) {
    let packet = Packet::new(link, frame, frame.len() + more);
    for finding in verify::inspect(&packet) {
        assert!(finding.offset + finding.length <= frame.len(), "{finding}");
        if !finding.edits.is_empty() {
            apply(&finding.edits, frame).expect("an edit can be made");
        }
    }
    linter.packet(&packet);
    let dissection = dissect::frame(&packet);
    let mut end = 0;
    for field in dissection.fields() {
        assert!(field.range.start <= end && field.range.end >= end, "{field:?}");
        end = field.range.end;
    }
    assert!(end <= frame.len() && !dissection.summary().is_empty());
    let _ = packet.flow().map(|flow| flow.to_string());
}
