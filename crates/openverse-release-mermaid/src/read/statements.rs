//! Statements about looks and clicks. They are read, and say nothing of boxes and lines.

use super::{Read, Reader};
use crate::{chart::DecorationKind, error::Misread, lex::Kind};

/// A link that a style is for.
type Place = (usize, usize);

impl Reader<'_> {
    pub(super) fn styling(&mut self, start: usize) -> Read<()> {
        let kind = self.token.kind;
        self.advance()?;
        let decoration = match kind {
            Kind::Style => {
                self.space()?;
                let id = self.joined(Kind::names, "the name of a box")?;
                self.space()?;
                self.styles()?;
                let name = self.builder.name(id);
                self.builder.vertex(name, None, None);
                DecorationKind::Style
            }
            Kind::LinkStyle => {
                self.link_style()?;
                DecorationKind::LinkStyle
            }
            Kind::ClassDef => {
                self.space()?;
                self.joined(Kind::names, "the name of a class")?;
                self.space()?;
                self.styles()?;
                DecorationKind::ClassDefinition
            }
            Kind::Class => {
                self.space()?;
                self.joined(Kind::names, "the names of boxes")?;
                self.space()?;
                self.joined(Kind::names, "the name of a class")?;
                DecorationKind::Class
            }
            _ => {
                self.click()?;
                DecorationKind::Click
            }
        };
        self.decorations.push((start, decoration));
        Ok(())
    }

    fn space(&mut self) -> Read<()> {
        self.expect(Kind::Space, "one space")
    }

    fn styles(&mut self) -> Read<()> {
        loop {
            self.joined(Kind::is_style, "a style such as \"fill:#fff\"")?;
            if self.token.kind != Kind::Comma {
                return Ok(());
            }
            self.advance()?;
        }
    }

    fn link_style(&mut self) -> Read<()> {
        self.space()?;
        let mut places = Vec::new();
        if self.token.kind == Kind::Default {
            self.advance()?;
        } else {
            places.push(self.place()?);
            while self.token.kind == Kind::Comma {
                self.advance()?;
                places.push(self.place()?);
            }
        }
        self.space()?;
        if self.token.kind == Kind::Interpolate {
            self.advance()?;
            self.space()?;
            self.joined(Kind::names_callback, "the name of a curve")?;
            if self.token.kind == Kind::Space {
                self.advance()?;
                self.styles()?;
            }
        } else {
            self.styles()?;
        }
        let count = self.builder.edge_count();
        match places.into_iter().find(|&(_, number)| number >= count) {
            Some((at, _)) => {
                let found = "a number that no link has so far";
                Err(Misread::new(at, found, format!("a number below {count}")))
            }
            None => Ok(()),
        }
    }

    /// Reads the number of a link, which must be written without a 0 before it.
    fn place(&mut self) -> Read<Place> {
        let (start, text) = (self.token.start, self.slice(self.token));
        self.expect(Kind::Number, "the number of a link, or \"default\"")?;
        let plain = text == "0" || !text.starts_with('0');
        Ok((start, text.parse().ok().filter(|_| plain).unwrap_or(usize::MAX)))
    }

    /// Reads what happens on a click on a box, whose name is read already.
    fn click(&mut self) -> Read<()> {
        match self.token.kind {
            Kind::CallbackName => {
                self.advance()?;
                if self.token.kind == Kind::CallbackArguments {
                    self.advance()?;
                }
                self.tooltip()
            }
            Kind::Href => {
                self.advance()?;
                self.expect(Kind::String, "an address in quotes")?;
                self.tooltip_or_target()
            }
            Kind::String => {
                self.advance()?;
                self.tooltip_or_target()
            }
            _ => {
                self.joined(Kind::names_callback, "an address in quotes, or a callback")?;
                self.tooltip()
            }
        }
    }

    fn tooltip(&mut self) -> Read<()> {
        if self.token.kind != Kind::Space {
            return Ok(());
        }
        self.advance()?;
        self.expect(Kind::String, "a tooltip in quotes")
    }

    fn tooltip_or_target(&mut self) -> Read<()> {
        if self.token.kind != Kind::Space {
            return Ok(());
        }
        self.advance()?;
        if self.token.kind == Kind::String {
            self.advance()?;
            if self.token.kind != Kind::Space {
                return Ok(());
            }
            self.advance()?;
        }
        self.expect(Kind::LinkTarget, "a tooltip in quotes, or one of _self, _blank, _parent, _top")
    }
}
