//! The transcript: a model's answer, read. Prose, code fences, prefixes, spaces and capitals do no
//! harm; nothing is guessed. Two different packets in one answer are none, half a byte is none, and
//! whether a packet is right is not asked here: that is the judge's.

use serde::Deserialize;
use verify::Reason;
use wire::{Edit, apply, edit};

use crate::memory::Remember;
use crate::mind::Action;
use crate::prompt::Form;

mod hex;
mod remember;

pub(crate) use remember::LONGEST_NAME;

/// Most bytes of an answer that are read, from its end: a reply is at most some 15,000 characters long.
const LONGEST: usize = 64 << 10;
/// Most characters of a reason in a model's own words.
const LONGEST_REASON: usize = 160;
/// Lines after a word without an operand in which the operand may stand.
const NEAR: usize = 4;

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What to do.
    pub action: Action,
    /// What to remember of the flow.
    pub remember: Remember,
}

/// What `answer` wants done, in the form that was asked for; edits are of `request`.
///
/// [`Action::Fail`] says in words why the answer cannot be read; those words may go back to the model.
pub fn read(answer: &str, form: Form, request: &[u8]) -> Reading {
    let answer = &answer[answer.ceil_char_boundary(answer.len().saturating_sub(LONGEST))..];
    // Models that think aloud, and whose servers do not tell, say so.
    let answer = answer.rsplit("</think>").next().unwrap_or_default();
    let (decision, remember) = match structured(answer, form) {
        Some(Ok((decision, remember))) => (Ok(decision), remember),
        Some(Err(why)) => (Err(why), Remember::default()),
        None => (prose(answer, form, request), remember::prose(answer)),
    };
    match decision.and_then(|decision| decision.act(request)) {
        Ok(action) => Reading { action, remember },
        Err(why) => Reading { action: Action::Fail(why), remember: Remember::default() },
    }
}

/// What an answer says, before it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    Packet(Vec<u8>),
    Edits(Vec<Edit>),
    Drop(String),
}

impl Decision {
    fn act(self, request: &[u8]) -> Result<Action, String> {
        match self {
            Decision::Packet(bytes) => Ok(Action::Send(bytes)),
            Decision::Drop(reason) => Ok(Action::Drop(reason)),
            Decision::Edits(edits) => {
                apply(&edits, request).map(Action::Send).map_err(|error| error.to_string())
            }
        }
    }

    fn is_drop(&self) -> bool {
        matches!(self, Decision::Drop(_))
    }
}

/// A JSON answer; what it does not need may be missing or null.
#[derive(Deserialize)]
struct Structured {
    action: String,
    reason: Option<String>,
    packet: Option<String>,
    edits: Option<Edits>,
    note: Option<String>,
    timers: Option<String>,
}

/// A decision, and what to remember.
type Whole = (Decision, Remember);

/// Edits as text, or as the objects that [`wire::Edit`] is in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Edits {
    Text(String),
    Objects(Vec<Edit>),
}

/// What the JSON objects with an action say, wherever in the answer they stand; `None` if there is none.
fn structured(answer: &str, form: Form) -> Option<Result<Whole, String>> {
    let mut decisions: Vec<Result<Whole, String>> = Vec::new();
    let mut rest = answer;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let object = objects.next().and_then(Result::ok);
        // Behind an object, or behind a brace that opens none.
        rest = &rest[if object.is_some() { objects.byte_offset() } else { 1 }..];
        let Some(answer) = object.and_then(|object| Structured::deserialize(object).ok()) else {
            continue;
        };
        let remember = remember::fields(answer.note.as_deref(), answer.timers.as_deref());
        let decision = answer.decision(form).map(|decision| (decision, remember));
        if !decisions.contains(&decision) {
            decisions.push(decision);
        }
    }
    match decisions.len() {
        0 => None,
        1 => decisions.pop(),
        _ => Some(Err("the answer holds two different decisions".into())),
    }
}

impl Structured {
    fn decision(self, form: Form) -> Result<Decision, String> {
        match (self.action.to_ascii_lowercase().as_str(), form) {
            ("drop", _) => Ok(Decision::Drop(reason(&self.reason.unwrap_or_default()))),
            ("send", Form::Bytes) => {
                hex::packet_in(&self.packet.unwrap_or_default(), None).map(Decision::Packet)
            }
            ("send", Form::Edits) => match self.edits {
                Some(Edits::Objects(edits)) => Ok(Decision::Edits(edits)),
                Some(Edits::Text(text)) => edits(&text),
                None => Err("there are no edits".into()),
            },
            (other, _) => {
                let other: String = other.chars().take(20).collect();
                Err(format!("action {other:?} is neither send nor drop"))
            }
        }
    }
}

/// The line that begins with SEND, EDIT or DROP, the last one if there are several; without any such
/// line, the packet that the prose holds.
fn prose(answer: &str, form: Form, request: &[u8]) -> Result<Decision, String> {
    let lines: Vec<&str> = answer.lines().collect();
    let marks: Vec<usize> = (0..lines.len()).filter(|at| marked(lines[*at]).is_some()).collect();
    let mut decisions: Vec<Result<Decision, String>> = Vec::new();
    for (index, &at) in marks.iter().enumerate() {
        let end = marks.get(index + 1).copied().unwrap_or(lines.len());
        let Some((word, rest)) = marked(lines[at]) else { continue };
        decisions.extend(decision(word, rest, &lines[at + 1..end], form));
    }
    let mut replies = decisions.iter().flatten().filter(|decision| !decision.is_drop());
    let first = replies.next();
    if replies.any(|other| Some(other) != first) {
        return Err("the answer holds two different packets".into());
    }
    match (decisions.pop(), form) {
        (Some(last), _) => last,
        // The request may be quoted; what was asked for is another packet.
        (None, Form::Bytes) => hex::packet_in(answer, Some(request)).map(Decision::Packet),
        (None, Form::Edits) => Err("the answer has no line EDIT or DROP".into()),
    }
}

/// What a marked line and those up to the next one say; `None` where the word is only a word.
fn decision(
    word: &str,
    rest: &str,
    following: &[&str],
    form: Form,
) -> Option<Result<Decision, String>> {
    if word == "DROP" {
        return dropped(rest, following).map(Ok);
    }
    if word != form.word() {
        let wanted = form.word();
        let why = format!("the answer is a line {word}, and {wanted} or DROP was asked for");
        return Some(Err(why));
    }
    Some(match form {
        Form::Edits => edits(&edit_lines(rest, following)),
        // A long packet may be spread over lines.
        Form::Bytes => {
            let text = [&[rest][..], following].concat().join("\n");
            hex::packet_in(&text, None).map(Decision::Packet)
        }
    })
}

/// A drop, with the reason on its line or near below. A sentence about dropping is none.
fn dropped(rest: &str, following: &[&str]) -> Option<Decision> {
    let near = || {
        let lines = following.iter().filter(|line| !line.trim().is_empty());
        lines.take(NEAR).find_map(|line| named(line))
    };
    match (named(rest), rest.trim().is_empty()) {
        (Some(name), _) => Some(Decision::Drop(name.to_owned())),
        (None, true) => Some(Decision::Drop(near().unwrap_or("no reason given").to_owned())),
        (None, false) => is_short(rest).then(|| Decision::Drop(reason(rest))),
    }
}

/// Whether words can be a reason in a model's own: not a sentence that goes on about something else.
fn is_short(words: &str) -> bool {
    !words.to_ascii_lowercase().contains("not apply") && words.split_whitespace().count() <= 8
}

/// The word of decision that opens a line, and what follows it: behind Markdown, and behind a label such as
/// "Final answer:". In small letters it is one only before what it needs.
fn marked(line: &str) -> Option<(&'static str, &str)> {
    let decoration =
        |c: char| c.is_whitespace() || matches!(c, '`' | '*' | '>' | '#' | '-' | '$' | '|');
    let mut line = line.trim_start_matches(decoration);
    for label in LABELS {
        if let Some(rest) = after(line, label) {
            line = rest.trim_start_matches(|c: char| decoration(c) || c == ':');
        }
    }
    for wrapping in ["\\boxed{", "\\text{", "\\texttt{"] {
        line = line.strip_prefix(wrapping).unwrap_or(line);
    }
    ["SEND", "EDIT", "DROP"].into_iter().find_map(|word| {
        let rest = after(line, word)?;
        let rest = rest.trim_matches(|c: char| decoration(c) || matches!(c, ':' | '.' | '}' | '{'));
        let sure = line.starts_with(word) || is_operand(word, rest);
        sure.then_some((word, rest))
    })
}

/// What models write before their decision.
const LABELS: [&str; 8] =
    ["final answer", "answer", "final", "action", "decision", "verdict", "output", "reply"];

/// What follows `word` at the start of the line, in capitals or not, if it is a word of its own.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = line.split_at_checked(word.len())?;
    let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
    (start.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

/// Whether `rest` is what `word` needs, so that it can be meant although it is in small letters.
fn is_operand(word: &str, rest: &str) -> bool {
    match word {
        "SEND" => hex::packet_in(rest, None).is_ok(),
        "EDIT" => edits(rest).is_ok(),
        _ => {
            let named = |name: &str| rest.eq_ignore_ascii_case(name);
            Reason::ALL.iter().any(|reason| named(reason.name()))
        }
    }
}

/// The edits on the marked line, and on those below that are edits and nothing else; a fence between
/// does no harm.
fn edit_lines(rest: &str, following: &[&str]) -> String {
    let mut text = rest.to_owned();
    for line in following {
        let line = line.trim().trim_start_matches(['-', '*', ' ']);
        let line = after(line, "EDIT").unwrap_or(line);
        match line.is_empty() || line.starts_with("```") {
            true => continue,
            false if edits(line).is_ok() => text += &format!("\n{line}"),
            false => break,
        }
    }
    text
}

fn edits(text: &str) -> Result<Decision, String> {
    // A note in brackets says nothing to the bytes.
    let text = text.split('(').next().unwrap_or_default().trim().trim_matches(['`', '.']);
    let edits = edit::parse(&text.replace(',', ";")).map_err(|error| error.to_string())?;
    match edits.is_empty() {
        true => Err("there are no edits".into()),
        false => Ok(Decision::Edits(edits)),
    }
}

/// The name of the reason that the words hold, or the words.
fn reason(words: &str) -> String {
    match named(words) {
        Some(name) => name.to_owned(),
        None if words.trim().is_empty() => "no reason given".to_owned(),
        None => words.trim().chars().take(LONGEST_REASON).collect(),
    }
}

/// The name of a reason that the words hold, the one that comes first.
fn named(words: &str) -> Option<&'static str> {
    let plain: String = words
        .to_ascii_lowercase()
        .chars()
        .map(|c| if matches!(c, ' ' | '_') { '-' } else { c })
        .collect();
    // Of two at one place the longer, which is the more exact.
    let found = Reason::ALL.iter().filter_map(|reason| {
        let at = plain.find(reason.name())?;
        Some((at, std::cmp::Reverse(reason.name().len()), reason.name()))
    });
    found.min().map(|(.., name)| name)
}

#[cfg(test)]
mod tests;
