//! Several minds in turn: the next is asked about a packet when the one before has used up its
//! attempts, because the judge objected or because it could not tell. Each starts afresh, without the
//! objections to another's reply.

use verify::Finding;

use super::{Event, Mind, Shown, Thought};

/// Minds in the order in which they are asked.
pub struct Cascade {
    members: Vec<Box<dyn Mind>>,
    /// Who is being asked about the present packet.
    current: usize,
    /// The attempts at it that are used up by those before.
    used: u32,
}

impl Cascade {
    /// Asks `members` in that order; there must be one at least.
    pub fn new(members: Vec<Box<dyn Mind>>) -> Cascade {
        assert!(!members.is_empty(), "a cascade has members");
        Cascade { members, current: 0, used: 0 }
    }
}

impl Mind for Cascade {
    fn name(&self) -> String {
        self.members.iter().map(|member| member.name()).collect::<Vec<_>>().join(",")
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
        show: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        if attempt == 1 {
            (self.current, self.used) = (0, 0);
        }
        let mut objections = objections;
        loop {
            let member = self.members.get_mut(self.current)?;
            let thought = member.think(event, attempt - self.used, objections, show);
            if thought.is_some() {
                return thought;
            }
            (self.current, self.used) = (self.current + 1, attempt - 1);
            objections = &[];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mind::Action;

    /// Tries that often and says of each attempt how many objections it heard.
    struct Tries(&'static str, u32);

    impl Mind for Tries {
        fn name(&self) -> String {
            self.0.into()
        }

        fn think(
            &mut self,
            _: &Event,
            attempt: u32,
            objections: &[Finding],
            _: &mut dyn FnMut(Shown),
        ) -> Option<Thought> {
            let heard = format!("{} {attempt} {}", self.0, objections.len());
            (attempt <= self.1).then(|| Thought {
                action: Action::Fail(heard),
                model: self.0.into(),
                tokens: 0,
                took: Duration::ZERO,
                spending: None,
                answer: None,
                remember: Default::default(),
            })
        }
    }

    #[test]
    fn each_has_its_attempts_and_hears_its_own_objections() {
        let mut cascade = Cascade::new(vec![Box::new(Tries("a", 2)), Box::new(Tries("b", 1))]);
        assert_eq!(cascade.name(), "a,b");
        let host = verify::Host::echo([10, 0, 0, 1].into(), None);
        let event = Event::new(host.clone(), 1, vec![]);
        let veto = verify::admit(&host, &[], vec![0x45]).unwrap_err();
        let heard = veto.findings.len();
        assert_ne!(heard, 0);
        for _ in 0..2 {
            let mut said = Vec::new();
            for attempt in 1.. {
                let objections = if attempt == 1 { &[] } else { &veto.findings[..] };
                let Some(thought) = cascade.think(&event, attempt, objections, &mut |_| {}) else {
                    break;
                };
                said.push(thought.action);
            }
            let expect = ["a 1 0".to_owned(), format!("a 2 {heard}"), "b 1 0".to_owned()];
            assert_eq!(said, expect.map(Action::Fail));
        }
    }
}
