//! Where a capture's octets come from: a file or standard input, decompressed if it is gzip. It counts
//! what was taken from the disk, for whoever shows progress.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read, Seek};
use std::os::fd::AsFd;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Problem};

/// The first octets of a gzip file (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What is decompressed at once: the decompressor gives nothing of a piece in which it finds damage.
const PIECE: usize = 4 << 10;

/// A capture's octets.
pub(crate) enum Source {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
}

/// The file as it lies on disk, its first octets put back after a look at them.
type Raw = Chain<Cursor<Vec<u8>>, Counted>;

pub(crate) struct Counted {
    inner: Box<dyn Read + Send>,
    octets: u64,
}

impl Source {
    /// Finds out whether it is compressed.
    pub fn new(inner: Box<dyn Read + Send>) -> io::Result<Source> {
        let mut counted = Counted { inner, octets: 0 };
        let mut start = Vec::new();
        (&mut counted).take(GZIP.len() as u64).read_to_end(&mut start)?;
        let gzip = start == GZIP;
        let raw = Cursor::new(start).chain(counted);
        if !gzip {
            return Ok(Source::Plain(raw));
        }
        let buffered = BufReader::with_capacity(64 << 10, raw);
        Ok(Source::Gzip(Box::new(MultiGzDecoder::new(buffered))))
    }

    /// Octets that were taken from the disk, if they are not those of the capture itself.
    pub fn compressed_octets(&self) -> Option<u64> {
        match self {
            Source::Plain(_) => None,
            Source::Gzip(decoder) => Some(decoder.get_ref().get_ref().get_ref().1.octets),
        }
    }

    /// Why reading failed, when `frames` frames had been read.
    pub fn problem(&self, error: io::Error, frames: u64) -> Problem {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match (self, error.kind()) {
            (Source::Gzip(_), InvalidData | InvalidInput | UnexpectedEof) => {
                Problem::Gzip { reason: error.to_string(), frames }
            }
            _ => Problem::of_reading(error),
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(raw) => raw.read(buffer),
            Source::Gzip(decoder) => {
                let piece = buffer.len().min(PIECE);
                decoder.read(&mut buffer[..piece])
            }
        }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let octets = self.inner.read(buffer)?;
        self.octets += octets as u64;
        Ok(octets)
    }
}

/// Opens a file, or standard input if the path is `-`; also its name for messages, and its size in octets
/// if it has one.
pub(crate) fn open(path: &Path) -> Result<(File, String, Option<u64>), Error> {
    let standard = path.as_os_str() == "-";
    let name =
        if standard { "standard input".to_owned() } else { printable(&path.to_string_lossy()) };
    let failed = |problem| Error { file: name.clone(), offset: None, problem };
    let file = if standard {
        // Not `Stdin`, whose buffer would only copy.
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(path)
    };
    let mut file = file.map_err(|error| failed(Problem::of_reading(error)))?;
    let metadata = file.metadata().map_err(|error| failed(Problem::of_reading(error)))?;
    if metadata.is_dir() {
        return Err(failed(Problem::Directory));
    }
    let size = metadata.is_file().then(|| {
        let begun = file.stream_position().unwrap_or(0);
        metadata.len().saturating_sub(begun)
    });
    Ok((file, name, size))
}

/// A name that does nothing to a terminal and stays on its line.
pub(crate) fn printable(name: &str) -> String {
    name.replace(|c: char| c.is_control(), "?")
}
