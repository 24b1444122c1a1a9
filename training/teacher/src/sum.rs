//! The running ones'-complement sum as the tape keeps it, and the few words that are not added as they stand.

use nano::vocabulary::Token;

/// A sum whose carry out of the top is still to be added.
#[derive(Clone, Copy, Default)]
pub struct Sum {
    pub value: u16,
    pub carry: bool,
}

impl Sum {
    pub fn of(value: u16) -> Sum {
        Sum { value, carry: false }
    }

    /// Adds a word and returns the four nibble tokens, low first.
    pub fn add(&mut self, word: u16) -> [Token; 4] {
        let mut carry = u16::from(self.carry);
        let mut value = 0;
        let tokens = std::array::from_fn(|i| {
            let nibble = (self.value >> (4 * i) & 15) + (word >> (4 * i) & 15) + carry;
            carry = nibble >> 4;
            value |= (nibble & 15) << (4 * i);
            Token::nibble((nibble & 15) as u8, carry == 1)
        });
        *self = Sum { value, carry: carry == 1 };
        tokens
    }

    pub fn is_all_ones(self) -> bool {
        self.value == 0xffff
    }
}
