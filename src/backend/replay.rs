//! A recorded journal as a model: it answers a packet as the recorded one did, for tests, teaching and
//! demonstrations without a network. A packet that was not recorded byte for byte is met with what was
//! answered, in edits, to one of the same length and addresses, since edits fit both.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use super::{Backend, BackendError, Completion, Delta, Failure, Listed, Spending, Stop, Usage};
use crate::journal::{Act, Record};
use crate::prompt::{Form, Prompt};

/// Answers from a journal in JSON Lines.
#[derive(Debug)]
pub struct Replay {
    name: String,
    /// What was said to each packet, an entry an attempt.
    answers: HashMap<Vec<u8>, Vec<Answer>>,
    /// The last packet of each shape that was answered in edits.
    shapes: HashMap<Shape, Vec<u8>>,
    /// Form of the answers that the journal holds whole.
    form: Form,
}

#[derive(Debug, Default, Clone)]
struct Answer {
    reasoning: Vec<String>,
    text: String,
    usage: Usage,
    usd: Option<f64>,
}

/// What edits by offset depend on: length, first byte, TTL and addresses.
type Shape = (usize, Option<u8>, Vec<u8>);

fn shape(packet: &[u8]) -> Shape {
    let fixed = [8..9, 12..20].into_iter().filter_map(|range| packet.get(range)).flatten();
    (packet.len(), packet.first().copied(), fixed.copied().collect())
}

impl Replay {
    /// Reads a journal.
    ///
    /// # Errors
    /// When it cannot be read, with the line, or holds no answer; in words.
    pub fn open(path: &Path) -> Result<Replay, String> {
        let shown = path.display();
        let file = File::open(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let mut reader = Reader::default();
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let at = |error: String| format!("{shown}, line {}: {error}", number + 1);
            let line = line.map_err(|error| at(error.to_string()))?;
            let record = serde_json::from_str(&line)
                .map_err(|error| at(format!("no journal record: {error}")))?;
            reader.take(record).map_err(at)?;
        }
        if reader.answers.is_empty() {
            return Err(format!("{shown} holds no answer of a model"));
        }
        let name = format!("replay/{shown}");
        let shapes = match reader.form {
            Form::Bytes => HashMap::new(),
            Form::Edits => reader.answers.keys().map(|key| (shape(key), key.clone())).collect(),
        };
        Ok(Replay { name, answers: reader.answers, shapes, form: reader.form })
    }

    /// The form of the recorded answers, in which alone they can be read.
    pub fn form(&self) -> Form {
        self.form
    }

    fn answer(&self, prompt: &Prompt) -> Option<&Answer> {
        let alike = || self.answers.get(self.shapes.get(&shape(&prompt.packet))?);
        let attempts = self.answers.get(&prompt.packet).or_else(alike)?;
        attempts.get(prompt.attempt as usize - 1)
    }
}

impl Backend for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(
        &self,
        prompt: &Prompt,
        _until: Instant,
        hear: &mut dyn FnMut(Delta),
    ) -> Result<Completion, Failure> {
        let answer = self.answer(prompt).ok_or_else(|| {
            let attempt = prompt.attempt;
            let why = format!("the journal holds no answer to this packet (attempt {attempt})");
            BackendError::NotRecorded(why)
        })?;
        for line in &answer.reasoning {
            hear(Delta::Thinking(line));
            hear(Delta::Thinking("\n"));
        }
        let Answer { text, usage, usd, .. } = answer.clone();
        Ok(Completion { text, usage, usd, stop: Stop::Done })
    }

    fn models(&self, _until: Instant) -> Result<Vec<Listed>, Failure> {
        Ok(vec![Listed { id: self.name.clone(), price: None }])
    }

    fn most_output(&self) -> u64 {
        0
    }
}

/// Puts a journal's records together again.
#[derive(Default)]
struct Reader {
    form: Form,
    requests: HashMap<u64, Vec<u8>>,
    reasoning: HashMap<(u64, u32), Vec<String>>,
    answers: HashMap<Vec<u8>, Vec<Answer>>,
}

impl Reader {
    fn take(&mut self, record: Record) -> Result<(), String> {
        match record {
            Record::Start { form, .. } => self.form = form.unwrap_or_default(),
            Record::Request { packet, bytes, .. } => {
                let bytes = wire::hex::parse(&bytes).map_err(|error| error.to_string())?;
                self.requests.insert(packet, bytes);
            }
            Record::Reasoning { packet, attempt, text } => {
                self.reasoning.entry((packet, attempt)).or_default().push(text);
            }
            Record::Thought {
                packet, attempt, action, reason, bytes, spending, answer, ..
            } => {
                let Some(request) = self.requests.get(&packet) else { return Ok(()) };
                let said = answer.or_else(|| decision(action, reason.as_deref(), bytes.as_deref()));
                let Some(text) = said else { return Ok(()) };
                let reasoning = self.reasoning.remove(&(packet, attempt)).unwrap_or_default();
                let Spending { usage, usd } = spending.unwrap_or_default();
                let attempts = self.answers.entry(request.clone()).or_default();
                // The last recording of an attempt counts, should a packet have come twice.
                attempts.truncate(attempt as usize - 1);
                attempts.push(Answer { reasoning, text, usage, usd });
            }
            Record::Reply { packet, .. } | Record::Silence { packet, .. } => {
                self.requests.remove(&packet);
            }
            _ => {}
        }
        Ok(())
    }
}

/// A decision in the words of an answer, where the journal holds no other: nano writes no words.
fn decision(action: Act, reason: Option<&str>, bytes: Option<&str>) -> Option<String> {
    match action {
        Act::Send => Some(format!("SEND {}", bytes?)),
        Act::Drop => Some(format!("DROP {}", reason?)),
        Act::Fail | Act::Unavailable => None,
    }
}
