//! How a written runbook differs from what it should say.

use std::fmt;

use serde::Serialize;

/// Longer texts than these are not compared line by line but taken as one change.
const MOST_PAIRS: usize = 4_000_000;

/// Where a file differs from the runbook it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The places, from top to bottom; at least one.
    pub hunks: Vec<DriftHunk>,
}

/// One place where a file differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftHunk {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The heading above it, if there is one.
    pub section: Option<String>,
    /// The lines that stand there. They come from outside.
    pub found: Vec<String>,
    /// The lines that should.
    pub expected: Vec<String>,
}

impl Drift {
    /// Returns how a file differs from what it should be, if it does.
    pub(super) fn between(found: &str, expected: &str) -> Option<Self> {
        let (found, expected): (Vec<_>, Vec<_>) = (found.lines().collect(), expected.lines().collect());
        let hunks: Vec<_> = differences(&found, &expected)
            .into_iter()
            .map(|(line, removed, added)| DriftHunk {
                line: line + 1,
                section: found[..line]
                    .iter()
                    .rev()
                    .find(|line| line.starts_with('#'))
                    .map(|&line| line.to_owned()),
                found: owned(&found[line..line + removed]),
                expected: owned(&expected[added.0..added.1]),
            })
            .collect();
        (!hunks.is_empty()).then_some(Self { hunks })
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// Where one list of lines becomes another: at which line, how many go, and which come.
type Difference = (usize, usize, (usize, usize));

fn differences(found: &[&str], expected: &[&str]) -> Vec<Difference> {
    let before = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let (rest_found, rest_expected) = (&found[before..], &expected[before..]);
    let after = rest_found.iter().rev().zip(rest_expected.iter().rev()).take_while(|(a, b)| a == b).count();
    let a = &rest_found[..rest_found.len() - after];
    let b = &rest_expected[..rest_expected.len() - after];
    if a.is_empty() && b.is_empty() {
        return Vec::new();
    }
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return vec![(before, a.len(), (before, before + b.len()))];
    }
    let common = common_below(a, b);
    let width = b.len() + 1;
    let (mut i, mut j) = (0, 0);
    let mut differences = Vec::new();
    while i < a.len() || j < b.len() {
        let (start_i, start_j) = (i, j);
        while (i < a.len() || j < b.len()) && !(i < a.len() && j < b.len() && a[i] == b[j]) {
            let skip_found =
                j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]);
            if skip_found { i += 1 } else { j += 1 }
        }
        if (start_i, start_j) != (i, j) {
            differences.push((before + start_i, i - start_i, (before + start_j, before + j)));
        }
        if i < a.len() && j < b.len() {
            i += 1;
            j += 1;
        }
    }
    differences
}

/// Returns how many lines both lists share from each pair of places on, row after row.
fn common_below(a: &[&str], b: &[&str]) -> Vec<u32> {
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = if a[i] == b[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    common
}

/// Writes each place with what stands there after `-`, and what should after `+`.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hunk in &self.hunks {
            write!(f, "line {}", hunk.line)?;
            if let Some(section) = &hunk.section {
                write!(f, ", below {section:?}")?;
            }
            writeln!(f, ":")?;
            for line in &hunk.found {
                writeln!(f, "{}", format!("- {line}").trim_end())?;
            }
            for line in &hunk.expected {
                writeln!(f, "{}", format!("+ {line}").trim_end())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_difference_shows_what_stands_there_and_what_should() {
        let found = "# Title\n\none\ntwo\nthree\nfour\n";
        let expected = "# Title\n\none\n2\nthree\nfour\nfive\n";
        insta::assert_snapshot!(Drift::between(found, expected).unwrap(), @r##"
        line 4, below "# Title":
        - two
        + 2
        line 7, below "# Title":
        + five
        "##);
        assert_eq!(Drift::between("a\r\nb\r\n", "a\nb\n"), None);
        assert_eq!(Drift::between("", "").map(|drift| drift.hunks.len()), None);
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abc]{1}", 0..12)
    }

    proptest! {
        #[test]
        fn changing_what_is_shown_gives_what_is_expected(found in lines(), expected in lines()) {
            let drift = Drift::between(&found.join("\n"), &expected.join("\n"));
            prop_assert_eq!(drift.is_none(), found == expected);
            let mut mended = found.clone();
            for hunk in drift.iter().flat_map(|drift| drift.hunks.iter().rev()) {
                let at = hunk.line - 1;
                let removed: Vec<_> =
                    mended.splice(at..at + hunk.found.len(), hunk.expected.iter().cloned()).collect();
                prop_assert_eq!(&removed, &hunk.found);
            }
            prop_assert_eq!(mended, expected);
        }
    }
}
