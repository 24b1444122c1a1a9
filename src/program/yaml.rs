//! YAML as a tree, with the line of everything in it: scalars, lists and maps. What front matter has no use
//! for (anchors and aliases, tags, more than one document, depth) is a mistake.

use saphyr_parser::{Event, Parser, ScanError, Span, StrInput};

/// How deep lists and maps may lie in each other: values in a list in an alternative in the claims.
const MAX_DEPTH: usize = 6;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// The line at which it begins.
    pub line: usize,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// The line of a fault, and what it is.
pub(super) type Fault = (usize, String);

/// Reads YAML whose first line is the line `first` of its file.
pub(super) fn parse(text: &str, first: usize) -> Result<Node, Fault> {
    let mut reader = Reader { parser: Parser::new_from_str(text), first, line: first };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) => {}
            Event::StreamEnd => return Err((first, "the front matter is empty".into())),
            event => {
                let node = reader.node(event, 0)?;
                return reader.end().map(|()| node);
            }
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    first: usize,
    /// Where the last event began.
    line: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = self.place(&span);
                Ok(event)
            }
            Some(Err(error)) => Err(self.fault(&error)),
            None => Ok(Event::StreamEnd),
        }
    }

    fn place(&self, span: &Span) -> usize {
        self.first + span.start.line().saturating_sub(1)
    }

    fn fault(&self, error: &ScanError) -> Fault {
        let line = self.first + error.marker().line().saturating_sub(1);
        (line, format!("this is no YAML: {}", error.info()))
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Node, Fault> {
        let line = self.line;
        let plain = match &event {
            Event::Alias(_) => false,
            Event::Scalar(_, _, anchor, tag) => *anchor == 0 && tag.is_none(),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                *anchor == 0 && tag.is_none()
            }
            _ => true,
        };
        if !plain {
            return Err((line, "write the value out: &, * and ! have no meaning here".into()));
        }
        if depth > MAX_DEPTH {
            return Err((line, "nothing in front matter lies as deep as this".into()));
        }
        let content = match event {
            Event::Scalar(text, ..) => Content::Scalar(text.into_owned()),
            Event::SequenceStart(..) => Content::List(self.list(depth)?),
            Event::MappingStart(..) => Content::Map(self.map(depth)?),
            _ => return Err((line, "a value is missing here".into())),
        };
        Ok(Node { line, content })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(list),
                event => list.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Fault> {
        let mut map = Vec::new();
        loop {
            match self.next()? {
                Event::MappingEnd => return Ok(map),
                event => {
                    let key = self.node(event, depth + 1)?;
                    let event = self.next()?;
                    map.push((key, self.node(event, depth + 1)?));
                }
            }
        }
    }

    /// That nothing follows.
    fn end(&mut self) -> Result<(), Fault> {
        loop {
            match self.next()? {
                Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(()),
                _ => return Err((self.line, "the front matter is one document".into())),
            }
        }
    }
}

impl Node {
    /// The text of a scalar; nothing for a list, a map and an empty value.
    pub fn scalar(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) if !matches!(text.as_str(), "" | "~" | "null") => Some(text),
            _ => None,
        }
    }

    /// The values of a list; one that stands alone is a list of one. Nothing for a map and an empty value.
    pub fn several(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(list) => Some(list),
            Content::Scalar(_) => self.scalar().map(|_| std::slice::from_ref(self)),
            Content::Map(_) => None,
        }
    }
}
