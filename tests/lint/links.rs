//! Captures of the links there are, and in the formats there are.

use crate::capture_file::{ETHERNET, Folder, RAW, UDP_BAD, bytes, gzip, pcap};
use crate::program::misses;
use crate::{json, rules};

#[test]
fn the_same_packet_on_every_link() {
    let folder = Folder::new();
    for (link, header) in [
        (RAW, ""),
        (12, ""),
        (228, ""),
        (0, "02000000"),
        (108, "00000002"),
        (ETHERNET, "0200000000010200000000020800"),
        (ETHERNET, "02000000000102000000000281000064 0800"),
        (ETHERNET, "02000000000102000000000288a8006481000065 0800"),
        (113, "00000001000602000000000200000800"),
        (276, "0800000000000001000100060200000000020000"),
        (9, "ff030021"),
        (9, "0021"),
        (51, "1100000100220021"),
    ] {
        let packet = [bytes(header), bytes(UDP_BAD)].concat();
        let (findings, code) = json(&folder.file("link.pcap", &pcap(link, &[packet])), "");
        let expect = [(1, "ipv4.checksum".to_owned()), (1, "udp.checksum".to_owned())];
        assert_eq!((rules(&findings), code), (expect.to_vec(), Some(1)), "{link} {header}");
        let header = bytes(header).len();
        assert_eq!(findings[1]["offset"], header + 26, "{link}");
    }
}

#[test]
fn padding_and_trailers_of_ethernet_are_let_be() {
    let folder = Folder::new();
    let header = bytes("0200000000010200000000020800");
    for padding in [1, 14, 100] {
        let frame = [header.clone(), bytes(crate::capture_file::UDP), vec![0; padding]].concat();
        let file = folder.file("padded.pcap", &pcap(ETHERNET, &[frame]));
        assert_eq!(json(&file, ""), (vec![], Some(0)), "{padding}");
    }
}

#[test]
fn compressed() {
    if misses(&["gzip"]) {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("bad.pcap.gz");
    gzip(&pcap(RAW, &[bytes(UDP_BAD)]), &path);
    let (findings, code) = json(&path, "");
    assert_eq!((findings.len(), code), (2, Some(1)));
}
