//! The kernel and its tools as peers: ping, curl, dig and others, on a TAP device in a namespace of their own.
//! Where TAP may not be opened, or a tool is missing, a test says so and is not run.

use std::io::{Read, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::world::World;

/// How long a timer of the host may be late.
const STEP: Duration = Duration::from_millis(20);

/// What `command` says while the host answers; `None` where it cannot be run.
fn run(tool: &str, command: &str) -> Option<(i32, String)> {
    let can = format!("command -v {tool} python3 ip >&2 && test -w /dev/net/tun");
    let has =
        Command::new("unshare").args(["-rn", "sh", "-c", &can]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        eprintln!("not run: {tool}, or a TAP device, is not to be had");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/host/tap.py");
    let mut child = Command::new("unshare")
        .args(["-rn", "python3", script, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, frames) = channel();
    let mut output = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        while let Some(frame) = frame(&mut output) {
            if sender.send(frame).is_err() {
                break;
            }
        }
    });
    answer(frames, child.stdin.take().unwrap());
    let finished = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&finished.stderr).into_owned();
    Some((finished.status.code().unwrap_or(-1), said))
}

/// Answers frames until there are no more.
fn answer(frames: Receiver<Vec<u8>>, mut input: ChildStdin) {
    let mut world = World::ethernet();
    let began = Instant::now();
    loop {
        let came = frames.recv_timeout(STEP);
        world.now = began.elapsed().as_millis() as u64;
        let mut sent = world.wake();
        match came {
            Ok(frame) => sent.extend(world.receive(&frame)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        for frame in sent {
            let length = (frame.len() as u16).to_be_bytes();
            // The command may have ended by now.
            let _ = input.write_all(&[&length[..], &frame].concat());
        }
    }
}

fn frame(output: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    output.read_exact(&mut length).ok()?;
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    output.read_exact(&mut frame).ok()?;
    Some(frame)
}

/// Runs a command that must succeed, and say all of that.
fn check(tool: &str, command: &str, expect: &[&str]) {
    let Some((code, said)) = run(tool, command) else { return };
    assert_eq!(code, 0, "{command}: {said}");
    for words in expect {
        assert!(said.contains(words), "{command}: {words} is not in:\n{said}");
    }
}

#[test]
fn pings() {
    check("ping", "ping -c 3 -i 0.2 -s 1000 10.0.0.1", &[" 3 received, 0% packet loss"]);
    check("ping", "ping -c 3 -i 0.2 fd00::1", &[" 3 received, 0% packet loss"]);
    check("ping", "ping -c 2 -i 0.2 -I tap0 ff02::1", &["from fd00::1"]);
}

#[test]
fn neighbors() {
    check("arping", "arping -c 2 -I tap0 10.0.0.1", &["02:00:00:00:00:01"]);
    check("ndisc6", "ndisc6 -1 fd00::1 tap0", &["02:00:00:00:00:01"]);
}

#[test]
fn pages() {
    for url in ["http://10.0.0.1/", "http://[fd00::1]/"] {
        check("curl", &format!("curl -si -m 10 {url}"), &["HTTP/1.0 200 OK", "<h1>It works</h1>"]);
    }
    check("curl", "curl -sI -m 10 http://10.0.0.1/x", &["HTTP/1.0 404 Not Found"]);
}

#[test]
fn names() {
    check(
        "dig",
        "dig @10.0.0.1 www.softstack.example +tries=1",
        &["status: NOERROR", "\tA\t10.0.0.1"],
    );
    check("dig", "dig @fd00::1 softstack.example TXT +tries=1", &["\"a language model answers\""]);
    let soa = "softstack.example.\t300\tIN\tSOA\tns.softstack.example. hostmaster.softstack.example. 1 \
               3600 600 86400 300";
    check("dig", "dig @10.0.0.1 no.softstack.example +tries=1", &["status: NXDOMAIN", soa]);
    check("dig", "dig @10.0.0.1 +noedns example.org +tries=1", &["status: REFUSED"]);
}

#[test]
fn ports() {
    let open = ["80/tcp open", "81/tcp open", "82/tcp closed"];
    let scan = "nmap -n -Pn -sS -p 80-82 --max-retries 2 10.0.0.1 | tr -s ' '";
    check("nmap", scan, &open);
    check("nmap", &scan.replace("10.0.0.1", "-6 fd00::1"), &open);
    check("nmap", "nmap -n -Pn -sU -p 9 10.0.0.1 | tr -s ' '", &["9/udp closed"]);
}

#[test]
fn routes() {
    check("traceroute", "traceroute -n -q 1 10.0.0.1", &["1  10.0.0.1 "]);
    check("traceroute", "traceroute -n -q 1 fd00::1", &["fd00::1"]);
}
