//! Server-sent events (WHATWG HTML, section 9.2): the bytes of a streamed answer, taken apart as they
//! come. Ours rather than a crate because an answer may be hostile: a line has a longest length,
//! invalid UTF-8 is an error, and the line `error:` that older llama.cpp servers send is heard.

use super::BackendError;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data, lines joined by `\n`.
    pub data: String,
}

/// Takes events out of bytes that come in pieces of any size.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_return: bool,
    event: Event,
    has_data: bool,
}

/// Longest line, in bytes: many times what a token's delta needs.
pub const LONGEST_LINE: usize = 1 << 20;

impl Parser {
    /// Takes the next bytes and calls `each` with every event that they complete.
    ///
    /// # Errors
    /// A line that is too long or not UTF-8, or what `each` returns.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Event) -> Result<(), BackendError>,
    ) -> Result<(), BackendError> {
        for &byte in bytes {
            let second_half = byte == b'\n' && std::mem::take(&mut self.after_return);
            match byte {
                _ if second_half => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    if let Some(event) = self.end_of_line()? {
                        each(event)?;
                    }
                }
                _ if self.line.len() == LONGEST_LINE => {
                    return Err(BackendError::TooLong(LONGEST_LINE));
                }
                _ => {
                    self.after_return = false;
                    self.line.push(byte);
                }
            }
        }
        Ok(())
    }

    /// Takes the line that has just ended; an empty one completes an event.
    fn end_of_line(&mut self) -> Result<Option<Event>, BackendError> {
        let line = std::mem::take(&mut self.line);
        let line = std::str::from_utf8(&line)
            .map_err(|_| BackendError::Malformed("it sent invalid UTF-8".into()))?;
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.event.name = value.to_owned(),
            "data" => self.add(value),
            "error" => {
                self.event.name = "error".to_owned();
                self.add(value);
            }
            // A comment (no name before the colon), an id, or what is yet to be invented.
            _ => {}
        }
        Ok(None)
    }

    fn add(&mut self, value: &str) {
        if std::mem::replace(&mut self.has_data, true) {
            self.event.data.push('\n');
        }
        self.event.data += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pieces: &[&[u8]]) -> Result<Vec<(String, String)>, BackendError> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.feed(piece, |event| {
                events.push((event.name, event.data));
                Ok(())
            })?;
        }
        Ok(events)
    }

    fn pair(name: &str, data: &str) -> (String, String) {
        (name.into(), data.into())
    }

    #[test]
    fn events_of_every_shape() {
        let text = ": comment\r\nevent: a\r\ndata: 1\r\ndata:  2\r\n\r\nid: 7\n\ndata\n\n\
                    unknown: x\rdata:3\r\revent: lost\n\nerror: {}\n\ndata: unfinished\n";
        let expect = [pair("a", "1\n 2"), pair("", ""), pair("", "3"), pair("error", "{}")];
        assert_eq!(parse(&[text.as_bytes()]).unwrap(), expect);
        // An event without data is none, and its name goes with it.
        assert_eq!(parse(&[b"event: a\n\ndata: 1\n\n"]).unwrap(), [pair("", "1")]);
    }

    #[test]
    fn hostile_bytes() {
        let malformed = BackendError::Malformed("it sent invalid UTF-8".into());
        assert_eq!(parse(&[b"data: \xff\n\n"]), Err(malformed));
        assert_eq!(parse(&[&vec![b'x'; LONGEST_LINE]]), Ok(vec![]));
        let longer = vec![b'x'; LONGEST_LINE + 1];
        assert_eq!(parse(&[&longer]), Err(BackendError::TooLong(LONGEST_LINE)));
    }

    proptest! {
        #[test]
        fn cuts_between_bytes_do_not_matter(
            lines in prop::collection::vec("(data|event|:|error)?:? ?[a-zé:]{0,5}(\n|\r\n|\r|\n\n)", 0..12),
            cuts in prop::collection::vec(0..120usize, 0..6),
        ) {
            let text = lines.concat();
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|two| &bytes[two[0]..two[1]]).collect();
            prop_assert_eq!(parse(&pieces), parse(&[bytes]));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = parse(&[&bytes]);
        }
    }
}
