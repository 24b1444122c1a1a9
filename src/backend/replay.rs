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
    /// The last packet of each shape to which a model replied in edits.
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
        let Reader { form, answers, shapes, .. } = reader;
        Ok(Replay { name, answers, shapes, form })
    }

    /// The form of the recorded answers, in which alone they can be read.
    pub fn form(&self) -> Form {
        self.form
    }

    fn answer(&self, prompt: &Prompt) -> Option<&Answer> {
        let alike = || self.answers.get(self.shapes.get(&shape(&prompt.packet))?);
        let attempts = self.answers.get(&prompt.packet).or_else(alike)?;
        attempts.get((prompt.attempt as usize).checked_sub(1)?)
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
    shapes: HashMap<Shape, Vec<u8>>,
}

impl Reader {
    fn take(&mut self, record: Record) -> Result<(), String> {
        match record {
            Record::Start { form, .. } => self.form = form.unwrap_or_default(),
            Record::Request { packet, bytes, .. } | Record::Timer { packet, bytes, .. } => {
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
                let earlier = (attempt as usize).checked_sub(1).ok_or("an attempt has number 0")?;
                // Edits that a model wrote fit other packets too; those that only spell a packet do not.
                if answer.is_some() && action == Act::Send && self.form == Form::Edits {
                    self.shapes.insert(shape(request), request.clone());
                }
                let (reason, bytes) = (reason.as_deref(), bytes.as_deref());
                let said = answer.or_else(|| decision(self.form, action, reason, bytes));
                let Some(text) = said else { return Ok(()) };
                let reasoning = self.reasoning.remove(&(packet, attempt)).unwrap_or_default();
                let Spending { usage, usd } = spending.unwrap_or_default();
                let attempts = self.answers.entry(request.clone()).or_default();
                // The last recording of an attempt counts, should a packet have come twice.
                attempts.truncate(earlier);
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
fn decision(form: Form, action: Act, reason: Option<&str>, bytes: Option<&str>) -> Option<String> {
    match action {
        Act::Send if form == Form::Edits => {
            let bytes = bytes?;
            Some(format!("EDIT set 0 {bytes}; truncate {}", bytes.len() / 2))
        }
        Act::Send => Some(format!("SEND {}", bytes?)),
        Act::Drop => Some(format!("DROP {}", reason?)),
        Act::Pass | Act::Fail | Act::Unavailable => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use verify::Host;
    use wire::{Echo, hex};

    use super::*;
    use crate::mind::Event;
    use crate::prompt::Style;

    const HOST: Host = Host::echo(std::net::Ipv4Addr::new(10, 0, 0, 1), None);

    fn ping(sequence: u16, ttl: u8) -> Vec<u8> {
        Echo { sequence, ttl, ..Echo::new([10, 0, 0, 2].into(), HOST.address) }.request()
    }

    /// What a journal with these lines answers to a packet.
    fn answer(form: &str, lines: &[String], packet: Vec<u8>) -> Result<String, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let start = format!(
            "{{\"record\":\"start\",\"schema\":1,\"program\":\"\",\"model\":\"\",\"address\":\"\",\"link\":\"\",\
             \"checksum_offload\":false,\"time_ns\":0{form}}}\n"
        );
        file.write_all((start + &lines.concat()).as_bytes()).unwrap();
        let replay = Replay::open(file.path())?;
        let prompt = Prompt::new(&Style::new(replay.form(), false), &Event::new(HOST, 1, packet));
        let until = Instant::now() + Duration::from_secs(1);
        let completed = replay.complete(&prompt, until, &mut |_| {});
        completed.map(|done| done.text).map_err(|failure| failure.to_string())
    }

    fn recorded(packet: &[u8], attempt: u32, thought: &str) -> String {
        let bytes = hex::encode(packet);
        format!(
            "{{\"record\":\"request\",\"packet\":1,\"time_ns\":0,\"bytes\":\"{bytes}\"}}\n\
             {{\"record\":\"thought\",\"packet\":1,\"attempt\":{attempt},\"model\":\"m\",\"tokens\":0,\
             \"seconds\":0,{thought}}}\n"
        )
    }

    #[test]
    fn the_same_packet_gets_the_same_answer_and_edits_fit_others() {
        const EDITS: &str = ",\"form\":\"edits\"";
        let edits = recorded(&ping(1, 64), 1, r#""action":"send","answer":"EDIT set 20 00""#);
        let bytes = recorded(&ping(1, 64), 1, r#""action":"send","answer":"SEND 45""#);
        let nano = recorded(&ping(2, 64), 1, r#""action":"send","bytes":"4500""#);
        let drop =
            recorded(&ping(3, 64), 1, r#""action":"drop","reason":"short","answer":"DROP short""#);
        let all = [edits.clone(), nano.clone(), drop];
        assert_eq!(answer(EDITS, &all, ping(1, 64)).unwrap(), "EDIT set 20 00");
        assert_eq!(answer(EDITS, &all, ping(9, 64)).unwrap(), "EDIT set 20 00");
        assert_eq!(answer(EDITS, &all, ping(2, 64)).unwrap(), "EDIT set 0 4500; truncate 2");
        assert_eq!(answer(EDITS, &all, ping(3, 64)).unwrap(), "DROP short");
        assert!(answer(EDITS, &all, ping(9, 63)).is_err(), "another TTL is another shape");
        assert_eq!(answer("", std::slice::from_ref(&bytes), ping(1, 64)).unwrap(), "SEND 45");
        assert!(answer("", &[bytes], ping(9, 64)).is_err());
        assert_eq!(answer("", &[nano], ping(2, 64)).unwrap(), "SEND 4500");
    }

    #[test]
    fn journals_that_are_none() {
        let zero = recorded(&ping(1, 64), 0, r#""action":"send","bytes":"45""#);
        for (lines, expect) in [
            (vec![], "no answer of a model"),
            (vec![zero], "an attempt has number 0"),
            (vec!["nonsense\n".to_owned()], "line 2: no journal record"),
        ] {
            let error = answer("", &lines, ping(1, 64)).unwrap_err();
            assert!(error.contains(expect), "{error}");
        }
    }
}
