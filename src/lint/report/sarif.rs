//! SARIF 2.1.0 (OASIS): findings as annotations of a forge or an editor. A capture has no lines, so places
//! are octets of the file, and packets are logical locations.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};
use verify::{Finding, RULES, Rule};

use super::{Output, Report, time};
use crate::lint::Judged;

/// Writes one log of one run, result by result.
pub struct SarifReport {
    out: Output,
    file: String,
    results: u64,
    /// Rules that were broken, by name.
    broken: BTreeSet<&'static str>,
}

impl SarifReport {
    /// Writes to `out`.
    pub fn new(out: Output) -> SarifReport {
        SarifReport { out, file: String::new(), results: 0, broken: BTreeSet::new() }
    }

    fn result(&self, judged: &Judged, finding: &Finding) -> Value {
        let region = json!({
            "byteOffset": judged.offset + finding.offset as u64,
            "byteLength": finding.length,
        });
        let mut result = json!({
            "ruleId": finding.rule.id,
            // SARIF has the same three words.
            "level": finding.severity.name(),
            "message": {"text": format!("packet {}: {}", judged.number, finding.message)},
            "locations": [{
                "physicalLocation": {"artifactLocation": {"uri": self.file}, "region": region},
                "logicalLocations": [{"name": format!("packet {}", judged.number), "kind": "packet"}],
            }],
            "properties": {
                "packet": judged.number,
                "offset": finding.offset,
                "length": finding.length,
            },
        });
        let properties = &mut result["properties"];
        if let Some(at) = judged.time {
            properties["time"] = time(at).into();
        }
        if let Some(flow) = judged.flow {
            properties["flow"] = flow.to_string().into();
        }
        if !finding.edits.is_empty() {
            properties["edits"] = json!(finding.edits);
        }
        result
    }

    fn start(&mut self) -> io::Result<()> {
        let opening = r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":["#;
        self.out.write_all(opening.as_bytes())
    }
}

impl Report for SarifReport {
    fn begin(&mut self, file: &str) -> io::Result<()> {
        file.clone_into(&mut self.file);
        Ok(())
    }

    fn packet(&mut self, judged: &Judged) -> io::Result<()> {
        for finding in judged.findings {
            match self.results {
                0 => self.start()?,
                _ => self.out.write_all(b",")?,
            }
            self.out.write_all(b"\n")?;
            let result = self.result(judged, finding);
            serde_json::to_writer(&mut self.out, &result)?;
            self.results += 1;
            self.broken.insert(finding.rule.id);
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        if self.results == 0 {
            self.start()?;
        }
        let broken = RULES.iter().filter(|rule| self.broken.contains(rule.id));
        let tool = json!({"driver": {
            "name": "softstack",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": broken.map(descriptor).collect::<Vec<_>>(),
        }});
        write!(self.out, "\n],\"tool\":{tool}}}]}}\n")?;
        self.out.flush()
    }
}

fn descriptor(rule: &Rule) -> Value {
    let Rule { id, rfc, section, level, quote, .. } = rule;
    json!({
        "id": id,
        "shortDescription": {"text": format!("RFC {rfc} {section} ({level})")},
        "fullDescription": {"text": quote},
        "helpUri": format!("https://www.rfc-editor.org/rfc/rfc{rfc}"),
    })
}
