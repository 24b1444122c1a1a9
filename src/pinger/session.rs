//! One run of our own pinger: requests out, replies checked, lines and statistics as ping has them.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use wire::{Echo, Icmp, Ipv4, checksum, icmp, ipv4};

use super::Options;

/// Longest sleep before looking whether someone wants us to stop.
const NAP: Duration = Duration::from_millis(100);
/// Longer waits than this are cut to it, so that no option overflows the clock.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// The way to the target: whole IPv4 packets out and in.
pub(super) trait Road {
    /// Sends a request; one for which there is no room is lost, as on any network.
    fn send(&self, request: Vec<u8>) -> io::Result<()>;
    fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>>;
}

/// What a run of pings came to; as text, the statistics that ping prints last.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Who was pinged.
    pub target: Ipv4Addr,
    /// Requests sent.
    pub transmitted: u64,
    /// Right replies, the first to each request.
    pub received: u64,
    /// Further replies to a request already answered.
    pub duplicates: u64,
    /// Replies with a wrong checksum or payload.
    pub corrupted: u64,
    /// From the first request to the end.
    pub elapsed: Duration,
    /// Round-trip time of each right reply, in milliseconds, summed up.
    times: Times,
}

#[derive(Debug, Clone, PartialEq)]
struct Times {
    min: f64,
    max: f64,
    sum: f64,
    squares: f64,
}

impl Tally {
    /// How ping would exit: 0 after a reply, 1 without any.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.received == 0)
    }

    fn new(target: Ipv4Addr) -> Tally {
        let times = Times { min: f64::INFINITY, max: 0.0, sum: 0.0, squares: 0.0 };
        let elapsed = Duration::ZERO;
        Tally { target, transmitted: 0, received: 0, duplicates: 0, corrupted: 0, elapsed, times }
    }

    fn count(&mut self, milliseconds: f64) {
        self.received += 1;
        self.times.min = self.times.min.min(milliseconds);
        self.times.max = self.times.max.max(milliseconds);
        self.times.sum += milliseconds;
        self.times.squares += milliseconds * milliseconds;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "\n--- {} ping statistics ---", self.target)?;
        write!(f, "{} packets transmitted, {} received, ", self.transmitted, self.received)?;
        for (number, name) in [(self.duplicates, "duplicates"), (self.corrupted, "corrupted")] {
            if number > 0 {
                write!(f, "+{number} {name}, ")?;
            }
        }
        let lost = percent(self.transmitted.saturating_sub(self.received), self.transmitted);
        writeln!(f, "{lost}% packet loss, time {}ms", self.elapsed.as_millis())?;
        if self.received > 0 {
            let Times { min, max, sum, squares } = &self.times;
            let average = sum / self.received as f64;
            let variance = squares / self.received as f64 - average * average;
            let deviation = variance.max(0.0).sqrt();
            writeln!(f, "rtt min/avg/max/mdev = {min:.3}/{average:.3}/{max:.3}/{deviation:.3} ms")?;
        }
        Ok(())
    }
}

/// Pings until the count is reached and answered, the last reply is overdue, or `stop` is set.
pub(super) fn ping(
    road: &dyn Road,
    options: &Options,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> io::Result<Tally> {
    let mut session = Session::new(options);
    session.greet(out)?;
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        let until = match session.may_send() {
            true if now >= session.next() => session.send(road)?,
            true => session.next(),
            false if session.is_over(now) => break,
            false => session.overdue(),
        };
        if let Some(packet) = road.receive(until.saturating_duration_since(now).min(NAP))? {
            session.hear(&packet, out)?;
        }
    }
    session.tally.elapsed = session.started.elapsed();
    write!(out, "{}", session.tally)?;
    Ok(session.tally)
}

struct Session<'a> {
    options: &'a Options,
    identifier: u16,
    payload: Vec<u8>,
    started: Instant,
    /// When the last request was sent.
    last: Option<Instant>,
    /// Sequence number and time of every request without a reply.
    waiting: BTreeMap<u16, Instant>,
    tally: Tally,
}

/// A reply that is for us.
struct Reply<'a> {
    sequence: u16,
    ttl: u8,
    length: usize,
    fault: Option<&'a str>,
}

impl<'a> Session<'a> {
    fn new(options: &'a Options) -> Session<'a> {
        Session {
            options,
            identifier: std::process::id() as u16,
            payload: (0..options.size).map(|index| index as u8).collect(),
            started: Instant::now(),
            last: None,
            waiting: BTreeMap::new(),
            tally: Tally::new(options.target),
        }
    }

    fn greet(&self, out: &mut dyn Write) -> io::Result<()> {
        let (target, size) = (self.options.target, self.options.size);
        let whole = size + icmp::ECHO_HEADER_LEN + ipv4::MIN_HEADER_LEN;
        writeln!(out, "PING {target} ({target}) {size}({whole}) bytes of data.")
    }

    fn may_send(&self) -> bool {
        self.options.count.is_none_or(|count| self.tally.transmitted < count)
    }

    /// When the next request is due.
    fn next(&self) -> Instant {
        let wait = |last| last + self.options.interval.min(LONGEST_WAIT);
        self.last.map_or(self.started, wait)
    }

    /// When a reply to the last request would come too late.
    fn overdue(&self) -> Instant {
        self.last.unwrap_or(self.started) + self.options.timeout.min(LONGEST_WAIT)
    }

    /// After the last request: everything is answered, or we have waited long enough.
    fn is_over(&self, now: Instant) -> bool {
        self.waiting.is_empty() || now >= self.overdue()
    }

    /// Sends the next request and returns when the one after it is due.
    fn send(&mut self, road: &dyn Road) -> io::Result<Instant> {
        self.tally.transmitted += 1;
        let sequence = self.tally.transmitted as u16;
        // Without one the kernel writes it, as it writes the header.
        let source = self.options.source.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let echo = Echo {
            identifier: self.identifier,
            sequence,
            payload: &self.payload,
            ..Echo::new(source, self.options.target)
        };
        let request = echo.request();
        let now = Instant::now();
        self.waiting.insert(sequence, now);
        self.last = Some(now);
        road.send(request)?;
        Ok(self.next())
    }

    fn hear(&mut self, packet: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let Some(Reply { sequence, ttl, length, fault }) = self.read(packet) else { return Ok(()) };
        let target = self.options.target;
        write!(out, "{length} bytes from {target}: icmp_seq={sequence} ttl={ttl}")?;
        if let Some(fault) = fault {
            self.tally.corrupted += 1;
            return writeln!(out, " ({fault})");
        }
        let Some(sent) = self.waiting.remove(&sequence) else {
            self.tally.duplicates += 1;
            return writeln!(out, " (DUP!)");
        };
        let milliseconds = sent.elapsed().as_secs_f64() * 1e3;
        self.tally.count(milliseconds);
        writeln!(out, " time={} ms", four_digits(milliseconds))
    }

    /// A reply of our target to this run; anything else is not ours to judge.
    fn read(&self, packet: &[u8]) -> Option<Reply<'static>> {
        let ip = Ipv4::new(packet)?;
        let message = Icmp::new(ip.payload()?)?;
        let ours = ip.source() == self.options.target
            && ip.protocol() == ipv4::PROTOCOL_ICMP
            && message.kind() == icmp::ECHO_REPLY
            && message.identifier() == Some(self.identifier);
        let fault = if !checksum::verifies(ip.header()?) {
            Some("BAD IP CHECKSUM")
        } else if !checksum::verifies(message.bytes()) {
            Some("BAD CHECKSUM")
        } else if message.data() != self.payload {
            Some("WRONG PAYLOAD")
        } else {
            None
        };
        let (sequence, length) = (message.sequence()?, message.bytes().len());
        ours.then_some(Reply { sequence, ttl: ip.ttl(), length, fault })
    }
}

/// Four digits of a round-trip time, as ping has them: 0.123, 12.3, 123.
fn four_digits(milliseconds: f64) -> String {
    let decimals = match milliseconds {
        ..0.9995 => 3,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{milliseconds:.decimals$}")
}

/// `part` of `whole` in percent, with six digits at most and no needless zeros: 0, 33.3333, 100.
fn percent(part: u64, whole: u64) -> String {
    let percent = 100.0 * part as f64 / whole.max(1) as f64;
    let decimals = if percent < 10.0 { 5 } else { 4 };
    let text = format!("{percent:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_like_pings() {
        let times = [0.0421, 0.9996, 1.23456, 12.345, 123.45].map(four_digits);
        assert_eq!(times, ["0.042", "1.00", "1.23", "12.3", "123"]);
        let losses = [(0, 3), (1, 3), (3, 3), (1, 30), (0, 0)].map(|(a, b)| percent(a, b));
        assert_eq!(losses, ["0", "33.3333", "100", "3.33333", "0"]);
    }

    #[test]
    fn statistics_look_like_pings() {
        let mut tally = Tally::new(Ipv4Addr::new(10, 0, 0, 1));
        tally.transmitted = 3;
        tally.elapsed = Duration::from_millis(2003);
        tally.count(1.0);
        tally.count(3.0);
        let expect = "\n--- 10.0.0.1 ping statistics ---\n\
                      3 packets transmitted, 2 received, 33.3333% packet loss, time 2003ms\n\
                      rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms\n";
        assert_eq!(tally.to_string(), expect);
        assert_eq!(tally.exit_code(), 0);
    }
}
