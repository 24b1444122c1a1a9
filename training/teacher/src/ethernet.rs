//! Ethernet: which frames are read, and the header of the reply's.

use nano::protocol::{Ethernet as E, Ipv4};

use super::{Teacher, Verdict, drop, drop_if};

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;

impl Teacher<'_> {
    /// Reads the header and writes the reply's; whether it carries ARP.
    pub(super) fn frame(&mut self) -> Verdict<bool> {
        let to = self.look(E::To);
        drop_if(!to.is_full(), E::DropEthernet)?;
        match to.value() {
            0xffff => self.to_all()?,
            0x3333 => self.to_group()?,
            _ if to.first() & 1 == 1 => return drop(E::DropEthernet),
            _ => self.to_me()?,
        }
        self.from_another()?;
        self.look_through(E::Station, E::StationNext);
        self.copy(E::WriteTo);
        self.copy(E::WriteFrom);
        let kind = self.look(E::TypeAgain).value();
        self.write_opposite(E::WriteType);
        Ok(kind == ARP)
    }

    fn to_me(&mut self) -> Verdict<()> {
        let mine = self.same(E::ToLow, E::ToLowMine)
            && self.same(E::ToMiddle, E::ToMiddleMine)
            && self.same(E::ToHigh, E::ToHighMine);
        drop_if(!mine, E::DropEthernet)?;
        let kind = self.look(E::Type);
        drop_if(!matches!(kind.value(), IPV4 | ARP | IPV6), E::DropEthernet)
    }

    fn to_all(&mut self) -> Verdict<()> {
        drop_if(self.look(E::All2).value() != 0xffff, E::DropEthernet)?;
        drop_if(self.look(E::All3).value() != 0xffff, E::DropEthernet)?;
        match self.look(E::AllType).value() {
            ARP | IPV6 => Ok(()),
            // To every station, but to one host: no business of a host's (RFC 1122 section 3.3.6).
            IPV4 if self.look(E::AllIp).first() >= 224 => drop(Ipv4::DropNotForMe),
            _ => drop(E::DropEthernet),
        }
    }

    fn to_group(&mut self) -> Verdict<()> {
        let second = self.look(E::Group2);
        match second.value() {
            0 => drop_if(self.look(E::Group3).value() != 1, E::DropEthernet)?,
            word if word >> 8 == 0xff => self.to_solicited()?,
            _ => return drop(E::DropEthernet),
        }
        drop_if(self.look(E::GroupType).value() != IPV6, E::DropEthernet)
    }

    fn to_solicited(&mut self) -> Verdict<()> {
        self.fresh(E::Solicited2);
        drop_if(!self.less(E::Solicited2Mine), E::DropEthernet)?;
        drop_if(self.sum.value & 0xff != 0xff, E::DropEthernet)?;
        drop_if(!self.same(E::Solicited3, E::Solicited3Mine), E::DropEthernet)
    }

    fn from_another(&mut self) -> Verdict<()> {
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
