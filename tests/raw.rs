//! The raw socket end to end: two networks joined by a cable, softstack at one end of it with no
//! privilege but cap_net_raw, and the real `ping` at the other. What a machine lacks is skipped with
//! the reason, see [`program`].

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;
#[allow(dead_code, reason = "each test file uses its own part")]
mod support;

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};

use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, socket};
use nix::unistd::geteuid;
use program::{Finished, SOFTSTACK, as_ordinary_user, misses, run, skip, softstack};
use softstack::sandbox::{Device, Sandbox, SandboxConfig, SandboxError};
use support::HOST;
use tempfile::TempDir;
use wire::{Echo, checksum, ipv4};

/// The capability number 13, alone.
const NET_RAW_ALONE: &str = "CapPrm:\t0000000000002000";

#[test]
fn fifty_of_fifty_and_each_once() {
    let Some(finished) = cable("1", "run --raw near", "kill -TERM $host") else { return };
    assert_answered(&finished, "10.7.0.1");
    assert!(!finished.stdout.contains("DUP!"), "{finished:?}");
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    // The kernel's own pings were answered, and nobody answers at its other interfaces: none of these
    // are packets for the model.
    for expect in ["3 packets transmitted, 3 received", "1 packets transmitted, 0 received"] {
        assert!(finished.stdout.contains(expect), "{expect}: {finished:?}");
    }
    let all = "50 packets: 50 answered, 0 met with silence, 0 unanswered";
    assert!(finished.stdout.contains(all), "{finished:?}");
}

#[test]
fn the_kernel_that_answers_too_is_found_out() {
    let address = "--address 10.7.0.1/24";
    let Some(finished) = cable("0", &format!("run --raw near {address}"), "kill -TERM $host")
    else {
        return;
    };
    assert_answered(&finished, "10.7.0.1");
    assert!(finished.stdout.contains("DUP!"), "{finished:?}");
    let warning = "softstack: the kernel answers pings to this machine's addresses too";
    assert!(finished.stderr.starts_with(warning), "{finished:?}");
    assert!(finished.stderr.contains("sysctl -w net.ipv4.icmp_echo_ignore_all=1"), "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
}

#[test]
fn an_interface_that_goes_away_ends_the_run() {
    let arguments = "run --raw near --address 10.7.0.3";
    let Some(finished) = cable("1", arguments, "ip link delete near") else { return };
    assert_answered(&finished, "10.7.0.3");
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(finished.stderr, "softstack: the interface near is gone\n", "{finished:?}");
    // What was answered is recorded all the same.
    assert!(finished.stdout.contains("50 packets: 50 answered"), "{finished:?}");
}

fn assert_answered(finished: &Finished, address: &str) {
    let title = format!("nano is {address} on raw socket on near");
    let received = "50 packets transmitted, 50 received";
    for expect in [&title, received, NET_RAW_ALONE] {
        assert!(finished.stdout.contains(expect), "{expect}: {finished:?}");
    }
}

/// Runs softstack with these arguments at the near end of a cable, pings it from a network beyond the
/// far end, does `end` and waits. `switch` is what icmp_echo_ignore_all is at the near end. The exit code and the
/// standard error are softstack's.
fn cable(switch: &str, arguments: &str, end: &str) -> Option<Finished> {
    if misses(&["ip", "nsenter", "ping", "setcap", "setpriv", "unshare"]) {
        return None;
    }
    let (host, folder) = host_with_net_raw_alone(arguments)?;
    let mut command = Command::new("unshare");
    // Root can give up being root only outside a user namespace, which knows no other user.
    command.arg(if geteuid().is_root() { "-n" } else { "-Urn" });
    command.args(["sh", "-c", CABLE]).arg(folder.path().join("out"));
    command.args([switch, end]).args(host).stdin(Stdio::null());
    let finished = run(command);
    if !finished.stdout.contains("the cable is in place") {
        skip(&finished.stderr);
        return None;
    }
    Some(finished)
}

/// A command that is softstack with cap_net_raw and no other capability, and the folder where it may
/// leave files. For root that is an ordinary user's command, made as docs/raw.md says; others are the
/// root of a user namespace, and lose the rest of it.
fn host_with_net_raw_alone(arguments: &str) -> Option<(Vec<OsString>, TempDir)> {
    let (copy, folder) = as_ordinary_user("");
    let (setpriv, program) = if geteuid().is_root() {
        let program = copy.get_program();
        let mut setcap = Command::new("setcap");
        setcap.arg("cap_net_raw+ep").arg(program);
        let given = run(setcap);
        if given.code != Some(0) {
            skip(&given.stderr);
            return None;
        }
        ("setpriv --reuid=65534 --regid=65534 --clear-groups", program.into())
    } else {
        ("setpriv --bounding-set=-all,+net_raw", OsString::from(SOFTSTACK))
    };
    let words = |text: &str| text.split_whitespace().map(OsString::from).collect::<Vec<_>>();
    Some(([words(setpriv), vec![program], words(arguments)].concat(), folder))
}

/// $0 is a file for the host's output; $1, $2 and the rest are `switch`, `end` and the host's command.
const CABLE: &str = r#"
set -e
unshare -n sleep 100 & far=$!
trap 'kill $far' EXIT
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
beyond() { nsenter -t $far -n "$@"; }
ip link add near type veth peer name far netns $far
ip address add 10.7.0.1/24 dev near
ip address add 10.7.0.3/24 dev near label near:1
ip link set near up
ip link set lo up
beyond sh -c "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore"
beyond ip address add 10.7.0.2/24 dev far
beyond ip address add 10.8.0.1/24 dev lo
beyond ip link set far up
beyond ip link set lo up
ip route add 10.8.0.0/24 via 10.7.0.2
if [ "$1" = 1 ]; then echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all; fi
end=$2
shift 2
echo "the cable is in place"
set +e
: >"$0"
"$@" >"$0" & host=$!
while kill -0 $host && ! grep -q "nano is" "$0"; do sleep 0.02; done
grep ^CapPrm: /proc/$host/status
ping -n -q -c 3 -i 0.02 10.7.0.2
ping -n -q -c 1 -W 0.2 127.0.0.1
beyond ping -n -c 50 -i 0.05 -I 10.8.0.1 $(sed -n 's/.* nano is \([0-9.]*\) .*/\1/p' "$0")
eval "$end"
wait $host
code=$?
cat "$0"
exit $code
"#;

#[test]
fn the_raw_wire_of_ping() {
    if misses(&["ping"]) {
        return;
    }
    for size in [16, 56, 400] {
        let finished = run(softstack(&format!("ping --wire raw -c 3 -i 0.2 -s {size}")));
        if finished.stderr.contains("--wire") {
            return skip(&finished.stderr);
        }
        let first = finished.stdout.lines().next();
        let title = "nano is 10.0.0.1 on raw socket on lo";
        assert!(first.is_some_and(|line| line.ends_with(title)), "{finished:?}");
        let received = "3 packets transmitted, 3 received, 0% packet loss";
        let all = "3 packets: 3 answered, 0 met with silence, 0 unanswered";
        for expect in ["from 10.0.0.2", received, all] {
            assert!(finished.stdout.contains(expect), "{expect}: {finished:?}");
        }
        assert!(!finished.stdout.contains("DUP!"), "{finished:?}");
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    }
}

/// As containers have it.
#[test]
fn where_the_kernel_cannot_be_silenced_the_message_helps() {
    if misses(&["mount", "unshare"]) {
        return;
    }
    let close = "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && \
                 exec \"$0\" ping --wire raw -c 1";
    let mut namespace = Command::new("unshare");
    namespace.args(["-Urm", "sh", "-c", close, SOFTSTACK]).stdin(Stdio::null());
    let finished = run(namespace);
    let forbidden = ["mount:", "unshare:", "--wire memory (the same"];
    if forbidden.iter().any(|word| finished.stderr.contains(word)) {
        return skip(&finished.stderr);
    }
    let switch =
        "/proc/sys/net/ipv4/icmp_echo_ignore_all may not be written (Read-only file system";
    for expect in [switch, "--security-opt systempaths=unconfined", "--wire memory"] {
        assert!(finished.stderr.contains(expect), "{expect}: {finished:?}");
    }
    assert_eq!(finished.code, Some(2), "{finished:?}");
}

#[test]
fn what_keeps_a_host_from_an_interface() {
    if misses(&["ip", "setpriv", "unshare"]) {
        return;
    }
    // In a namespace of its own the loopback device has no address at first.
    let prepared = "ip link set lo up && ip address add 10.8.0.1/24 dev lo &&";
    for (prepare, arguments, expect) in [
        ("", "--raw eth7", "there is no interface eth7: "),
        ("", "--raw lo", "the interface lo has no IPv4 address: give it one with `sudo ip address"),
        (
            prepared,
            "--raw lo --address 10.8.0.2",
            "10.8.0.2 is no address of the interface lo, which has",
        ),
        (prepared, "--raw lo --address 10.8.0.1/8", "which has 127.0.0.1/8, 10.8.0.1/24"),
    ] {
        let script = format!("{prepare} \"$0\" run {arguments}");
        let mut namespace = Command::new("unshare");
        namespace.args(["-Urn", "sh", "-c", &script, SOFTSTACK]).stdin(Stdio::null());
        let finished = run(namespace);
        if finished.stderr.contains("unshare:") {
            return skip(&finished.stderr);
        }
        assert_refused(&finished, expect);
    }
}

#[test]
fn without_the_capability() {
    let (command, _folder) = as_ordinary_user("run --raw lo");
    let expect = "a raw socket may not be opened (EPERM: Operation not permitted): this needs the \
                  capability cap_net_raw; give it with `sudo setcap cap_net_raw+ep ";
    assert_refused(&run(command), expect);
}

fn assert_refused(finished: &Finished, expect: &str) {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
    assert!(finished.stderr.starts_with("softstack: "), "{finished:?}");
    assert!(finished.stderr.contains(expect), "{expect}: {finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
}

/// The bytes on the wire are the model's, but for what the link's documentation says of raw(7).
#[test]
fn what_the_kernel_writes_into_a_packet() {
    let config = SandboxConfig { program: SOFTSTACK.into(), ..SandboxConfig::default() };
    let sandbox = match Sandbox::start(SandboxConfig { device: Device::Raw, ..config }) {
        Err(error @ (SandboxError::Denied { .. } | SandboxError::Device(_))) => {
            return skip(&error.to_string());
        }
        sandbox => sandbox.unwrap_or_else(|error| panic!("{error}")),
    };
    let exe = std::env::current_exe().unwrap().display().to_string();
    let play = ["env", "SOFTSTACK_TEST_PART=listen", &exe, "--exact", "actor", "--nocapture"];
    let mut listener = sandbox.run(&play).unwrap();
    let mut heard = BufReader::new(listener.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(heard.any(|line| line == LISTENING));
    for (identification, flags) in [(1, 0), (0xffff, DONT_FRAGMENT), (0, DONT_FRAGMENT), (0, 0)] {
        let reply = support::reply(&request(identification, flags)).unwrap();
        sandbox.link().transmit(&reply).unwrap();
        let mut sent = wire::hex::parse(&heard.next().unwrap()).unwrap();
        if (identification, flags) == (0, 0) {
            // The kernel chose one, which may be 0.
            sent[ipv4::field::IDENTIFICATION].fill(0);
            close(&mut sent);
        }
        assert_eq!(sent, reply.as_bytes());
    }
}

const DONT_FRAGMENT: u8 = 0x40;
const LISTENING: &str = "listening";

fn request(identification: u16, flags: u8) -> Vec<u8> {
    let echo = Echo::new(Ipv4Addr::new(10, 0, 0, 2), HOST.address);
    let mut request = Echo { identification, payload: &[7; 56], ..echo }.request();
    request[ipv4::field::FLAGS].fill(flags);
    close(&mut request);
    request
}

fn close(packet: &mut [u8]) {
    packet[ipv4::field::CHECKSUM].fill(0);
    let sum = checksum::checksum(&packet[..ipv4::MIN_HEADER_LEN]);
    packet[ipv4::field::CHECKSUM].copy_from_slice(&sum.to_be_bytes());
}

/// Plays the part that another test gave it: in the private network, prints all ICMP that arrives.
#[test]
fn actor() {
    if std::env::var_os("SOFTSTACK_TEST_PART").is_none() {
        return;
    }
    let flags = SockFlag::empty();
    let socket = socket(AddressFamily::Inet, SockType::Raw, flags, SockProtocol::Icmp).unwrap();
    println!("\n{LISTENING}");
    let mut buffer = [0; 2_000];
    while let Ok(length) = recv(socket.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
        println!("{}", wire::hex::encode(&buffer[..length]));
    }
}
