//! A few thousand frames that one thread judges on its own.

use capture::{Frame, Reader};
use verify::{Finding, Observation};
use wire::{Link, Packet};

/// Octets after which a batch is full: large enough that handing over costs nothing, small enough that
/// a batch stays in a core's cache.
const FULL: usize = 1 << 18;
/// Frames after which it is full: tiny frames have entries that are larger than themselves.
const MOST: usize = 4096;

/// Frames in the order of the capture.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    frames: Vec<Entry>,
}

/// A frame of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its number in the capture, from 1.
    pub number: u64,
    /// Nanoseconds since 1970-01-01 00:00:00 UTC, if the capture says.
    pub time: Option<u64>,
    /// Where its first byte is in the uncompressed file, in octets.
    pub offset: u64,
    link: u32,
    start: usize,
    length: usize,
    original_length: usize,
}

/// What judging a batch came to; packets by their place in it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Packets with findings.
    pub findings: Vec<(usize, Vec<Finding>)>,
    /// What bears on other packets.
    pub observations: Vec<(usize, Observation)>,
    /// Packets of a link that is not dissected.
    pub unknown: u64,
    /// The LINKTYPE number of the first of those.
    pub unknown_link: u32,
}

impl Batch {
    /// Takes the next frames of a capture in, in place of those before; whether there may be more.
    ///
    /// # Errors
    /// Where the capture is damaged: the frames before that are in the batch.
    pub fn fill(&mut self, reader: &mut Reader) -> Result<bool, capture::Error> {
        self.bytes.clear();
        self.frames.clear();
        while self.bytes.len() < FULL && self.frames.len() < MOST {
            match reader.next()? {
                None => return Ok(false),
                Some(block) => {
                    self.frames.extend(block.frame.map(|frame| entry(&mut self.bytes, &frame)))
                }
            }
        }
        Ok(true)
    }

    /// Takes one frame in, in place of those before.
    pub fn hold(&mut self, frame: &Frame) {
        self.bytes.clear();
        self.frames.clear();
        self.frames.push(entry(&mut self.bytes, frame));
    }

    /// Judges every packet by itself.
    pub fn judge(&self, outcome: &mut Outcome) {
        outcome.findings.clear();
        outcome.observations.clear();
        (outcome.unknown, outcome.unknown_link) = (0, 0);
        for (index, frame) in self.frames.iter().enumerate() {
            let Some(packet) = self.packet(frame) else {
                if outcome.unknown == 0 {
                    outcome.unknown_link = frame.link;
                }
                outcome.unknown += 1;
                continue;
            };
            let findings = verify::inspect(&packet);
            if !findings.is_empty() {
                outcome.findings.push((index, findings));
            }
            let observations = Observation::of(&packet);
            outcome.observations.extend(observations.map(|observation| (index, observation)));
        }
    }

    /// The frames.
    pub fn frames(&self) -> &[Entry] {
        &self.frames
    }

    /// A frame of this batch, taken apart; `None` where its link is not dissected.
    pub fn packet(&self, frame: &Entry) -> Option<Packet<'_>> {
        let bytes = &self.bytes[frame.start..frame.start + frame.length];
        Some(Packet::new(Link::numbered(frame.link)?, bytes, frame.original_length))
    }

    /// Captured octets of all frames.
    pub fn octets(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

fn entry(bytes: &mut Vec<u8>, frame: &Frame) -> Entry {
    let (content, original_length) = frame.without_check_sequence();
    let start = bytes.len();
    bytes.extend_from_slice(content);
    Entry {
        number: frame.number,
        time: frame.time,
        offset: frame.offset,
        link: frame.link,
        start,
        length: content.len(),
        original_length,
    }
}
