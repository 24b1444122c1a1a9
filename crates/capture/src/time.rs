//! From a capture's clock to nanoseconds since the epoch. Each interface of a pcapng file has a clock of
//! its own: its unit is if_tsresol, a power of ten or of two, and if_tsoffset seconds are to be added.

/// One interface's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    unit: Unit,
    /// What is to be added, in nanoseconds.
    offset: i128,
}

/// How units become nanoseconds.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// So many nanoseconds are one unit.
    Times(u64),
    /// So many units are one nanosecond.
    Part(u64),
    /// 2 to this power units are one second.
    Shift(u8),
}

impl Clock {
    /// `resolution` is if_tsresol: a negative power of 10, or of 2 if the highest bit is set. `offset`
    /// is if_tsoffset, in seconds.
    pub fn new(resolution: u8, offset: i64) -> Clock {
        let power = |exponent: u8| 10_u64.checked_pow(exponent.into());
        let unit = match resolution {
            0..=9 => Unit::Times(10_u64.pow((9 - resolution).into())),
            // All that 64 bits can hold of a unit so small is less than a nanosecond.
            10..=0x7f => power(resolution - 9).map_or(Unit::Times(0), Unit::Part),
            0x80.. => Unit::Shift(resolution & 0x7f),
        };
        Clock { unit, offset: i128::from(offset) * 1_000_000_000 }
    }

    /// Nanoseconds since 1970-01-01 00:00:00 UTC; none before then or after 2554.
    #[inline]
    pub fn nanoseconds(&self, units: u64) -> Option<u64> {
        let nanoseconds = match self.unit {
            Unit::Times(factor) => i128::from(units) * i128::from(factor),
            Unit::Part(divisor) => i128::from(units / divisor),
            Unit::Shift(bits) => (i128::from(units) * 1_000_000_000) >> bits,
        };
        u64::try_from(nanoseconds + self.offset).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resolution: u8, offset: i64, units: u64, nanoseconds: Option<u64>) {
        assert_eq!(Clock::new(resolution, offset).nanoseconds(units), nanoseconds);
    }

    #[test]
    fn powers_of_ten() {
        check(0, 0, 7, Some(7_000_000_000));
        check(6, 0, 1_700_000_000_123_456, Some(1_700_000_000_123_456_000));
        check(9, 0, 1_700_000_000_123_456_789, Some(1_700_000_000_123_456_789));
        check(10, 0, 12_345, Some(1_234));
        check(12, 0, 5_000, Some(5));
        check(28, 0, u64::MAX, Some(1));
        check(29, 0, u64::MAX, Some(0));
        check(0x7f, 0, u64::MAX, Some(0));
    }

    #[test]
    fn powers_of_two() {
        check(0x80, 0, 3, Some(3_000_000_000));
        check(0x8a, 0, 1024 + 512, Some(1_500_000_000));
        check(0xa0, 0, 1 << 31, Some(500_000_000));
        check(0xff, 0, u64::MAX, Some(0));
    }

    #[test]
    fn offsets_and_what_does_not_fit() {
        check(6, 100, 1, Some(100_000_001_000));
        check(6, -100, 100_000_001, Some(1_000));
        check(6, -100, 99_999_999, None);
        check(0, 0, u64::MAX, None);
        check(0, i64::MIN, u64::MAX, None);
        check(0, i64::MAX, u64::MAX, None);
    }
}
