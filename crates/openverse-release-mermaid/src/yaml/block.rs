//! Sequences, mappings and texts that indentation holds together.

use super::{
    Value,
    flow::insert,
    reader::{Context, Read, Reader, check_printable},
};

impl Reader<'_> {
    pub(super) fn block_sequence(&mut self, column: isize) -> Read<Option<Value>> {
        if self.tab {
            return Ok(None);
        }
        let mut values = Vec::new();
        let mut detected = false;
        while self.byte(0) == b'-' && self.blank(1) {
            if self.tab {
                return self.refuse("a tab that indents");
            }
            detected = true;
            self.at += 1;
            if self.spaces(true) > 0 && self.indent <= column {
                values.push(Value::Null);
                continue;
            }
            let line = self.line;
            values.push(self.node(column, Context::Entry, false, true)?.unwrap_or(Value::Null));
            self.spaces(true);
            if self.at == self.text.len() || self.line != line && self.indent < column {
                break;
            }
            if self.line == line || self.indent > column {
                return self.refuse("a badly indented entry");
            }
        }
        Ok(detected.then_some(Value::List(values)))
    }

    /// Reads a mapping, or the one node that is there instead.
    pub(super) fn block_mapping(&mut self, column: isize, flow_indent: isize) -> Read<Option<Value>> {
        if self.tab {
            return Ok(None);
        }
        let mut pairs = Vec::new();
        let mut detected = false;
        // After "?", the key.
        let mut explicit: Option<Option<Value>> = None;
        while self.at < self.text.len() {
            if explicit.is_none() && self.tab {
                return self.refuse("a tab that indents");
            }
            let line = self.line;
            let compact;
            let mut is_key = false;
            let mut key = None;
            if matches!(self.byte(0), b'?' | b':') && self.blank(1) {
                if self.byte(0) == b'?' {
                    if let Some(key) = explicit.take() {
                        insert(self, &mut pairs, key, Value::Null)?;
                    }
                    is_key = true;
                } else if let Some(found) = explicit.take() {
                    key = Some(found);
                } else {
                    return self.refuse("a value without its key");
                }
                detected = true;
                compact = true;
                self.at += 1;
            } else {
                let Some(node) = self.node(flow_indent, Context::Key, false, true)? else { break };
                if self.line != line {
                    return if detected { self.refuse("a key of several lines") } else { Ok(Some(node)) };
                }
                while matches!(self.byte(0), b' ' | b'\t') {
                    self.at += 1;
                }
                if self.byte(0) != b':' {
                    return if detected { self.refuse("a key without a colon") } else { Ok(Some(node)) };
                }
                self.at += 1;
                if !self.blank(0) {
                    return self.refuse("no space after a colon");
                }
                if let Some(key) = explicit.take() {
                    insert(self, &mut pairs, key, Value::Null)?;
                }
                detected = true;
                compact = false;
                key = Some(Some(node));
            }
            let value = self.node(column, Context::Value, true, compact)?;
            match key {
                _ if is_key => explicit = Some(value),
                Some(key) => insert(self, &mut pairs, key, value.unwrap_or(Value::Null))?,
                None => {}
            }
            self.spaces(true);
            if self.at == self.text.len() || self.line != line && self.indent < column {
                break;
            }
            if self.line == line || self.indent > column {
                return self.refuse("a badly indented entry");
            }
        }
        if let Some(key) = explicit.take() {
            insert(self, &mut pairs, key, Value::Null)?;
        }
        Ok(detected.then_some(Value::Map(pairs)))
    }

    /// Reads a text after `|` or `>`.
    pub(super) fn block_scalar(&mut self, parent: isize) -> Read<Value> {
        let folded = self.byte(0) == b'>';
        self.at += 1;
        let mut chomping = None;
        let mut text_indent = parent;
        let mut known = false;
        loop {
            match self.byte(0) {
                sign @ (b'+' | b'-') if chomping.is_none() => chomping = Some(sign),
                digit @ b'1'..=b'9' if !known => {
                    text_indent = parent + isize::from(digit - b'0') - 1;
                    known = true;
                }
                b'+' | b'-' | b'0'..=b'9' => return self.refuse("a bad sign of a block of text"),
                _ => break,
            }
            self.at += 1;
        }
        let spaces = self.at;
        while matches!(self.byte(0), b' ' | b'\t') {
            self.at += 1;
        }
        if self.byte(0) == b'#' && self.at > spaces {
            self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        }
        let mut text = String::new();
        let (mut any, mut empty, mut more_indented) = (false, 0_usize, false);
        while self.at < self.text.len() {
            if !matches!(self.byte(0), b'\n' | b'\r') {
                return self.refuse("a text beside the sign of its block");
            }
            self.line_break();
            self.indent = 0;
            while (!known || self.indent < text_indent) && self.byte(0) == b' ' {
                self.indent += 1;
                self.at += 1;
            }
            if !known && self.indent > text_indent {
                text_indent = self.indent;
            }
            if matches!(self.byte(0), b'\n' | b'\r') {
                empty += 1;
                continue;
            }
            if !known && text_indent == 0 {
                return self.refuse("a block of text that is not indented");
            }
            if self.indent < text_indent {
                let ends = match chomping {
                    Some(b'+') => empty + usize::from(any),
                    None => usize::from(any),
                    Some(_) => 0,
                };
                text.push_str(&"\n".repeat(ends));
                break;
            }
            let breaks = if folded && matches!(self.byte(0), b' ' | b'\t') {
                more_indented = true;
                empty + usize::from(any)
            } else if folded && std::mem::take(&mut more_indented) {
                empty + 1
            } else if folded {
                if empty == 0 && any {
                    text.push(' ');
                }
                empty
            } else {
                empty + usize::from(any)
            };
            text.push_str(&"\n".repeat(breaks));
            any = true;
            known = true;
            empty = 0;
            let end = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
            check_printable(self, &self.rest()[..end], false)?;
            text.push_str(&self.rest()[..end]);
            self.at += end;
        }
        Ok(Value::Text(text))
    }
}
