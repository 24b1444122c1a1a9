//! Whole hosts, with the stand-in's reference host for a model: judge and stand-in were written apart, so where
//! they disagree about a packet one of them is wrong.

use provider::answer::answer;
use provider::{Brain, Fault, Turn};

use super::*;
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
        let turn = Turn::read("m", prompt.system(false), &prompt.turn, None);
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
    Plan { count, seed, lengths: (28, 200), protocols: protocols.to_vec() }
}

fn outcomes(plan: &Plan, mind: impl Mind + 'static) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let stop = AtomicBool::new(false);
    run(plan, vec![Box::new(mind)], None, &[], &stop, |outcome| outcomes.push(outcome));
    outcomes
}

#[test]
fn the_reference_host_is_right_about_every_packet() {
    let plan = whole(11, 300, &Protocol::ALL);
    let outcomes = outcomes(&plan, StandIn(Form::Bytes, Brain::Correct));
    let mut wrong = 0;
    for outcome in &outcomes {
        if let Some(said) = &outcome.said {
            wrong += 1;
            let case = plan.case(outcome.number);
            let packet = wire::hex::encode(&case.packet);
            eprintln!(
                "{} {} {:?} {:?}\n  {packet}\n  {said}",
                outcome.protocol, outcome.number, outcome.fault, outcome.first
            );
            if let Some(reply) = said.strip_prefix("send ") {
                let reply = wire::hex::parse(reply).unwrap();
                for finding in
                    Session::new((*case.host).clone()).judge(NOW, case.occasion(), Some(&reply))
                {
                    eprintln!("    {finding}");
                }
            }
        }
    }
    assert_eq!(wrong, 0);
    let report = report(&outcomes);
    for (protocol, tally) in &report.protocols {
        let (sound, faulty) = (&tally.sound, &tally.faulty);
        assert_eq!((sound.n, faulty.right), (300, 300), "{protocol}");
        match protocol {
            // The shipped programs drop what has a protocol that they do not describe.
            Protocol::Unreachable | Protocol::Unreachable6 => {
                assert_eq!(sound.exact + sound.silent, 300);
                assert!((40..110).contains(&sound.silent), "{protocol}: {sound:?}");
            }
            _ => assert_eq!(sound.exact, 300, "{protocol}: {sound:?}"),
        }
    }
}
