//! A tutorial as somebody follows it: its program lies in a folder of theirs, and what the page says to write is
//! read from the page.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A page of the documentation, and the folder of who follows it.
pub struct Tutorial {
    text: String,
    folder: TempDir,
    program: PathBuf,
}

impl Tutorial {
    /// Begins docs/tutorial-PAGE.md with a copy of docs/programs/NAME.md.
    pub fn begin(page: &str, name: &str) -> Tutorial {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let text = fs::read_to_string(docs.join(format!("tutorial-{page}.md"))).expect("a page");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join(format!("{name}.md"));
        fs::copy(docs.join(format!("programs/{name}.md")), &program).expect("a copy of it");
        Tutorial { text, folder, program }
    }

    /// Where the program is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program's file.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The page's blocks in this language, without their fences.
    pub fn blocks(&self, language: &str) -> Vec<&str> {
        let blocks = self.text.split("\n```").skip(1).step_by(2);
        let parts = blocks.filter_map(|block| block.split_once('\n'));
        parts.filter(|(name, _)| *name == language).map(|(_, text)| text).collect()
    }

    /// Saves a script of the page into the folder.
    pub fn save(&self, language: &str, name: &str) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, self.blocks(language)[0]).expect("a script can be written");
        path
    }

    /// Changes the one sentence that the page changes: the block in Markdown before the last becomes the last.
    pub fn change_a_sentence(&self) {
        let blocks = self.blocks("markdown");
        let [.., before, after] = blocks[..] else { panic!("two blocks: {blocks:?}") };
        let text = fs::read_to_string(&self.program).expect("a program");
        assert_eq!(text.matches(before).count(), 1, "the program says {before:?} once");
        fs::write(&self.program, text.replace(before, after)).expect("it can be written");
    }

    /// The page shows these lines together.
    pub fn shows(&self, lines: &str) {
        assert!(self.text.contains(lines), "the page does not show {lines:?}");
    }
}
