//! The built program as a child process, and what a machine may lack. A missing tool skips a test,
//! and the reason is printed; under `SOFTSTACK_REQUIRE_TOOLS=1`, as in CI, it fails the test.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program under test.
pub const SOFTSTACK: &str = env!("CARGO_BIN_EXE_softstack");
/// A child that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Nobody in particular: the user `nobody` of most systems.
const ORDINARY: u32 = 65_534;

/// How a child ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` if a signal killed it.
    pub code: Option<i32>,
    /// All that it wrote to standard output.
    pub stdout: String,
    /// All that it wrote to standard error.
    pub stderr: String,
}

/// softstack with these arguments, separated by white space, and without anything that this machine's
/// user may have set up for it.
pub fn softstack(arguments: &str) -> Command {
    let mut command = Command::new(SOFTSTACK);
    command.args(arguments.split_whitespace()).stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", "/no/such/folder");
    let ours = |name: &str| name.starts_with("SOFTSTACK_") || name.ends_with("_BASE_URL");
    for (name, _) in std::env::vars() {
        if ours(&name) || name.ends_with("_API_KEY") || name.to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a child to its end. It must not panic, and must end in time.
pub fn run(mut command: Command) -> Finished {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    finish(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Reads what a child still writes and waits for its end.
pub fn finish(mut child: Child) -> Finished {
    let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => break status,
            None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            None => {
                child.kill().expect("a child can be killed");
                panic!("no end after {PATIENCE:?}");
            }
        }
    };
    let text = |thread: std::thread::JoinHandle<String>| thread.join().expect("it reads");
    let finished = Finished { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
    finished
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map(|mut pipe| pipe.read_to_end(&mut bytes)).transpose().expect("a pipe can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Skips a test, unless this machine is to have everything.
pub fn skip(reason: &str) {
    let required = std::env::var_os("SOFTSTACK_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "SOFTSTACK_REQUIRE_TOOLS is set, but {reason}");
    println!("skipped: {reason}");
}

/// Whether one of these tools is missing, which skips the test.
pub fn misses(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let exists = |tool: &str| std::env::split_paths(&path).any(|folder| folder.join(tool).exists());
    let missing = tools.iter().find(|tool| !exists(tool));
    missing.inspect(|tool| skip(&format!("{tool} is not installed"))).is_some()
}

/// The program as an ordinary user runs it, and the folder in which it lies. Where the tests have no
/// root to give up, they are one already.
pub fn as_ordinary_user(arguments: &str) -> (Command, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = |path: PathBuf| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        path
    };
    let program = open(folder.path().to_owned()).join("softstack");
    std::fs::copy(SOFTSTACK, &program).expect("a copy of the program");
    let mut command = Command::new(open(program));
    command.args(arguments.split_whitespace()).stdin(Stdio::null()).current_dir("/");
    if nix::unistd::geteuid().is_root() {
        command.uid(ORDINARY).gid(ORDINARY);
    }
    (command, folder)
}
