//! A fast hash for small states. Nobody chooses them, so it need not withstand anybody.

use std::hash::{BuildHasherDefault, Hasher};

/// What a map takes to hash fast.
pub(crate) type Fast = BuildHasherDefault<Multiplying>;

/// Multiplies by a number without a pattern, word by word.
#[derive(Debug, Default)]
pub(crate) struct Multiplying(u64);

impl Multiplying {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Multiplying {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    fn finish(&self) -> u64 {
        // The low bits of a product depend on few bits; the high ones on all.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        hash::{BuildHasher, Hash},
    };

    use super::Fast;

    /// Returns how many of the places in a table, of two powers its bits, some values are put at.
    fn places(values: impl Iterator<Item = impl Hash>, bits: u32) -> usize {
        let place = |value| Fast::default().hash_one(value) & ((1 << bits) - 1);
        values.map(place).collect::<HashSet<_>>().len()
    }

    #[test]
    fn what_differs_in_little_is_spread_over_the_whole_table() {
        // By chance, 4,096 values would be at 3,623 of 16,384 places.
        let (small, parts) =
            ((0..64_u8).flat_map(|one| (0..64_u8).map(move |other| (one, other))), 0..4096_usize);
        assert!(places(small.clone(), 14) > 3_200);
        assert!(places(parts.clone().map(|it| (it, 0_usize)), 14) > 3_200);
        assert!(places(parts.clone().map(|it| (it << 16, 7_u8)), 14) > 3_200);
        assert!(places(small.map(|(one, other)| [one, 0, 0, other, 0, 0, 0, 0, 0, 1]), 14) > 3_200);
        assert!(places(parts.map(|it| (Some(it as u16), None::<u8>)), 14) > 3_200);
    }
}
