//! From text to tokens, as mermaid.js cuts it.
//!
//! What a character means depends on a stack of states. In each the rules are tried in one order,
//! and the first that fits wins, however little it takes.

mod ahead;
mod arrow;
mod initial;
mod label;
mod letters;
mod token;

pub(crate) use token::{Kind, Token};

use ahead::Ahead;

use crate::{
    error::{Misread, quoted},
    text::after_spaces,
};

/// What is being read, and so what the next character means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Initial,
    AccTitle,
    AccDescr,
    AccDescrBlock,
    Data,
    QuotedData,
    CallbackName,
    CallbackArguments,
    Markdown,
    String,
    Click,
    Direction,
    /// The words on a line of dashes, of equals signs, of dots.
    Dashes,
    Equals,
    Dots,
    Ellipse,
    Text,
    Trapezoid,
}

#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    text: &'s str,
    /// Where the last token starts.
    start: usize,
    /// Where it ends.
    at: usize,
    state: State,
    /// The states to go back to.
    states: Vec<State>,
    /// Only the first word for a chart is followed by its direction.
    begun: bool,
    done: bool,
    ahead: Ahead,
}

/// What the token is, or nothing where something was read that is none.
type Read = Result<Option<Kind>, Misread>;

impl<'s> Lexer<'s> {
    pub(crate) fn new(text: &'s str) -> Self {
        let ahead = Ahead::new(text);
        let (state, states) = (State::Initial, Vec::new());
        Self { text, start: 0, at: 0, state, states, begun: false, done: false, ahead }
    }

    /// Returns the next token.
    ///
    /// # Errors
    /// When no rule fits.
    pub(crate) fn next(&mut self) -> Result<Token, Misread> {
        loop {
            if self.done {
                return Ok(Token { kind: Kind::Nothing, start: self.at, end: self.at });
            }
            let kind = if self.at == self.text.len() {
                self.done = true;
                self.at_end()
            } else {
                self.step()?
            };
            if let Some(kind) = kind {
                return Ok(Token { kind, start: self.start, end: self.at });
            }
        }
    }

    fn step(&mut self) -> Read {
        match self.state {
            State::Initial => self.initial(),
            State::AccTitle => {
                self.pop();
                Ok(Some(self.until('\n', Kind::AccTitleValue)))
            }
            State::AccDescr => {
                self.pop();
                Ok(Some(self.until('\n', Kind::AccDescrValue)))
            }
            State::AccDescrBlock => Ok(self.until_closed('}', Kind::AccDescrBlock)),
            State::CallbackArguments => Ok(self.until_closed(')', Kind::CallbackArguments)),
            State::CallbackName => Ok(self.callback_name()),
            State::Data => self.data(),
            State::QuotedData if self.byte(0) == Some(b'"') => {
                self.pop();
                Ok(Some(self.take(1, Kind::QuotedData)))
            }
            State::QuotedData => Ok(Some(self.until('"', Kind::QuotedData))),
            State::Markdown => self.markdown(),
            State::String => Ok(self.string()),
            State::Click => Ok(self.click()),
            State::Direction => self.direction(),
            State::Dashes | State::Equals | State::Dots => self.edge_text(),
            State::Ellipse => self.ellipse(),
            State::Text => self.label(),
            State::Trapezoid => self.trapezoid(),
        }
    }

    /// Some rules fit even nothing.
    fn at_end(&mut self) -> Option<Kind> {
        let kind = match self.state {
            State::Initial => Kind::EndOfText,
            State::AccTitle => Kind::AccTitleValue,
            State::AccDescr => Kind::AccDescrValue,
            State::AccDescrBlock => Kind::AccDescrBlock,
            State::CallbackName => Kind::CallbackName,
            State::CallbackArguments => Kind::CallbackArguments,
            State::Click => Kind::Click,
            _ => Kind::Nothing,
        };
        Some(self.take(0, kind))
    }

    fn callback_name(&mut self) -> Option<Kind> {
        if self.byte(0) != Some(b'(') {
            return Some(self.until('(', Kind::CallbackName));
        }
        self.pop();
        let close = after_spaces(self.text, self.at + 1);
        if self.text[close..].starts_with(')') {
            self.at = close + 1;
        } else {
            self.at += 1;
            self.push(State::CallbackArguments);
        }
        None
    }

    fn data(&mut self) -> Read {
        match self.byte(0) {
            Some(b'"') => {
                self.push(State::QuotedData);
                Ok(Some(self.take(1, Kind::QuotedData)))
            }
            Some(b'}') => {
                self.pop();
                self.at += 1;
                Ok(None)
            }
            Some(b'^') => self.refuse("\"}\", after which \"^\" can stand, or \"^\" in quotes"),
            _ => {
                let rest = &self.text[self.at..];
                let length = rest.find(['}', '^', '"']).unwrap_or(rest.len());
                Ok(Some(self.take(length, Kind::Data)))
            }
        }
    }

    fn markdown(&mut self) -> Read {
        if self.rest().starts_with("`\"") {
            self.pop();
            self.at += 2;
            return Ok(None);
        }
        if self.quote() {
            return Ok(None);
        }
        match self.rest().find(['`', '"']).unwrap_or(self.rest().len()) {
            0 => self.refuse("\"`\" and a double quote, which end the Markdown text"),
            length => Ok(Some(self.take(length, Kind::MarkdownString))),
        }
    }

    fn string(&mut self) -> Option<Kind> {
        if self.byte(0) != Some(b'"') {
            return Some(self.until('"', Kind::String));
        }
        if self.byte(1) == Some(b'`') {
            self.quote();
        } else {
            self.pop();
            self.at += 1;
        }
        None
    }

    fn click(&mut self) -> Option<Kind> {
        if self.quote() {
            return None;
        }
        let rest = self.rest();
        match rest.find(crate::text::is_space).unwrap_or(rest.len()) {
            0 => {
                self.pop();
                self.at += rest.chars().next().map_or(0, char::len_utf8);
                None
            }
            length => Some(self.take(length, Kind::Click)),
        }
    }

    fn direction(&mut self) -> Read {
        if self.quote() {
            return Ok(None);
        }
        let end = after_spaces(self.text, self.at);
        let (spaces, rest) = (&self.text[self.at..end], &self.text[end..]);
        if let Some(line) = spaces.rfind('\n') {
            self.pop();
            return Ok(Some(self.take(line + 1, Kind::NoDirection)));
        }
        let word = |word: &&&str| rest.starts_with(**word) && !self.word_at(end + word.len());
        let length = if rest.starts_with(['<', '>', '^']) {
            1
        } else if let Some(word) = ["LR", "RL", "TB", "BT", "TD", "BR", "v"].iter().find(word) {
            word.len()
        } else {
            let word = rest.split(crate::text::is_space).next().unwrap_or_default();
            return Err(Misread::new(end, quoted(word), "the end of the line, or one of TB, TD, BT, LR, RL"));
        };
        self.pop();
        Ok(Some(self.take(spaces.len() + length, Kind::Direction)))
    }

    fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + offset).copied()
    }

    /// Tells whether a letter or digit of ASCII, or `_`, stands there.
    fn word_at(&self, at: usize) -> bool {
        self.text.as_bytes().get(at).is_some_and(|&byte| crate::text::is_word(byte))
    }

    fn take(&mut self, length: usize, kind: Kind) -> Kind {
        self.start = self.at;
        self.at += length;
        kind
    }

    fn until(&mut self, end: char, kind: Kind) -> Kind {
        let length = self.rest().find(end).unwrap_or(self.rest().len());
        self.take(length, kind)
    }

    fn until_closed(&mut self, close: char, kind: Kind) -> Option<Kind> {
        if self.rest().starts_with(close) {
            self.pop();
            self.at += close.len_utf8();
            return None;
        }
        Some(self.until(close, kind))
    }

    fn push(&mut self, state: State) {
        self.states.push(self.state);
        self.state = state;
    }

    /// Goes back to the state before; the first one stays.
    fn pop(&mut self) {
        if let Some(state) = self.states.pop() {
            self.state = state;
        }
    }

    fn enter(&mut self, state: State, length: usize, kind: Kind) -> Kind {
        self.push(state);
        self.take(length, kind)
    }

    fn leave(&mut self, length: usize, kind: Kind) -> Kind {
        self.pop();
        self.take(length, kind)
    }

    /// Enters what a double quote begins, if there is one; every state knows them.
    fn quote(&mut self) -> bool {
        if self.byte(0) != Some(b'"') {
            return false;
        }
        let (state, length) =
            if self.byte(1) == Some(b'`') { (State::Markdown, 2) } else { (State::String, 1) };
        self.push(state);
        self.at += length;
        true
    }

    fn refuse<T>(&self, expected: &str) -> Result<T, Misread> {
        let found = self.rest().chars().next().map_or_else(String::new, String::from);
        Err(Misread::new(self.at, quoted(&found), expected))
    }
}
