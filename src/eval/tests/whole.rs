//! Whole hosts, with the stand-in's reference host for a model: judge and stand-in were written apart, so where
//! they disagree about a packet one of them is wrong.

use provider::answer::answer;
use provider::{Brain, Fault, Turn};

use super::*;
use crate::mind::cascade::Cascade;
use crate::prompt::{Form, Prompt, Style};
use crate::transcript;

/// The stand-in, asked as a hosted model is, but in this process.
struct StandIn(Form, Brain);

impl Mind for StandIn {
    fn name(&self) -> String {
        "stand-in".into()
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        _: &[Finding],
        _: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        let prompt = Prompt::new(&Style::new(self.0, false), event);
        let turn = Turn::read("m", &prompt.system(false), &prompt.turn, None);
        let said = answer(&self.1, &Fault::None, &turn).text;
        (attempt == 1).then(|| Thought {
            action: transcript::read(&said, self.0, &event.packet).action,
            model: self.name(),
            tokens: 100,
            took: Duration::from_millis(2),
            spending: None,
            answer: Some(said),
            remember: Default::default(),
        })
    }
}

fn whole(seed: u64, count: u64, protocols: &[Protocol]) -> Plan {
    Plan { count, seed, lengths: (28, 200), protocols: protocols.to_vec(), is_small: false }
}

fn outcomes(plan: &Plan, mind: impl Mind + 'static) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let stop = AtomicBool::new(false);
    run(plan, vec![Box::new(mind)], None, &[], &stop, |outcome| outcomes.push(outcome));
    outcomes
}

fn outcomes_of(plan: &Plan, brain: Brain) -> Vec<Outcome> {
    outcomes(plan, StandIn(Form::Bytes, brain))
}

/// What the model said of a packet, and what the judge objects to, where it was not right.
fn complaint(plan: &Plan, outcome: &Outcome) -> Option<String> {
    let said = outcome.said.as_ref()?;
    let case = plan.case(outcome.number);
    let reply = said.strip_prefix("send ").and_then(|reply| wire::hex::parse(reply).ok());
    let judge = Session::new(verify::Host::clone(&case.host));
    let findings = judge.judge(NOW, case.occasion(), reply.as_deref());
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let (protocol, fault, packet) = (outcome.protocol, &outcome.fault, &case.packet);
    let packet = wire::hex::encode(packet);
    Some(format!("{protocol} {fault:?}\n  {packet}\n  {said}\n  {}\n", findings.join("\n  ")))
}

#[test]
fn the_reference_host_is_right_about_every_packet() {
    let plan = whole(11, 300, &Protocol::ALL);
    let outcomes = outcomes_of(&plan, Brain::Correct);
    let wrong: Vec<String> = outcomes.iter().filter_map(|o| complaint(&plan, o)).collect();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.concat());
    for (protocol, tally) in &report(&outcomes).protocols {
        let (sound, faulty) = (&tally.sound, &tally.faulty);
        assert_eq!((sound.n, faulty.n, faulty.right), (300, 300, 300), "{protocol}");
        let is_open = matches!(protocol, Protocol::Unreachable | Protocol::Unreachable6);
        // The shipped programs drop what has a protocol that they do not describe.
        assert_eq!(sound.silent > 40 && sound.silent < 110, is_open, "{protocol}: {sound:?}");
        assert_eq!(sound.exact + sound.silent, 300, "{protocol}: {sound:?}");
    }
}

#[test]
fn edits_come_to_the_same() {
    let plan = whole(12, 15, &Protocol::ALL);
    let outcomes = outcomes(&plan, StandIn(Form::Edits, Brain::Correct));
    let wrong: Vec<String> = outcomes.iter().filter_map(|o| complaint(&plan, o)).collect();
    assert_eq!((outcomes.len(), wrong.concat().as_str()), (360, ""));
}

#[test]
fn who_is_always_wrong_gets_nothing() {
    let report = report(&outcomes_of(&whole(13, 100, &Protocol::ALL), Brain::AlwaysWrong));
    assert_eq!(report.protocols.len(), 12);
    for (protocol, Tally { sound, faulty, .. }) in &report.protocols {
        assert_eq!((sound.n, sound.vetoed), (100, 100), "{protocol}: {sound:?}");
        assert_eq!((faulty.n, faulty.right, faulty.passed), (100, 0, 0), "{protocol}: {faulty:?}");
        assert!(faulty.answered > 90, "{protocol}: {faulty:?}");
    }
}

#[test]
fn silence_where_a_reply_is_usual_is_told_from_undue_silence() {
    let plan = whole(14, 20, &[Protocol::Unreachable, Protocol::Syn]);
    let report = report(&outcomes(&plan, Always(Action::Drop("protocol".into()))));
    let sound = |protocol| &report.protocols[&protocol].sound;
    let (open, due) = (sound(Protocol::Unreachable), sound(Protocol::Syn));
    assert_eq!((open.silent, open.vetoed, due.silent, due.vetoed), (20, 0, 0, 20));
    assert_eq!((report.valid.silent, report.valid.vetoed, report.valid.admitted), (20, 20, 0));
    let lost = super::report(&outcomes(&plan, Always(Action::Fail("no idea".into()))));
    assert_eq!((lost.valid.silent, lost.valid.vetoed), (0, 40), "no decision is no silence");
}

#[test]
fn what_nano_does_not_speak_of_it_passes_on() {
    let plan = whole(15, 20, &[Protocol::Arp, Protocol::Reset, Protocol::Syn, Protocol::Dns]);
    let report = report(&outcomes(&plan, Nano::new()));
    let sound = |protocol| &report.protocols[&protocol].sound;
    assert_eq!((sound(Protocol::Arp).exact, sound(Protocol::Arp).passed_on), (20, 0));
    let reset = sound(Protocol::Reset);
    assert_eq!(reset.exact + reset.passed_on, 20, "a closed port is nano's: {reset:?}");
    assert!(reset.exact > 4 && reset.passed_on > 1, "an open one is not: {reset:?}");
    assert_eq!([Protocol::Syn, Protocol::Dns].map(|protocol| sound(protocol).passed_on), [20, 20]);
    assert_eq!((report.valid.n, report.bad.n), (80, 80));
}

#[test]
fn whoever_is_passed_a_packet_begins_afresh() {
    let plan = whole(16, 20, &[Protocol::Syn, Protocol::Dns]);
    let stand_in = StandIn(Form::Bytes, Brain::Correct);
    let cascade = Cascade::new(vec![Box::new(Nano::new()), Box::new(stand_in)]);
    let report = report(&outcomes(&plan, cascade));
    assert_eq!((report.valid.exact, report.bad.right), (40, 40));
    assert_eq!((report.valid.passed_on, report.bad.passed_on), (0, 0));
}

#[test]
fn a_table_by_protocol_fits_a_terminal() {
    let plan = whole(17, 100, &Protocol::ALL);
    let mut right = report(&outcomes_of(&plan, Brain::Correct));
    let mut wrong = report(&outcomes_of(&plan, Brain::AlwaysWrong));
    right.model = "anthropic/claude-haiku-4-5-20251001".into();
    (wrong.model, wrong.form, wrong.complete) = ("wrong".into(), Some("edits"), true);
    let text = text_by_protocol(&[right.clone(), wrong]);
    assert!(
        text.starts_with("A: anthropic/claude-haiku-4-5-20251001, seed 3\nB: wrong, replies in")
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let heads = ["protocol", "exact", "rem.", "veto", "silent", "right", "other", "answ."];
    assert!(rows.iter().any(|row| row.starts_with(&heads)), "{text}");
    let at = rows.iter().position(|row| row.starts_with(&["syn", "A", "100/100"])).unwrap();
    assert!(rows[at + 1].starts_with(&["syn", "B", "0/100", "0", "100", "0", "0/100"]), "{text}");
    assert!(rows.iter().any(|row| row.starts_with(&["all", "B", "0/1200"])), "{text}");
    assert!(text.contains("A: NOT COMPLETE") && !text.contains("B: NOT COMPLETE"), "{text}");
    let one = text_by_protocol(&[right.clone()]);
    assert!(one.contains("\ntimestamp      100/100 "), "{one}");
    let markdown = markdown_by_protocol(&[right]);
    let widths: Vec<usize> = markdown.lines().map(|line| line.chars().count()).collect();
    assert_eq!((widths.len(), widths.iter().max()), (15, widths.iter().min()), "{markdown}");
}

#[test]
fn a_record_is_of_its_protocols() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let plan = whole(18, 4, &[Protocol::Arp, Protocol::Dns]);
    let outcomes = outcomes_of(&plan, Brain::Correct);
    let mut record = Record::open(&path, &plan, "").unwrap();
    outcomes.iter().for_each(|outcome| record.add("m", outcome).unwrap());
    assert_eq!(Record::open(&path, &plan, "").unwrap().done("m"), outcomes);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""protocols":["arp","dns"]"#), "{text}");
    assert_eq!(text.matches(r#""protocol":"dns""#).count(), 8, "{text}");
    let other = whole(18, 4, &[Protocol::Arp, Protocol::Syn]);
    let Err(error @ RecordError::Other { .. }) = Record::open(&path, &other, "") else { panic!() };
    assert!(error.to_string().contains("--protocols arp,dns -n 4 --seed 18"), "{error}");
}

/// Before there were other protocols, no record said of which it is.
#[test]
fn an_older_record_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let plan = Plan { count: 1, is_small: false, ..super::plan() };
    let lines = "{\"schema\":1,\"plan\":{\"count\":1,\"seed\":3,\"lengths\":[28,64]},\"settings\":\"\"}\n\
                 {\"model\":\"m\",\"outcome\":{\"number\":1,\"length\":40,\"first\":\"exact\",\
                 \"tokens\":9,\"seconds\":0.5}}\n";
    std::fs::write(&path, lines).unwrap();
    let done = Record::open(&path, &plan, "").unwrap().done("m");
    assert_eq!((done.len(), done[0].protocol, done[0].first), (1, Protocol::Echo, First::Exact));
}
