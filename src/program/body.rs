//! The body: a title, then the fixed headings in their order, each with something under it. The model reads
//! it as it stands; that all programs are built alike is what lets several make one prompt.

use super::MAX_BODY;
use super::mistake::{Mistakes, did_you_mean};
use crate::lint::nearest::nearest;

/// The headings in their order.
const HEADINGS: [&str; 5] = ["When", "Read", "Decide", "Build", "Reply"];

/// Checks a body that begins at `line` of its file, and gives its title.
pub(super) fn check(body: &str, line: usize, mistakes: &mut Mistakes) -> Option<String> {
    if body.trim().len() > MAX_BODY {
        let length = body.trim().len();
        mistakes.at(
            line,
            format!("the text has {length} bytes, and {MAX_BODY} at most are read: shorten it"),
        );
    }
    let title = title(body, line, mistakes);
    let sections = sections(body, line);
    let known = known(&sections, mistakes);
    order(&known, mistakes);
    missing(&known, line, mistakes);
    title
}

/// A heading of the second rank.
struct Section<'t> {
    name: &'t str,
    line: usize,
    empty: bool,
}

fn title(body: &str, line: usize, mistakes: &mut Mistakes) -> Option<String> {
    let mut lines = body.lines().enumerate().filter(|(_, text)| !text.trim().is_empty());
    let (index, first) = lines.next().unwrap_or((0, ""));
    let title = first.strip_prefix("# ").map(str::trim).filter(|title| !title.is_empty());
    if title.is_none() {
        mistakes.at(line + index, "a title must follow the front matter, such as `# Shout`");
    }
    title.map(str::to_owned)
}

/// The headings, but for those in code.
fn sections(body: &str, line: usize) -> Vec<Section<'_>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut in_code = false;
    for (index, text) in body.lines().enumerate() {
        in_code ^= text.trim_start().starts_with("```");
        match text.strip_prefix("## ").filter(|_| !in_code) {
            Some(name) => {
                sections.push(Section { name: name.trim(), line: line + index, empty: true });
            }
            None if text.trim().is_empty() => {}
            None => {
                if let Some(section) = sections.last_mut() {
                    section.empty = false;
                }
            }
        }
    }
    sections
}

/// The sections that are known, as their places in [`HEADINGS`], with their lines.
fn known(sections: &[Section], mistakes: &mut Mistakes) -> Vec<(usize, usize)> {
    let mut known = Vec::new();
    for Section { name, line, empty } in sections {
        match HEADINGS.iter().position(|heading| heading == name) {
            Some(place) => known.push((place, *line)),
            None => {
                let near = did_you_mean(&heading_like(name));
                let all = HEADINGS.join(", ");
                mistakes.at(
                    *line,
                    format!("there is no heading {name:?}{near}: there are {all}; ### is yours"),
                );
            }
        }
        if *empty {
            mistakes.at(*line, format!("nothing stands under {name}: leave it out or write it"));
        }
    }
    known
}

/// The heading that is nearest to `name`, whatever its case.
fn heading_like(name: &str) -> Vec<&'static str> {
    let small = HEADINGS.map(str::to_ascii_lowercase);
    let near = nearest(name, small.iter().map(String::as_str)).into_iter().take(1);
    near.filter_map(|near| HEADINGS.into_iter().find(|name| name.eq_ignore_ascii_case(near)))
        .collect()
}

fn order(known: &[(usize, usize)], mistakes: &mut Mistakes) {
    for pair in known.windows(2) {
        let ([before, place], line) = ([pair[0].0, pair[1].0], pair[1].1);
        let (name, other) = (HEADINGS[place], HEADINGS[before]);
        if place == before {
            mistakes.at(line, format!("the heading {name} stands here twice"));
        } else if place < before {
            mistakes.at(line, format!("the heading {name} belongs before {other}"));
        }
    }
}

fn missing(known: &[(usize, usize)], line: usize, mistakes: &mut Mistakes) {
    let has = |name: &str| known.iter().any(|(place, _)| HEADINGS[*place] == name);
    if !has("When") {
        mistakes.at(line, "the heading `## When` is missing: say when the program is at work");
    }
    if !has("Decide") && !has("Build") {
        mistakes.at(
            line,
            "neither `## Decide` nor `## Build` is there: say what is dropped, or what is sent",
        );
    }
}
