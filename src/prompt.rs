//! The prompt: what a language model is told. A stable part, the program in `programs/`, which is the
//! same for every packet so that providers can cache it, and the turn: this packet, this address, and
//! after a veto the judge's objections.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use verify::{Finding, Host};
use wire::Mac;

use crate::memory::Limits;
use crate::mind::Event;
use crate::program::{Program, Programs};
use crate::transcript;

mod thinking;
mod turn;

pub use thinking::Thinking;

/// The forms that a model's reply may have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum, Hash,
)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The whole packet in hex.
    #[default]
    Bytes,
    /// Edits over the request's bytes.
    Edits,
}

impl Form {
    /// As in `--form`.
    pub fn name(self) -> &'static str {
        match self {
            Form::Bytes => "bytes",
            Form::Edits => "edits",
        }
    }

    /// The word that opens an answer of this form.
    pub fn word(self) -> &'static str {
        match self {
            Form::Bytes => "SEND",
            Form::Edits => "EDIT",
        }
    }

    /// The field of a JSON answer that holds the reply.
    pub fn field(self) -> &'static str {
        match self {
            Form::Bytes => "packet",
            Form::Edits => "edits",
        }
    }
}

/// What every prompt of a model has in common: in which form to answer, and what is asked for.
#[derive(Debug, Clone)]
pub struct Style {
    /// The reply's form.
    pub form: Form,
    /// Whether the runtime computes the checksums of the reply.
    pub offload: bool,
    /// Whether prose is asked for, and no reply.
    is_prose: bool,
}

impl Style {
    /// The style of a host that answers in `form`.
    pub fn new(form: Form, offload: bool) -> Style {
        Style { form, offload, is_prose: false }
    }

    /// The style of who explains packets, in prose.
    pub fn explainer() -> Style {
        Style { form: Form::default(), offload: false, is_prose: true }
    }

    /// The part of a prompt that is the same for every packet that those programs claim, so that providers
    /// can cache it; `structured` if the answer is to be JSON.
    fn system(&self, programs: &[Arc<Program>], structured: bool) -> String {
        if self.is_prose {
            return include_str!("../prompts/explain.md").into();
        }
        let remembers = remember(programs);
        let answer = match self.form {
            Form::Bytes => include_str!("../prompts/answer-bytes.md"),
            Form::Edits => include_str!("../prompts/answer-edits.md"),
        };
        let json = include_str!("../prompts/answer-json.md")
            .replace("{field}", self.form.field())
            .replace("{word}", self.form.word());
        let notes = include_str!("../prompts/answer-notes.md");
        let notes_json = include_str!("../prompts/answer-notes-json.md");
        let after = [
            (true, answer),
            (remembers, notes),
            (self.offload, include_str!("../prompts/offload.md")),
            (structured, &json),
            (structured && remembers, notes_json),
        ];
        let programs = programs.iter().map(|program| &*program.text);
        let after = after.into_iter().filter(|(wanted, _)| *wanted).map(|(_, text)| text);
        let title = ["# Your answer\n"];
        let parts: Vec<&str> = programs.chain(title).chain(after).map(str::trim_end).collect();
        parts.join("\n\n") + "\n"
    }
}

/// Whether any of the programs remembers something of a flow.
fn remember(programs: &[Arc<Program>]) -> bool {
    Limits::of(programs).is_some()
}

/// The programs of a host that knows nothing but echo over IPv4.
fn echo_programs() -> Vec<Arc<Program>> {
    Programs::shipped().select(&["host", "ipv4", "icmp"])
}

/// What one call tells the model.
#[derive(Debug, Clone)]
pub struct Prompt {
    style: Style,
    /// Those that are told.
    programs: Vec<Arc<Program>>,
    /// The part for this packet.
    pub turn: String,
    /// The packet itself, for a backend that looks up what was answered before.
    pub packet: Vec<u8>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

impl Prompt {
    /// The prompt for the first attempt at an event.
    pub fn new(style: &Style, event: &Event) -> Prompt {
        let programs = match &event.programs[..] {
            [] => echo_programs(),
            chosen => chosen.to_vec(),
        };
        let (packet, turn) = (event.basis().to_vec(), turn::turn(event));
        Prompt { style: style.clone(), programs, turn, packet, attempt: 1 }
    }

    /// The longest prompt for a first attempt of a host with those programs: about a packet of so many bytes,
    /// with all that can be told of it.
    pub fn longest(style: &Style, programs: &Programs, largest: usize) -> Prompt {
        let address = Ipv4Addr::BROADCAST;
        let host = Host {
            ipv6: Some(Ipv6Addr::from([0xff; 16])),
            mac: Some(Mac::BROADCAST),
            speaks: programs.speaks(),
            ..Host::echo(address, Some(address))
        };
        let mut event = Event::new(host, 1, vec![0xff; largest]);
        let states = programs.iter().filter_map(|program| program.state.as_ref());
        let notes = states.map(|state| state.notes as usize).max().unwrap_or_default();
        event.recollection.notes = "-".repeat(notes);
        event.timer = Some("-".repeat(4 * transcript::LONGEST_NAME));
        event.programs = programs.longest_chain();
        Prompt::new(style, &event)
    }

    /// The prompt that asks for prose about `packet`.
    pub fn about(style: &Style, packet: Vec<u8>, turn: String) -> Prompt {
        Prompt { style: style.clone(), programs: Vec::new(), turn, packet, attempt: 1 }
    }

    /// Adds what was wrong with the answer before: the judge's findings, or that it could not be read.
    pub fn object(&mut self, attempt: u32, answer: &str, objections: &[Finding], unread: &str) {
        self.attempt = attempt;
        let shown: String = answer.chars().take(8_000).collect();
        let _ = write!(self.turn, "\nTo this you answered before:\n\n{shown}\n\n");
        self.turn += match unread.is_empty() {
            true => "The checker held that back:\n\n",
            false => "That could not be read as an answer:\n\n",
        };
        match unread.is_empty() {
            true => objections.iter().for_each(|finding| {
                let _ = writeln!(self.turn, "- {finding}");
            }),
            false => {
                let _ = writeln!(self.turn, "- {unread}");
            }
        }
        self.turn += "\nAnswer afresh, from the packet above.\n";
    }

    /// The stable part; `structured` if the answer is to be JSON.
    pub fn system(&self, structured: bool) -> String {
        self.style.system(&self.programs, structured)
    }

    /// Whether the answer can be JSON at all.
    pub fn can_be_structured(&self) -> bool {
        !self.style.is_prose
    }

    /// The form that the answer shall have.
    pub fn form(&self) -> Form {
        self.style.form
    }

    /// The JSON schema of a structured answer, in the part of JSON Schema that providers share: every
    /// property required, none besides. In the order in which a model should think: what to do, what to
    /// remember, and the reply last.
    pub fn schema(&self) -> serde_json::Value {
        let mut properties = serde_json::Map::new();
        let action = serde_json::json!({"type": "string", "enum": ["send", "drop"]});
        properties.insert("action".into(), action);
        let memory: &[&str] = if remember(&self.programs) { &["note", "timers"] } else { &[] };
        let texts = ["reason"].iter().chain(memory).copied().chain([self.form().field()]);
        let mut required = vec!["action"];
        for name in texts {
            properties.insert(name.into(), serde_json::json!({"type": "string"}));
            required.push(name);
        }
        serde_json::json!({
            "type": "object",
            "required": required,
            "properties": properties,
            "additionalProperties": false,
        })
    }

    /// No fewer tokens than a model reads of this. A tokenizer may split hex into single digits; of
    /// English it makes far less than a token for two bytes (`cargo xtask tokens` counts both).
    pub fn most_input(&self) -> u64 {
        let program = self.system(true).len().div_ceil(2);
        (program + self.turn.len()) as u64 + 500
    }
}

/// As `tcpdump -x` prints a packet.
pub(crate) fn dump(packet: &[u8]) -> String {
    let mut text = String::with_capacity(packet.len() * 3);
    for (row, bytes) in packet.chunks(16).enumerate() {
        let _ = write!(text, "0x{:04x}:", row * 16);
        for word in bytes.chunks(2) {
            let _ = write!(text, " {}", wire::hex::encode(word));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use verify::Reason;

    use super::*;

    #[test]
    fn the_stable_part_is_whole() {
        for (form, offload) in [(Form::Bytes, false), (Form::Edits, true)] {
            let style = Style::new(form, offload);
            for structured in [false, true] {
                let text = style.system(&echo_programs(), structured);
                assert!(!text.contains(['{', '}']), "a blank was not filled in: {text}");
                assert!(text.contains(form.word()));
                assert_eq!(text.contains("## Checksum offload"), offload);
                assert_eq!(text.contains("JSON"), structured);
                // The judge's reasons, in the judge's order.
                let named =
                    Reason::ECHO.map(|reason| text.find(&format!("- `{}`:", reason.name())));
                assert!(named.iter().all(Option::is_some) && named.is_sorted(), "{named:?}");
                assert!(!text.contains("TIMER"), "echo remembers nothing");
            }
            let remembering = Programs::shipped().select(&["host", "ipv4", "tcp"]);
            let text = style.system(&remembering, true);
            assert!(text.contains("NOTE") && text.contains("`timers`"), "{text}");
        }
    }

    #[test]
    fn the_schema_has_what_the_answer_has() {
        let mut event = Event::new(verify::Example::IP_HOST, 1, vec![0x45; 40]);
        let names = |event: &Event| {
            let schema = Prompt::new(&Style::new(Form::Edits, false), event).schema();
            serde_json::from_value::<Vec<String>>(schema["required"].clone()).unwrap()
        };
        assert_eq!(names(&event), ["action", "reason", "edits"]);
        event.programs = Programs::shipped().select(&["host", "ipv4", "tcp"]);
        assert_eq!(names(&event), ["action", "reason", "note", "timers", "edits"]);
    }

    /// Providers cache what is the same: of all packets that choose the same programs.
    #[test]
    fn the_stable_part_is_the_same_for_every_packet_of_its_programs() {
        let style = Style::new(Form::Edits, true);
        let mut event = Event::new(verify::Example::ETHERNET_HOST, 1, vec![0x45; 40]);
        event.programs = Programs::shipped().select(&["host", "ethernet", "ipv4", "tcp"]);
        let first = Prompt::new(&style, &event);
        (event.number, event.packet) = (2, vec![0x46; 90]);
        event.host = Arc::new(verify::Example::IP_HOST);
        event.timer = Some("retransmit".into());
        event.recollection.notes = "ESTABLISHED".into();
        let mut other = Prompt::new(&style, &event);
        other.object(2, "SEND 45", &[], "no");
        assert_ne!(first.turn, other.turn);
        for structured in [false, true] {
            assert_eq!(first.system(structured), other.system(structured));
        }
    }

    #[test]
    fn no_prompt_is_longer_than_the_longest() {
        let (style, programs) = (Style::new(Form::Edits, true), Programs::shipped());
        let longest = Prompt::longest(&style, &programs, 1_500).most_input();
        for names in
            [&["host", "ethernet", "ipv6", "tcp", "http"][..], &["host", "ipv4", "udp", "dns"]]
        {
            let mut event = Event::new(verify::Example::ETHERNET_HOST, 1, vec![0x45; 1_500]);
            event.programs = programs.select(names);
            event.recollection.notes = "x".repeat(event.limits().map_or(0, |limits| limits.notes));
            event.timer = Some("retransmit".into());
            assert!(Prompt::new(&style, &event).most_input() <= longest, "{names:?}");
        }
        assert!(Prompt::longest(&style, &programs, 84).most_input() < longest);
    }

    #[test]
    fn an_objection_goes_back_with_the_answer_before() {
        let host = verify::Host::echo([10, 0, 0, 1].into(), None);
        let event = Event::new(host.clone(), 1, (0..18).chain([0xff]).collect());
        let mut prompt = Prompt::new(&Style::new(Form::Bytes, false), &event);
        let veto = verify::admit(&host, &event.packet, vec![0x45]).unwrap_err();
        prompt.object(2, "SEND 45", &veto.findings, "");
        assert!(prompt.turn.contains("SEND 45") && prompt.turn.contains("ipv4.ihl (RFC 791 3.1"));
        assert_eq!(prompt.attempt, 2);
    }
}
