//! `softstack eval`: how often a model is right, and what it costs, on fresh random packets; several
//! models side by side.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use softstack::config::Config;
use softstack::eval::{self, First, Outcome as Measured, Plan, Protocol, Record, Report};
use softstack::stack::Thinkers;
use softstack::view::tell;
use tokio_util::sync::CancellationToken;

use super::{Layers, Outcome, Watch, print};

/// Valid requests if no number is given: nano costs nothing, a hosted model money.
const USUAL: u64 = 1_000;
const USUAL_HOSTED: u64 = 20;
/// Different reasons of which a person is told why a model could not be asked.
const MOST_TROUBLES: usize = 5;

/// Arguments of `softstack eval`.
#[derive(Args)]
pub struct Eval {
    /// Who is measured, as in `ping`. May be repeated: several are put side by side. [default: nano]
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// What is measured: echo, timestamp, arp, neighbor, echo6, udp, unreachable, unreachable6, reset, reset6,
    /// syn, dns, with commas between, or all. nano is measured as the small host that it is; of another model, echo
    /// alone is put to a host that knows nothing else, anything else to a whole host. [default: what nano speaks,
    /// another model echo]
    #[arg(long, value_name = "LIST", value_parser = Protocols::parse)]
    protocols: Option<Protocols>,
    /// Number of valid requests of each protocol, and again as many bad packets. [default: 1000, hosted models 20]
    #[arg(short, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    n: Option<u64>,
    /// Seed of the packets.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Total length of the IP packets in bytes, smallest and largest, where the protocol leaves it open.
    #[arg(long, value_name = "MIN-MAX", default_value = "28-128", value_parser = lengths)]
    lengths: (usize, usize),
    /// Packets measured at once. [default: nano 1, hosted models as --in-flight]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    jobs: Option<u32>,
    /// How to print the result. [default: lines for one model or other protocols than echo, else a table]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The same as --format json: one JSON object a model.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Print every packet whose first attempt was not right.
    #[arg(long)]
    failures: bool,
    /// Write every outcome to FILE as it comes; if the file holds outcomes already, go on from there.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    layers: Layers,
}

/// A list of protocols: clap takes a plain `Vec` for an argument that is repeated.
#[derive(Clone)]
struct Protocols(Vec<Protocol>);

impl Protocols {
    fn parse(text: &str) -> Result<Protocols, String> {
        Protocol::list(text).map(Protocols)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Everything about each model.
    Lines,
    /// A row a model, and for other protocols than echo a row for each of them too, in Markdown.
    Markdown,
    /// One JSON object a model.
    Json,
}

fn lengths(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "lengths look like 28-128, between 28 and 1500".to_owned();
    let (min, max) = text.split_once('-').ok_or_else(wrong)?;
    match (min.parse(), max.parse()) {
        (Ok(min), Ok(max)) if 28 <= min && min <= max && max <= 1500 => Ok((min, max)),
        _ => Err(wrong()),
    }
}

impl Eval {
    /// Runs the subcommand. Exit code 1 if a wrong packet got past the judge, 3 if a budget or an
    /// unavailable model left packets unmeasured, 130 if it was interrupted.
    pub fn run(self) -> Outcome {
        let interrupted = super::interrupted()?;
        let names = self.names();
        // All are opened before the first is paid for.
        let opened = names.iter().map(|name| self.open(name.clone()));
        let opened = opened.collect::<Result<Vec<_>, _>>()?;
        let hosted = opened.iter().any(|(_, thinkers)| thinkers.form.is_some());
        let count = self.n.unwrap_or(if hosted { USUAL_HOSTED } else { USUAL });
        let is_nano = opened.iter().any(|(_, thinkers)| asks_nano(thinkers));
        let plan = self.plan(count, hosted, is_nano);
        let mut record = match (&self.record, opened.first()) {
            (Some(path), Some((config, _))) => Some(Record::open(path, &plan, &settings(config))?),
            _ => None,
        };
        let mut reports = Vec::new();
        for (_, thinkers) in opened {
            if !interrupted.load(Ordering::Relaxed) {
                reports.push(self.measure(&plan, thinkers, record.as_mut(), &interrupted)?);
            }
        }
        print(&self.text(&plan, &reports)?)?;
        Ok(ExitCode::from(match () {
            _ if reports.iter().any(|report| report.bad.passed > 0) => 1,
            _ if interrupted.load(Ordering::Relaxed) => 130,
            _ if reports.iter().any(|report| !report.complete) => 3,
            _ => 0,
        }))
    }

    /// What is measured: nano alone by all that it speaks. Where it is among those asked, and speaks all that they are
    /// asked, the host is no more than nano.
    fn plan(&self, count: u64, hosted: bool, is_nano: bool) -> Plan {
        let usual = if hosted { vec![Protocol::Echo] } else { Protocol::NANO.to_vec() };
        let protocols = self.protocols.as_ref().map_or(usual, |protocols| protocols.0.clone());
        let is_small = is_nano && protocols.iter().all(|it| Protocol::NANO.contains(it));
        Plan { count, seed: self.seed, lengths: self.lengths, protocols, is_small }
    }

    fn names(&self) -> Vec<Option<String>> {
        match self.model.is_empty() {
            true => vec![None],
            false => self.model.iter().cloned().map(Some).collect(),
        }
    }

    fn open(&self, name: Option<String>) -> Result<(Config, Thinkers), Box<dyn std::error::Error>> {
        let mut config = self.layers.load(name)?;
        config.settings.in_flight = self.jobs.or(config.settings.in_flight);
        let thinkers = config.thinkers(CancellationToken::new())?;
        Ok((config, thinkers))
    }

    fn measure(
        &self,
        plan: &Plan,
        thinkers: Thinkers,
        mut record: Option<&mut Record>,
        interrupted: &Arc<AtomicBool>,
    ) -> Result<Report, Box<dyn std::error::Error>> {
        let Thinkers { minds, policy, form, checksum_offload, notices, stop, budget, .. } =
            thinkers;
        let name = minds.first().map(|mind| mind.name()).unwrap_or_default();
        let mut report = Report::new(&name, plan.seed);
        (report.form, report.checksum_offload) = (form.map(|form| form.name()), checksum_offload);
        let before = record.as_ref().map(|record| record.done(&name)).unwrap_or_default();
        before.iter().for_each(|outcome| report.add(outcome));
        record.iter().for_each(|record| record.in_vain(&name).for_each(|lost| report.spend(lost)));
        let done: Vec<u64> = before.iter().map(|outcome| outcome.number).collect();
        let mut count = done.len() as u64;
        if count > 0 {
            tell(&format!(
                "softstack: {name}: {count} of {} packets are in the record",
                plan.packets()
            ));
        }
        let (halt, mut failure) = (AtomicBool::new(false), None);
        let mut troubles = BTreeSet::new();
        let _watch = Watch::start(Arc::clone(interrupted), stop.clone());
        eval::run(plan, minds, policy.deadline, &done, &halt, |outcome| {
            notices.take().iter().for_each(|notice| tell(&format!("softstack: {notice}")));
            self.show(plan, &outcome);
            if let (First::Unavailable, Some(said)) = (outcome.first, &outcome.said)
                && troubles.len() < MOST_TROUBLES
                && troubles.insert(said.clone())
            {
                tell(&format!("softstack: packet {}: {said}", outcome.number));
            }
            report.add(&outcome);
            let written = record.as_mut().map_or(Ok(()), |record| record.add(&name, &outcome));
            failure = failure.take().or(written.err());
            count += 1;
            progress(&name, count, plan.packets());
            let spent = budget.as_ref().is_some_and(|budget| budget.is_exhausted());
            if interrupted.load(Ordering::Relaxed) || spent || failure.is_some() {
                halt.store(true, Ordering::Relaxed);
                stop.cancel();
            }
        });
        clear_progress();
        notices.take().iter().for_each(|notice| tell(&format!("softstack: {notice}")));
        report.complete = report.valid.n + report.bad.n == plan.packets();
        report.summarise();
        failure.map_or(Ok(report), |error| Err(error.into()))
    }

    fn show(&self, plan: &Plan, outcome: &Measured) {
        if let (true, Some(said)) = (self.failures, &outcome.said) {
            let case = plan.case(outcome.number);
            let (number, host) = (outcome.number, case.host.address);
            let due = outcome.fault.as_deref().unwrap_or("a reply");
            let protocol = match plan.is_echo_alone() {
                true => String::new(),
                false => format!(", {}", outcome.protocol),
            };
            let packet = wire::hex::encode(&case.packet);
            tell(&format!("packet {number} for {host}{protocol}: {packet}"));
            let first = if outcome.first == First::Unavailable { "asked" } else { "due" };
            tell(&format!("  {first}: {due}, thought: {said}"));
        }
    }

    fn text(&self, plan: &Plan, reports: &[Report]) -> Result<String, serde_json::Error> {
        let is_echo = plan.is_of_echo();
        let usual = if is_echo && reports.len() > 1 { Format::Markdown } else { Format::Lines };
        let format = if self.json { Format::Json } else { self.format.unwrap_or(usual) };
        let table = eval::table(reports);
        match format {
            Format::Lines if !is_echo => Ok(eval::text_by_protocol(reports)),
            Format::Lines => Ok(reports.iter().map(eval::lines).collect::<Vec<_>>().join("\n")),
            Format::Markdown if is_echo => Ok(table),
            Format::Markdown => Ok(table + "\n" + &eval::markdown_by_protocol(reports)),
            Format::Json => {
                reports.iter().map(|report| Ok(serde_json::to_string(report)? + "\n")).collect()
            }
        }
    }
}

/// Whether nano is among those who think.
fn asks_nano(thinkers: &Thinkers) -> bool {
    thinkers.minds.first().is_some_and(|mind| mind.name().split(',').any(|name| name == "nano"))
}

/// What the outcomes depend on, beside packets and model.
fn settings(config: &Config) -> String {
    let settings = &config.settings;
    let mut said = format!("--form {}", settings.form.unwrap_or_default().name());
    let others = [
        ("attempts", settings.attempts.map(|n| n.to_string())),
        ("max-tokens", settings.max_tokens.map(|n| n.to_string())),
        ("thinking", settings.thinking.map(|thinking| thinking.to_string())),
        ("effort", settings.effort.clone()),
        ("temperature", settings.temperature.map(|t| t.to_string())),
        ("structured", settings.structured.map(|b| b.to_string())),
        ("checksum-offload", settings.checksum_offload.map(|b| b.to_string())),
    ];
    for (name, value) in others {
        said += &value.map(|value| format!(" --{name} {value}")).unwrap_or_default();
    }
    said
}

/// A line that writes over itself, on a terminal.
fn progress(name: &str, done: u64, all: u64) {
    if done.is_multiple_of((all / 100).max(1)) && std::io::stderr().is_terminal() {
        // A closed terminal is no reason to end the measurement.
        let _ = write!(std::io::stderr(), "\r\x1b[K{name} {done}/{all} ({} %)", 100 * done / all);
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}
