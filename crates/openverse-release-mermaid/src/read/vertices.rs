//! Boxes and the lines between them.

use std::borrow::Cow;

use super::{Read, Reader};
use crate::{
    build::Name,
    chart::DecorationKind,
    error::Misread,
    lex::{Kind, Token},
    link::Line,
    text::{is_space, trim},
    yaml,
};

/// How many lines a chart can have, beside as many as its text has bytes.
const MOST_LINES: usize = 100_000;

/// The boxes of a statement, group by group.
#[derive(Debug, Default)]
pub(super) struct Groups {
    names: Vec<Name>,
    starts: Vec<usize>,
}

/// A line and what is said of it.
struct Link<'s> {
    line: Line,
    text: Cow<'s, str>,
    id: Option<Cow<'s, str>>,
}

impl<'s> Reader<'s> {
    /// Reads `A --> B & C --> D` up to what ends the statement.
    pub(super) fn vertices(&mut self) -> Read<()> {
        let mut groups = std::mem::take(&mut self.groups);
        groups.names.clear();
        groups.starts.clear();
        self.group(&mut groups)?;
        while matches!(self.token.kind, Kind::Link | Kind::StartLink | Kind::LinkId) {
            let at = self.token.start;
            let link = self.link()?;
            let from = groups.starts.last().copied().unwrap_or(0);
            let to = groups.names.len();
            self.group(&mut groups)?;
            let (before, to) = groups.names.split_at(to);
            let from = &before[from..];
            // "&" on both sides draws a line for every pair, of which there can be far more than text.
            let most = MOST_LINES + self.text.len();
            if self.builder.edge_count() + from.len().saturating_mul(to.len()) > most {
                let found = format!("{} boxes with lines to {} boxes", from.len(), to.len());
                return Err(Misread::new(at, found, format!("at most {most} lines in the chart")));
            }
            self.builder.reach(at);
            self.builder.links(from, to, link.line, &link.text, link.id.as_deref());
        }
        if !self.open.is_empty() {
            // Mermaid lists the last group first.
            let mut end = groups.names.len();
            for &start in groups.starts.iter().rev() {
                self.members(&groups.names[start..end]);
                end = start;
            }
        }
        self.groups = groups;
        Ok(())
    }

    /// Reads `A & B`, and the white space behind.
    fn group(&mut self, groups: &mut Groups) -> Read<()> {
        groups.starts.push(groups.names.len());
        let mut last = self.vertex()?;
        groups.names.push(last);
        loop {
            let data = self.data()?;
            if self.token.kind != Kind::Space {
                return self.apply(last, data);
            }
            self.spaces("white space")?;
            if self.token.kind != Kind::Ampersand {
                return match data {
                    Some(_) => self.refuse("\"&\""),
                    None => Ok(()),
                };
            }
            self.advance()?;
            self.spaces("white space after \"&\"")?;
            let next = self.vertex()?;
            self.apply(last, data)?;
            groups.names.push(next);
            last = next;
        }
    }

    fn spaces(&mut self, expected: &str) -> Read<()> {
        self.expect(Kind::Space, expected)?;
        while self.token.kind == Kind::Space {
            self.advance()?;
        }
        Ok(())
    }

    /// Reads a box: its name, and what stands in it and how it looks, if that is said.
    fn vertex(&mut self) -> Read<Name> {
        self.builder.reach(self.token.start);
        let id = self.joined(Kind::names, "the name of a box")?;
        let name = self.builder.name(id);
        match self.shape()? {
            Some((shape, text)) => self.builder.vertex(name, Some(box_text(&text)), Some(shape)),
            None => self.builder.vertex(name, None, None),
        }
        if self.token.kind == Kind::TripleColon {
            self.decorations.push((self.token.start, DecorationKind::Class));
            self.advance()?;
            self.joined(Kind::names, "the name of a class")?;
        }
        Ok(name)
    }

    fn shape(&mut self) -> Read<Option<(&'static str, Cow<'s, str>)>> {
        let (end, expected, shape) = match self.token.kind {
            Kind::SquareStart => (Kind::SquareEnd, "\"]\"", "square"),
            Kind::DoubleCircleStart => (Kind::DoubleCircleEnd, "\")))\"", "doublecircle"),
            Kind::EllipseStart => (Kind::EllipseEnd, "\"-)\"", "ellipse"),
            Kind::StadiumStart => (Kind::StadiumEnd, "\"])\"", "stadium"),
            Kind::SubroutineStart => (Kind::SubroutineEnd, "\"]]\"", "subroutine"),
            Kind::CylinderStart => (Kind::CylinderEnd, "\")]\"", "cylinder"),
            Kind::Greater => (Kind::SquareEnd, "\"]\"", "odd"),
            Kind::RoundStart => return self.doubled(Kind::RoundEnd, "\")\"", ["round", "circle"]).map(Some),
            Kind::BraceStart => {
                return self.doubled(Kind::BraceEnd, "\"}\"", ["diamond", "hexagon"]).map(Some);
            }
            Kind::TrapezoidStart => return self.trapezoid(["trapezoid", "lean_right"]).map(Some),
            Kind::InvertedTrapezoidStart => return self.trapezoid(["lean_left", "inv_trapezoid"]).map(Some),
            Kind::PropertiesStart => return self.with_properties().map(Some),
            _ => return Ok(None),
        };
        self.advance()?;
        let text = self.label()?;
        self.expect(end, expected)?;
        Ok(Some((shape, text)))
    }

    /// Reads a shape whose bracket, where there are two of it, makes another shape.
    fn doubled(
        &mut self,
        end: Kind,
        expected: &str,
        shapes: [&'static str; 2],
    ) -> Read<(&'static str, Cow<'s, str>)> {
        let start = self.token.kind;
        self.advance()?;
        let twice = self.token.kind == start;
        if twice {
            self.advance()?;
        }
        let text = self.label()?;
        self.expect(end, expected)?;
        if twice {
            self.expect(end, expected)?;
        }
        Ok((shapes[usize::from(twice)], text))
    }

    /// Reads a shape that is told by what ends it: `\]` or `/]`.
    fn trapezoid(&mut self, shapes: [&'static str; 2]) -> Read<(&'static str, Cow<'s, str>)> {
        self.advance()?;
        let text = self.label()?;
        let shape = match self.token.kind {
            Kind::TrapezoidEnd => shapes[0],
            Kind::InvertedTrapezoidEnd => shapes[1],
            _ => return self.refuse("\"\\]\" or \"/]\""),
        };
        self.advance()?;
        Ok((shape, text))
    }

    /// Reads `[|borders:lt|text]`.
    fn with_properties(&mut self) -> Read<(&'static str, Cow<'s, str>)> {
        self.advance()?;
        self.expect(Kind::Name, "the name of a property")?;
        self.expect(Kind::Colon, "\":\"")?;
        self.expect(Kind::Name, "the value of the property")?;
        self.expect(Kind::Pipe, "\"|\"")?;
        let text = self.label()?;
        self.expect(Kind::SquareEnd, "\"]\"")?;
        Ok(("rect", text))
    }

    /// Reads `@{ … }`, if it is there.
    fn data(&mut self) -> Read<Option<(usize, yaml::Value)>> {
        let start = self.token.start;
        if !matches!(self.token.kind, Kind::Data | Kind::QuotedData) {
            return Ok(None);
        }
        let mut data = String::new();
        while let Token { kind: kind @ (Kind::Data | Kind::QuotedData), .. } = self.token {
            let text = self.slice(self.token);
            if kind == Kind::QuotedData && text.contains('\n') {
                // A line end in quotes is one in the label; empty lines are none.
                let mut lines = text.split('\n');
                data.push_str(lines.next().unwrap_or_default());
                let mut ended = true;
                for line in lines {
                    data.push_str(if ended { "<br/>" } else { "" });
                    let line = line.trim_start_matches(is_space);
                    data.push_str(line);
                    ended = !line.is_empty();
                }
            } else {
                data.push_str(text);
            }
            self.advance()?;
        }
        let yaml = if data.contains('\n') { format!("{data}\n") } else { format!("{{\n{data}\n}}") };
        let value = yaml::read(&yaml)
            .map_err(|error| Misread::new(start, error.what, "data in YAML that can be read"))?;
        Ok(Some((start, value)))
    }

    fn apply(&mut self, name: Name, data: Option<(usize, yaml::Value)>) -> Read<()> {
        let Some((at, data)) = data else { return Ok(()) };
        self.builder.vertex_data(name, &data).map_err(|bad| Misread::new(at, bad.found, bad.expected))
    }

    fn link(&mut self) -> Read<Link<'s>> {
        let mut id = None;
        if self.token.kind == Kind::LinkId {
            // Only the first "@" goes.
            let text = self.slice(self.token);
            id = text.split_once('@').map(|(before, after)| match after {
                "" => Cow::Borrowed(before),
                after => Cow::Owned(format!("{before}{after}")),
            });
            self.advance()?;
        }
        let start = self.slice(self.token);
        match self.token.kind {
            Kind::Link => {
                self.advance()?;
                let text = if self.token.kind == Kind::Pipe {
                    self.words_between_bars()?
                } else {
                    Cow::Borrowed("")
                };
                Ok(Link { line: Line::read(start), text, id })
            }
            Kind::StartLink => {
                self.advance()?;
                let text = self.words()?;
                let end = self.slice(self.token);
                self.expect(Kind::Link, "the rest of the line, such as \"-->\"")?;
                Ok(Link { line: Line::around_words(start, end), text: text_of(text), id })
            }
            _ => self.refuse("a line such as \"-->\""),
        }
    }

    /// Reads the words on a line that stand before its end.
    fn words(&mut self) -> Read<Cow<'s, str>> {
        match self.token.kind {
            Kind::String | Kind::MarkdownString => {
                let text = self.slice(self.token);
                self.advance()?;
                let first = Token { kind: Kind::EdgeText, start: self.token.start, end: self.token.start };
                let more = self.go_on(first, Cow::Borrowed(""), |kind| kind == Kind::EdgeText)?;
                Ok(if more.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}{more}")) })
            }
            _ => self.joined(|kind| kind == Kind::EdgeText, "words on the line"),
        }
    }

    fn words_between_bars(&mut self) -> Read<Cow<'s, str>> {
        self.advance()?;
        let text = self.label()?;
        self.expect(Kind::Pipe, "\"|\"")?;
        if self.token.kind == Kind::Space {
            self.advance()?;
        }
        Ok(text_of(text))
    }
}

/// Returns a text as mermaid.js keeps it: trimmed, and without the quotes around all of it.
fn box_text(text: &str) -> &str {
    let text = trim(text);
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

fn text_of(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(box_text(text)),
        Cow::Owned(text) => Cow::Owned(box_text(&text).to_owned()),
    }
}
