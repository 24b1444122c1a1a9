use proptest::prelude::*;
use wire::{Dissection, Field, Layer, Link, Packet, Value, hex};

use super::*;

mod messages;
mod names;

/// 10.0.0.2 pings 10.0.0.1 with "ping data", DF set, TTL 64, identification 0x1234.
const PING: &str = "02000000000102000000000208004500002512344000400114a20a0000020a00000108\
    00364e0007000170696e672064617461";
/// 192.168.7.9:40000 opens a connection to 10.0.0.1:443, TTL 3, DSCP 46.
const SYN: &str = "020000000001020000000002080045b8002c000100000306e561c0a807090a0000019c40\
    01bb000003e8000000006002200004910000020405b4";
/// 10.0.0.1:8080 sends 192.168.7.9:40001 seventeen octets, PSH and ACK.
const DATA: &str = "02000000000102000000000208004500003900010000800669\
    0c0a000001c0a807091f909c41000000050000004d5018200042200000485454502f312e3120323030204f4b0d0a";
/// A question for www.example.com, from port 5353, in VLAN 42.
const DNS: &str = "0200000000010200000000028100602a08004500003d00010000401166790a0000020a00\
    003514e900350029ccfbbeef0100000100000000000003777777076578616d706c6503636f6d0000010001";
/// 2001:db8::2 to 2001:db8:1::1, UDP 9999 to 7, hop limit 255.
const SIX: &str = "02000000000102000000000286dd60000000000e11ff20010db80000000000000000000000\
    0220010db8000100000000000000000001270f0007000e747b474554206d65";
/// 10.0.0.254 tells 10.0.0.2 that port 7 of 172.16.0.9 is closed.
const ERROR: &str = "02000000000102000000000208004500003e00010000ff01a6be0a0000fe0a0000020303\
    b337000000004500002200010000011103b00a000002ac1000090fa00007000ef3c171756f746564";
/// GRE from 10.0.0.2 to 10.0.0.3, in it TCP from 172.16.0.1:22 to 172.16.0.2:50000, FIN and ACK, TTL 9.
const TUNNEL: &str = "02000000000102000000000208004500004000010000402f668a0a0000020a000003000008\
    004500002800010000090659acac100001ac1000020016c35000000000000000005011200074490000";
/// 10.0.0.2 asks for the hardware address of 10.0.0.1.
const ARP: &str =
    "020000000001020000000002080600010800060400010200000000020a0000020000000000000a000001";
/// A piece of a datagram at 24, more to follow, with a record of its route.
const FRAGMENT: &str = "02000000000102000000000208004700002c00012003401133b00a0000020a0000010707\
    04010203040000000000000000000000000000000000";

const ALL: [(&str, &str); 9] = [
    ("ping", PING),
    ("syn", SYN),
    ("data", DATA),
    ("dns", DNS),
    ("six", SIX),
    ("error", ERROR),
    ("tunnel", TUNNEL),
    ("arp", ARP),
    ("fragment", FRAGMENT),
];

/// Whether the filter asks for exactly these packets.
#[track_caller]
fn check(filter: &str, expect: &str) {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{error}"));
    let matches = |(index, (_, frame)): (usize, &(_, &str))| {
        let frame = hex::parse(frame).unwrap();
        let packet = Packet::new(Link::Ethernet, &frame, frame.len() + 1);
        parsed.matches(&packet, index as u64 + 1)
    };
    let found = ALL.iter().enumerate().filter(|row| matches(*row)).map(|(_, (name, _))| *name);
    assert_eq!(found.collect::<Vec<_>>().join(" "), expect, "{filter}");
}

#[test]
fn what_is_there() {
    check("tcp", "syn data tunnel");
    check("ip", "ping syn data dns error tunnel fragment");
    check("ipv6 or arp", "six arp");
    check("ETH", "ping syn data dns six error tunnel arp fragment");
    check("ipv4.options", "fragment");
    check("ip.options", "fragment");
    check("tcp.options", "syn");
    check("vlan.id", "dns");
    check("tcp.flags.syn", "syn data tunnel");
    check("tcp.len", "syn data tunnel");
    check("frame and frame.number && !tcp", "ping dns six error arp fragment");
    check("gre", "tunnel");
}

#[test]
fn numbers() {
    check("ipv4.ttl == 3", "syn");
    check("ip.ttl eq 0x40", "ping dns tunnel fragment");
    check("ip.ttl<10", "syn tunnel");
    check("ip.ttl le 3", "syn");
    check("ip.ttl > 128", "error");
    check("ip.ttl ge 128", "data error");
    check("ipv6.hlim gt 254", "six");
    check("ip.id == 0x1234", "ping");
    check("ip.hdr_len == 28", "fragment");
    check("ip.dsfield.dscp == 46", "syn");
    check("vlan.id == 42 and vlan.priority == 3", "dns");
    check("eth.type == 0x86dd", "six");
    check("tcp.hdr_len == 24", "syn");
    check("tcp.len == 17", "data");
    check("tcp.len == 0", "syn tunnel");
    check("tcp.seq == 1000", "syn");
    check("ip.frag_offset == 3", "fragment");
    check("frame.number >= 8", "arp fragment");
    check("frame.len == 43", "arp");
    check("frame.cap_len == 42", "arp");
    check("udp.length == 14", "six");
}

#[test]
fn numbers_with_names() {
    check("icmp.type == \"Echo Request\"", "ping");
    check("ip.proto == \"icmp\" and icmp.type == 3", "error");
    check("arp.opcode != \"reply\"", "arp");
    check("eth.type in {\"ARP\", \"IPv6\"}", "six arp");
}

#[test]
fn flags() {
    check("tcp.flags.syn == 1", "syn");
    check("tcp.flags.syn == true", "syn");
    check("tcp.flags.syn == false", "data tunnel");
    check("tcp.flags == \"SYN\"", "syn");
    check("tcp.flags == \"ack, fin\"", "tunnel");
    check("tcp.flags == \"ACK\"", "");
    check("tcp.flags contains \"ACK\"", "data tunnel");
    check("tcp.flags contains \"ACK PSH\"", "data");
    check("tcp.flags == 0x18", "data");
    check("tcp.flags & 3", "syn tunnel");
    check("tcp.flags & 0x12 == 0x10", "data tunnel");
    check("tcp.flags&2 != 2", "data tunnel");
    check("ip.flags.df == 1", "ping");
    check("ip.flags == 1", "fragment");
    check("ipv4.flags == \"none\"", "syn data dns error tunnel");
    check("dns.flags.response == 0", "dns");
}

#[test]
fn addresses() {
    check("ip.src == 192.168.7.9", "syn");
    check("ip.addr == 192.168.7.9", "syn data");
    check("ip.addr == 192.168.0.0/16", "syn data");
    check("ip.dst == 0.0.0.0/0 and ip.dst == 10.0.0.53/32", "dns");
    check("ip.src in {10.0.0.254, 192.168.0.0/16}", "syn error");
    check("ip.dst in {10.0.0.50..10.0.0.60}", "dns");
    check("ip.src > 172.16.0.1", "syn");
    check("ipv6.addr == 2001:db8:1::/48", "six");
    check("ipv6.src == 2001:db8::2", "six");
    check("arp.sender_address == 10.0.0.2", "arp");
    check("eth.src == 02:00:00:00:00:02 and arp", "arp");
    check("eth.addr == 02-00-00-00-00-01 and arp", "arp");
    check("eth.dst in {02:00:00:00:00:00..02:00:00:00:00:02} and arp", "arp");
    check("eth.dst > 02:00:00:00:00:01", "");
    check("eth.src contains 00:00:02 and ipv6", "six");
}

#[test]
fn either_end_and_all_differ() {
    check("tcp.port == 443", "syn");
    check("tcp.port in {443, 40001, 8000..8100}", "syn data");
    check("tcp.port not in {443}", "ping data dns six error tunnel arp fragment");
    check("udp.port == 7", "six");
    check("tcp.port != 443", "data tunnel");
    check("not tcp.port == 443", "ping data dns six error tunnel arp fragment");
    check("ip.addr ne 10.0.0.2", "syn data");
    check("tcp.port > 50000 or tcp.port < 23", "tunnel");
}

/// Of a tunnel every layer counts, of what an ICMP error quotes none.
#[test]
fn tunnels_and_quotations() {
    check("ip.src == 172.16.0.1", "tunnel");
    check("ip.src == 10.0.0.2 and tcp", "tunnel");
    check("ip.ttl == 9", "tunnel");
    check("ip.dst == 172.16.0.9 or ip.ttl == 1", "");
    check("udp and icmp", "");
    check("udp contains \"quoted\"", "");
    check("icmp contains \"quoted\"", "error");
}

#[test]
fn contents() {
    check("frame contains \"HTTP/1.1\"", "data");
    check("tcp contains \"200 OK\\r\\n\"", "data");
    check("tcp contains \"\\x48\\x54\"", "data");
    check("udp contains 47:45:54", "six");
    check("udp contains 474554", "six");
    check("ip contains 47.45.54", "");
    check("frame contains be-ef", "dns");
    check("icmp.data contains \"data\"", "ping");
    check("icmp.data == 70:69:6e:67:20:64:61:74:61", "ping");
    check("icmp.data != 70", "ping");
    check("dns contains \"example\"", "dns");
    check("eth contains \"me\"", "six");
}

#[test]
fn precedence() {
    check("arp or ipv6 and tcp", "arp");
    check("(arp or ipv6) and udp", "six");
    check("not arp and not tcp and !(udp or icmp)", "fragment");
    check("not not arp", "arp");
    check("!arp&&!ip", "six");
    check("arp OR (((ipv6)))", "six arp");
}

/// Fields of text, and options one by one, in a dissection made up for it.
#[test]
fn text_and_groups() {
    let field = |name, value| Field { name, range: 0..0, value };
    let fields = vec![
        field("dns.question.name", Value::Text("www.Example.com".into())),
        field("dns.question.name", Value::Text("b".into())),
        field("tcp.option.mss", Value::Number(1460)),
    ];
    let layers = vec![Layer { name: "dns", quoted: false, range: 0..0, fields }];
    let packet = Packet::ip(&[]);
    let dissection = Dissection { layers, note: None, length: 0 };
    let scene = Scene { packet: &packet, number: 1, dissection };
    for (filter, expect) in [
        ("dns.qry.name == \"b\"", true),
        ("dns.question.name == \"www.example.com\"", false),
        ("dns.qry.name contains \"Example\"", true),
        ("dns.qry.name contains \"example\"", false),
        ("dns.qry.name != \"b\"", false),
        ("dns.qry.name != \"c\"", true),
        ("dns.question.name in {\"a\", \"b\"}", true),
        ("dns.question and dns", true),
        ("dns.qry.type", false),
        ("tcp.options", true),
        ("ipv4.options", false),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().0.holds(&scene), expect, "{filter}");
    }
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("(", ")"), ("!", ""), ("not (", ")")] {
        let text = format!("{}tcp{}", open.repeat(1000), close.repeat(1000));
        let error = Filter::parse(&text).unwrap_err();
        assert!(error.message.contains("more than 100 brackets"), "{error}");
        let text = format!("{}tcp{}", open.repeat(50), close.repeat(50));
        assert!(Filter::parse(&text).is_ok());
    }
    // Not in each other, they may be many.
    let text = vec!["(not tcp)"; 5000].join(" or ");
    check(&text, "ping dns six error arp fragment");
}

proptest! {
    #[test]
    fn no_text_panics(text: String) {
        let _ = Filter::parse(&text).map_err(|error| error.to_string());
    }

    /// Words of the language in any order; what parses is then tried on every packet.
    #[test]
    fn no_words_panic(words in prop::collection::vec(word(), 0..12)) {
        match Filter::parse(&words.join(" ")) {
            Err(error) => prop_assert_eq!(error.to_string().lines().count(), 3),
            Ok(filter) => for (_, frame) in ALL {
                let frame = hex::parse(frame).unwrap();
                for length in [frame.len(), frame.len() / 2] {
                    filter.matches(&Packet::new(Link::Ethernet, &frame[..length], 0), 1);
                }
            }
        }
    }

    /// Negation is complete, and what is repeated says the same.
    #[test]
    fn laws(left in test(), right in test()) {
        let frame = hex::parse(TUNNEL).unwrap();
        let packet = Packet::new(Link::Ethernet, &frame, frame.len());
        let matches = |text: &str| Filter::parse(text).unwrap().matches(&packet, 1);
        let (a, b) = (matches(&left), matches(&right));
        prop_assert_eq!(matches(&format!("not {left}")), !a);
        prop_assert_eq!(matches(&format!("{left} and {right}")), a && b);
        prop_assert_eq!(matches(&format!("!({left}||{right})")), !(a || b));
    }
}

fn word() -> impl Strategy<Value = String> {
    let words = "and or not ! ( ) { } , .. & in contains == != < <= > >= tcp ip.addr tcp.port frame eth.src \
        tcp.flags ipv4.ttl dns.qry.name icmp.data 80 0x10 10.0.0.0/8 fe80::1 0a:0b 02:00:00:00:00:01 \
        \"SYN\" \"x\" true";
    prop::sample::select(words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

fn test() -> impl Strategy<Value = String> {
    let fields = ["ip.ttl", "tcp.port", "tcp.flags", "frame.len", "udp.port", "ipv4.protocol"];
    let relations = ["==", "!=", "<", "<=", ">", ">="];
    let parts =
        (prop::sample::select(fields.to_vec()), prop::sample::select(relations.to_vec()), 0..70u16);
    parts.prop_map(|(field, relation, value)| format!("{field} {relation} {value}"))
}
