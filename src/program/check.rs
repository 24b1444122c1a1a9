//! What can be wrong among programs that are each sound: a program under another that there is none of, a
//! circle, two that claim the same packets.

use super::mistake::did_you_mean;
use super::{Claim, Mistake, Program, Programs, Source};
use crate::lint::nearest::nearest;

pub(super) fn check(programs: &Programs) -> Vec<Mistake> {
    let all: Vec<&Program> = programs.all().map(AsRef::as_ref).collect();
    let mut mistakes: Vec<Mistake> =
        all.iter().flat_map(|program| unknown(programs, program)).collect();
    if mistakes.is_empty() {
        mistakes.extend(programs.adrift().iter().map(|program| circle(program)));
    }
    for (index, one) in all.iter().enumerate() {
        mistakes.extend(all[index + 1..].iter().filter_map(|other| overlap(programs, one, other)));
    }
    mistakes.sort();
    mistakes
}

impl Program {
    fn mistake(&self, line: usize, message: String) -> Mistake {
        Mistake { file: self.file.clone(), line, message }
    }
}

fn unknown(programs: &Programs, program: &Program) -> Vec<Mistake> {
    let unknown = program.over.iter().filter(|name| !programs.has(name));
    let told = unknown.map(|name| {
        let names = programs.all().map(|program| program.name.as_str());
        let near = match &nearest(name, names.filter(|name| *name != program.name))[..] {
            [] => "; `softstack programs` lists all".to_owned(),
            near => did_you_mean(near),
        };
        program.mistake(program.over_line, format!("over: no program is called {name:?}{near}"))
    });
    told.collect()
}

fn circle(program: &Program) -> Mistake {
    let message = format!(
        "over: {} stands on itself in the end: `host` must be under all programs",
        program.name
    );
    program.mistake(program.over_line, message)
}

/// Two programs of which a packet could choose both, although neither is over the other.
fn overlap(programs: &Programs, one: &Program, other: &Program) -> Option<Mistake> {
    let beside = one.over.iter().any(|name| other.over.contains(name));
    if !beside || is_over(programs, one, other) || is_over(programs, other, one) {
        return None;
    }
    let pairs =
        one.claims.iter().flat_map(|our| other.claims.iter().map(move |their| (our, their)));
    let (our, their) = pairs.into_iter().find(|(our, their)| our.meets(their))?;
    // The one that was written last is likelier to be the one to change.
    match (&one.source, &other.source) {
        (Source::File(_), Source::Shipped) => Some(told(one, our, other, their)),
        _ => Some(told(other, their, one, our)),
    }
}

fn told(program: &Program, claim: &Claim, other: &Program, theirs: &Claim) -> Mistake {
    let (line, name) = (theirs.line, &other.name);
    let place = match &other.source {
        Source::Shipped => "shipped".to_owned(),
        Source::File(_) => format!("{}:{line}", other.file),
    };
    let message = format!(
        "`{claim}` and `{theirs}` of {name} ({place}) claim the same packets: \
         set the values apart, or let one be `over` the other"
    );
    program.mistake(claim.line, message)
}

/// Whether one stands on the other, directly or on one that does.
fn is_over(programs: &Programs, one: &Program, other: &Program) -> bool {
    let mut below: Vec<&str> = one.over.iter().map(String::as_str).collect();
    let mut index = 0;
    while let Some(name) = below.get(index).copied() {
        let under = programs.named(name).into_iter().flat_map(|program| &program.over);
        for name in under {
            if !below.contains(&name.as_str()) {
                below.push(name);
            }
        }
        index += 1;
    }
    below.contains(&other.name.as_str())
}
