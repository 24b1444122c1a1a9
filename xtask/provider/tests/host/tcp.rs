//! Connections segment by segment, as RFC 9293 and RFC 5961 tell them.

use std::net::Ipv4Addr;

use wire::checksum::{add16, checksum, sum};
use wire::{Ipv4, Tcp};

use crate::world::{Answered, World};

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;
/// The first number of the client, and of the host.
const CLIENT: u32 = 0xffff_fff0;
const HOST: u32 = 0x5c6d_7e8f;
const GET: &[u8] = b"GET / HTTP/1.0\r\n\r\n";

/// A segment of the client: its numbers counted from the first ones.
fn segment(flags: u8, sequence: u32, acknowledgment: u32, data: &[u8]) -> Vec<u8> {
    to_port(80, flags, sequence, acknowledgment, data)
}

fn to_port(port: u16, flags: u8, sequence: u32, acknowledgment: u32, data: &[u8]) -> Vec<u8> {
    sized(0xfaf0, &[], (port, flags), (sequence, acknowledgment), data)
}

/// A segment with a window, and with options.
fn sized(
    window: u16,
    options: &[u8],
    (port, flags): (u16, u8),
    (sequence, acknowledgment): (u32, u32),
    data: &[u8],
) -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(5000_u16.to_be_bytes());
    message.extend(port.to_be_bytes());
    message.extend(CLIENT.wrapping_add(sequence).to_be_bytes());
    message.extend(HOST.wrapping_add(acknowledgment).to_be_bytes());
    message.extend([0x50 + (options.len() as u8 / 4 * 16), flags]);
    message.extend(window.to_be_bytes());
    message.extend([0; 4]);
    message.extend(options);
    message.extend(data);
    let addresses = [10, 0, 0, 2, 10, 0, 0, 1];
    let pseudo = add16(sum(&addresses), 6 + message.len() as u16);
    let total = !add16(pseudo, sum(&message));
    message[16..18].copy_from_slice(&total.to_be_bytes());
    let mut packet = vec![0x45, 0];
    packet.extend((20 + message.len() as u16).to_be_bytes());
    packet.extend([0, 7, 0x40, 0, 64, 6, 0, 0]);
    packet.extend(addresses);
    let header = checksum(&packet).to_be_bytes();
    packet[10..12].copy_from_slice(&header);
    [packet, message].concat()
}

/// What a reply says: flags, numbers counted from the first ones, and its data.
fn said(reply: &[u8]) -> (u8, u32, u32, Vec<u8>) {
    let ip = Ipv4::new(reply).unwrap();
    assert_eq!(ip.destination(), Ipv4Addr::new(10, 0, 0, 2));
    let tcp = Tcp::new(&reply[20..]).unwrap();
    let pseudo = add16(sum(&reply[12..20]), 6 + (reply.len() - 20) as u16);
    assert_eq!(add16(pseudo, sum(&reply[20..])), 0xffff);
    let (sequence, acknowledgment) = (tcp.sequence(), tcp.acknowledgment());
    let data = reply[20 + tcp.header_len()..].to_vec();
    (tcp.flags(), sequence.wrapping_sub(HOST), acknowledgment.wrapping_sub(CLIENT), data)
}

fn check(answered: &Answered, flags: u8, sequence: u32, acknowledgment: u32) {
    let (f, s, a, _) = said(answered.reply.as_ref().unwrap());
    assert_eq!((f, s, a), (flags, sequence, acknowledgment), "{answered:?}");
}

fn dropped(answered: &Answered, reason: &str, state: &str) {
    assert_eq!(answered.reply, Err(reason.into()));
    let note = answered.note.as_deref().unwrap_or_default();
    assert_eq!(note.split(' ').next().unwrap(), state, "{answered:?}");
}

/// A host on which a connection has come so far.
fn after(segments: &[Vec<u8>]) -> World {
    let mut world = World::ip();
    world.origin = Some((0x1a2b, HOST));
    segments.iter().for_each(|segment| drop(world.receive(segment)));
    world
}

fn syn() -> Vec<u8> {
    segment(SYN, 0, 0, &[])
}

fn ack() -> Vec<u8> {
    segment(ACK, 1, 1, &[])
}

fn get() -> Vec<u8> {
    segment(PSH | ACK, 1, 1, GET)
}

/// The octets of the answer to GET.
fn page_length() -> u32 {
    let mut world = after(&[syn(), ack()]);
    said(&world.receive(&get()).unwrap()).3.len() as u32
}

#[test]
fn a_handshake() {
    let mut world = after(&[]);
    let answered = world.answer(&syn());
    check(&answered, SYN | ACK, 0, 1);
    assert_eq!(answered.timers, [("retransmit".to_owned(), 3)]);
    assert!(
        answered.note.unwrap().starts_with("SYN-RECEIVED snd 5c6d7e90 una 5c6d7e8f rcv fffffff1")
    );
    // The SYN comes again: so does the answer, with the same number.
    check(&world.answer(&syn()), SYN | ACK, 0, 1);
    let answered = world.answer(&ack());
    dropped(&answered, "tcp-segment", "ESTABLISHED");
    assert!(answered.timers.is_empty());
}

#[test]
fn what_is_not_right_in_a_handshake() {
    for acknowledgment in [0, 2, 0x8000_0000] {
        let mut world = after(&[syn()]);
        let answered = world.answer(&segment(ACK, 1, acknowledgment, &[]));
        check(&answered, RST, acknowledgment, 0_u32.wrapping_sub(CLIENT));
        assert_eq!(answered.timers.len(), 1, "the SYN is still not acknowledged");
    }
    let mut world = after(&[syn()]);
    dropped(&world.answer(&segment(RST, 1, 0, &[])), "tcp-reset", "-");
    check(&world.answer(&ack()), RST, 1, 0_u32.wrapping_sub(CLIENT));
    // A packet that is broken leaves the timer as it was.
    let mut world = after(&[syn()]);
    let mut broken = ack();
    *broken.last_mut().unwrap() ^= 1;
    let answered = world.answer(&broken);
    assert_eq!((answered.reply, answered.note), (Err("tcp-checksum".into()), None));
    assert_eq!(answered.timers, [("retransmit".to_owned(), 3)]);
}

#[test]
fn a_request_is_answered_and_the_connection_closed() {
    let mut world = after(&[syn(), ack()]);
    let answered = world.answer(&get());
    let asked = 1 + GET.len() as u32;
    check(&answered, FIN | PSH | ACK, 1, asked);
    assert!(answered.note.unwrap().starts_with("FIN-WAIT-1"));
    let end = 1 + page_length() + 1;
    dropped(&world.answer(&segment(ACK, asked, end, &[])), "tcp-segment", "FIN-WAIT-2");
    let answered = world.answer(&segment(FIN | ACK, asked, end, &[]));
    check(&answered, ACK, end, asked + 1);
    assert_eq!(answered.timers, [("expire".to_owned(), 60)]);
    // Their FIN comes again.
    check(&world.answer(&segment(FIN | ACK, asked, end, &[])), ACK, end, asked + 1);
    world.now += 60_000;
    assert!(world.wake().is_empty() && world.notes().is_empty());
}

#[test]
fn both_close_at_once() {
    let asked = 1 + GET.len() as u32;
    let end = 1 + page_length() + 1;
    let mut world = after(&[syn(), ack(), get()]);
    check(&world.answer(&segment(FIN | ACK, asked, 1, &[])), ACK, end, asked + 1);
    assert!(world.notes()[0].starts_with("CLOSING"));
    dropped(&world.answer(&segment(ACK, asked + 1, end, &[])), "tcp-segment", "TIME-WAIT");
}

#[test]
fn the_client_closes_first() {
    let mut world = after(&[syn(), ack()]);
    let answered = world.answer(&segment(FIN | ACK, 1, 1, &[]));
    check(&answered, FIN | ACK, 1, 2);
    assert!(answered.note.unwrap().starts_with("LAST-ACK") && answered.timers.len() == 1);
    dropped(&world.answer(&segment(ACK, 2, 2, &[])), "tcp-segment", "-");
    // With a request in the same segment, even with the end of the handshake.
    let mut world = after(&[syn()]);
    let answered = world.answer(&segment(FIN | PSH | ACK, 1, 1, GET));
    check(&answered, FIN | PSH | ACK, 1, 2 + GET.len() as u32);
    assert!(answered.note.unwrap().starts_with("LAST-ACK"));
}

#[test]
fn a_request_in_pieces() {
    let mut world = after(&[syn(), ack()]);
    let answered = world.answer(&segment(PSH | ACK, 1, 1, &GET[..7]));
    check(&answered, ACK, 1, 8);
    // That piece again, and one that has more.
    check(&world.answer(&segment(PSH | ACK, 1, 1, &GET[..7])), ACK, 1, 8);
    check(&world.answer(&segment(PSH | ACK, 1, 1, &GET[..17])), ACK, 1, 18);
    // What comes too early is not kept.
    check(&world.answer(&segment(PSH | ACK, 19, 1, b"more")), ACK, 1, 18);
    check(&world.answer(&segment(PSH | ACK, 18, 1, &GET[17..])), FIN | PSH | ACK, 1, 19);
}

#[test]
fn what_lies_outside_is_acknowledged_and_no_more() {
    let mut world = after(&[syn(), ack()]);
    for (flags, sequence) in [
        (ACK, 0),
        (ACK, 1 + 29_200),
        (ACK | FIN, 0x8000_0000),
        (SYN, 1),
        (SYN, 500),
        (SYN | ACK, 0),
        (RST, 2),
        (RST, 29_200),
    ] {
        check(&world.answer(&segment(flags, sequence, 1, &[])), ACK, 1, 1);
    }
    for sequence in [0, 1 + 29_200] {
        let answered = world.answer(&segment(RST, sequence, 1, &[]));
        assert_eq!((answered.reply, answered.note), (Err("tcp-reset".into()), None));
    }
    // An acknowledgment of what was never sent; one that is old is let pass.
    check(&world.answer(&segment(ACK, 1, 2, &[])), ACK, 1, 1);
    check(&world.answer(&segment(ACK, 1, 0x8000_0001, &[])), ACK, 1, 1);
    dropped(&world.answer(&segment(ACK, 1, 0, &[])), "tcp-segment", "ESTABLISHED");
    dropped(&world.answer(&segment(PSH, 1, 0, b"abc")), "tcp-segment", "ESTABLISHED");
    dropped(&world.answer(&segment(RST, 1, 1, &[])), "tcp-reset", "-");
}

#[test]
fn without_notes_there_is_no_connection() {
    let mut world = after(&[syn(), ack()]);
    world.forget();
    check(&world.answer(&get()), RST, 1, 0_u32.wrapping_sub(CLIENT));
}

#[test]
fn five_retransmissions_and_then_none() {
    for (begun, flags, acknowledgment) in
        [(vec![syn()], SYN | ACK, 1), (vec![syn(), ack(), get()], FIN | PSH | ACK, 19)]
    {
        let mut world = after(&begun);
        let mut pauses = Vec::new();
        while let Some(due) = world.next_timer() {
            pauses.push((due - world.now) / 1_000);
            world.now = due;
            for packet in world.wake() {
                let (f, _, a, data) = said(&packet);
                assert_eq!((f, a), (flags, acknowledgment));
                assert_eq!(data.len() as u32, if f & PSH == 0 { 0 } else { page_length() });
            }
        }
        assert_eq!(pauses, [3, 6, 12, 24, 48, 96]);
        assert!(world.notes().is_empty());
    }
}

#[test]
fn what_was_acknowledged_in_part_is_sent_from_there() {
    let mut world = after(&[syn(), ack(), get()]);
    let answered = world.answer(&segment(ACK, 19, 101, &[]));
    dropped(&answered, "tcp-segment", "FIN-WAIT-1");
    world.now = world.next_timer().unwrap();
    let (flags, sequence, _, data) = said(&world.wake()[0]);
    assert_eq!((flags, sequence), (FIN | PSH | ACK, 101));
    assert_eq!(data.len() as u32, page_length() - 100);
}

/// The octets of data in each segment of an answer, where the client states that segment size, and on each
/// acknowledgment that window.
fn pieces(mss: [u8; 2], window: u16) -> Vec<usize> {
    let options = [2, 4, mss[0], mss[1]];
    let mut world = after(&[sized(window, &options, (80, SYN), (0, 0), &[])]);
    world.programs = format!("# HTTP\n\n```html\n<p>{}\n```\n", "x".repeat(4_000));
    let mut sent = world.receive(&sized(window, &[], (80, ACK), (1, 1), GET));
    let mut pieces = Vec::new();
    while let Ok(packet) = sent {
        let (_, sequence, _, data) = said(&packet);
        pieces.push(data.len());
        let numbers = (19, sequence + data.len() as u32);
        sent = world.receive(&sized(window, &[], (80, ACK), numbers, &[]));
    }
    pieces
}

#[test]
fn a_segment_is_as_long_as_may_be() {
    let all = pieces([0xff, 0xff], 0xffff);
    assert_eq!(all[..2], [1_460, 1_460]);
    let total: usize = all.iter().sum();
    for (mss, window, expect) in [
        ([2, 0], 0xffff, 512),
        ([0, 0], 0xffff, 1),
        ([0, 64], 0xffff, 64),
        ([5, 0xb4], 700, 700),
        ([5, 0xb4], 1, 1),
    ] {
        let found = pieces(mss, window);
        assert_eq!((found[0], found.iter().sum::<usize>()), (expect, total));
        assert_eq!(found.len(), total.div_ceil(expect));
    }
}

#[test]
fn a_window_that_is_shut_is_probed() {
    let mut world = after(&[sized(0, &[], (80, SYN), (0, 0), &[])]);
    let shut = |numbers, data: &[u8]| sized(0, &[], (80, PSH | ACK), numbers, data);
    let answered = world.answer(&shut((1, 1), GET));
    check(&answered, ACK, 1, 19);
    assert_eq!(answered.timers, [("retransmit".to_owned(), 3)]);
    dropped(&world.answer(&shut((19, 1), &[])), "tcp-segment", "ESTABLISHED");
    world.now = world.next_timer().unwrap();
    let (flags, sequence, _, data) = said(&world.wake()[0]);
    assert_eq!((flags, sequence, data.as_slice()), (PSH | ACK, 1, &b"H"[..]));
    dropped(&world.answer(&shut((19, 1), &[])), "tcp-segment", "ESTABLISHED");
    world.now = world.next_timer().unwrap();
    assert_eq!(said(&world.wake()[0]).3, b"H");
    // It opens with the next acknowledgment.
    let (flags, sequence, ..) = said(&world.receive(&segment(ACK, 19, 2, &[])).unwrap());
    assert_eq!((flags, sequence), (FIN | PSH | ACK, 2));
}

#[test]
fn an_acknowledgment_ends_the_waiting() {
    let mut world = after(&[syn(), ack(), get()]);
    world.now = world.next_timer().unwrap();
    world.wake();
    assert!(world.notes()[0].contains(" rto 6 "));
    let answered = world.answer(&segment(ACK, 19, 101, &[]));
    assert_eq!(answered.timers, [("retransmit".to_owned(), 3)]);
}

#[test]
fn a_fin_alone_is_sent_again() {
    let mut world = after(&[syn(), ack(), segment(FIN | ACK, 1, 1, &[])]);
    world.now = world.next_timer().unwrap();
    let (flags, sequence, acknowledgment, data) = said(&world.wake()[0]);
    assert_eq!((flags, sequence, acknowledgment, data.len()), (FIN | ACK, 1, 2, 0));
    // And so is the part of an answer that is not its end.
    let mut world = after(&[syn(), ack()]);
    world.programs = format!("# HTTP\n\n```html\n<p>{}\n```\n", "x".repeat(4_000));
    let first = said(&world.receive(&get()).unwrap());
    world.now = world.next_timer().unwrap();
    assert_eq!(said(&world.wake()[0]), first);
}

#[test]
fn a_port_without_a_program_takes_what_comes() {
    let mut world = after(&[to_port(81, SYN, 0, 0, &[]), to_port(81, ACK, 1, 1, &[])]);
    check(&world.answer(&to_port(81, PSH | ACK, 1, 1, GET)), ACK, 1, 19);
    check(&world.answer(&to_port(81, FIN | ACK, 19, 1, &[])), FIN | ACK, 1, 20);
}
