//! Filters beside Wireshark's: the same expression asks for the same packets. Without tshark the test is
//! skipped and the reason is printed; under `SOFTSTACK_REQUIRE_TOOLS=1`, as in CI, it fails.

use std::fmt::Write;
use std::process::Command;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use softstack::lint::filter::Filter;
use wire::{Link, Packet, hex};

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;

use program::misses;

/// Frames of Ethernet, and the octets of each in which any value leaves it what it is.
const FRAMES: [(&str, &[usize]); 8] = [
    // A ping of "ping data".
    (
        "02000000000102000000000208004500002512344000400114a20a0000020a00000108\
         00364e0007000170696e672064617461",
        &[5, 11, 15, 18, 19, 22, 29, 33, 39, 41, 45],
    ),
    // A SYN with a maximum segment size.
    (
        "020000000001020000000002080045b8002c000100000306e561c0a807090a0000019c40\
         01bb000003e8000000006002200004910000020405b4",
        &[5, 11, 15, 19, 22, 29, 33, 40, 41, 45, 47, 48, 49],
    ),
    // A segment with data.
    (
        "0200000000010200000000020800450000390001000080066900\
         0a000001c0a8070923829c41000000050000004d5018200042200000485454502f312e3120323030204f4b0d0a",
        &[5, 11, 15, 19, 22, 29, 33, 40, 41, 45, 47, 48, 49],
    ),
    // A question for www.example.com in a VLAN.
    (
        "0200000000010200000000028100602a08004500003d00010000401166790a0000020a00\
         003514e900350029ccfbbeef0100000100000000000003777777076578616d706c6503636f6d0000010001",
        &[5, 11, 15, 19, 23, 26, 33, 37, 39, 46, 47, 59, 60],
    ),
    // UDP over IPv6.
    (
        "02000000000102000000000286dd60000000000e11ff20010db80000000000000000000000\
         0220010db8000100000000000000000001270f270e000e747b474554206d65",
        &[5, 11, 17, 21, 37, 53, 62, 66],
    ),
    // IPv4 over GRE, and TCP in it.
    (
        "02000000000102000000000208004500004000010000402f668a0a0000020a000003000008\
         004500002800010000090659acac100001ac1000020016c35000000000000000005011200074490000",
        &[15, 19, 22, 29, 33, 39, 46, 53, 57, 61, 69],
    ),
    // ARP.
    (
        "020000000001020000000002080600010800060400010200000000020a0000020000000000000a000001",
        &[5, 11, 27, 31, 37, 41],
    ),
    // A fragment in the middle of a datagram, with an option.
    (
        "02000000000102000000000208004700002c00012003401133b00a0000020a0000010707\
         04010203040000000000000000000000000000000000",
        &[15, 18, 19, 21, 22, 29, 33, 40],
    ),
];

/// Expressions that both understand. Each is to divide the packets: a test for that is below.
const FILTERS: [&str; 50] = [
    "tcp",
    "ip",
    "ipv6",
    "arp or icmp",
    "vlan",
    "gre && tcp",
    "not udp and !arp",
    "tcp.flags.syn == 1",
    "tcp.flags.ack == 1 && tcp.flags.push == 0",
    "tcp.flags & 0x05",
    "tcp.flags & 0x12 == 0x10",
    "tcp.hdr_len > 20",
    "tcp.len > 0",
    "tcp.seq < 1000",
    "tcp.port in {10..100, 9000..9100}",
    "tcp.port != 22",
    "not tcp.port == 22",
    "tcp.port not in {0..9090}",
    "tcp.dstport >= 40000 or udp.srcport le 5200",
    "tcp.window_size_value < 8256",
    "udp.port == 53",
    "udp.length == 14",
    "ip.ttl < 64",
    "ip.ttl gt 0x80",
    "ip.ttl != 64 and ip.ttl != 9",
    "ip.id & 0x01",
    "ip.len == 57",
    "ip.hdr_len == 28",
    "ip.proto == 17",
    "ip.dsfield.dscp == 46",
    "ip.dsfield.ecn == 1",
    "ip.flags == 2",
    "ip.flags.mf == 0x1 or tcp.flags.syn",
    "ip.frag_offset == 3",
    "ip.src == 10.0.0.0/25",
    "ip.addr == 10.0.0.0/24",
    "ip.addr != 10.0.0.0/25",
    "ip.src > 10.0.0.100 and ip.dst <= 192.168.7.200",
    "ip.dst in {10.0.0.0..10.0.0.80}",
    "ipv6.addr == 2001:db8::/125",
    "ipv6.dst == 2001:db8:1::1 or ipv6.hlim >= 128",
    "eth.src == 02:00:00:00:00:02 or eth.dst > 02:00:00:00:00:80",
    "eth.type == 0x0800 and eth.addr != 02:00:00:00:00:01",
    "vlan.id < 100 or arp.opcode == 1 and icmp",
    "arp.src.proto_ipv4 == 10.0.0.2 or arp.dst.hw_mac == 00:00:00:00:00:00",
    "icmp.type == 8 && icmp.seq < 100 || icmp.ident > 100",
    "dns.id == 0xbeef or dns.flags.response == 1",
    "frame.number in {3..20, 44} or frame.len == 42",
    "frame contains \"HTTP\" or udp contains 47:45",
    "frame contains 07:04:01:02 or tcp contains \"200\\x20OK\"",
];

const SEED: u64 = 4;

/// Every frame as it is, and then many with octets changed.
fn capture() -> Vec<Vec<u8>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let frames = FRAMES.map(|(frame, free)| (hex::parse(frame).expect("hex"), free));
    let mut capture: Vec<_> = frames.iter().map(|(frame, _)| frame.clone()).collect();
    for _ in 0..60 {
        for (frame, free) in &frames {
            let mut changed = frame.clone();
            for at in *free {
                if random.random_bool(0.4) {
                    changed[*at] = random.random();
                }
            }
            capture.push(changed);
        }
    }
    capture
}

/// A pcap file of Ethernet, big-endian.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = hex::parse("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001").unwrap();
    for frame in frames {
        let length = (frame.len() as u32).to_be_bytes();
        file.extend([[0; 4], [0; 4], length, length].concat());
        file.extend(frame);
    }
    file
}

/// The numbers of the frames that tshark lists.
fn tshark(file: &std::path::Path, filter: &str) -> Vec<u64> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields", "-e", "frame.number", "-Y", filter]);
    // Ours are the numbers on the wire, and of packets that ask for it alone.
    for option in ["tcp.relative_sequence_numbers", "ip.defragment", "tcp.desegment_tcp_streams"] {
        command.args(["-o", &format!("{option}:FALSE")]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| line.parse().expect("a number")).collect()
}

fn ours(frames: &[Vec<u8>], filter: &str) -> Vec<u64> {
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{error}"));
    let numbered = (1..).zip(frames);
    let matches = |(number, frame): &(u64, &Vec<u8>)| {
        filter.matches(&Packet::new(Link::Ethernet, frame, frame.len()), *number)
    };
    numbered.filter(matches).map(|(number, _)| number).collect()
}

#[test]
fn every_filter_divides_the_packets() {
    let frames = capture();
    for filter in FILTERS {
        let count = ours(&frames, filter).len();
        assert!(count > 0 && count < frames.len(), "{filter}: {count} of {}", frames.len());
    }
}

#[test]
fn tshark_asks_for_the_same_packets() {
    if misses(&["tshark"]) {
        return;
    }
    let frames = capture();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pcap(&frames)).unwrap();
    let mut differ = String::new();
    for filter in FILTERS {
        let (ours, theirs) = (ours(&frames, filter), tshark(file.path(), filter));
        let more: Vec<_> = ours.iter().filter(|number| !theirs.contains(number)).collect();
        let less: Vec<_> = theirs.iter().filter(|number| !ours.contains(number)).collect();
        if let Some(example) = more.iter().chain(&less).next() {
            let frame = hex::encode(&frames[**example as usize - 1]);
            let _ = writeln!(
                differ,
                "{filter}\n  ours alone {more:?}, theirs alone {less:?}\n  {frame}"
            );
        }
    }
    assert!(differ.is_empty(), "seed {SEED}:\n{differ}");
}
