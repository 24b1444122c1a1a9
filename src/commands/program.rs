//! `softstack program`: one program: begun, checked, printed.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use softstack::lint::nearest::nearest;
use softstack::program::{Mistake, Program as Read, Programs, Text, template};
use softstack::view::printable;

use super::programs::Folder;
use super::{Outcome, print};

/// Arguments of `softstack program`.
#[derive(Args)]
pub struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find the mistakes in programs: each by itself, and together with the shipped ones. Exit code 1 if
    /// there are any, 2 if a file cannot be read.
    Check(Check),
    /// Write NAME.md into the current folder: a program that is sound as it is, for you to fill in.
    New(New),
    /// Print a program.
    Show(Show),
}

#[derive(Args)]
struct Check {
    /// Programs of your own.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

#[derive(Args)]
struct New {
    /// Its name: lower-case letters, digits and dashes.
    #[arg(value_name = "NAME")]
    name: String,
    /// The program under it.
    #[arg(long, value_name = "PROGRAM", default_value = "udp")]
    over: String,
    #[command(flatten)]
    folder: Folder,
}

#[derive(Args)]
struct Show {
    /// Its name.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    folder: Folder,
}

impl Program {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        match self.command {
            Command::Check(check) => check.run(),
            Command::New(new) => new.run(),
            Command::Show(show) => show.run(),
        }
    }
}

impl Check {
    fn run(self) -> Outcome {
        let files = self.read()?;
        match Programs::of_files(&files) {
            Ok(programs) => {
                files.iter().try_for_each(|file| print(&sound(&programs, file)))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(mistakes) => {
                print(&told(&mistakes))?;
                Ok(ExitCode::from(1))
            }
        }
    }

    fn read(&self) -> Result<Vec<Text>, String> {
        let read = |path: &PathBuf| {
            Text::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
        };
        self.files.iter().map(read).collect()
    }
}

/// What a sound file is, so that one sees that the right one was checked.
fn sound(programs: &Programs, file: &Text) -> String {
    let program = programs.iter().find(|program| program.source.to_string() == file.file);
    let Some(Read { name, version, text, .. }) = program else {
        return format!("{}: another file is called so too, and counts\n", printable(&file.file));
    };
    let length = text.len();
    format!("{}: sound: {name}, version {version}, {length} bytes\n", printable(&file.file))
}

fn told(mistakes: &[Mistake]) -> String {
    let line = |mistake: &Mistake| format!("{}\n", printable(&mistake.to_string()));
    let count = mistakes.len();
    let count = if count == 1 { "1 mistake".to_owned() } else { format!("{count} mistakes") };
    mistakes.iter().map(line).collect::<String>() + &count + "\n"
}

impl New {
    fn run(self) -> Outcome {
        let programs = self.folder.open()?;
        let over = named(&programs, &self.over)?;
        let text = template(&self.name, over)?;
        let file = format!("{}.md", self.name);
        write(&file, &text)?;
        let place = match programs.has(&self.name) {
            true => ", in the place of the one that is shipped",
            false => "",
        };
        print(&format!(
            "{file} is written{place}. Fill it in, then:\n  softstack program check {file}\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a file that does not exist.
fn write(file: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let mut opened = match OpenOptions::new().write(true).create_new(true).open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(format!("{file} exists already, and stays as it is").into());
        }
        opened => opened.map_err(|error| format!("cannot write {file}: {error}"))?,
    };
    Ok(opened.write_all(text.as_bytes())?)
}

impl Show {
    fn run(self) -> Outcome {
        let programs = self.folder.open()?;
        print(named(&programs, &self.name)?.markdown())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn named<'p>(programs: &'p Programs, name: &str) -> Result<&'p Read, String> {
    programs.named(name).ok_or_else(|| {
        let near = nearest(name, programs.iter().map(|program| program.name.as_str()));
        let near = match near[..] {
            [] => String::new(),
            _ => format!(": near it are {}", near.join(", ")),
        };
        format!("no program is called {name:?}{near}; `softstack programs` lists all")
    })
}
