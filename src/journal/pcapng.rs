//! The journal as a capture: requests and replies as packets, with the reasoning and the verdict as
//! their comments (pcapng, opt_comment), so that Wireshark shows what the model thought.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use pcap_file::DataLink;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::{Block, PcapNgBlock, PcapNgWriter};

use super::{Record, Sink};

/// An option's length is 16 bits; what is longer is cut here, at a character.
const LONGEST_COMMENT: usize = 60_000;
/// epb_flags: the direction, from the host's point of view.
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;

/// Writes packets with comments. A request is written when its fate is known.
pub struct Pcapng {
    /// Makes the blocks; each is written at once, so that a reader never sees half a packet.
    blocks: PcapNgWriter<Vec<u8>>,
    file: File,
    /// What the runtime did for the model, to be said of every reply.
    offload: &'static str,
    /// Events under way.
    open: Vec<Open>,
}

/// An event whose fate is not known yet.
struct Open {
    number: u64,
    time_ns: u64,
    /// The packet that came; `None` where a timer went off.
    bytes: Option<Vec<u8>>,
    comments: Vec<String>,
}

impl Pcapng {
    /// A capture with times in nanoseconds; of what link it is, the first record says.
    pub fn new(file: File) -> io::Result<Pcapng> {
        let blocks = PcapNgWriter::new(Vec::new()).map_err(io::Error::other)?;
        Ok(Pcapng { blocks, file, offload: "", open: Vec::new() })
    }

    fn begin(&mut self, linktype: DataLink) -> io::Result<()> {
        let interface = InterfaceDescriptionBlock {
            linktype,
            snaplen: 0,
            options: vec![
                InterfaceDescriptionOption::IfName(Cow::Borrowed("softstack")),
                // The crate writes nanoseconds; without this, readers take them for microseconds.
                InterfaceDescriptionOption::IfTsResol(9),
            ],
        };
        self.write(&interface.into_block())
    }

    fn write(&mut self, block: &Block) -> io::Result<()> {
        self.blocks.write_block(block).map_err(io::Error::other)?;
        self.file.write_all(self.blocks.get_ref())?;
        self.blocks.get_mut().clear();
        Ok(())
    }

    fn comment(&mut self, number: u64, line: String) {
        if let Some(open) = self.open.iter_mut().find(|open| open.number == number) {
            open.comments.push(line);
        }
    }

    /// Writes the packet that came with what is to be said of it. Where none came, that is for what was sent.
    fn close(&mut self, number: u64) -> io::Result<Vec<String>> {
        let Some(at) = self.open.iter().position(|open| open.number == number) else {
            return Ok(Vec::new());
        };
        let Open { time_ns, bytes, comments, .. } = self.open.swap_remove(at);
        let Some(bytes) = bytes else { return Ok(comments) };
        self.packet(time_ns, &bytes, INBOUND, &comments.join("\n"))?;
        Ok(Vec::new())
    }

    fn reply(&mut self, number: u64, time_ns: u64, bytes: &str, seconds: f64) -> io::Result<()> {
        let mut comments = self.close(number)?;
        let bytes = wire::hex::parse(bytes).map_err(io::Error::other)?;
        comments.push(format!(
            "reply to packet {number} of the journal{}, admitted, after {:.2} ms",
            self.offload,
            seconds * 1e3
        ));
        self.packet(time_ns, &bytes, OUTBOUND, &comments.join("\n"))
    }

    fn packet(
        &mut self,
        time_ns: u64,
        bytes: &[u8],
        direction: u32,
        comment: &str,
    ) -> io::Result<()> {
        let comment = &comment[..comment.floor_char_boundary(LONGEST_COMMENT)];
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: Duration::from_nanos(time_ns),
            original_len: bytes.len() as u32,
            data: Cow::Borrowed(bytes),
            options: vec![
                EnhancedPacketOption::Flags(direction),
                EnhancedPacketOption::Comment(Cow::Borrowed(comment)),
            ],
        };
        self.write(&block.into_block())
    }
}

impl Sink for Pcapng {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Start { checksum_offload, mac, .. } => {
                if *checksum_offload {
                    self.offload = ", its checksums computed by the runtime";
                }
                let link = if mac.is_some() { DataLink::ETHERNET } else { DataLink::RAW };
                self.begin(link)?;
            }
            Record::Request { packet, time_ns, bytes, .. } => {
                let bytes = wire::hex::parse(bytes).map_err(io::Error::other)?;
                let (number, time_ns, bytes) = (*packet, *time_ns, Some(bytes));
                self.open.push(Open { number, time_ns, bytes, comments: Vec::new() });
            }
            Record::Timer { packet, time_ns, name, .. } => {
                let (number, time_ns) = (*packet, *time_ns);
                let comments = vec![format!("the timer {name} went off")];
                self.open.push(Open { number, time_ns, bytes: None, comments });
            }
            Record::Reasoning { packet, text, .. } => self.comment(*packet, text.clone()),
            Record::Thought { packet, model, tokens, seconds, spending, .. } => {
                let usd = spending.and_then(|spending| spending.usd);
                let money = usd.map(|usd| format!(", ${usd:.6}")).unwrap_or_default();
                let line = format!("{model}: {tokens} tokens, {:.2} ms{money}", seconds * 1e3);
                self.comment(*packet, line);
            }
            Record::Verdict { packet, admitted, findings, .. } => {
                let verdict = if *admitted { "admitted" } else { "vetoed" };
                self.comment(*packet, format!("judge: {verdict}"));
                for finding in findings {
                    let line = format!(
                        "{} (RFC {} {}, {}): {}",
                        finding.rule, finding.rfc, finding.section, finding.level, finding.message
                    );
                    self.comment(*packet, line);
                }
            }
            Record::Reply { packet, time_ns, bytes, seconds } => {
                self.reply(*packet, *time_ns, bytes, *seconds)?;
            }
            Record::Silence { packet, reason, .. } => {
                self.comment(*packet, format!("silence: {reason}"));
                self.close(*packet)?;
            }
            _ => {}
        }
        Ok(())
    }
}
