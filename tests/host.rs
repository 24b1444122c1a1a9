//! `softstack host`: a command, or a shell with a terminal, in the network of which a model is the other
//! host.

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use program::{Finished, SOFTSTACK, as_ordinary_user, finish, misses, run, skip, softstack};
use serde_json::Value;

/// Whether this machine has no sandbox to offer; the reason is printed.
fn has_no_network() -> bool {
    let Finished { code, stderr, .. } = run(softstack("host -q -- true"));
    let lacks = code == Some(2) && stderr.contains("private network");
    if lacks {
        skip(&stderr);
    }
    lacks
}

/// Types `keys` into a terminal in which softstack runs with these arguments, a second before each.
fn type_into(arguments: &str, keys: &[&str]) -> String {
    let line = format!("trap : INT; {SOFTSTACK} {arguments}; echo code $?");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("SHELL", "/bin/sh").env("PS1", "$ ");
    command.env("XDG_CONFIG_HOME", "/no/such/folder");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut terminal = command.spawn().unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    let keys: Vec<String> = keys.iter().map(|keys| (*keys).to_owned()).collect();
    let typist = std::thread::spawn(move || {
        for keys in keys {
            std::thread::sleep(Duration::from_secs(1));
            keyboard.write_all(keys.as_bytes()).unwrap();
        }
        std::thread::sleep(Duration::from_secs(1));
    });
    let finished = finish(terminal);
    typist.join().unwrap();
    finished.stdout.replace('\r', "")
}

/// The packets that the model was asked about, in hex.
fn requests(journal: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(journal).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let requests = records.filter(|record| record["record"] == "request");
    requests.map(|record| record["bytes"].as_str().unwrap().replace(' ', "")).collect()
}

#[test]
fn a_command_has_our_input_and_gives_its_exit_code() {
    if has_no_network() {
        return;
    }
    for (script, code) in [("read it; echo heard $it; exit 7", 7), ("kill -9 $$", 137)] {
        let mut command = softstack("host -q -- sh -c");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(b"this\n");
        let finished = finish(child);
        assert_eq!(finished.code, Some(code), "{finished:?}");
        assert_eq!(finished.stdout, if code == 7 { "heard this\n" } else { "" });
        assert_eq!(finished.stderr, "");
    }
    let missing = run(softstack("host -q -- /no/such/program"));
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("/no/such/program"), "{missing:?}");
}

#[test]
fn nano_answers_pings_of_both_versions() {
    if misses(&["ping", "sh"]) || has_no_network() {
        return;
    }
    for link in ["ethernet", "ip"] {
        let mut command = softstack(&format!("host --link {link} -- sh -c"));
        command.arg("ping -n -c 2 -i 0.1 10.0.0.1; ping -6 -n -c 2 -i 0.1 fd00::1");
        let finished = run(command);
        let received = finished.stdout.matches("2 received, 0% packet loss").count();
        assert_eq!((finished.code, received), (Some(0), 2), "{finished:?}");
        assert_eq!(finished.stderr, "", "nothing went wrong");
    }
    let shown = run(softstack("host --show -- ping -n -c 1 10.0.0.1"));
    for expect in ["to which station", "a reply", "I owe an echo reply", "admitted by the judge"] {
        assert!(shown.stderr.contains(expect), "{expect}: {shown:?}");
    }
}

/// The first thing that anyone asks on an Ethernet is who has an address.
#[test]
fn an_ordinary_user_has_an_ethernet() {
    if misses(&["ping"]) || has_no_network() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let journal = folder.path().join("journal.jsonl");
    let arguments = "host --no-ipv6 -- ping -n -c 1 10.0.0.1";
    let named = arguments.replace("--no", &format!("--journal {} --no", journal.display()));
    let (command, _program) = as_ordinary_user(&named);
    let finished = run(command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let packets = requests(&journal);
    let [arp, ping, ..] = &packets[..] else { panic!("{packets:?}") };
    assert!(arp.starts_with("ffffffffffff020000000002080600010800060400010200"), "{packets:?}");
    assert!(ping.starts_with("02000000000102000000000208004500"), "{packets:?}");
    let link = std::fs::read_to_string(&journal).unwrap();
    assert!(link.contains("veth + raw packet socket") || link.contains("tap softstack0"), "{link}");
}

#[test]
fn a_shell_reads_the_terminal() {
    if misses(&["script", "ping"]) || has_no_network() {
        return;
    }
    let text = type_into("host", &["echo $((6 * 7)); tty", "\n", "exit 3\n"]);
    assert!(text.contains("\n42\n/dev/"), "{text}");
    assert!(text.ends_with("code 3\n"), "{text}");
    for tried in ["ping 10.0.0.1", "ping -6 fd00::1", "arping -c 3 10.0.0.1", "nmap -n 10.0.0.1"] {
        assert!(text.contains(tried), "{tried}: {text}");
    }
    assert!(!text.contains("dig @"), "nano alone serves no names: {text}");
    // Nobody is asked as long as nobody sends anything.
    let text = type_into("host --link ip --model ollama/any", &["exit 3\n"]);
    for tried in ["ping 10.0.0.1", "ping -6 fd00::1", "dig @10.0.0.1 softstack.example"] {
        assert!(text.contains(tried), "{tried}: {text}");
    }
    assert!(!text.contains("arping"), "bare IP has no ARP: {text}");
}

#[test]
fn ctrl_c_reaches_the_command_and_ends_nothing_else() {
    if misses(&["script", "ping"]) || has_no_network() {
        return;
    }
    let text = type_into("host -q --link ip -- ping -n 10.0.0.1", &["\u{3}"]);
    assert!(text.contains("ping statistics") && text.ends_with("code 0\n"), "{text}");
    let keys = ["ping -n 10.0.0.1\n", "\u{3}", "echo $((6 * 7)); exit 4\n"];
    let text = type_into("host -q --link ip", &keys);
    assert!(text.contains("ping statistics") && text.contains("\n42\n"), "{text}");
    assert!(text.ends_with("code 4\n"), "{text}");
}

/// A shell that is killed cannot give the terminal back.
#[test]
fn the_terminal_is_ours_again() {
    if misses(&["script", "bash"]) || has_no_network() {
        return;
    }
    let keys = ["kill -9 $$\n", "this\n"];
    let text = type_into("host -q -- bash; read it; echo heard $it", &keys);
    assert!(text.contains("heard this\n"), "{text}");
}

#[test]
fn what_runs_in_the_background_ends_too() {
    if misses(&["setsid"]) || has_no_network() {
        return;
    }
    let mut command = softstack("host -q -- sh -c");
    command.arg("setsid sleep 60 > /dev/null 2>&1 & echo $!");
    let finished = run(command);
    let pid = finished.stdout.trim();
    assert!(pid.parse::<u32>().is_ok(), "{finished:?}");
    let deadline = Instant::now() + Duration::from_secs(5);
    let lives = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.contains("(sleep)") && !status.contains(") Z")
    };
    while lives() {
        assert!(Instant::now() < deadline, "{pid} lives");
        std::thread::sleep(Duration::from_millis(10));
    }
}
