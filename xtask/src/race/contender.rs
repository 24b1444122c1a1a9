//! Who races: `softstack lint` on one core and on two, and the two programs everybody knows.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::stopwatch::Cost;
use super::words;
use crate::Failure;
use crate::agree::PREFERENCES;

/// One program with its arguments, on certain cores.
pub struct Contender {
    /// As in the table.
    pub name: String,
    /// Cores it may use, as taskset(1) counts them.
    pub cores: &'static str,
    command: Vec<OsString>,
}

/// One run of a contender.
pub type Lap = Cost;

impl Contender {
    /// All of them, on that capture; the programs must be there.
    pub fn all(softstack: &Path, capture: &Path) -> Result<Vec<Contender>, Failure> {
        let lint = |jobs: &str| [vec![softstack.into()], words(&["lint", "--jobs", jobs])].concat();
        let mut tshark = words(&["tshark", "-n", "-T", "fields", "-e", "frame.number"]);
        tshark.extend(words(&["-e", "_ws.expert.message"]));
        for preference in PREFERENCES {
            tshark.extend(words(&["-o", preference]));
        }
        let contenders = [
            ("softstack lint, 1 core", "0", lint("1"), None),
            ("softstack lint, 2 cores", "0,1", lint("2"), None),
            ("tshark, expert information", "0", tshark, Some("-r")),
            ("tcpdump -vvnn", "0", words(&["tcpdump", "-vvnn"]), Some("-r")),
        ];
        let contenders = contenders.map(|(name, cores, mut command, flag)| {
            command.extend(flag.map(OsString::from));
            command.push(capture.into());
            Contender { name: name.into(), cores, command }
        });
        Ok(contenders.into())
    }

    /// Runs it once.
    ///
    /// # Errors
    ///
    /// It cannot be started, or fails: correct traffic is no reason to.
    pub fn lap(&self) -> Result<Lap, Failure> {
        let mut command = Command::new("taskset");
        command.args(["-c", self.cores]).arg(std::env::current_exe()?).arg("__lap").arg("--");
        let output = command.args(&self.command).output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{}: {told}", self.name).into());
        }
        let cost: Cost = serde_json::from_slice(&output.stdout)?;
        match cost.code {
            Some(0) => Ok(cost),
            code => Err(format!("{}: exit code {code:?} on correct traffic", self.name).into()),
        }
    }
}
