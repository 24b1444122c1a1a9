//! A TCP segment as its connection takes it: numbers, control bits, options and text.

use wire::Tcp;
use wire::options::{OptionField, options};
use wire::tcp::flag::{FIN, SYN};
use wire::tcp::{MIN_HEADER_LEN, option};

use crate::datagram::Datagram;

/// What a segment says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) sequence: u32,
    /// Means something with ACK alone.
    pub(crate) acknowledgment: u32,
    pub(crate) flags: u8,
    /// As it stands, not scaled.
    pub(crate) window: u16,
    pub(crate) options: &'a [u8],
    /// The octets that it carries.
    pub(crate) text: &'a [u8],
}

impl<'a> Said<'a> {
    /// What is said in a datagram of TCP; `None` where its header is not whole.
    pub(crate) fn of(datagram: &Datagram<'a>) -> Option<Said<'a>> {
        let tcp = Tcp::new(datagram.message)?;
        Some(Said {
            source_port: tcp.source_port(),
            destination_port: tcp.destination_port(),
            sequence: tcp.sequence(),
            acknowledgment: tcp.acknowledgment(),
            flags: tcp.flags(),
            window: tcp.window(),
            options: tcp.options()?,
            text: datagram.message.get(tcp.header_len()..)?,
        })
    }

    /// Whether all of those control bits are set.
    pub(crate) fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// SEG.LEN: how many sequence numbers it takes, with those of SYN and FIN.
    pub(crate) fn length(&self) -> u32 {
        let controls = u32::from(self.has(SYN)) + u32::from(self.has(FIN));
        u32::try_from(self.text.len()).unwrap_or(u32::MAX).wrapping_add(controls)
    }

    /// The sequence number after its last.
    pub(crate) fn end(&self) -> u32 {
        self.sequence.wrapping_add(self.length())
    }

    /// The sequence numbers of its text: the first, and the one after the last.
    pub(crate) fn text_numbers(&self) -> (u32, u32) {
        let end = self.end().wrapping_sub(u32::from(self.has(FIN)));
        (self.sequence.wrapping_add(u32::from(self.has(SYN))), end)
    }

    /// The first option of that kind.
    pub(crate) fn option(&self, kind: u8) -> Option<OptionField<'a>> {
        options(self.options).map_while(Result::ok).find(|option| option.kind == kind)
    }

    /// The maximum segment size that it states.
    pub(crate) fn mss(&self) -> Option<u16> {
        let value = <[u8; 2]>::try_from(self.option(option::MSS)?.data).ok()?;
        Some(u16::from_be_bytes(value))
    }

    /// The shift that it offers for windows, 14 at most (RFC 7323 section 2.3).
    pub(crate) fn window_scale(&self) -> Option<u8> {
        let [shift] = <[u8; 1]>::try_from(self.option(option::WINDOW_SCALE)?.data).ok()?;
        Some(shift.min(14))
    }

    /// TSval and TSecr.
    pub(crate) fn timestamps(&self) -> Option<(u32, u32)> {
        let [a, b, c, d, e, f, g, h] =
            <[u8; 8]>::try_from(self.option(option::TIMESTAMPS)?.data).ok()?;
        Some((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
    }

    /// Octets of the header.
    pub(crate) fn header_len(&self) -> usize {
        MIN_HEADER_LEN + self.options.len()
    }
}
