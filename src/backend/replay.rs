//! A recorded journal as a model: it answers a packet as the recorded one did, for tests, teaching and
//! demonstrations without a network. One that came more than once, such as a timer's, is answered each time as
//! it was that time. A packet that was not recorded byte for byte is met with what was answered, in edits, to
//! one of the same length and addresses, since edits fit both.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use wire::{Link, Packet, Protocol};

use super::{Backend, BackendError, Completion, Delta, Failure, Listed, Spending, Stop, Usage};
use crate::journal::{Act, Record};
use crate::prompt::{Form, Prompt};

/// Answers from a journal in JSON Lines.
#[derive(Debug)]
pub struct Replay {
    name: String,
    /// What was said to each packet, each time that it came.
    answers: HashMap<Vec<u8>, Vec<Attempts>>,
    /// How often each has come by now.
    came: Mutex<HashMap<Vec<u8>, usize>>,
    /// The last packet of each shape to which a model replied in edits.
    shapes: HashMap<Shape, Vec<u8>>,
    /// What its packets begin with.
    link: Link,
    /// Form of the answers that the journal holds whole.
    form: Form,
}

/// What was said to a packet at one time, an entry an attempt.
type Attempts = Vec<Answer>;

#[derive(Debug, Default, Clone)]
struct Answer {
    reasoning: Vec<String>,
    text: String,
    usage: Usage,
    usd: Option<f64>,
}

/// What edits by offset depend on: length, and of IPv4's header first byte, TTL, protocol and addresses.
type Shape = (usize, Vec<u8>);

/// The shape of a packet whose answer may fit others: a segment's is full of its connection's numbers.
fn shape(link: Link, bytes: &[u8]) -> Option<Shape> {
    let packet = Packet::new(link, bytes, bytes.len());
    let header = packet.pdu(Protocol::Ipv4).filter(|_| packet.pdu(Protocol::Tcp).is_none())?;
    let fixed = [0..1, 8..10, 12..20].map(|range| header.get(range));
    let fixed: Option<Vec<&[u8]>> = fixed.into_iter().collect();
    Some((bytes.len(), fixed?.concat()))
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
        let Reader { link, form, answers, shapes, .. } = reader;
        let attempts = |times: Vec<(u64, Attempts)>| times.into_iter().map(|time| time.1).collect();
        let answers =
            answers.into_iter().map(|(packet, times)| (packet, attempts(times))).collect();
        Ok(Replay { name, answers, came: Mutex::default(), shapes, link, form })
    }

    /// The form of the recorded answers, in which alone they can be read.
    pub fn form(&self) -> Form {
        self.form
    }

    fn answer(&self, prompt: &Prompt) -> Option<&Answer> {
        let attempts = self.recorded(prompt).or_else(|| self.alike(prompt))?;
        attempts.get((prompt.attempt as usize).checked_sub(1)?)
    }

    /// What was said to this packet when it came that often; the last, should it come more often.
    fn recorded(&self, prompt: &Prompt) -> Option<&Attempts> {
        let times = self.answers.get(&prompt.packet)?;
        let mut came = self.came.lock().expect("no thread panicked");
        let time = came.entry(prompt.packet.clone()).or_default();
        *time += usize::from(prompt.attempt == 1);
        times.get(time.saturating_sub(1)).or(times.last())
    }

    /// What was said, in edits, to the last packet of its shape.
    fn alike(&self, prompt: &Prompt) -> Option<&Attempts> {
        let shape = shape(self.link, &prompt.packet)?;
        self.answers.get(self.shapes.get(&shape)?)?.last()
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
struct Reader {
    link: Link,
    form: Form,
    requests: HashMap<u64, Vec<u8>>,
    reasoning: HashMap<(u64, u32), Vec<String>>,
    /// With the number that the packet had.
    answers: HashMap<Vec<u8>, Vec<(u64, Attempts)>>,
    shapes: HashMap<Shape, Vec<u8>>,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            link: Link::RawIp,
            form: Form::default(),
            requests: HashMap::new(),
            reasoning: HashMap::new(),
            answers: HashMap::new(),
            shapes: HashMap::new(),
        }
    }
}

impl Reader {
    fn take(&mut self, record: Record) -> Result<(), String> {
        match record {
            Record::Start { form, mac, .. } => {
                self.form = form.unwrap_or_default();
                self.link = if mac.is_some() { Link::Ethernet } else { Link::RawIp };
            }
            Record::Request { packet, bytes, .. } | Record::Timer { packet, bytes, .. } => {
                let bytes = wire::hex::parse(&bytes).map_err(|error| error.to_string())?;
                self.requests.insert(packet, bytes);
            }
            Record::Reasoning { packet, attempt, text } => {
                self.reasoning.entry((packet, attempt)).or_default().push(text);
            }
            Record::Thought { .. } => self.take_thought(record)?,
            Record::Reply { packet, .. } | Record::Silence { packet, .. } => {
                self.requests.remove(&packet);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_thought(&mut self, record: Record) -> Result<(), String> {
        let Record::Thought { packet, attempt, action, reason, bytes, spending, answer, .. } =
            record
        else {
            return Ok(());
        };
        let Some(request) = self.requests.get(&packet) else { return Ok(()) };
        let earlier = (attempt as usize).checked_sub(1).ok_or("an attempt has number 0")?;
        // Edits that a model wrote fit other packets too; those that only spell a packet do not.
        if answer.is_some() && action == Act::Send && self.form == Form::Edits {
            let shape = shape(self.link, request).map(|shape| (shape, request.clone()));
            self.shapes.extend(shape);
        }
        let (reason, bytes) = (reason.as_deref(), bytes.as_deref());
        let said = answer.or_else(|| decision(self.form, action, reason, bytes));
        let Some(text) = said else { return Ok(()) };
        let reasoning = self.reasoning.remove(&(packet, attempt)).unwrap_or_default();
        let Spending { usage, usd } = spending.unwrap_or_default();
        let times = self.answers.entry(request.clone()).or_default();
        let answer = Answer { reasoning, text, usage, usd };
        match times.last_mut() {
            Some((number, attempts)) if earlier > 0 && *number == packet => attempts.push(answer),
            _ => times.push((packet, vec![answer])),
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
        let mut datagram = ping(9, 64);
        datagram[9] = 17;
        assert!(answer(EDITS, &all, datagram).is_err(), "and so is another protocol");
        let frame = |packet: Vec<u8>| [&[2; 12][..], &[8, 0], &packet].concat();
        let on_ethernet = format!("{EDITS},\"mac\":\"02:00:00:00:00:01\"");
        let edits =
            [recorded(&frame(ping(1, 64)), 1, r#""action":"send","answer":"EDIT set 34 00""#)];
        assert_eq!(answer(&on_ethernet, &edits, frame(ping(9, 64))).unwrap(), "EDIT set 34 00");
        assert!(answer(&on_ethernet, &edits, frame(ping(9, 63))).is_err());
        assert_eq!(answer("", std::slice::from_ref(&bytes), ping(1, 64)).unwrap(), "SEND 45");
        assert!(answer("", &[bytes], ping(9, 64)).is_err());
        assert_eq!(answer("", &[nano], ping(2, 64)).unwrap(), "SEND 4500");
    }

    /// Such as a timer that goes off until the peer is given up.
    #[test]
    fn what_came_more_than_once_is_answered_each_time_as_it_was() {
        let said = |number: u64, attempt, text: &str| {
            let answer = format!(r#""action":"send","answer":"{text}""#);
            let lines = recorded(&ping(1, 64), attempt, &answer);
            lines.replace("\"packet\":1", &format!("\"packet\":{number}"))
        };
        // An attempt that held no answer, as of one who passed the packet on, is none.
        let lines = said(1, 1, "SEND 01") + &said(2, 2, "SEND 02") + &said(2, 3, "SEND 03");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(lines.as_bytes()).unwrap();
        let replay = Replay::open(file.path()).unwrap();
        let mut prompt =
            Prompt::new(&Style::new(replay.form(), false), &Event::new(HOST, 1, ping(1, 64)));
        let mut ask = |attempt| {
            prompt.attempt = attempt;
            replay.answer(&prompt).map(|answer| answer.text.clone())
        };
        let answers = [1, 1, 2, 1].map(|attempt| ask(attempt).unwrap());
        assert_eq!(answers, ["SEND 01", "SEND 02", "SEND 03", "SEND 02"]);
        assert_eq!(ask(3), None);
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
