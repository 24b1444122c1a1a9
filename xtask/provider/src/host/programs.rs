//! What the system prompt decides: the programs of services, which may be edited, are sections of Markdown.

/// The system prompt, which is made of programs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Programs<'t> {
    text: &'t str,
}

/// A fenced block of Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block<'t> {
    /// The word after the opening fence.
    pub language: &'t str,
    /// What is between the fences, with its last line end.
    pub text: &'t str,
}

impl<'t> Programs<'t> {
    /// Those of a system prompt.
    pub fn new(text: &'t str) -> Programs<'t> {
        Programs { text }
    }

    /// The section whose heading has that word in it, up to the next heading that is as high.
    pub fn titled(&self, word: &str) -> Option<&'t str> {
        let mut headings = headings(self.text);
        let (start, level, _) = headings.find(|(_, _, title)| has_word(title, word))?;
        let end = headings.find(|(_, other, _)| *other <= level).map_or(self.text.len(), |h| h.0);
        Some(&self.text[start..end])
    }

    /// The sections of the highest level: one for each program.
    pub fn all(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        let starts = headings(self.text).filter(|(_, level, _)| *level == 1).map(|(at, _, _)| at);
        let starts: Vec<usize> = starts.collect();
        let ends = starts.iter().skip(1).copied().chain([self.text.len()]).collect::<Vec<_>>();
        let text = self.text;
        starts.into_iter().zip(ends).map(move |(start, end)| &text[start..end])
    }
}

/// The fenced blocks of a section.
pub(super) fn blocks(section: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None, 0);
    for line in section.split_inclusive('\n') {
        let end = at + line.len();
        let fence = line.trim_start().strip_prefix("```");
        open = match (open, fence) {
            (None, Some(language)) => Some((language.trim(), end)),
            (Some((language, start)), Some(_)) => {
                blocks.push(Block { language, text: &section[start..at] });
                None
            }
            (open, None) => open,
        };
        at = end;
    }
    blocks
}

/// Whether `text` has `word` in it, and neither letter nor digit beside it.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// The headings outside of fences: where, of which level, and their text.
fn headings(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let (mut at, mut is_fenced) = (0, false);
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        }
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        (!is_fenced && level > 0 && title.starts_with(' ')).then(|| (start, level, title.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# You are a host\n\n## Read\n\n# HTTP\n\n## Build\n\n```html\n# no heading\n```\n\n\
                        ```\nlast\n```\n\n# DNS\n\nnames\n";

    #[test]
    fn sections_and_their_blocks() {
        let programs = Programs::new(TEXT);
        let section = programs.titled("HTTP").unwrap();
        assert!(section.starts_with("# HTTP\n") && section.ends_with("last\n```\n\n"));
        let found = blocks(section);
        assert_eq!(found[0], Block { language: "html", text: "# no heading\n" });
        assert_eq!((found.len(), found[1].text), (2, "last\n"));
        assert_eq!(programs.titled("DNS"), Some("# DNS\n\nnames\n"));
        assert_eq!(programs.titled("NS"), None);
        assert_eq!(programs.all().count(), 3);
    }

    #[test]
    fn words() {
        assert!(has_word("port 4000.", "4000") && has_word("4000", "4000"));
        assert!(!has_word("port 40001, 14000", "4000"));
    }
}
