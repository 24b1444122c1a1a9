//! A capture, block by block: the start of a packet's journey through the debugger.

use std::io::Read;
use std::path::Path;

use crate::block::{Block, Kind, Packet};
use crate::error::{Error, Problem};
use crate::order::Order;
use crate::source::{self, Source};
use crate::window::Window;
use crate::{pcap, pcapng};

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The classic format, with times in microseconds or nanoseconds.
    Pcap,
    /// The newer format, with interfaces, options and comments.
    Pcapng,
}

/// Reads a capture from beginning to end.
pub struct Reader {
    name: String,
    size: Option<u64>,
    window: Window,
    layout: Layout,
    /// Frames handed out.
    frames: u64,
    /// Octets of the block that was handed out last, still in the window.
    pending: usize,
    /// The capture's end, or its first fault, was met.
    ended: bool,
}

/// How the blocks follow each other.
enum Layout {
    /// A pcap file; until its header was handed out, that comes next.
    Pcap {
        header: pcap::Header,
        begun: bool,
    },
    Pcapng(pcapng::Section),
}

impl Reader {
    /// Opens a capture, standard input if the path is `-`, and looks what it is.
    ///
    /// # Errors
    ///
    /// If it cannot be opened or does not begin as a capture.
    pub fn open(path: &Path) -> Result<Reader, Error> {
        let (file, name, size) = source::open(path)?;
        Reader::begin(Box::new(file), name, size)
    }

    /// Reads a capture from anywhere; `name` is for messages.
    ///
    /// # Errors
    ///
    /// If it cannot be read or does not begin as a capture.
    pub fn new(
        inner: impl Read + Send + 'static,
        name: impl Into<String>,
    ) -> Result<Reader, Error> {
        Reader::begin(Box::new(inner), source::printable(&name.into()), None)
    }

    fn begin(
        inner: Box<dyn Read + Send>,
        name: String,
        size: Option<u64>,
    ) -> Result<Reader, Error> {
        let failed = |problem| Error { file: name.clone(), offset: Some(0), problem };
        let source = Source::new(inner).map_err(|error| failed(Problem::of_reading(error)))?;
        let mut window = Window::new(source);
        let layout = Layout::find(&mut window).map_err(failed)?;
        Ok(Reader { name, size, window, layout, frames: 0, pending: 0, ended: false })
    }

    /// The next block; none at the end, and after an error.
    ///
    /// # Errors
    ///
    /// At the first fault. All blocks before it were handed out; what follows it cannot be found.
    #[expect(clippy::should_implement_trait, reason = "what is handed out borrows from the reader")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Block<'_>>, Error> {
        self.window.consume(std::mem::take(&mut self.pending));
        if self.ended {
            return Ok(None);
        }
        let length = match self.length() {
            Ok(Some(length)) => length,
            Ok(None) => {
                self.ended = true;
                return Ok(None);
            }
            Err((at, problem)) => return Err(self.fail(at, problem)),
        };
        let raw = &self.window.bytes()[..length];
        let (kind, packet) = match self.layout.parse(raw, self.frames + 1) {
            Ok(parsed) => parsed,
            Err((at, problem)) => return Err(self.fail(at, problem)),
        };
        self.pending = length;
        self.frames += u64::from(packet.is_some());
        let raw = &self.window.bytes()[..length];
        let offset = self.window.offset();
        let frame = packet.map(|packet| packet.frame(raw, offset, self.frames));
        Ok(Some(Block { raw, offset, kind, frame, order: self.layout.order() }))
    }

    /// What the capture is.
    pub fn format(&self) -> Format {
        match self.layout {
            Layout::Pcap { .. } => Format::Pcap,
            Layout::Pcapng(_) => Format::Pcapng,
        }
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many frames were handed out.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Octets of the file on disk (compressed, if it is) that were dealt with.
    pub fn position(&self) -> u64 {
        let plain = self.window.offset() + self.pending as u64;
        self.window.source().compressed_octets().unwrap_or(plain)
    }

    /// Octets of the file on disk, unless it is a pipe.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The length of the next block, which is in the window then; none at the end of the file.
    #[inline]
    fn length(&mut self) -> Result<Option<usize>, (usize, Problem)> {
        let head = self.layout.head();
        if !self.has(head)? {
            return if self.window.bytes().is_empty() { Ok(None) } else { Err(self.cut(head)) };
        }
        let length = self.layout.length(self.window.bytes(), self.frames + 1)?;
        if !self.has(length)? {
            return Err(self.cut(length));
        }
        Ok(Some(length))
    }

    #[inline]
    fn has(&mut self, octets: usize) -> Result<bool, (usize, Problem)> {
        let has = self.window.has(octets);
        has.map_err(|error| {
            let end = self.window.bytes().len();
            (end, self.window.source().problem(error, self.frames))
        })
    }

    /// The file ends before the `need` octets of what comes next.
    fn cut(&self, need: usize) -> (usize, Problem) {
        let have = self.window.bytes().len();
        let what = self.layout.what();
        (0, Problem::Truncated { what, have, need, frames: self.frames })
    }

    #[cold]
    fn fail(&mut self, at: usize, problem: Problem) -> Error {
        self.ended = true;
        let offset = Some(self.window.offset() + at as u64);
        Error { file: self.name.clone(), offset, problem }
    }
}

impl Layout {
    /// Looks at a file's beginning.
    fn find(window: &mut Window) -> Result<Layout, Problem> {
        let has = |window: &mut Window, octets| {
            window.has(octets).map_err(|error| window.source().problem(error, 0))
        };
        has(window, 4)?;
        let section = window.bytes().starts_with(&pcapng::SECTION_HEADER.to_be_bytes());
        if section {
            return Ok(Layout::Pcapng(pcapng::Section::new()));
        }
        if pcap::magic(window.bytes()).is_none() {
            return Err(Problem::of_beginning(window.bytes()));
        }
        if !has(window, pcap::HEADER)? {
            let (have, need) = (window.bytes().len(), pcap::HEADER);
            return Err(Problem::Truncated { what: "the file's header", have, need, frames: 0 });
        }
        let header = pcap::Header::parse(window.bytes()).expect("its magic was seen");
        Ok(Layout::Pcap { header, begun: false })
    }

    /// Octets that tell how long a block is.
    #[inline]
    fn head(&self) -> usize {
        match self {
            Layout::Pcap { begun: false, .. } => pcap::HEADER,
            Layout::Pcap { header, .. } => header.record,
            Layout::Pcapng(_) => pcapng::HEAD,
        }
    }

    #[inline]
    fn length(&mut self, head: &[u8], frame: u64) -> Result<usize, (usize, Problem)> {
        match self {
            Layout::Pcap { begun: false, .. } => Ok(pcap::HEADER),
            Layout::Pcap { header, .. } => header.length(head, frame),
            Layout::Pcapng(section) => section.length(head),
        }
    }

    #[inline]
    fn parse(
        &mut self,
        raw: &[u8],
        frame: u64,
    ) -> Result<(Kind, Option<Packet>), (usize, Problem)> {
        match self {
            Layout::Pcap { begun, .. } if !*begun => {
                *begun = true;
                Ok((Kind::FileHeader, None))
            }
            Layout::Pcap { header, .. } => Ok(header.packet(raw)),
            Layout::Pcapng(section) => section.parse(raw, frame),
        }
    }

    fn order(&self) -> Order {
        match self {
            Layout::Pcap { header, .. } => header.order,
            Layout::Pcapng(section) => section.order,
        }
    }

    /// What a block is called.
    fn what(&self) -> &'static str {
        match self {
            Layout::Pcap { .. } => "a record",
            Layout::Pcapng(_) => "a block",
        }
    }
}
