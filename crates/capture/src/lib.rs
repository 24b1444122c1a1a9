//! Capture files: pcap and pcapng, plain or gzip, from a file or standard input, frame by frame in
//! constant memory; and a changed copy of one.
//!
//! This is where a packet's journey through the debugger begins ([`Reader`]) and, if it is to be mended,
//! ends ([`Rewriter`]). The crate knows file formats and no protocols: what a frame's bytes mean is for
//! others to say.
//!
//! ```
//! # fn main() -> Result<(), capture::Error> {
//! # let file: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
//! let mut reader = capture::Reader::new(file, "example.pcap")?;
//! while let Some(block) = reader.next()? {
//!     if let Some(frame) = block.frame {
//!         println!("frame {}: {} octets of {}", frame.number, frame.bytes.len(), frame.original_length);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In the order a frame meets them: `source` (a file, decompressed), `window` (a piece of it in memory),
//! `pcap` and `pcapng` (the formats), [`Reader`], [`Block`] and [`Frame`], [`Rewriter`].

#![forbid(unsafe_code)]

mod block;
mod error;
mod order;
mod pcap;
mod pcapng;
mod reader;
mod rewriter;
mod source;
mod time;
mod window;

pub use block::{Block, Frame, Kind};
pub use error::{Error, Problem};
pub use reader::{Format, Reader};
pub use rewriter::Rewriter;

/// The largest block or record that is read or written, in octets: what claims more is damaged.
pub const LARGEST_BLOCK: usize = 16 << 20;
