//! Protocols that somebody described in a program of their own. This brain understands three sentences of it:
//! what is done with the data, whether a line end stays where it is, and the type of a reply.

use wire::icmp;

use super::mind::Mind;
use super::programs::has_word;

/// The sentence up to what is done.
const SENTENCE: &str = "Reply with the data ";
/// The sentence on the type of a reply, up to the number.
const TYPE: &str = "The reply has type ";
/// The sentence on a line end.
const LINE_END: &str = "A line end stays at the end";
/// The octets before the data of an ICMP message.
const ICMP_HEADER: usize = 8;

/// What is done with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Capitals,
    Reversed,
    Unchanged,
}

/// The data that is replied with on UDP port `port`, if a program says so.
pub(super) fn data(mind: &mut Mind, port: u16, data: &[u8]) -> Option<Vec<u8>> {
    let (text, change) = program(mind, u32::from(port))?;
    mind.thoughts.say(format!("A program is for port {port}: the data comes back, {change:?}."));
    Some(changed(text, change, data))
}

/// The message, its checksum still 0, that `message` of ICMP or ICMPv6 is answered with, if a program is for
/// its type.
pub(super) fn message(mind: &mut Mind, protocol: &str, message: &[u8]) -> Option<Vec<u8>> {
    let [kind, 0, _, _, rest @ ..] = message else { return None };
    let is_known = match protocol {
        "ICMP" => icmp::type_name(*kind).is_some() && *kind < 253,
        _ => wire::icmpv6::type_name(*kind).is_some() && !matches!(kind, 200 | 201),
    };
    if is_known {
        return None;
    }
    let (text, change) = program(mind, u32::from(*kind))?;
    let (_, after) = text.split_once(TYPE)?;
    let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let reply_kind = after[..digits].parse().ok()?;
    mind.thoughts.say(format!("A program is for type {kind}: the reply has type {reply_kind}."));
    let (header, data) = rest.split_at(rest.len().min(ICMP_HEADER - 4));
    Some([&[reply_kind, 0, 0, 0], header, &changed(text, change, data)].concat())
}

/// The program that has that number in it, and what it says is done with data.
fn program<'t>(mind: &Mind<'t>, number: u32) -> Option<(&'t str, Change)> {
    let number = number.to_string();
    mind.programs.all().find_map(|text| {
        let (_, after) = text.split_once(SENTENCE)?;
        let change = Change::read(after)?;
        has_word(text, &number).then_some((text, change))
    })
}

/// The data as a program of that text wants it back.
fn changed(text: &str, change: Change, data: &[u8]) -> Vec<u8> {
    let line = data.strip_suffix(b"\n").filter(|_| text.contains(LINE_END));
    let (line, end) = data.split_at(line.unwrap_or(data).len());
    [&change.of(line), end].concat()
}

impl Change {
    fn read(text: &str) -> Option<Change> {
        let changes = [
            ("in capital letters", Change::Capitals),
            ("reversed", Change::Reversed),
            ("unchanged", Change::Unchanged),
        ];
        changes.into_iter().find(|(words, _)| text.starts_with(words)).map(|(_, change)| change)
    }

    fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Change::Capitals => data.to_ascii_uppercase(),
            Change::Reversed => data.iter().rev().copied().collect(),
            Change::Unchanged => data.to_vec(),
        }
    }
}
