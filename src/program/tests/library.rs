//! A folder of real files that is edited while the host runs.

use std::fs;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::folder::Look;
use super::*;
use crate::notice::Notices;

struct Running {
    folder: TempDir,
    notices: Notices,
    library: Library,
}

impl Running {
    fn new(files: &[(&str, &str)]) -> Running {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        let notices = Notices::default();
        let library = Library::open(Some(folder.path().to_owned()), notices.clone()).unwrap();
        Running { folder, notices, library }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.folder.path().join(name)).unwrap();
    }

    /// The title of a program at the next packet.
    fn title(&self, name: &str) -> Option<String> {
        self.library.current().named(name).map(|program| program.title.clone())
    }

    /// The one notice since the last time.
    fn told(&self) -> String {
        let told = self.notices.take();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(!told[0].contains('\n'), "{told:?}");
        told[0].replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn nothing_told(&self) {
        assert_eq!(self.notices.take(), [""; 0]);
    }
}

fn titled(title: &str) -> String {
    SHOUT.replace("# Shout", &format!("# {title}"))
}

#[test]
fn an_edit_holds_at_the_next_packet() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    // Of the same length, and faster than a file system's clock.
    for index in 0..200 {
        let title = format!("Sh{index:03}");
        host.write("shout.md", &titled(&title));
        assert_eq!(host.title("shout"), Some(title));
        assert_eq!(host.told(), "programs: shout.md changed, in force from here on");
    }
    assert_eq!(host.title("echo").as_deref(), Some("Echo"));
    host.nothing_told();
}

/// As editors do that write a new file and give it the name of the old one.
#[test]
fn a_file_in_place_of_another() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    let new = host.folder.path().join(".shout.md.new");
    fs::write(&new, titled("Other")).unwrap();
    let past = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().write(true).open(&new).unwrap().set_modified(past).unwrap();
    host.nothing_told();
    fs::rename(&new, host.folder.path().join("shout.md")).unwrap();
    assert_eq!(host.title("shout").as_deref(), Some("Other"));
}

#[test]
fn a_broken_edit_changes_nothing_and_is_told_once() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    host.write("shout.md", &titled("Other").replace("version: 3", "version: none"));
    for _ in 0..3 {
        assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    }
    let told = host.told();
    let expect = "programs: shout.md changed, not in force for mistakes: shout.md:3: version is";
    assert!(told.starts_with(expect), "{told}");
    // Broken in another way is another change.
    host.write("shout.md", &titled("Other").replace("over: [udp]", "over: [upd]"));
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    assert!(host.told().contains("shout.md:5: over: no program is called"));
    host.write("shout.md", &titled("Mended"));
    assert_eq!(host.title("shout").as_deref(), Some("Mended"));
    let expect = "programs: the mistakes are mended: shout.md changed, in force from here on";
    assert_eq!(host.told(), expect);
}

/// Whatever part of a file has been written when a packet comes: the old program or the new one is in force,
/// and at the end the new one.
#[test]
fn a_half_written_file() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    let new = titled("Other");
    for end in (0..new.len()).step_by(7) {
        host.write("shout.md", &new[..end]);
        let title = host.title("shout").unwrap();
        assert!(title == "Shout" || end > new.find("## Build").unwrap(), "{title} at {end}");
        host.told();
    }
    host.write("shout.md", &new);
    assert_eq!(host.title("shout").as_deref(), Some("Other"));
}

#[test]
fn files_that_come_and_go() {
    let host = Running::new(&[]);
    let echo = include_str!("../../../programs/echo.md").replace("# Echo", "# My echo");
    host.write("echo.md", &echo);
    assert_eq!(host.title("echo").as_deref(), Some("My echo"));
    assert_eq!(host.told(), "programs: echo.md is new, in force from here on");
    host.write("shout.md", SHOUT);
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    host.told();
    host.remove("echo.md");
    host.remove("shout.md");
    assert_eq!(host.title("echo").as_deref(), Some("Echo"), "the shipped one is back");
    assert_eq!(host.title("shout"), None);
    let told = host.told();
    assert_eq!(told, "programs: echo.md is gone, shout.md is gone, in force from here on");
}

/// What stands on a program that is gone is told, and stays as it was.
#[test]
fn a_file_that_others_need() {
    let above = SHOUT.replace("name: shout", "name: loud").replace("[udp]", "[shout]");
    let host = Running::new(&[("shout.md", SHOUT), ("loud.md", &above)]);
    host.remove("shout.md");
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    assert!(host.told().contains("loud.md:5: over: no program is called \"shout\""));
}

#[test]
fn what_is_no_program_is_left_alone() {
    let host = Running::new(&[("README.md", "# Mine"), (".#shout.md", "x"), ("notes.txt", "x")]);
    fs::create_dir(host.folder.path().join("folder.md")).unwrap();
    host.write("shout.md~", "x");
    assert_eq!(host.library.current().iter().count(), 14);
    host.nothing_told();
}

/// The metadata alone changes: nothing is told.
#[test]
fn a_touched_file() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    let file = fs::File::options().append(true).open(host.folder.path().join("shout.md")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    host.nothing_told();
}

#[test]
fn bytes_that_are_no_text() {
    let host = Running::new(&[("shout.md", SHOUT)]);
    fs::write(host.folder.path().join("shout.md"), [0xff, 0xfe]).unwrap();
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    assert!(host.told().ends_with("shout.md: it is no UTF-8 text"));
    host.write("shout.md", &"x".repeat(70_000));
    assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    assert!(host.told().contains("longer than 65536 bytes"));
}

#[test]
fn folders_that_make_no_library() {
    let folder = tempfile::tempdir().unwrap();
    let none = Library::open(Some(folder.path().join("none")), Notices::default()).unwrap_err();
    assert!(none.to_string().starts_with("cannot read the programs in /"), "{none}");
    fs::write(folder.path().join("x.md"), "x").unwrap();
    let wrong = Library::open(Some(folder.path().to_owned()), Notices::default()).unwrap_err();
    assert!(wrong.to_string().contains("x.md:1: the first line must be ---"), "{wrong}");
    assert!(Library::open(None, Notices::default()).unwrap().current().has("echo"));
    // One that vanishes while the host runs is told once.
    let host = Running::new(&[("shout.md", SHOUT)]);
    fs::remove_dir_all(host.folder.path()).unwrap();
    for _ in 0..3 {
        assert_eq!(host.title("shout").as_deref(), Some("Shout"));
    }
    assert!(host.told().starts_with("cannot read the programs in "));
}

/// A file that was just written is looked at again; the clock of its file system may be slow.
#[test]
fn fresh_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shout.md");
    fs::write(&path, SHOUT).unwrap();
    assert!(Look::at(folder.path()).is_fresh());
    let file = fs::File::options().append(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(1)).unwrap();
    assert!(!Look::at(folder.path()).is_fresh());
}
