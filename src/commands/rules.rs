//! `softstack rules`: what is checked, and why: every rule with its clause, and with packets that keep and
//! break it, judged on the spot. It is the manual of the linter, and one to learn protocols from.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use softstack::lint::nearest::nearest;
use verify::{RULES, Rule};

use super::{Outcome, print};
use case::Case;

mod case;
mod list;
mod page;

/// Arguments of `softstack rules`.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    softstack rules                 every rule in a line\n  \
    softstack rules ipv4.checksum   one in full: the clause, and packets that keep and break it\n  \
    softstack rules tcp             all on TCP in full; tcp.options only those on its options\n  \
    softstack rules --json          all there is to know, for other programs")]
pub struct Rules {
    /// Show these in full: rules by name, or all that begin with a name, such as tcp or tcp.options.*
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Print one JSON object a line for each rule, with everything.
    #[arg(long)]
    json: bool,
}

impl Rules {
    /// Runs the subcommand; exit code 2 for a name that no rule has.
    pub fn run(self) -> Outcome {
        let rules = self.chosen()?;
        let text = match (self.json, self.names.is_empty()) {
            (true, _) => rules.into_iter().map(json).collect::<Result<String, _>>()?,
            (false, true) => list::list(&rules),
            (false, false) => rules.into_iter().map(page::page).collect::<Vec<_>>().join("\n\n"),
        };
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    /// The rules that were asked for, in the order of the table.
    fn chosen(&self) -> Result<Vec<&'static Rule>, String> {
        let names: Vec<String> = self.names.iter().map(|name| name.to_lowercase()).collect();
        if let Some(name) = names.iter().find(|name| !RULES.iter().any(|rule| is_meant(rule, name)))
        {
            return Err(unknown(name));
        }
        let asked =
            |rule: &&Rule| names.is_empty() || names.iter().any(|name| is_meant(rule, name));
        Ok(RULES.iter().filter(asked).collect())
    }
}

/// Whether that is the rule's name; or its first parts are, and no other rule has the name.
fn is_meant(rule: &Rule, name: &str) -> bool {
    let group = name.trim_end_matches(['.', '*']);
    let belongs = rule.id.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
    rule.id == name || belongs && verify::rule(name).is_none()
}

fn unknown(name: &str) -> String {
    let groups =
        RULES.iter().flat_map(|rule| rule.id.match_indices('.').map(|(at, _)| &rule.id[..at]));
    let near = nearest(name, RULES.iter().map(|rule| rule.id).chain(groups));
    let near = match near[..] {
        [] => String::new(),
        _ => format!(": near it are {}", near.join(", ")),
    };
    format!("no rule is called {name:?}{near}; `softstack rules` lists all")
}

/// A rule as other programs read it.
#[derive(Serialize)]
struct Row {
    id: &'static str,
    rfc: u16,
    section: &'static str,
    level: verify::Level,
    severity: verify::Severity,
    scope: verify::Scope,
    quote: &'static str,
    note: Option<&'static str>,
    pass: Case,
    fail: Case,
}

fn json(rule: &'static Rule) -> serde_json::Result<String> {
    let Rule { id, rfc, section, level, quote, note, .. } = *rule;
    let (severity, scope) = (level.severity(), rule.scope());
    let (pass, fail) = (Case::new(rule, &rule.pass), Case::new(rule, &rule.fail));
    let row = Row { id, rfc, section, level, severity, scope, quote, note, pass, fail };
    Ok(serde_json::to_string(&row)? + "\n")
}
