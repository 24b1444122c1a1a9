//! Whole packets through the network: pings on each path that this processor has, and a packet of each kind:
//! `cargo bench -p nano`.

use divan::Bencher;
use nano::registers::Registers;
use nano::tape::Ending;
use nano::think;
use nano::transformer::{Context, Path, Transformer};

#[path = "../tests/packets/mod.rs"]
mod packets;

fn main() {
    divan::main();
}

fn paths() -> impl Iterator<Item = &'static str> {
    Path::available().map(Path::name)
}

#[divan::bench(args = paths())]
fn bytes_84(bencher: Bencher, path: &str) {
    ping(bencher, path, 84);
}

#[divan::bench(args = paths())]
fn bytes_1400(bencher: Bencher, path: &str) {
    ping(bencher, path, 1_400);
}

/// A packet of each kind, on the fastest path.
#[divan::bench(args = packets::names())]
fn packet(bencher: Bencher, name: &str) {
    let (packet, own) = packets::packet(name);
    think_of(bencher, &network(), &packet, &own);
}

fn ping(bencher: Bencher, path: &str, length: u16) {
    let path = Path::available().find(|other| other.name() == path).expect("paths() named it");
    let (_, own) = packets::packet("echo");
    think_of(bencher, &network().on(path), &request(length, own.ipv4), &own);
}

fn network() -> Transformer {
    let weights = include_bytes!("../weights/nano.safetensors");
    Transformer::from_safetensors(weights).expect("these are shipped")
}

fn think_of(bencher: Bencher, network: &Transformer, packet: &[u8], own: &Registers) {
    let mut context = Context::default();
    bencher.bench_local(|| {
        let ending = think(network, &mut context, packet, own, |_| true);
        assert!(matches!(ending, Some(Ending::Reply(_))), "{ending:?}");
    });
}

/// An echo request of `length` bytes to a host, with checksums (RFC 791, RFC 792).
fn request(length: u16, own: [u8; 4]) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    let mut packet = vec![0x45, 0, high, low, 1, 2, 0x40, 0, 64, 1, 0, 0, 10, 0, 0, 2];
    packet.extend(own);
    packet.extend([8, 0, 0, 0, 3, 4, 5, 6]);
    packet.extend((packet.len()..usize::from(length)).map(|i| i as u8));
    for (at, part) in [(10, 0..20), (22, 20..packet.len())] {
        let words = packet[part].chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1]));
        let sum: u32 = words.sum();
        let sum = (sum & 0xffff) + (sum >> 16);
        packet[at..at + 2].copy_from_slice(&(!(sum + (sum >> 16)) as u16).to_be_bytes());
    }
    packet
}
