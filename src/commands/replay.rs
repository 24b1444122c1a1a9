//! `softstack replay`: a recorded journal, shown as the live view showed it.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use softstack::journal::{Record, SCHEMA, Sink};
use softstack::view::{Detail, View};

use super::Outcome;

/// Arguments of `softstack replay`.
#[derive(Args)]
pub struct Replay {
    /// A journal in JSON Lines; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Do not show the reasoning.
    #[arg(long, short)]
    quiet: bool,
}

impl Replay {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        let name = self.file.display();
        let input: Box<dyn BufRead> = match self.file.to_str() {
            Some("-") => Box::new(std::io::stdin().lock()),
            _ => {
                let file = File::open(&self.file)
                    .map_err(|error| format!("cannot read {name}: {error}"))?;
                Box::new(BufReader::new(file))
            }
        };
        let detail = if self.quiet { Detail::Quiet } else { Detail::Full };
        let mut view = View::new(anstream::AutoStream::auto(std::io::stdout()), detail);
        let mut count = 0;
        for (number, line) in input.lines().enumerate() {
            let at = format!("{name}, line {}", number + 1);
            let line = line.map_err(|error| format!("{at}: {error}"))?;
            let record = parse(&line).map_err(|error| format!("{at}: {error}"))?;
            match view.record(&record) {
                // The reader has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                    return Ok(ExitCode::SUCCESS);
                }
                shown => shown?,
            }
            count += 1;
        }
        match count {
            0 => Err(format!("{name} holds no record").into()),
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}

fn parse(line: &str) -> Result<Record, String> {
    let record =
        serde_json::from_str(line).map_err(|error| format!("no journal record: {error}"))?;
    match record {
        Record::Start { schema, .. } if schema != SCHEMA => {
            Err(format!("schema {schema}, and this program reads schema {SCHEMA}"))
        }
        record => Ok(record),
    }
}
