//! Neighbour discovery: a solicitation of my address, and the advertisement.

use nano::protocol::Neighbor as N;

use super::sum::Sum;
use super::{Last, Teacher, Verdict, Word, drop, drop_if};

const SOLICITATION: u16 = 0x8700;
/// What of an advertisement never changes: payload length 32, next header 58, type 136, and the type and length
/// of the option.
const FRAME: u16 = 0x8800 + 32 + 58 + 0x0201;
const SOLICITED: u16 = 0x6000;
const OVERRIDE: u16 = 0x2000;

impl Teacher<'_> {
    /// A message of neighbour discovery whose first word is `kind`.
    pub(super) fn neighbor(&mut self, kind: u16) -> Last {
        drop_if(self.look(N::HopLimit).value() & 0xff != 255, N::DropHopLimit)?;
        drop_if(kind != SOLICITATION, N::DropNeighbor)?;
        self.is_target()?;
        drop_if(self.look(N::StationLook).is_end(), N::DropNeighbor)?;
        self.solicitation_options()?;
        self.sum = Sum::default();
        self.stretch(N::Nobody, N::NobodyNext);
        if self.sum.value == 0 {
            self.is_probe()?;
            self.begin_advertisement_to_all();
        } else {
            self.begin_advertisement();
        }
        self.advertise()
    }

    fn is_target(&mut self) -> Verdict<()> {
        let low = self.fresh(N::TargetLow);
        drop_if(!low.is_full(), N::DropNeighbor)?;
        self.less(N::TargetLowMine);
        loop {
            drop_if(!self.sum.is_all_ones(), N::DropNeighbor)?;
            if self.fresh(N::Target).is_end() {
                return Ok(());
            }
            self.less(N::TargetMine);
        }
    }

    /// Passes over the options; the reply goes to the station that the source says is its own.
    fn solicitation_options(&mut self) -> Verdict<()> {
        let mut option = self.look(N::Option);
        while !option.is_end() {
            is_sound(option)?;
            if option.value() == 0x0101 {
                let mut word = self.look(N::Asker);
                while !word.is_end() {
                    drop_if(!word.is_full(), N::DropNeighbor)?;
                    word = self.look(N::AskerNext);
                }
                self.copy(N::WriteFrameTo);
            }
            option = self.look(N::OptionNext);
        }
        Ok(())
    }

    /// Who tries an address out asks those whose addresses end so, and names no station (RFC 4861 section 7.1.1).
    fn is_probe(&mut self) -> Verdict<()> {
        drop_if(self.look(N::ProbeGroup).first() != 0xff, N::DropNeighbor)?;
        drop_if(self.look(N::ProbeSome).value() != 1, N::DropNeighbor)?;
        let mut option = self.look(N::ProbeOption);
        while !option.is_end() {
            drop_if(option.first() == 1, N::DropNeighbor)?;
            option = self.look(N::ProbeOptionNext);
        }
        Ok(())
    }

    fn begin_advertisement_to_all(&mut self) {
        self.write(N::WriteGroup1, 0x3333);
        self.write(N::WriteGroup2, 0x0000);
        self.write(N::WriteGroup3, 0x0001);
        self.write(N::WriteProbeFlags, OVERRIDE);
        self.sum_from(FRAME + OVERRIDE, N::AdvertiseAll);
        self.stretch(N::All, N::AllNext);
        self.copy(N::WriteAll);
    }

    fn begin_advertisement(&mut self) {
        self.write(N::WriteFlags, SOLICITED);
        self.sum_from(FRAME + SOLICITED, N::Advertise);
        self.stretch(N::Source, N::SourceNext);
        self.copy(N::WriteDestination);
    }

    fn advertise(&mut self) -> Last {
        self.stretch(N::Mine, N::MineNext);
        self.copy(N::WriteSource);
        self.stretch(N::Advertised, N::AdvertisedNext);
        self.copy(N::WriteTarget);
        self.stretch(N::Station, N::StationNext);
        self.copy(N::WriteStation);
        self.nibbles(N::WriteChecksum, !self.sum.value);
        for (label, word) in [
            (N::WriteType, 0x8800),
            (N::WriteReserved, 0x0000),
            (N::WriteOption, 0x0201),
            (N::WriteNext, 0x3aff),
            (N::WriteLength, 32),
            (N::WriteVersion, 0x6000),
            (N::WriteFlow, 0x0000),
        ] {
            self.write(label, word);
        }
        Ok(N::Send.into())
    }
}

/// An option has a length, and ends where the message does at the latest.
fn is_sound(option: Word) -> Verdict<()> {
    if !option.is_full() || option.value() & 0xff == 0 {
        return drop(N::DropNeighbor);
    }
    Ok(())
}
