//! What a finding found and what it expects: beside the fields, the numbers that an explanation may state.

use std::ops::Range;

use verify::{Finding, Rule};
use wire::Edit;

use super::facts::number_of;
use super::token::{Literal, Number, tokens};

/// What a finding found.
#[derive(Debug)]
pub(super) struct Found {
    pub rule: &'static Rule,
    pub range: Range<usize>,
    /// What it expects, by its message or its edits.
    pub expected: Vec<Literal>,
    /// What it found, by its message.
    pub found: Vec<Literal>,
    /// Its message.
    pub text: String,
}

impl Found {
    /// What a finding says in its message and its edits.
    pub fn new(finding: &Finding) -> Found {
        let message = &finding.message;
        let promised = message.split_once("expected").map_or("", |(_, rest)| rest);
        let promised = promised.split("found").next().unwrap_or_default();
        let mut expected: Vec<Literal> =
            tokens(promised).iter().filter_map(|token| token.literal()).collect();
        for edit in &finding.edits {
            if let Edit::Set { bytes, .. } = edit {
                expected.extend(number_of(bytes).map(|value| {
                    let (decimal, hex) = (Some(value), Some(value));
                    Literal::Number(Number { decimal, hex, is_hex: false })
                }));
                expected.extend(address_of(bytes));
            }
        }
        let found = message.rsplit_once("found").map_or("", |(_, rest)| rest);
        let found = tokens(found).iter().filter_map(|token| token.literal()).collect();
        let range = finding.range();
        Found { rule: finding.rule, range, expected, found, text: message.clone() }
    }
}

/// Whether two numbers can be read as the same.
pub(super) fn same(one: Number, other: Number) -> bool {
    let readings = |number: Number| {
        let decimal = number.decimal.filter(|_| !number.is_hex || number.hex.is_none());
        [decimal, number.hex.filter(|_| number.is_hex || number.decimal == number.hex)]
    };
    readings(one).into_iter().flatten().any(|value| readings(other).contains(&Some(value)))
}

fn address_of(octets: &[u8]) -> Option<Literal> {
    match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(|v4| Literal::Address(v4.into())),
        16 => <[u8; 16]>::try_from(octets).ok().map(|v6| Literal::Address(v6.into())),
        _ => None,
    }
}
