//! What softstack is to a model, as far as the reference host needs it: it words each turn, keeps notes and
//! timers, and applies edits. Every question is asked in every form, and all answers must be the same.

use std::collections::HashMap;
use std::fmt::Write;

use ::provider::answer::answer;
use ::provider::{Brain, Fault, Form, Turn};
use serde_json::{Value, json};
use wire::{Flow, Link, Packet};

/// A system prompt that asks for bytes.
pub const BYTES: &str = "# You are a host\n\n    SEND 4500001c\n";
/// One that asks for edits.
pub const EDITS: &str = "# You are a host\n\n    EDIT swap 12 16 4\n";

/// A host, and what is kept for it.
pub struct World {
    /// The facts of every turn, a line each.
    pub facts: String,
    /// Programs in the system prompt.
    pub programs: String,
    /// Whether packets are frames.
    pub is_frame: bool,
    /// Whether the link computes checksums.
    pub offload: bool,
    /// Milliseconds since it began.
    pub now: u64,
    /// Identification and initial sequence number, where they are not to change.
    pub origin: Option<(u16, u32)>,
    flows: HashMap<Flow, Kept>,
    questions: u16,
}

/// What is kept of a flow.
#[derive(Default)]
struct Kept {
    notes: Option<String>,
    timers: Vec<(String, u64)>,
    came: Vec<u8>,
    sent: Option<Vec<u8>>,
}

/// An answer that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The packet to be sent, or the reason why there is none.
    pub reply: Result<Vec<u8>, String>,
    /// The note; none keeps what there is.
    pub note: Option<String>,
    /// The timers, with their seconds.
    pub timers: Vec<(String, u64)>,
}

impl World {
    /// A host on a link without headers.
    pub fn ip() -> World {
        World {
            facts: "Your address is 10.0.0.1 (0a000001).\n\
                    Your IPv6 address is fd00::1 (fd000000000000000000000000000001).\n\
                    Open UDP ports: 7, 53, 67, 4000-4010.\nOpen TCP ports: 80, 81.\n"
                .into(),
            programs: String::new(),
            is_frame: false,
            offload: false,
            now: 0,
            origin: None,
            flows: HashMap::new(),
            questions: 0,
        }
    }

    /// A host on Ethernet.
    pub fn ethernet() -> World {
        let mut world = World::ip();
        world.facts += "Your Ethernet address is 02:00:00:00:00:01.\n";
        world.is_frame = true;
        world
    }

    /// What the host sends when that came.
    pub fn receive(&mut self, packet: &[u8]) -> Result<Vec<u8>, String> {
        self.answer(packet).reply
    }

    /// What it answers when that came.
    pub fn answer(&mut self, packet: &[u8]) -> Answered {
        let length = packet.len();
        let flow = self.flow(packet);
        let notes = flow.and_then(|flow| self.flows.get(&flow)?.notes.clone());
        let sentence = format!("This packet of {length} bytes came:");
        let answered = self.ask(notes.as_deref(), &sentence, packet);
        if let Some(flow) = flow {
            self.flows.entry(flow).or_default().came = packet.to_vec();
            self.keep(flow, &answered);
        }
        answered
    }

    /// What it sends because timers went off.
    pub fn wake(&mut self) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        while let Some((flow, timer)) = self.due() {
            let kept = &self.flows[&flow];
            let (whose, packet) = match &kept.sent {
                Some(packet) => ("Your last packet", packet.clone()),
                None => ("The last packet that came", kept.came.clone()),
            };
            let length = packet.len();
            let sentence = format!(
                "The timer {timer} went off. {whose} on this flow, of {length} bytes, was:"
            );
            let notes = kept.notes.clone();
            let answered = self.ask(notes.as_deref(), &sentence, &packet);
            self.keep(flow, &answered);
            sent.extend(answered.reply.ok());
        }
        sent
    }

    /// When the next timer goes off.
    pub fn next_timer(&self) -> Option<u64> {
        self.flows.values().flat_map(|kept| kept.timers.iter().map(|(_, due)| *due)).min()
    }

    /// The notes of all flows that have any.
    pub fn notes(&self) -> Vec<String> {
        self.flows.values().filter_map(|kept| kept.notes.clone()).collect()
    }

    /// Forgets all notes, as if they had expired.
    pub fn forget(&mut self) {
        self.flows.clear();
    }

    fn due(&self) -> Option<(Flow, String)> {
        let all = self.flows.iter().flat_map(|(flow, kept)| {
            kept.timers.iter().map(move |(name, due)| (*due, *flow, name.clone()))
        });
        let first = all.min_by_key(|(due, ..)| *due)?;
        (first.0 <= self.now).then_some((first.1, first.2))
    }

    fn keep(&mut self, flow: Flow, answered: &Answered) {
        let kept = self.flows.entry(flow).or_default();
        match answered.note.as_deref() {
            Some("-") => kept.notes = None,
            Some(note) => kept.notes = Some(note.to_owned()),
            None => {}
        }
        let timers = answered.timers.iter();
        kept.timers =
            timers.map(|(name, after)| (name.clone(), self.now + after * 1_000)).collect();
        if let Ok(packet) = &answered.reply {
            kept.sent = Some(packet.clone());
        }
    }

    /// The flow of a packet that came.
    fn flow(&self, packet: &[u8]) -> Option<Flow> {
        let link = if self.is_frame { Link::Ethernet } else { Link::RawIp };
        Packet::new(link, packet, packet.len()).flow()
    }

    /// Asks in every form; the answers must agree.
    fn ask(&mut self, notes: Option<&str>, sentence: &str, packet: &[u8]) -> Answered {
        self.questions += 1;
        let text = self.turn(notes, sentence, packet);
        let mut answers = Vec::new();
        for (form, system) in [(Form::Bytes, BYTES), (Form::Edits, EDITS)] {
            let offload = if self.offload { "\n## Checksum offload\n" } else { "" };
            let system = format!("{system}\n{}{offload}", self.programs);
            for schema in [None, Some(schema(form))] {
                let turn = Turn::read("m", &system, &text, schema.as_ref());
                let said = answer(&Brain::Correct, &Fault::None, &turn);
                assert!(!said.thoughts.is_empty());
                answers.push(read(&said.text, form, packet));
            }
        }
        for other in &answers[1..] {
            assert_eq!(&answers[0], other, "{text}");
        }
        answers.swap_remove(0)
    }

    /// The words of a turn.
    pub fn turn(&self, notes: Option<&str>, sentence: &str, packet: &[u8]) -> String {
        let mut text = self.facts.clone();
        let changing = u32::from(self.questions).wrapping_mul(0x9e37_79b1);
        let (identification, initial) = self.origin.unwrap_or((self.questions, changing));
        let _ = writeln!(
            text,
            "For what you originate: identification {identification:04x}, TTL 64, initial sequence \
             number {initial:08x}."
        );
        text += &notes.map_or("You have no notes on this flow.".into(), |notes| {
            format!("Your notes on this flow: {notes}")
        });
        let _ = write!(text, "\n{sentence}\n\n");
        for (row, bytes) in packet.chunks(16).enumerate() {
            let words: Vec<_> = bytes.chunks(2).map(wire::hex::encode).collect();
            let _ = writeln!(text, "0x{:04x}: {}", row * 16, words.join(" "));
        }
        text
    }
}

fn schema(form: Form) -> Value {
    json!({
        "type": "object",
        "properties": {form.property(): {}, "action": {}, "note": {}, "reason": {}, "timers": {}},
        "required": ["action", "reason", "note", "timers", form.property()],
    })
}

/// Reads an answer to a question that showed `packet`.
fn read(text: &str, form: Form, packet: &[u8]) -> Answered {
    let (action, reason, reply, note, timers);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let order = ["action", "reason", "note", "timers", form.property()];
        let places = order.map(|name| text.find(&format!("\"{name}\":")).expect(name));
        assert!(places.is_sorted() && value.as_object().unwrap().len() == 5, "{text}");
        let field = |name: &str| value[name].as_str().unwrap().to_owned();
        (action, reason, reply) = (field("action"), field("reason"), field(form.property()));
        note = Some(field("note")).filter(|note| !note.is_empty());
        timers = field("timers").split("; ").filter_map(timer).collect();
    } else {
        let lines = text.lines();
        note = lines.clone().find_map(|line| line.strip_prefix("NOTE ")).map(str::to_owned);
        let named = lines.clone().filter_map(|line| line.strip_prefix("TIMER "));
        timers = named.filter_map(timer).collect();
        let (word, rest) = lines.last().unwrap().split_once(' ').unwrap();
        let dropped = word == "DROP";
        assert!(dropped || word == form.word(), "{text}");
        action = if dropped { "drop" } else { "send" }.to_owned();
        (reason, reply) = (rest.to_owned(), rest.to_owned());
    }
    let bytes = || match form {
        Form::Bytes => wire::hex::parse(&reply).unwrap(),
        Form::Edits => wire::apply(&wire::edit::parse(&reply).unwrap(), packet).unwrap(),
    };
    let reply = if action == "drop" { Err(reason) } else { Ok(bytes()) };
    Answered { reply, note, timers }
}

fn timer(text: &str) -> Option<(String, u64)> {
    let (name, seconds) = text.split_once(' ')?;
    Some((name.to_owned(), seconds.parse().unwrap()))
}
