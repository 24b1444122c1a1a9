//! Findings counted by rule.

use std::collections::HashMap;
use std::io::{self, Write};

use verify::{RULES, Severity};

use super::{Output, Report};
use crate::lint::{Ended, Judged};

/// Writes a table for each capture.
pub struct SummaryReport {
    out: Output,
    file: String,
    /// By the rule's name and severity.
    rows: HashMap<(&'static str, Severity), Row>,
}

struct Row {
    findings: u64,
    packets: u64,
    first: u64,
    last: u64,
}

impl SummaryReport {
    /// Writes to `out`.
    pub fn new(out: Output) -> SummaryReport {
        SummaryReport { out, file: String::new(), rows: HashMap::new() }
    }
}

impl Report for SummaryReport {
    fn begin(&mut self, file: &str) -> io::Result<()> {
        file.clone_into(&mut self.file);
        Ok(())
    }

    fn packet(&mut self, judged: &Judged) -> io::Result<()> {
        let number = judged.number;
        for finding in judged.findings {
            let row = Row { findings: 0, packets: 0, first: number, last: 0 };
            let row = self.rows.entry((finding.rule.id, finding.severity)).or_insert(row);
            row.findings += 1;
            row.packets += u64::from(row.last != number);
            row.first = row.first.min(number);
            row.last = number;
        }
        Ok(())
    }

    fn end(&mut self, ended: &Ended, seconds: f64) -> io::Result<()> {
        writeln!(self.out, "{}", self.file)?;
        let mut rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            writeln!(self.out, " findings  packets  first packet  severity  rule and clause")?;
        }
        let severities = [Severity::Note, Severity::Warning, Severity::Error];
        let keys = RULES.iter().flat_map(|rule| severities.map(|severity| (rule, severity)));
        for (rule, severity) in keys {
            let Some(row) = rows.remove(&(rule.id, severity)) else { continue };
            let Row { findings, packets, first, .. } = row;
            let first = format!("#{first}");
            let clause = format!("{} (RFC {} {})", rule.id, rule.rfc, rule.section);
            writeln!(self.out, "{findings:>9}{packets:>9}{first:>14}  {severity:<8}  {clause}")?;
        }
        writeln!(self.out, "{}", super::text::totals(ended, seconds))
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
