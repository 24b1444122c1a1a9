//! TCP segments by hand, over IPv4 and IPv6, in numbers that count from the initial ones.

use std::net::IpAddr;

use verify::{Example, Host};

pub const HOST: Host = Example::IP_HOST;

pub const MSS: &[u8] = &[2, 4, 5, 0xb4];

/// The two ends of a connection and where their numbers begin.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub host: IpAddr,
    pub peer: IpAddr,
    pub ports: (u16, u16),
    /// The initial sequence numbers: of the peer, of the host.
    pub initial: (u32, u32),
}

/// A segment on its way.
#[derive(Clone, Debug)]
pub struct Segment {
    pub from: IpAddr,
    pub to: IpAddr,
    pub ports: (u16, u16),
    pub flags: u8,
    pub sequence: u32,
    pub acknowledgment: u32,
    pub window: u16,
    pub options: Vec<u8>,
    pub data: Vec<u8>,
}

impl Line {
    pub fn new(six: bool, initial: (u32, u32)) -> Line {
        let (host, peer) = match six {
            true => ("fd00::1".parse().unwrap(), "fd00::2".parse().unwrap()),
            false => ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()),
        };
        Line { host, peer, ports: (40_000, 80), initial }
    }

    /// What the peer sends. Without ACK the acknowledgment number is 0.
    pub fn peer(&self, flags: &str, sequence: u32, acknowledgment: u32) -> Segment {
        let numbers = (sequence, acknowledgment);
        segment((self.peer, self.host), self.ports, flags, numbers, self.initial)
    }

    /// What the host sends.
    pub fn host(&self, flags: &str, sequence: u32, acknowledgment: u32) -> Segment {
        let initial = (self.initial.1, self.initial.0);
        let ports = (self.ports.1, self.ports.0);
        let numbers = (sequence, acknowledgment);
        segment((self.host, self.peer), ports, flags, numbers, initial)
    }
}

fn segment(
    (from, to): (IpAddr, IpAddr),
    ports: (u16, u16),
    flags: &str,
    (sequence, acknowledgment): (u32, u32),
    initial: (u32, u32),
) -> Segment {
    let flags = flags.chars().map(|flag| 1 << "FSRPAUEC".find(flag).unwrap()).sum::<u8>();
    let acknowledgment = if flags & 16 == 0 { 0 } else { initial.1.wrapping_add(acknowledgment) };
    let sequence = initial.0.wrapping_add(sequence);
    let (options, data) = (Vec::new(), Vec::new());
    Segment { from, to, ports, flags, sequence, acknowledgment, window: 1000, options, data }
}

impl Segment {
    pub fn data(mut self, data: &[u8]) -> Segment {
        self.data = data.to_vec();
        self
    }

    pub fn options(mut self, options: &[u8]) -> Segment {
        self.options = options.to_vec();
        self
    }

    pub fn window(mut self, window: u16) -> Segment {
        self.window = window;
        self
    }

    /// The packet, with right checksums.
    pub fn bytes(&self) -> Vec<u8> {
        let mut tcp = [self.ports.0.to_be_bytes(), self.ports.1.to_be_bytes()].concat();
        tcp.extend(self.sequence.to_be_bytes());
        tcp.extend(self.acknowledgment.to_be_bytes());
        tcp.extend([(5 + self.options.len() as u8 / 4) << 4, self.flags]);
        tcp.extend(self.window.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend(&self.options);
        tcp.extend(&self.data);
        let mut pseudo = [octets(self.from), octets(self.to)].concat();
        pseudo.extend((tcp.len() as u32).to_be_bytes());
        pseudo.extend([0, 0, 0, 6]);
        let checksum = checksum(&[&pseudo[..], &tcp].concat());
        tcp[16..18].copy_from_slice(&checksum.to_be_bytes());
        [self.header(tcp.len()), tcp].concat()
    }

    fn header(&self, length: usize) -> Vec<u8> {
        let mut header = match self.from {
            IpAddr::V4(_) => {
                let total = (20 + length as u16).to_be_bytes();
                vec![0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, 6, 0, 0]
            }
            IpAddr::V6(_) => {
                let length = (length as u16).to_be_bytes();
                vec![0x60, 0, 0, 0, length[0], length[1], 6, 64]
            }
        };
        header.extend(octets(self.from));
        header.extend(octets(self.to));
        if self.from.is_ipv4() {
            let checksum = checksum(&header).to_be_bytes();
            header[10..12].copy_from_slice(&checksum);
        }
        header
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn checksum(bytes: &[u8]) -> u16 {
    let words =
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
