use crate::dissect::{Dissection, dissect, frame};
use crate::{Link, Packet, hex};
use proptest::prelude::*;

/// A UDP datagram of IPv4 with those ports; checksums are left out.
fn datagram(ports: [u16; 2], message: &[u8]) -> Vec<u8> {
    let length = (message.len() + 8) as u16;
    let mut packet = hex::parse("4500000000000000401100000a0000020a000001").unwrap();
    packet[2..4].copy_from_slice(&(length + 20).to_be_bytes());
    packet.extend(ports.map(u16::to_be_bytes).as_flattened());
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(message);
    packet
}

fn value(dissection: &Dissection, name: &str) -> String {
    let field = dissection.field(name).unwrap_or_else(|| panic!("{name}: {dissection:#?}"));
    field.value.to_string()
}

/// Every octet from the first to the last belongs to a field.
fn assert_no_gaps(dissection: &Dissection) {
    let mut end = 0;
    for field in dissection.fields() {
        let range = &field.range;
        assert!(range.start <= end && range.end >= end, "{field:?} {dissection:#?}");
        end = field.range.end;
    }
    assert!(end == dissection.length || dissection.note.is_some(), "{dissection:#?}");
}

#[test]
fn a_response_field_by_field() {
    let message = hex::parse(
        "1234 8580 0001 0003 0001 0001 07 6578616d706c65 03 636f6d 00 000f 0001 \
         c00c 000f 0001 0000003c 0009 000a 046d61696c c00c \
         c02b 0001 0001 0000003c 0004 c0000201 c00c 0010 0001 00000000 0006 02 6122 02 0762 \
         c00c 0006 0001 00000e10 001a 026e73 c00c 00 00000001 00000002 00000003 00000004 00000005 \
         00 0029 04d0 00 00 8000 0008 000a 0004 01020304",
    )
    .unwrap();
    let dissection = dissect(&datagram([53, 40_000], &message));
    assert_no_gaps(&dissection);
    let of = |name: &str| value(&dissection, name);
    assert_eq!(of("dns.id"), "0x1234");
    assert_eq!((of("dns.response"), of("dns.opcode")), ("1".into(), "0 (query)".into()));
    assert_eq!((of("dns.authoritative"), of("dns.truncated")), ("1".into(), "0".into()));
    assert_eq!((of("dns.recursion_desired"), of("dns.z")), ("1".into(), "0".into()));
    assert_eq!((of("dns.rcode"), of("dns.answers")), ("0 (NOERROR)".into(), "3".into()));
    assert_eq!(of("dns.question.name"), "example.com");
    assert_eq!(dissection.field("dns.question.name").unwrap().range, 40..53);
    assert_eq!(
        (of("dns.question.type"), of("dns.question.class")),
        ("15 (MX)".into(), "1 (IN)".into())
    );
    let data: Vec<_> = dissection
        .fields()
        .filter(|field| field.name.ends_with(".data") && field.name != "dns.opt.option.data")
        .map(|field| field.value.to_string())
        .collect();
    assert_eq!(
        data,
        ["10 mail.example.com", "192.0.2.1", "\"a\\\"\" \"\\007b\"", "ns.example.com . 1 2 3 4 5"]
    );
    assert_eq!((of("dns.opt.payload_size"), of("dns.opt.flags")), ("1232".into(), "DO".into()));
    assert_eq!((of("dns.opt.option.code"), of("dns.opt.option.length")), ("10".into(), "4".into()));
    assert_eq!(dissection.note, None);
}

#[test]
fn multicast_has_a_bit_of_the_class() {
    let message = hex::parse(
        "0000 0000 0001 0001 0000 0000 01 61 00 0001 8001 c00c 0001 8001 00000078 0004 c0000201",
    )
    .unwrap();
    let dissection = dissect(&datagram([5353, 5353], &message));
    assert_no_gaps(&dissection);
    let of = |name: &str| value(&dissection, name);
    assert_eq!(of("dns.question.unicast_response"), "1");
    assert_eq!(of("dns.question.class"), "1 (IN)");
    assert_eq!(of("dns.answer.cache_flush"), "1");
    assert_eq!(of("dns.answer.data"), "192.0.2.1");
    assert_eq!(value(&dissect(&datagram([53, 99], &message)), "dns.question.class"), "32769");
}

#[test]
fn what_follows_the_last_record_is_trailing() {
    let message = hex::parse("1234 0100 0001 0000 0000 0000 01 61 00 0001 0001 ff").unwrap();
    let dissection = dissect(&datagram([40_000, 53], &message));
    assert_no_gaps(&dissection);
    assert_eq!(dissection.field("dns.trailing").unwrap().range, 47..48);
}

#[test]
fn messages_that_break_off_are_noted() {
    let message = hex::parse("1234 0100 0001 0000 0000 0000 01 61 00 0001").unwrap();
    let dissection = dissect(&datagram([40_000, 53], &message));
    assert_no_gaps(&dissection);
    assert_eq!(dissection.note.as_deref(), Some("the bytes end before the end of dns question 1"));
    assert_eq!(value(&dissection, "dns.rest"), "5 bytes");
}

fn acknowledgement() -> Vec<u8> {
    let mut message = vec![0; 236];
    message[..4].copy_from_slice(&[2, 1, 6, 0]);
    message[10] = 0x80;
    message[16..20].copy_from_slice(&[10, 0, 0, 9]);
    message[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
    message[108..111].copy_from_slice(b"a.b");
    message.extend([99, 130, 83, 99, 53, 1, 5, 0, 6, 8, 10, 0, 0, 1, 10, 0, 0, 2]);
    message.extend([51, 4, 0, 0, 14, 16, 55, 2, 1, 3, 200, 0, 0, 255, 0, 0]);
    message
}

#[test]
fn an_acknowledgement_field_by_field() {
    let dissection = dissect(&datagram([67, 68], &acknowledgement()));
    assert_no_gaps(&dissection);
    let of = |name: &str| value(&dissection, name);
    assert_eq!((of("dhcp.op"), of("dhcp.flags")), ("2 (BOOTREPLY)".into(), "broadcast".into()));
    assert_eq!(of("dhcp.hardware_address"), "02:00:00:00:00:01");
    assert_eq!((of("dhcp.your_address"), of("dhcp.boot_file")), ("10.0.0.9".into(), "a.b".into()));
    assert_eq!(of("dhcp.option.message_type"), "5 (DHCPACK)");
    assert_eq!(dissection.field("dhcp.option.message_type").unwrap().range, 270..271);
    assert_eq!(of("dhcp.option.domain_name_server"), "10.0.0.1 10.0.0.2");
    assert_eq!(
        (of("dhcp.option.lease_time"), of("dhcp.option.pad")),
        ("3600".into(), "1 byte".into())
    );
    assert_eq!(of("dhcp.option.parameter_request_list"), "1 3");
    assert_eq!((of("dhcp.option.end"), of("dhcp.padding")), ("255".into(), "2 bytes".into()));
    assert_eq!(dissection.note, None);
}

#[test]
fn overloaded_fields_hold_options() {
    let mut message = acknowledgement();
    message[108..113].copy_from_slice(&[15, 2, b'd', b'e', 255]);
    message.truncate(240);
    message.extend([52, 1, 1, 255]);
    let dissection = dissect(&datagram([67, 68], &message));
    assert_no_gaps(&dissection);
    assert_eq!(value(&dissection, "dhcp.option.domain_name"), "de");
    assert_eq!(dissection.field("dhcp.option.domain_name").unwrap().range, 138..140);
    assert!(dissection.field("dhcp.boot_file").is_none());
    assert_eq!(value(&dissection, "dhcp.server_name"), "");
}

#[test]
fn the_options_are_in_order_of_their_codes() {
    let options: Vec<_> = super::dhcp::OPTIONS.iter().map(|(code, ..)| *code).collect();
    assert!(options.is_sorted_by(|one, next| one < next));
    assert!(super::dhcp::OPTIONS.iter().all(|(_, name, _)| name.starts_with("dhcp.option.")));
}

proptest! {
    #[test]
    fn no_gaps_whatever_the_bytes(
        ports in prop_oneof![Just([53, 53]), Just([5353, 5353]), Just([67, 68])],
        whole in any::<bool>(),
        start in prop_oneof![Just(0_usize), Just(12), Just(240), Just(400)],
        body in prop::collection::vec(prop_oneof![Just(0xc0), 0..60_u8, any::<u8>()], 0..400),
        cut in 0..300_usize,
    ) {
        let ack = acknowledgement();
        let message = [&ack[..start.min(ack.len())], &body].concat();
        let packet = datagram(ports, &message);
        let here = if whole { packet.len() } else { packet.len().saturating_sub(cut) };
        let dissection = frame(&Packet::new(Link::RawIp, &packet[..here], packet.len()));
        assert_no_gaps(&dissection);
        let end = dissection.fields().map(|field| field.range.end).max();
        prop_assert!(here < 48 || end == Some(here), "{dissection:#?}");
    }
}
