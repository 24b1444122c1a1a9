//! Tokens, estimated: a tokenizer is a provider's secret, and here a count need only be consistent.
//!
//! A text is cut into pieces, and each piece is one token, in counts as in streams: digits of a number
//! in twos and threes, words to eight letters with the space before them, other characters to three.
//! That comes to about four characters of English a token and two and a half digits of hex.

/// Letters of a word that are one token.
const WORD: usize = 8;
/// Other characters in a row that are one token.
const OTHER: usize = 3;

/// The pieces of `text`: together they are the text, and each is one token.
pub fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (run, after) = rest.split_at(run_length(rest));
        cut(run, &mut pieces);
        rest = after;
    }
    pieces
}

/// How many tokens `text` is.
pub fn count(text: &str) -> u64 {
    pieces(text).len() as u64
}

/// The bytes of the word that `text` begins with, a space before it included; else of all that is
/// before the next word.
fn run_length(text: &str) -> usize {
    let space = usize::from(text.starts_with(' '));
    let end_of = |from: usize, within: fn(char) -> bool| {
        text[from..].find(|c| !within(c)).map_or(text.len(), |end| from + end)
    };
    match end_of(space, char::is_alphanumeric) {
        end if end > space => end,
        _ => {
            let end = end_of(0, |c| !c.is_alphanumeric());
            // The last space belongs to the word that follows.
            let joins = end > 1 && end < text.len() && text[..end].ends_with(' ');
            end - usize::from(joins)
        }
    }
}

fn cut<'a>(run: &'a str, pieces: &mut Vec<&'a str>) {
    let word = run.strip_prefix(' ').unwrap_or(run);
    let is_number = word.chars().all(|c| c.is_ascii_hexdigit()) && word.contains(numeric);
    let sizes = match () {
        () if is_number => [2, 3],
        () if word.starts_with(char::is_alphanumeric) => [WORD, WORD],
        () => [OTHER, OTHER],
    };
    let (mut rest, mut space) = (run, run.len() - word.len());
    for size in sizes.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let end = rest.char_indices().nth(size + space).map_or(rest.len(), |(end, _)| end);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        (rest, space) = (after, 0);
    }
}

fn numeric(c: char) -> bool {
    c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text() {
        for text in ["", " ", "SEND 45000054", "a\n\n  b ", "{\"action\":\"send\"}", "é–ü 😀 12é"]
        {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("SEND 4500005"), ["SEND", " 45", "000", "05"]);
        assert_eq!(
            pieces("is not-for-me: drop"),
            ["is", " not", "-", "for", "-", "me", ":", " drop"]
        );
    }

    #[test]
    fn counts_are_of_the_usual_size() {
        assert_eq!(count(&"4500".repeat(42)), 68);
        let english = "Go through these in order and drop the packet at the first that holds. ";
        assert!((13..=20).contains(&count(english)), "{}", count(english));
    }

    #[test]
    fn the_longest_packet_is_cut_quickly() {
        assert!(count(&"4a".repeat(65_535)) > 50_000);
    }
}
