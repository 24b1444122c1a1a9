//! IPv6: the header that came, and those of replies.

use nano::protocol::{Ethernet, Ipv4, Ipv6 as I, Udp};

use super::sum::Sum;
use super::{Last, Teacher, Verdict, drop, drop_if};

/// Next headers after which at least 8 octets come: extension headers, TCP, UDP, ICMPv6.
const KNOWN: [u8; 7] = [0, 6, 17, 43, 44, 58, 60];
const ICMPV6: u8 = 58;
const SOLICITATION: u8 = 135;

impl Teacher<'_> {
    /// A packet whose first word is read.
    pub(super) fn ipv6(&mut self) -> Last {
        drop_if(self.look(I::Mine).is_end(), Ipv4::DropVersion)?;
        let length = self.look(I::PayloadLength);
        drop_if(!length.is_full(), I::DropIpv6)?;
        drop_if(!self.look(I::FinalLook).is_full(), I::DropIpv6)?;
        if length.value() < 8 {
            let next = self.look(I::ShortNext).first();
            drop_if(KNOWN.contains(&next), I::DropIpv6)?;
        }
        self.is_for_me()?;
        self.is_from_one()?;
        self.pseudo_header()?;
        let next = self.look(I::Next).first();
        self.add(u16::from(next));
        match next {
            6 => self.tcp(),
            17 => self.udp(),
            ICMPV6 => self.icmpv6(),
            44 => drop(Ipv4::DropFragment),
            0 | 43 | 59 | 60 => drop(I::DropProtocol),
            _ => self.parameter_problem(),
        }
    }

    fn is_for_me(&mut self) -> Verdict<()> {
        let first = self.look(I::Group);
        if first.first() == 0xff {
            drop_if(first.value() != 0xff02, Ipv4::DropNotForMe)?;
            return self.is_for_my_group();
        }
        let mine = self
            .same_stretch([I::ToLow.into(), I::ToLowMine.into()], [I::To.into(), I::ToMine.into()]);
        drop_if(!mine, Ipv4::DropNotForMe)?;
        let to = self.look(I::FrameLook);
        drop_if(to.is_full() && to.first() & 1 == 1, Ethernet::DropEthernet)
    }

    /// All nodes, or those whose addresses end like mine; of what comes to them only solicitations count.
    fn is_for_my_group(&mut self) -> Verdict<()> {
        let mut word = self.look(I::Zeros);
        while !word.is_end() {
            drop_if(word.value() != 0, Ipv4::DropNotForMe)?;
            word = self.look(I::ZerosNext);
        }
        match self.look(I::Group6).value() {
            0 => {
                drop_if(self.look(I::Nodes7).value() != 0, Ipv4::DropNotForMe)?;
                drop_if(self.look(I::Nodes8).value() != 1, Ipv4::DropNotForMe)?;
            }
            1 => self.is_solicited()?,
            _ => return drop(Ipv4::DropNotForMe),
        }
        drop_if(self.look(I::GroupNext).first() != ICMPV6, Ipv4::DropNotForMe)
    }

    fn is_solicited(&mut self) -> Verdict<()> {
        drop_if(!self.same(I::SolicitedLow, I::SolicitedLowMine), Ipv4::DropNotForMe)?;
        let high = self.fresh(I::SolicitedHigh);
        drop_if(high.first() != 0xff, Ipv4::DropNotForMe)?;
        self.less(I::SolicitedHighMine);
        drop_if(self.sum.value & 0xff != 0xff, Ipv4::DropNotForMe)
    }

    fn is_from_one(&mut self) -> Verdict<()> {
        let first = self.look(I::SourceLook);
        drop_if(first.first() == 0xff, Ipv4::DropSource)?;
        drop_if(first.value() == 0 && self.is_loopback(), Ipv4::DropSource)?;
        let mine = self.same_stretch(
            [I::FromLow.into(), I::FromLowMine.into()],
            [I::From.into(), I::FromMine.into()],
        );
        drop_if(mine, Ipv4::DropSource)
    }

    /// Whether a source that begins with zeros is ::1.
    fn is_loopback(&mut self) -> bool {
        if self.look(I::Loopback).value() != 1 {
            return false;
        }
        let mut word = self.look(I::LoopbackZeros);
        while !word.is_end() {
            if word.value() != 0 {
                return false;
            }
            word = self.look(I::LoopbackNext);
        }
        true
    }

    /// Adds both addresses. Only nobody's source adds up to nothing.
    fn pseudo_header(&mut self) -> Verdict<()> {
        self.sum = Sum::default();
        self.stretch(I::Source, I::SourceNext);
        let mut destination = I::Destination;
        if self.sum.value == 0 {
            self.is_solicitation_of_nobody()?;
            self.sum = Sum::default();
            destination = I::NobodyDestination;
        }
        self.stretch(destination, I::DestinationNext);
        Ok(())
    }

    fn is_solicitation_of_nobody(&mut self) -> Verdict<()> {
        drop_if(self.look(I::NobodyNext).first() != ICMPV6, Ipv4::DropSource)?;
        drop_if(self.look(I::NobodyType).first() != SOLICITATION, Ipv4::DropSource)
    }

    /// The header around an ICMPv6 reply as long as what came.
    pub(super) fn write_icmpv6_header(&mut self) -> Last {
        self.write(I::NextIcmp, 0x3a40);
        self.fresh(I::Length);
        self.nibbles(I::WriteLength, self.sum.value);
        self.write_header6()
    }

    /// The same around UDP; the datagram tells its length.
    pub(super) fn write_udp_header6(&mut self) -> Last {
        self.write(I::NextUdp, 0x1140);
        self.fresh(Udp::Payload);
        self.nibbles(I::WriteLength, self.sum.value);
        self.write_header6()
    }

    /// The same around a reset.
    pub(super) fn write_tcp_header6(&mut self) -> Last {
        self.write(I::NextTcp, 0x0640);
        self.write(I::WriteLength20, 20);
        self.write_header6()
    }

    /// The same around an error, whose length is written.
    pub(super) fn write_error_header6(&mut self) -> Last {
        self.write(I::NextError, 0x3a40);
        self.write_header6()
    }

    fn write_header6(&mut self) -> Last {
        self.write(I::WriteVersion, 0x6000);
        self.write(I::WriteFlow, 0x0000);
        self.copy(I::WriteSource);
        self.copy(I::WriteDestination);
        Ok(I::Send.into())
    }
}
