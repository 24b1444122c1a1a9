//! A server of one page (RFC 1945): what has come of a request, and the whole of the answer.

use super::programs::{Programs, blocks};

/// The page of a host whose program has none.
const BUILT_IN: &str = "<!DOCTYPE html><title>softstack</title><h1>It works</h1>\
                        <p>A language model wrote this.</p>\n";
/// The octets of a request line that are waited for at most.
const LONGEST_LINE: usize = 120;

/// What has come of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// So much of its first line.
    Line(Vec<u8>),
    /// The first line, which asks for that, and headers; the last octets that came are these of a line end.
    Headers(Answer, Ending),
    /// All of it.
    Whole(Answer),
}

/// What the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Page,
    PageHead,
    Missing,
    MissingHead,
    Method,
    NoRequest,
}

/// How far what came is an empty line, which ends the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// In a line.
    Nothing,
    /// At the start of a line.
    Line,
    /// After a carriage return at the start of a line.
    Return,
}

impl Default for Request {
    fn default() -> Request {
        Request::Line(Vec::new())
    }
}

impl Request {
    /// What has come when `data` has come too.
    pub fn with(self, data: &[u8]) -> Request {
        data.iter().fold(self, |request, octet| request.and(*octet))
    }

    /// What there is to answer if no more comes.
    pub fn ended(&self) -> Answer {
        match self {
            Request::Whole(answer) => *answer,
            Request::Line(_) | Request::Headers(..) => Answer::NoRequest,
        }
    }

    fn and(self, octet: u8) -> Request {
        match (self, octet) {
            (Request::Line(line), b'\n') => match Answer::to(&line) {
                Answer::NoRequest => Request::Whole(Answer::NoRequest),
                answer => Request::Headers(answer, Ending::Line),
            },
            (Request::Line(line), _) if line.len() >= LONGEST_LINE => {
                Request::Whole(Answer::NoRequest)
            }
            (Request::Line(mut line), octet) => {
                line.push(octet);
                Request::Line(line)
            }
            (Request::Headers(answer, Ending::Line | Ending::Return), b'\n') => {
                Request::Whole(answer)
            }
            (Request::Headers(answer, Ending::Line), b'\r') => {
                Request::Headers(answer, Ending::Return)
            }
            (Request::Headers(answer, _), b'\n') => Request::Headers(answer, Ending::Line),
            (Request::Headers(answer, _), _) => Request::Headers(answer, Ending::Nothing),
            (whole, _) => whole,
        }
    }
}

impl Answer {
    /// All answers, with their names in notes.
    const NAMES: [(Answer, &'static str); 6] = [
        (Answer::Page, "page"),
        (Answer::PageHead, "page-head"),
        (Answer::Missing, "missing"),
        (Answer::MissingHead, "missing-head"),
        (Answer::Method, "method"),
        (Answer::NoRequest, "no-request"),
    ];

    /// Its name in notes.
    pub fn name(self) -> &'static str {
        Answer::NAMES.iter().find(|(answer, _)| *answer == self).map_or("", |(_, name)| name)
    }

    /// The answer of that name.
    pub fn named(name: &str) -> Option<Answer> {
        Answer::NAMES.iter().find(|(_, other)| *other == name).map(|(answer, _)| *answer)
    }

    /// All octets of it.
    pub fn text(self, programs: &Programs) -> Vec<u8> {
        let (status, kind, body) = match self {
            Answer::Page | Answer::PageHead => ("200 OK", "text/html", page(programs)),
            Answer::Missing | Answer::MissingHead => {
                ("404 Not Found", "text/plain", "no such page\n".into())
            }
            Answer::Method => ("501 Not Implemented", "text/plain", "GET or HEAD\n".into()),
            Answer::NoRequest => ("400 Bad Request", "text/plain", "not HTTP\n".into()),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.0 {status}\r\nServer: softstack\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        match self {
            Answer::PageHead | Answer::MissingHead => head.into_bytes(),
            _ => (head + &body).into_bytes(),
        }
    }

    /// What a request line asks for.
    fn to(line: &[u8]) -> Answer {
        let line = String::from_utf8_lossy(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, target, version] = words[..] else { return Answer::NoRequest };
        if !version.starts_with("HTTP/") {
            return Answer::NoRequest;
        }
        let is_page = ["/", "/index.html"].contains(&path(target));
        match (method, is_page) {
            ("GET", true) => Answer::Page,
            ("GET", false) => Answer::Missing,
            ("HEAD", true) => Answer::PageHead,
            ("HEAD", false) => Answer::MissingHead,
            _ => Answer::Method,
        }
    }
}

impl Ending {
    const NAMES: [(Ending, &'static str); 3] =
        [(Ending::Nothing, "text"), (Ending::Line, "line"), (Ending::Return, "return")];

    /// Its name in notes.
    pub fn name(self) -> &'static str {
        Ending::NAMES.iter().find(|(ending, _)| *ending == self).map_or("", |(_, name)| name)
    }

    /// The ending of that name.
    pub fn named(name: &str) -> Option<Ending> {
        Ending::NAMES.iter().find(|(_, other)| *other == name).map(|(ending, _)| *ending)
    }
}

/// The path of a request's target, without scheme, host and query.
fn path(target: &str) -> &str {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    }
}

/// The page: the last fenced block of the program HTTP, or the indented lines there that begin as one.
fn page(programs: &Programs) -> String {
    let section = programs.titled("HTTP").unwrap_or_default();
    let fenced = blocks(section);
    let is_html = |block: &&super::programs::Block| {
        block.language == "html" || block.text.trim_start().starts_with('<')
    };
    if let Some(block) = fenced.iter().rev().find(is_html) {
        return block.text.to_owned();
    }
    let lines = section.lines().skip_while(|line| !line.starts_with("    <"));
    let lines: Vec<&str> = lines.map_while(|line| line.strip_prefix("    ")).collect();
    if lines.is_empty() { BUILT_IN.to_owned() } else { lines.join("\n") + "\n" }
}
