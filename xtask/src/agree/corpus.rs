//! Captures of other people: the tests of tcpdump and Wireshark, from Debian's source packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compare::Comparison;
use super::generator::{self, root, succeed};
use crate::Failure;

/// Where [`fetch`] puts them.
pub const PLACE: &str = "target/yardstick/corpus";
const PACKAGES: [&str; 2] = ["tcpdump", "wireshark"];
/// Where the captures lie in their source packages.
const CAPTURES: [&str; 2] = ["*/tests/*", "*/test/captures/*"];
const ENDINGS: [&str; 5] = ["pcap", "pcapng", "cap", "gz", "dmp"];

/// Compares every capture in a directory and below; that is never all that verdicts may be about.
pub fn compare(
    directory: &Path,
    program: &Path,
    comparison: &mut Comparison,
) -> Result<bool, Failure> {
    let directory = match directory == Path::new(PLACE) {
        true => root().join(directory),
        false => directory.to_owned(),
    };
    let mut files = Vec::new();
    captures(&directory, &mut files)?;
    if files.is_empty() {
        let text = format!(
            "no captures in {}: fetch some with cargo xtask agree --fetch-corpus",
            directory.display()
        );
        return Err(text.into());
    }
    files.sort();
    for file in files {
        comparison.unlabelled(&file, program)?;
    }
    Ok(false)
}

fn captures(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries =
        std::fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            captures(&path, files)?;
        } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|e| ending == *e))
            && !is_source(&path)
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether it is the archive that captures were taken out of.
fn is_source(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(".tar."))
}

/// Fetches the source packages with apt-get and takes the captures out.
///
/// # Errors
///
/// apt-get cannot find the packages, or tar cannot read them.
pub fn fetch() -> Result<(), Failure> {
    let place = root().join(PLACE);
    let lists = root().join(generator::PLACE).join("apt");
    std::fs::create_dir_all(&place)?;
    std::fs::create_dir_all(lists.join("lists/partial"))?;
    std::fs::write(lists.join("source.sources"), sources()?)?;
    let options = [
        format!("Dir::Etc::sourcelist={}", lists.canonicalize()?.join("source.sources").display()),
        "Dir::Etc::sourceparts=/dev/null".to_owned(),
        format!("Dir::State::lists={}", lists.canonicalize()?.join("lists").display()),
        "APT::Sandbox::User=root".to_owned(),
    ];
    let apt = || {
        let mut command = Command::new("apt-get");
        command.arg("-qq").current_dir(&place);
        for option in &options {
            command.args(["-o", option]);
        }
        command
    };
    succeed(apt().arg("update"))?;
    succeed(apt().args(["source", "--download-only"]).args(PACKAGES))?;
    for entry in std::fs::read_dir(&place)? {
        let path = entry?.path();
        if is_source(&path)
            && path.to_string_lossy().contains(".orig.tar.")
            && !path.to_string_lossy().ends_with(".asc")
        {
            take_out(&path, &place)?;
        }
    }
    Ok(())
}

/// Debian's own sources with `deb-src` for `deb`: most machines list only binary packages.
fn sources() -> Result<String, Failure> {
    let path = "/etc/apt/sources.list.d/debian.sources";
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text
        .lines()
        .map(|line| if line == "Types: deb" { "Types: deb-src" } else { line })
        .fold(String::new(), |text, line| text + line + "\n"))
}

/// Only the captures: the rest of Wireshark is large.
fn take_out(archive: &Path, place: &Path) -> Result<(), Failure> {
    let listed = Command::new("tar").arg("-tf").arg(archive).output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let wanted =
        CAPTURES.iter().find(|pattern| listed.lines().any(|line| super::kind::fits(pattern, line)));
    let Some(wanted) = wanted else {
        return Err(format!("{}: no captures where they used to be", archive.display()).into());
    };
    succeed(
        Command::new("tar")
            .arg("-xf")
            .arg(archive)
            .arg("-C")
            .arg(place)
            .args(["--wildcards", wanted]),
    )
}
