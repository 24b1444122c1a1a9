//! Statements about flags: "DF is set", "flags SYN, ACK", "the reserved bit is clear".

use super::facts::{Fact, Facts, Says};
use super::mood::{Mood, mood};
use super::token::Token;
use super::{Claim, Sentence, Verdict};

/// Flags by the words that call them, and the name under which the dissection shows them.
const FLAGS: [(&[&str], &str); 18] = [
    (&["df"], "df"),
    (&["don't", "fragment"], "df"),
    (&["dont", "fragment"], "df"),
    (&["do", "not", "fragment"], "df"),
    (&["mf"], "mf"),
    (&["more", "fragments"], "mf"),
    (&["reserved"], "reserved"),
    (&["syn"], "syn"),
    (&["ack"], "ack"),
    (&["fin"], "fin"),
    (&["rst"], "rst"),
    (&["psh"], "psh"),
    (&["push"], "psh"),
    (&["urg"], "urg"),
    (&["ece"], "ece"),
    (&["cwr"], "cwr"),
    (&["evil"], "reserved"),
    (&["reset"], "rst"),
];

/// Flags in a row, and whether the packet has them set.
#[derive(Debug)]
pub(super) struct List {
    /// How many tokens it is.
    pub tokens: usize,
    pub agrees: bool,
    /// What the packet shows.
    pub shown: String,
}

/// The flag that `tokens` begin with, and how many tokens it is.
fn flag_at(tokens: &[Token]) -> Option<(&'static str, usize)> {
    FLAGS.iter().find_map(|(words, flag)| {
        let mut pairs = words.iter().zip(tokens);
        let fits = tokens.len() >= words.len() && pairs.all(|(word, token)| token.is(word));
        fits.then_some((*flag, words.len()))
    })
}

/// Whether a word is a flag and nothing else.
pub(super) fn is_short(token: &Token) -> bool {
    FLAGS.iter().any(|(words, flag)| words.len() == 1 && words[0] == *flag && token.is(flag))
}

/// The flags listed at `at`, if one of the fields shows flags.
pub(super) fn list(tokens: &[Token], at: usize, fields: &[&Fact]) -> Option<List> {
    let fact = fields.iter().find(|fact| matches!(fact.says, Says::Flags(_)))?;
    let Says::Flags(set) = &fact.says else { return None };
    if tokens[at].is("none") {
        let (agrees, shown) = (set.is_empty(), fact.shown.clone());
        return Some(List { tokens: 1, agrees, shown });
    }
    let (mut end, mut all) = (at, true);
    while let Some((flag, count)) = flag_at(&tokens[end..]) {
        all &= set.iter().any(|other| other == flag);
        end += count;
        let gap = tokens[end..].iter().take(2).take_while(|token| separates(token)).count();
        match flag_at(&tokens[(end + gap).min(tokens.len())..]) {
            Some(_) => end += gap,
            None => break,
        }
    }
    // "Flags: DF is set, MF is clear" are statements of their own.
    let ends = tokens.get(end).is_none_or(|token| {
        let own = ["is", "are", "not", "flag", "flags", "bit", "bits", "set", "clear", "cleared"];
        let more = [":", "="].contains(&token.text);
        !(token.is_in(&own) || token.is_in(&["unset", "off"]) || token.literal().is_some() || more)
    });
    let (agrees, shown) = (all, fact.shown.clone());
    (end > at && ends).then_some(List { tokens: end - at, agrees, shown })
}

fn separates(token: &Token) -> bool {
    token.is_in(&["and"]) || [',', '+', '/', '|', '&', '-'].iter().any(|mark| token.is_mark(*mark))
}

/// The statement at `at` that a flag is set, or clear; and the token behind it.
pub(super) fn statement(sentence: &Sentence, at: usize, facts: &Facts) -> Option<(Claim, usize)> {
    let tokens = &sentence.tokens;
    let (flag, count) = flag_at(&tokens[at..])?;
    let field = field_of(flag, facts)?;
    let Says::Flags(set) = &field.says else { return None };
    let mut end = at + count;
    let skip = |end: &mut usize, test: &dyn Fn(&Token) -> bool| {
        let found = tokens.get(*end).is_some_and(test);
        *end += usize::from(found);
        found
    };
    let named = skip(&mut end, &|token| token.is_in(&["flag", "flags", "bit", "bits"]));
    // "Reserved" and "reset" are ordinary words.
    if !named && matches!(tokens[at].word(), Some("reserved" | "reset" | "push" | "evil")) {
        return None;
    }
    skip(&mut end, &|token| {
        token.is_in(&["is", "are", "was"]) || token.is_mark('=') || token.is_mark(':')
    });
    let negated = skip(&mut end, &|token| token.is("not"));
    let state = tokens.get(end)?;
    let on = match (state.word(), state.decimal()) {
        (Some("set" | "on"), _) | (None, Some(1)) => true,
        (Some("clear" | "cleared" | "unset" | "off"), _) | (None, Some(0)) => false,
        _ => return None,
    };
    let agrees = set.iter().any(|other| other == flag) == (on != negated);
    let barred = |token: &Token| token.is_in(&["neither", "nor", "or", "either", "not", "no"]);
    let joined = at > 0 && (barred(&tokens[at - 1]) || tokens[at - 1].is_mark('/'));
    let certain = mood(tokens, at..at + count, end, facts) != Mood::Other && !joined;
    let verdict = if agrees { Verdict::Confirmed } else { Verdict::Contradicted };
    let claim = Claim {
        range: sentence.span(at..end + 1),
        field: field.name.clone(),
        stated: sentence.text_of(at..end + 1),
        actual: format!("the packet says {}", field.shown),
        verdict: verdict.unless(!certain),
    };
    Some((claim, end + 1))
}

/// The field in which a flag is.
fn field_of<'f>(flag: &str, facts: &'f Facts) -> Option<&'f Fact> {
    let layer = if matches!(flag, "df" | "mf" | "reserved") { "ip" } else { "tcp" };
    let mut fields = facts
        .fields
        .iter()
        .filter(|fact| matches!(fact.says, Says::Flags(_)) && fact.layer().starts_with(layer));
    let field = fields.next();
    // Two headers, one in the other: no telling which is meant.
    field.filter(|_| fields.next().is_none())
}
