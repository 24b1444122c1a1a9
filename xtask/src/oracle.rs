//! `cargo xtask oracle`: the same packets to the kernel of this machine and to ours, the judge, the reference host
//! and nano, most of them with exactly one fault. Where they differ, `xtask/oracle/differences.toml` must say who is
//! right, by which clause, and why.
//!
//! In the order in which it happens: `packet` and `cases` make what is tried, `case` plays it with a host,
//! `kernel` is one host, `ours` and `nano` the others, `meaning` reads replies, `compare` and `explanation` hold both
//! together, `page` writes it down.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;

use crate::Failure;
use compare::Row;
use explanation::Explanations;
use kernel::{Refusal, Verdict};
use nano::Nano;

mod case;
mod cases;
mod compare;
mod explanation;
mod kernel;
mod meaning;
mod nano;
mod ours;
mod packet;
mod page;

/// Where the page is, from the repository's root.
const PAGE: &str = "docs/oracle.md";

/// Arguments of `cargo xtask oracle`.
#[derive(Args)]
pub struct Oracle {
    /// Write docs/oracle.md instead of printing it.
    #[arg(long)]
    write: bool,
    /// We are in the namespace already.
    #[arg(long, hide = true)]
    inside: bool,
}

impl Oracle {
    /// Compares and prints, or writes, the page; fails where something is not explained.
    pub fn run(self) -> Result<(), Failure> {
        let cases = cases::all();
        if self.inside {
            println!("{}", serde_json::to_string(&kernel::try_all(&cases)?)?);
            return Ok(());
        }
        let verdicts = match outside()? {
            Ok(verdicts) => verdicts,
            Err(Refusal(reason)) => return skip(&reason),
        };
        let explanations = Explanations::load()?;
        let mut nano = Nano::new();
        let pairs = cases.iter().zip(&verdicts);
        let rows = pairs.map(|(case, verdict)| Row::new(case, verdict, &mut nano, &explanations));
        let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
        self.show(&page::of(&rows, &kernel::release()?))?;
        let mut failures: Vec<String> = rows.iter().flat_map(Row::unexplained).collect();
        let unused = explanations.unused();
        failures.extend(unused.iter().map(|name| format!("{name}: explained, but it does not")));
        match failures.is_empty() {
            true => Ok(()),
            false => Err(format!("{} failures\n{}", failures.len(), failures.join("\n")).into()),
        }
    }

    fn show(&self, page: &str) -> Result<(), Failure> {
        if self.write {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            return Ok(fs::write(root.join(PAGE), page)?);
        }
        print!("{page}");
        Ok(())
    }
}

/// Starts this program again in namespaces where it is root, and hears what the kernel did.
fn outside() -> Result<Result<Vec<Verdict>, Refusal>, Failure> {
    let mut command = Command::new("unshare");
    command.arg("-Urn").arg(std::env::current_exe()?).args(["oracle", "--inside"]);
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return Ok(Err(Refusal(format!("starting unshare: {error}")))),
    };
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout)?);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    match said.starts_with("unshare: ") {
        true => Ok(Err(Refusal(said))),
        false => Err(said.into()),
    }
}

/// A machine that does not let us is no failure, unless it is to have everything.
fn skip(reason: &str) -> Result<(), Failure> {
    if std::env::var_os("SOFTSTACK_REQUIRE_TOOLS").is_some_and(|value| value == "1") {
        return Err(format!("SOFTSTACK_REQUIRE_TOOLS is set, but {reason}").into());
    }
    println!("skipped: {reason}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_of_these_cases() {
        let page = include_str!("../../docs/oracle.md");
        let names = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let names: Vec<_> = names.collect();
        let cases: Vec<_> = cases::all().iter().map(|case| case.name).collect();
        assert_eq!(names, cases, "`cargo xtask oracle --write` was not run");
    }
}
