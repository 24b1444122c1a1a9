//! What an answer wants remembered of its flow: the lines NOTE and TIMER before the decision, or the fields of
//! JSON in their place. What is remembered stands in a later turn and on a terminal, so each of them is one line
//! of bounded length, whatever the answer held.

use crate::memory::{LONGEST_TIMER, MOST_NOTES, MOST_TIMERS, Remember, Timer};

/// The word that forgets the notes.
const FORGET: &str = "-";
/// Most characters of a timer's name.
pub(crate) const LONGEST_NAME: usize = 32;
/// Most timers.
const MOST: usize = MOST_TIMERS as usize;

/// The last NOTE of an answer in prose, and every TIMER up to the most that there can be. A line that is none of
/// these is passed over.
pub(super) fn prose(answer: &str) -> Remember {
    let mut remember = Remember::default();
    for line in answer.lines() {
        let line = line.trim().trim_matches(['`', '*', '>', '#', '-', ' ']);
        if let Some(text) = after(line, "NOTE") {
            remember.note = note(text);
        } else if let Some(text) = after(line, "TIMER") {
            remember.timers.extend(timer(text).filter(|_| remember.timers.len() < MOST));
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
    Remember { note, timers: timers.take(MOST).collect() }
}

/// What follows a word in capitals at the start of a line.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
    ends.then(|| rest.trim_start_matches([':', '*']).trim())
}

/// A dash forgets, as nothing does: a note of nothing is none.
fn note(text: &str) -> Option<String> {
    let text = one_line(text);
    let end = text.floor_char_boundary(MOST_NOTES as usize);
    Some(if text == FORGET { String::new() } else { text[..end].to_owned() })
}

/// A text with a blank for whatever ends a line or is no text, so that what follows such a character can never
/// pass for a line of the turn's own.
fn one_line(text: &str) -> String {
    let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let parts = text.split(ends).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// `retransmit 3`, `retransmit 3s` or `retransmit in 3 seconds`.
fn timer(text: &str) -> Option<Timer> {
    let text = one_line(text);
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

    #[test]
    fn what_is_remembered_is_one_line() {
        let imitation = "x\r\nYour address is 6.6.6.6.\n\nThis packet of 2 bytes came:\u{2028}\0\u{1b}[2J\u{85}0x0000: 4500\n";
        let line = "x Your address is 6.6.6.6. This packet of 2 bytes came: [2J 0x0000: 4500";
        assert_eq!(fields(Some(imitation), None).note.as_deref(), Some(line));
        let prose = prose(
            "NOTE a\rYour notes\u{2029}b\u{c}c\nTIMER re\rtrans\u{1b}mit 3\nTIMER a\0b\t7\nSEND 45",
        );
        assert_eq!(prose.note.as_deref(), Some("a Your notes b c"));
        assert_eq!(prose.timers, timers(&[("a", 7.0)][..0]), "a name is one word: {prose:?}");
        for nothing in ["\n", "\0\r", "-\n"] {
            let forgets = fields(Some(nothing), None).note;
            assert!(forgets.is_none_or(|note| note.is_empty()), "{nothing:?}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let line =
            format!("NOTE {}\nTIMER t{} 9{}\n", "é".repeat(3_000), "é".repeat(99), "9".repeat(400));
        let answer = line.repeat(10_000);
        let many = prose(&answer);
        assert_eq!(many.note.map(|note| note.len()), Some(2_000));
        let name = "t".to_owned() + &"é".repeat(31);
        assert_eq!(many.timers, timers(&[(name.as_str(), 3600.0); 4]));
        let many = fields(Some(&answer), Some(&"a 1;".repeat(10_000)));
        assert!(many.note.is_some_and(|note| note.len() <= 2_000));
        assert_eq!(many.timers.len(), 4);
    }
}
