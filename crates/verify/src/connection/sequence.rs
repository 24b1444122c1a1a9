//! Sequence numbers (RFC 9293 section 3.4): they go round, so all that can be said of two is which comes first
//! where they are less than half of all numbers apart.

/// Whether `one` comes before `other`.
pub(crate) fn before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other).cast_signed() < 0
}

/// Whether `one` comes before `other` or is the same.
pub(crate) fn at_most(one: u32, other: u32) -> bool {
    !before(other, one)
}

/// The one that comes later.
pub(crate) fn later(one: u32, other: u32) -> u32 {
    if before(one, other) { other } else { one }
}

/// The one that comes first.
pub(crate) fn earlier(one: u32, other: u32) -> u32 {
    if before(one, other) { one } else { other }
}

/// Whether `number` is `from` or after, and before `to`.
pub(crate) fn is_between(from: u32, number: u32, to: u32) -> bool {
    at_most(from, number) && before(number, to)
}

/// How many numbers there are from `from` to before `to`, which does not come before it.
pub(crate) fn distance(from: u32, to: u32) -> u32 {
    to.wrapping_sub(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_round() {
        for start in [0, 5, 0x7fff_fff0, u32::MAX - 3, u32::MAX] {
            let after = start.wrapping_add(10);
            assert!(before(start, after) && !before(after, start) && !before(start, start));
            assert!(at_most(start, start) && at_most(start, after) && !at_most(after, start));
            assert_eq!((later(start, after), later(after, start)), (after, after));
            assert_eq!((earlier(start, after), earlier(after, start)), (start, start));
            assert!(is_between(start, start, after) && !is_between(start, after, after));
            assert_eq!(distance(start, after), 10);
        }
    }
}
