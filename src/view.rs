//! The live view: journal records as a person likes to read them, in 80 columns, with colour where
//! the terminal has it and NO_COLOR does not forbid it. Where several packets are thought about at once,
//! one is shown as it goes and the others when their turn comes. `replay` shows a recorded journal through
//! the same eyes.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wire::{Link, Packet, dissect};

use crate::admission::Refusal;
use crate::backend::Spending;
use crate::journal::{Act, Objection, Record, Sink, Statistics};
use crate::memory::Timer;
use page::{Page, Prose};
pub use page::{marked, printable, wrapped};

mod page;

const TITLE: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const REMARK: Style = AnsiColor::Yellow.on_default();

/// Shows records on a terminal or in a log file.
pub struct View<W> {
    out: W,
    detail: Detail,
    /// Packets that are being thought about, in the order in which they came; the first is shown as it
    /// goes.
    open: VecDeque<Open>,
    /// Packets of which it was told, quietly, that no decision came out.
    told: BTreeSet<u64>,
    /// What packets begin with, as the first record says.
    link: Link,
}

/// A packet that is being thought about.
#[derive(Default)]
struct Open {
    packet: u64,
    /// What is still to be printed of it.
    page: Page,
    /// The line of reasoning under way: all of it, and how far it is on the page.
    line: String,
    prose: Prose,
    attempt: u32,
    /// Whether the last thought was of a reply.
    sends: bool,
    is_over: bool,
}

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every line of reasoning.
    Full,
    /// What the pinger says, and what goes wrong.
    Quiet,
}

impl<W: Write> View<W> {
    /// A view on `out`; pass [`anstream::stdout`] for colour that knows when to stay away.
    pub fn new(out: W, detail: Detail) -> View<W> {
        View { out, detail, open: VecDeque::new(), told: BTreeSet::new(), link: Link::RawIp }
    }

    /// Takes a record of one packet.
    fn of_packet(&mut self, packet: u64, record: &Record) -> io::Result<()> {
        if let Record::Request { .. } | Record::Timer { .. } = record {
            self.open.push_back(Open { packet, ..Open::default() });
        }
        // A journal that begins in the middle has records without a request.
        if !self.open.iter().any(|open| open.packet == packet) {
            self.open.push_back(Open { packet, ..Open::default() });
        }
        let open = self.open.iter_mut().find(|open| open.packet == packet).expect("it was found");
        open.take(record, self.link);
        self.print()
    }

    /// Prints what the first packet has to show, and when it is over, what the next one has.
    fn print(&mut self) -> io::Result<()> {
        while let Some(open) = self.open.front_mut() {
            self.out.write_all(std::mem::take(&mut open.page.0).as_bytes())?;
            if !open.is_over {
                break;
            }
            self.open.pop_front();
        }
        self.out.flush()
    }

    /// Prints lines that belong to no packet, on lines of their own.
    fn aside(&mut self, write: impl FnOnce(&mut Page)) -> io::Result<()> {
        let mut page = Page::default();
        if let Some(open) = self.open.front_mut() {
            open.prose.interrupt(&mut page);
        }
        write(&mut page);
        self.out.write_all(page.0.as_bytes())?;
        self.out.flush()
    }
}

impl<W: Write + Send> Sink for View<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match (record, self.detail) {
            (Record::Pinger { text }, _) => self.aside(|page| page.line(text)),
            (Record::Notice { text }, _) => {
                self.aside(|page| page.styled(REMARK, &format!("softstack: {text}")))
            }
            (Record::Thought { packet, action, reason, model, .. }, Detail::Quiet)
                if matches!(action, Act::Fail | Act::Unavailable) =>
            {
                let what = what(*action, reason.as_deref());
                self.told.insert(*packet);
                self.aside(|page| page.styled(BAD, &format!("#{packet} {model}: {what}")))
            }
            // That nothing was decided says it all.
            (Record::Verdict { packet, .. }, Detail::Quiet) if self.told.remove(packet) => Ok(()),
            (Record::Verdict { admitted: false, findings, packet, .. }, Detail::Quiet) => self
                .aside(|page| {
                    page.line(&format!("#{packet}"));
                    verdict(page, false, findings);
                }),
            (_, Detail::Quiet) => Ok(()),
            (
                Record::Start {
                    program,
                    model,
                    address,
                    ipv6,
                    mac,
                    link,
                    form,
                    checksum_offload,
                    ..
                },
                _,
            ) => {
                self.link = if mac.is_some() { Link::Ethernet } else { Link::RawIp };
                let also = ipv6.map(|address| address.to_string()).into_iter().chain(mac.clone());
                let address =
                    [address.clone()].into_iter().chain(also).collect::<Vec<_>>().join(" ");
                let form = form.map(|form| format!(", replies in {}", form.name()));
                let offload = if *checksum_offload { ", with checksum offload" } else { "" };
                let form = form.unwrap_or_default();
                let title = format!("{program}: {model} is {address} on {link}{form}{offload}");
                self.aside(|page| page.styled(TITLE, &title))
            }
            (Record::Overflow { dropped }, _) => self.aside(|page| {
                let text = format!("   too many packets wait: {dropped} dropped unread so far");
                page.styled(REMARK, &text);
            }),
            (Record::Refused { reason, packets }, _) => self.aside(|page| {
                page.styled(REMARK, &format!("   {}: {packets} so far", refusal(*reason)));
            }),
            (Record::End { statistics }, _) => self.aside(|page| end(page, statistics)),
            (
                Record::Request { packet, .. }
                | Record::Timer { packet, .. }
                | Record::Reasoning { packet, .. }
                | Record::Thought { packet, .. }
                | Record::Verdict { packet, .. }
                | Record::Reply { packet, .. }
                | Record::Silence { packet, .. },
                _,
            ) => self.of_packet(*packet, record),
        }
    }

    fn piece(&mut self, packet: u64, attempt: u32, text: &str) -> io::Result<()> {
        if self.detail == Detail::Quiet {
            return Ok(());
        }
        let Some(open) = self.open.iter_mut().find(|open| open.packet == packet) else {
            return Ok(());
        };
        open.attempt = attempt;
        open.line += text;
        let line = std::mem::take(&mut open.line);
        open.reason(&line, false);
        open.line = line;
        self.print()
    }
}

impl Open {
    fn take(&mut self, record: &Record, link: Link) {
        let page = &mut self.page;
        match record {
            Record::Request { packet, bytes, notes, .. } => {
                request(page, *packet, (link, bytes));
                remembered(page, notes);
            }
            Record::Timer { packet, name, notes, .. } => {
                page.line("");
                page.styled(TITLE, &format!("#{packet} the timer {name} went off"));
                remembered(page, notes);
            }
            Record::Reasoning { attempt, text, .. } => {
                self.attempt = *attempt;
                self.reason(text, true);
                self.line.clear();
            }
            Record::Thought {
                action,
                reason,
                model,
                tokens,
                seconds,
                spending,
                note,
                timers,
                ..
            } => {
                self.sends = *action == Act::Send;
                let (what, took) = (what(*action, reason.as_deref()), duration(*seconds));
                match spending {
                    None => {
                        page.line(&format!("   = {what}, by {model}, {tokens} tokens in {took}"))
                    }
                    Some(spending) => {
                        page.line(&format!("   = {what}, by {model} in {took}"));
                        page.line(&format!("     {}", cost(spending)));
                    }
                }
                if let Some(note) = note {
                    page.line(&format!(
                        "     notes: {}",
                        if note.is_empty() { "none" } else { note }
                    ));
                }
                for Timer { name, seconds } in timers {
                    page.line(&format!("     timer {name} in {}", duration(*seconds)));
                }
            }
            Record::Verdict { admitted: true, findings, .. }
                if !self.sends && findings.is_empty() =>
            {
                page.styled(GOOD, "   ✓ no reply is due, says the judge");
            }
            Record::Verdict { admitted, findings, .. } => verdict(page, *admitted, findings),
            Record::Reply { bytes, seconds, .. } => {
                reply(page, (link, bytes), *seconds);
                self.is_over = true;
            }
            Record::Silence { reason, seconds, .. } => {
                page.line(&format!("   nothing sent ({reason}), {}", duration(*seconds)));
                self.is_over = true;
            }
            _ => {}
        }
    }

    /// Prints a line of reasoning, or what has come of it.
    fn reason(&mut self, line: &str, ends: bool) {
        let mark = if self.attempt <= 1 { "│" } else { "┃" };
        self.prose.go_on(&mut self.page, mark, line, ends);
    }
}

/// What the model noted before.
fn remembered(page: &mut Page, notes: &str) {
    if !notes.is_empty() {
        page.styled(DIM, &format!("   notes    {notes}"));
    }
}

fn request(page: &mut Page, packet: u64, (link, bytes): (Link, &str)) {
    let Ok(bytes) = wire::hex::parse(bytes) else { return };
    let dissection = dissect::frame(&Packet::new(link, &bytes, bytes.len()));
    page.line("");
    page.styled(TITLE, &format!("#{packet} {}", dissection.summary()));
    for layer in &dissection.layers {
        let fields = layer.fields.iter().map(|field| {
            let name = field.name.rsplit('.').next().unwrap_or(field.name);
            format!("{name} {}", shortened(&field.value.to_string()))
        });
        page.list(DIM, &format!("   {:<7} ", layer.name), fields);
    }
}

fn what(action: Act, reason: Option<&str>) -> String {
    match (action, reason) {
        (Act::Fail, Some(reason)) => format!("no decision: {reason}"),
        (Act::Drop, Some(reason)) => format!("silence: {reason}"),
        (Act::Pass, Some(reason)) => format!("not for this model: {reason}"),
        (Act::Unavailable, Some(reason)) => format!("no answer: {reason}"),
        _ => "a reply".to_owned(),
    }
}

/// What a hosted model used.
fn cost(Spending { usage, usd }: &Spending) -> String {
    let about = if usage.estimated { "about " } else { "" };
    let cached = match usage.cached {
        0 => String::new(),
        cached => format!(" ({cached} of them from a cache)"),
    };
    let (read, written) = (usage.total() - usage.output, usage.output);
    let usd = usd.filter(|usd| *usd > 0.0).map(|usd| format!(", ${usd:.6}")).unwrap_or_default();
    format!("{about}{read} tokens read{cached}, {written} written{usd}")
}

fn verdict(page: &mut Page, admitted: bool, findings: &[Objection]) {
    // Nobody wrote anything that could be vetoed.
    let unanswered = findings.iter().any(|finding| finding.rule == "exchange.unanswered");
    match admitted {
        true => page.styled(GOOD, "   ✓ admitted by the judge"),
        false if unanswered => page.styled(BAD, "   ✗ the judge misses a reply"),
        false => page.styled(BAD, "   ✗ vetoed by the judge"),
    }
    for finding in findings {
        let style = if admitted { REMARK } else { BAD };
        let Objection { rule, rfc, section, level, message, .. } = finding;
        page.styled(style, &format!("     {rule} (RFC {rfc} {section}, {level}): {message}"));
    }
}

fn reply(page: &mut Page, (link, bytes): (Link, &str), seconds: f64) {
    let Ok(bytes) = wire::hex::parse(bytes) else { return };
    let dissection = dissect::frame(&Packet::new(link, &bytes, bytes.len()));
    page.styled(TITLE, &format!("   {}", dissection.summary()));
    page.line(&format!("   on the wire {} after the request came", duration(seconds)));
}

fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Queue => "dropped unread, because too many waited",
        Refusal::Rate => "refused, because their sources ask too often",
        Refusal::Size => "refused, because they are too long",
        Refusal::Station => "passed over, for other stations or groups",
        Refusal::Ipv6 => "passed over: IPv6, which the host does not speak",
        Refusal::Duplicate => "refused, because the same packet is being thought about",
        Refusal::Late => "refused, because they waited too long",
        Refusal::Budget => "refused, because the budget is spent",
    }
}

fn end(page: &mut Page, statistics: &Statistics) {
    let Statistics {
        received, replied, silent, vetoed, unanswered, overflowed, tokens, late, ..
    } = statistics;
    let median = statistics
        .median_seconds
        .map(|seconds| format!("; median {} from request to reply", duration(seconds)));
    page.line("");
    page.line(&format!(
        "{received} packets: {replied} answered, {silent} met with silence, {unanswered} unanswered,"
    ));
    page.line(&format!(
        "{overflowed} dropped unread; {vetoed} vetoes; {tokens} tokens{}",
        median.unwrap_or_default()
    ));
    if *late > 0 {
        page.line(&format!("{late} replies came too late and were not sent"));
    }
    for (reason, packets) in &statistics.refused {
        page.line(&format!("{packets} {}", refusal(*reason)));
    }
    if let Some(Spending { usage, usd }) = &statistics.spending
        && usage.total() > 0
    {
        let usd = match usd {
            Some(0.0) => String::new(),
            Some(usd) => format!("; ${usd:.6}"),
            None => "; at an unknown price".to_owned(),
        };
        page.line(&format!(
            "tokens: {} read, {} from a cache, {} into a cache, {} written{usd}",
            usage.input, usage.cached, usage.cache_written, usage.output
        ));
    }
}

/// A line for the person at standard error. When nobody reads that either, it is lost: no reason to
/// stop answering packets.
pub fn tell(text: &str) {
    let lines = text.lines().map(printable).collect::<Vec<_>>().join("\n");
    let _ = writeln!(io::stderr(), "{lines}");
}

/// A field's value, cut where it is long.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// A duration as people say it.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasoning(packet: u64, text: &str) -> Record {
        Record::Reasoning { packet, attempt: 1, text: text.into() }
    }

    fn request(packet: u64) -> Record {
        let (bytes, notes) = ("4500".into(), String::new());
        Record::Request { packet, time_ns: 0, bytes, programs: Vec::new(), notes }
    }

    fn silence(packet: u64) -> Record {
        Record::Silence { packet, reason: "x".into(), seconds: 1.0 }
    }

    fn shown(work: impl FnOnce(&mut View<&mut Vec<u8>>)) -> Vec<String> {
        let mut out = Vec::new();
        work(&mut View::new(&mut out, Detail::Full));
        let text = String::from_utf8(out).unwrap();
        let marked = |line: &&str| line.contains(['│', '(', '!']);
        text.lines().filter(marked).map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn one_packet_is_shown_as_it_goes_and_the_next_when_it_is_over() {
        let lines = shown(|view| {
            for record in [
                request(1),
                request(2),
                reasoning(2, "b"),
                reasoning(1, "a"),
                silence(2),
                Record::Pinger { text: "!".into() },
                reasoning(1, "c"),
                silence(1),
            ] {
                view.record(&record).unwrap();
            }
        });
        let over = "nothing sent (x), 1.00 s";
        assert_eq!(lines, ["│ a", "!", "│ c", over, "│ b", over]);
    }

    #[test]
    fn pieces_come_at_once_and_end_as_the_line_they_belong_to() {
        let mut out = Vec::new();
        let mut view = View::new(&mut out, Detail::Full);
        view.record(&request(1)).unwrap();
        view.record(&request(2)).unwrap();
        view.piece(2, 1, "two ").unwrap();
        view.piece(1, 1, "one wo").unwrap();
        view.piece(1, 1, "rd ").unwrap();
        let so_far = String::from_utf8(view.out.clone()).unwrap();
        assert!(so_far.ends_with("   │ one word"), "{so_far:?}");
        view.record(&reasoning(1, "one word more")).unwrap();
        view.record(&silence(1)).unwrap();
        view.piece(2, 1, "pieces").unwrap();
        view.record(&reasoning(2, "two pieces")).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("   │ one word more\n") && text.ends_with("   │ two pieces\n"),
            "{text}"
        );
    }

    /// Whatever a model notes, whatever a file is called: each of them stays on its line.
    #[test]
    fn what_is_remembered_and_told_is_printed_as_text() {
        let hostile = "x\n\x1b]0;y\x07\r\u{2028}#9 \u{202e}z\0";
        let timer = Timer { name: hostile.into(), seconds: f64::MAX };
        let thought = Record::Thought {
            packet: 1,
            attempt: 1,
            model: hostile.into(),
            action: Act::Drop,
            reason: Some(hostile.into()),
            bytes: None,
            tokens: 1,
            seconds: 1.0,
            spending: None,
            answer: None,
            note: Some(hostile.into()),
            timers: vec![timer; 3],
        };
        let (bytes, notes) = ("4500".to_owned(), hostile.to_owned());
        let timer = Record::Timer { packet: 1, time_ns: 0, name: hostile.into(), bytes, notes };
        let notice = Record::Notice { text: format!("programs: {hostile}.md changed") };
        let mut out = Vec::new();
        let mut view = View::new(&mut out, Detail::Full);
        [timer, thought, notice, silence(1)].iter().for_each(|record| view.record(record).unwrap());
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        let unruly =
            |c: char| c != '\n' && c != '\u{fffd}' && printable(&c.to_string()) == "\u{fffd}";
        assert!(!text.contains(unruly), "{text:?}");
        assert_eq!(text.lines().count(), 10, "{text}");
    }

    #[test]
    fn who_interrupts_gets_a_line_of_its_own() {
        let lines = shown(|view| {
            view.record(&request(1)).unwrap();
            view.piece(1, 1, "begun and ").unwrap();
            view.record(&Record::Pinger { text: "!".into() }).unwrap();
            view.piece(1, 1, "ended").unwrap();
            view.record(&reasoning(1, "begun and ended")).unwrap();
        });
        assert_eq!(lines, ["│ begun and", "!", "│ ended"]);
    }
}
