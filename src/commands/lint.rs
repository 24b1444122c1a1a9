//! `softstack lint`: every packet of a capture is held against the rules; findings with their clauses, and a
//! repaired copy if one is wanted.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Instant;

use capture::{Reader, Rewriter};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use softstack::lint::filter::Filter;
use softstack::lint::report::{JsonReport, Output, Report, SarifReport, SummaryReport, TextReport};
use softstack::lint::selection::{Numbers, RuleName, Selection};
use softstack::lint::{Ended, Judged, Listener, lint, repair};
use softstack::view::tell;
use verify::{Finding, Severity};

use super::Outcome;

/// Files larger than this show how far they have been read.
const LONG: u64 = 32 << 20;

/// Arguments of `softstack lint`.
#[derive(Args)]
#[command(
    after_help = "Exit code: 0 nothing above a note, 1 findings, 2 a capture that cannot be read (to its \
end). `softstack rules` shows every rule with its clause and examples."
)]
pub struct Lint {
    /// Captures in pcap or pcapng, also compressed by gzip; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// One JSON object a finding and line.
    #[arg(long, conflicts_with_all = ["format", "summary"])]
    json: bool,
    /// How findings are written down.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "summary")]
    format: Format,
    /// Count findings by rule instead of listing them.
    #[arg(long)]
    summary: bool,
    /// Write a repaired copy, as pcapng: lengths, checksums and whatever a finding proposes; each changed
    /// packet has a comment that says what was done, all else stays as it is.
    #[arg(long, value_name = "OUT")]
    fix: Option<PathBuf>,
    /// Only these packets: 5, 100-200, 5-, several with commas between.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', allow_hyphen_values = true)]
    packets: Vec<Numbers>,
    /// Only these rules: udp.checksum, or tcp for all of TCP's; may be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rule: Vec<RuleName>,
    /// Nothing less than this.
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Least>,
    /// Only packets that this display filter lets through: 'ip.src == 10.0.0.0/8 and udp.port == 53'.
    #[arg(long, short = 'Y', value_name = "FILTER", value_parser = filter)]
    filter: Option<Filter>,
    /// Threads that judge. [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// SARIF 2.1.0, for annotations of a forge.
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Least {
    Note,
    Warning,
    Error,
}

impl Lint {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        let stop = super::interrupted()?;
        let severity = self.severity.map(|least| match least {
            Least::Note => Severity::Note,
            Least::Warning => Severity::Warning,
            Least::Error => Severity::Error,
        });
        let selection = Selection {
            packets: self.packets.clone(),
            rules: self.rule.clone(),
            severity,
            filter: self.filter.clone(),
        };
        if let Some(out) = &self.fix {
            self.may_write(out)?;
        }
        let (mut report, mut code) = (self.report(), 0);
        for path in &self.files {
            match self.capture(path, &selection, &stop, report.as_mut()) {
                Ok(found) => code = code.max(found),
                // Whoever read has seen enough.
                Err(error) if is_broken_pipe(error.as_ref()) => return Ok(ExitCode::from(code)),
                Err(error) => {
                    tell(&format!("softstack: {error}"));
                    code = 2;
                }
            }
        }
        match report.close() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(ExitCode::from(code)),
        }
    }

    /// A copy is of one capture, and not over it.
    fn may_write(&self, out: &Path) -> Result<(), String> {
        let [path] = &self.files[..] else {
            return Err("--fix writes a copy of one capture: name one FILE".to_owned());
        };
        let same = path.canonicalize().ok().zip(out.canonicalize().ok());
        match same.is_some_and(|(from, to)| from == to) {
            true => Err(format!(
                "{} is the capture itself: name another file for the copy",
                out.display()
            )),
            false => Ok(()),
        }
    }

    fn report(&self) -> Box<dyn Report> {
        let out: Output =
            Box::new(BufWriter::with_capacity(1 << 16, anstream::AutoStream::auto(io::stdout())));
        match self.format {
            _ if self.summary => Box::new(SummaryReport::new(out)),
            _ if self.json => Box::new(JsonReport::new(out)),
            Format::Text => Box::new(TextReport::new(out)),
            Format::Json => Box::new(JsonReport::new(out)),
            Format::Sarif => Box::new(SarifReport::new(out)),
        }
    }

    /// Lints one capture; the exit code it calls for.
    fn capture(
        &self,
        path: &Path,
        selection: &Selection,
        stop: &AtomicBool,
        report: &mut dyn Report,
    ) -> Result<u8, Box<dyn std::error::Error>> {
        let began = Instant::now();
        let reader = Reader::open(path)?;
        let progress = progress(&reader);
        report.begin(&path.display().to_string())?;
        let mut listener = Choice { selection, report, progress };
        let (ended, changed) = match &self.fix {
            None => {
                let jobs = self
                    .jobs
                    .map(usize::from)
                    .or(thread::available_parallelism().ok().map(usize::from));
                (lint(reader, jobs.unwrap_or(1), stop, &mut listener), None)
            }
            Some(out) => {
                let cannot = |error: io::Error| format!("cannot write {}: {error}", out.display());
                let file = File::create(out).map_err(cannot)?;
                let copy = Rewriter::to_file(file);
                let (ended, changed) = repair(reader, copy, stop, &mut listener).map_err(cannot)?;
                (ended, Some((out, changed)))
            }
        };
        listener.progress.finish_and_clear();
        listener.report.end(&ended, began.elapsed().as_secs_f64())?;
        if let Some((out, changed)) = changed {
            tell(&format!("{}: a copy with {changed} packets repaired", out.display()));
        }
        verdict(path, ended)
    }
}

/// clap puts the message behind the value; the caret line wants a line of its own.
fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| format!("\n{error}"))
}

/// What the command line chose, told in the form that it chose.
struct Choice<'a> {
    selection: &'a Selection,
    report: &'a mut dyn Report,
    progress: ProgressBar,
}

impl Listener for Choice<'_> {
    fn choose(&self, judged: &Judged, finding: &Finding) -> bool {
        self.selection.chooses(judged, finding)
    }

    fn hear(&mut self, judged: &Judged) -> io::Result<()> {
        let report = &mut self.report;
        self.progress.suspend(|| report.packet(judged))
    }

    fn progress(&mut self, position: u64) {
        self.progress.set_position(position);
    }
}

/// A bar for a long file, if there is a terminal to draw it on.
fn progress(reader: &Reader) -> ProgressBar {
    match reader.size().filter(|size| *size >= LONG && io::stderr().is_terminal()) {
        None => ProgressBar::hidden(),
        Some(size) => {
            let template = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
            let style = ProgressStyle::with_template(template);
            let bar = ProgressBar::new(size);
            style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
        }
    }
}

/// The exit code for a capture, and what else there is to say of it.
fn verdict(path: &Path, ended: Ended) -> Result<u8, Box<dyn std::error::Error>> {
    if let Some(error) = ended.deaf {
        return Err(error.into());
    }
    if let Some(damage) = ended.damage {
        return Err(damage.into());
    }
    if ended.interrupted {
        return Err(format!("{}: interrupted", path.display()).into());
    }
    let counts = ended.counts;
    if counts.unknown > 0 {
        let text = format!(
            "{}: {} packets are of a link that softstack does not dissect (LINKTYPE {})",
            path.display(),
            counts.unknown,
            counts.unknown_link
        );
        if counts.packets == 0 {
            return Err(text.into());
        }
        tell(&format!("softstack: {text}"));
    }
    Ok(u8::from(counts.of(Severity::Error) + counts.of(Severity::Warning) > 0))
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
