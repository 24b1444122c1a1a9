//! Notices: what a person should be told once, from wherever in the packet's journey it is found out
//! (a budget that is spent, a parameter that a model refuses). They wait here until the stack writes them
//! into the journal.

use std::sync::{Arc, Mutex, MutexGuard};

/// A place to leave notices; every clone is the same place.
#[derive(Debug, Clone, Default)]
pub struct Notices(Arc<Mutex<Vec<String>>>);

impl Notices {
    /// Leaves a notice.
    pub fn leave(&self, text: String) {
        self.lock().push(text);
    }

    /// Takes what was left since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().expect("no thread panicked")
    }
}
