//! Text on its way into Markdown, as GitHub reads it.

use crate::flow::visible_lines;

/// Returns text as one line of Markdown that shows just this text.
///
/// Nothing in it can begin a heading, a list, a link, HTML or a formula. A simple code span stays
/// one, because people write names of code that way in titles.
pub(crate) fn inline(text: &str) -> String {
    let line = visible_lines(text).join(" ");
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len() + 8);
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        if let Some(span) = code_span(&line, at) {
            out.push_str(span);
            at += span.len();
            continue;
        }
        if means_something(&line, at, c) {
            out.push('\\');
        }
        out.push(c);
        at += c.len_utf8();
    }
    out
}

/// Returns the code span that starts there: between two single backticks, and not blank.
fn code_span(line: &str, at: usize) -> Option<&str> {
    let single = |offset: usize| {
        line[offset..].starts_with('`')
            && !line[offset + 1..].starts_with('`')
            && !line[..offset].ends_with('`')
    };
    if !single(at) {
        return None;
    }
    let (end, _) = line[at + 1..].match_indices('`').find(|&(offset, _)| single(at + 1 + offset))?;
    let span = &line[at..at + end + 2];
    (!span.trim_matches('`').trim().is_empty()).then_some(span)
}

fn means_something(line: &str, at: usize, c: char) -> bool {
    let (before, after) = (&line[..at], &line[at + c.len_utf8()..]);
    let starts_with_alphanumeric = |text: &str| text.starts_with(char::is_alphanumeric);
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '$' => true,
        // Inside a word it is only itself.
        '_' => {
            let inside = before.trim_end_matches('_').ends_with(char::is_alphanumeric)
                && starts_with_alphanumeric(after.trim_start_matches('_'));
            !inside
        }
        '&' => after.starts_with('#') || starts_with_alphanumeric(after),
        '#' => !starts_with_alphanumeric(after),
        '>' | '-' | '+' | '=' | '|' => before.is_empty(),
        '.' | ')' => !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// Returns text as a code span.
pub(crate) fn code(text: &str) -> String {
    let line = visible_lines(text).join(" ");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Markdown takes one blank off at both ends, where there is one at both.
    let blank = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{blank}{line}{blank}{fence}")
}

/// Returns a link with words that are Markdown already.
pub(crate) fn link(words: &str, url: &str) -> String {
    let mut target = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '<' | '>' | '\\' | '`' | '|' => target.push_str(&format!("%{:02X}", u32::from(c))),
            '&' => target.push_str("&amp;"),
            c => target.push(c),
        }
    }
    format!("[{words}]({target})")
}

/// Returns Markdown as it stands in the cell of a table.
pub(crate) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_could_mean_something_is_escaped() {
        for (text, expected) in [
            ("Add `unstable__created_on`, quickly", "Add `unstable__created_on`, quickly"),
            ("a snake_case name", "a snake_case name"),
            ("_emphasis_ and __more__", "\\_emphasis\\_ and \\_\\_more\\_\\_"),
            ("**bold** ~~no~~ $x$", "\\*\\*bold\\*\\* \\~\\~no\\~\\~ \\$x\\$"),
            ("[x](http://a) <b> &amp; Q&A & co", "\\[x\\](http://a) \\<b> \\&amp; Q\\&A & co"),
            ("# heading", "\\# heading"),
            ("heading #", "heading \\#"),
            ("Revert #12", "Revert #12"),
            ("- item", "\\- item"),
            ("1. one", "1\\. one"),
            ("10) ten, 2.5 times", "10\\) ten, 2.5 times"),
            ("> quote > more", "\\> quote > more"),
            ("one\r\n\ntwo\tthree", "one two\\\\tthree"),
            ("open `code", "open \\`code"),
            ("``two`` ` `", "\\`\\`two\\`\\` \\` \\`"),
            ("back\\`tick` x", "back\\\\`tick` x"),
            ("\u{1b}[31m\u{202e}", "\\\\u{1b}\\[31m\\\\u{202e}"),
        ] {
            assert_eq!(inline(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_code_span_holds_any_text() {
        assert_eq!(code("a_b*"), "`a_b*`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn a_link_ends_where_its_address_does() {
        assert_eq!(link("words", "https://a/b?(c)&d"), "[words](https://a/b?%28c%29&amp;d)");
    }

    #[test]
    fn a_cell_is_one_cell() {
        assert_eq!(cell("`a|b`"), "`a\\|b`");
    }
}
