//! The record of a measurement: a line for the plan and one for each outcome, so that what was paid for is
//! not lost when it is cut off, and goes on from there.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{First, Outcome, Plan};

/// Version of the record's lines.
const SCHEMA: u32 = 1;

/// What a measurement depends on, beside its plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    schema: u32,
    plan: Plan,
    /// What else was set: form, attempts, thinking …
    settings: String,
}

/// As on the command line.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { count, seed, lengths: (min, max), protocols, .. } = &self.plan;
        let protocols: Vec<_> = protocols.iter().map(|protocol| protocol.name()).collect();
        let (protocols, settings) = (protocols.join(","), &self.settings);
        write!(
            f,
            "--protocols {protocols} -n {count} --seed {seed} --lengths {min}-{max} {settings}"
        )
    }
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head(Head),
    Outcome { model: String, outcome: Outcome },
}

/// A file of outcomes, of one model or several.
pub struct Record {
    file: File,
    path: PathBuf,
    outcomes: BTreeMap<String, Vec<Outcome>>,
}

/// Why a record cannot be kept or gone on with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file does not let itself be read or written.
    #[error("the record {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is something else.
    #[error("the record {}, line {line}: not a record of a measurement: {why}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It records another measurement.
    #[error(
        "the record {} is of a measurement with other settings ({was}): name another file, or the same \
         settings",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// Its settings.
        was: String,
    },
}

impl Record {
    /// Opens the record at `path`, or begins it. `settings` says what else the outcomes depend on. Half a
    /// line at the end, of a measurement that was killed, is cut off.
    ///
    /// # Errors
    /// When the file cannot be used, is something else, or records something else.
    pub fn open(path: &Path, plan: &Plan, settings: &str) -> Result<Record, RecordError> {
        let failed = |source| RecordError::File { path: path.into(), source };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(failed)?;
        let mut record = Record { file, path: path.into(), outcomes: BTreeMap::new() };
        let head = Head { schema: SCHEMA, plan: plan.clone(), settings: settings.to_owned() };
        let whole = record.read(&head)?;
        let length = record.file.seek(SeekFrom::End(0)).map_err(failed)?;
        if whole < length {
            record.check_cut(whole)?;
            record.file.set_len(whole).map_err(failed)?;
        }
        if whole == 0 {
            record.write(&Line::Head(head))?;
        }
        Ok(record)
    }

    /// Reads what is there; how many bytes whole lines make.
    fn read(&mut self, head: &Head) -> Result<u64, RecordError> {
        let failed = |source| RecordError::File { path: self.path.clone(), source };
        let mut reader = BufReader::new(self.file.try_clone().map_err(failed)?);
        let (mut whole, mut number, mut line) = (0, 0, Vec::new());
        while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
            number += 1;
            if line.last() != Some(&b'\n') {
                break;
            }
            let foreign =
                |why: String| RecordError::Foreign { path: self.path.clone(), line: number, why };
            match (number, serde_json::from_slice(&line)) {
                (1, Ok(Line::Head(found))) if found == *head => {}
                (1, Ok(Line::Head(found))) => {
                    let (path, was) = (self.path.clone(), found.to_string());
                    return Err(RecordError::Other { path, was });
                }
                (2.., Ok(Line::Outcome { model, outcome })) => {
                    self.outcomes.entry(model).or_default().push(outcome);
                }
                (_, Ok(_)) => return Err(foreign("it is out of place".into())),
                (_, Err(error)) => return Err(foreign(error.to_string())),
            }
            whole += line.len() as u64;
            line.clear();
        }
        Ok(whole)
    }

    /// What stands behind the whole lines may be cut off only if it can be half a line of ours.
    fn check_cut(&mut self, whole: u64) -> Result<(), RecordError> {
        let failed = |source| RecordError::File { path: self.path.clone(), source };
        let mut begun = Vec::new();
        self.file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        (&mut self.file).take(16).read_to_end(&mut begun).map_err(failed)?;
        let ours: &[u8] = if whole == 0 { b"{\"schema\":" } else { b"{\"model\":" };
        let common = begun.len().min(ours.len());
        match begun[..common] == ours[..common] {
            true => Ok(()),
            false => Err(RecordError::Foreign {
                path: self.path.clone(),
                line: 1,
                why: "its last line has no end and is none of a record's".into(),
            }),
        }
    }

    /// The outcomes of `model` that need not be measured again, in the order of their numbers.
    pub fn done(&self, model: &str) -> Vec<Outcome> {
        let known = self.outcomes.get(model).into_iter().flatten();
        let asked = known.filter(|outcome| outcome.first != First::Unavailable);
        let by_number: BTreeMap<u64, &Outcome> =
            asked.map(|outcome| (outcome.number, outcome)).collect();
        by_number.into_values().cloned().collect()
    }

    /// The outcomes of `model` that came to nothing; what they cost was paid all the same.
    pub fn in_vain(&self, model: &str) -> impl Iterator<Item = &Outcome> {
        let known = self.outcomes.get(model).into_iter().flatten();
        known.filter(|outcome| outcome.first == First::Unavailable)
    }

    /// Writes an outcome down.
    ///
    /// # Errors
    /// When the file does not take it.
    pub fn add(&mut self, model: &str, outcome: &Outcome) -> Result<(), RecordError> {
        self.write(&Line::Outcome { model: model.to_owned(), outcome: outcome.clone() })
    }

    fn write(&mut self, line: &Line) -> Result<(), RecordError> {
        let text = serde_json::to_string(line).expect("lines are plain data") + "\n";
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|source| RecordError::File { path: self.path.clone(), source })
    }
}
