//! What can be wrong with a capture, in one line for whoever has to do something about it: which file,
//! where in it, what happened, and what that means.

use std::fmt;
use std::io;

/// Why a capture cannot be read, or not any further. What came before was handed out.
///
/// Shown as `FILE: byte OFFSET: what happened and what it means`; without an offset if the file could not
/// even be opened.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// The file's name as it was given, without control characters.
    pub file: String,
    /// Where in the uncompressed file, in octets.
    pub offset: Option<u64>,
    /// What happened.
    #[source]
    pub problem: Problem,
}

/// What is wrong with a capture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is nothing of this name.
    #[error("there is no such file")]
    Missing,
    /// The name is a directory's.
    #[error("this is a directory, not a capture")]
    Directory,
    /// The file may not be read.
    #[error("permission denied: you may not read this file")]
    Denied,
    /// The operating system could not open or read it.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// The compressed data is damaged or ends early.
    #[error(
        "the gzip data is damaged or cut off here ({reason}); {} before it", were_read(*frames)
    )]
    Gzip {
        /// What the decompressor says.
        reason: String,
        /// How many frames came before.
        frames: u64,
    },
    /// Nothing in it.
    #[error("not a capture: the file is empty")]
    Empty,
    /// Only zeros, as of a file that was allocated and never written.
    #[error(
        "not a capture: it begins with {0} octets of zero, as a file that was never written does"
    )]
    Zeros(usize),
    /// Something people write.
    #[error("not a capture: this looks like text ({0:?})")]
    Text(String),
    /// Another format that is easily taken for a capture, or that holds one.
    #[error("not a capture in pcap or pcapng: this looks like {0}")]
    Foreign(&'static str),
    /// No format that we know.
    #[error("not a capture: it begins with {0}, and neither pcap nor pcapng does")]
    Unknown(String),
    /// The file ends in the middle of something.
    #[error(
        "the capture was cut off: only {have} of {need} octets of {what} are there; {} before it",
        were_read(*frames)
    )]
    Truncated {
        /// What was cut.
        what: &'static str,
        /// Octets that are there.
        have: usize,
        /// Octets that there should be.
        need: usize,
        /// How many frames came before.
        frames: u64,
    },
    /// A record of a pcap file claims more than anybody captures.
    #[error(
        "frame {frame} claims {captured} captured octets, with a snap length of {snap}: its record is \
         damaged, and what follows cannot be found"
    )]
    CapturedLength {
        /// The frame's number.
        frame: u64,
        /// Octets it claims.
        captured: u32,
        /// The file's snap length.
        snap: u32,
    },
    /// A block's length that no block has.
    #[error(
        "a block claims a length of {length} octets, which is {}: it is damaged, and what follows \
         cannot be found", not_a_length(*length)
    )]
    BlockLength {
        /// Octets it claims.
        length: u32,
    },
    /// A block too short for its type.
    #[error(
        "a block of type {kind} is {length} octets long, and the shortest has {least}: it is damaged"
    )]
    ShortBlock {
        /// The block's type.
        kind: u32,
        /// Its length in octets.
        length: usize,
        /// What its fields need, in octets.
        least: usize,
    },
    /// A block ends with another length than it begins with.
    #[error(
        "a block of {leading} octets says at its end that it has {trailing}: one of them is damaged, \
         and what follows cannot be found"
    )]
    Lengths {
        /// The length at its beginning.
        leading: u32,
        /// The length at its end.
        trailing: u32,
    },
    /// More captured bytes than there is room for in the block.
    #[error("frame {frame} claims {captured} captured octets in a block with room for {room}")]
    PacketLength {
        /// The frame's number.
        frame: u64,
        /// Octets it claims.
        captured: u32,
        /// Octets there are.
        room: usize,
    },
    /// A packet of an interface that the section has not described.
    #[error(
        "frame {frame} is of interface {interface}, but its section has described {described} so far, \
         counted from 0: what its bytes begin with cannot be known"
    )]
    Interface {
        /// The frame's number.
        frame: u64,
        /// The interface it names.
        interface: u32,
        /// How many there are.
        described: usize,
    },
    /// More interfaces than are kept in memory.
    #[error(
        "a section describes more than {most} interfaces: it is damaged or made to fill memory"
    )]
    Interfaces {
        /// How many there may be.
        most: usize,
    },
    /// A section that does not tell its byte order.
    #[error("a section header without the byte-order magic 1a2b3c4d: its numbers cannot be read")]
    ByteOrder,
    /// A section in a version of pcapng that does not exist yet.
    #[error("a section of pcapng version {major}.{minor}, and only version 1 can be read")]
    Version {
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{}: byte {offset}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

impl Problem {
    /// Why a file could not be opened or read at all.
    pub(crate) fn of_reading(error: io::Error) -> Problem {
        match error.kind() {
            io::ErrorKind::NotFound => Problem::Missing,
            io::ErrorKind::IsADirectory => Problem::Directory,
            io::ErrorKind::PermissionDenied => Problem::Denied,
            _ => Problem::Read(error),
        }
    }

    /// What a file is that does not begin as a capture does.
    pub(crate) fn of_beginning(bytes: &[u8]) -> Problem {
        if bytes.is_empty() {
            return Problem::Empty;
        }
        if bytes.iter().all(|&byte| byte == 0) {
            return Problem::Zeros(bytes.len());
        }
        if let Some((_, name)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Problem::Foreign(name);
        }
        text(bytes).map(Problem::Text).unwrap_or_else(|| {
            let octets = bytes.iter().take(4).map(|octet| format!("{octet:02x}"));
            Problem::Unknown(octets.collect::<Vec<_>>().join(" "))
        })
    }
}

/// How other files begin that are easily taken for captures.
const FOREIGN: [(&[u8], &str); 12] = [
    (b"\x1f\x8b", "gzip inside gzip: decompress it once"),
    (b"\x28\xb5\x2f\xfd", "Zstandard: decompress it first (zstd -d)"),
    (b"\xfd7zXZ\0", "xz: decompress it first (xz -d)"),
    (b"BZh", "bzip2: decompress it first (bzip2 -d)"),
    (b"\x04\x22\x4d\x18", "LZ4: decompress it first (lz4 -d)"),
    (b"PK\x03\x04", "a ZIP archive: extract the capture from it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: extract the capture from it"),
    (b"snoop\0\0\0", "a capture by snoop: convert it (editcap IN OUT)"),
    (b"GMBU", "a capture by Microsoft Network Monitor: convert it (editcap IN OUT)"),
    (b"RTSS", "a capture by Microsoft Network Monitor: convert it (editcap IN OUT)"),
    (b"XCP\0", "a capture by NetXRay or Sniffer: convert it (editcap IN OUT)"),
    (b"\x7fELF", "a program"),
];

/// The beginning of a text, if this is one.
fn text(bytes: &[u8]) -> Option<String> {
    let start = &bytes[..bytes.len().min(64)];
    let whole = match std::str::from_utf8(start) {
        Ok(whole) => whole,
        // A character that was cut in half by looking at the beginning only.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let written = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (!whole.is_empty() && whole.chars().all(written)).then(|| whole.chars().take(24).collect())
}

fn were_read(frames: u64) -> String {
    match frames {
        0 => "no frame was read".to_owned(),
        1 => "1 frame was read".to_owned(),
        _ => format!("{frames} frames were read"),
    }
}

fn not_a_length(length: u32) -> &'static str {
    match length {
        0..12 => "less than the 12 that every block has",
        _ if !length.is_multiple_of(4) => "no multiple of 4",
        _ => "more than the 16 MiB that are read as one block",
    }
}
