//! What is replied where programs say it: another page, another zone, protocols of one's own.

use wire::checksum::checksum;
use wire::{Echo, hex};

use crate::world::World;

/// A UDP datagram from 10.0.0.2 without a checksum.
pub fn datagram(port: u16, data: &[u8]) -> Vec<u8> {
    let mut message = [5000_u16.to_be_bytes(), port.to_be_bytes()].concat();
    message.extend((8 + data.len() as u16).to_be_bytes());
    message.extend([0, 0]);
    message.extend(data);
    around(17, &message)
}

fn around(protocol: u8, message: &[u8]) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend((20 + message.len() as u16).to_be_bytes());
    header.extend([0, 7, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1]);
    let sum = checksum(&header).to_be_bytes();
    header[10..12].copy_from_slice(&sum);
    [&header, message].concat()
}

/// A world with these programs.
fn with(programs: &str) -> World {
    let mut world = World::ip();
    world.programs = programs.to_owned();
    world
}

#[test]
fn a_protocol_over_udp() {
    for (what, expect) in
        [("in capital letters", "HELLO-1"), ("reversed", "1-olleh"), ("unchanged", "hello-1")]
    {
        let text = format!(
            "# Other\n\nPort 40000.\n\nReply with the data reversed!\n\n# Shout\n\n## When\n\nThe \
             destination port is 4000.\n\n## Build\n\nReply with the data {what}.\n"
        );
        let reply = with(&text).receive(&datagram(4000, b"hello-1")).unwrap();
        assert_eq!(&reply[28..], expect.as_bytes());
        assert_eq!(&reply[20..24], [0x0f, 0xa0, 0x13, 0x88]);
        assert_eq!(with(&text).receive(&datagram(4001, b"hello-1")), Err("udp-port".into()));
    }
    // A line end is data like any other, unless it is told to stay.
    let text = "# Shout\n\nThe port is 4000. Reply with the data reversed: the last byte first.\n";
    let said = |text: &str| with(text).receive(&datagram(4000, b"hello\n")).unwrap()[28..].to_vec();
    assert_eq!(said(text), b"\nolleh");
    assert_eq!(said(&format!("{text}A line end stays at the end.\n")), b"olleh\n");
    // A program for a port that has a service of its own comes first.
    let text = "# Echo\n\nThe port is 7. Reply with the data in capital letters.\n";
    assert_eq!(&with(text).receive(&datagram(7, b"abc")).unwrap()[28..], b"ABC");
}

#[test]
fn a_type_of_icmp() {
    let mut message = hex::parse("fd00 0000 0001 0002 616263").unwrap();
    let sum = checksum(&message).to_be_bytes();
    message[2..4].copy_from_slice(&sum);
    let packet = around(1, &message);
    let text = "# Mirror\n\nThe type of the ICMP message is 253.\n\nReply with the data reversed. The \
                reply has type 254.\n";
    let reply = with(text).receive(&packet).unwrap();
    assert_eq!(hex::encode(&reply[24..]), "00010002636261");
    assert_eq!((&reply[20..22], checksum(&reply[20..])), (&[254, 0][..], 0));
    assert_eq!(World::ip().receive(&packet), Err("icmp-type".into()));
    // Types that have a meaning are nobody's own.
    let text = text.replace("253", "3");
    let mut packet = packet;
    packet[20] = 3;
    packet[22..24].fill(0);
    let sum = checksum(&packet[20..]).to_be_bytes();
    packet[22..24].copy_from_slice(&sum);
    assert_eq!(with(&text).receive(&packet), Err("icmp-type".into()));
}

/// The answer of the name server to a question for that name and type.
fn asked(world: &mut World, name: &str, kind: u8) -> (u8, Vec<u8>, Vec<u8>) {
    let mut query = hex::parse("0009 0100 0001 0000 0000 0000").unwrap();
    for label in name.split('.') {
        query.push(label.len() as u8);
        query.extend(label.as_bytes());
    }
    query.extend([0, 0, kind, 0, 1]);
    let reply = world.receive(&datagram(53, &query)).unwrap();
    let response = &reply[28..];
    (response[3], response[4..12].to_vec(), response[query.len()..].to_vec())
}

#[test]
fn another_zone() {
    let fenced = "# DNS\n\n## Build\n\n```\nnot this one\n```\n\n```\nexample.net SOA a.example.net \
                  b.example.net 1 2 3 4 5\nexample.net MX 10 mail.example.net\nmail.example.net A \
                  192.0.2.5\nwww.example.net CNAME mail.example.net\nout.example.net CNAME \
                  example.org\na.b.example.net A 192.0.2.6\n```\n";
    let rows = "# DNS\n\n| name | type | data |\n|---|---|---|\n| example.net | SOA (6) | a.example.net, \
                b.example.net, 1, 2, 3, 4, 5 |\n| mail.example.net | A (1) | 192.0.2.5 |\n";
    for text in [fenced, rows] {
        let (code, counts, records) = asked(&mut with(text), "mail.example.net", 1);
        assert_eq!((code, counts[3]), (0, 1));
        assert_eq!(hex::encode(&records), "c00c000100010000012c0004c0000205");
        assert_eq!(asked(&mut with(text), "softstack.example", 1).0, 5);
    }
    let mut world = with(fenced);
    let (code, counts, records) = asked(&mut world, "www.example.net", 1);
    assert_eq!((code, counts[3], counts[5]), (0, 2, 0));
    assert!(records.ends_with(&[0, 4, 192, 0, 2, 5]), "{records:02x?}");
    let (code, counts, _) = asked(&mut world, "out.example.net", 1);
    assert_eq!((code, counts[3], counts[5]), (0, 1, 0));
    // A name that only has names below it is there.
    let (code, counts, records) = asked(&mut world, "b.example.net", 1);
    assert_eq!((code, counts[3], counts[5]), (0, 0, 1));
    assert!(records.starts_with(&[0xc0, 14, 0, 6, 0, 1]), "{records:02x?}");
    assert_eq!(asked(&mut world, "c.example.net", 1).0, 3);
}

#[test]
fn a_page_on_indented_lines() {
    let text = "# HTTP\n\n    HTTP/1.0 200 OK\n\nThen:\n\n    <!DOCTYPE html>\n    <p>Hello</p>\n\nOther \
                answers: none.\n";
    let page = "\r\n\r\n<!DOCTYPE html>\n<p>Hello</p>\n";
    let mut world = with(text);
    world.facts += "Your notes on this flow: ESTABLISHED snd 00000001 una 00000001 rcv 00000000 rto 3 \
                    mss 1460 wnd 9000\n";
    let mut message = hex::parse("1388 0050 00000000 00000001 5018 2000 0000 0000").unwrap();
    message.extend(b"GET / HTTP/1.0\r\n\r\n");
    let pseudo = wire::checksum::sum(&[10, 0, 0, 2, 10, 0, 0, 1, 0, 6, 0, message.len() as u8]);
    let sum = !wire::checksum::add16(pseudo, wire::checksum::sum(&message));
    message[16..18].copy_from_slice(&sum.to_be_bytes());
    let reply = world.receive(&around(6, &message)).unwrap();
    assert!(reply.ends_with(page.as_bytes()), "{}", String::from_utf8_lossy(&reply));
}

/// A datagram whose checksum comes out as 0, which would say that there is none.
#[test]
fn a_checksum_of_zero_is_written_otherwise() {
    let mut world = World::ip();
    let reply = world.receive(&datagram(7, &[0, 0])).unwrap();
    let sum = [reply[26], reply[27]];
    assert_eq!(&world.receive(&datagram(7, &sum)).unwrap()[26..28], [0xff, 0xff]);
}

#[test]
fn what_is_too_long_is_cut() {
    let lines: String = (0..60).map(|n| format!("example.net A 192.0.2.{n}\n")).collect();
    let mut world = with(&format!("# DNS\n\n```\n{lines}```\n"));
    let (code, counts, records) = asked(&mut world, "example.net", 1);
    assert_eq!((code, counts, records.len()), (0, vec![0, 1, 0, 0, 0, 0, 0, 0], 0));
}

#[test]
fn checksums_are_left_to_the_link() {
    let ping = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into()).request();
    for packet in [ping, datagram(7, b"abc"), datagram(9, b"abc")] {
        let mut world = World::ip();
        world.origin = Some((1, 2));
        let whole = world.receive(&packet).unwrap();
        world.offload = true;
        let bare = world.receive(&packet).unwrap();
        let at = if whole[9] == 17 { 26 } else { 22 };
        let mut expect = whole.clone();
        for field in [10, at] {
            expect[field..field + 2].fill(0);
        }
        assert_eq!(bare, expect);
    }
}
