//! The place in the text, and what nodes begin with.

use super::Value;

/// A text is no YAML, or uses a part of it that is not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) what: &'static str,
    /// How many lines are before it.
    pub(crate) line: usize,
}

/// js-yaml reads no deeper nesting.
const DEEPEST: usize = 100;

/// In what a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In brackets or braces.
    Flow,
    /// The key of a block mapping.
    Key,
    /// An entry of a block sequence.
    Entry,
    /// The value of a block mapping, or the document.
    Value,
}

#[derive(Debug)]
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) line: usize,
    pub(super) line_start: usize,
    /// By how many spaces the line is indented.
    pub(super) indent: isize,
    /// Whether a tab stands where the line is indented.
    pub(super) tab: bool,
    depth: usize,
}

pub(super) type Read<T> = Result<T, YamlError>;

/// Reads one document.
///
/// # Errors
/// When the text is malformed, or uses what is not read here.
pub(crate) fn read(text: &str) -> Read<Value> {
    let ended = format!("{text}\n");
    let text = if text.ends_with(['\n', '\r']) { text } else { &ended };
    let mut reader = Reader { text, at: 0, line: 0, line_start: 0, indent: 0, tab: false, depth: 0 };
    if text.contains('\0') {
        return reader.refuse("a null character");
    }
    while reader.byte(0) == b' ' {
        reader.indent += 1;
        reader.at += 1;
    }
    if reader.at + 1 >= text.len() {
        return Ok(Value::Missing);
    }
    reader.spaces(true);
    if reader.indent == 0 && reader.byte(0) == b'%' {
        return reader.refuse("a directive");
    }
    if reader.indent == 0 && reader.rest().starts_with("---") {
        reader.at += 3;
        reader.spaces(true);
    }
    let parent = reader.indent - 1;
    let value = reader.node(parent, Context::Value, false, true)?;
    reader.spaces(true);
    if reader.at == reader.line_start && reader.rest().starts_with("...") && reader.separator() {
        reader.at += 3;
        reader.spaces(true);
    }
    if reader.at < text.len() {
        return reader.refuse("something after the document");
    }
    Ok(value.unwrap_or(Value::Null))
}

impl<'t> Reader<'t> {
    /// Reads a node, or nothing where none is. The caller says how far its parent is indented.
    pub(super) fn node(
        &mut self,
        parent: isize,
        context: Context,
        seek: bool,
        compact: bool,
    ) -> Read<Option<Value>> {
        if self.depth == DEEPEST {
            return self.refuse("something nested too deep");
        }
        self.depth += 1;
        let value = self.node_here(parent, context, seek, compact);
        self.depth -= 1;
        value
    }

    fn node_here(
        &mut self,
        parent: isize,
        context: Context,
        seek: bool,
        compact: bool,
    ) -> Read<Option<Value>> {
        let block = matches!(context, Context::Entry | Context::Value);
        let new_line = seek && self.spaces(true) > 0;
        let deeper = !new_line || self.indent > parent;
        let level = new_line && self.indent == parent;
        if deeper && context == Context::Flow && self.byte(0) == b'&' {
            self.anchor()?;
        }
        if deeper && matches!(self.byte(0), b'!' | b'&') {
            return self.refuse("a tag or an anchor, which is not read here");
        }
        if !deeper && context != Context::Value {
            return Ok(None);
        }
        let collections = block && (new_line || compact);
        let flow_indent = if block { parent + 1 } else { parent };
        let column = self.column();
        if level && collections {
            return self.block_sequence(column);
        }
        if !deeper {
            return Ok(None);
        }
        if collections {
            if let Some(value) = self.block_sequence(column)? {
                return Ok(Some(value));
            }
            if let Some(value) = self.block_mapping(column, flow_indent)? {
                return Ok(Some(value));
            }
        }
        match self.byte(0) {
            b'[' | b'{' => self.flow_collection(flow_indent).map(Some),
            b'|' | b'>' if block => self.block_scalar(flow_indent).map(Some),
            b'\'' => self.single_quoted().map(|text| Some(Value::Text(text))),
            b'"' => self.double_quoted().map(|text| Some(Value::Text(text))),
            b'*' => self.refuse("an alias, which is not read here"),
            _ => Ok(self
                .plain(flow_indent, context == Context::Flow)?
                .map(|text| super::scalar::resolve(&text))),
        }
    }

    /// Reads an anchor. Nothing can refer to it, since no alias is read.
    fn anchor(&mut self) -> Read<()> {
        self.at += 1;
        let name = self.at;
        while !self.blank(0) && !matches!(self.byte(0), b',' | b'[' | b']' | b'{' | b'}') {
            self.at += 1;
        }
        if self.at == name {
            return self.refuse("an anchor without a name");
        }
        self.spaces(true);
        Ok(())
    }

    pub(super) fn column(&self) -> isize {
        isize::try_from(self.at - self.line_start).unwrap_or(isize::MAX)
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Returns a byte further on; 0 behind the end.
    pub(super) fn byte(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(self.at + offset).copied().unwrap_or(0)
    }

    /// Tells whether a byte further on is white space or the end of a line. The end of the text is
    /// where its last line ends.
    pub(super) fn blank(&self, offset: usize) -> bool {
        matches!(self.byte(offset), b' ' | b'\t' | b'\n' | b'\r') || self.at + offset == self.text.len()
    }

    /// Skips white space, line ends and comments, and returns how many lines were ended.
    pub(super) fn spaces(&mut self, comments: bool) -> usize {
        let first = self.line;
        loop {
            while matches!(self.byte(0), b' ' | b'\t') {
                self.tab |= self.byte(0) == b'\t';
                self.at += 1;
            }
            if comments && self.byte(0) == b'#' {
                self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
            }
            if !matches!(self.byte(0), b'\n' | b'\r') {
                return self.line - first;
            }
            self.line_break();
            self.indent = 0;
            while self.byte(0) == b' ' {
                self.indent += 1;
                self.at += 1;
            }
        }
    }

    pub(super) fn line_break(&mut self) {
        self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
        self.line += 1;
        self.line_start = self.at;
        self.tab = false;
    }

    /// Tells whether the line is one between documents.
    pub(super) fn separator(&self) -> bool {
        (self.rest().starts_with("---") || self.rest().starts_with("...")) && self.blank(3)
    }

    pub(super) fn refuse<T>(&self, what: &'static str) -> Read<T> {
        Err(YamlError { what, line: self.line })
    }
}

/// Refuses what js-yaml takes for unprintable.
pub(super) fn check_printable(reader: &Reader<'_>, text: &str, in_quotes: bool) -> Read<()> {
    let bad = |c: char| match c {
        '\t' => false,
        '\0'..' ' => in_quotes || !matches!(c, '\n' | '\r'),
        '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => !in_quotes,
        _ => false,
    };
    if text.contains(bad) { reader.refuse("an unprintable character") } else { Ok(()) }
}
