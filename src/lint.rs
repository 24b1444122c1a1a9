//! The linter: every packet of a capture is held against the rules that guard our own wire.
//!
//! A capture's packets pass through here on as many cores as there are. Each thread takes a [`batch`] of
//! frames from the file, judges it on its own, and waits for its turn to hand the outcome over, so that
//! whatever depends on the packets before ([`verify::Trace`]) and whoever is told sees them in order. Memory
//! is a few batches, whatever the file's size. [`fix`] repairs packets, [`report`] words what was found,
//! [`selection`] chooses.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use capture::{Reader, Rewriter};
use verify::{Finding, Severity, Trace};
use wire::{Flow, Packet};

pub mod batch;
pub mod filter;
pub mod fix;
pub mod nearest;
pub mod report;
pub mod selection;

use batch::{Batch, Outcome};

/// A packet with findings, as whoever is told sees it.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// Its number in the capture, from 1.
    pub number: u64,
    /// Nanoseconds since 1970-01-01 00:00:00 UTC, if the capture says.
    pub time: Option<u64>,
    /// Where its first byte is in the uncompressed file, in octets.
    pub offset: u64,
    /// Who talks to whom in it.
    pub flow: Option<Flow>,
    /// The packet. Of one that is named again when the capture ends, for what never came, the bytes are
    /// gone: it is `None`.
    pub packet: Option<&'a Packet<'a>>,
    /// What is wrong with it; remarks once a flow.
    pub findings: &'a [Finding],
}

/// What a capture came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that were judged.
    pub packets: u64,
    /// Their captured octets.
    pub octets: u64,
    /// Packets of a link that is not dissected, and its LINKTYPE number.
    pub unknown: u64,
    /// The LINKTYPE number of the first of those.
    pub unknown_link: u32,
    /// Packets with findings that count.
    pub faulty: u64,
    /// Those findings by severity: notes, warnings, errors.
    pub findings: [u64; 3],
}

impl Counts {
    /// How many findings there were of that severity.
    pub fn of(&self, severity: Severity) -> u64 {
        self.findings[severity as usize]
    }
}

/// Who is told of packets with findings.
pub trait Listener: Send {
    /// Which findings of a packet count; all of them by default.
    fn choose(&self, _judged: &Judged, _finding: &Finding) -> bool {
        true
    }

    /// Takes a packet with findings that were chosen.
    ///
    /// # Errors
    /// If it cannot be told; nothing is judged after that.
    fn hear(&mut self, judged: &Judged) -> io::Result<()>;

    /// Is told how far the file has been read, in octets of the file.
    fn progress(&mut self, _position: u64) {}
}

/// How a capture ended.
#[derive(Debug)]
pub struct Ended {
    /// What it came to, up to where it ended.
    pub counts: Counts,
    /// Why it could not be read to its end.
    pub damage: Option<capture::Error>,
    /// Why the listener could not be told.
    pub deaf: Option<io::Error>,
    /// Whether it was told to stop.
    pub interrupted: bool,
}

/// Judges every packet of a capture on `jobs` threads.
pub fn lint(reader: Reader, jobs: usize, stop: &AtomicBool, listener: &mut dyn Listener) -> Ended {
    let source = Mutex::new(Source { reader, damage: None, over: false, batches: 0 });
    let session = Session::new(listener);
    let line = Line { session: Mutex::new((0, session)), turn: Condvar::new() };
    thread::scope(|scope| {
        for _ in 1..jobs.max(1) {
            scope.spawn(|| work(&source, &line, stop));
        }
        work(&source, &line, stop);
    });
    let source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (_, mut session) = line.session.into_inner().unwrap_or_else(PoisonError::into_inner);
    session.end();
    Ended {
        counts: session.counts,
        damage: source.damage,
        deaf: session.deaf,
        interrupted: stop.load(Ordering::Relaxed),
    }
}

/// Judges every packet of a capture and writes a copy in which what the listener chooses of their findings
/// is repaired, as far as the findings say how. Gives the number of packets that were changed.
///
/// # Errors
/// If the copy cannot be written.
pub fn repair<W: io::Write>(
    mut reader: Reader,
    mut copy: Rewriter<W>,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> io::Result<(Ended, u64)> {
    let mut session = Session::new(listener);
    let (mut batch, mut outcome) = (Batch::default(), Outcome::default());
    let (mut damage, mut changed) = (None, 0);
    while !stop.load(Ordering::Relaxed) && session.deaf.is_none() {
        let block = match reader.next() {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(error) => {
                damage = Some(error);
                break;
            }
        };
        let mut mended = None;
        if let Some(frame) = block.frame {
            batch.hold(&frame);
            batch.judge(&mut outcome);
            if !outcome.findings.is_empty() {
                mended = session.mend(&batch);
            }
            session.take(&batch, &mut outcome);
            // The frame check sequence stays as it was.
            let judged = batch.octets() as usize;
            if let Some(mended) = &mut mended {
                mended.bytes.extend_from_slice(&frame.bytes[judged..]);
            }
            session.listener.progress(block.offset);
        }
        changed += u64::from(mended.is_some());
        match mended {
            Some(mended) => copy.change(&block, &mended.bytes, &mended.comment())?,
            None => copy.copy(&block)?,
        }
    }
    session.end();
    copy.finish()?;
    let interrupted = stop.load(Ordering::Relaxed);
    let Session { counts, deaf, .. } = session;
    Ok((Ended { counts, damage, deaf, interrupted }, changed))
}

/// The capture, from which threads take turns to read.
struct Source {
    reader: Reader,
    damage: Option<capture::Error>,
    over: bool,
    batches: u64,
}

impl Source {
    /// The next batch, and its place in the line; `None` where the capture is at its end.
    fn fill(&mut self, batch: &mut Batch) -> Option<(u64, u64)> {
        if self.over {
            return None;
        }
        match batch.fill(&mut self.reader) {
            Ok(more) => self.over = !more,
            Err(damage) => {
                self.over = true;
                self.damage = Some(damage);
            }
        }
        self.batches += 1;
        (!batch.is_empty()).then(|| (self.batches - 1, self.reader.position()))
    }
}

/// Where batches are handed over in their order.
struct Line<'a> {
    /// The place whose turn it is, and what goes on with the batches.
    session: Mutex<(u64, Session<'a>)>,
    turn: Condvar,
}

fn work(source: &Mutex<Source>, line: &Line, stop: &AtomicBool) {
    let (mut batch, mut outcome) = (Batch::default(), Outcome::default());
    while !stop.load(Ordering::Relaxed) {
        let Some((place, position)) = lock(source).fill(&mut batch) else { return };
        batch.judge(&mut outcome);
        let mut held = lock(&line.session);
        while held.0 != place {
            held = line.turn.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        held.1.take(&batch, &mut outcome);
        held.1.listener.progress(position);
        held.0 += 1;
        if held.1.deaf.is_some() {
            lock(source).over = true;
        }
        drop(held);
        line.turn.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What goes on from packet to packet.
struct Session<'a> {
    trace: Trace,
    counts: Counts,
    listener: &'a mut dyn Listener,
    deaf: Option<io::Error>,
}

/// A frame as whoever is told of it sees it.
fn judged<'a>(frame: &batch::Entry, packet: &'a Packet<'a>, findings: &'a [Finding]) -> Judged<'a> {
    Judged {
        number: frame.number,
        time: frame.time,
        offset: frame.offset,
        flow: packet.flow(),
        packet: Some(packet),
        findings,
    }
}

impl<'a> Session<'a> {
    fn new(listener: &'a mut dyn Listener) -> Session<'a> {
        Session { trace: Trace::new(), counts: Counts::default(), listener, deaf: None }
    }

    /// Takes a judged batch in.
    fn take(&mut self, batch: &Batch, outcome: &mut Outcome) {
        self.counts.packets += batch.frames().len() as u64 - outcome.unknown;
        self.counts.octets += batch.octets();
        if self.counts.unknown == 0 {
            self.counts.unknown_link = outcome.unknown_link;
        }
        self.counts.unknown += outcome.unknown;
        let mut observations = outcome.observations.drain(..).peekable();
        let mut found = outcome.findings.drain(..).peekable();
        // Both lists are in the order of packets; one packet may be in either or both.
        while self.deaf.is_none() {
            let next = [observations.peek().map(|next| next.0), found.peek().map(|next| next.0)];
            let Some(index) = next.into_iter().flatten().min() else { break };
            let frame = &batch.frames()[index];
            let mut findings = match found.next_if(|next| next.0 == index) {
                Some((_, findings)) => findings,
                None => Vec::new(),
            };
            while let Some((_, observation)) = observations.next_if(|next| next.0 == index) {
                findings.extend(self.trace.take(frame.number, &observation));
            }
            if !findings.is_empty()
                && let Some(packet) = batch.packet(frame)
            {
                self.tell(frame, &packet, findings);
            }
        }
    }

    /// Mends the one packet of a batch, as far as the listener wants that.
    fn mend(&self, batch: &Batch) -> Option<fix::Mended> {
        let frame = batch.frames().first()?;
        let packet = batch.packet(frame)?;
        let judged = judged(frame, &packet, &[]);
        fix::mend(&packet, &|finding| self.listener.choose(&judged, finding))
    }

    /// Tells of a packet, if anything of it is news.
    fn tell(&mut self, frame: &batch::Entry, packet: &Packet, mut findings: Vec<Finding>) {
        let all = judged(frame, packet, &[]);
        findings.retain(|finding| self.trace.is_news(finding, all.flow.as_ref()));
        self.hear(&Judged { findings: &findings, ..all });
    }

    fn hear(&mut self, judged: &Judged) {
        let chosen = judged.findings.iter().filter(|finding| self.listener.choose(judged, finding));
        let chosen: Vec<Finding> = chosen.cloned().collect();
        if chosen.is_empty() {
            return;
        }
        for finding in &chosen {
            self.counts.findings[finding.severity as usize] += 1;
        }
        self.counts.faulty += 1;
        let judged = Judged { findings: &chosen, ..*judged };
        self.deaf = self.listener.hear(&judged).err();
    }

    /// Tells what is still open when the capture is at its end.
    fn end(&mut self) {
        for open in self.trace.end() {
            if self.deaf.is_some() || !self.trace.is_news(&open.finding, open.flow.as_ref()) {
                continue;
            }
            let findings = [open.finding];
            let judged = Judged {
                number: open.packet,
                time: None,
                offset: 0,
                flow: open.flow,
                packet: None,
                findings: &findings,
            };
            self.hear(&judged);
        }
    }
}
