//! As much YAML as front matter and `@{ … }` need, read as js-yaml 4 does with its JSON schema.
//!
//! Tags, aliases and directives are refused, and anchors outside brackets.

mod read;
mod scalar;

use std::fmt::Write;

pub(crate) use read::read;

/// A value, or what stands for none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// There is no document.
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    /// In the order written; each key once.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Returns the value of a key, if this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Tells whether JavaScript would take it for true.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Missing | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Map(_) => true,
        }
    }

    /// Returns the value in JSON, as JavaScript writes it.
    pub(crate) fn to_json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json);
        json
    }

    fn write_json(&self, json: &mut String) {
        match self {
            Self::Missing | Self::Null => json.push_str("null"),
            Self::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) if !value.is_finite() => json.push_str("null"),
            Self::Number(value) => json.push_str(&number_text(*value)),
            Self::Text(text) => write_text(json, text),
            Self::List(values) => {
                json.push('[');
                for (number, value) in values.iter().enumerate() {
                    json.push_str(if number > 0 { "," } else { "" });
                    value.write_json(json);
                }
                json.push(']');
            }
            Self::Map(pairs) => {
                json.push('{');
                for (number, (key, value)) in pairs.iter().enumerate() {
                    json.push_str(if number > 0 { "," } else { "" });
                    write_text(json, key);
                    json.push(':');
                    value.write_json(json);
                }
                json.push('}');
            }
        }
    }

    /// Returns the text that it is as a key.
    fn into_key(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(value) if value.is_finite() => number_text(value),
            Self::Number(value) if value.is_nan() => "NaN".to_owned(),
            Self::Number(value) => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
            Self::List(values) => values.into_iter().map(Self::into_key_part).collect::<Vec<_>>().join(","),
            Self::Map(_) => "[object Object]".to_owned(),
            other => other.to_json(),
        }
    }

    fn into_key_part(self) -> String {
        if matches!(self, Self::Null) { String::new() } else { self.into_key() }
    }
}

/// Writes a number as JavaScript does.
fn number_text(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            // Writing to a String does not fail.
            '\0'..' ' => drop(write!(json, "\\u{:04x}", u32::from(c))),
            _ => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn json(text: &str) -> String {
        read(text).unwrap().to_json()
    }

    #[test]
    fn mappings_sequences_and_scalars_of_both_styles_are_read() {
        assert_eq!(json("{ shape: rect, label: \"a b\" }"), r#"{"shape":"rect","label":"a b"}"#);
        assert_eq!(json("a: 1\nb:\n  - x\n  - y: 2\n    z: ''\n"), r#"{"a":1,"b":["x",{"y":2,"z":""}]}"#);
        assert_eq!(json("t: |\n  one\n  two\nf: >-\n  one\n  two\n"), r#"{"t":"one\ntwo\n","f":"one two"}"#);
        assert_eq!(
            json("[a, 'it''s', \"\\u00e9\\n\", ~, true, 0x10, 1.5e3, .inf]"),
            r#"["a","it's","é\n",null,true,16,1500,null]"#
        );
        assert_eq!(json("plain text\n  goes on"), r#""plain text goes on""#);
        assert_eq!(json("a:\nb: # comment\n"), r#"{"a":null,"b":null}"#);
        assert_eq!(
            json("a: [1,\n2]\nb: &x {\n: y,\n\t'z': 'q\nr'}"),
            r#"{"a":[1,2],"b":{"null":"y","z":"q r"}}"#
        );
        assert_eq!(
            json(&format!("{{{}: b}}", "a".repeat(2000))),
            format!(r#"{{"{}":"b"}}"#, "a".repeat(2000))
        );
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "{ a: 1",
            "a: b: c",
            "a: 1\n b: 2",
            "'open",
            "['a' 'b']",
            "a: 1\na: 2",
            "\ta: 1",
            "- a\nb",
            "{a: }}",
            ": v",
            "|\n",
            " a\nb",
            "a: {b: c\nd}",
            "- \ta: 1",
            "a: &x 1\nb: *x",
            "!!str a",
            "%YAML 1.2\n---\na",
            "a\n---\nb",
            "a: \0",
            "a: \u{7}",
            "a: \u{9f}",
            "a: '\u{1}'",
        ] {
            assert!(read(text).is_err(), "{text:?} was read as {:?}", read(text));
        }
        let nested = |deep: usize| read(&format!("{}{}", "[".repeat(deep), "]".repeat(deep)));
        assert!(nested(100).is_ok() && nested(101).unwrap_err().what.contains("nested"));
        assert!(nested(100_000).is_err() && read(&"- ".repeat(100_000)).is_err());
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        assert_eq!(number_text(1e21), "1e+21");
        assert_eq!(number_text(1.5e-7), "1.5e-7");
        assert_eq!(number_text(-0.5), "-0.5");
        assert_eq!(number_text(100.0), "100");
    }
}
