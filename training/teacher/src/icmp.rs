//! ICMP: echo and timestamp.

use nano::protocol::{Icmp as M, Ipv4};
use nano::vocabulary::Token;

use super::sum::Sum;
use super::{Last, Teacher, Verdict, Word, drop, drop_if};

const ECHO: u16 = 0x0800;
const TIMESTAMP: u16 = 0x0d00;
/// Octets of a timestamp message.
const TIMESTAMP_LENGTH: u16 = 20;

impl Teacher<'_> {
    /// A message; `common` is the sum of what an echo reply's header has in common with the request's.
    pub(super) fn icmp(&mut self, common: Sum) -> Last {
        let reply = self.icmp_message()?;
        match self.look(M::TypeLook).value() {
            ECHO => self.echo(common, reply),
            TIMESTAMP => self.timestamp(),
            _ => drop(M::DropType),
        }
    }

    /// Reads it; the folded sum of all but its type and checksum.
    fn icmp_message(&mut self) -> Verdict<Sum> {
        self.sum = Sum::default();
        self.need_sum(M::Identifier)?;
        self.need_sum(M::Sequence)?;
        let mut word = self.icmp_data(M::Data)?;
        while !word.is_end() {
            word = self.icmp_data(M::More)?;
        }
        let reply = self.sum;
        self.need_sum(M::Type)?;
        self.need_sum(M::Checksum)?;
        self.fold(M::Fold);
        drop_if(!self.sum.is_all_ones(), M::DropChecksum)?;
        Ok(reply)
    }

    fn icmp_data(&mut self, label: M) -> Verdict<Word> {
        let word = self.look(label);
        drop_if(word.has(Token::EOF), Ipv4::DropTruncated)?;
        self.add(word.value());
        Ok(word)
    }

    fn echo(&mut self, common: Sum, reply: Sum) -> Last {
        self.nibbles(M::WriteChecksum, !reply.value);
        self.write(M::WriteType, 0x0000);
        self.copy(M::WriteBody);
        if self.look(Ipv4::OptionsLook).first() == 0x45 {
            return self.write_echo_header(common);
        }
        self.write_icmp_header()
    }

    fn timestamp(&mut self) -> Last {
        drop_if(self.look(M::LengthLook).value() != TIMESTAMP_LENGTH, M::DropType)?;
        self.sum = Sum::of(0x0e00);
        self.stretch(M::Stamp, M::StampNext);
        self.stretch(M::Received, M::ReceivedNext);
        self.stretch(M::Sent, M::SentNext);
        self.nibbles(M::WriteStampChecksum, !self.sum.value);
        self.write(M::WriteStampType, 0x0e00);
        self.copy(M::WriteStamp);
        self.copy(M::WriteReceived);
        self.copy(M::WriteSent);
        self.write_icmp_header()
    }
}
