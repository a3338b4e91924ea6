//! Collections in brackets, and scalars.

use super::{
    Value,
    reader::{Context, Read, Reader, check_printable},
};

/// Adds a pair to a mapping.
pub(super) fn insert(
    reader: &Reader<'_>,
    pairs: &mut Vec<(String, Value)>,
    key: Option<Value>,
    value: Value,
) -> Read<()> {
    let key = key.unwrap_or(Value::Null).into_key();
    if pairs.iter().any(|(known, _)| *known == key) {
        return reader.refuse("a key for the second time");
    }
    pairs.push((key, value));
    Ok(())
}

fn is_flow_mark(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

impl Reader<'_> {
    pub(super) fn flow_collection(&mut self, indent: isize) -> Read<Value> {
        let mapping = self.byte(0) == b'{';
        let close = if mapping { b'}' } else { b']' };
        let (mut pairs, mut values) = (Vec::new(), Vec::new());
        let mut wants_comma = false;
        self.at += 1;
        while self.at < self.text.len() {
            self.spaces(true);
            match self.byte(0) {
                byte if byte == close => {
                    self.at += 1;
                    return Ok(if mapping { Value::Map(pairs) } else { Value::List(values) });
                }
                _ if wants_comma => return self.refuse("no comma between two entries"),
                b',' => return self.refuse("a comma without an entry"),
                _ => {}
            }
            let explicit = self.byte(0) == b'?' && self.blank(1);
            if explicit {
                self.at += 1;
                self.spaces(true);
            }
            let line = self.line;
            let key = self.node(indent, Context::Flow, false, true)?;
            self.spaces(true);
            let mut pair = explicit;
            let mut value = None;
            if (explicit || self.line == line) && self.byte(0) == b':' {
                pair = true;
                self.at += 1;
                self.spaces(true);
                value = self.node(indent, Context::Flow, false, true)?;
            }
            let value = value.unwrap_or(Value::Null);
            if mapping {
                insert(self, &mut pairs, key, value)?;
            } else if pair {
                values.push(Value::Map(vec![(key.unwrap_or(Value::Null).into_key(), value)]));
            } else {
                values.push(key.unwrap_or(Value::Null));
            }
            self.spaces(true);
            wants_comma = self.byte(0) != b',';
            self.at += usize::from(!wants_comma);
        }
        self.refuse("brackets that are not closed")
    }

    pub(super) fn plain(&mut self, indent: isize, in_flow: bool) -> Read<Option<String>> {
        let first = self.byte(0);
        if self.blank(0) || is_flow_mark(first) || b"#&*!|>'\"%@`".contains(&first) {
            return Ok(None);
        }
        let ends = |reader: &Self| reader.blank(1) || in_flow && is_flow_mark(reader.byte(1));
        if matches!(first, b'?' | b'-') && ends(self) {
            return Ok(None);
        }
        let mut text = String::new();
        let (mut from, mut to) = (self.at, self.at);
        while self.at < self.text.len() {
            let byte = self.byte(0);
            let stops = match byte {
                b':' => ends(self),
                b'#' => {
                    self.at > 0 && matches!(self.text.as_bytes()[self.at - 1], b' ' | b'\t' | b'\n' | b'\r')
                }
                _ => self.at == self.line_start && self.separator() || in_flow && is_flow_mark(byte),
            };
            if stops {
                break;
            }
            if matches!(byte, b'\n' | b'\r') {
                let (line, line_start, line_indent, tab) =
                    (self.line, self.line_start, self.indent, self.tab);
                let breaks = self.spaces(false);
                if self.indent < indent || self.at == self.text.len() {
                    (self.at, self.line, self.line_start) = (to, line, line_start);
                    (self.indent, self.tab) = (line_indent, tab);
                    break;
                }
                if self.continues(in_flow) {
                    check_printable(self, &self.text[from..to], false)?;
                    text.push_str(&self.text[from..to]);
                    fold(&mut text, breaks);
                    (from, to) = (self.at, self.at);
                }
                continue;
            }
            self.at += 1;
            if !matches!(byte, b' ' | b'\t') {
                to = self.at;
            }
        }
        check_printable(self, &self.text[from..to], false)?;
        text.push_str(&self.text[from..to]);
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Tells whether a plain text goes on in the line that was just reached.
    fn continues(&self, in_flow: bool) -> bool {
        match self.byte(0) {
            b':' => !(self.blank(1) || in_flow && is_flow_mark(self.byte(1))),
            b'#' => false,
            byte => !(self.at == self.line_start && self.separator() || in_flow && is_flow_mark(byte)),
        }
    }

    pub(super) fn single_quoted(&mut self) -> Read<String> {
        self.quoted(|reader, text| {
            if reader.byte(0) != b'\'' {
                return Ok(Some(false));
            }
            reader.at += 1;
            if reader.byte(0) != b'\'' {
                return Ok(None);
            }
            text.push('\'');
            reader.at += 1;
            Ok(Some(true))
        })
    }

    pub(super) fn double_quoted(&mut self) -> Read<String> {
        self.quoted(|reader, text| match reader.byte(0) {
            b'"' => {
                reader.at += 1;
                Ok(None)
            }
            b'\\' => {
                reader.at += 1;
                reader.escape(text)?;
                Ok(Some(true))
            }
            _ => Ok(Some(false)),
        })
    }

    /// Reads a text in quotes. `special` reads a character that means something, and says whether
    /// there was one; nothing, where it was the end.
    fn quoted(&mut self, special: impl Fn(&mut Self, &mut String) -> Read<Option<bool>>) -> Read<String> {
        let mut text = String::new();
        self.at += 1;
        let (mut from, mut to) = (self.at, self.at);
        while self.at < self.text.len() {
            let before = self.at;
            if matches!(self.byte(0), b'\n' | b'\r') {
                check_printable(self, &self.text[from..to], true)?;
                text.push_str(&self.text[from..to]);
                let breaks = self.spaces(false);
                fold(&mut text, breaks);
                (from, to) = (self.at, self.at);
                continue;
            }
            if self.at == self.line_start && self.separator() {
                return self.refuse("the end of the document in quotes");
            }
            let mut put = String::new();
            match special(self, &mut put)? {
                Some(false) => {
                    self.at += 1;
                    if !matches!(self.text.as_bytes()[before], b' ' | b'\t') {
                        to = self.at;
                    }
                }
                ended => {
                    check_printable(self, &self.text[from..before], true)?;
                    text.push_str(&self.text[from..before]);
                    text.push_str(&put);
                    if ended.is_none() {
                        return Ok(text);
                    }
                    (from, to) = (self.at, self.at);
                }
            }
        }
        self.refuse("quotes that are not closed")
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, text: &mut String) -> Read<()> {
        if matches!(self.byte(0), b'\n' | b'\r') {
            self.spaces(false);
            return Ok(());
        }
        let digits = match self.byte(0) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            byte => {
                let Some(c) = escaped(byte) else { return self.refuse("an unknown escape sequence") };
                text.push(c);
                self.at += 1;
                return Ok(());
            }
        };
        let code =
            self.rest().get(1..=digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = code.and_then(|code| u32::from_str_radix(code, 16).ok()) else {
            return self.refuse("an escape sequence without its digits");
        };
        // Half of a pair of surrogates cannot be text here.
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        self.at += digits + 1;
        Ok(())
    }
}

fn fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    } else {
        text.push_str(&"\n".repeat(breaks.saturating_sub(1)));
    }
}

fn escaped(byte: u8) -> Option<char> {
    Some(match byte {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' | b'"' | b'/' | b'\\' => char::from(byte),
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
