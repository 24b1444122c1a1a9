//! A table that forgets what came first once it is full.

use std::collections::{HashMap, VecDeque};

use super::REMEMBERED;

/// What was seen lately, by the digest of its key.
#[derive(Debug)]
pub(super) struct Recent<T> {
    entries: HashMap<u64, T>,
    order: VecDeque<u64>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent { entries: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Recent<T> {
    pub(super) fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        self.entries.get_mut(&key)
    }

    /// Puts an entry in, and gives back the one it takes the place of.
    pub(super) fn insert(&mut self, key: u64, entry: T) -> Option<T> {
        let before = self.entries.insert(key, entry);
        if before.is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        before
    }

    /// What is there, oldest first; the table is empty afterwards.
    pub(super) fn drain(&mut self) -> Vec<T> {
        let order = std::mem::take(&mut self.order);
        order.into_iter().filter_map(|key| self.entries.remove(&key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten() {
        let mut recent = Recent::default();
        for key in 0..=REMEMBERED as u64 {
            assert_eq!(recent.insert(key, key), None);
        }
        assert_eq!(recent.get_mut(0), None);
        assert_eq!(recent.insert(1, 7), Some(1));
        assert_eq!(recent.drain().len(), REMEMBERED);
        assert!(recent.drain().is_empty());
    }
}
