use std::collections::HashSet;

use super::RULES;
use crate::{Example, Exchange, Finding, judge, judge_packet};
use wire::{apply, hex};

/// Judges an example, and gives the reply it judged.
fn findings(example: &Example) -> (Vec<Finding>, Option<Vec<u8>>) {
    let request = hex::parse(example.request).unwrap();
    let reply = example.reply.map(|reply| hex::parse(reply).unwrap());
    (judge(&Example::HOST, &request, reply.as_deref()), reply)
}

#[test]
fn passing_examples_keep_every_rule() {
    for rule in RULES {
        let (findings, _) = findings(&rule.pass);
        assert!(findings.is_empty(), "{}: {findings:?}", rule.id);
    }
}

#[test]
fn failing_examples_break_their_rule() {
    for rule in RULES {
        let (findings, reply) = findings(&rule.fail);
        let finding = findings.iter().find(|finding| finding.rule == rule);
        let finding = finding.unwrap_or_else(|| panic!("{}: {findings:?}", rule.id));
        let length = reply.map_or(0, |reply| reply.len());
        assert!(finding.offset + finding.length <= length, "{finding}");
        assert!(finding.length > 0 || length == 0, "{finding}");
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
    ];
    for rule in RULES {
        for finding in findings(&rule.fail).0 {
            let pair = (rule.id, finding.rule.id);
            assert!(pair.0 == pair.1 || overlaps.contains(&pair), "{pair:?}");
        }
    }
}

#[test]
fn edits_are_proposed_for_a_packet_alone_and_never_in_an_exchange() {
    let mut mended = 0;
    for rule in RULES {
        let (findings, reply) = findings(&rule.fail);
        assert!(findings.iter().all(|finding| finding.edits.is_empty()), "{}", rule.id);
        let alone = reply.and_then(|reply| Some((rule.judge_packet(&reply)?, reply)));
        let Some((finding, reply)) = alone.filter(|(finding, _)| !finding.edits.is_empty()) else {
            continue;
        };
        let packet = apply(&finding.edits, &reply).unwrap();
        assert!(rule.judge_packet(&packet).is_none(), "{}", rule.id);
        mended += 1;
    }
    assert_eq!(mended, 6);
}

#[test]
fn a_packet_alone_is_judged_by_packet_rules() {
    let request = hex::parse(super::PING).unwrap();
    assert!(judge_packet(&request).is_empty());
    for length in 0..request.len() {
        assert!(!judge_packet(&request[..length]).is_empty() || length == 0);
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
    let exchange = Exchange::new(&Example::HOST, &request, Some(&reply));
    assert_eq!(exchange.due, crate::Due::Reply);
}
