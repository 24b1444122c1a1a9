//! Reasoning in sentences: a step says what it found, and whether that is as it should be.

use wire::checksum;

/// What a step finds, or the reason to drop the packet.
pub(super) type Step<T = ()> = Result<T, &'static str>;

/// The sentences so far.
#[derive(Debug, Default)]
pub(super) struct Thoughts(Vec<String>);

impl Thoughts {
    /// Takes a step: what was found, and what that is, good or bad.
    pub fn check(
        &mut self,
        reason: &'static str,
        holds: bool,
        said: impl AsRef<str>,
        is: [&str; 2],
    ) -> Step {
        self.say(format!("{}, {}.", said.as_ref(), is[usize::from(!holds)]));
        if holds { Ok(()) } else { Err(reason) }
    }

    /// Whether `bytes`, and before them words whose sum is `before`, have the right checksum among them.
    pub fn verify(
        &mut self,
        reason: &'static str,
        covered: &str,
        before: u16,
        bytes: &[u8],
    ) -> Step {
        let sum = checksum::add16(before, checksum::sum(bytes));
        let said = format!("{covered} add up to {sum:04x}");
        self.check(reason, sum == 0xffff, said, ["as they must", "not to ffff"])
    }

    /// Adds a sentence.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.0.push(sentence.into());
    }
}

impl From<Thoughts> for Vec<String> {
    fn from(thoughts: Thoughts) -> Vec<String> {
        thoughts.0
    }
}
