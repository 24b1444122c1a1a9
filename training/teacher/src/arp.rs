//! ARP: a request for my address, and the reply.

use nano::protocol::Arp as A;

use super::{Last, Teacher, Verdict, drop_if};

impl Teacher<'_> {
    pub(super) fn arp(&mut self) -> Last {
        for (label, expected) in [
            (A::Hardware, 0x0001),
            (A::Protocol, 0x0800),
            (A::Lengths, 0x0604),
            (A::Operation, 0x0001),
        ] {
            let word = self.look(label);
            drop_if(!word.is_full() || word.value() != expected, A::DropArp)?;
        }
        self.asks_for_me()?;
        drop_if(self.look(A::To).first() & 1 == 1, A::DropArp)?;
        while !self.look(A::ToNext).is_end() {}
        self.copy(A::WriteFrameTo);
        self.write(A::WriteHardware, 0x0001);
        self.write(A::WriteProtocol, 0x0800);
        self.write(A::WriteLengths, 0x0604);
        self.write(A::WriteOperation, 0x0002);
        self.look_through(A::Station, A::StationNext);
        self.copy(A::WriteStation);
        self.look_through(A::Address, A::AddressNext);
        self.copy(A::WriteAddress);
        self.look_through(A::Asker, A::AskerNext);
        self.copy(A::WriteAsker);
        Ok(A::Send.into())
    }

    fn asks_for_me(&mut self) -> Verdict<()> {
        // The target is the packet's last word, so all before it is there too.
        let last = self.fresh(A::TargetLow);
        drop_if(!last.is_full(), A::DropArp)?;
        self.less(A::TargetLowMine);
        let mine = self.sum.is_all_ones() && self.same(A::TargetHigh, A::TargetHighMine);
        drop_if(!mine, A::DropArp)?;
        let from_me = self.same(A::SenderLow, A::SenderLowMine)
            && self.same(A::SenderHigh, A::SenderHighMine);
        drop_if(from_me, A::DropArp)
    }
}
