//! Where packets to be explained come from: a capture, or hex in the arguments, in a file or on standard
//! input.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use capture::Reader;
use softstack::explain::{Case, hexdump};
use verify::Trace;
use wire::{Link, Packet};

/// Most octets of text that are read for hex.
const LONGEST_TEXT: u64 = 16 << 20;
/// How a capture begins: pcap with times in micro- or nanoseconds, in either order, pcapng, gzip.
const MAGIC: [&[u8]; 6] = [
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
    b"\x1f\x8b",
];

/// One packet as it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Counted from 1.
    pub number: u64,
    /// What its bytes begin with.
    pub link: Link,
    /// What was captured, without a frame check sequence.
    pub bytes: Vec<u8>,
    /// Octets on the link.
    pub original_length: usize,
}

/// Packets, wherever they come from.
pub enum Input {
    /// A capture.
    Capture(Box<Reader>),
    /// Packets in hex.
    Hex(Vec<Frame>),
}

impl Input {
    /// What the arguments name; `link` is what hex begins with.
    ///
    /// # Errors
    /// When there is no such file, or neither a capture nor hex.
    pub fn new(words: &[String], link: Option<Link>) -> Result<Input, Box<dyn Error>> {
        match words {
            [word] if word == "-" => Input::read("standard input", std::io::stdin(), link),
            [word] if Path::new(word).exists() => Input::open(Path::new(word), link),
            words => {
                let text = words.join(" ");
                let hex = hex(&text, link);
                hex.map_err(|error| match words {
                    [word] => {
                        format!("{word:?} is neither a file nor a packet in hex: {error}").into()
                    }
                    _ => format!("the arguments spell no packet: {error}").into(),
                })
            }
        }
    }

    fn open(path: &Path, link: Option<Link>) -> Result<Input, Box<dyn Error>> {
        let text = File::open(path).and_then(|file| {
            let mut file = BufReader::new(file);
            Ok(is_text(file.fill_buf()?))
        });
        match text {
            Ok(true) => Input::read(&path.display().to_string(), File::open(path)?, link),
            // What else is wrong with it the reader says best.
            _ => Ok(Input::Capture(Box::new(Reader::open(path)?))),
        }
    }

    fn read(
        name: &str,
        input: impl Read + Send + 'static,
        link: Option<Link>,
    ) -> Result<Input, Box<dyn Error>> {
        let mut input = BufReader::new(input);
        let begins = input.fill_buf().map_err(|error| format!("cannot read {name}: {error}"))?;
        if !is_text(begins) {
            return Ok(Input::Capture(Box::new(Reader::new(input, name)?)));
        }
        let mut text = String::new();
        input
            .take(LONGEST_TEXT)
            .read_to_string(&mut text)
            .map_err(|error| format!("cannot read {name}: {error}"))?;
        hex(&text, link).map_err(|error| format!("{name} holds no packet in hex: {error}").into())
    }

    /// Hands over the packets in order until `each` says that it has enough (`Ok(false)`).
    ///
    /// # Errors
    /// When the capture is damaged, or what `each` returns.
    pub fn frames(
        self,
        each: &mut dyn FnMut(Frame) -> Result<bool, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let mut reader = match self {
            Input::Capture(reader) => reader,
            Input::Hex(frames) => {
                for frame in frames {
                    if !each(frame)? {
                        break;
                    }
                }
                return Ok(());
            }
        };
        let name = reader.name().to_owned();
        while let Some(block) = reader.next()? {
            let Some(frame) = block.frame else { continue };
            let (number, link) = (frame.number, frame.link);
            let link = Link::numbered(link).ok_or_else(|| {
                format!("{name}: packet {number} was captured on a link of type {link}, which is not known here")
            })?;
            let (bytes, original_length) = frame.without_check_sequence();
            let bytes = bytes.to_vec();
            if !each(Frame { number, link, bytes, original_length })? {
                break;
            }
        }
        Ok(())
    }

    /// The case of the packet of that number, or of the only one.
    ///
    /// # Errors
    /// When there is none of that number, or several to choose from.
    pub fn case(self, number: Option<u64>) -> Result<Case, Box<dyn Error>> {
        let (mut found, mut last, mut trace, mut beside) = (None, 0, Trace::new(), Vec::new());
        self.frames(&mut |frame| {
            last = frame.number;
            let packet = Packet::new(frame.link, &frame.bytes, frame.original_length);
            beside = trace.beside(frame.number, &packet);
            if number.is_none() && found.is_some() {
                return Err("there are several packets: --packet N says which".into());
            }
            let wanted = number.is_none_or(|number| number == frame.number);
            if wanted {
                found = Some(frame);
            }
            Ok(number.is_none() || !wanted)
        })?;
        let packets =
            |count| if count == 1 { "is 1 packet".into() } else { format!("are {count} packets") };
        let missing = || match number {
            Some(number) => format!("there is no packet {number}: there {}", packets(last)),
            None => "there is no packet in it".to_owned(),
        };
        let case: Case = found.ok_or_else(missing)?.into();
        Ok(case.beside(beside))
    }
}

impl From<Frame> for Case {
    fn from(frame: Frame) -> Case {
        Case::new(frame.number, frame.link, frame.bytes, frame.original_length)
    }
}

fn hex(text: &str, link: Option<Link>) -> Result<Input, hexdump::HexdumpError> {
    let packets = hexdump::packets(text)?;
    let frames = packets.into_iter().zip(1..).map(|(bytes, number)| {
        let link = link.unwrap_or_else(|| guess(&bytes));
        Frame { number, link, original_length: bytes.len(), bytes }
    });
    Ok(Input::Hex(frames.collect()))
}

/// Whether this is the beginning of a text, and of no capture.
fn is_text(begins: &[u8]) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    !MAGIC.iter().any(|magic| begins.starts_with(magic)) && !begins.iter().take(512).any(control)
}

/// IP, if version and lengths are those of IP; else Ethernet.
fn guess(bytes: &[u8]) -> Link {
    let word = |at: usize| bytes.get(at..at + 2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let length = |at| word(at).map(usize::from);
    let is_ip = match bytes.first() {
        // Too short to be a frame of Ethernet.
        Some(0x40..0x70) if bytes.len() < 14 => true,
        Some(first @ 0x45..=0x4f) => {
            let header = usize::from(first & 0x0f) * 4;
            bytes.len() >= 20 && length(2).is_some_and(|total| total >= header)
        }
        Some(0x60..=0x6f) => {
            bytes.len() >= 40 && length(4).is_some_and(|rest| rest + 40 >= bytes.len())
        }
        _ => false,
    };
    if is_ip { Link::RawIp } else { Link::Ethernet }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_guessed() {
        let ping = wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into()).request();
        assert_eq!(guess(&ping), Link::RawIp);
        let framed = [&[0x45; 12][..], &[8, 0], &ping].concat();
        assert_eq!(guess(&[&[0; 12][..], &[8, 0], &ping].concat()), Link::Ethernet);
        // An address that begins as IP does, whose length does not fit.
        assert_eq!(guess(&[&[0x4a, 0, 0, 1, 2, 3][..], &framed[6..]].concat()), Link::Ethernet);
        let mut ipv6 = vec![0; 48];
        (ipv6[0], ipv6[5]) = (0x60, 8);
        assert_eq!(guess(&ipv6), Link::RawIp);
        assert_eq!([guess(&[]), guess(&[0x45])], [Link::Ethernet, Link::RawIp]);
    }

    #[test]
    fn captures_are_no_text() {
        for magic in MAGIC {
            assert!(!is_text(magic), "{magic:?}");
        }
        assert!(is_text(b"0000  45 00\n") && is_text(b"") && !is_text(&[0, 1, 2]));
    }
}
