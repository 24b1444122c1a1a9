//! A folder of programs: its files, and how they looked, so that a look costs no more than their metadata
//! as long as nothing changed.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Mistake, Program, Programs};

/// The octets of a file that are read; no program is near as long.
const MAX_FILE: u64 = 64 * 1024;
/// A file that was written so short a time ago may be written again without its metadata showing it: clocks
/// of file systems tick more slowly than that.
const TICK: Duration = Duration::from_millis(50);

/// How the files of a folder looked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Look {
    /// By name; or why there is none.
    files: Result<Vec<Seen>, String>,
}

/// How a file looked.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
struct Seen {
    path: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
    /// Its inode and when that changed: a file that was put in its place has others.
    inode: (u64, i64, i64),
}

/// A file: its path as it is told, and its text or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The path.
    pub file: String,
    /// What is in it.
    pub text: Result<String, String>,
}

/// Where there is no folder there are no files.
impl Default for Look {
    fn default() -> Look {
        Look { files: Ok(Vec::new()) }
    }
}

impl Look {
    /// Looks at the programs in a folder: all files that end in `.md` but a README.
    pub fn at(folder: &Path) -> Look {
        let files = files(folder).map_err(|error| error.to_string());
        Look { files }
    }

    /// Why the folder could not be read.
    pub fn failure(&self) -> Option<&str> {
        self.files.as_ref().err().map(String::as_str)
    }

    /// Whether a file is so new that another look may not show that it was written again.
    pub fn is_fresh(&self) -> bool {
        let since = SystemTime::now() - TICK;
        let is_new = |file: &Seen| file.modified.is_none_or(|modified| modified >= since);
        self.files.as_ref().is_ok_and(|files| files.iter().any(is_new))
    }

    /// Reads the files. One that vanished since is not among them.
    pub fn read(&self) -> Vec<Text> {
        let files = self.files.as_deref().unwrap_or_default();
        files.iter().filter_map(|seen| Text::read(&seen.path).ok()).collect()
    }
}

fn files(folder: &Path) -> io::Result<Vec<Seen>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !is_program(&path) {
            continue;
        }
        match fs::metadata(&path) {
            Ok(data) if data.is_file() => files.push(Seen::new(path, &data)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Editors leave hidden files beside those that they edit.
fn is_program(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.strip_suffix(".md").unwrap_or_default();
    !stem.is_empty() && !stem.starts_with('.') && !stem.eq_ignore_ascii_case("readme")
}

impl Seen {
    fn new(path: PathBuf, data: &Metadata) -> Seen {
        let inode = (data.ino(), data.ctime(), data.ctime_nsec());
        Seen { path, modified: data.modified().ok(), length: data.len(), inode }
    }
}

impl Text {
    /// Reads a file. What it holds may still be no text.
    ///
    /// # Errors
    /// It could not be read.
    pub fn read(path: &Path) -> io::Result<Text> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        let text = match bytes.len() as u64 > MAX_FILE {
            true => Err(format!("it is longer than {MAX_FILE} bytes: no program is")),
            false => String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned()),
        };
        Ok(Text { file: path.display().to_string(), text })
    }

    /// The program in it.
    fn program(&self) -> Result<Program, Vec<Mistake>> {
        match &self.text {
            Ok(text) => Program::parse(&self.file, text),
            Err(message) => {
                let (file, message) = (self.file.clone(), message.clone());
                Err(vec![Mistake { file, line: 0, message }])
            }
        }
    }
}

impl Programs {
    /// The shipped programs with those of some files in their places or beside them.
    ///
    /// # Errors
    /// All mistakes in the files or, if each is sound by itself, among them and the shipped ones.
    pub fn of_files(files: &[Text]) -> Result<Programs, Vec<Mistake>> {
        let (mut programs, mut mistakes) = (Vec::new(), Vec::new());
        for file in files {
            match file.program() {
                Ok(program) => programs.push(program),
                Err(wrong) => mistakes.extend(wrong),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let programs = Programs::shipped().with(programs);
        let mistakes = programs.check();
        if mistakes.is_empty() { Ok(programs) } else { Err(mistakes) }
    }
}
