//! Ethernet: which frames are read, and the header of the reply's.

use nano::protocol::{Ethernet as E, Ipv4};

use super::{Teacher, Verdict, drop, drop_if};

pub const IPV4: u16 = 0x0800;
pub const ARP: u16 = 0x0806;
pub const IPV6: u16 = 0x86dd;

impl Teacher<'_> {
    /// Reads the header and writes the reply's; the type of what it carries.
    pub(super) fn frame(&mut self) -> Verdict<u16> {
        let to = self.look(E::To);
        drop_if(!to.is_full(), E::DropEthernet)?;
        match to.value() {
            0xffff => self.is_to_all()?,
            0x3333 => self.is_to_group()?,
            _ if to.first() & 1 == 1 => return drop(E::DropEthernet),
            _ => self.is_to_me()?,
        }
        self.is_from_another()?;
        self.look_through(E::Station, E::StationNext);
        self.copy(E::WriteTo);
        self.copy(E::WriteFrom);
        let kind = self.look(E::TypeAgain).value();
        self.write_opposite(E::WriteType);
        Ok(kind)
    }

    fn is_to_me(&mut self) -> Verdict<()> {
        let mine = self.same(E::ToLow, E::ToLowMine)
            && self.same(E::ToMiddle, E::ToMiddleMine)
            && self.same(E::ToHigh, E::ToHighMine);
        drop_if(!mine, E::DropEthernet)?;
        let kind = self.look(E::Type).whole();
        drop_if(!matches!(kind, Some(IPV4 | ARP | IPV6)), E::DropEthernet)
    }

    fn is_to_all(&mut self) -> Verdict<()> {
        drop_if(self.look(E::All2).value() != 0xffff, E::DropEthernet)?;
        drop_if(self.look(E::All3).value() != 0xffff, E::DropEthernet)?;
        match self.look(E::AllType).whole() {
            Some(ARP | IPV6) => Ok(()),
            Some(IPV4) if self.is_for_all() => drop(Ipv4::DropNotForMe),
            // To every station, but to one host: no business of a host's (RFC 1122 section 3.3.6).
            _ => drop(E::DropEthernet),
        }
    }

    /// Whether the datagram is for a group of hosts, or for all on this link.
    fn is_for_all(&mut self) -> bool {
        match self.look(E::AllIp).value() {
            0xffff => self.look(E::AllIp2).value() == 0xffff,
            to => (0xe0..=0xef).contains(&(to >> 8)),
        }
    }

    fn is_to_group(&mut self) -> Verdict<()> {
        match self.look(E::Group2).value() {
            0 => drop_if(self.look(E::Group3).value() != 1, E::DropEthernet)?,
            word if word >> 8 == 0xff => self.is_to_solicited()?,
            _ => return drop(E::DropEthernet),
        }
        drop_if(self.look(E::GroupType).whole() != Some(IPV6), E::DropEthernet)
    }

    fn is_to_solicited(&mut self) -> Verdict<()> {
        self.fresh(E::Solicited2);
        drop_if(!self.less(E::Solicited2Mine), E::DropEthernet)?;
        drop_if(self.sum.value & 0xff != 0xff, E::DropEthernet)?;
        drop_if(!self.same(E::Solicited3, E::Solicited3Mine), E::DropEthernet)
    }

    fn is_from_another(&mut self) -> Verdict<()> {
        let first = self.look(E::From);
        drop_if(!first.is_full() || first.first() & 1 == 1, E::DropEthernet)?;
        loop {
            let word = self.look(E::FromNext);
            if word.is_end() {
                break;
            }
            drop_if(!word.is_full(), E::DropEthernet)?;
        }
        let mine = self.same(E::FromLow, E::FromLowMine)
            && self.same(E::FromMiddle, E::FromMiddleMine)
            && self.same(E::FromHigh, E::FromHighMine);
        drop_if(mine, E::DropEthernet)
    }
}
