//! Random requests and replies: hosts that speak more judge an IPv4 ping as one does that knows nothing else, a
//! frame around it changes nothing, and no bytes are too strange.

use proptest::prelude::*;
use verify::Due::{Either, Reply, Silence};
use verify::{Finding, Host, Reason, admit, admit_silence, due, judge};

use crate::frames::*;
use crate::packets::{HOST, ping, pong, seal, seal_header};
use crate::random::{config, pings};

/// Some bytes written over, a new length, and checksums made anew or not.
type Spoilt = (Vec<(prop::sample::Index, u8)>, prop::sample::Index, bool, u8);

fn spoilt() -> impl Strategy<Value = Spoilt> {
    let bytes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (bytes, any::<prop::sample::Index>(), any::<bool>(), any::<u8>())
}

/// Spoils a packet; its header more often than the rest.
fn spoil(packet: &[u8], (bytes, length, cut, sealed): &Spoilt) -> Vec<u8> {
    let mut packet = packet.to_vec();
    for (turn, (at, value)) in bytes.iter().enumerate() {
        let room = if turn == 0 { packet.len().min(34) } else { packet.len() };
        packet[at.index(room)] = *value;
    }
    if *cut {
        packet.resize(length.index(packet.len() + 40), 0);
    }
    match sealed % 3 {
        0 if packet.len() >= 20 => seal(&mut packet),
        1 if packet.len() >= 20 => seal_header(&mut packet),
        _ => {}
    }
    packet
}

/// What is said, where, and in what words; but for what is so on one link alone: about padding,
/// and about addresses that stay inside hosts.
fn said(findings: &[Finding], link: usize) -> Vec<(&'static str, usize, usize, String)> {
    let about_packet = |finding: &&Finding| {
        !matches!(
            finding.rule.id,
            "exchange.trailing" | "reply.frame.padding" | "ethernet.padding" | "ipv4.loopback"
        )
    };
    let plain = |finding: &Finding| {
        // Silence speaks of the whole reply, and says how long it is.
        let silence = finding.rule.id.starts_with("silence.");
        let (at, length) = if silence { (0, 0) } else { (finding.offset - link, finding.length) };
        (finding.rule.id, at, length, if silence { String::new() } else { finding.message.clone() })
    };
    findings.iter().filter(about_packet).map(plain).collect()
}

/// Whether a packet is of IPv4, ICMP, and no message that only hosts who speak more know.
fn is_of_all_hosts(request: &[u8]) -> bool {
    let start = usize::from(request.first().unwrap_or(&5) & 15) * 4;
    let more = matches!(request.get(start..), Some([13 | 253, ..]));
    request.first().is_none_or(|first| first >> 4 != 6)
        && matches!(request.get(9), None | Some(1))
        && !more
}

/// Requests of every protocol that has none of its own elsewhere, to that host.
fn requests(host: &Host) -> Vec<Vec<u8>> {
    let headers = [60, 0, 1, 4, 0, 0, 0, 0, 43, 0, 1, 4, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0];
    let chain = [&headers[..], &[58, 0, 0, 0, 0, 0, 0, 9], &ping_6()[40..]].concat();
    let mut chained = ipv6(0, 64, THEIR_6, OUR_6, &chain);
    seal_message(&mut chained, 72);
    let udp = ipv6(17, 64, THEIR_6, OUR_6, &[0x10, 0, 0, 7, 0, 8, 0, 0]);
    let packets = [ping(), timestamp(), ping_6(), chained, udp];
    if host.mac.is_none() {
        return packets.to_vec();
    }
    let frame = |packet: &Vec<u8>| asked(if packet[0] >> 4 == 4 { 0x0800 } else { 0x86dd }, packet);
    [arp_request(), solicitation(), probe()].into_iter().chain(packets.iter().map(frame)).collect()
}

/// Any address of IPv6, those of special kinds more often.
fn whoever() -> impl Strategy<Value = [u8; 16]> {
    let special =
        (any::<[u8; 2]>(), 0..3_u8).prop_map(|([first, second], last)| of_net(first, second, last));
    let mapped = any::<[u8; 4]>()
        .prop_map(|[a, b, c, d]| [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]);
    prop_oneof![any::<[u8; 16]>(), special, mapped, Just(NOBODY), Just(of_net(0xfe, 0x80, 2))]
}

/// Judges and holds the verdicts against each other.
fn consistent(host: &Host, request: &[u8], reply: &[u8]) -> Result<(), TestCaseError> {
    let findings = judge(host, request, Some(reply));
    for finding in &findings {
        prop_assert!(finding.offset + finding.length <= reply.len(), "{finding}");
        prop_assert!(finding.edits.is_empty(), "{finding}");
    }
    let said_silence =
        findings.iter().filter(|found| found.rule.id.starts_with("silence.")).count();
    let silence = admit_silence(host, request);
    match due(host, request) {
        Silence(_) => prop_assert!(said_silence == 1 && silence.is_ok(), "{findings:?}"),
        Either(_) => prop_assert!(said_silence == 0 && silence.is_ok(), "{findings:?}"),
        Reply => {
            let veto = silence.expect_err("a reply is due");
            prop_assert!(veto.findings.iter().any(|finding| finding.rule.level.vetoes()));
            prop_assert_eq!(said_silence, 0);
        }
    }
    Ok(())
}

/// What is too short to have a version has no other fault.
#[test]
fn one_byte_and_none() {
    for first in 0..=255 {
        for request in [&[][..], &[first]] {
            let expect = if first >> 4 == 6 && !request.is_empty() {
                Reason::Ipv6
            } else {
                Reason::Truncated
            };
            assert_eq!(due(&IP_HOST, request), Silence(expect), "{request:02x?}");
            assert_eq!(due(&HOST, request), Silence(Reason::Truncated));
        }
    }
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn hosts_that_speak_more_judge_a_ping_alike(
        request in pings(),
        at_request in spoilt(),
        at_reply in spoilt(),
        whole: bool,
    ) {
        let good = pong(&request);
        let request = if whole { request } else { spoil(&request, &at_request) };
        let reply = spoil(&good, &at_reply);
        // What says that it never left a host did not come over a link; nano was not taught so.
        prop_assume!(is_of_all_hosts(&request) && request.get(12) != Some(&127));
        prop_assert_eq!(due(&HOST, &request), due(&IP_HOST, &request));
        let by_echo = judge(&HOST, &request, Some(&reply));
        prop_assert_eq!(&by_echo, &judge(&IP_HOST, &request, Some(&reply)));
        prop_assert_eq!(judge(&HOST, &request, None), judge(&IP_HOST, &request, None));
        // A frame around it.
        let (asked, answered) = (asked(0x0800, &request), answered(0x0800, &reply));
        prop_assert_eq!(due(&HOST, &request), due(&ETHERNET_HOST, &asked));
        let framed = judge(&ETHERNET_HOST, &asked, Some(&answered));
        prop_assert_eq!(said(&by_echo, 0), said(&framed, 14));
    }

    #[test]
    fn no_bytes_are_too_strange(
        which: prop::sample::Index,
        at_request in spoilt(),
        at_reply in spoilt(),
        random in prop::collection::vec(any::<u8>(), 0..120),
        framed: bool,
    ) {
        let host = if framed { &ETHERNET_HOST } else { &IP_HOST };
        let all = requests(host);
        let request = spoil(&all[which.index(all.len())], &at_request);
        let reply = spoil(&all[which.index(all.len())], &at_reply);
        consistent(host, &request, &reply)?;
        consistent(host, &request, &random)?;
        consistent(host, &random, &reply)?;
        if let [_, _, ..] = random[..] {
            let kind = [0x0800, 0x0806, 0x86dd][which.index(3)];
            consistent(&ETHERNET_HOST, &asked(kind, &random), &answered(kind, &reply))?;
        }
    }

    /// Whoever pings, over Ethernet too.
    #[test]
    fn whoever_pings_can_be_answered(
        source in prop_oneof![any::<[u8; 4]>(), any::<u8>().prop_map(|a| [a, 0, 0, a])],
    ) {
        let mut request = ping();
        request[12..16].copy_from_slice(&source);
        seal(&mut request);
        let (asked, answered) = (asked(0x0800, &request), answered(0x0800, &pong(&request)));
        if due(&ETHERNET_HOST, &asked) == Reply {
            let admitted = admit(&ETHERNET_HOST, &asked, answered);
            prop_assert!(admitted.is_ok(), "{admitted:?}");
        }
    }

    /// Whoever asks, with whatever in the fields that are theirs to choose: there is a reply that may be sent.
    #[test]
    fn whoever_asks_can_be_answered(
        who in whoever(),
        station in any::<[u8; 6]>(),
        hops: u8,
        data in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let message = [&[128, 0, 0, 0][..], &who[..4], &data].concat();
        let request = ipv6(58, hops, who, OUR_6, &message);
        if due(&IP_HOST, &request) == Reply {
            let admitted = admit(&IP_HOST, &request, pong_6(&request));
            prop_assert!(admitted.is_ok(), "{admitted:?}");
        }
        let mut request = arp_request();
        request[6..12].copy_from_slice(&station);
        request[22..28].copy_from_slice(&station);
        request[28..32].copy_from_slice(&who[..4]);
        if due(&ETHERNET_HOST, &request) == Reply {
            let admitted = admit(&ETHERNET_HOST, &request, arp_reply(&request));
            prop_assert!(admitted.is_ok(), "{admitted:?}");
        }
        let mut request = solicitation();
        request[22..38].copy_from_slice(&who);
        seal_6(&mut request[14..]);
        if due(&ETHERNET_HOST, &request) == Reply {
            let admitted = admit(&ETHERNET_HOST, &request, advertisement(&request));
            prop_assert!(admitted.is_ok(), "{admitted:?}");
        }
    }
}
