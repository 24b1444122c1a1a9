//! IPv4: the header that came, and those of replies.

use nano::protocol::{Ipv4 as I, Ipv6, Label, Udp};
use nano::vocabulary::Token;

use super::ethernet::{IPV4, IPV6};
use super::sum::Sum;
use super::{Last, Teacher, Verdict, Word, drop_if};

impl Teacher<'_> {
    /// The first word tells which version of IP it is; a frame's type must say the same.
    pub(super) fn version(&mut self, kind: Option<u16>) -> Last {
        let word = self.look(I::Version);
        if kind == Some(IPV6) {
            drop_if(!word.is_full() || word.first() >> 4 != 6, Ipv6::DropIpv6)?;
        } else {
            self.need(word)?;
        }
        let first = word.first();
        let is_known = matches!(first, 0x45..=0x4f | 0x60..=0x6f);
        drop_if(!is_known || kind == Some(IPV4) && first >> 4 == 6, I::DropVersion)?;
        self.sum = Sum::default();
        self.add(word.value());
        if first >> 4 == 6 { self.ipv6() } else { self.ipv4() }
    }

    fn ipv4(&mut self) -> Last {
        let common = self.header()?;
        self.addresses()?;
        drop_if(self.look(I::FlagsLook).value() & 0x3fff != 0, I::DropFragment)?;
        if self.look(I::ProtocolLook).value() & 0xff == 1 {
            return self.icmp(common);
        }
        drop_if(self.look(I::FinalLook).has(Token::EOF), I::DropTruncated)?;
        self.sum = Sum::default();
        self.stretch(I::Pseudo, I::PseudoNext);
        let protocol = self.look(I::Protocol).value() & 0xff;
        self.add(protocol);
        match protocol {
            6 => self.tcp(),
            17 => self.udp(),
            _ => self.protocol_unreachable(),
        }
    }

    /// Reads the header; the sum of what an echo reply has in common with it.
    fn header(&mut self) -> Verdict<Sum> {
        for label in [I::TotalLength, I::Source1, I::Source2, I::Destination1, I::Destination2] {
            self.need_sum(label)?;
        }
        let common = self.sum;
        for label in [I::Identification, I::Flags, I::Ttl, I::HeaderChecksum] {
            self.need_sum(label)?;
        }
        let mut word = self.option(I::Options)?;
        let has_options = !word.is_end();
        while !word.is_end() {
            word = self.option(I::Option)?;
        }
        drop_if(!self.sum.is_all_ones(), I::DropHeaderChecksum)?;
        if has_options {
            self.is_unrouted()?;
        }
        Ok(common)
    }

    /// What its source routes may have further to go, or needs a route back that is no host's to trust
    /// (RFC 791 section 3.1, RFC 7126 sections 4.3.5 and 4.4.5).
    fn is_unrouted(&mut self) -> Verdict<()> {
        let mut option = self.look(I::Route);
        while !option.is_end() {
            drop_if(matches!(option.0[0], Token(131 | 137)), I::DropRoute)?;
            option = self.look(I::RouteNext);
        }
        Ok(())
    }

    fn option(&mut self, label: I) -> Verdict<Word> {
        let word = self.look(label);
        if !word.is_end() {
            self.need(word)?;
        }
        self.add(word.value());
        Ok(word)
    }

    /// Reads a word that must be there and adds it.
    pub(super) fn need_sum(&mut self, label: impl Into<Label>) -> Verdict<Word> {
        let word = self.look(label);
        self.need(word)?;
        self.add(word.value());
        Ok(word)
    }

    fn need(&self, word: Word) -> Verdict<()> {
        drop_if(word.has(Token::EOF), I::DropTruncated)?;
        drop_if(!word.is_full(), I::DropShort)
    }

    fn addresses(&mut self) -> Verdict<()> {
        let mine = self.same(I::ToLow, I::ToLowMine) && self.same(I::ToHigh, I::ToHighMine);
        drop_if(!mine, I::DropNotForMe)?;
        let from_me =
            self.same(I::FromLow, I::FromLowMine) && self.same(I::FromHigh, I::FromHighMine);
        drop_if(from_me || self.is_from_all(), I::DropSource)?;
        let first = self.look(I::SourceLook).first();
        drop_if(matches!(first, 0 | 127 | 224..), I::DropSource)
    }

    /// Whether the source is the network's broadcast address.
    fn is_from_all(&mut self) -> bool {
        self.fresh(I::AllLow);
        self.less(I::AllLowOurs) && self.sum.is_all_ones() && self.same(I::AllHigh, I::AllHighOurs)
    }

    /// The header of an echo reply to a request without options.
    pub(super) fn write_echo_header(&mut self, common: Sum) -> Last {
        for label in [
            I::WriteVersion,
            I::WriteTotalLength,
            I::WriteSource1,
            I::WriteSource2,
            I::WriteDestination1,
            I::WriteDestination2,
        ] {
            self.write_opposite(label);
        }
        self.sum = common;
        // Identification 0 with Don't Fragment set: an atomic datagram (RFC 6864 section 4.1).
        self.write_sum(I::WriteIdentification, 0x0000);
        self.write_sum(I::WriteFlags, 0x4000);
        self.write_sum(I::WriteTtl, 0x4001);
        self.fold(I::WriteFold);
        self.nibbles(I::WriteHeaderChecksum, !self.sum.value);
        Ok(I::Send.into())
    }

    /// Any other header around ICMP, of the type of service of the request (RFC 1349 section 5.1).
    pub(super) fn write_icmp_header(&mut self) -> Last {
        self.say(I::IcmpVersion);
        let service = self.opposite().value() & 0xff;
        for byte in [0x45, service as u8] {
            self.choose(Token::byte(byte));
        }
        self.write(I::TtlIcmp, 0x4001);
        self.sum_from(20, I::Length);
        self.nibbles(I::WriteIcmpLength, self.sum.value);
        self.write_rest_of_header()
    }

    /// The same around UDP; the datagram tells its length.
    pub(super) fn write_udp_header(&mut self) -> Last {
        self.write(I::TtlUdp, 0x4011);
        self.sum_from(20, Udp::Total);
        self.nibbles(I::WriteLength, self.sum.value);
        self.write_header()
    }

    /// The same around a reset.
    pub(super) fn write_tcp_header(&mut self) -> Last {
        self.write(I::TtlTcp, 0x4006);
        self.write(I::WriteLength40, 40);
        self.write_header()
    }

    /// The same around an error, whose length is written.
    pub(super) fn write_error_header(&mut self) -> Last {
        self.write(I::TtlError, 0x4001);
        self.write_header()
    }

    fn write_header(&mut self) -> Last {
        self.write(I::PlainVersion, 0x4500);
        self.write_rest_of_header()
    }

    fn write_rest_of_header(&mut self) -> Last {
        self.write(I::PlainIdentification, 0x0000);
        self.write(I::PlainFlags, 0x4000);
        for label in [I::PlainSource1, I::PlainSource2, I::PlainDestination1, I::PlainDestination2]
        {
            self.write_opposite(label);
        }
        self.sum = Sum::default();
        self.stretch(I::Header, I::HeaderNext);
        self.nibbles(I::PlainChecksum, !self.sum.value);
        Ok(I::Send.into())
    }
}
