//! `cargo xtask oracle`

use std::process::Command;

use clap::Args;

use crate::Failure;

mod case;
mod cases;
mod kernel;
mod packet;

/// Arguments of `cargo xtask oracle`.
#[derive(Args)]
pub struct Oracle {
    /// We are in the namespace already.
    #[arg(long, hide = true)]
    inside: bool,
}

impl Oracle {
    /// Compares.
    pub fn run(self) -> Result<(), Failure> {
        if self.inside {
            println!("{}", serde_json::to_string(&kernel::try_all(&cases::all())?)?);
            return Ok(());
        }
        let output = Command::new("unshare")
            .arg("-Urn")
            .arg(std::env::current_exe()?)
            .args(["oracle", "--inside"])
            .output()?;
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        let verdicts: Vec<kernel::Verdict> = serde_json::from_slice(&output.stdout)?;
        println!("{}", kernel::release()?);
        for verdict in verdicts {
            let last = verdict.played.last().unwrap();
            println!(
                "{:32} {:?} {}",
                verdict.name,
                verdict.counters,
                last.replies.iter().map(|r| wire::hex::encode(r)).collect::<Vec<_>>().join(" + ")
            );
        }
        Ok(())
    }
}
