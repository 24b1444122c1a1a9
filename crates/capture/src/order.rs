//! The byte order of a capture: that of the machine which wrote it, told by the file's magic number.
//! Everything but the captured bytes is in it.

/// Most significant octet first, or last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Big,
    Little,
}

impl Order {
    /// The number at `at`; whoever asks has checked the length.
    #[inline]
    pub fn u16(self, bytes: &[u8], at: usize) -> u16 {
        self.of(array(bytes, at), u16::from_be_bytes, u16::from_le_bytes)
    }

    /// The number at `at`; whoever asks has checked the length.
    #[inline]
    pub fn u32(self, bytes: &[u8], at: usize) -> u32 {
        self.of(array(bytes, at), u32::from_be_bytes, u32::from_le_bytes)
    }

    /// The number at `at`; whoever asks has checked the length.
    #[inline]
    pub fn u64(self, bytes: &[u8], at: usize) -> u64 {
        self.of(array(bytes, at), u64::from_be_bytes, u64::from_le_bytes)
    }

    pub fn of_u16(self, number: u16) -> [u8; 2] {
        self.of(number, u16::to_be_bytes, u16::to_le_bytes)
    }

    pub fn of_u32(self, number: u32) -> [u8; 4] {
        self.of(number, u32::to_be_bytes, u32::to_le_bytes)
    }

    pub fn of_u64(self, number: u64) -> [u8; 8] {
        self.of(number, u64::to_be_bytes, u64::to_le_bytes)
    }

    #[inline]
    fn of<A, B>(self, value: A, big: fn(A) -> B, little: fn(A) -> B) -> B {
        match self {
            Order::Big => big(value),
            Order::Little => little(value),
        }
    }
}

#[inline]
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("the length was checked")
}

/// The length of something that is filled up to a multiple of 32 bits.
#[inline]
pub(crate) fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}
