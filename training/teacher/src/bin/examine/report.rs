//! What came out: a table, a row a kind of packet, and what is known of those that went wrong.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use teacher::packets::Fault;
use teacher::{Entry, notation};

use crate::adder::{CONTEXTS, Contexts};
use crate::case::{Block, Case};
use crate::exam::Outcome;

/// Lines of the tape that are shown around the place where network and teacher parted.
const AROUND: usize = 3;
/// Places where they parted most often.
const PLACES: usize = 24;

/// What came out of an examination, or of a thread's share.
pub struct Report {
    rows: Vec<Row>,
    /// Faults: how many packets with them, and how many of those went wrong.
    faults: BTreeMap<Fault, (usize, usize)>,
    /// By the label after which they parted.
    places: BTreeMap<(&'static str, usize), usize>,
    show: usize,
    /// The adder's contexts that the lessons had.
    pub contexts: Contexts,
    /// The first that went wrong.
    pub failures: Vec<Failure>,
}

#[derive(Clone, Default)]
struct Row {
    name: String,
    outcomes: BTreeMap<Outcome, usize>,
    /// Packets on which any token was another.
    parted: usize,
    wrong: usize,
    packets: usize,
    /// Time and length of the teacher's tape, of packets that a reply is due to.
    micros: Vec<u32>,
    tokens: Vec<u32>,
}

/// A packet that went wrong.
pub struct Failure {
    /// Its number among all that were examined.
    pub number: usize,
    text: String,
}

impl Report {
    /// Of nothing yet.
    pub fn new(blocks: &[Block], show: usize) -> Report {
        let row = |block: &Block| Row { name: block.name.clone(), ..Row::default() };
        Report {
            rows: blocks.iter().map(row).collect(),
            faults: BTreeMap::new(),
            places: BTreeMap::new(),
            show,
            contexts: Contexts::new(),
            failures: Vec::new(),
        }
    }

    /// How many packets went wrong.
    pub fn wrong(&self) -> usize {
        self.rows.iter().map(|row| row.wrong).sum()
    }

    /// Whether it has room for another failure to show.
    pub fn shows_more(&self) -> bool {
        self.failures.len() < self.show
    }

    /// Notes how a packet went.
    pub fn note(
        &mut self,
        row: usize,
        fault: Option<Fault>,
        outcome: Outcome,
        parted: bool,
        time: Duration,
        tokens: usize,
    ) {
        let row = &mut self.rows[row];
        *row.outcomes.entry(outcome).or_default() += 1;
        row.parted += usize::from(parted);
        row.packets += 1;
        if outcome.has_reply_due() {
            row.micros.push(time.as_micros() as u32);
            row.tokens.push(tokens as u32);
        }
        if let Some(fault) = fault {
            self.faults.entry(fault).or_default().0 += 1;
        }
    }

    /// Notes that it went wrong, and after which label.
    pub fn note_wrong(&mut self, row: usize, fault: Option<Fault>, label: &'static str) {
        self.rows[row].wrong += 1;
        *self.places.entry((label, row)).or_default() += 1;
        if let Some(fault) = fault {
            self.faults.entry(fault).or_default().1 += 1;
        }
    }

    /// Takes over another share.
    pub fn merge(&mut self, other: Report) {
        for (mine, theirs) in self.rows.iter_mut().zip(other.rows) {
            mine.merge(theirs);
        }
        for (fault, (all, wrong)) in other.faults {
            let mine = self.faults.entry(fault).or_default();
            *mine = (mine.0 + all, mine.1 + wrong);
        }
        for (place, count) in other.places {
            *self.places.entry(place).or_default() += count;
        }
        self.contexts.merge(&other.contexts);
        self.failures.extend(other.failures);
        self.failures.sort_by_key(|failure| failure.number);
        self.failures.truncate(self.show);
    }

    fn write_places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut places: Vec<_> = self.places.iter().collect();
        places.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for ((label, row), count) in places.iter().take(PLACES) {
            writeln!(f, "{count:>8} of {} parted after `{label}`", self.rows[*row].name)?;
        }
        let rest: usize = places.iter().skip(PLACES).map(|(_, count)| **count).sum();
        if rest > 0 { writeln!(f, "{rest:>8} elsewhere") } else { Ok(()) }
    }
}

impl Row {
    fn merge(&mut self, other: Row) {
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        self.packets += other.packets;
        self.parted += other.parted;
        self.wrong += other.wrong;
        self.micros.extend(other.micros);
        self.tokens.extend(other.tokens);
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<22} {:>7}", self.name, self.packets)?;
        for outcome in Outcome::ALL {
            let count = self.outcomes.get(&outcome).copied().unwrap_or_default();
            write!(f, " {:>8}", if count == 0 { "-".into() } else { count.to_string() })?;
        }
        write!(f, " {:>8}", self.parted)?;
        match (median(&self.micros), median(&self.tokens)) {
            (Some(micros), Some(tokens)) => {
                writeln!(f, " {:>7.2} {tokens:>7}", f64::from(micros) / 1000.0)
            }
            _ => writeln!(f, " {:>7} {:>7}", "-", "-"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{}", failure.text)?;
        }
        write!(f, "{:<22} {:>7}", "", "packets")?;
        Outcome::ALL.iter().try_for_each(|outcome| write!(f, " {:>8}", outcome.name()))?;
        writeln!(f, " {:>8} {:>7} {:>7}", "parted", "ms", "tokens")?;
        self.rows.iter().filter(|row| row.packets > 0).try_for_each(|row| row.write(f))?;
        for (fault, (all, wrong)) in self.faults.iter().filter(|(_, (_, wrong))| *wrong > 0) {
            writeln!(f, "{wrong:>8} of {all} with {fault:?} went wrong")?;
        }
        self.write_places(f)?;
        let [added, subtracted] = self.contexts.counts();
        writeln!(f, "adder contexts met: {added} of {CONTEXTS}, to subtract {subtracted}")?;
        let all: usize = self.rows.iter().map(|row| row.packets).sum();
        writeln!(f, "wrong: {} of {all}", self.wrong())
    }
}

fn median(values: &[u32]) -> Option<u32> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

impl Failure {
    /// The packet, and both tapes around the place `at` where they part.
    pub fn new(
        number: usize,
        case: &Case,
        outcome: Outcome,
        lesson: &[Entry],
        said: &[Entry],
        at: usize,
    ) -> Failure {
        let mut text = format!(
            "--- {} {}: stream {}, fault {:?}, {:02x?}\n",
            case.class.name(),
            outcome.name(),
            case.stream,
            case.fault,
            case.arrival.own
        );
        case.arrival.packet.iter().for_each(|octet| {
            let _ = write!(text, "{octet:02x}");
        });
        let token = |trace: &[Entry]| trace.get(at).map(|entry| entry.token);
        let _ = write!(text, "\ntoken {at} is {:?}, not {:?}", token(said), token(lesson));
        let _ = write!(text, "\n  teacher:\n{}", around(lesson, at));
        let _ = write!(text, "  network:\n{}", around(said, at));
        Failure { number, text }
    }
}

/// The lines before a token, its own, and one more.
fn around(trace: &[Entry], at: usize) -> String {
    let lines =
        trace.chunk_by(|a, b| a.line() == b.line() && a.position.writing == b.position.writing);
    let mut begun = 0;
    let starts: Vec<usize> = lines
        .map(|line| {
            begun += line.len();
            begun - line.len()
        })
        .collect();
    let own = starts.partition_point(|start| *start <= at).saturating_sub(1);
    let start = starts.get(own.saturating_sub(AROUND)).copied().unwrap_or_default();
    let end = starts.get(own + 2).copied().unwrap_or(trace.len());
    notation(&trace[start.min(trace.len())..end])
}
