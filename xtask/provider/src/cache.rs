//! The cache of prompts (platform.claude.com/docs/en/build-with-claude/prompt-caching): a beginning that
//! was marked and is long enough is written once and read by later requests; reading keeps it alive.
//! It can be read from the moment when the answer that wrote it has begun.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use crate::completion::{Asked, Usage};

const FIVE_MINUTES: Duration = Duration::from_secs(300);
const AN_HOUR: Duration = Duration::from_secs(3_600);

/// A beginning of a prompt up to where a request marks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    fingerprint: u64,
    /// Its tokens.
    pub tokens: u64,
    /// Whether it is kept for an hour instead of five minutes.
    pub for_an_hour: bool,
}

impl Prefix {
    /// The beginning that `content` is; whatever else it depends on belongs in there too.
    pub fn new(content: impl Hash, tokens: u64, for_an_hour: bool) -> Prefix {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Prefix { fingerprint: hasher.finish(), tokens, for_an_hour }
    }

    fn lives(&self) -> Duration {
        if self.for_an_hour { AN_HOUR } else { FIVE_MINUTES }
    }
}

/// What was written before.
#[derive(Debug, Default)]
pub struct Cache {
    entries: HashMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    from: Instant,
    until: Instant,
}

impl Cache {
    /// What a request uses of its prompt; the answer begins at `begins`.
    pub fn charge(&mut self, asked: &Asked, now: Instant, begins: Instant) -> Usage {
        self.entries.retain(|_, entry| entry.until > now);
        let long_enough = |prefix: &&Prefix| prefix.tokens >= asked.model.min_cacheable;
        let prefixes: Vec<&Prefix> = asked.prefixes.iter().filter(long_enough).collect();
        let known = |prefix: &&&Prefix| {
            self.entries.get(&prefix.fingerprint).is_some_and(|entry| entry.from <= now)
        };
        let read = prefixes.iter().rfind(known).map_or(0, |prefix| prefix.tokens);
        let written = prefixes.last().map_or(0, |prefix| prefix.tokens) - read;
        for prefix in &prefixes {
            let entry = self.entries.entry(prefix.fingerprint);
            let entry = entry.or_insert(Entry { from: begins, until: begins });
            entry.until = begins + prefix.lives();
        }
        let hour = prefixes.last().is_some_and(|prefix| prefix.for_an_hour);
        Usage {
            input: asked.input.saturating_sub(read + written),
            read,
            written: if hour { 0 } else { written },
            written_for_an_hour: if hour { written } else { 0 },
            ..Usage::default()
        }
    }
}
