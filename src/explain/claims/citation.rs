//! Statements about rules: their names, and the clauses of RFCs that are cited for them. A citation that the
//! table of rules does not have may still be right; one beside a rule's name has to be that rule's.

use verify::{RULES, Rule};

use super::facts::Facts;
use super::token::{Literal, Token};
use super::{Claim, Sentence, Verdict};

/// A clause in a sentence.
struct Clause<'t> {
    rfc: u64,
    section: Option<&'t str>,
    /// How many tokens it is.
    tokens: usize,
}

/// The clause that `tokens` begin with: `RFC 791`, `RFC 791 section 3.1`, `RFC 791, §3.1`.
fn clause_at<'t>(tokens: &[Token<'t>]) -> Option<Clause<'t>> {
    if !tokens.first()?.is("rfc") {
        return None;
    }
    let rfc = tokens.get(1)?.decimal()?;
    let comma = usize::from(tokens.get(2).is_some_and(|token| token.is_mark(',')));
    let word = tokens.get(2 + comma).is_some_and(|token| {
        token.is_in(&["section", "sec", "sections", "clause"]) || token.is_mark('§')
    });
    let at = 2 + comma + usize::from(word);
    // Behind a comma a number is a section only if it says so.
    let section = tokens.get(at).filter(|_| word || comma == 0).and_then(section);
    let tokens = if section.is_some() { at + 1 } else { 2 };
    Some(Clause { rfc, section, tokens })
}

/// The number of a section, such as 3.2.1.7.
fn section<'t>(token: &Token<'t>) -> Option<&'t str> {
    let numbers = token.text.split('.').all(|part| {
        !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    numbers.then_some(token.text)
}

/// Whether the number at `at` is that of a section or a version: it looks like an address then.
pub(super) fn is_numbered(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    before.is_some_and(|token| {
        token.is_in(&["section", "sec", "sections", "clause", "version", "release", "chapter"])
            || token.is_mark('§')
    })
}

/// The clause cited at `at`, if one is, and the token behind it.
pub(super) fn clause(sentence: &Sentence, at: usize, facts: &Facts) -> Option<(Claim, usize)> {
    let tokens = &sentence.tokens;
    let clause = clause_at(&tokens[at..])?;
    let end = at + clause.tokens;
    let beside = beside(tokens, at, facts);
    let (verdict, actual) = match beside {
        Some(rule) if clause.is_of(rule) => (Verdict::Confirmed, String::new()),
        Some(rule) => {
            let actual = format!("{} is RFC {} {}", rule.id, rule.rfc, rule.section);
            (Verdict::Contradicted, actual)
        }
        None if rules(facts).any(|rule| clause.is_of(rule)) => (Verdict::Confirmed, String::new()),
        None => (Verdict::Unverifiable, String::new()),
    };
    let claim = Claim {
        range: sentence.span(at..end),
        field: "clause".to_owned(),
        stated: sentence.text_of(at..end),
        actual,
        verdict,
    };
    Some((claim, end))
}

impl Clause<'_> {
    /// Whether it is that rule's; a section holds those below it, and one with a title has no number.
    fn is_of(&self, rule: &Rule) -> bool {
        let titled = !rule.section.starts_with(|c: char| c.is_ascii_digit());
        let within = |section: &str| {
            rule.section == section || rule.section.starts_with(&format!("{section}."))
        };
        self.rfc == u64::from(rule.rfc)
            && self.section.is_none_or(|section| titled || within(section))
    }
}

/// The rule whose name stands right before a citation, with at most a bracket between.
fn beside(tokens: &[Token], at: usize, facts: &Facts) -> Option<&'static Rule> {
    let before = at.checked_sub(1)?;
    let bracket = tokens[before].is_mark('(') || tokens[before].is_mark(',');
    let name = tokens[before.checked_sub(usize::from(bracket))?].word()?;
    rules(facts).find(|rule| rule.id == name)
}

fn rules(facts: &Facts) -> impl Iterator<Item = &'static Rule> {
    facts.findings.iter().map(|found| found.rule).chain(RULES)
}

/// The value at `at` that a finding is said to have found, and the token behind it: "ipv4.ttl: expected 1
/// or more, found 0".
pub(super) fn found(sentence: &Sentence, at: usize, facts: &Facts) -> Option<(Claim, usize)> {
    let tokens = &sentence.tokens;
    let value = tokens.get(at + 1).filter(|_| tokens[at].is("found"))?.literal()?;
    let named = |rule: &str| tokens[..at].iter().any(|token| token.is(rule));
    let finding = facts.findings.iter().find(|finding| named(finding.rule.id))?;
    let first = finding.found.first()?;
    let verdict = match finding.found.contains(&value) {
        true => Verdict::Confirmed,
        false => Verdict::Contradicted.unless(finding.found.len() > 1 || !alike(first, &value)),
    };
    let claim = Claim {
        range: sentence.span(at..at + 2),
        field: finding.rule.id.to_owned(),
        stated: sentence.text_of(at + 1..at + 2),
        actual: format!("the finding says {}", finding.text),
        verdict,
    };
    Some((claim, at + 2))
}

/// Whether two values are written in the same way, so that they can differ in nothing but value.
fn alike(one: &Literal, other: &Literal) -> bool {
    match (one, other) {
        (Literal::Number(one), Literal::Number(other)) => one.is_hex == other.is_hex,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// The rule named at `at`, if one is.
pub(super) fn rule(sentence: &Sentence, at: usize, facts: &Facts) -> Option<Claim> {
    let tokens = &sentence.tokens;
    let name = tokens[at].word().filter(|word| word.contains('.'))?;
    let known = rules(facts).any(|rule| rule.id == name);
    let called = at > 0 && tokens[at - 1].is_in(&["rule", "finding"]);
    if !known && !called {
        return None;
    }
    let verdict = if known { Verdict::Confirmed } else { Verdict::Contradicted };
    Some(Claim {
        range: sentence.span(at..at + 1),
        field: "rule".to_owned(),
        stated: sentence.text_of(at..at + 1),
        actual: if known { String::new() } else { format!("no rule is called {name}") },
        verdict,
    })
}
