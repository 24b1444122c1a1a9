//! The report: outcomes counted. It can be made from a record of a measurement as well as from the
//! measurement itself.

use std::collections::BTreeMap;

use serde::Serialize;
use verify::Reason;

use super::{First, Outcome};
use crate::backend::Spending;
use crate::stack::quantile;

/// How it went. The field names are an interface: scripts read them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Who was measured.
    pub model: String,
    /// The form of its replies, of a hosted model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Whether the runtime computed its checksums.
    pub checksum_offload: bool,
    /// Valid echo requests.
    pub valid: Valid,
    /// Packets that call for silence.
    pub bad: Bad,
    /// The bad ones by the reason that is right.
    pub classes: BTreeMap<String, Class>,
    /// The valid ones by total length in bytes, in classes of doubling size.
    pub lengths: BTreeMap<usize, Length>,
    /// Packets about which the model could not be asked; counted nowhere else.
    pub unavailable: u64,
    /// Tokens per packet, read and written, over all packets.
    pub tokens_per_packet: f64,
    /// Hosted models: the tokens of all packets by kind, and what they cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// Median milliseconds of a first attempt at a valid request; nothing if none was measured.
    pub median_ms: Option<f64>,
    /// The milliseconds within which 95 of 100 first attempts at a valid request ended.
    pub p95_ms: Option<f64>,
    /// The seed.
    pub seed: u64,
    /// Whether every packet of the plan was measured.
    pub complete: bool,
    #[serde(skip)]
    tokens: u64,
    #[serde(skip)]
    milliseconds: Vec<f64>,
}

/// Valid requests.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Valid {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark: byte-exact in all that an RFC settles.
    pub exact: u64,
    /// First attempt admitted, with remarks or without.
    pub admitted: u64,
    /// First attempts that the judge vetoed, silence included.
    pub vetoed: u64,
    /// Answered rightly after a veto.
    pub second: u64,
    /// No attempt was admitted.
    pub unanswered: u64,
}

/// Bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bad {
    /// How many.
    pub n: u64,
    /// Silence at the first attempt, with the right reason.
    pub right: u64,
    /// Wrongly answered at the first attempt, whether or not the judge held it back.
    pub answered: u64,
    /// Wrong packets that the judge let past. Anything but 0 is a fault of the judge.
    pub passed: u64,
    /// Silent for a wrong reason, or without a decision.
    pub misnamed: u64,
}

/// One class of bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Class {
    /// How many.
    pub n: u64,
    /// Silence with this reason at the first attempt.
    pub right: u64,
    /// Answered at the first attempt.
    pub answered: u64,
}

/// Valid requests of about one length.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Length {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark.
    pub exact: u64,
}

impl Report {
    /// Nothing measured yet of that model.
    pub fn new(model: &str, seed: u64) -> Report {
        Report { model: model.to_owned(), seed, ..Report::default() }
    }

    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        self.spend(outcome);
        match (outcome.first, &outcome.fault) {
            (First::Unavailable, _) => self.unavailable += 1,
            (_, None) => self.valid(outcome),
            (_, Some(fault)) => self.bad(outcome, fault),
        }
    }

    /// Counts what an outcome used and cost, and nothing else of it.
    pub fn spend(&mut self, outcome: &Outcome) {
        self.tokens += outcome.tokens;
        if let Some(spending) = &outcome.spending {
            self.spending.get_or_insert_default().add(spending);
        }
    }

    fn valid(&mut self, outcome: &Outcome) {
        self.milliseconds.push(outcome.seconds * 1e3);
        let length = self.lengths.entry(outcome.length.next_power_of_two()).or_default();
        let exact = u64::from(outcome.first == First::Exact);
        let vetoed = outcome.first == First::Vetoed;
        (length.n, length.exact) = (length.n + 1, length.exact + exact);
        self.valid.n += 1;
        self.valid.exact += exact;
        self.valid.admitted += u64::from(!vetoed);
        self.valid.vetoed += u64::from(vetoed);
        self.valid.second += u64::from(vetoed && outcome.second);
        self.valid.unanswered += u64::from(vetoed && !outcome.second);
    }

    fn bad(&mut self, outcome: &Outcome, fault: &str) {
        let class = self.classes.entry(fault.to_owned()).or_default();
        let right = u64::from(outcome.first == First::RightDrop);
        let answered = u64::from(matches!(outcome.first, First::Answered | First::Passed));
        (class.n, class.right) = (class.n + 1, class.right + right);
        class.answered += answered;
        self.bad.n += 1;
        self.bad.right += right;
        self.bad.answered += answered;
        self.bad.passed += u64::from(outcome.first == First::Passed);
        self.bad.misnamed += u64::from(outcome.first == First::Misnamed);
    }

    /// Computes what depends on all outcomes.
    pub fn summarise(&mut self) {
        let packets = self.valid.n + self.bad.n + self.unavailable;
        self.tokens_per_packet = self.tokens as f64 / packets.max(1) as f64;
        self.median_ms = quantile(&mut self.milliseconds, 0.5);
        self.p95_ms = quantile(&mut self.milliseconds, 0.95);
    }
}

/// One report as lines for people.
pub fn lines(report: &Report) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let (valid, bad) = (&report.valid, &report.bad);
    let offload = if report.checksum_offload { ", with checksum offload" } else { "" };
    let form = report.form.map(|form| format!(", replies in {form}")).unwrap_or_default();
    let _ = writeln!(text, "{}{form}{offload}, seed {}", report.model, report.seed);
    let _ = writeln!(
        text,
        "valid requests     {:>9}  exact at first try {:>9} ({}), admitted {}, vetoed {}, right \
         after a veto {}, unanswered {}",
        valid.n,
        valid.exact,
        percent(valid.exact, valid.n),
        valid.admitted,
        valid.vetoed,
        valid.second,
        valid.unanswered
    );
    let _ = writeln!(
        text,
        "bad packets        {:>9}  right drop         {:>9} ({}), answered {}, past the judge {}",
        bad.n,
        bad.right,
        percent(bad.right, bad.n),
        bad.answered,
        bad.passed
    );
    // In the order in which the judge tries them.
    for name in Reason::ECHO.map(Reason::name) {
        let Some(class) = report.classes.get(name) else { continue };
        let right = percent(class.right, class.n);
        let _ = writeln!(
            text,
            "  {name:<16} {:>9}  right drop         {:>9} ({right}), answered {}",
            class.n, class.right, class.answered
        );
    }
    for (length, class) in &report.lengths {
        let exact = percent(class.exact, class.n);
        let _ = writeln!(
            text,
            "  up to {length:>4} bytes  {:>9}  exact              {:>9} ({exact})",
            class.n, class.exact
        );
    }
    let _ = write!(text, "{:.1} tokens per packet", report.tokens_per_packet);
    let _ = match (report.median_ms, report.p95_ms) {
        (Some(median), Some(p95)) => writeln!(
            text,
            ", median {median:.3} ms, 95 of 100 within {p95:.3} ms per valid request"
        ),
        _ => writeln!(text),
    };
    if let Some(Spending { usage, usd }) = &report.spending
        && usage.total() > 0
    {
        let usd = usd.map_or("at an unknown price".to_owned(), |usd| format!("${usd:.6}"));
        let _ = writeln!(
            text,
            "tokens read {}, from a cache {}, into a cache {}, written {}; {usd}",
            usage.input, usage.cached, usage.cache_written, usage.output
        );
    }
    if report.unavailable > 0 {
        let _ = writeln!(text, "without an answer, counted nowhere above: {}", report.unavailable);
    }
    if !report.complete {
        let _ = writeln!(text, "NOT COMPLETE: not every packet of the plan was measured");
    }
    text
}

/// Several reports side by side: a row a model, in Markdown, which is readable on a terminal too.
pub fn table(reports: &[Report]) -> String {
    let heads = [
        "model",
        "form",
        "exact",
        "admitted",
        "after veto",
        "right drops",
        "answered",
        "past judge",
        "tokens in",
        "tokens out",
        "median s",
        "p95 s",
        "USD",
    ];
    let rows = reports.iter().map(row).collect::<Vec<_>>();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(&heads.map(str::to_owned)) + &line(&rule);
    rows.iter().for_each(|row| text += &line(row));
    text
}

fn row(report: &Report) -> [String; 13] {
    let (valid, bad) = (&report.valid, &report.bad);
    let of = |part: u64, n: u64| format!("{part}/{n}");
    let packets = (valid.n + bad.n).max(1) as f64;
    let tokens = |total: u64| format!("{:.0}", total as f64 / packets);
    let seconds = |ms: f64| format!("{:.3}", ms / 1e3);
    let usage = report.spending.map(|spending| spending.usage);
    let read = usage.map(|usage| usage.total() - usage.output);
    let offload = if report.checksum_offload { " + checksum offload" } else { "" };
    let unfinished = if report.complete { "" } else { " (not complete)" };
    [
        format!("{}{unfinished}", report.model),
        format!("{}{offload}", report.form.unwrap_or("bytes")),
        of(valid.exact, valid.n),
        of(valid.admitted, valid.n),
        of(valid.admitted + valid.second, valid.n),
        of(bad.right, bad.n),
        bad.answered.to_string(),
        bad.passed.to_string(),
        read.map_or("-".into(), tokens),
        usage.map_or("-".into(), |usage| tokens(usage.output)),
        report.median_ms.map_or("-".into(), seconds),
        report.p95_ms.map_or("-".into(), seconds),
        report.spending.and_then(|s| s.usd).map_or("-".into(), |usd| format!("{usd:.4}")),
    ]
}

fn percent(part: u64, n: u64) -> String {
    format!("{:.4} %", 100.0 * part as f64 / n.max(1) as f64)
}
