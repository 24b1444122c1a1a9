//! Ethernet and IPv6 in the sandbox: what the kernel at the other end asks of the model, frame by frame.
//!
//! The kernel inside must ask for Ethernet addresses as on any Ethernet, send whole packets with the
//! checksums of the wire, and say nothing of its own accord.

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;
#[allow(dead_code, reason = "each test file uses its own part")]
mod support;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{MsgFlags, recv, send};
use nix::unistd::geteuid;
use softstack::link::veth::PacketSocket;
use softstack::link::{Addresses, Ipv6Addresses};
use softstack::sandbox::{Device, Sandbox, SandboxConfig, SandboxError};
use support::Responder;
use wire::{Mac, Packet, Protocol, Udp};

const ETHERNETS: [Device; 2] = [Device::Tap, Device::EthernetVeth];
const KERNEL: [u8; 6] = [2, 0, 0, 0, 0, 2];
/// Reports of who listens to which groups (RFC 3810) go there.
const ALL_MLD_ROUTERS: [u8; 6] = [0x33, 0x33, 0, 0, 0, 0x16];

/// A sandbox, or `None` and the reason printed where this machine has none to offer.
fn sandbox(device: Device, has_ipv6: bool) -> Option<Sandbox> {
    let ipv6 = has_ipv6.then(Ipv6Addresses::default);
    let addresses = Addresses { ipv6, ..Addresses::default() };
    let program = program::SOFTSTACK.into();
    match Sandbox::start(SandboxConfig { program, device, addresses, ..SandboxConfig::default() }) {
        Ok(sandbox) => Some(sandbox),
        Err(error @ SandboxError::Device(_)) if device == Device::EthernetVeth => panic!("{error}"),
        Err(error @ (SandboxError::Denied { .. } | SandboxError::Device(_))) => {
            program::skip(&error.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// What arrives at the model's end while these commands run inside, one after the other.
fn heard(sandbox: &Sandbox, commands: &[&str]) -> Vec<Vec<u8>> {
    let responder = Responder::start(sandbox.link(), false);
    for command in commands {
        let mut running = sandbox.run(&["sh", "-c", command]).unwrap();
        let mut text = String::new();
        running.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        running.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        println!("{command}: {:?} {text}", running.wait().unwrap().code());
    }
    std::thread::sleep(Duration::from_millis(100));
    let frames = responder.finish();
    for frame in &frames {
        check(sandbox.link().link_type(), frame);
    }
    frames
}

/// Not even a remark: one says that a checksum was left to the network card.
fn check(link: wire::Link, frame: &[u8]) {
    let findings = verify::inspect(&Packet::new(link, frame, frame.len()));
    assert!(findings.is_empty(), "{findings:?} {frame:02x?}");
}

fn without_reports(frames: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    frames.into_iter().filter(|frame| !frame.starts_with(&ALL_MLD_ROUTERS)).collect()
}

#[test]
fn the_kernel_asks_for_the_models_address_by_arp() {
    if program::misses(&["ping"]) {
        return;
    }
    for device in ETHERNETS {
        let Some(sandbox) = sandbox(device, false) else { continue };
        assert_eq!(sandbox.link().link_type(), wire::Link::Ethernet);
        let frames = heard(&sandbox, &["ping -n -c 1 -W 1 10.0.0.1"]);
        let question = [
            &[0xff; 6],
            &KERNEL[..],
            &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1],
            &KERNEL[..],
            &[10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
        ];
        assert_eq!(frames, [question.concat()], "{device:?}: {frames:02x?}");
    }
}

#[test]
fn the_kernel_solicits_its_neighbour() {
    if program::misses(&["ping"]) {
        return;
    }
    for device in ETHERNETS {
        let Some(sandbox) = sandbox(device, true) else { continue };
        let frames = without_reports(heard(&sandbox, &["ping -6 -n -c 1 -W 1 fd00::1"]));
        let [frame] = &frames[..] else { panic!("{device:?}: {frames:02x?}") };
        assert_eq!(frame[..14], [0x33, 0x33, 0xff, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd]);
        let packet = Packet::new(wire::Link::Ethernet, frame, frame.len());
        let (from, to) = packet.pdu(Protocol::Icmpv6).unwrap().addresses().unwrap();
        assert_eq!((from.to_string(), to.to_string()), ("fd00::2".into(), "ff02::1:ff00:1".into()));
        let message = &frame[54..];
        assert_eq!((message.len(), message[0]), (32, 135), "a neighbour solicitation");
        assert_eq!(message[24..], [&[1, 1], &KERNEL[..]].concat(), "its source link-layer address");
    }
}

#[test]
fn ping6_needs_no_neighbour_discovery_on_an_ip_link() {
    if program::misses(&["ping"]) {
        return;
    }
    for device in [Device::Tun, Device::Veth] {
        let Some(sandbox) = sandbox(device, true) else { continue };
        assert_eq!(sandbox.link().link_type(), wire::Link::RawIp);
        let frames = heard(&sandbox, &["ping -6 -n -c 2 -i 0.2 -W 0.5 -s 1000 fd00::1"]);
        assert_eq!(frames.len(), 2, "{device:?}: {frames:02x?}");
        for frame in frames {
            assert_eq!((frame.len(), frame[6], frame[40]), (1048, 58, 128), "an echo request");
        }
    }
}

#[test]
fn the_kernel_says_nothing_of_its_own_accord() {
    use Device::{EthernetVeth, Tap, Tun, Veth};
    let mut listening = Vec::new();
    for (device, has_ipv6, reports) in [
        (Tun, false, 0),
        (Veth, false, 0),
        (Tun, true, 0),
        (Veth, true, 0),
        (Tap, false, 0),
        (EthernetVeth, false, 0),
        (Tap, true, 1),
        (EthernetVeth, true, 2),
    ] {
        let Some(sandbox) = sandbox(device, has_ipv6) else { continue };
        let responder = Responder::start(sandbox.link(), false);
        listening.push((device, has_ipv6, reports, sandbox, responder));
    }
    std::thread::sleep(Duration::from_millis(1500));
    for (device, has_ipv6, reports, _sandbox, responder) in listening {
        let frames = responder.finish();
        // It must tell that it listens to the group in which it is solicited: a veth pair comes up twice,
        // by itself and by its peer.
        assert!(frames.len() <= reports, "{device:?}, IPv6 {has_ipv6}: {frames:02x?}");
        assert!(without_reports(frames).is_empty(), "{device:?}");
    }
}

/// Frames come whole and finished, as they would be on a wire: [`heard`] holds each against the rules,
/// checksums included.
#[test]
fn whatever_is_sent_arrives_whole() {
    if program::misses(&["ping", "ip", "bash"]) {
        return;
    }
    for device in ETHERNETS {
        let Some(sandbox) = sandbox(device, true) else { continue };
        let frames = heard(
            &sandbox,
            &[
                "ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev softstack0 nud permanent",
                "ip neigh replace fd00::1 lladdr 02:00:00:00:00:01 dev softstack0 nud permanent",
                "ping -n -c 1 -W 0.1 -s 1400 10.0.0.1",
                "ping -6 -n -c 1 -W 0.1 -s 1400 fd00::1",
                "bash -c 'echo hello > /dev/udp/10.0.0.1/7; echo hello > /dev/udp/fd00::1/7'",
                "timeout 0.2 bash -c 'echo > /dev/tcp/10.0.0.1/80'",
                "timeout 0.2 bash -c 'echo > /dev/tcp/fd00::1/80'",
            ],
        );
        let frames = without_reports(frames);
        let lengths: Vec<usize> = frames.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1442, 1462, 48, 68, 74, 94], "{device:?}");
        for frame in &frames {
            assert_eq!(frame[..12], [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], "{device:?}");
        }
        let udp = Packet::new(wire::Link::Ethernet, &frames[2], frames[2].len());
        let udp = Udp::new(udp.pdu(Protocol::Udp).unwrap().bytes()).unwrap();
        assert_ne!(udp.checksum(), 0);
    }
}

/// A pair of our own, in a namespace of this thread: what is transmitted arrives, and a stream is cut
/// into packets before it comes to us.
#[test]
fn a_stream_crosses_the_pair_packet_by_packet() {
    if !geteuid().is_root() {
        return println!("skipped: a process with threads may enter no user namespace");
    }
    let outcome = std::thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let ethernet = wire::Link::Ethernet;
        let pair = PacketSocket::make_pair("softstack0", &Addresses::default(), ethernet);
        let socket = pair.unwrap().0.into_descriptor();
        let server = std::thread::spawn(move || take_in(&socket, STREAM));
        let to = SocketAddr::from((Ipv4Addr::new(10, 0, 0, 1), 80));
        let mut client = TcpStream::connect_timeout(&to, Duration::from_secs(5)).unwrap();
        client.write_all(&[b'x'; STREAM]).unwrap();
        server.join().unwrap()
    });
    let lengths = outcome.join().unwrap();
    assert!(lengths.iter().all(|length| *length <= 1514), "{lengths:?}");
    assert!(lengths.contains(&1514), "{lengths:?}");
}

/// Octets of the stream: many segments.
const STREAM: usize = 200_000;

/// Plays a host that answers ARP and takes in one connection, until it has `wanted` octets. Tells how long
/// each frame was, and holds each against the rules.
fn take_in(socket: &OwnedFd, wanted: usize) -> Vec<usize> {
    let (mut lengths, mut next, mut taken) = (Vec::new(), 0_u32, 0);
    let mut buffer = [0; 65_600];
    while taken < wanted {
        let frame = match recv(socket.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
            Ok(length) => &buffer[..length],
            Err(Errno::EAGAIN) => {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        check(wire::Link::Ethernet, frame);
        lengths.push(frame.len());
        let mut reply = frame[..42.min(frame.len())].to_vec();
        reply[..6].copy_from_slice(&frame[6..12]);
        reply[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
        if frame[12..14] == [8, 6] {
            reply[21] = 2;
            reply[22..28].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
            reply[28..32].copy_from_slice(&frame[38..42]);
            reply[32..42].copy_from_slice(&frame[22..32]);
        } else {
            let tcp = &frame[34..];
            let header = usize::from(tcp[12] >> 4) * 4;
            let number = u32::from_be_bytes(*tcp[4..].first_chunk().unwrap());
            let length = tcp.len() - header;
            let opens = tcp[13] & 2 != 0;
            if opens {
                next = number.wrapping_add(1);
            } else if length > 0 && number == next {
                next = next.wrapping_add(length as u32);
                taken += length;
            } else {
                continue;
            }
            reply = acknowledgement(frame, next, opens);
        }
        send(socket.as_raw_fd(), &reply, MsgFlags::empty()).unwrap();
    }
    lengths
}

/// A frame with a segment that acknowledges all octets before `next`, and opens our side if `opens`, with
/// the largest segments that an Ethernet takes (RFC 9293, section 3.7.1).
fn acknowledgement(frame: &[u8], next: u32, opens: bool) -> Vec<u8> {
    let mut reply = frame[..54].to_vec();
    reply[..6].copy_from_slice(&frame[6..12]);
    reply[6..12].copy_from_slice(&frame[..6]);
    reply[14..18].copy_from_slice(&[0x45, 0, 0, if opens { 44 } else { 40 }]);
    reply[26..30].copy_from_slice(&frame[30..34]);
    reply[30..34].copy_from_slice(&frame[26..30]);
    reply[34..36].copy_from_slice(&frame[36..38]);
    reply[36..38].copy_from_slice(&frame[34..36]);
    let number = if opens { 7_u32 } else { 8 };
    reply[38..42].copy_from_slice(&number.to_be_bytes());
    reply[42..46].copy_from_slice(&next.to_be_bytes());
    let (offset, flags) = if opens { (0x60, 0x12) } else { (0x50, 0x10) };
    reply[46..54].copy_from_slice(&[offset, flags, 0xff, 0xff, 0, 0, 0, 0]);
    if opens {
        reply.extend([2, 4, 0x05, 0xb4]);
    }
    softstack::offload::fill_checksums(wire::Link::Ethernet, &mut reply);
    reply
}

#[test]
fn addresses_are_those_that_were_asked_for() {
    if program::misses(&["ip"]) {
        return;
    }
    for device in ETHERNETS {
        let mut config = SandboxConfig { device, ..SandboxConfig::default() };
        config.program = program::SOFTSTACK.into();
        config.addresses = Addresses {
            kernel: Ipv4Addr::new(192, 0, 2, 7),
            model: Ipv4Addr::new(192, 0, 2, 9),
            prefix: 28,
            ipv6: Some(Ipv6Addresses {
                kernel: "2001:db8::7".parse().unwrap(),
                model: "2001:db8::9".parse().unwrap(),
                prefix: 80,
            }),
            kernel_mac: Mac([2, 1, 2, 3, 4, 5]),
            mtu: 1400,
            ..Addresses::default()
        };
        let Ok(sandbox) = Sandbox::start(config) else { return program::skip("no sandbox") };
        let mut running = sandbox.run(&["ip", "address"]).unwrap();
        let mut text = String::new();
        running.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        let wanted =
            ["192.0.2.7 peer 192.0.2.9/28", "2001:db8::7/80", "02:01:02:03:04:05", "mtu 1400"];
        for expect in wanted {
            assert!(text.contains(expect), "{expect}: {text}");
        }
        assert!(!text.contains("fe80:") && !text.contains("model0"), "{text}");
    }
}
