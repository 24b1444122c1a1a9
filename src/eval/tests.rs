use std::io::Write;
use std::sync::Mutex;

use super::*;
use crate::mind::nano::Nano;
use crate::mind::{Shown, Thought};

mod whole;

fn plan() -> Plan {
    Plan { count: 20, seed: 3, lengths: (28, 64), protocols: vec![Protocol::Echo], is_small: true }
}

fn measured(minds: Vec<Box<dyn Mind>>, done: &[u64]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    run(&plan(), minds, None, done, &AtomicBool::new(false), |outcome| outcomes.push(outcome));
    outcomes.sort_by_key(|outcome| outcome.number);
    outcomes
}

fn report(outcomes: &[Outcome]) -> Report {
    let mut report = Report::new("m", 3);
    outcomes.iter().for_each(|outcome| report.add(outcome));
    report.summarise();
    report
}

/// A mind that does the same whatever comes.
struct Always(Action);

impl Mind for Always {
    fn name(&self) -> String {
        "always".into()
    }

    fn think(
        &mut self,
        _: &Event,
        attempt: u32,
        _: &[Finding],
        _: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        (attempt <= 2).then(|| Thought {
            action: self.0.clone(),
            model: self.name(),
            tokens: 1,
            took: Duration::from_millis(7),
            spending: None,
            answer: None,
            remember: Default::default(),
        })
    }
}

#[test]
fn nano_is_right_however_many_are_asked_at_once() {
    let one = measured(vec![Box::new(Nano::new())], &[]);
    let two = measured(vec![Box::new(Nano::new()), Box::new(Nano::new())], &[]);
    let plain = |outcomes: &[Outcome]| {
        let plain = outcomes.iter().map(|o| Outcome { seconds: 0.0, ..o.clone() });
        plain.collect::<Vec<_>>()
    };
    assert_eq!(plain(&one), plain(&two));
    let report = report(&one);
    assert_eq!((report.valid.n, report.valid.exact, report.bad.right), (20, 20, 20));
    assert_eq!((report.classes.len(), report.classes["fragment"].n), (10, 2));
}

#[test]
fn each_way_to_be_wrong_is_counted_as_what_it_is() {
    let counted = |action: Action| report(&measured(vec![Box::new(Always(action))], &[]));
    let wrong = counted(Action::Send(vec![0x45; 28]));
    assert_eq!((wrong.valid.vetoed, wrong.valid.unanswered, wrong.valid.exact), (20, 20, 0));
    assert_eq!((wrong.bad.answered, wrong.bad.passed, wrong.bad.right), (20, 0, 0));
    let silent = counted(Action::Drop("fragment".into()));
    assert_eq!((silent.valid.vetoed, silent.bad.right, silent.bad.misnamed), (20, 2, 18));
    assert_eq!((silent.classes["fragment"].right, silent.classes["short"].right), (2, 0));
    let lost = counted(Action::Fail("no idea".into()));
    assert_eq!((lost.valid.vetoed, lost.bad.misnamed), (20, 20));
    let away = counted(Action::Unavailable("no network".into()));
    assert_eq!((away.valid.n, away.bad.n, away.unavailable), (0, 0, 40));
    assert_eq!((wrong.median_ms, wrong.p95_ms), (Some(7.0), Some(7.0)));
    assert_eq!((away.median_ms, away.p95_ms), (None, None));
}

#[test]
fn a_record_goes_on_where_it_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let outcomes = measured(vec![Box::new(Nano::new())], &[]);
    let mut record = Record::open(&path, &plan(), "form bytes").unwrap();
    outcomes[..10].iter().for_each(|outcome| record.add("m", outcome).unwrap());
    let unavailable = Outcome { first: First::Unavailable, ..outcomes[10].clone() };
    record.add("m", &unavailable).unwrap();
    drop(record);
    let mut file = OpenAppend(&path).open();
    file.write_all(b"{\"model\":\"m\",\"outc").unwrap();

    let mut record = Record::open(&path, &plan(), "form bytes").unwrap();
    assert_eq!(record.done("m"), outcomes[..10]);
    assert_eq!(record.done("other"), []);
    let done: Vec<u64> = record.done("m").iter().map(|outcome| outcome.number).collect();
    let rest = measured(vec![Box::new(Nano::new())], &done);
    assert_eq!(rest.first().map(|outcome| outcome.number), Some(11));
    rest.iter().for_each(|outcome| record.add("m", outcome).unwrap());
    let all = Record::open(&path, &plan(), "form bytes").unwrap().done("m");
    assert_eq!(all.len(), 40);

    let other = Plan { seed: 4, ..plan() };
    for opened in [Record::open(&path, &other, "form bytes"), Record::open(&path, &plan(), "")] {
        assert!(matches!(opened, Err(RecordError::Other { .. })));
    }
    // Somebody else's file is left as it is, with or without an end of its line.
    for text in [r#"{"my":"report"}"#, "x", r#"{"schemata":1}"#] {
        std::fs::write(&path, text).unwrap();
        assert!(
            matches!(Record::open(&path, &plan(), ""), Err(RecordError::Foreign { .. })),
            "{text}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    std::fs::write(&path, r#"{"schem"#).unwrap();
    assert!(Record::open(&path, &plan(), "").is_ok(), "begun and killed");
    std::fs::write(&path, "once upon a time\n").unwrap();
    assert!(matches!(Record::open(&path, &plan(), ""), Err(RecordError::Foreign { line: 1, .. })));
    assert!(matches!(Record::open(folder.path(), &plan(), ""), Err(RecordError::File { .. })));
}

struct OpenAppend<'a>(&'a std::path::Path);

impl OpenAppend<'_> {
    fn open(&self) -> std::fs::File {
        std::fs::OpenOptions::new().append(true).open(self.0).unwrap()
    }
}

#[test]
fn a_stop_is_heard() {
    let stop = AtomicBool::new(false);
    let seen = Mutex::new(0);
    run(&plan(), vec![Box::new(Nano::new())], None, &[], &stop, |_| {
        *seen.lock().unwrap() += 1;
        stop.store(true, Ordering::Relaxed);
    });
    assert!((1..=2).contains(&*seen.lock().unwrap()));
}
