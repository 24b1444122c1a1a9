//! All rules, one a line, under the protocols they are on: a table of contents that fits 80 columns.

use super::page::{TITLE, WIDTH};
use verify::Rule;

/// Columns for the number of an RFC and its section, which may be a title.
const PLACE: usize = 17;
/// Columns for the level.
const LEVEL: usize = 10;

/// The list.
pub fn list(rules: &[&Rule]) -> String {
    let mut groups: Vec<&str> = rules.iter().map(|rule| group(rule)).collect();
    groups.sort_by_key(|name| rules.iter().position(|rule| group(rule) == *name));
    groups.dedup();
    let mut text = String::new();
    for name in groups {
        let rules: Vec<_> = rules.iter().filter(|rule| group(rule) == name).collect();
        let longest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        text += &format!("{TITLE}{name}{TITLE:#}\n");
        rules.iter().for_each(|rule| text += &line(rule, longest));
        text.push('\n');
    }
    let count = rules.len();
    text + &format!(
        "{count} rules. `softstack rules NAME` shows one in full, with packets that keep and\n\
         break it, or all of a protocol; `softstack rules --json` is for programs.\n"
    )
}

fn group(rule: &Rule) -> &'static str {
    rule.id.split('.').next().unwrap_or(rule.id)
}

fn line(rule: &Rule, longest: usize) -> String {
    let Rule { id, rfc, section, level, quote, .. } = rule;
    let place = cut(&format!("RFC {rfc} {section}"), PLACE);
    let line = format!("  {id:<longest$}  {place:<PLACE$}  {:<LEVEL$}  {quote}", level.name());
    cut(&line, WIDTH) + "\n"
}

/// A text that is cut where it is too long.
fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns - 1).collect();
    kept.trim_end().to_owned() + "…"
}
