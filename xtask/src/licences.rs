//! What we depend on must have a licence that lets anybody use softstack under MIT or Apache-2.0, and
//! must come from a registry or from this repository. A small cargo-deny: building that one takes
//! longer than all of our tests, and this needs no advisory database.

use std::process::Command;

use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::Failure;

/// Licences that ask for no more than to be named.
const ALLOWED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    // Of data: the root certificates that rustls carries for some platforms.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// What `cargo metadata` says of one package.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Where it came from; nothing for a path in this repository.
    source: Option<String>,
}

/// Checks every package in the lock file, those of other platforms included.
pub fn check() -> Result<(), Failure> {
    let packages = packages()?;
    let faults: Vec<_> = packages.iter().filter_map(Package::fault).collect();
    if faults.is_empty() {
        println!("{} packages, every licence and source allowed", packages.len());
        return Ok(());
    }
    Err(faults.join("\n       ").into())
}

fn packages() -> Result<Vec<Package>, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let output =
        Command::new(cargo).args(["metadata", "--format-version", "1", "--locked"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice::<Metadata>(&output.stdout)?.packages)
}

impl Package {
    fn fault(&self) -> Option<String> {
        let licence = self.license.as_deref().unwrap_or_default();
        let objection = match allows(licence) {
            Err(reason) => format!("licence {licence:?}: {reason}"),
            Ok(false) => format!("licence {licence:?} is not on the list in xtask/src/licences.rs"),
            Ok(true) if !self.is_from_registry() => format!("source {:?}", self.source),
            Ok(true) => return None,
        };
        Some(format!("{} {}: {objection}", self.name, self.version))
    }

    fn is_from_registry(&self) -> bool {
        self.source.as_ref().is_none_or(|source| source.starts_with("registry+"))
    }
}

/// Whether some way to fulfil the expression needs allowed licences only.
fn allows(expression: &str) -> Result<bool, String> {
    // Lax: older crates write `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(expression, ParseMode::LAX)
        .map_err(|error| error.reason.to_string())?;
    Ok(expression.evaluate(|wanted| {
        wanted.license.id().is_some_and(|licence| ALLOWED.contains(&licence.name))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR Zlib", "(MIT OR GPL-2.0) AND 0BSD"] {
            assert_eq!(allows(good), Ok(true), "{good}");
        }
        for bad in ["WTFPL", "MIT AND LGPL-2.1", "AGPL-3.0-only", "LicenseRef-Mine"] {
            assert_eq!(allows(bad), Ok(false), "{bad}");
        }
        assert!(allows("").is_err());
    }

    #[test]
    fn a_package_without_licence_or_from_elsewhere_is_a_fault() {
        let package = |license: Option<&str>, source: &str| Package {
            name: "p".into(),
            version: "1.0.0".into(),
            license: license.map(str::to_owned),
            source: Some(source.into()),
        };
        assert_eq!(package(Some("MIT"), "registry+somewhere").fault(), None);
        assert!(package(Some("MIT"), "git+elsewhere").fault().is_some());
        assert!(package(None, "registry+somewhere").fault().is_some());
    }
}
