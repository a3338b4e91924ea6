//! What stands in a box, as plain text.

use crate::source::decode;

/// The tags of letters that look otherwise, which plain text has not.
const TAGS: [&str; 7] = ["u", "b", "i", "code", "strong", "em", "small"];

/// Returns the plain text of a label: entity codes decoded, lines broken, letters without tags.
pub(super) fn plain(label: &str) -> String {
    let mut rest = label;
    let mut bare = String::with_capacity(label.len());
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        let inside = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        match TAGS.iter().find_map(|tag| inside.strip_prefix(tag)?.strip_prefix('>')) {
            Some(after) => rest = after,
            None => {
                bare.push('<');
                rest = &rest[1..];
            }
        }
    }
    bare.push_str(rest);
    decode(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_of_the_drawn_chart_sees_stays() {
        assert_eq!(plain("<u>CI/CD</u>\\nBuild<br/>and <code>push</code>"), "CI/CD\nBuild\nand push");
        assert_eq!(plain("ﬂ°°60¶ßbﬂ°gt¶ß ﬂ°°92¶ßn"), "<b> \\n");
        assert_eq!(plain("a < b <i"), "a < b <i");
        assert_eq!(plain("<BR> <br /> <br>x"), "\n \n \nx");
        assert_eq!(plain("ﬂ°nameless¶ß"), "ﬂ°nameless¶ß");
    }
}
