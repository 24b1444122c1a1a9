//! UDP: echo, and ports at which nobody is.

use nano::protocol::Udp as U;
use nano::vocabulary::Token;

use super::sum::Sum;
use super::{Last, Teacher, Verdict, Word, drop_if};

const ECHO_PORT: u16 = 7;

impl Teacher<'_> {
    /// A datagram, of whose pseudo-header all but the length is added.
    pub(super) fn udp(&mut self) -> Last {
        let reply = self.udp_sum()?;
        self.is_undamaged()?;
        if self.look(U::PortLook).value() != ECHO_PORT {
            return match self.look(U::RefuseLook).first() >> 4 {
                4 => self.port_unreachable(),
                _ => self.port_unreachable6(),
            };
        }
        let asker = self.look(U::AskerLook).value();
        drop_if(matches!(asker, 0 | ECHO_PORT), U::DropPort)?;
        self.echo_datagram(reply)
    }

    /// Adds it; the folded sum of all but the checksum.
    fn udp_sum(&mut self) -> Verdict<Sum> {
        let length = self.look(U::Length);
        drop_if(!length.is_full() || length.value() < 8, U::DropLength)?;
        self.add(length.value());
        for label in [U::Source, U::Destination, U::LengthAgain] {
            self.sum(label);
        }
        let mut word = self.udp_word(U::Data)?;
        while !word.is_end() {
            word = self.udp_word(U::More)?;
        }
        Ok(self.sum)
    }

    fn udp_word(&mut self, label: U) -> Verdict<Word> {
        let word = self.look(label);
        drop_if(word.has(Token::BEYOND), U::DropLength)?;
        self.add(word.value());
        Ok(word)
    }

    /// Over IPv4 there need be no checksum (RFC 768), over IPv6 there must (RFC 8200 section 8.1).
    fn is_undamaged(&mut self) -> Verdict<()> {
        let checksum = self.udp_word(U::Checksum)?;
        if checksum.value() == 0 {
            let version = self.look(U::UnsummedLook).first() >> 4;
            return drop_if(version != 4, U::DropChecksum);
        }
        self.fold(U::Fold);
        drop_if(!self.sum.is_all_ones(), U::DropChecksum)
    }

    fn echo_datagram(&mut self, reply: Sum) -> Last {
        // A checksum of 0 would say that there is none (RFC 768).
        let checksum = if reply.is_all_ones() { 0xffff } else { !reply.value };
        self.nibbles(U::WriteChecksum, checksum);
        self.write_opposite(U::WriteDestination);
        self.write_opposite(U::WriteSource);
        self.write_opposite(U::WriteLength);
        self.copy(U::WriteData);
        match self.look(U::EchoLook).first() >> 4 {
            4 => self.write_udp_header(),
            _ => self.write_udp_header6(),
        }
    }
}
