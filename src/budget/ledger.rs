//! The ledger: a day's spending in a file, a line a call, so that runs one after another and at the same
//! time keep to one budget. Lines are appended whole, and what others append is read before each call.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Cost;

/// Why a day's spending cannot be kept account of.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// There is no folder to keep it in.
    #[error(
        "a budget of a day needs a folder to keep account in, and neither XDG_STATE_HOME nor HOME is \
         set: name one with --account FOLDER, or lift the limits with --day-usd none --day-tokens none"
    )]
    Nowhere,
    /// The file does not let itself be read or written.
    #[error("the account of the day's spending {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// One call.
#[derive(Serialize, Deserialize)]
struct Entry {
    model: String,
    tokens: u64,
    usd: f64,
}

/// The account of the day that it is.
#[derive(Debug)]
pub(super) struct Ledger {
    folder: PathBuf,
    day: String,
    file: File,
    /// Up to here the file was read; then came `rest`, half a line of another process perhaps.
    read: u64,
    rest: Vec<u8>,
    sum: Cost,
}

impl Ledger {
    pub(super) fn open(folder: PathBuf) -> Result<Ledger, LedgerError> {
        let failed = |source| LedgerError::File { path: folder.clone(), source };
        create_dir_all(&folder).map_err(failed)?;
        let day = today();
        let file = open(&folder, &day)?;
        let mut ledger =
            Ledger { folder, day, file, read: 0, rest: Vec::new(), sum: Cost::default() };
        ledger.today()?;
        Ok(ledger)
    }

    /// What was spent today, by whomever.
    pub(super) fn today(&mut self) -> Result<Cost, LedgerError> {
        let day = today();
        if day != self.day {
            self.file = open(&self.folder, &day)?;
            (self.day, self.read, self.sum) = (day, 0, Cost::default());
            self.rest.clear();
        }
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(self.read));
        let count = read.and_then(|_| self.file.read_to_end(&mut bytes));
        self.read += count.map_err(|source| self.failed(source))? as u64;
        self.rest.extend(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            // A line that was spoilt (a full disk) says nothing; those after it still count.
            if let Ok(Entry { tokens, usd, .. }) = serde_json::from_slice(&line) {
                self.sum = self.sum.plus(Cost { tokens, usd });
            }
        }
        Ok(self.sum)
    }

    /// Books a call; [`Ledger::today`] counts it from now on.
    pub(super) fn book(&mut self, model: &str, cost: Cost) -> Result<(), LedgerError> {
        self.today()?;
        let entry = Entry { model: model.to_owned(), tokens: cost.tokens, usd: cost.usd };
        let line = serde_json::to_string(&entry).map_err(|error| self.failed(error.into()))? + "\n";
        // Behind half a line of somebody who was killed in the middle, ours begins on its own.
        let line = if self.rest.is_empty() { line } else { format!("\n{line}") };
        self.file.write_all(line.as_bytes()).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> LedgerError {
        LedgerError::File { path: path(&self.folder, &self.day), source }
    }
}

fn open(folder: &std::path::Path, day: &str) -> Result<File, LedgerError> {
    let path = path(folder, day);
    let file = OpenOptions::new().read(true).append(true).create(true).open(&path);
    file.map_err(|source| LedgerError::File { path, source })
}

fn path(folder: &std::path::Path, day: &str) -> PathBuf {
    folder.join(format!("{day}.jsonl"))
}

/// The day in UTC, as ISO 8601 writes it.
pub(super) fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_and_spoilt_ones_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(folder.path().to_owned()).unwrap();
        ledger.book("m", Cost { tokens: 1, usd: 0.5 }).unwrap();
        let mut other = open(folder.path(), &today()).unwrap();
        other.write_all(b"{\"model\":\"m\",\"tok").unwrap();
        assert_eq!(ledger.today().unwrap(), Cost { tokens: 1, usd: 0.5 });
        other.write_all(b"ens\":2,\"usd\":0.25}\nnonsense\n").unwrap();
        assert_eq!(ledger.today().unwrap(), Cost { tokens: 3, usd: 0.75 });
        other.write_all(b"{\"model\"").unwrap();
        ledger.book("m", Cost { tokens: 4, usd: 0.0 }).unwrap();
        assert_eq!(ledger.today().unwrap().tokens, 7);
        let again = Ledger::open(folder.path().to_owned()).unwrap().sum;
        assert_eq!(again, Cost { tokens: 7, usd: 0.75 });
    }

    #[test]
    fn a_day_looks_like_one() {
        let day = today();
        assert!(day.len() == 10 && day.starts_with("20"), "{day}");
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Ledger::open(file.path().join("x")), Err(LedgerError::File { .. })));
    }
}
