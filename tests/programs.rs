//! `softstack programs` and `softstack program`: what is listed, begun and checked, and that everything in
//! the documentation is sound.

use std::fs;
use std::path::Path;

use serde_json::Value;
use softstack::program::{Programs, Text};

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;

use program::{Finished, run, softstack};

/// What a command does in a folder.
fn within(folder: &Path, arguments: &str) -> Finished {
    let mut command = softstack(arguments);
    command.current_dir(folder);
    run(command)
}

fn succeeds(folder: &Path, arguments: &str) -> String {
    let finished = within(folder, arguments);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{arguments}");
    finished.stdout
}

fn fails(folder: &Path, arguments: &str, expect: &str) {
    let finished = within(folder, arguments);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{arguments}");
    assert!(finished.stderr.starts_with(&format!("softstack: {expect}")), "{finished:?}");
}

#[test]
fn the_list_and_one_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = succeeds(folder.path(), "programs");
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    assert!(list.contains("dns, version 1, RFC 1035, 2308, 4343, 8482, over udp; shipped\n"));
    assert!(list.contains("\n    claims udp.destination_port: 53\n"), "{list}");
    assert!(list.contains("\n    remembers 400 bytes a flow for 7440 s, timers: 1\n"), "{list}");
    let json = succeeds(folder.path(), "programs --json");
    let rows: Vec<Value> = json.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), Programs::shipped().iter().count());
    let dns = rows.iter().find(|row| row["name"] == "dns").unwrap();
    assert_eq!(dns["claims"][0]["udp.destination_port"], "53");
    assert_eq!((&dns["over"][0], &dns["source"]), (&"udp".into(), &"shipped".into()));
    let shown = succeeds(folder.path(), "program show echo");
    assert_eq!(shown, include_str!("../programs/echo.md"));
    let told = "no program is called \"ehco\": near it are echo; `softstack programs` lists all";
    fails(folder.path(), "program show ehco", told);
}

/// What is begun over any program is sound as it is.
#[test]
fn a_program_is_begun_over_every_other() {
    let folder = tempfile::tempdir().unwrap();
    for under in Programs::shipped().iter() {
        let name = format!("my-{}", under.name);
        let told = succeeds(folder.path(), &format!("program new {name} --over {}", under.name));
        assert!(told.starts_with(&format!("{name}.md is written.")), "{told}");
        let checked = succeeds(folder.path(), &format!("program check {name}.md"));
        assert!(checked.starts_with(&format!("{name}.md: sound: {name}, version 1,")), "{checked}");
    }
    let list = succeeds(folder.path(), "programs --programs .");
    assert!(list.contains("my-icmp, version 1, over icmp; ./my-icmp.md\n"), "{list}");
    assert!(list.contains("\n    claims icmp.type: 253\n"), "{list}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shout.md");
    fs::write(&path, "precious").unwrap();
    fails(folder.path(), "program new shout", "shout.md exists already, and stays as it is");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fails(folder.path(), "program new Shout", "\"Shout\" is no name for a program");
    fails(folder.path(), "program new ../shout", "\"../shout\" is no name for a program");
    fails(folder.path(), "program new host", "host cannot stand over udp");
    fails(
        folder.path(),
        "program new a --over upd",
        "no program is called \"upd\": near it are udp",
    );
    let told = succeeds(folder.path(), "program new dns");
    assert!(
        told.starts_with("dns.md is written, in the place of the one that is shipped"),
        "{told}"
    );
}

#[test]
fn mistakes_are_told_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), "program new shout");
    succeeds(folder.path(), "program new game");
    let path = folder.path().join("shout.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("version: 1", "version: x").replace("## When", "## Wen"))
        .unwrap();
    let finished = within(folder.path(), "program check shout.md game.md");
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""), "{finished:?}");
    assert!(finished.stdout.contains("shout.md:4: version is a whole number"), "{finished:?}");
    assert!(finished.stdout.ends_with("3 mistakes\n"), "{finished:?}");
    // Each is sound by itself, but they claim the same port.
    fs::write(&path, text).unwrap();
    succeeds(folder.path(), "program check shout.md");
    let finished = within(folder.path(), "program check shout.md game.md");
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.stdout.contains("of game (game.md:8) claim the same packets"), "{finished:?}");
    fails(folder.path(), "program check none.md", "cannot read none.md: ");
    let told = "the programs have mistakes:\n./shout.md:8: ";
    fails(folder.path(), "programs --programs .", told);
    fails(folder.path(), "programs --programs none", "cannot read the programs in none: ");
}

/// What a tutorial quotes of its program is what stands in the file.
#[test]
fn tutorials_quote_their_programs() {
    for (tutorial, name) in [("own-protocol", "shout"), ("icmp-extension", "mirror")] {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let tutorial = fs::read_to_string(docs.join(format!("tutorial-{tutorial}.md"))).unwrap();
        let file = docs.join(format!("programs/{name}.md"));
        let text = fs::read_to_string(&file).unwrap();
        let (_, body) = text.split_once("\n## When\n").unwrap();
        assert!(tutorial.contains(body.trim_end()), "{name}");
        let sound = succeeds(&docs, &format!("program check programs/{name}.md"));
        assert!(tutorial.contains(sound.strip_prefix("programs/").unwrap()), "{sound}");
    }
}

/// What the tutorial says that one is told whose program is begun, and then broken.
#[test]
fn a_tutorial_quotes_what_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let tutorial = include_str!("../docs/tutorial-own-protocol.md");
    let told = succeeds(folder.path(), "program new shout");
    assert!(tutorial.contains(&format!("$ softstack program new shout\n{told}")), "{told}");
    let path = folder.path().join("shout.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("udp.destination_port: 4000", "udp.dst_port: 4000")).unwrap();
    let finished = within(folder.path(), "program check shout.md");
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(tutorial.contains(&format!("```\n{}```\n", finished.stdout)), "{finished:?}");
}

/// The programs of the tutorials, all together.
#[test]
fn programs_in_the_documentation_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/programs");
    let files =
        fs::read_dir(folder).unwrap().map(|entry| Text::read(&entry.unwrap().path()).unwrap());
    let files: Vec<Text> = files.collect();
    assert!(files.len() >= 2);
    let programs = Programs::of_files(&files).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(programs.iter().count(), Programs::shipped().iter().count() + files.len());
}
