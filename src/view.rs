//! The live view: journal records as a person likes to read them, in 80 columns, with colour where
//! the terminal has it and NO_COLOR does not forbid it. `replay` shows a recorded journal through the
//! same eyes.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wire::dissect::dissect;

use crate::journal::{Act, Objection, Record, Sink, Statistics};

const WIDTH: usize = 80;
const TITLE: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const REMARK: Style = AnsiColor::Yellow.on_default();

/// Shows records on a terminal or in a log file.
pub struct View<W> {
    out: W,
    detail: Detail,
    /// Who had the last thought.
    model: String,
}

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every line of reasoning.
    Full,
    /// What the pinger says, and what goes wrong.
    Quiet,
}

impl<W: Write> View<W> {
    /// A view on `out`; pass [`anstream::stdout`] for colour that knows when to stay away.
    pub fn new(out: W, detail: Detail) -> View<W> {
        View { out, detail, model: String::new() }
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        writeln!(self.out, "{style}{text}{style:#}")
    }

    fn request(&mut self, packet: u64, bytes: &str) -> io::Result<()> {
        let Ok(bytes) = wire::hex::parse(bytes) else { return Ok(()) };
        let dissection = dissect(&bytes);
        writeln!(self.out)?;
        self.styled(TITLE, &format!("#{packet} {}", dissection.summary()))?;
        for layer in &dissection.layers {
            let fields = layer.fields.iter().map(|field| {
                let name = field.name.rsplit('.').next().unwrap_or(field.name);
                format!("{name} {}", shortened(&field.value.to_string()))
            });
            self.wrapped(&format!("   {:<8}", layer.name), fields)?;
        }
        Ok(())
    }

    fn wrapped(&mut self, first: &str, words: impl Iterator<Item = String>) -> io::Result<()> {
        let mut line = first.to_owned();
        let indent = " ".repeat(first.chars().count());
        for (i, word) in words.enumerate() {
            if i > 0 {
                line.push(',');
            }
            if line.chars().count() + word.chars().count() + 2 > WIDTH && i > 0 {
                self.styled(DIM, &line)?;
                line.clone_from(&indent);
            } else if i > 0 {
                line.push(' ');
            }
            line += &word;
        }
        self.styled(DIM, &line)
    }

    fn thought(
        &mut self,
        action: Act,
        reason: Option<&str>,
        tokens: u64,
        seconds: f64,
    ) -> io::Result<()> {
        let what = match (action, reason) {
            (Act::Fail, Some(reason)) => format!("no decision: {reason}"),
            (Act::Drop, Some(reason)) => format!("silence: {reason}"),
            _ => "a reply".to_owned(),
        };
        writeln!(
            self.out,
            "   = {what}, by {}, {tokens} tokens in {}",
            self.model,
            duration(seconds)
        )
    }

    fn verdict(&mut self, admitted: bool, findings: &[Objection]) -> io::Result<()> {
        match admitted {
            true => self.styled(GOOD, "   ✓ admitted by the judge")?,
            false => self.styled(BAD, "   ✗ vetoed by the judge")?,
        }
        for finding in findings {
            let style = if admitted { REMARK } else { BAD };
            self.styled(
                style,
                &format!(
                    "     {} (RFC {} {}, {}): {}",
                    finding.rule, finding.rfc, finding.section, finding.level, finding.message
                ),
            )?;
        }
        Ok(())
    }

    fn reply(&mut self, bytes: &str, seconds: f64) -> io::Result<()> {
        let Ok(bytes) = wire::hex::parse(bytes) else { return Ok(()) };
        self.styled(TITLE, &format!("   {}", dissect(&bytes).summary()))?;
        writeln!(self.out, "   on the wire {} after the request came", duration(seconds))
    }

    fn end(&mut self, statistics: &Statistics) -> io::Result<()> {
        writeln!(self.out)?;
        let Statistics {
            received, replied, silent, vetoed, unanswered, overflowed, tokens, ..
        } = statistics;
        writeln!(
            self.out,
            "{received} packets: {replied} answered, {silent} met with silence, {unanswered} unanswered, \
             {overflowed} dropped\nunread; {vetoed} vetoes; {tokens} tokens{}",
            match statistics.median_seconds {
                Some(seconds) => format!("; median {} from request to reply", duration(seconds)),
                None => String::new(),
            }
        )
    }
}

impl<W: Write + Send> Sink for View<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        if let Record::Thought { model, .. } = record {
            self.model.clone_from(model);
        }
        match (record, self.detail) {
            (Record::Pinger { text }, _) => writeln!(self.out, "{text}")?,
            (Record::Verdict { admitted: false, findings, packet, .. }, Detail::Quiet) => {
                writeln!(self.out, "#{packet}")?;
                self.verdict(false, findings)?;
            }
            (_, Detail::Quiet) => {}
            (Record::Start { program, model, address, link, .. }, _) => {
                self.styled(TITLE, &format!("{program}: {model} is {address} on {link}"))?;
            }
            (Record::Request { packet, bytes, .. }, _) => self.request(*packet, bytes)?,
            (Record::Reasoning { attempt, text, .. }, _) => {
                let mark = if *attempt == 1 { "│" } else { "┃" };
                writeln!(self.out, "   {mark} {text}")?;
            }
            (Record::Thought { action, reason, tokens, seconds, .. }, _) => {
                self.thought(*action, reason.as_deref(), *tokens, *seconds)?;
            }
            (Record::Verdict { admitted, findings, .. }, _) => self.verdict(*admitted, findings)?,
            (Record::Reply { bytes, seconds, .. }, _) => self.reply(bytes, *seconds)?,
            (Record::Silence { reason, seconds, .. }, _) => {
                writeln!(self.out, "   nothing sent ({reason}), {}", duration(*seconds))?;
            }
            (Record::Overflow { dropped }, _) => {
                self.styled(
                    REMARK,
                    &format!("   too many packets wait: {dropped} dropped unread so far"),
                )?;
            }
            (Record::End { statistics }, _) => self.end(statistics)?,
        }
        self.out.flush()
    }
}

/// A line for the person at standard error. When nobody reads that either, it is lost: no reason to
/// stop answering packets.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A field's value, cut where it is long.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// A duration as people say it.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}
