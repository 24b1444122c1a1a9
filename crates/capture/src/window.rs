//! The piece of a capture that is in memory: a buffer that slides over the file. It grows for a block that
//! does not fit, and only as far as the file really has the octets that the block claims.

use std::io::{self, Read};

use crate::source::Source;

/// Octets in memory while no block is larger; to read more at once is no faster.
const CAPACITY: usize = 1 << 18;

pub(crate) struct Window {
    source: Source,
    buffer: Vec<u8>,
    /// What is in the buffer and not consumed.
    start: usize,
    end: usize,
    /// Where `start` is in the uncompressed file.
    offset: u64,
}

impl Window {
    pub fn new(source: Source) -> Window {
        Window { source, buffer: vec![0; CAPACITY], start: 0, end: 0, offset: 0 }
    }

    /// Whether `octets` octets are there, after reading what is missing.
    #[inline]
    pub fn has(&mut self, octets: usize) -> io::Result<bool> {
        if self.end - self.start >= octets { Ok(true) } else { self.fill(octets) }
    }

    /// What is there now.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    #[inline]
    pub fn consume(&mut self, octets: usize) {
        self.start += octets;
        self.offset += octets as u64;
    }

    /// Where the first of [`bytes`](Window::bytes) is in the uncompressed file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    #[cold]
    fn fill(&mut self, octets: usize) -> io::Result<bool> {
        while self.end - self.start < octets {
            self.make_room(octets);
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Room behind `end`, for at least some of `octets` octets from `start`.
    fn make_room(&mut self, octets: usize) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.start + octets > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}
