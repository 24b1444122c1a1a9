//! What is found, where, and what the exit code says.

use crate::capture_file::{Folder, PING, PONG, RAW, UDP, UDP_BAD, UDP_OFFLOADED, bytes, pcap_cut};
use crate::{json, lint, rules};

#[test]
fn a_clean_capture() {
    let folder = Folder::new();
    let finished = lint(&folder.capture("clean.pcap", &[PING, PONG, UDP]), "");
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout.contains("nothing found; 3 packets judged"), "{finished:?}");
}

#[test]
fn faults_are_found_in_their_packets() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD, PONG]);
    let (findings, code) = json(&file, "");
    assert_eq!(code, Some(1));
    assert_eq!(rules(&findings), [(2, "ipv4.checksum".into()), (2, "udp.checksum".into())]);
    let udp = &findings[1];
    let expect = serde_json::json!({
        "file": file.to_str().unwrap(), "packet": 2, "time": "2023-11-14T22:13:20.001000Z",
        "flow": "10.0.0.2:4000 > 10.0.0.1:7 UDP", "rule": "udp.checksum", "severity": "error",
        "level": "MUST", "rfc": 768, "section": "Fields", "offset": 26, "length": 2,
        "message": "expected 0xfd5b, found 0x1234", "bytes": "1234",
        "edits": [{"op": "set", "offset": 26, "bytes": "fd5b"}],
    });
    assert_eq!(*udp, expect);
}

#[test]
fn remarks_are_made_once_a_flow_and_are_no_fault() {
    let folder = Folder::new();
    let file = folder.capture("offload.pcap", &[UDP_OFFLOADED; 50]);
    let (findings, code) = json(&file, "");
    assert_eq!((findings.len(), code), (1, Some(0)));
    assert_eq!((&findings[0]["severity"], &findings[0]["packet"]), (&"note".into(), &1.into()));
}

#[test]
fn what_was_not_captured_is_not_missing() {
    let folder = Folder::new();
    let cut = (20..32).map(|length| (bytes(UDP)[..length].to_vec(), 32));
    let file = folder.file("cut.pcap", &pcap_cut(RAW, cut));
    assert_eq!(json(&file, ""), (vec![], Some(0)));
}

#[test]
fn an_unanswered_request_is_named_when_the_capture_ends() {
    let folder = Folder::new();
    let (findings, code) = json(&folder.capture("open.pcap", &[PING, UDP, UDP]), "");
    assert_eq!((rules(&findings), code), (vec![(1, "exchange.unanswered".into())], Some(0)));
    assert_eq!(findings[0]["flow"], "10.0.0.2 > 10.0.0.1 ICMP");
}

#[test]
fn choices() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD, UDP_OFFLOADED, UDP_BAD]);
    let check = |arguments: &str, expect: &[(u64, &str)], expect_code| {
        let (findings, code) = json(&file, arguments);
        let expect: Vec<_> =
            expect.iter().map(|(packet, rule)| (*packet, (*rule).to_owned())).collect();
        assert_eq!((rules(&findings), code), (expect, Some(expect_code)), "{arguments}");
    };
    let (ip, udp) = ("ipv4.checksum", "udp.checksum");
    check("--packets 2", &[(2, ip), (2, udp)], 1);
    check("--packets 3-4 --rule udp", &[(3, udp), (4, udp)], 1);
    check("--packets 1,3", &[(3, udp), (1, "exchange.unanswered")], 0);
    check("--rule ipv4.checksum", &[(2, ip), (4, ip)], 1);
    check("--severity error --packets 3-", &[(4, ip), (4, udp)], 1);
    check("--severity error --packets 3", &[], 0);
}

#[test]
fn several_captures_count_from_one_each() {
    let folder = Folder::new();
    let (one, two) =
        (folder.capture("one.pcap", &[UDP_BAD]), folder.capture("two.pcap", &[UDP, UDP_BAD]));
    let (findings, code) = json(&one, two.to_str().unwrap());
    assert_eq!(code, Some(1));
    let packets: Vec<_> = rules(&findings).into_iter().map(|(packet, _)| packet).collect();
    assert_eq!(packets, [1, 1, 2, 2]);
    assert_eq!(findings[3]["file"], two.to_str().unwrap());
}
