//! Bytes cut into lines.

/// Cuts what arrives in pieces into lines, and lines that are too long into parts.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// In bytes.
    const LONGEST: usize = 64 << 10;

    /// Takes a piece, and gives each line that is whole now.
    pub(super) fn take(&mut self, piece: &[u8], mut line: impl FnMut(&str)) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if self.begun.last() == Some(&b'\n') || self.begun.len() >= Self::LONGEST {
                self.give(&mut line);
            }
        }
    }

    /// Gives what came after the last line end.
    pub(super) fn end(&mut self, mut line: impl FnMut(&str)) {
        if !self.begun.is_empty() {
            self.give(&mut line);
        }
    }

    fn give(&mut self, line: &mut impl FnMut(&str)) {
        let bytes = self.begun.strip_suffix(b"\n").unwrap_or(&self.begun);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        line(&String::from_utf8_lossy(bytes));
        self.begun.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.take(piece, |line| found.push(line.to_owned()));
        }
        lines.end(|line| found.push(line.to_owned()));
        found
    }

    #[test]
    fn lines_are_cut_wherever_the_pieces_were() {
        assert_eq!(cut(&[b"a\nb", b"c\r", b"\n", b"\n", b"d"]), ["a", "bc", "", "d"]);
        assert_eq!(cut(&[b"a\n"]), ["a"]);
        assert_eq!(cut(&[]), [""; 0]);
    }

    #[test]
    fn a_line_without_an_end_is_not_collected_for_ever() {
        let piece = vec![b'x'; 40 << 10];
        let found = cut(&[&piece, &piece, &piece]);
        assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [80 << 10, 40 << 10]);
    }
}
