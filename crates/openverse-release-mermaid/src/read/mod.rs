//! From tokens to a chart.

mod statements;
mod subgraphs;
mod vertices;

use std::borrow::Cow;

use crate::{
    build::{Builder, Name, Places},
    chart::{Chart, Decoration, DecorationKind, Direction},
    error::{Misread, quoted},
    lex::{Kind, Lexer, Token},
    source::Source,
    text::trim,
};
use subgraphs::Open;

type Read<T> = Result<T, Misread>;

/// Reads a chart. The places of its statements are those of the `original` text.
///
/// Also returns where its boxes and lines are, in the text of `source`.
pub(crate) fn read(source: &Source<'_>, original: &str) -> Read<(Chart, Places)> {
    let mut reader = Reader::new(source.text())?;
    let direction = reader.header()?;
    reader.document()?;
    let places = std::mem::take(&mut reader.decorations);
    let (mut chart, box_places) = reader.builder.finish(direction);
    // The places are in order, so that each part of the text is counted through once.
    let (mut line, mut counted) = (1, 0);
    for (at, kind) in places {
        let origin = source.origin(at).clamp(counted, original.len());
        line += breaks(&original.as_bytes()[counted..origin]);
        counted = origin;
        chart.decorations.push(Decoration { kind, line });
    }
    Ok((chart, box_places))
}

fn breaks(text: &[u8]) -> usize {
    let feeds = text.iter().filter(|&&byte| byte == b'\n').count();
    let returns =
        text.iter().enumerate().filter(|&(at, &byte)| byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
    feeds + returns.count()
}

/// Returns where the lines of a text begin.
pub(crate) fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let ends = move |&(at, &byte): &(usize, &u8)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    };
    std::iter::once(0).chain(bytes.iter().enumerate().filter(ends).map(|(at, _)| at + 1))
}

struct Reader<'s> {
    text: &'s str,
    lexer: Lexer<'s>,
    /// The next token, which is looked at and not yet used.
    token: Token,
    builder: Builder<'s>,
    /// The subgraphs that have not ended, the innermost last.
    open: Vec<Open<'s>>,
    decorations: Vec<(usize, DecorationKind)>,
    /// The boxes of the statement that is being read, and where each group of them begins.
    groups: vertices::Groups,
}

impl<'s> Reader<'s> {
    fn new(text: &'s str) -> Read<Self> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Self {
            text,
            lexer,
            token,
            builder: Builder::new(text.len()),
            open: Vec::new(),
            decorations: Vec::new(),
            groups: vertices::Groups::default(),
        })
    }

    /// Reads the first line.
    fn header(&mut self) -> Read<Direction> {
        self.expect(Kind::Graph, "\"flowchart\" or \"graph\"")?;
        let token = self.token;
        match token.kind {
            Kind::NoDirection => {
                self.advance()?;
                return Ok(Direction::TopToBottom);
            }
            Kind::Direction => self.advance()?,
            _ => return self.refuse("a direction or the end of the line"),
        }
        if self.token.kind == Kind::Semicolon {
            self.advance()?;
        } else {
            while self.token.kind == Kind::Space {
                self.advance()?;
            }
            self.expect(Kind::Newline, "the end of the line or \";\"")?;
        }
        Ok(match trim(self.slice(token)) {
            "BT" | "^" => Direction::BottomToTop,
            "LR" | ">" => Direction::LeftToRight,
            "RL" | "<" => Direction::RightToLeft,
            "BR" => Direction::BottomRight,
            _ => Direction::TopToBottom,
        })
    }

    fn document(&mut self) -> Read<()> {
        loop {
            let start = self.token.start;
            self.builder.reach(start);
            match self.token.kind {
                Kind::Nothing if self.open.is_empty() => return Ok(()),
                Kind::Semicolon | Kind::Newline | Kind::Space | Kind::EndOfText => {
                    // Mermaid takes a semicolon that ends nothing for a member of the subgraph.
                    let text = self.slice(self.token);
                    self.member(text);
                    if matches!(self.token.kind, Kind::Newline | Kind::Space) {
                        self.lexer.skip_spaces();
                    }
                    self.advance()?;
                }
                Kind::Subgraph => self.open_subgraph()?,
                Kind::End if !self.open.is_empty() => self.close_subgraph()?,
                Kind::DirectionLine => self.direction_line()?,
                Kind::AccTitle | Kind::AccDescr | Kind::AccDescrBlock => self.accessibility()?,
                Kind::Style | Kind::LinkStyle | Kind::ClassDef | Kind::Class | Kind::Click => {
                    self.styling(start)?;
                    self.end_statement()?;
                }
                kind if kind.names() => {
                    self.vertices()?;
                    self.end_statement()?;
                }
                _ => return self.refuse(self.statement_expected()),
            }
        }
    }

    fn statement_expected(&self) -> &'static str {
        if self.open.is_empty() { "a statement" } else { "a statement, or \"end\" for the subgraph" }
    }

    fn accessibility(&mut self) -> Read<()> {
        self.decorations.push((self.token.start, DecorationKind::Accessibility));
        if self.token.kind != Kind::AccDescrBlock {
            self.advance()?;
        }
        // As with the semicolon, what the statement says becomes a member.
        let text = trim(self.slice(self.token));
        self.member(text);
        self.advance()
    }

    fn end_statement(&mut self) -> Read<()> {
        if self.token.kind.ends_statement() {
            if self.token.kind == Kind::Newline {
                self.lexer.skip_spaces();
            }
            return self.advance();
        }
        self.refuse("a line such as \"-->\", the end of the line, or \";\"")
    }

    fn advance(&mut self) -> Read<()> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn slice(&self, token: Token) -> &'s str {
        &self.text[token.start..token.end]
    }

    fn expect(&mut self, kind: Kind, expected: &str) -> Read<()> {
        if self.token.kind == kind { self.advance() } else { self.refuse(expected) }
    }

    /// Reads tokens of some kinds, at least one, as one text.
    #[inline]
    fn joined(&mut self, kinds: impl Fn(Kind) -> bool, expected: &str) -> Read<Cow<'s, str>> {
        if !kinds(self.token.kind) {
            return self.refuse(expected);
        }
        let first = self.token;
        let text = self.slice(first);
        self.advance()?;
        self.go_on(first, Cow::Borrowed(text), kinds)
    }

    /// Adds the tokens that follow, if they are of some kinds.
    #[inline]
    fn go_on(
        &mut self,
        first: Token,
        text: Cow<'s, str>,
        kinds: impl Fn(Kind) -> bool,
    ) -> Read<Cow<'s, str>> {
        if kinds(self.token.kind) { self.go_on_long(first, text, kinds) } else { Ok(text) }
    }

    fn go_on_long(
        &mut self,
        first: Token,
        mut text: Cow<'s, str>,
        kinds: impl Fn(Kind) -> bool,
    ) -> Read<Cow<'s, str>> {
        let mut end = first.end;
        while kinds(self.token.kind) {
            let Token { start, end: next, .. } = self.token;
            match &mut text {
                // Nothing was left out between the tokens.
                Cow::Borrowed(text) if start == end => *text = &self.text[first.start..next],
                text => text.to_mut().push_str(&self.text[start..next]),
            }
            end = next;
            self.advance()?;
        }
        Ok(text)
    }

    /// Reads what stands between brackets or bars: a text in quotes, or without.
    fn label(&mut self) -> Read<Cow<'s, str>> {
        let quoted = |kind| matches!(kind, Kind::String | Kind::MarkdownString);
        if !quoted(self.token.kind) && !self.token.kind.is_text() {
            return self.refuse("a text");
        }
        let first = self.token;
        let text = self.slice(first);
        self.advance()?;
        self.go_on(first, Cow::Borrowed(text), Kind::is_text)
    }

    fn refuse<T>(&self, expected: &str) -> Read<T> {
        let text = self.slice(self.token);
        let found = match self.token.kind {
            Kind::EndOfText | Kind::Nothing => "the end of the chart".to_owned(),
            Kind::Newline => "the end of the line".to_owned(),
            Kind::Space => "white space".to_owned(),
            _ if trim(text).is_empty() => "nothing".to_owned(),
            _ => quoted(trim(text)),
        };
        Err(Misread::new(self.token.start, found, expected))
    }

    fn member(&mut self, text: &'s str) {
        if !self.open.is_empty() && !trim(text).is_empty() {
            let name = self.builder.name(Cow::Borrowed(text));
            self.members(&[name]);
        }
    }

    fn members(&mut self, names: &[Name]) {
        if let Some(open) = self.open.last_mut() {
            open.items.extend_from_slice(names);
        }
    }
}
