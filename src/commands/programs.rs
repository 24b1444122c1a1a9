//! `softstack programs`: what a hosted model can be told, program by program.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};
use softstack::notice::Notices;
use softstack::program::{Claim, Library, LibraryError, Program, Programs, StateLimits};
use softstack::view::{printable, wrapped};

use super::{Outcome, print};

/// Columns of a terminal.
const WIDTH: usize = 80;
const INDENT: &str = "    ";

/// Arguments of `softstack programs`.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    folder: Folder,
    /// Print one JSON object a line for each program.
    #[arg(long)]
    json: bool,
}

/// Where programs of one's own are.
#[derive(Args)]
pub struct Folder {
    /// Folder with programs of your own (NAME.md), which take the place of the shipped ones of the same name.
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

impl Folder {
    /// The programs that are shipped, and those of the folder.
    pub fn open(&self) -> Result<Arc<Programs>, LibraryError> {
        Ok(Library::open(self.programs.clone(), Notices::default())?.current())
    }
}

impl List {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        let programs = self.folder.open()?;
        let text: String = match self.json {
            true => programs.iter().map(|program| format!("{}\n", object(program))).collect(),
            false => {
                programs.iter().map(entry).collect::<String>() + &hint(programs.iter().count())
            }
        };
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn hint(count: usize) -> String {
    format!(
        "{count} programs. `softstack program show NAME` prints one;\n\
         `softstack program new NAME` begins one of your own.\n"
    )
}

/// A program as people read it: its name and what it stands on, then what it claims and remembers.
fn entry(program: &Program) -> String {
    let Program { name, version, over, source, .. } = program;
    let rfcs: Vec<String> = program.rfcs.iter().map(u16::to_string).collect();
    let rfcs = if rfcs.is_empty() { String::new() } else { format!(", RFC {}", rfcs.join(", ")) };
    let over = match over.is_empty() {
        true => "under all others".to_owned(),
        false => format!("over {}", over.join(", ")),
    };
    let claims = program.claims.iter().map(Claim::to_string).collect::<Vec<_>>().join(" or ");
    let claims = (!claims.is_empty()).then(|| format!("claims {claims}"));
    let state = program.state.as_ref().map(memory);
    let lines: String =
        [claims, state].into_iter().flatten().map(|line| paragraph(INDENT, &line)).collect();
    paragraph("", &format!("{name}, version {version}{rfcs}, {over}; {source}")) + &lines + "\n"
}

fn paragraph(indent: &str, text: &str) -> String {
    wrapped(indent, &format!("{indent}  "), WIDTH, &printable(text)) + "\n"
}

fn memory(state: &StateLimits) -> String {
    let StateLimits { notes, expires, timers } = state;
    format!("remembers {notes} bytes a flow for {expires} s, timers: {timers}")
}

/// A program as other programs read it.
fn object(program: &Program) -> Value {
    let fields = |claim: &Claim| {
        let values = claim.fields.iter();
        let values = values.map(|(name, values)| ((*name).to_owned(), values.to_string().into()));
        Value::Object(values.collect::<Map<String, Value>>())
    };
    json!({
        "name": program.name,
        "version": program.version,
        "rfcs": program.rfcs,
        "over": program.over,
        "claims": program.claims.iter().map(fields).collect::<Vec<_>>(),
        "state": program.state,
        "title": program.title,
        "bytes": program.text.len(),
        "source": program.source.to_string(),
    })
}
