//! Whole pings through the network, on each path that this processor has: `cargo bench -p nano`.

use divan::Bencher;
use nano::tape::Ending;
use nano::think;
use nano::transformer::{Context, Path, Transformer};

const OWN: [u8; 4] = [10, 0, 0, 1];

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

fn ping(bencher: Bencher, path: &str, length: u16) {
    let path = Path::available().find(|other| other.name() == path).expect("paths() named it");
    let weights = include_bytes!("../weights/nano.safetensors");
    let network = Transformer::from_safetensors(weights).expect("these are shipped").on(path);
    let packet = request(length);
    let mut context = Context::default();
    bencher.bench_local(|| {
        let ending = think(&network, &mut context, &packet, OWN, |_| true);
        assert!(matches!(ending, Some(Ending::Reply(_))), "{ending:?}");
    });
}

/// An echo request of `length` bytes to [`OWN`], with checksums (RFC 791, RFC 792).
fn request(length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    let mut packet = vec![0x45, 0, high, low, 1, 2, 0x40, 0, 64, 1, 0, 0, 10, 0, 0, 2];
    packet.extend(OWN);
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
