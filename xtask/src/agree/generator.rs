//! The tools that a comparison needs: the generator with its virtual environment, and softstack itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// Where everything that is generated or fetched lies; never committed.
pub const PLACE: &str = "target/yardstick";
const SOURCE: &str = "xtask/yardstick";

/// The repository, so that the tools work from any directory.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Makes one suite of captures and returns its directory.
///
/// # Errors
///
/// Python, its venv module or the packages of requirements.txt are missing, or the generator fails.
pub fn generate(task: &str, count: u32, seed: u64) -> Result<PathBuf, Failure> {
    let python = environment()?;
    let out = root().join(PLACE).join(task);
    let count = count.to_string();
    let seed = seed.to_string();
    succeed(
        Command::new(python)
            .arg(root().join(SOURCE).join("generate.py"))
            .arg(task)
            .arg(&out)
            .args([&count, "--seed", &seed]),
    )?;
    Ok(out)
}

/// The Python of the virtual environment, which is made on first use and when the requirements change.
fn environment() -> Result<PathBuf, Failure> {
    let place = root().join(PLACE).join("venv");
    let requirements = root().join(SOURCE).join("requirements.txt");
    let installed = place.join("installed.txt");
    let wanted = std::fs::read(&requirements)?;
    if std::fs::read(&installed).ok().as_deref() != Some(&wanted) {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
        let pip = place.join("bin/pip");
        succeed(Command::new(pip).args(["install", "--quiet", "-r"]).arg(&requirements))?;
        std::fs::write(&installed, &wanted)?;
    }
    Ok(place.join("bin/python"))
}

/// Builds softstack as it is shipped; its path.
///
/// # Errors
///
/// It does not build.
pub fn build_softstack() -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let arguments = ["build", "--release", "--quiet", "--package", "softstack"];
    succeed(Command::new(cargo).args(arguments).current_dir(root()))?;
    Ok(root().join("target/release/softstack"))
}

/// Runs a command to its end.
///
/// # Errors
///
/// It cannot be started, or its exit code is not 0.
pub fn succeed(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {status}").into()),
    }
}
