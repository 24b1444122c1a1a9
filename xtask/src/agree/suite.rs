//! The captures that the generator makes.

use std::path::PathBuf;

use clap::ValueEnum;

use super::generator::generate;
use crate::Failure;

/// One suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// 100,000 correct packets: nothing above a note is deserved.
    Clean,
    /// 20,000 packets with one fault each.
    Mutate,
    /// Every family of rules broken on purpose.
    Rules,
}

impl Suite {
    /// Those asked for, or all.
    pub fn chosen(asked: &[Suite]) -> Vec<Suite> {
        match asked {
            [] => Suite::value_variants().to_vec(),
            asked => asked.to_vec(),
        }
    }

    /// Makes the captures; each has its labels beside it.
    pub fn generate(self, seed: u64) -> Result<Vec<PathBuf>, Failure> {
        let (task, count) = match self {
            Suite::Clean => ("clean", 100_000),
            Suite::Mutate => ("mutate", 20_000),
            Suite::Rules => ("rules", 0),
        };
        let directory = generate(task, count, seed)?;
        let mut files = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}
