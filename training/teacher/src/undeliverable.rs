//! Errors about what nobody takes.

use nano::protocol::Undeliverable as D;

use super::{Last, Teacher};

/// An error is 576 octets long at most, 28 of them headers; one over IPv6 1,280, 88 of them.
const MOST: u16 = 576 - 28;
const MOST6: u16 = 1280 - 88;

impl Teacher<'_> {
    pub(super) fn port_unreachable(&mut self) -> Last {
        self.write(D::Port4, 0x0303);
        self.error()
    }

    pub(super) fn protocol_unreachable(&mut self) -> Last {
        self.write(D::Protocol4, 0x0302);
        self.error()
    }

    fn error(&mut self) -> Last {
        self.write(D::Unused1, 0);
        self.write(D::Unused2, 0);
        // Overflows where it does not fit.
        self.sum_from(u16::MAX - MOST, D::Fits4);
        if self.sum.carry {
            self.write(D::Total576, 576);
        } else {
            self.sum_from(28, D::Total4);
            self.nibbles(D::WriteTotal, self.sum.value);
        }
        self.fresh(D::Type4);
        self.stretch(D::Quote4, D::Quote4Next);
        self.nibbles(D::WriteChecksum4, !self.sum.value);
        self.copy(D::WriteQuote4);
        self.write_error_header()
    }

    pub(super) fn port_unreachable6(&mut self) -> Last {
        self.write(D::Port6, 0x0104);
        self.write(D::Unused6, 0);
        self.write(D::Unused62, 0);
        self.error6()
    }

    /// The next header, which is octet 6 of the packet, is not known.
    pub(super) fn parameter_problem(&mut self) -> Last {
        self.write(D::Parameter, 0x0401);
        self.write(D::Pointer, 0);
        self.write(D::Pointer2, 6);
        self.error6()
    }

    fn error6(&mut self) -> Last {
        self.sum_from(u16::MAX - MOST6, D::Fits6);
        if self.sum.carry {
            self.write(D::Length1240, 1240);
        } else {
            self.sum_from(48, D::Length6);
            self.nibbles(D::WriteLength6, self.sum.value);
        }
        self.sum_from(58, D::Type6);
        self.sum(D::Pointer6);
        self.sum(D::Total6);
        self.stretch(D::Quote6, D::Quote6Next);
        self.stretch(D::Addresses, D::AddressesNext);
        self.nibbles(D::WriteChecksum6, !self.sum.value);
        self.copy(D::WriteQuote6);
        self.write_error_header6()
    }
}
