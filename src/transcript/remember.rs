//! What an answer wants remembered of its flow: the lines NOTE and TIMER before the decision, or the fields of
//! JSON in their place.

use crate::memory::{LONGEST_TIMER, Remember, Timer};

/// The word that forgets the notes.
const FORGET: &str = "-";
/// Most characters of a timer's name.
pub(crate) const LONGEST_NAME: usize = 32;

/// The last NOTE and every TIMER of an answer in prose. A line that is none of these is passed over.
pub(super) fn prose(answer: &str) -> Remember {
    let mut remember = Remember::default();
    for line in answer.lines() {
        let line = line.trim().trim_matches(['`', '*', '>', '#', '-', ' ']);
        if let Some(text) = after(line, "NOTE") {
            remember.note = note(text);
        } else if let Some(text) = after(line, "TIMER") {
            remember.timers.extend(timer(text));
        }
    }
    remember
}

/// The fields of a structured answer: `timers` holds several with semicolons between.
pub(super) fn fields(text: Option<&str>, timers: Option<&str>) -> Remember {
    let timers = timers.unwrap_or_default().split([';', '\n']).filter_map(|text| {
        let text = text.trim();
        timer(after(text, "TIMER").unwrap_or(text))
    });
    let note = text.filter(|text| !text.trim().is_empty()).and_then(note);
    Remember { note, timers: timers.collect() }
}

/// What follows a word in capitals at the start of a line.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
    ends.then(|| rest.trim_start_matches([':', '*']).trim())
}

/// A dash forgets, as nothing does: a note of nothing is none.
fn note(text: &str) -> Option<String> {
    Some(if text == FORGET { String::new() } else { text.to_owned() })
}

/// `retransmit 3`, `retransmit 3s` or `retransmit in 3 seconds`.
fn timer(text: &str) -> Option<Timer> {
    let mut words = text.split([' ', ',', '=', ':']).filter(|word| !word.is_empty());
    let name: String = words.next()?.chars().take(LONGEST_NAME).collect();
    let number = words.find(|word| *word != "in")?;
    let number = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds: f64 = number.parse().ok().filter(|seconds: &f64| *seconds >= 0.0)?;
    Some(Timer { name, seconds: seconds.min(LONGEST_TIMER.as_secs_f64()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timers(list: &[(&str, f64)]) -> Vec<Timer> {
        list.iter()
            .map(|(name, seconds)| Timer { name: (*name).into(), seconds: *seconds })
            .collect()
    }

    #[test]
    fn lines_before_the_decision() {
        let answer = "I think so.\nNOTE SYN-RECEIVED iss 1a2b\n**TIMER retransmit 3**\n\
                      TIMER expire in 60 seconds\nTIMER\nTIMER x soon\nNOTED.\nSEND 45";
        let remember = prose(answer);
        assert_eq!(remember.note.as_deref(), Some("SYN-RECEIVED iss 1a2b"));
        assert_eq!(remember.timers, timers(&[("retransmit", 3.0), ("expire", 60.0)]));
        assert_eq!(prose("NOTE -\nDROP tcp-reset").note.as_deref(), Some(""));
        assert_eq!(prose("NOTE one\nNOTE two").note.as_deref(), Some("two"));
        assert_eq!(prose("A NOTE on that\nDROP version"), Remember::default());
    }

    #[test]
    fn fields_of_json() {
        let both = fields(Some("seen 3"), Some("TIMER a 0.5; b 7s"));
        assert_eq!(
            (both.note.as_deref(), both.timers),
            (Some("seen 3"), timers(&[("a", 0.5), ("b", 7.0)]))
        );
        assert_eq!(fields(Some(""), Some("")), Remember::default());
        assert_eq!(fields(Some("-"), None).note.as_deref(), Some(""));
        assert_eq!(fields(None, Some("a -1; a nan; a 1e99")).timers, timers(&[("a", 3600.0)]));
    }
}
