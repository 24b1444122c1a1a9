//! The link, the sandbox and the pingers with real namespaces and the real `ping`.
//!
//! What a machine does not offer is skipped, and the reason is printed. Some tests need a second
//! process to play a part (a parent that is killed, an ordinary user): that is this program again,
//! running only the test [`actor`], which does nothing unless asked.

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use softstack::link::memory::MemoryLink;
use softstack::link::tun::{Kind, Tun};
use softstack::link::{Addresses, Link};
use softstack::pinger::{self, Options, Pinger};
use softstack::sandbox::{Device, Running, Sandbox, SandboxConfig, SandboxError};
use support::{HOST, Responder};

const SOFTSTACK: &str = env!("CARGO_BIN_EXE_softstack");
const PART: &str = "SOFTSTACK_TEST_PART";
const PROGRAM: &str = "SOFTSTACK_TEST_PROGRAM";

fn config(device: Device) -> SandboxConfig {
    let program = std::env::var_os(PROGRAM).map_or(SOFTSTACK.into(), PathBuf::from);
    SandboxConfig { program, device, ..SandboxConfig::default() }
}

/// A sandbox, or `None` and the reason printed where this machine has none to offer.
fn sandbox(device: Device) -> Option<Sandbox> {
    match Sandbox::start(config(device)) {
        Ok(sandbox) => Some(sandbox),
        // A veth pair needs nothing that namespaces do not give: its failure is ours.
        Err(error @ SandboxError::Device(_)) if device == Device::Veth => panic!("{error}"),
        Err(error @ (SandboxError::Denied { .. } | SandboxError::Device(_))) => {
            missing(&error.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Runs a command inside to its end: its exit code and all that it wrote.
fn run(sandbox: &Sandbox, line: &str) -> (Option<i32>, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut running = sandbox.run(&words).expect(line);
    let mut text = String::new();
    running.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    running.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    (running.wait().unwrap().code(), text)
}

/// Skips a test; in a part that another test plays, only says so, for that test to read.
fn missing(reason: &str) {
    match std::env::var_os(PART) {
        Some(_) => println!("skipped: {reason}"),
        None => program::skip(reason),
    }
}

fn ping_is_missing() -> bool {
    let missing = Command::new("ping").arg("-V").output().is_err();
    if missing {
        self::missing("ping is not installed");
    }
    missing
}

/// Real ping over a device: every request answered, and nothing but requests on the link.
fn ping_over(device: Device, description: &str) {
    let Some(sandbox) = sandbox(device) else { return };
    if ping_is_missing() {
        return;
    }
    assert_eq!(sandbox.link().description(), description);
    let responder = Responder::start(sandbox.link(), true);
    let (code, text) = run(&sandbox, "ping -n -c 5 -i 0.05 -s 1472 -I 10.0.0.2 10.0.0.1");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("5 packets transmitted, 5 received, 0% packet loss"), "{text}");
    assert!(!text.contains("DUP!"), "{text}");
    std::thread::sleep(Duration::from_millis(500));
    let seen = responder.finish();
    assert_eq!(seen.len(), 5, "only ping speaks on this link: {seen:02x?}");
    assert!(seen.iter().all(|packet| packet.len() == 1500 && packet[20] == 8));
}

#[test]
fn ping_over_tun() {
    ping_over(Device::Tun, "tun softstack0");
}

#[test]
fn ping_over_veth() {
    ping_over(Device::Veth, "veth + packet socket");
}

/// Loopback brings back every reply that we send: none of them is for us.
#[test]
fn ping_over_a_raw_socket() {
    ping_over(Device::Raw, "raw socket on lo");
}

/// A veth pair can be used a moment before its transmit queue is: nothing may be lost in between.
#[test]
fn a_packet_transmitted_at_once_arrives() {
    let kernel = Ipv4Addr::new(10, 0, 0, 2);
    let reply = support::reply(&wire::Echo::new(kernel, HOST.address).request()).unwrap();
    for device in [Device::Tun, Device::Veth].repeat(15) {
        let Some(sandbox) = sandbox(device) else { continue };
        sandbox.link().transmit(&reply).unwrap();
        let (_, devices) = run(&sandbox, "cat /proc/net/dev");
        let counters = devices.lines().find_map(|line| line.trim().strip_prefix("softstack0:"));
        let received = counters.unwrap().split_whitespace().nth(1);
        assert_eq!(received, Some("1"), "{device:?} {devices}");
    }
}

#[test]
fn exit_codes_are_those_of_ping() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    if ping_is_missing() {
        return;
    }
    let responder = Responder::start(sandbox.link(), true);
    assert_eq!(run(&sandbox, "ping -n -c 1 10.0.0.1").0, Some(0));
    // Nobody is at 10.0.0.9: the responder leaves what is not for it alone.
    let (code, text) = run(&sandbox, "ping -n -c 1 -W 0.2 10.0.0.9");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("100% packet loss"), "{text}");
    assert_eq!(run(&sandbox, "ping --no-such-option").0, Some(2));
    responder.finish();
}

#[test]
fn an_interrupted_ping_prints_its_statistics() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let responder = Responder::start(sandbox.link(), true);
    let own = [SOFTSTACK, "__pinger", "10.0.0.1"];
    interrupt_after_first_reply(sandbox.run(&own).unwrap());
    if !ping_is_missing() {
        let (running, whose) = pinger::start(&sandbox, &Options::new(HOST.address)).unwrap();
        assert_eq!(whose, Pinger::System);
        interrupt_after_first_reply(running);
    }
    responder.finish();
}

fn interrupt_after_first_reply(mut running: Running) {
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("icmp_seq=1")));
    assert_eq!(running.wait_timeout(Duration::from_millis(10)).unwrap(), None);
    running.interrupter().interrupt().unwrap();
    assert!(lines.any(|line| line.contains("ping statistics")));
    assert_eq!(running.wait().unwrap().code(), Some(0));
}

#[test]
fn our_own_pinger_does_as_ping_does() {
    for device in [Device::Tun, Device::Veth, Device::Raw] {
        let Some(sandbox) = sandbox(device) else { continue };
        let own = format!("{} __pinger -I 10.0.0.2", sandbox.program().display());
        let responder = Responder::start(sandbox.link(), true);
        let (code, text) = run(&sandbox, &format!("{own} -c 3 -i 0.02 10.0.0.1"));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.starts_with("(softstack's own pinger"), "{text}");
        assert!(text.contains("64 bytes from 10.0.0.1: icmp_seq=3 ttl=64 time="), "{text}");
        assert!(text.contains("3 packets transmitted, 3 received, 0% packet loss"), "{text}");
        let (code, text) = run(&sandbox, &format!("{own} -c 1 -W 0.2 10.0.0.9"));
        assert_eq!(code, Some(1), "{text}");
        assert_eq!(run(&sandbox, &format!("{own} -c")).0, Some(2));
        assert_eq!(run(&sandbox, &format!("{own} 192.0.2.1")).0, Some(2));
        responder.finish();
    }
}

#[test]
fn our_own_pinger_steps_in_where_ping_is_missing() {
    let Some(text) = act("ping", |command| command.env("PATH", "/nonexistent")) else { return };
    assert!(text.contains("(softstack's own pinger: no ping is installed here)"), "{text}");
    assert!(text.contains("3 packets transmitted, 3 received"), "{text}");
}

#[test]
fn the_memory_pinger_needs_no_kernel() {
    let (link, wire) = MemoryLink::pair();
    let responder = Responder::start(Arc::new(link), true);
    let kernel = Ipv4Addr::new(10, 0, 0, 2);
    let (source, count, interval) = (Some(kernel), Some(5), Duration::ZERO);
    let options = Options { source, count, interval, ..Options::new(HOST.address) };
    let mut out = Vec::new();
    let stop = AtomicBool::new(false);
    let tally = pinger::over_memory(&wire, &options, &stop, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!((tally.transmitted, tally.received, tally.exit_code()), (5, 5, 0), "{text}");
    assert!(text.starts_with("(in process:"), "{text}");
    let options = Options { timeout: Duration::ZERO, target: kernel, ..options };
    let tally = pinger::over_memory(&wire, &options, &stop, &mut Vec::new()).unwrap();
    assert_eq!((tally.transmitted, tally.received, tally.exit_code()), (5, 0, 1));
    responder.finish();
}

#[test]
fn this_process_keeps_its_own_network() {
    let network = || fs::read_link("/proc/self/ns/net").unwrap();
    let before = network();
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let (_, inside) = run(&sandbox, "readlink /proc/self/ns/net");
    assert_eq!(network(), before);
    assert_ne!(Path::new(inside.trim()), before);
    assert_eq!(run(&sandbox, "id -u").1.trim(), "0");
}

#[test]
fn udp_arrives_with_its_checksum_computed() {
    for device in [Device::Tun, Device::Veth] {
        let Some(sandbox) = sandbox(device) else { continue };
        let responder = Responder::start(sandbox.link(), false);
        let words = ["bash", "-c", "echo hello > /dev/udp/10.0.0.1/7"];
        let Ok(mut running) = sandbox.run(&words) else {
            return missing("bash is not installed");
        };
        running.wait().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let seen = responder.finish();
        let packet = seen.first().expect("the datagram");
        let length = (packet.len() - 20) as u16;
        let pseudo = [&packet[12..20], &[0, 17], &length.to_be_bytes(), &packet[20..]].concat();
        assert!(wire::checksum::verifies(&pseudo), "{packet:02x?}");
    }
}

#[test]
fn what_cannot_run_inside_says_why() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let error = sandbox.run(&["/no/such/program"]).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("/no/such/program"), "{error}");
    assert!(sandbox.run::<&str>(&[]).is_err());
    assert!(sandbox.run(&["a\0b"]).is_err());
    assert_eq!(run(&sandbox, "true").0, Some(0), "and the helper goes on");
}

#[test]
fn a_program_that_is_no_softstack_is_found_out() {
    for (program, expect) in [("/no/such/program", "No such file"), ("true", "ended before")] {
        let config = SandboxConfig { program: program.into(), ..config(Device::Auto) };
        let error = Sandbox::start(config).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
}

#[test]
fn a_device_that_cannot_be_made_says_why() {
    for device in [Device::Tun, Device::Veth] {
        let config = SandboxConfig { name: "sixteen-letters-".into(), ..config(device) };
        let error = Sandbox::start(config).map(|_| ()).unwrap_err().to_string();
        let closed = error.contains("may not be opened") || error.contains("no private network");
        assert!(closed || error.contains("\"sixteen-letters-\" cannot be"), "{error}");
    }
}

#[test]
fn a_tun_device_comes_and_goes_and_a_persistent_one_stays() {
    let Some(sandbox) = sandbox(Device::Tun) else { return };
    let exe = std::env::current_exe().unwrap();
    let part = format!("{PART}=tun");
    let own = format!("env {part} {} --exact actor --nocapture", exe.display());
    let (_, text) = run(&sandbox, &own);
    assert!(text.contains("tun own0, existed false"), "{text}");
    assert!(text.contains("the device own0 is in use by another process"), "{text}");
    assert!(text.contains("the device softstack0 is in use by another process"), "{text}");
    let devices = || run(&sandbox, "cat /proc/net/dev").1;
    assert!(!devices().contains("own0"));
    let Ok(mut ip) = sandbox.run(&["ip", "tuntap", "add", "own0", "mode", "tun"]) else {
        return missing("ip is not installed");
    };
    assert!(ip.wait().unwrap().success());
    let (_, text) = run(&sandbox, &own);
    assert!(text.contains("tun own0, existed true"), "{text}");
    assert!(devices().contains("own0"));
    run(&sandbox, "ip tuntap del own0 mode tun");
    run(&sandbox, "ip tuntap add own0 mode tap");
    assert!(run(&sandbox, &own).1.contains("own0 exists but is no TUN device"));
}

#[test]
fn a_command_ends_with_its_handle_and_with_the_helper() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let running = sandbox.run(&["sleep", "1000"]).unwrap();
    let pid = running.pid();
    drop(running);
    assert!(gone(pid));
    let mut running = sandbox.run(&["sleep", "1000"]).unwrap();
    let helper = parent_of(running.pid());
    kill(Pid::from_raw(helper as i32), Signal::SIGKILL).unwrap();
    assert!(matches!(running.wait(), Err(SandboxError::Lost(_))));
    assert!(gone(running.pid()));
    assert!(sandbox.run(&["true"]).is_err());
}

#[test]
fn nothing_outlives_a_killed_parent() {
    let mut parent = part("linger").stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> =
        lines.skip_while(|line| !told(line)).take_while(|line| told(line)).collect();
    parent.kill().unwrap();
    parent.wait().unwrap();
    if told.is_empty() {
        return println!("skipped: no sandbox on this machine");
    }
    let pids = told.iter().map(|line| line.rsplit(' ').next().unwrap().parse().unwrap());
    let pids: Vec<u32> = pids.collect();
    assert_eq!(pids.len(), 3, "{told:?}");
    for (pid, line) in pids.into_iter().zip(&told) {
        assert!(gone(pid), "{line}");
    }
}

#[test]
fn an_ordinary_user_needs_no_privilege() {
    if !geteuid().is_root() {
        return println!("skipped: no root here, so every test runs as an ordinary user");
    }
    let folder = copied_programs();
    let act = || {
        let mut command = Command::new(folder.join("test"));
        command.args(["--exact", "actor", "--nocapture"]).env(PART, "ping");
        command
            .env(PROGRAM, folder.join("softstack"))
            .env("PATH", "/usr/bin:/bin")
            .uid(65_534)
            .gid(65_534);
        command.current_dir("/").output()
    };
    let output = act();
    fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    if text.contains("skipped:") {
        return println!("{text}");
    }
    println!("{text}");
    assert!(text.contains("user 65534"), "{text}");
    assert!(text.contains("3 packets transmitted, 3 received, 0% packet loss"), "{text}");
}

#[test]
fn where_namespaces_are_forbidden_the_message_helps() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let exe = std::env::current_exe().unwrap();
    let close = "echo 0 > /proc/sys/user/max_user_namespaces && \
                 echo 0 > /proc/sys/user/max_net_namespaces && \
                 exec env SOFTSTACK_TEST_PART=start \"$0\" --exact actor --nocapture";
    let mut running =
        sandbox.run(&["sh".as_ref(), "-c".as_ref(), close.as_ref(), exe.as_os_str()]).unwrap();
    let mut text = String::new();
    running.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    if !text.contains("no private network") {
        return println!("skipped: /proc/sys may not be written in this container: {text}");
    }
    for expect in [
        "unshare(CLONE_NEWUSER | CLONE_NEWNET) failed: ENOSPC",
        "user.max_user_namespaces is 0",
        "sudo sysctl -w user.max_user_namespaces",
        "--wire memory",
    ] {
        assert!(text.contains(expect), "{expect}: {text}");
    }
}

/// `cargo test --release --test sandbox -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn measure() {
    for device in [Device::Tun, Device::Veth] {
        let mut starts: Vec<Duration> = (0..20)
            .filter_map(|_| {
                let start = Instant::now();
                let sandbox = sandbox(device)?;
                let taken = start.elapsed();
                drop(sandbox);
                Some(taken)
            })
            .collect();
        starts.sort();
        let Some(sandbox) = sandbox(device) else { continue };
        let responder = Responder::start(sandbox.link(), true);
        println!(
            "{}: device in hand after {:?} (median of {})",
            sandbox.link().description(),
            starts[starts.len() / 2],
            starts.len()
        );
        for flags in ["-c 2000 -i 0", "-c 500 -i 0.002"] {
            for target in ["127.0.0.1", "10.0.0.1"] {
                let (_, text) = run(&sandbox, &format!("ping -n {flags} {target}"));
                let times = text.lines().filter_map(|line| line.split("time=").nth(1));
                let mut times: Vec<f64> =
                    times.filter_map(|time| time.split(' ').next()?.parse().ok()).collect();
                times.sort_by(f64::total_cmp);
                println!(
                    "  ping {flags} {target}: median {:.3} ms, p99 {:.3} ms of {}",
                    times[times.len() / 2],
                    times[times.len() * 99 / 100],
                    times.len()
                );
            }
        }
        responder.finish();
    }
}

/// Plays the part that another test gave it.
#[test]
fn actor() {
    match std::env::var(PART).as_deref() {
        Ok("ping") => play_ping(),
        Ok("linger") => play_parent(),
        Ok("tun") => play_tun(),
        Ok("start") => drop(sandbox(Device::Auto)),
        _ => {}
    }
}

fn play_ping() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    println!("user {} on {}", geteuid(), sandbox.link().description());
    let responder = Responder::start(sandbox.link(), true);
    let interval = Duration::from_millis(10);
    let options = Options { count: Some(3), interval, ..Options::new(HOST.address) };
    let (mut running, _) = pinger::start(&sandbox, &options).unwrap();
    let mut text = String::new();
    running.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    println!("{text}");
    assert!(running.wait().unwrap().success());
    responder.finish();
}

fn play_tun() {
    match Tun::open("own0", Kind::Tun) {
        Ok(tun) => {
            tun.configure(&Addresses { model: Ipv4Addr::new(10, 9, 0, 1), ..Addresses::default() })
                .unwrap();
            println!("{}, existed {}", tun.description(), tun.existed());
            println!("{}", Tun::open("own0", Kind::Tun).unwrap_err());
            println!("{}", Tun::open("softstack0", Kind::Tun).unwrap_err());
        }
        Err(error) => println!("{error}"),
    }
}

fn play_parent() {
    let Some(sandbox) = sandbox(Device::Auto) else { return };
    let mut shell = sandbox.run(&["sh", "-c", "sleep 1000 & echo grandchild $!; wait"]).unwrap();
    let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
    println!("\nhelper {}", parent_of(shell.pid()));
    println!("child {}", shell.pid());
    println!("{}\n", lines.next().unwrap().unwrap());
    std::thread::sleep(Duration::from_secs(60));
}

fn told(line: &str) -> bool {
    ["helper ", "child ", "grandchild "].iter().any(|word| line.starts_with(word))
}

fn part(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "actor", "--nocapture"]).env(PART, name);
    command
}

/// What the actor printed, or `None` where it had no sandbox.
fn act(name: &str, change: impl Fn(&mut Command) -> &mut Command) -> Option<String> {
    let output = change(&mut part(name)).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    if text.contains("skipped:") {
        println!("{text}");
        return None;
    }
    Some(text)
}

/// The test and the program where any user may read them.
fn copied_programs() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("softstack-test-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let exe = std::env::current_exe().unwrap();
    for (from, name) in [(exe.as_path(), "test"), (Path::new(SOFTSTACK), "softstack")] {
        fs::copy(from, folder.join(name)).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn parent_of(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap();
    line.trim().parse().unwrap()
}

/// Whether the process is gone, or only its entry waits to be read, within two seconds.
fn gone(pid: u32) -> bool {
    let deadline = Instant::now() + Duration::from_secs(2);
    while Instant::now() < deadline {
        match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) if !stat.contains(") Z ") => std::thread::sleep(Duration::from_millis(5)),
            _ => return true,
        }
    }
    false
}
