//! ICMPv6: echo, and what leads to neighbour discovery.

use nano::protocol::{Icmpv6 as M, Ipv4};

use super::sum::Sum;
use super::{Last, Teacher, drop, drop_if};

const ECHO: u16 = 0x8000;

impl Teacher<'_> {
    /// A message, of whose pseudo-header all but the length is added.
    pub(super) fn icmpv6(&mut self) -> Last {
        self.sum(M::Length);
        self.sum(M::Identifier);
        self.sum(M::Sequence);
        self.stretch(M::Data, M::More);
        let rest = self.sum;
        self.sum(M::Type);
        self.sum(M::Checksum);
        self.fold(M::Fold);
        drop_if(!self.sum.is_all_ones(), M::DropChecksum)?;
        let kind = self.look(M::TypeLook);
        match kind.value() {
            ECHO => self.echo6(rest),
            word if (133..=137).contains(&(word >> 8)) => self.neighbor(word),
            _ => drop(M::DropType),
        }
    }

    fn echo6(&mut self, rest: Sum) -> Last {
        drop_if(self.look(M::GroupLook).first() == 0xff, Ipv4::DropNotForMe)?;
        self.sum = rest;
        self.write_sum(M::WriteType, 0x8100);
        self.fold(M::WriteFold);
        self.nibbles(M::WriteChecksum, !self.sum.value);
        self.copy(M::WriteBody);
        self.write_icmpv6_header()
    }
}
