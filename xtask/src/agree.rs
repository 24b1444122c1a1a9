//! `cargo xtask agree`: what `softstack lint` says of captures beside what Wireshark and tcpdump say, and
//! beside what the generator knows it broke. Where they disagree, `xtask/yardstick/disagreements.toml` must
//! say who is right and why; correct traffic may not earn a finding above a note. `--corpus` does the same
//! with captures of other people, which nobody has labelled.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::Failure;
use compare::Comparison;
use kind::Kinds;
use suite::Suite;
use verdict::Verdicts;

pub use kind::fits;
pub use tshark::PREFERENCES;

mod compare;
mod corpus;
pub mod generator;
mod kind;
mod label;
mod lint;
mod offload;
mod suite;
mod table;
mod tcpdump;
mod tshark;
mod verdict;

/// The one whose disagreements are all known.
const SEED: u64 = 4;

/// Arguments of `cargo xtask agree`.
#[derive(Args)]
pub struct Agree {
    /// Only these suites; default: all three.
    #[arg(value_enum)]
    suites: Vec<Suite>,
    /// Captures of this directory and below, instead of generated ones. [default with --fetch-corpus: what
    /// that fetches]
    #[arg(long, value_name = "DIR", conflicts_with = "suites", num_args = 0..=1, default_missing_value = corpus::PLACE)]
    corpus: Option<PathBuf>,
    /// Fetch the captures of Debian's source packages of tcpdump and wireshark into target/.
    #[arg(long, conflicts_with = "suites")]
    fetch_corpus: bool,
    /// Seed of the generator; with others than the default a rare class of disagreement may be missing.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// The program under test; built if not given.
    #[arg(long, value_name = "FILE")]
    softstack: Option<PathBuf>,
}

impl Agree {
    /// Generates, listens to all witnesses, compares and prints.
    pub fn run(self) -> Result<(), Failure> {
        if self.fetch_corpus {
            corpus::fetch()?;
            if self.corpus.is_none() {
                return Ok(());
            }
        }
        let program = match &self.softstack {
            Some(program) => program.clone(),
            None => generator::build_softstack()?,
        };
        let kinds = Kinds::load()?;
        let mut comparison = Comparison::new(&kinds, Verdicts::load()?);
        let whole = match &self.corpus {
            Some(directory) => corpus::compare(directory, &program, &mut comparison)?,
            None => self.generated(&program, &mut comparison)?,
        };
        print!("{}", table::of(&comparison));
        comparison.judge(whole)
    }

    /// Compares the generator's captures; whether that was all of them.
    fn generated(&self, program: &Path, comparison: &mut Comparison) -> Result<bool, Failure> {
        let suites = Suite::chosen(&self.suites);
        for suite in &suites {
            for file in suite.generate(self.seed)? {
                comparison.labelled(&file, program, *suite == Suite::Clean)?;
            }
        }
        Ok(suites.len() == Suite::chosen(&[]).len() && self.seed == SEED)
    }
}
