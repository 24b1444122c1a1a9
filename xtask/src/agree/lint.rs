//! The first witness: `softstack lint --json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::kind::Kinds;
use crate::Failure;

/// By packet and place of the kind: what was said, the gravest first.
pub type Claims = BTreeMap<(u32, usize), String>;

/// What we say of a capture.
#[derive(Default)]
pub struct Testimony {
    /// Findings above a note, by kind.
    pub claims: Claims,
    /// Notes, by kind.
    pub notes: Claims,
    /// Packets with any finding above a note, and the first.
    pub above_note: BTreeMap<u32, String>,
    /// Packets with any finding, but for what only says that nobody answered.
    pub any: BTreeSet<u32>,
    /// Why it cannot be read, or not to its end.
    pub unusable: Option<String>,
}

/// A line of `--json`, as far as we need it.
#[derive(Deserialize)]
struct Line {
    packet: u32,
    rule: String,
    severity: String,
    message: String,
}

/// Runs the program on a capture.
///
/// # Errors
///
/// It panics, is killed, writes what is not JSON, or its exit code contradicts what it wrote.
pub fn hear(program: &Path, capture: &Path, kinds: &Kinds) -> Result<Testimony, Failure> {
    let output = Command::new(program).args(["lint", "--json", "--"]).arg(capture).output()?;
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let code = output.status.code().filter(|code| *code <= 2);
    let Some(code) = code else {
        return Err(format!("{}: {}: {told}", capture.display(), output.status).into());
    };
    let mut testimony = read(&String::from_utf8(output.stdout)?, kinds)
        .map_err(|error| format!("{}: {error}", capture.display()))?;
    if code == 2 {
        testimony.unusable = Some(told);
    } else if (code == 1) == testimony.above_note.is_empty() {
        let count = testimony.above_note.len();
        return Err(format!(
            "{}: exit code {code} with findings in {count} packets",
            capture.display()
        )
        .into());
    }
    Ok(testimony)
}

fn read(text: &str, kinds: &Kinds) -> Result<Testimony, Failure> {
    let mut testimony = Testimony::default();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        testimony.add(line, kinds);
    }
    Ok(testimony)
}

impl Testimony {
    fn add(&mut self, line: Line, kinds: &Kinds) {
        let said = format!("{} {}: {}", line.severity, line.rule, line.message);
        if !line.rule.ends_with("unanswered") {
            self.any.insert(line.packet);
        }
        let is_note = line.severity == "note";
        if !is_note {
            self.above_note.entry(line.packet).or_insert_with(|| said.clone());
        }
        let claims = if is_note { &mut self.notes } else { &mut self.claims };
        for place in kinds.of_rule(&line.rule) {
            claims.entry((line.packet, place)).or_insert_with(|| said.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_claims() {
        let kinds = Kinds::load().unwrap();
        let place = kinds.of_label("udp.length.zero").unwrap();
        let text = r#"{"packet":3,"rule":"udp.length","severity":"error","message":"m","more":1}
{"packet":4,"rule":"udp.length","severity":"note","message":"n"}"#;
        let testimony = read(text, &kinds).unwrap();
        assert_eq!(testimony.claims[&(3, place)], "error udp.length: m");
        assert_eq!(testimony.notes[&(4, place)], "note udp.length: n");
        assert_eq!(testimony.above_note.keys().collect::<Vec<_>>(), [&3]);
        assert_eq!(testimony.any.len(), 2);
        assert!(read("panicked at", &kinds).is_err());
    }

    /// What a program that behaves like this script comes to.
    fn of_script(script: &str) -> Result<Testimony, Failure> {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("fake");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        hear(&program, Path::new("some.pcap"), &Kinds::load().unwrap())
    }

    #[test]
    fn exit_codes_are_held_against_findings() {
        let error = r#"echo '{"packet":1,"rule":"udp.length","severity":"error","message":"m"}'"#;
        let note = r#"echo '{"packet":1,"rule":"udp.length","severity":"note","message":"m"}'"#;
        assert_eq!(of_script(&format!("{error}; exit 1")).unwrap().above_note.len(), 1);
        assert!(of_script(&format!("{note}; exit 0")).unwrap().above_note.is_empty());
        let unusable = of_script("echo no capture >&2; exit 2").unwrap().unusable;
        assert_eq!(unusable.as_deref(), Some("no capture"));
        for script in
            [&format!("{error}; exit 0"), &format!("{note}; exit 1"), "exit 101", "kill -9 $$"]
        {
            assert!(of_script(script).is_err(), "{script}");
        }
    }
}
