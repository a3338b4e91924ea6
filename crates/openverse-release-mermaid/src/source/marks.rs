//! Which of the characters that a text is changed for are in it.

/// Some characters of ASCII, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    pub(super) const NONE: Self = Self(0);
    pub(super) const RETURN: Self = Self(1);
    pub(super) const LESS: Self = Self(2);
    pub(super) const PERCENT: Self = Self(4);
    pub(super) const HASH: Self = Self(8);
    pub(super) const BRACE: Self = Self(16);

    /// Looks for all of them at once, so that most texts are looked at once and not for each of them.
    pub(super) fn of(text: &str) -> Self {
        let mark = |byte: u8, mark: u8, bit: Self| if byte == mark { bit.0 } else { 0 };
        let found = text.bytes().fold(0, |found, byte| {
            found
                | mark(byte, b'\r', Self::RETURN)
                | mark(byte, b'<', Self::LESS)
                | mark(byte, b'%', Self::PERCENT)
                | mark(byte, b'#', Self::HASH)
                | mark(byte, b'}', Self::BRACE)
        });
        Self(found)
    }

    /// Tells whether all of others are among them.
    pub(super) fn have(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_marks_that_are_in_it() {
        let marks = [
            ("\r", Marks::RETURN),
            ("<", Marks::LESS),
            ("%", Marks::PERCENT),
            ("#", Marks::HASH),
            ("}", Marks::BRACE),
        ];
        for (text, mark) in marks {
            assert_eq!(Marks::of(&format!("é and {text}, far into the text")), mark);
            assert!(Marks::of(&marks.map(|(text, _)| text).concat()).have(mark));
            assert!(!Marks::of("a --> b & c").have(mark));
        }
        assert!(Marks::of("").have(Marks::NONE));
    }
}
