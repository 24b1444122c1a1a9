//! Captures to lint: the packets that tests have in mind, in files of the formats there are.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A ping of four octets from 10.0.0.2 to 10.0.0.1.
pub const PING: &str = "4500002000000000400166db0a0000020a000001080019270007000170696e67";
/// Its answer.
pub const PONG: &str = "4500002000000000400166db0a0000010a000002000021270007000170696e67";
/// A datagram to the echo port.
pub const UDP: &str = "4500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67";
/// Its checksum, and the header's, wrong.
pub const UDP_BAD: &str = "4500002000000000401112340a0000020a0000010fa00007000c123470696e67";
/// Its checksum left to the network card.
pub const UDP_OFFLOADED: &str = "4500002000000000401166cb0a0000020a0000010fa00007000c142070696e67";

/// A folder for captures that vanishes with the test.
pub struct Folder(TempDir);

/// LINKTYPE numbers.
pub const ETHERNET: u32 = 1;
pub const RAW: u32 = 101;

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file in it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file can be written");
        path
    }

    /// A capture of IP packets in hex.
    pub fn capture(&self, name: &str, packets: &[&str]) -> PathBuf {
        let packets: Vec<Vec<u8>> = packets.iter().map(|packet| bytes(packet)).collect();
        self.file(name, &pcap(RAW, &packets))
    }
}

pub fn bytes(hex: &str) -> Vec<u8> {
    wire::hex::parse(hex).expect("hex")
}

/// A pcap file, little-endian with microseconds: one packet a millisecond.
pub fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let whole = packets.iter().map(|packet| (packet.clone(), packet.len()));
    pcap_cut(link, whole)
}

/// The same of packets of which only the beginning was captured, with their lengths on the wire.
pub fn pcap_cut(link: u32, packets: impl Iterator<Item = (Vec<u8>, usize)>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut put =
        |numbers: &[u32]| file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    put(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, link]);
    for (index, (packet, original)) in packets.enumerate() {
        let index = index as u32;
        let header = [
            1_700_000_000 + index / 1000,
            index % 1000 * 1000,
            packet.len() as u32,
            original as u32,
        ];
        file.extend(header.iter().flat_map(|number| number.to_le_bytes()));
        file.extend(packet);
    }
    file
}

/// The same file, compressed.
pub fn gzip(bytes: &[u8], path: &Path) {
    let file = std::fs::File::create(path).expect("a file can be written");
    let mut child = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(file)
        .spawn()
        .expect("gzip runs");
    child.stdin.take().expect("its input").write_all(bytes).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}
