use std::collections::HashSet;
use std::time::Duration;

use wire::{Packet, apply, hex};

use super::RULES;
use crate::{
    Example, Exchange, Finding, Host, Occasion, Rule, Scope, Session, inspect, judge, judge_packet,
};

/// Judges an example, and gives the last frame of it with its findings.
fn findings(example: &Example) -> (Vec<Finding>, Vec<u8>) {
    match *example {
        Example::Packet(link, frame) => {
            let frame = bytes(frame);
            (inspect(&Packet::new(link, &frame, frame.len())), frame)
        }
        Example::Exchange { request, reply } => {
            let reply = reply.map(bytes);
            let findings = judge(&Example::HOST, &bytes(request), reply.as_deref());
            (findings, reply.unwrap_or_default())
        }
        Example::Session { host, before, request, reply } => {
            let session = session(host, before);
            let (request, reply) = (bytes(request), reply.map(bytes));
            let findings =
                session.judge(Duration::ZERO, Occasion::Packet(&request), reply.as_deref());
            (findings, reply.unwrap_or_default())
        }
        Example::Timer { host, before, reply } => {
            let session = session(host, before);
            let (last, reply) = (bytes(before[before.len() - 1].0), reply.map(bytes));
            let findings = session.judge(Duration::ZERO, Occasion::Timer(&last), reply.as_deref());
            (findings, reply.unwrap_or_default())
        }
        Example::Trace(..) => panic!("a trace where a packet is wanted"),
    }
}

fn bytes(text: &str) -> Vec<u8> {
    hex::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A session after those exchanges.
fn session(host: &Host, before: &[(&str, Option<&str>)]) -> Session {
    let mut session = Session::new(host.clone());
    for (request, reply) in before {
        let (request, reply) = (bytes(request), reply.map(bytes));
        session.settle(Duration::ZERO, Occasion::Packet(&request), reply.as_deref());
    }
    session
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| rule.scope() != Scope::Trace)
}

#[test]
fn passing_examples_keep_every_rule() {
    for rule in rules() {
        let (findings, _) = findings(&rule.pass);
        assert!(findings.is_empty(), "{}: {findings:?}", rule.id);
    }
}

#[test]
fn failing_examples_break_their_rule() {
    for rule in rules() {
        let (findings, frame) = findings(&rule.fail);
        let finding = findings.iter().find(|finding| finding.rule == rule);
        let finding = finding.unwrap_or_else(|| panic!("{}: {findings:?}", rule.id));
        assert!(finding.offset + finding.length <= frame.len(), "{finding}");
        assert!(finding.length > 0 || frame.is_empty(), "{finding}");
    }
}

/// A fault of one field is one finding: the examples that break more than their own rule do so
/// because the clauses overlap.
#[test]
fn failing_examples_break_little_else() {
    let overlaps = [
        ("ipv4.ihl", "ipv4.checksum"),
        ("ipv4.ttl", "ipv4.ttl.advised"),
        ("ipv4.ihl", "exchange.options"),
        ("ipv4.source", "exchange.source"),
        ("ipv4.source", "icmp.echo.source"),
        ("exchange.source", "icmp.echo.source"),
        ("icmp.echo.source", "exchange.source"),
        ("icmp.length", "exchange.trailing"),
        ("icmp.echo.protocol", "udp.length"),
        ("reply.arp.sender_hardware", "arp.ethernet_source"),
        ("icmp.echo.protocol", "udp.source_port"),
        ("dns.response.rcode", "dns.rcode"),
        ("dns.response.counts", "dns.trailing"),
        // What was cut out of a reply of twelve octets was not cut at eight.
        ("icmp.echo.fragment", "ipv4.fragment.length"),
        // Address masks are deprecated, however long.
        ("icmp.address_mask.length", "icmp.type.deprecated"),
        // A jumbogram is too long for an example, so one that breaks another rule is short.
        ("ipv6.option.jumbo_payload.fragment", "ipv6.option.jumbo_payload.least"),
    ];
    for rule in rules() {
        for finding in findings(&rule.fail).0 {
            let pair = (rule.id, finding.rule.id);
            assert!(pair.0 == pair.1 || overlaps.contains(&pair), "{pair:?}");
        }
    }
}

/// Edits, taken one finding at a time, put the packet right as far as they go.
#[test]
fn edits_are_proposed_for_a_packet_alone_and_never_in_an_exchange() {
    let mut mended = HashSet::new();
    for rule in rules().filter(|rule| rule.scope() == Scope::Packet) {
        let (found, frame) = findings(&rule.fail);
        let link = match rule.fail {
            Example::Packet(link, _) => link,
            _ => {
                assert!(found.iter().all(|finding| finding.edits.is_empty()), "{}", rule.id);
                wire::Link::Ipv4
            }
        };
        let alone = inspect(&Packet::new(link, &frame, frame.len()));
        let Some(finding) = alone.iter().find(|finding| finding.rule == rule) else { continue };
        if !finding.edits.is_empty() {
            let packet = apply(&finding.edits, &frame).unwrap();
            let left = inspect(&Packet::new(link, &packet, packet.len()));
            assert!(left.iter().all(|finding| finding.rule != rule), "{}: {left:?}", rule.id);
            mended.insert(rule.id);
        }
    }
    for id in ["ipv4.version", "ipv4.total_length", "ipv4.checksum", "icmp.checksum"] {
        assert!(mended.contains(id), "{id}");
    }
}

#[test]
fn a_packet_alone_is_judged_by_packet_rules() {
    let request = hex::parse(super::PING).unwrap();
    assert!(judge_packet(&request).is_empty());
    for length in 0..request.len() {
        assert!(!judge_packet(&request[..length]).is_empty());
    }
    assert_eq!(judge_packet(&[])[0].rule.id, "ipv4.ihl");
}

#[test]
fn names_are_unique_and_rows_complete() {
    let names: HashSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        assert_eq!(super::rule(rule.id), Some(rule));
        assert!(rule.quote.len() > 5 && !rule.quote.contains("  "), "{}", rule.id);
        assert!(!rule.section.is_empty());
    }
}

#[test]
fn no_findings_no_allocation() {
    let (request, reply) = (hex::parse(super::PING).unwrap(), hex::parse(super::PONG).unwrap());
    assert_eq!(judge(&Example::HOST, &request, Some(&reply)).capacity(), 0);
    let host = Example::HOST;
    let exchange = Exchange::new(&host, &request, Some(&reply));
    assert_eq!(exchange.due, crate::Due::Reply);
}
