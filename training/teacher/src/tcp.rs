//! TCP: what is no reset is answered by one.

use nano::protocol::Tcp as T;

use super::sum::Sum;
use super::{Last, Teacher, Verdict, drop_if};

const FIN: u16 = 0x01;
const SYN: u16 = 0x02;
const RST: u16 = 0x04;
const ACK: u16 = 0x10;
/// Octets of a reset.
const RESET_LENGTH: u16 = 20;

impl Teacher<'_> {
    /// A segment, of whose pseudo-header all but the length is added.
    pub(super) fn tcp(&mut self) -> Last {
        let pseudo_header = self.sum;
        self.sum(T::Length);
        self.stretch(T::Segment, T::More);
        drop_if(!self.sum.is_all_ones(), T::DropChecksum)?;
        self.tcp_header()?;
        let control = self.look(T::ControlLook).value();
        drop_if(control & RST != 0, T::DropReset)?;
        if control & ACK != 0 {
            self.reset_acked(pseudo_header);
        } else {
            self.acknowledge_all();
            self.reset_all(pseudo_header);
        }
        self.end_reset()
    }

    /// The header has 20 octets at least, and no more than there are.
    fn tcp_header(&mut self) -> Verdict<()> {
        self.fresh(T::Text);
        let word = self.look(T::TextHeader);
        drop_if(!word.is_full() || word.value() >> 12 < 5, T::DropHeader)?;
        self.add_less_header(word.value());
        drop_if(!self.sum.carry, T::DropHeader)
    }

    /// Subtracts the length of the header: in two's complement, so that the carry says whether it was there.
    fn add_less_header(&mut self, word: u16) {
        self.sum.carry = false;
        self.add((4 * (word >> 12)).wrapping_neg());
    }

    fn reset_acked(&mut self, pseudo_header: Sum) {
        self.sum = pseudo_header;
        self.reset_length(T::AckedLength);
        self.write_sum_opposite(T::AckedDestination);
        self.write_sum_opposite(T::AckedSource);
        self.write_sum(T::AckedNone1, 0);
        self.write_sum(T::AckedNone2, 0);
        self.write_sum_opposite(T::AckedSequence1);
        self.write_sum_opposite(T::AckedSequence2);
        self.write_sum(T::AckedControl, 0x5000 | RST);
    }

    /// SEG.SEQ + SEG.LEN, where SYN and FIN count (RFC 9293 section 3.4).
    fn acknowledge_all(&mut self) {
        self.fresh(T::TextAgain);
        let word = self.look(T::TextHeaderAgain).value();
        self.add_less_header(word);
        let word = self.look(T::Controls).value();
        self.sum.carry = false;
        self.add(u16::from(word & SYN != 0) + u16::from(word & FIN != 0));
        self.sum(T::SequenceLow);
        let low = self.sum;
        self.sum.value = 0;
        self.sum(T::SequenceHigh);
        self.nibbles(T::WriteLow, low.value);
        self.nibbles(T::WriteHigh, self.sum.value);
    }

    fn reset_all(&mut self, pseudo_header: Sum) {
        self.sum = pseudo_header;
        self.reset_length(T::AllLength);
        self.write_sum_opposite(T::AllDestination);
        self.write_sum_opposite(T::AllSource);
        self.sum(T::AllAcknowledgment1);
        self.sum(T::AllAcknowledgment2);
        self.write_sum(T::AllSequence1, 0);
        self.write_sum(T::AllSequence2, 0);
        self.write_sum(T::AllControl, 0x5000 | RST | ACK);
    }

    fn reset_length(&mut self, label: T) {
        self.say(label);
        self.add(RESET_LENGTH);
    }

    fn end_reset(&mut self) -> Last {
        self.write_sum(T::WriteWindow, 0);
        self.fold(T::WriteFold);
        self.nibbles(T::WriteChecksum, !self.sum.value);
        self.write(T::WriteUrgent, 0);
        match self.look(T::VersionLook).first() >> 4 {
            4 => self.write_tcp_header(),
            _ => self.write_tcp_header6(),
        }
    }
}
