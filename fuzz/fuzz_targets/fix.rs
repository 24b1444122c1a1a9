//! The fixer over any bytes: it ends, what it did is found no more, and there is nothing left for it to do.

#![no_main]

use libfuzzer_sys::fuzz_target;
use softstack::lint::fix::mend;
use wire::{Link, Packet};

fuzz_target!(|input: &[u8]| {
    let [link, more, frame @ ..] = input else { return };
    let link = [Link::RawIp, Link::Ethernet, Link::LinuxCooked, Link::Loopback][usize::from(*link) % 4];
    let packet = Packet::new(link, frame, frame.len() + usize::from(*more));
    let Some(mended) = mend(&packet, &|_| true) else { return };
    assert_ne!(mended.bytes, frame);
    let now = Packet::new(link, &mended.bytes, mended.bytes.len() + usize::from(*more));
    let left = verify::inspect(&now);
    for done in &mended.done {
        let again = left.iter().find(|left| left.rule == done.rule && left.offset == done.offset);
        assert!(again.is_none(), "{again:?} again in {}", wire::hex::encode(&mended.bytes));
    }
    assert!(mend(&now, &|_| true).is_none(), "{left:?}");
    assert!(mended.comment().contains("mended by softstack"));
});
