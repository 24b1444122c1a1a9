//! smoltcp as a client of the reference host: its pings, datagrams and connections, over links that lose and
//! repeat packets.

use std::collections::VecDeque;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::{dhcpv4, tcp, udp};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint};

use crate::world::World;

/// Milliseconds of a test at most.
const PATIENCE: u64 = 300_000;

/// A client and the host, on one link.
struct Network {
    world: World,
    wire: Wire,
    interface: Interface,
    sockets: SocketSet<'static>,
    loss: Loss,
}

/// What the link does to packets.
struct Loss {
    rng: fastrand::Rng,
    /// Of a hundred packets.
    lost: u8,
    repeated: u8,
}

impl Network {
    fn new(world: World, lost: u8, repeated: u8, seed: u64) -> Network {
        let medium = if world.is_frame { Medium::Ethernet } else { Medium::Ip };
        let mut wire =
            Wire { medium, mtu: if world.is_frame { 1_514 } else { 1_500 }, ..Wire::default() };
        let hardware = match medium {
            Medium::Ethernet => EthernetAddress([2, 0, 0, 0, 0, 2]).into(),
            _ => HardwareAddress::Ip,
        };
        let mut config = Config::new(hardware);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut wire, Instant::from_millis(0));
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(IpAddress::v4(10, 0, 0, 2), 24)).unwrap();
            addresses.push(IpCidr::new(IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 2), 64)).unwrap();
        });
        let loss = Loss { rng: fastrand::Rng::with_seed(seed), lost, repeated };
        Network { world, wire, interface, sockets: SocketSet::new(Vec::new()), loss }
    }

    /// Lets time pass until `done` says so.
    fn run(&mut self, mut done: impl FnMut(&mut Interface, &mut SocketSet) -> bool) {
        while !done(&mut self.interface, &mut self.sockets) {
            assert!(self.world.now < PATIENCE, "nothing more came of it: {:?}", self.world.notes());
            self.step();
        }
    }

    fn step(&mut self) {
        let now = Instant::from_millis(self.world.now as i64);
        self.interface.poll(now, &mut self.wire, &mut self.sockets);
        let mut sent = Vec::new();
        for packet in std::mem::take(&mut self.wire.sent) {
            for packet in self.loss.of(packet) {
                sent.extend(self.world.receive(&packet));
            }
        }
        sent.extend(self.world.wake());
        let none = sent.is_empty();
        for packet in sent {
            self.wire.received.extend(self.loss.of(packet));
        }
        if none && self.wire.received.is_empty() {
            self.world.now += 50;
        }
    }

    /// The addresses of the host.
    fn hosts() -> [IpAddress; 2] {
        [IpAddress::v4(10, 0, 0, 1), IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 1)]
    }

    fn udp(&mut self) -> SocketHandle {
        let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 4], vec![0; 4_096]);
        let mut socket = udp::Socket::new(buffer(), buffer());
        socket.bind(40_000).unwrap();
        self.sockets.add(socket)
    }

    /// Asks `host` over a connection, with a buffer of so many octets; all that it says until it closes.
    fn fetch(&mut self, host: IpAddress, port: u16, pieces: &[&str], buffer: usize) -> String {
        let socket = tcp::Socket::new(
            tcp::SocketBuffer::new(vec![0; buffer]),
            tcp::SocketBuffer::new(vec![0; 4_096]),
        );
        let handle = self.sockets.add(socket);
        let local = self.loss.rng.u16(20_000..60_000);
        let socket = self.sockets.get_mut::<tcp::Socket>(handle);
        socket.connect(self.interface.context(), IpEndpoint::new(host, port), local).unwrap();
        let mut pieces: VecDeque<Vec<u8>> =
            pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect();
        let mut said = Vec::new();
        self.run(|_, sockets| {
            let socket = sockets.get_mut::<tcp::Socket>(handle);
            if socket.may_send()
                && socket.send_queue() == 0
                && let Some(piece) = pieces.pop_front()
            {
                assert_eq!(socket.send_slice(&piece), Ok(piece.len()));
            }
            while socket.can_recv() {
                socket.recv(|bytes| (bytes.len(), said.extend(bytes.to_vec()))).unwrap();
            }
            if socket.state() == tcp::State::CloseWait {
                socket.close();
            }
            matches!(socket.state(), tcp::State::Closed | tcp::State::TimeWait)
        });
        self.sockets.remove(handle);
        String::from_utf8(said).unwrap()
    }
}

impl Loss {
    fn of(&mut self, packet: Vec<u8>) -> Vec<Vec<u8>> {
        if self.rng.u8(..100) < self.lost {
            return Vec::new();
        }
        let copies = 1 + usize::from(self.rng.u8(..100) < self.repeated);
        vec![packet; copies]
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: 10.0.0.1\r\nUser-Agent: smoltcp\r\n\r\n";

#[test]
fn the_page_is_fetched() {
    for world in [World::ip, World::ethernet] {
        for host in Network::hosts() {
            let mut network = Network::new(world(), 0, 0, 1);
            let page = network.fetch(host, 80, &[GET], 4_096);
            assert!(page.starts_with("HTTP/1.0 200 OK\r\nServer: softstack\r\n"), "{page}");
            let (head, body) = page.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
            assert!(body.starts_with("<!DOCTYPE html>") && body.ends_with("</p>\n"), "{body}");
        }
    }
}

#[test]
fn whatever_the_link_does_to_packets() {
    for seed in 0..60 {
        let mut network = Network::new(World::ethernet(), 20, 10, seed);
        let host = Network::hosts()[seed as usize % 2];
        let pieces: &[&str] =
            if seed % 3 == 0 { &["GET / HT", "TP/1.0\r", "\n\r\n"] } else { &[GET] };
        let page = network.fetch(host, 80, pieces, 4_096);
        assert!(
            page.starts_with("HTTP/1.0 200 OK") && page.ends_with("</p>\n"),
            "seed {seed}: {page}"
        );
    }
}

#[test]
fn a_page_of_many_segments() {
    let line = "<p>0123456789 abcdefghijklmnopqrstuvwxyz</p>\n";
    for (seed, (lost, buffer)) in
        [(0, 8_192), (15, 8_192), (0, 700), (10, 700)].into_iter().enumerate()
    {
        let mut world = World::ethernet();
        let page = format!("<!DOCTYPE html>\n{}", line.repeat(200));
        world.programs = format!("# HTTP\n\n## Build\n\n```html\n{page}```\n");
        let mut network = Network::new(world, lost, lost, seed as u64);
        let said = network.fetch(Network::hosts()[seed % 2], 80, &[GET], buffer);
        assert_eq!(said.split_once("\r\n\r\n").unwrap().1, page);
    }
}

#[test]
fn other_requests() {
    for (request, status, body) in [
        ("GET /other HTTP/1.0\r\n\r\n", "404 Not Found", "no such page\n"),
        ("HEAD /index.html?a=b HTTP/1.0\r\n\r\n", "200 OK", ""),
        ("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "501 Not Implemented", "GET or HEAD\n"),
        ("\u{16}\u{3}\u{1}\n", "400 Bad Request", "not HTTP\n"),
        ("GET http://softstack.example/x HTTP/1.1\n\n", "404 Not Found", "no such page\n"),
    ] {
        let mut network = Network::new(World::ip(), 0, 0, 2);
        let said = network.fetch(Network::hosts()[0], 80, &[request], 4_096);
        assert!(said.starts_with(&format!("HTTP/1.0 {status}\r\n")), "{request}: {said}");
        assert!(said.ends_with(&format!("\r\n\r\n{body}")), "{request}: {said}");
    }
}

#[test]
fn closed_ports_refuse() {
    for host in Network::hosts() {
        let mut network = Network::new(World::ethernet(), 0, 0, 3);
        assert_eq!(network.fetch(host, 82, &[GET], 4_096), "");
        assert!(network.world.now < 1_000 && network.world.notes().is_empty());
    }
}

#[test]
fn datagrams_come_back() {
    for world in [World::ip, World::ethernet] {
        for host in Network::hosts() {
            let mut network = Network::new(world(), 0, 0, 4);
            let handle = network.udp();
            let socket = network.sockets.get_mut::<udp::Socket>(handle);
            socket.send_slice(b"hello", IpEndpoint::new(host, 7)).unwrap();
            network.run(|_, sockets| sockets.get_mut::<udp::Socket>(handle).can_recv());
            let (data, from) = network.sockets.get_mut::<udp::Socket>(handle).recv().unwrap();
            assert_eq!((data, from.endpoint), (&b"hello"[..], IpEndpoint::new(host, 7)));
        }
    }
}

#[test]
fn an_address_is_leased() {
    let mut network = Network::new(World::ethernet(), 10, 10, 5);
    network.interface.update_ip_addrs(|addresses| addresses.clear());
    let handle = network.sockets.add(dhcpv4::Socket::new());
    let mut lease = None;
    network.run(|_, sockets| {
        if let Some(dhcpv4::Event::Configured(config)) =
            sockets.get_mut::<dhcpv4::Socket>(handle).poll()
        {
            lease = Some((config.address.to_string(), config.server.address.to_string()));
        }
        lease.is_some()
    });
    assert_eq!(lease, Some(("10.0.0.200/24".into(), "10.0.0.1".into())));
}

/// The link: what each end sent.
struct Wire {
    received: VecDeque<Vec<u8>>,
    sent: Vec<Vec<u8>>,
    medium: Medium,
    mtu: usize,
}

impl Default for Wire {
    fn default() -> Wire {
        Wire { received: VecDeque::new(), sent: Vec::new(), medium: Medium::Ip, mtu: 1_500 }
    }
}

impl Device for Wire {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sent<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sent<'_>)> {
        let packet = self.received.pop_front()?;
        Some((Received(packet), Sent(&mut self.sent)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sent<'_>> {
        Some(Sent(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = self.medium;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

struct Received(Vec<u8>);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

struct Sent<'a>(&'a mut Vec<Vec<u8>>);

impl TxToken for Sent<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut packet = vec![0; length];
        let result = write(&mut packet);
        self.0.push(packet);
        result
    }
}
