//! What a running host holds: the programs as their files are at this very packet. An edit holds from the next
//! packet on; one that is broken changes nothing, and is told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::folder::{Look, Text};
use super::{Mistake, Programs, report};
use crate::notice::Notices;

/// The programs of a running host.
#[derive(Debug)]
pub struct Library {
    folder: Option<PathBuf>,
    notices: Notices,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    programs: Arc<Programs>,
    look: Look,
    /// Whether the next look may not show a change.
    fresh: bool,
    texts: Vec<Text>,
    /// Whether the files are not what is held, because something is wrong with them.
    broken: bool,
}

/// A folder that makes no library.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// It cannot be read.
    #[error("cannot read the programs in {}: {why}", folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// Its programs are not sound.
    #[error("the programs have mistakes:\n{}", lines(.0))]
    Mistakes(Vec<Mistake>),
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

impl Library {
    /// The shipped programs and, if there is a folder, those in it, each in the place of the shipped one of
    /// its name or beside them. What is found out later is left in `notices`.
    ///
    /// # Errors
    /// The folder cannot be read, or its programs have mistakes.
    pub fn open(folder: Option<PathBuf>, notices: Notices) -> Result<Library, LibraryError> {
        let look = folder.as_deref().map_or_else(Look::default, Look::at);
        if let (Some(folder), Some(why)) = (&folder, look.failure()) {
            let (folder, why) = (folder.clone(), why.to_owned());
            return Err(LibraryError::Unreadable { folder, why });
        }
        let (fresh, texts) = (look.is_fresh(), look.read());
        let programs = Programs::of_files(&texts).map_err(LibraryError::Mistakes)?.into();
        let held = Mutex::new(Held { programs, look, fresh, texts, broken: false });
        Ok(Library { folder, notices, held })
    }

    /// The programs that hold for a packet that is taken up now.
    pub fn current(&self) -> Arc<Programs> {
        let mut held = self.held.lock().expect("no thread panicked");
        if let Some(folder) = &self.folder {
            held.look(folder, &self.notices);
        }
        Arc::clone(&held.programs)
    }
}

impl Held {
    fn look(&mut self, folder: &Path, notices: &Notices) {
        let look = Look::at(folder);
        if look == self.look && !self.fresh {
            return;
        }
        (self.look, self.fresh) = (look.clone(), look.is_fresh());
        if let Some(why) = look.failure() {
            let folder = folder.display();
            let told = format!("cannot read the programs in {folder}: {why}; the last stay");
            return notices.leave(told);
        }
        let texts = look.read();
        if texts != self.texts {
            self.take(texts, notices);
        }
    }

    /// Takes changed files in, if nothing is wrong with them.
    fn take(&mut self, texts: Vec<Text>, notices: &Notices) {
        let changes = changes(&self.texts, &texts);
        self.texts = texts;
        match Programs::of_files(&self.texts) {
            Ok(programs) => {
                let mended = if self.broken { "the mistakes are mended: " } else { "" };
                notices.leave(format!("programs: {mended}{changes}, in force from here on"));
                (self.programs, self.broken) = (programs.into(), false);
            }
            Err(mistakes) => {
                let told = report(&mistakes);
                notices.leave(format!("programs: {changes}, not in force for mistakes: {told}"));
                self.broken = true;
            }
        }
    }
}

/// `shout.md changed, game.md is gone`.
fn changes(before: &[Text], after: &[Text]) -> String {
    let find = |list: &[Text], file: &str| list.iter().find(|text| text.file == file).cloned();
    let came = after.iter().filter_map(|text| match find(before, &text.file) {
        None => Some(format!("{} is new", text.file)),
        Some(old) if old != *text => Some(format!("{} changed", text.file)),
        Some(_) => None,
    });
    let gone = before.iter().filter(|text| find(after, &text.file).is_none());
    let gone = gone.map(|text| format!("{} is gone", text.file));
    came.chain(gone).collect::<Vec<_>>().join(", ")
}
