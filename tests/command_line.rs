//! The command line: what is wrong is said in one clear line, with exit code 2 and never a panic; and
//! what scripts read keeps its shape.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use program::{Finished, as_ordinary_user, finish, misses, run, skip, softstack};
use serde_json::Value;

#[test]
fn no_arguments_lead_to_ping() {
    let finished = run(softstack(""));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout.contains("softstack ping"), "{finished:?}");
    assert!(finished.stdout.lines().count() <= 25, "fits a terminal: {finished:?}");
}

#[test]
fn every_subcommand_has_help() {
    for command in [
        "ping",
        "run",
        "replay",
        "eval",
        "lint",
        "rules",
        "explain",
        "programs",
        "program",
        "program check",
        "program new",
        "program show",
        "check",
        "models",
        "config",
    ] {
        let finished = run(softstack(&format!("{command} --help")));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.contains(&format!("Usage: softstack {command}")), "{finished:?}");
    }
}

/// clap's messages: the first line says it, what follows is a hint.
#[test]
fn wrong_arguments() {
    for (arguments, expect) in [
        ("pong", "unrecognized subcommand 'pong'"),
        ("ping --colour", "unexpected argument '--colour'"),
        ("ping -c 0", "invalid value '0' for '-c <N>'"),
        ("ping -c -1", "unexpected argument '-1'"),
        ("ping -c many", "invalid value 'many' for '-c <N>'"),
        ("ping -s 70000", "invalid value '70000' for '-s <SIZE>'"),
        ("ping -i nan", "invalid value 'nan' for '-i <SECONDS>'"),
        ("ping -i inf", "invalid value 'inf' for '-i <SECONDS>'"),
        ("ping -i -0.1", "unexpected argument '-0'"),
        ("ping -i 1e9", "invalid value '1e9' for '-i <SECONDS>'"),
        ("ping --wire string", "invalid value 'string' for '--wire <WIRE>'"),
        ("ping --json --quiet", "cannot be used with"),
        ("run --address 10.0.0", "invalid value '10.0.0' for '--address <CIDR>'"),
        ("run --address 10.0.0.1/33", "invalid value '10.0.0.1/33' for '--address <CIDR>'"),
        ("run --address 10.0.0.1/", "invalid value '10.0.0.1/' for '--address <CIDR>'"),
        ("run --peer 10.0.0.2/24", "invalid value '10.0.0.2/24' for '--peer <IPV4>'"),
        ("run --raw", "a value is required for '--raw <IFACE>'"),
        ("run --raw lo --tun softstack9", "cannot be used with '--tun <NAME>'"),
        ("run --raw lo --tap softstack9", "cannot be used with '--tap <NAME>'"),
        ("run --tap softstack8 --tun softstack9", "cannot be used with '--tun <NAME>'"),
        ("host ping", "unexpected argument 'ping' found"),
        ("host --show --quiet", "cannot be used with '--quiet'"),
        ("run --raw lo --peer 10.0.0.2", "cannot be used with '--peer <IPV4>'"),
        ("run --raw lo --keep", "cannot be used with '--keep'"),
        ("run --raw lo --ipv6 fd00::1", "cannot be used with '--ipv6 <CIDR>'"),
        ("run --ipv6 fd00::1/129", "invalid value 'fd00::1/129' for '--ipv6 <CIDR>'"),
        ("run --ipv6 10.0.0.1/24", "invalid value '10.0.0.1/24' for '--ipv6 <CIDR>'"),
        ("replay", "required arguments were not provided"),
        ("eval --lengths 27-28", "invalid value '27-28' for '--lengths <MIN-MAX>'"),
        ("eval --lengths 99-98", "invalid value '99-98' for '--lengths <MIN-MAX>'"),
        ("eval --jobs 0", "invalid value '0' for '--jobs <N>'"),
        ("eval -n 1.5", "invalid value '1.5' for '-n <N>'"),
        ("eval -n 0", "invalid value '0' for '-n <N>'"),
        ("eval --protocols arp,tcp", "invalid value 'arp,tcp' for '--protocols <LIST>'"),
        ("eval --protocols arp,", "invalid value 'arp,' for '--protocols <LIST>'"),
        ("eval --json --format lines", "cannot be used with"),
        ("ping --form song", "invalid value 'song' for '--form <FORM>'"),
        ("ping --attempts 0", "invalid value '0' for '--attempts <N>'"),
        ("ping --thinking on", "invalid value 'on' for '--thinking <HOW>'"),
        ("ping --temperature nan", "invalid value 'nan' for '--temperature <NUMBER>'"),
        ("ping --rate fast", "invalid value 'fast' for '--rate <RATE>'"),
        ("ping --run-usd -1", "unexpected argument '-1'"),
        ("ping --run-tokens 1.5", "invalid value '1.5' for '--run-tokens <TOKENS>'"),
        ("run --deadline inf", "invalid value 'inf' for '--deadline <SECONDS>'"),
        ("check --in-flight 0", "invalid value '0' for '--in-flight <N>'"),
    ] {
        let finished = run(softstack(arguments));
        let first = finished.stderr.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("error: ") && first.contains(expect),
            "{arguments}: {finished:?}"
        );
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{arguments}");
    }
}

/// A model that cannot be asked is told of before there is any traffic.
#[test]
fn models_that_are_none() {
    let known = "there are nano, replay/JOURNAL, and provider/model with one of the providers";
    for (arguments, expect) in [
        ("ping --model gpt", format!("no model is called \"gpt\": {known}")),
        ("run --model gpt/4", format!("no model is called \"gpt/4\": {known}")),
        ("eval --model nano --model gpt", format!("no model is called \"gpt\": {known}")),
        ("check --model nano,", format!("no model is called \"\": {known}")),
        ("models gpt", "no provider is called \"gpt\"".into()),
        ("ping --model ollama", "ollama needs the name of a model".into()),
        ("ping --model openrouter/x", "no key for openrouter: set OPENROUTER_API_KEY".into()),
        ("ping --model replay//no/such/journal", "cannot read /no/such/journal: ".into()),
        ("ping --model nano --deadline 1e19", "deadline is more than a day".into()),
        ("ping --config /no/such/file", "cannot read the configuration /no/such/file: ".into()),
    ] {
        assert_one_line(&run(softstack(arguments)), &expect);
    }
}

#[test]
fn a_configuration_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (text, expect) in [
        ("attempt = 1", "attempt"),
        ("attempts = -1", "attempts"),
        ("in_flight = 0", "in_flight"),
        ("x", "TOML"),
        ("[providers.anthropic]\nkey = sk-unquoted", "line 2: this is no TOML"),
    ] {
        fs::write(&path, text).unwrap();
        let finished = run(softstack(&format!("config --config {}", path.display())));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
        let told = finished.stderr.starts_with("softstack: in the configuration: ");
        assert!(told && finished.stderr.contains(expect), "{finished:?}");
        assert!(!finished.stderr.contains("sk-"), "{finished:?}");
    }
    let mut command = softstack("ping --wire memory -c 1");
    command.env("SOFTSTACK_IN_FLIGHT", "0");
    assert_one_line(&run(command), "in_flight is 0");
}

/// A run that cannot begin leaves an old journal as it was.
#[test]
fn an_old_journal_is_not_lost_to_a_run_that_cannot_begin() {
    let journal = tempfile::NamedTempFile::new().unwrap();
    fs::write(journal.path(), "precious").unwrap();
    let path = journal.path().display();
    for arguments in
        ["run --raw no-such-device", "run --tun a/b", "run --tap a/b", "ping --model gpt"]
    {
        let finished = run(softstack(&format!("{arguments} --journal {path}")));
        assert_eq!(finished.code, Some(2), "{finished:?}");
        assert_eq!(fs::read_to_string(journal.path()).unwrap(), "precious", "{arguments}");
    }
}

/// Flags, variables and file in one run, and no secret in what is printed.
#[test]
fn the_configuration_that_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text = "attempts = 3\nburst = 3\nform = \"edits\"\n[providers.openai]\nkey = \"sk-file\"\n";
    fs::write(&path, text).unwrap();
    let mut command = softstack(&format!("config --config {} --attempts 5", path.display()));
    command.env("SOFTSTACK_ATTEMPTS", "4").env("SOFTSTACK_BURST", "4");
    command.env("ANTHROPIC_API_KEY", "sk-variable");
    let finished = run(command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    for expect in [
        "attempts = 5  # from the command line",
        "burst = 4  # from `SOFTSTACK_` environment variable(s)",
        "form = \"edits\"  # from ",
        "key = \"***\"",
        "key_variable = \"ANTHROPIC_API_KEY\"  # set\n",
    ] {
        assert!(finished.stdout.contains(expect), "{expect}: {finished:?}");
    }
    assert!(!finished.stdout.contains("sk-"), "{finished:?}");
}

#[test]
fn a_journal_that_cannot_be_written() {
    for path in ["/no/such/folder/x.jsonl", "/proc/x.pcapng", "/"] {
        let finished = run(softstack(&format!("ping --wire memory --journal {path}")));
        assert_one_line(&finished, &format!("cannot write the journal {path}: "));
    }
}

#[test]
fn a_replay_of_what_is_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let whole = r#"{"record":"pinger","text":"hello"}"#;
    let start = r#"{"record":"start","schema":999,"program":"","model":"","address":"","link":"","checksum_offload":false,"time_ns":0}"#;
    let cases = [
        ("/no/such/journal".to_owned(), "cannot read /no/such/journal: ", ""),
        (folder.path().display().to_string(), "Is a directory", ""),
        (write("empty", b""), "holds no record", ""),
        (write("text", b"once upon a time\n"), "line 1: no journal record: ", ""),
        (write("other", b"{\"name\":\"x\"}\n"), "line 1: no journal record: ", ""),
        (write("unknown", b"{\"record\":\"song\"}\n"), "line 1: no journal record: ", ""),
        (write("binary", &[0xff, 0xfe, 0x0a]), "line 1: ", ""),
        (write("future", start.as_bytes()), "line 1: schema 999, and this program reads", ""),
        // What stands before the cut is shown.
        (write("cut", format!("{whole}\n{}", &whole[..20]).as_bytes()), "line 2: ", "hello\n"),
    ];
    for (path, expect, shown) in cases {
        let finished = run(softstack(&format!("replay {path}")));
        assert_eq!(finished.stdout, shown, "{path}");
        assert_one_line(&Finished { stdout: String::new(), ..finished }, expect);
    }
}

#[test]
fn a_device_that_cannot_be_opened() {
    for name in ["a-name-of-20-letters", "a/b", "%d"] {
        let finished = run(softstack(&format!("run --tun {name}")));
        assert_one_line(&finished, name);
    }
    let (command, _folder) = as_ordinary_user("run --tun softstack9");
    assert_one_line(&run(command), "");
}

#[test]
fn addresses_that_no_network_has() {
    for (arguments, expect) in [
        ("--address 10.9.0.0", "10.9.0.0/24 is no host's address: hosts of this network have"),
        ("--address 10.9.0.7/29", "hosts of this network have 10.9.0.1 to 10.9.0.6"),
        ("--address 10.9.0.1/32", "10.9.0.1/32 has no address for the kernel: say --peer"),
        ("--address 10.9.0.1 --peer 10.9.0.1", "10.9.0.1 cannot be the model's address and"),
        ("--ipv6 ff02::1", "ff02::1/64 is no address that a host on a link can"),
        ("--ipv6 fd00::/64", "fd00::/64 is no address that a host on a link can"),
        ("--ipv6 fd00::1/128", "fd00::1/128 has no address for the kernel"),
    ] {
        assert_one_line(&run(softstack(&format!("run --tun a/b {arguments}"))), expect);
    }
}

#[test]
fn a_raw_socket_that_cannot_be_opened() {
    for name in ["nosuch0", "a-name-of-20-letters"] {
        let expect = format!("there is no interface {name}: ");
        assert_one_line(&run(softstack(&format!("run --raw {name}"))), &expect);
    }
}

/// Our own messages: one line that names the program.
fn assert_one_line(finished: &Finished, expect: &str) {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
    let (first, rest) = finished.stderr.split_once('\n').expect("a line");
    assert!(first.starts_with("softstack: ") && first.contains(expect), "{expect}: {finished:?}");
    assert_eq!(rest, "", "{finished:?}");
}

#[test]
fn the_fields_of_an_evaluation() {
    let report = evaluation("-n 20 --seed 3");
    let fields = "model checksum_offload valid bad protocols classes lengths unavailable \
                  tokens_per_packet median_ms p95_ms seed complete";
    assert_fields(&report, fields);
    let valid = "n exact admitted vetoed silent passed_on second unanswered";
    assert_fields(&report["valid"], valid);
    assert_fields(&report["bad"], "n right answered passed misnamed passed_on");
    let protocols = "arp echo echo6 neighbor reset reset6 timestamp udp unreachable unreachable6";
    assert_fields(&report["protocols"], protocols);
    each(&report["protocols"], |tally| {
        let times = "tokens_per_packet seconds_per_packet median_tokens median_ms";
        assert_fields(tally, &format!("sound faulty {times}"));
        assert_fields(&tally["sound"], "n exact remarked vetoed silent passed_on second");
        assert_fields(&tally["faulty"], "n right misnamed answered passed passed_on");
    });
    let classes = report["classes"].as_object().unwrap();
    assert!(classes.keys().all(|name| verify::Reason::named(name).is_some()), "{classes:?}");
    assert!(classes.len() > 15, "{classes:?}");
    each(&report["classes"], |class| assert_fields(class, "n right answered"));
    each(&report["lengths"], |class| assert_fields(class, "n exact"));
    assert_eq!((&report["valid"]["n"], &report["bad"]["n"]), (&200.into(), &200.into()));
    assert_eq!((&report["bad"]["passed"], &report["seed"]), (&0.into(), &3.into()));
    assert!(report["valid"]["exact"].as_u64() > Some(180), "{report}");
    assert!(report["median_ms"].as_f64() > Some(0.0), "{report}");
    assert!(report["tokens_per_packet"].as_f64() > Some(100.0), "{report}");
}

#[test]
fn an_evaluation_can_be_repeated() {
    let counts = |arguments: &str| {
        let mut report = evaluation(&format!("{arguments} --protocols echo,arp"));
        for time in ["median_ms", "p95_ms"] {
            report.as_object_mut().unwrap().remove(time).expect("a measure of time");
        }
        for tally in report["protocols"].as_object_mut().unwrap().values_mut() {
            for time in ["seconds_per_packet", "median_ms"] {
                tally[time].take();
            }
        }
        report
    };
    let first = counts("-n 50 --seed 3");
    assert_eq!(first, counts("-n 50 --seed 3"));
    assert_ne!(first, counts("-n 50 --seed 4"));
    // The packets do not depend on how many are measured at once.
    assert_eq!(counts("-n 51 --seed 3"), counts("-n 51 --seed 3 --jobs 2"));
}

#[test]
fn an_evaluation_by_protocol() {
    let report = evaluation("-n 5 --protocols dns,arp");
    assert_fields(&report["protocols"], "arp dns");
    // What only the programs speak nano leaves to others.
    for (protocol, exact, passed_on) in [("arp", 5, 0), ("dns", 0, 5)] {
        let sound = &report["protocols"][protocol]["sound"];
        assert_eq!((&sound["exact"], &sound["passed_on"]), (&exact.into(), &passed_on.into()));
    }
    assert_eq!((&report["valid"]["n"], &report["bad"]["n"]), (&10.into(), &10.into()), "{report}");
    let finished = run(softstack("eval -n 5 --protocols dns,arp"));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    let heads = "protocol exact rem. veto silent right other answ. pass tok. ms";
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = finished.stdout.lines().map(words).collect();
    let at = lines.iter().position(|line| line == heads).expect("a table by protocol");
    assert!(lines[at + 1].starts_with("arp 5/5 0 0 0 "), "{finished:?}");
    let markdown = run(softstack("eval -n 2 --protocols all --format markdown")).stdout;
    assert!(markdown.contains("\n| unreachable6 | nano  | "), "{markdown}");
}

/// The one line that `softstack eval --json` prints.
fn evaluation(arguments: &str) -> Value {
    let finished = run(softstack(&format!("eval {arguments} --json")));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    serde_json::from_str(&finished.stdout).unwrap_or_else(|e| panic!("{e}: {finished:?}"))
}

fn assert_fields(value: &Value, expect: &str) {
    let fields: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, expect.split(' ').collect(), "{value}");
}

fn each(value: &Value, check: impl FnMut(&Value)) {
    let values = value.as_object().unwrap().values();
    assert_ne!(values.len(), 0);
    values.for_each(check);
}

/// `softstack ping | head -1`: nobody listens any more, so it ends, without a word about it.
#[test]
fn a_reader_that_goes_away() {
    for arguments in ["ping -c 1000000 -i 0.01", "ping -c 1000000 -i 0.01 --json"] {
        for wire in ["memory", "auto"] {
            if wire == "auto" && misses(&["ping"]) {
                continue;
            }
            after_the_first_line(&format!("{arguments} --wire {wire}"));
        }
    }
    let journal = tempfile::NamedTempFile::new().unwrap();
    let path = journal.path().display();
    run(softstack(&format!("ping --wire memory -c 50 -i 0 --quiet --journal {path}")));
    after_the_first_line(&format!("replay {path}"));
    after_the_first_line("--help");
    after_the_first_line("rules");
    after_the_first_line("rules ipv4 icmp exchange silence");
    after_the_first_line("rules --json");
    after_the_first_line("eval -n 20");
    after_the_first_line("eval -n 20 --json");
}

fn after_the_first_line(arguments: &str) {
    let mut command = softstack(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let mut line = String::new();
    let mut stdout = child.stdout.take().unwrap();
    // Eval prints at the end, when it is too late to go away: so go before.
    if !arguments.starts_with("eval") {
        let _ = BufReader::new(&mut stdout).read_line(&mut line);
    }
    drop(stdout);
    let finished = finish(child);
    if finished.code == Some(2) && finished.stderr.contains("--wire memory") {
        return skip(&finished.stderr);
    }
    assert_eq!(finished.stderr, "", "{arguments}: {finished:?}");
    assert!(began.elapsed() < Duration::from_secs(60), "{arguments}: {:?}", began.elapsed());
}
