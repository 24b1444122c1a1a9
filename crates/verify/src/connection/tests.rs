use std::net::Ipv4Addr;

use super::*;
use crate::Example;
use wire::checksum::{add16, sum};

/// What is said between port 80 of 10.0.0.1 and a peer, without options or data.
fn packet(peer: Ipv4Addr, of_peer: bool, flags: u8, numbers: (u32, u32), data: &[u8]) -> Vec<u8> {
    let length = (40 + data.len() as u16).to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, 6, 0, 0];
    let host = [10, 0, 0, 1];
    let (ends, ports) = match of_peer {
        true => ([peer.octets(), host], [0x9c, 0x40, 0, 80]),
        false => ([host, peer.octets()], [0, 80, 0x9c, 0x40]),
    };
    packet.extend(ends.concat());
    packet.extend(ports);
    packet.extend(numbers.0.to_be_bytes());
    packet.extend(numbers.1.to_be_bytes());
    packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(data);
    let header = !sum(&packet[..20]);
    packet[10..12].copy_from_slice(&header.to_be_bytes());
    let pseudo = add16(sum(&packet[12..20]), add16(6, 20 + data.len() as u16));
    let checksum = !add16(pseudo, sum(&packet[20..]));
    packet[36..38].copy_from_slice(&checksum.to_be_bytes());
    packet
}

struct Table(Connections, Host, u64);

impl Table {
    fn new() -> Table {
        Table(Connections::default(), Example::IP_HOST, 0)
    }

    fn settle(&mut self, came: &[u8], sent: Option<&[u8]>) {
        self.2 += 1;
        let now = Duration::from_millis(self.2);
        self.0.settle(&self.1, now, Occasion::Packet(came), sent);
    }

    fn syn(&mut self, peer: Ipv4Addr) {
        let syn = packet(peer, true, SYN, (100, 0), b"");
        self.settle(&syn, Some(&packet(peer, false, SYN | ACK, (500, 101), b"")));
    }

    fn open(&mut self, peer: Ipv4Addr) {
        self.syn(peer);
        self.settle(&packet(peer, true, ACK, (101, 501), b""), None);
    }

    fn of(&self, peer: Ipv4Addr) -> Option<&Connection> {
        let came = packet(peer, true, ACK, (0, 0), b"");
        let heard = Heard::on(Link::RawIp, &came).unwrap();
        self.0.of(&Flow::heard(&heard.datagram, &heard.said))
    }
}

fn peer(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(0x0a01_0000 + number)
}

#[test]
fn half_open_connections_push_out_each_other() {
    let mut table = Table::new();
    for number in 0..700 {
        table.open(peer(number));
    }
    for number in 1000..11_000 {
        table.syn(peer(number));
        assert!(table.0.len() <= MOST_HALF_OPEN + 700);
    }
    assert!((0..700).all(|number| table.of(peer(number)).is_some()));
    assert!((10_744..11_000).all(|number| table.of(peer(number)).is_some()));
    assert!(table.of(peer(10_743)).is_none());
}

#[test]
fn open_connections_are_bounded_and_closed_ones_go_first() {
    let mut table = Table::new();
    for number in 0..MOST_OPEN as u32 {
        table.open(peer(number));
    }
    // The newest is closed, and waits.
    let last = peer(MOST_OPEN as u32 - 1);
    let fin = packet(last, false, FIN | ACK, (501, 102), b"");
    table.settle(&packet(last, true, ACK, (101, 501), b"x"), Some(&fin));
    let fin = packet(last, true, FIN | ACK, (102, 502), b"");
    table.settle(&fin, Some(&packet(last, false, ACK, (502, 103), b"")));
    assert_eq!(table.of(last).unwrap().progress.phase(), Phase::TimeWait);
    table.open(peer(5000));
    assert!(table.of(last).is_none() && table.of(peer(0)).is_some());
    // Who spoke last stays.
    table.settle(&packet(peer(0), true, ACK, (101, 501), b""), None);
    for number in 6000..6010 {
        table.open(peer(number));
        assert_eq!(table.0.len(), MOST_OPEN);
    }
    assert!(table.of(peer(0)).is_some() && table.of(peer(1)).is_none());
}

#[test]
fn what_is_over_takes_no_room() {
    let mut table = Table::new();
    table.syn(peer(0));
    table.open(peer(1));
    table.2 = 241_000;
    table.open(peer(2));
    assert!(table.of(peer(0)).is_none() && table.of(peer(1)).is_some());
    assert_eq!(table.0.len(), 2);
}

#[test]
fn octets_in_flight_are_bounded() {
    let mut table = Table::new();
    table.open(peer(0));
    let came = packet(peer(0), true, ACK, (101, 501), b"");
    for number in 0..100 {
        let sent = packet(peer(0), false, ACK, (501 + number * 1000, 101), &[7; 1000]);
        table.0.settle(&table.1, Duration::ZERO, Occasion::Timer(&came), Some(&sent));
    }
    let connection = table.of(peer(0)).unwrap();
    assert_eq!(connection.kept.len(), kept::MOST);
    assert_eq!(connection.progress.nxt, 501 + 100_000);
    assert!(size_of::<Connection>() <= 384, "{}", size_of::<Connection>());
}

const FIN: u8 = wire::tcp::flag::FIN;
