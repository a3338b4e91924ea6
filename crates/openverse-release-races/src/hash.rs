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
