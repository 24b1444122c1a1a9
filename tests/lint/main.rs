//! `softstack lint` as users meet it: captures of every kind and of none, what is found in them, in which
//! form, and the repaired copy.

mod capture_file;
mod faults;
mod findings;
mod fix;
mod forms;
mod links;
#[path = "../program/mod.rs"]
mod program;
mod scale;

use std::path::Path;

use program::{Finished, run, softstack};
use serde_json::Value;

/// Lints a file with these arguments.
fn lint(file: &Path, arguments: &str) -> Finished {
    let mut command = softstack("lint");
    command.arg(file).args(arguments.split_whitespace());
    run(command)
}

/// The findings of a file, as JSON, and the exit code.
fn json(file: &Path, arguments: &str) -> (Vec<Value>, Option<i32>) {
    let finished = lint(file, &format!("--json {arguments}"));
    let lines = finished.stdout.lines();
    let lines = lines.map(|line| serde_json::from_str(line).expect("a JSON object a line"));
    (lines.collect(), finished.code)
}

/// Packet and rule of each finding.
fn rules(findings: &[Value]) -> Vec<(u64, String)> {
    let rule = |finding: &Value| finding["rule"].as_str().expect("a rule").to_owned();
    findings
        .iter()
        .map(|finding| (finding["packet"].as_u64().expect("a number"), rule(finding)))
        .collect()
}
