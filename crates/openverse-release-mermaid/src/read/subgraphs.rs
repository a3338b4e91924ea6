//! Subgraphs.

use std::borrow::Cow;

use super::{Read, Reader};
use crate::{
    build::Name,
    chart::Direction,
    lex::Kind,
    text::{is_space, trim},
};

/// A subgraph that has not ended.
#[derive(Debug)]
pub(super) struct Open<'s> {
    /// None where mermaid.js makes one up.
    id: Option<Cow<'s, str>>,
    title: Cow<'s, str>,
    pub(super) items: Vec<Name>,
    direction: Option<Direction>,
}

impl Reader<'_> {
    pub(super) fn open_subgraph(&mut self) -> Read<()> {
        self.advance()?;
        // Without even a name, mermaid.js fails where the subgraph ends.
        self.expect(Kind::Space, "a space and the name of the subgraph")?;
        let expected = "the name of the subgraph";
        let title = match self.token.kind {
            Kind::String | Kind::MarkdownString => {
                let first = self.token;
                let text = self.slice(first);
                self.advance()?;
                self.go_on(first, Cow::Borrowed(text), Kind::is_title)?
            }
            _ => self.joined(Kind::is_title, expected)?,
        };
        let trimmed = match &title {
            Cow::Borrowed(title) => Cow::Borrowed(trim(title)),
            Cow::Owned(title) => Cow::Owned(trim(title).to_owned()),
        };
        let (id, title) = if self.token.kind == Kind::SquareStart {
            self.advance()?;
            let label = self.label()?;
            self.expect(Kind::SquareEnd, "\"]\" after the title")?;
            (Some(trimmed), label)
        } else {
            (Some(trimmed).filter(|_| !title.contains(is_space)), title)
        };
        if !self.token.kind.ends_statement() {
            return self.refuse("the end of the line, \";\", or the title in square brackets");
        }
        self.advance()?;
        self.open.push(Open { id, title, items: Vec::new(), direction: None });
        Ok(())
    }

    pub(super) fn close_subgraph(&mut self) -> Read<()> {
        self.advance()?;
        if let Some(Open { id, title, items, direction }) = self.open.pop() {
            let name = self.builder.subgraph(id, &title, &items, direction);
            self.members(&[name]);
        }
        Ok(())
    }

    pub(super) fn direction_line(&mut self) -> Read<()> {
        let line = self.slice(self.token);
        // The token is of the first direction in this order, and of the last place that says it.
        let directions = [
            ("TB", Direction::TopToBottom),
            ("BT", Direction::BottomToTop),
            ("RL", Direction::RightToLeft),
            ("LR", Direction::LeftToRight),
            ("TD", Direction::TopToBottom),
        ];
        let says = |direction: &str| {
            line.match_indices("direction").any(|(at, word)| {
                let rest = &line[at + word.len()..];
                rest.starts_with(is_space) && rest.trim_start_matches(is_space).starts_with(direction)
            })
        };
        let found = directions.iter().find(|(name, _)| says(name)).map(|(_, direction)| *direction);
        if let Some(open) = self.open.last_mut() {
            open.direction = found.or(open.direction);
        }
        self.advance()
    }
}
