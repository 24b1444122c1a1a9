//! From a question to the words of an answer: what the brain decides, what a fault makes of it, and how
//! that is spelt.

use serde_json::Value;
use wire::{Edit, edit, hex};

use crate::behaviour::{Brain, Fault};
use crate::explain;
use crate::host::{Decision, Outcome, Reply, consider, difference};
use crate::turn::{Form, Turn};

mod misdirect;

use misdirect::misdirect;

/// What a model says where there is no packet.
const NO_PACKET: &str = "I see no packet in this message.";
/// The byte that a model which is always wrong gets wrong: the low one of the ICMP checksum.
const CHECKSUM_LOW: usize = 23;
/// Characters of the longest answer.
const HUGE: usize = 10_000_000;

/// What a model thinks, and then says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A sentence for each step of its reasoning.
    pub thoughts: Vec<String>,
    /// The answer.
    pub text: String,
}

/// The answer of `brain` to `turn`, under `fault`.
pub fn answer(brain: &Brain, fault: &Fault, turn: &Turn) -> Answer {
    if explain::is_wanted(turn) {
        let lies = matches!(brain, Brain::Lying);
        let text = exact(brain, turn).unwrap_or_else(|| explain::explanation(turn, lies));
        return Answer { thoughts: Vec::new(), text: spoilt(fault, turn, text) };
    }
    let Some(Decision { thoughts, outcome, note, timers }) = consider(turn) else {
        let text = exact(brain, turn).unwrap_or_else(|| NO_PACKET.to_owned());
        return Answer { thoughts: Vec::new(), text: spoilt(fault, turn, text) };
    };
    let aside = Aside { note, timers };
    let text = exact(brain, turn)
        .unwrap_or_else(|| spell(turn, wrong(brain, turn, outcome), &aside, fault));
    Answer { thoughts, text: spoilt(fault, turn, text) }
}

/// What is said besides the outcome.
#[derive(Default)]
struct Aside {
    note: Option<String>,
    timers: Vec<(&'static str, u32)>,
}

impl Aside {
    /// The lines before the last.
    fn lines(&self) -> String {
        let note = self.note.iter().map(|note| format!("NOTE {note}\n"));
        let timers = self.timers.iter().map(|(name, after)| format!("TIMER {name} {after}\n"));
        note.chain(timers).collect()
    }

    /// The timers as one property of JSON.
    fn timers(&self) -> String {
        let timers = self.timers.iter().map(|(name, after)| format!("{name} {after}"));
        timers.collect::<Vec<_>>().join("; ")
    }
}

/// The text of a brain that does not decide but speaks.
fn exact(brain: &Brain, turn: &Turn) -> Option<String> {
    match brain {
        Brain::Text(text) => Some(text.clone()),
        Brain::Closure(answering) => Some(answering(turn)),
        Brain::Correct | Brain::WrongAt(_) | Brain::AlwaysWrong | Brain::Lying => None,
    }
}

/// What the brain makes of the right outcome.
fn wrong(brain: &Brain, turn: &Turn, outcome: Outcome) -> Outcome {
    match (brain, outcome) {
        (Brain::WrongAt(offset), Outcome::Reply(reply)) if !turn.objected => {
            Outcome::Reply(flipped(reply, *offset))
        }
        (Brain::AlwaysWrong, Outcome::Reply(reply)) => Outcome::Reply(flipped(reply, CHECKSUM_LOW)),
        // What is to be dropped goes back to where it came from.
        (Brain::AlwaysWrong, Outcome::Drop(_)) => {
            Outcome::Reply(Reply { bytes: turn.packet.clone(), edits: Vec::new() })
        }
        (_, outcome) => outcome,
    }
}

fn flipped(reply: Reply, offset: usize) -> Reply {
    changed(reply, |bytes| {
        let offset = offset.min(bytes.len().saturating_sub(1));
        if let Some(byte) = bytes.get_mut(offset) {
            *byte ^= 0xff;
        }
    })
}

/// Another reply of the same length, in both forms.
fn changed(reply: Reply, change: impl FnOnce(&mut Vec<u8>)) -> Reply {
    let Reply { bytes, mut edits } = reply;
    let mut other = bytes.clone();
    change(&mut other);
    edits.extend(difference(&bytes, &other));
    Reply { bytes: other, edits }
}

/// The words for an outcome.
fn spell(turn: &Turn, outcome: Outcome, aside: &Aside, fault: &Fault) -> String {
    let reply = match outcome {
        Outcome::Drop(reason) => return dropping(turn, reason, aside),
        Outcome::Reply(reply) => reply,
    };
    match fault {
        Fault::OddHex => sending(turn, &with_half_a_byte(turn, &reply), aside),
        Fault::ShortHex => sending(turn, &written(turn, &shortened(reply)), aside),
        Fault::WrongDestination => sending(turn, &written(turn, &misdirected(turn, reply)), aside),
        Fault::TwoPackets => {
            let first = written(turn, &reply);
            let second = written(turn, &misdirected(turn, reply));
            match turn.structured {
                true => sending(turn, &format!("{first} {second}"), aside),
                false => {
                    let first = sending(turn, &first, aside);
                    format!("{first}\n{}", sending(turn, &second, &Aside::default()))
                }
            }
        }
        _ => sending(turn, &written(turn, &reply), aside),
    }
}

fn dropping(turn: &Turn, reason: &str, aside: &Aside) -> String {
    match turn.structured {
        true => json(turn, "drop", reason, "", aside),
        false => format!("{}DROP {reason}", aside.lines()),
    }
}

fn sending(turn: &Turn, reply: &str, aside: &Aside) -> String {
    match turn.structured {
        true => json(turn, "send", "", reply, aside),
        false => format!("{}{} {reply}", aside.lines(), turn.form.word()),
    }
}

/// By hand, because the properties have an order: that of the schema.
fn json(turn: &Turn, action: &str, reason: &str, reply: &str, aside: &Aside) -> String {
    let property = |name: &String| {
        let value = match name.as_str() {
            "action" => action.to_owned(),
            "reason" => reason.to_owned(),
            "note" => aside.note.clone().unwrap_or_default(),
            "timers" => aside.timers(),
            name if name == turn.form.property() => reply.to_owned(),
            _ => String::new(),
        };
        format!("{}:{}", Value::from(name.as_str()), Value::from(value))
    };
    let properties: Vec<String> = turn.properties.iter().map(property).collect();
    format!("{{{}}}", properties.join(","))
}

fn written(turn: &Turn, reply: &Reply) -> String {
    match turn.form {
        Form::Bytes => hex::encode(&reply.bytes),
        Form::Edits => edit::text(&reply.edits),
    }
}

fn with_half_a_byte(turn: &Turn, reply: &Reply) -> String {
    let mut text = written(turn, reply);
    match turn.form {
        Form::Bytes => drop(text.pop()),
        Form::Edits => text += "; set 8 4",
    }
    text
}

fn shortened(reply: Reply) -> Reply {
    let Reply { mut bytes, mut edits } = reply;
    bytes.truncate(bytes.len().saturating_sub(2));
    edits.push(Edit::Truncate { length: bytes.len() });
    Reply { bytes, edits }
}

/// The reply to the address next to the right one.
fn misdirected(turn: &Turn, reply: Reply) -> Reply {
    let is_frame = turn.facts.as_ref().is_some_and(|facts| facts.mac.is_some());
    changed(reply, |bytes| misdirect(bytes, is_frame))
}

/// What a fault makes of a whole answer, whatever it says.
fn spoilt(fault: &Fault, turn: &Turn, text: String) -> String {
    match fault {
        Fault::EmptyAnswer => String::new(),
        Fault::ProseOnly => "This looks like an ordinary packet. I would answer it, since it is \
                             addressed to this host, but let me first explain what a ping is."
            .to_owned(),
        Fault::Huge => sending(turn, &"45".repeat(HUGE / 2), &Aside::default()),
        _ => text,
    }
}
