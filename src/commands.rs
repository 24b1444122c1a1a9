//! The subcommands, and what they share: which model, which journal, which view.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use softstack::journal::{Journal, JsonLines};
use softstack::mind::Mind;
use softstack::mind::nano::Nano;
use softstack::view::{Detail, View};
use verify::Host;

pub mod cidr;
pub mod eval;
pub mod ping;
pub mod replay;
pub mod run;

/// An exit code, or a line that says what went wrong (exit code 2).
pub type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Which model answers.
#[derive(Args)]
pub struct Model {
    /// The model that is the host. `nano` is embedded: no network, no key.
    #[arg(long, value_name = "MODEL", default_value = "nano", value_parser = ["nano"])]
    pub model: String,
}

impl Model {
    /// The mind of that name.
    pub fn mind(&self) -> Box<dyn Mind> {
        Box::new(Nano::new())
    }
}

/// What is shown and written down.
#[derive(Args)]
pub struct Output {
    /// Write the journal to FILE: JSON Lines, or pcapng if its name ends in .pcapng. May be repeated.
    #[arg(long, value_name = "FILE")]
    journal: Vec<PathBuf>,
    /// Print the journal's JSON Lines instead of the live view.
    #[arg(long)]
    json: bool,
    /// Do not show the reasoning; vetoes are shown all the same.
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
}

impl Output {
    /// The journal with every sink that was asked for.
    pub fn journal(&self) -> Result<Journal, Box<dyn Error>> {
        let mut journal = Journal::new();
        for path in &self.journal {
            journal.add_file(path)?;
        }
        if self.json {
            journal.add(JsonLines(std::io::stdout()));
        } else {
            let detail = if self.quiet { Detail::Quiet } else { Detail::Full };
            journal.add(View::new(anstream::AutoStream::auto(std::io::stdout()), detail));
        }
        Ok(journal)
    }
}

/// The host at an address, with the directed broadcast address of its network (RFC 1122 3.2.1.3).
pub fn host(address: Ipv4Addr, prefix: u8) -> Host {
    let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let broadcast = (prefix < 31).then(|| Ipv4Addr::from(u32::from(address) | host_bits));
    Host { address, broadcast }
}
