//! End to end: the built program, a real namespace, the real `ping`, and what others read afterwards:
//! the journal, a replay, tshark. What a machine lacks is skipped with the reason, see [`program`].

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use program::{Finished, SOFTSTACK, as_ordinary_user, finish, misses, run, skip, softstack};
use softstack::admission::Refusal;
use softstack::backend::Spending;
use softstack::journal::{Act, Objection, Record, SCHEMA, Statistics};
use softstack::memory::Timer;
use softstack::prompt::Form;

/// Runs softstack; `None`, and the reason printed, where this machine has no ping or no namespaces.
fn ping(arguments: &str) -> Option<Finished> {
    let needs_ping = !arguments.contains("--wire memory");
    if needs_ping && misses(&["ping"]) {
        return None;
    }
    permitted(run(softstack(arguments)))
}

fn permitted(finished: Finished) -> Option<Finished> {
    if finished.code == Some(2) && finished.stderr.contains("--wire memory") {
        skip(&finished.stderr);
        return None;
    }
    Some(finished)
}

fn assert_all_received(finished: &Finished, count: u32) {
    let expect = format!("{count} packets transmitted, {count} received, 0% packet loss");
    assert!(finished.stdout.contains(&expect), "{finished:?}");
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

#[test]
fn a_hundred_of_a_hundred() {
    let Some(finished) = ping("ping -c 100 -i 0.02 -q") else { return };
    assert_all_received(&finished, 100);
    assert!(!finished.stdout.contains('│'), "quiet: {finished:?}");
}

#[test]
fn every_size_that_fits() {
    for size in [0, 1, 55, 56, 57, 1_472] {
        let Some(finished) = ping(&format!("ping -c 2 -i 0.2 -s {size} -q")) else { return };
        assert_all_received(&finished, 2);
        let line = format!("{} bytes from 10.0.0.1: icmp_seq=2 ttl=64", size + 8);
        assert!(finished.stdout.contains(&line), "{finished:?}");
    }
}

#[test]
fn an_ordinary_user() {
    if misses(&["ping"]) {
        return;
    }
    let (command, _folder) = as_ordinary_user("ping -c 3 -i 0.2");
    let Some(finished) = permitted(run(command)) else { return };
    assert_all_received(&finished, 3);
}

#[test]
fn each_wire_says_what_it_is() {
    let wires = [
        ("tun", "nano is 10.0.0.1 on tun softstack0"),
        ("veth", "nano is 10.0.0.1 on veth + packet socket"),
        ("raw", "nano is 10.0.0.1 on raw socket on lo"),
        ("memory", "nano is 10.0.0.1 on memory"),
    ];
    for (wire, title) in wires {
        let arguments = format!("ping --wire {wire} -c 3 -i 0.2 -s 100");
        let Some(finished) = ping(&arguments) else { continue };
        assert_all_received(&finished, 3);
        let first = finished.stdout.lines().next();
        assert!(first.is_some_and(|line| line.ends_with(title)), "{finished:?}");
        assert_eq!(finished.stdout.contains("(in process:"), wire == "memory", "{finished:?}");
    }
}

#[test]
fn json_is_the_journal() {
    let Some(finished) = ping("ping -c 2 -i 0.2 --json") else { return };
    let records: Vec<Record> = finished.stdout.lines().map(record).collect();
    let Some(Record::Start { schema, checksum_offload, .. }) = records.first() else {
        panic!("{finished:?}")
    };
    assert_eq!((*schema, *checksum_offload), (SCHEMA, false));
    let Some(Record::End { statistics }) = records.last() else { panic!("{finished:?}") };
    assert_eq!((statistics.received, statistics.replied, statistics.vetoed), (2, 2, 0));
    let others = ["start", "reasoning", "pinger", "end"];
    let kinds: Vec<&str> = records.iter().map(kind).filter(|kind| !others.contains(kind)).collect();
    assert_eq!(kinds, ["request", "thought", "verdict", "reply"].repeat(2));
    let told = records.iter().any(|record| {
        matches!(record, Record::Pinger { text } if text.contains("2 received, 0% packet loss"))
    });
    assert!(told, "{finished:?}");
}

/// A line as a record that says nothing more and nothing less.
fn record(line: &str) -> Record {
    let record: Record = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let (said, meant) = (serde_json::from_str(line), serde_json::to_value(&record));
    assert_eq!(fields(&said.unwrap()), fields(&meant.unwrap()), "{line}");
    record
}

fn fields(value: &serde_json::Value) -> Vec<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

fn kind(record: &Record) -> &'static str {
    match record {
        Record::Start { .. } => "start",
        Record::Request { .. } => "request",
        Record::Timer { .. } => "timer",
        Record::Reasoning { .. } => "reasoning",
        Record::Thought { .. } => "thought",
        Record::Verdict { .. } => "verdict",
        Record::Reply { .. } => "reply",
        Record::Silence { .. } => "silence",
        Record::Overflow { .. } => "overflow",
        Record::Refused { .. } => "refused",
        Record::Notice { .. } => "notice",
        Record::Pinger { .. } => "pinger",
        Record::End { .. } => "end",
    }
}

/// docs/journal.md and the records name the same fields.
#[test]
fn the_documented_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/journal.md");
    let documented = documented_fields(&fs::read_to_string(path).expect("docs/journal.md"));
    let examples = one_of_each();
    assert_eq!(documented.len(), examples.len(), "{documented:?}");
    for record in examples {
        let mut fields = fields(&serde_json::to_value(&record).unwrap());
        fields.retain(|field| field != "record");
        fields.sort();
        assert_eq!(documented.get(kind(&record)), Some(&fields), "{record:?}");
    }
}

/// Rows such as: | `reply` | `packet`, `time_ns`, `action` (`send`, `drop`), `reason`? | …
fn documented_fields(text: &str) -> BTreeMap<String, Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let fields = |cells: &str| {
        let cell = cells.split(" | ").next().expect("a cell").to_owned();
        let outside = cell.split('(').map(|part| part.rsplit(')').next().unwrap_or(part));
        let mut fields: Vec<String> =
            outside.flat_map(|part| part.split('`').skip(1).step_by(2)).map(Into::into).collect();
        fields.sort();
        fields
    };
    rows.map(|(kind, cells)| (kind.to_owned(), fields(cells))).collect()
}

/// Every kind of record, with every field that may be absent.
fn one_of_each() -> Vec<Record> {
    let text = String::new;
    let (packet, attempt, time_ns, seconds) = (1, 1, 0, 0.0);
    let findings: Vec<Objection> = vec![];
    let statistics = Statistics {
        median_seconds: Some(0.0),
        refused: BTreeMap::from([(Refusal::Rate, 1)]),
        spending: Some(Spending::default()),
        timers: 1,
        ..Statistics::default()
    };
    let (reason, bytes) = (Some(text()), Some(text()));
    let (program, model, address, link) = (text(), text(), text(), text());
    let (schema, checksum_offload, form) = (SCHEMA, false, Some(Form::Bytes));
    vec![
        Record::Start {
            schema,
            program,
            model,
            address,
            ipv6: Some(std::net::Ipv6Addr::LOCALHOST),
            mac: Some(text()),
            programs: vec![text()],
            link,
            checksum_offload,
            form,
            time_ns,
        },
        Record::Request {
            packet,
            time_ns,
            bytes: text(),
            programs: vec![text()],
            notes: "x".into(),
        },
        Record::Timer { packet, time_ns, name: text(), bytes: text(), notes: "x".into() },
        Record::Reasoning { packet, attempt, text: text() },
        Record::Thought {
            packet,
            attempt,
            model: text(),
            action: Act::Fail,
            reason,
            bytes,
            tokens: 0,
            seconds,
            spending: Some(Spending::default()),
            answer: Some(text()),
            note: Some(text()),
            timers: vec![Timer { name: text(), seconds }],
        },
        Record::Verdict { packet, attempt, admitted: true, findings },
        Record::Reply { packet, time_ns, bytes: text(), seconds },
        Record::Silence { packet, reason: text(), seconds },
        Record::Overflow { dropped: 1 },
        Record::Refused { reason: Refusal::Rate, packets: 1 },
        Record::Notice { text: text() },
        Record::Pinger { text: text() },
        Record::End { statistics },
    ]
}

#[test]
fn a_replay_prints_what_the_live_view_did() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("x.jsonl");
    for flags in ["", "--wire memory", "--quiet"] {
        let arguments = format!("ping -c 2 -i 0.2 {flags} --journal {}", journal.display());
        let Some(live) = ping(&arguments) else { continue };
        assert_all_received(&live, 2);
        assert!(!live.stdout.contains('\x1b'), "no colour in a pipe: {live:?}");
        let quiet = if flags == "--quiet" { flags } else { "" };
        let replay = run(softstack(&format!("replay {quiet} {}", journal.display())));
        assert_eq!((replay.code, replay.stdout), (Some(0), live.stdout));
    }
}

#[test]
fn colour_in_a_terminal_unless_it_is_unwanted() {
    if misses(&["script"]) {
        return;
    }
    let on_terminal = |no_color: &str| {
        let line = format!("{SOFTSTACK} ping --wire memory -c 1");
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &line, "/dev/null"]).stdin(Stdio::null());
        command.env("TERM", "xterm-256color").env("NO_COLOR", no_color);
        command.env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE").env_remove("CI");
        let finished = run(command);
        assert!(finished.stdout.contains("admitted by the judge"), "{finished:?}");
        finished.stdout.contains("\x1b[")
    };
    // An empty NO_COLOR is none (no-color.org).
    assert_eq!((on_terminal(""), on_terminal("1")), (true, false));
}

#[test]
fn a_capture_that_tshark_reads() {
    if misses(&["tshark"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (journal, capture) = (folder.path().join("x.jsonl"), folder.path().join("x.pcapng"));
    let files = format!("--journal {} --journal {}", journal.display(), capture.display());
    let Some(finished) = ping(&format!("ping -c 3 -i 0.2 {files}")) else { return };
    assert_all_received(&finished, 3);
    let frames = frames(&capture);
    assert_eq!(frames.len(), 6, "{frames:?}");
    assert_eq!(times(&records(&journal)), frames.iter().map(|f| f.time_ns).collect::<Vec<_>>());
    for (number, pair) in frames.chunks(2).enumerate() {
        let (request, reply) = (&pair[0], &pair[1]);
        assert_eq!((request.kind.as_str(), request.direction.as_str()), ("8", "1"), "{request:?}");
        assert_eq!((reply.kind.as_str(), reply.direction.as_str()), ("0", "2"), "{reply:?}");
        assert_eq!((request.checksums.as_str(), reply.checksums.as_str()), ("1 1", "1 1"));
        for expect in ["total length 84", "→ send the reply", "nano: ", "judge: admitted"] {
            assert!(request.comment.contains(expect), "{expect}: {request:?}");
        }
        let expect = format!("reply to packet {} of the journal, admitted", number + 1);
        assert!(reply.comment.starts_with(&expect), "{reply:?}");
    }
}

/// A packet as tshark sees it.
#[derive(Debug)]
struct Frame {
    time_ns: u64,
    direction: String,
    kind: String,
    /// Of the header and of ICMP: 1 is good.
    checksums: String,
    comment: String,
}

fn frames(capture: &Path) -> Vec<Frame> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args(["-T", "json", "--no-duplicate-keys"]);
    // That of ICMP it always checks.
    command.args(["-o", "ip.check_checksum:TRUE"]);
    for field in [TIME, DIRECTION, KIND, IP_STATUS, ICMP_STATUS, COMMENT] {
        command.args(["-e", field]);
    }
    let finished = run(command);
    let whole = finished.code == Some(0) && !finished.stderr.contains("cut short");
    assert!(whole, "{finished:?}");
    let packets: Vec<serde_json::Value> = serde_json::from_str(&finished.stdout).expect("JSON");
    packets.iter().map(|packet| frame(&packet["_source"]["layers"])).collect()
}

const TIME: &str = "frame.time_epoch";
const DIRECTION: &str = "frame.packet_flags_direction";
const KIND: &str = "icmp.type";
const IP_STATUS: &str = "ip.checksum.status";
const ICMP_STATUS: &str = "icmp.checksum.status";
const COMMENT: &str = "frame.comment";

fn frame(layers: &serde_json::Value) -> Frame {
    let field = |name: &str| layers[name][0].as_str().unwrap_or_default().to_owned();
    Frame {
        time_ns: nanoseconds(&field(TIME)),
        direction: number(&field(DIRECTION)),
        kind: field(KIND),
        checksums: format!("{} {}", field(IP_STATUS), field(ICMP_STATUS)),
        comment: field(COMMENT),
    }
}

/// Seconds with nine decimals, or as newer versions of tshark write them, a date.
fn nanoseconds(time: &str) -> u64 {
    time.replace('.', "").parse().unwrap_or_else(|_| panic!("no time with nine decimals: {time}"))
}

fn number(hex: &str) -> String {
    u32::from_str_radix(hex.trim_start_matches("0x"), 16).map_or(hex.into(), |n| n.to_string())
}

fn records(journal: &Path) -> Vec<Record> {
    fs::read_to_string(journal).expect("a journal").lines().map(record).collect()
}

/// When packets came and went, in the order of the capture.
fn times(records: &[Record]) -> Vec<u64> {
    let time = |record: &Record| match record {
        Record::Request { time_ns, .. } | Record::Reply { time_ns, .. } => Some(*time_ns),
        _ => None,
    };
    records.iter().filter_map(time).collect()
}

/// After `kill -9` both journals can be read up to the last record.
#[test]
fn what_a_killed_program_wrote_is_readable() {
    if misses(&["ping", "tshark"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (journal, capture) = (folder.path().join("x.jsonl"), folder.path().join("x.pcapng"));
    let files = format!("--journal {} --journal {}", journal.display(), capture.display());
    for wire in ["memory", "auto"] {
        let mut child = start(&format!("ping -c 10000 -i 0.002 --wire {wire} --quiet {files}"));
        let deadline = Instant::now() + Duration::from_secs(60);
        let replies = || {
            let text = fs::read_to_string(&journal).unwrap_or_default();
            text.lines().filter(|line| line.starts_with(r#"{"record":"reply""#)).count()
        };
        while replies() < 20 && child.try_wait().unwrap().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(3));
        }
        child.kill().unwrap();
        let Some(_) = permitted(finish(child)) else { continue };
        let records = records(&journal);
        assert!(replies() >= 20, "{wire}: {} records", records.len());
        assert_eq!(run(softstack(&format!("replay {}", journal.display()))).code, Some(0));
        // The capture is written after the JSON Lines, so one reply may be missing, no more.
        let (frames, replies) = (frames(&capture).len(), replies());
        assert!((2 * replies - 2..=2 * replies).contains(&frames), "{frames} of {replies}");
    }
}

#[test]
fn an_interrupted_ping_prints_its_statistics() {
    for wire in ["memory", "auto"] {
        if wire == "auto" && misses(&["ping"]) {
            return;
        }
        let mut child = start(&format!("ping -c 1000 -i 0.05 --wire {wire} --quiet"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        if !lines.any(|line| line.contains("icmp_seq=2")) {
            assert!(permitted(finish(child)).is_none(), "no reply came");
            continue;
        }
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        assert!(lines.any(|line| line.contains("10.0.0.1 ping statistics")), "{wire}");
        let statistics = lines.find(|line| line.contains("% packet loss")).expect("statistics");
        assert!(!statistics.starts_with("1000 "), "it went on to its end: {statistics}");
        drop(lines);
        assert_eq!(finish(child).code, Some(0), "{wire}");
    }
}

fn start(arguments: &str) -> Child {
    let mut command = softstack(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("softstack starts")
}

/// `softstack run` in a namespace of the user's: it makes its device, answers, and on SIGTERM prints
/// its statistics and takes the device away.
#[test]
fn run_is_a_host_until_it_is_told_to_stop() {
    if misses(&["ping", "unshare"]) {
        return;
    }
    let Some(finished) = in_namespace(RUN) else { return };
    let text = &finished.stdout;
    let expect = "5 packets transmitted, 5 received, 0% packet loss";
    for expect in [expect, "nano is 10.9.0.1 on tun own0", "exit code 0", "device gone"] {
        assert!(text.contains(expect), "{expect}: {finished:?}");
    }
    let statistics = text.lines().find(|line| line.contains(" met with silence, 0 unanswered"));
    assert!(statistics.is_some_and(|line| line.contains("answered")), "{finished:?}");
}

/// With `--keep` the device outlives its host and belongs to the next one, which needs no privilege
/// to take it over; without, as the test above shows, it does not.
#[test]
fn run_keeps_its_device_when_told_to() {
    if misses(&["ping", "ip", "setpriv", "unshare"]) {
        return;
    }
    let Some(finished) = in_namespace(KEEP) else { return };
    let expect = "5 packets transmitted, 5 received, 0% packet loss";
    assert_eq!(finished.stdout.matches(expect).count(), 2, "{finished:?}");
    // The lowest address that is not the model's is the kernel's.
    for expect in
        ["nano is 10.9.0.5 on tun own0", "inet 10.9.0.1 peer 10.9.0.5/28", "persist on user"]
    {
        assert!(finished.stdout.contains(expect), "{expect}: {finished:?}");
    }
    assert!(!finished.stdout.contains("device gone"), "{finished:?}");
}

/// What a script says in a network namespace in which it is root, and softstack is `$0`.
fn in_namespace(script: &str) -> Option<Finished> {
    let mut namespace = Command::new("unshare");
    let script = format!("{HOST}{script}");
    namespace.args(["-Urn", "sh", "-c", &script, SOFTSTACK]).stdin(Stdio::null());
    let finished = run(namespace);
    let forbidden = ["unshare:", "/dev/net/tun"].iter().any(|word| finished.stderr.contains(word));
    if forbidden {
        skip(&finished.stderr);
        return None;
    }
    Some(finished)
}

/// host ADDRESS COMMAND...: waits for the first answer, then pings, stops the host, and looks what is
/// left of it.
const HOST: &str = r#"
host() {
    address=$1
    shift
    "$@" & host=$!
    for try in 1 2 3 4 5 6 7 8 9; do
        kill -0 $host 2>/dev/null || break
        ping -n -q -c 1 -W 1 $address >/dev/null 2>&1 && break
        sleep 0.2
    done
    ping -n -q -c 5 -i 0.2 $address
    kill -TERM $host
    wait $host
    echo "exit code $?"
    grep -q own0 /proc/net/dev || echo "device gone"
}
"#;

const RUN: &str = r#"
host 10.9.0.1 "$0" run --tun own0 --address 10.9.0.1 --peer 10.9.0.2
"#;

/// The second host has lost every capability, and the device says which address is its own.
const KEEP: &str = r#"
host 10.9.0.5 "$0" run --tun own0 --address 10.9.0.5/28 --keep
ip address show own0
ip -details link show own0
host 10.9.0.5 setpriv --bounding-set=-all "$0" run --tun own0
"#;
