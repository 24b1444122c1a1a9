//! Thinking allocates nothing once the context has seen its longest packet.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use nano::registers::Registers;
use nano::tape::Chunk;
use nano::transformer::Context;
use nano::{Network, Seen};

/// The system's allocator, with a count of what is asked of it.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps `GlobalAlloc`'s contract, and `alloc` is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// An 84-byte request as iputils-ping sends it.
const PING: [u8; 84] = [
    0x45, 0x00, 0x00, 0x54, 0xc5, 0x71, 0x40, 0x00, 0x40, 0x01, 0x61, 0x35, 0x0a, 0x00, 0x00, 0x02,
    0x0a, 0x00, 0x00, 0x01, 0x08, 0x00, 0xa2, 0x90, 0xa8, 0x7c, 0x00, 0x01, 0x23, 0x3f, 0x04, 0x6b,
    0x00, 0x00, 0x00, 0x00, 0xbf, 0x74, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x11, 0x12, 0x13,
    0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23,
    0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33,
    0x34, 0x35, 0x36, 0x37,
];

#[test]
fn next_allocates_nothing_once_warm() {
    let network = Network::First.load();
    let own = Registers { ipv4: [10, 0, 0, 1], ..Registers::default() };
    let mut context = Context::default();
    let mut chunks: Vec<Chunk> = Vec::new();
    nano::think(network, &mut context, &PING, &own, |seen| {
        if let Seen::Chunk(chunk) = seen {
            chunks.push(*chunk);
        }
        true
    });
    assert!(chunks.len() > 100);
    context.clear();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for chunk in &chunks {
        network.next(&mut context, chunk);
    }
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), before);
}
