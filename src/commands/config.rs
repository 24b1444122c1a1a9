//! `softstack config`: the settings that hold, where each came from, secrets masked.

use std::process::ExitCode;

use clap::Args;

use super::{Model, Outcome, print};

/// Arguments of `softstack config`.
#[derive(Args)]
pub struct Config {
    #[command(flatten)]
    model: Model,
}

impl Config {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        print(&self.model.config()?.to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}
