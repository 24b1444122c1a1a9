//! Every field that the dissection can give is known, and every alias leads to one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::lint::filter::name::{Operand, Source, names};
use crate::lint::filter::table::{ALIASES, RARE};

/// The names of fields in the source of the dissection, where each stands as it is.
fn written(source: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(source).expect("the source of wire is here") {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        match path.is_dir() {
            _ if name.starts_with("tests") => {}
            true => found.extend(written(&path)),
            false => {
                let text = fs::read_to_string(&path).unwrap();
                let shipped = text.split("#[cfg(test)]").next().unwrap();
                found.extend(
                    shipped.split('"').skip(1).step_by(2).filter(is_field).map(str::to_owned),
                );
            }
        }
    }
    found
}

fn is_field(text: &&str) -> bool {
    let parts = || text.split('.');
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    parts().count() > 1 && parts().all(is_part)
}

#[test]
fn every_field_of_the_dissection_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/wire/src/dissect");
    let written = written(&folder);
    assert!(written.len() > 80, "{written:?}");
    let known: BTreeSet<_> = names().collect();
    let missing: Vec<_> = written.iter().filter(|name| !known.contains(name.as_str())).collect();
    assert!(
        missing.is_empty(),
        "no rule's example has these, so SAMPLES lacks a frame with them: {missing:?}"
    );
}

#[test]
fn aliases_lead_to_fields_and_hide_none() {
    for (index, (alias, sources)) in ALIASES.iter().enumerate() {
        assert!(ALIASES[..index].iter().all(|(other, _)| other != alias), "{alias} is there twice");
        for source in *sources {
            let Source::Field(name, _) = source else { continue };
            assert!(
                names().any(|known| known == *name),
                "{alias} leads to {name}, which is unknown"
            );
        }
        let own =
            sources.iter().any(|source| matches!(source, Source::Field(name, _) if name == alias));
        assert!(!own, "{alias} is an alias for itself");
    }
    for (rare, _) in RARE {
        assert_eq!(Operand::named(rare).unwrap().kinds.len(), 1, "{rare} is known in two ways");
    }
}
