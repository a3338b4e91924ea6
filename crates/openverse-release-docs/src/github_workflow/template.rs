//! Texts of GitHub Workflows, of which a part is known only when they run.

/// What a text has where its value is not known: `${{ … }}`, `$NAME`, `${NAME}`, `{0}`.
const HOLE: char = '\u{0}';

/// How many letters of a word must be known for it to be a name.
const KNOWN: usize = 4;

/// Tells whether a text, of which parts may be unknown, can be the wanted one.
pub(crate) fn can_be(text: &str, wanted: &str) -> bool {
    fits(&with_holes(text.trim()), wanted)
}

/// Returns the words of a text that can be names, with holes where a part is unknown.
fn candidates(text: &str) -> Vec<String> {
    let text = with_holes(text);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | HOLE);
    let words = text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Tells whether a text with holes can be the wanted one.
fn fits(text: &str, wanted: &str) -> bool {
    if !text.contains(HOLE) {
        return text == wanted;
    }
    let mut parts = text.split(HOLE);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = wanted.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// Tells whether some word of a text is the wanted one, or looks like it where its parts are known.
pub(crate) fn names(text: &str, wanted: &str) -> bool {
    let is_known = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count() >= KNOWN;
    candidates(text).iter().any(|word| is_known(word) && fits(word, wanted))
}

/// Replaces what is not known.
fn with_holes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = hole(rest);
        match length {
            Some(_) => out.push(HOLE),
            None => out.push_str(&rest[..1]),
        }
        rest = &rest[length.unwrap_or(1)..];
    }
    out.push_str(rest);
    out
}

/// Returns the length of the unknown part that a text begins with.
fn hole(text: &str) -> Option<usize> {
    let inside = |open: &str, close: &str, good: fn(char) -> bool| {
        let rest = text.strip_prefix(open)?;
        let end = rest.find(close)?;
        (end > 0 && rest[..end].chars().all(good)).then_some(open.len() + end + close.len())
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    inside("${{", "}}", |_| true)
        .or_else(|| inside("${", "}", is_name))
        .or_else(|| inside("{", "}", |c| c.is_ascii_digit()))
        .or_else(|| {
            let name = text.strip_prefix('$')?;
            let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
            (length > 0).then_some(1 + length)
        })
}

/// Returns the keys of the matrix whose values stand in a text: `service` of `${{ matrix.service }}`.
pub(super) fn matrix_keys(text: &str) -> impl Iterator<Item = &str> {
    expressions(text).filter_map(|expression| expression.trim().strip_prefix("matrix."))
}

/// Returns a text with a value of the matrix in its place.
pub(super) fn with_value(text: &str, key: &str, value: &str) -> String {
    let mut out = text.to_owned();
    for expression in expressions(text).filter(|it| it.trim().strip_prefix("matrix.") == Some(key)) {
        out = out.replace(&format!("${{{{{expression}}}}}"), value);
    }
    out
}

/// Returns what stands in `${{ … }}`.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.split("${{").skip(1).filter_map(|rest| rest.split_once("}}").map(|(inside, _)| inside))
}

/// Tells whether a pattern of branches or git tags, as GitHub writes them, can fit a name.
///
/// Only what is before the first sign with a meaning is compared.
pub(crate) fn pattern_fits(pattern: &str, name: &str) -> bool {
    match pattern.find(['*', '?', '+', '[', '$']) {
        // These two belong to the letter before them.
        Some(at) if pattern[at..].starts_with(['?', '+']) => {
            let known = &pattern[..at];
            let known = known.char_indices().next_back().map_or("", |(last, _)| &known[..last]);
            name.starts_with(known)
        }
        Some(at) => name.starts_with(&pattern[..at]),
        None => pattern == name,
    }
}

/// Returns the texts of the first list of JSON in a text, such as `fromJSON('["a", "b"]')`.
pub(crate) fn json_texts(text: &str) -> Vec<&str> {
    let Some(start) = text.find("[\"") else { return Vec::new() };
    let list = &text[start + 1..];
    let list = &list[..list.find(']').unwrap_or(list.len())];
    list.split(',').filter_map(|value| value.trim().strip_prefix('"')?.strip_suffix('"')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_can_be_anything_and_the_rest_only_itself() {
        for (text, can) in [
            ("deploy_production_api", true),
            ("deploy_production_${{ inputs.app }}", true),
            ("deploy_${{ a }}_${{ b }}", true),
            ("deploy_${env}_api", true),
            ("deploy_$ENVIRONMENT", true),
            ("deploy_{0}_api", true),
            ("deploy_staging_${{ inputs.app }}", false),
            ("deploy_${{ a }}_nuxt", false),
            ("${{ github.event.action }}", true),
            ("deploy_production_api2", false),
            ("deploy_${{ open", false),
        ] {
            assert_eq!(can_be(text, "deploy_production_api"), can, "{text}");
        }
    }

    #[test]
    fn a_script_names_what_one_of_its_words_is() {
        let script = "gh api /dispatches -f event_type=\"deploy_production_$APP\" -F 'x=${{ y }}'";
        assert!(names(script, "deploy_production_api"));
        assert!(!names(script, "deploy_staging_api"));
        assert!(!names("${{ github.event.action }}", "deploy_staging_api"), "nothing of it is known");
    }

    #[test]
    fn a_pattern_fits_by_what_is_before_its_first_sign() {
        for (pattern, fits) in
            [("main", true), ("ma*", true), ("**", true), ("main-*", false), ("mai", false), ("mainx?", true)]
        {
            assert_eq!(pattern_fits(pattern, "main"), fits, "{pattern}");
        }
    }

    #[test]
    fn a_value_of_the_matrix_takes_its_place() {
        let text = "deploy_${{ matrix.env }}_${{matrix.app}}-${{ matrix.app }}";
        assert_eq!(matrix_keys(text).collect::<Vec<_>>(), ["env", "app", "app"]);
        assert_eq!(with_value(text, "app", "api"), "deploy_${{ matrix.env }}_api-api");
    }

    #[test]
    fn a_list_of_json_in_an_expression_is_read() {
        assert_eq!(json_texts("${{ fromJSON('[\"api\", \"frontend\"]') }}"), ["api", "frontend"]);
        assert_eq!(json_texts("[1, 2]"), Vec::<&str>::new());
    }
}
