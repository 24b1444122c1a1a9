//! One JSON object a finding, one a line.

use std::io::{self, Write};

use serde::Serialize;
use verify::Finding;

use super::{Output, Report, time};
use crate::lint::Judged;

/// Writes JSON Lines.
pub struct JsonReport {
    out: Output,
    file: String,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    packet: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<String>,
    #[serde(flatten)]
    finding: &'a Finding,
    /// The octets at fault, in hex; absent where they are not at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

impl JsonReport {
    /// Writes to `out`.
    pub fn new(out: Output) -> JsonReport {
        JsonReport { out, file: String::new() }
    }
}

impl Report for JsonReport {
    fn begin(&mut self, file: &str) -> io::Result<()> {
        file.clone_into(&mut self.file);
        Ok(())
    }

    fn packet(&mut self, judged: &Judged) -> io::Result<()> {
        for finding in judged.findings {
            let bytes = judged.packet.and_then(|packet| packet.bytes().get(finding.range()));
            let line = Line {
                file: &self.file,
                packet: judged.number,
                time: judged.time.map(time),
                flow: judged.flow.map(|flow| flow.to_string()),
                finding,
                bytes: bytes.map(wire::hex::encode),
            };
            serde_json::to_writer(&mut self.out, &line)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
