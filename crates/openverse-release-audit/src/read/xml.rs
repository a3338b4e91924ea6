//! What the two formats in XML share.

use std::{borrow::Cow, io::Read};

use memchr::{memchr, memchr2, memchr3};
use quick_xml::{
    Error, Reader, XmlVersion,
    errors::IllFormedError,
    events::{BytesText, Event, attributes::Attributes},
};

use super::{Place, ReadError, window::Window};
use crate::names::Texts;

/// Logs are flat; what is nested deeper than this is not one.
const DEEPEST: usize = 64;

/// A piece of XML.
pub(super) enum Token<'x> {
    /// The start of an element.
    Start(Tag<'x>),
    /// An element that is empty.
    Empty(Tag<'x>),
    /// The end of an element.
    End(Tag<'x>),
    /// A text, or a part of one.
    Text(Cow<'x, str>),
}

/// What stands in angle brackets.
pub(super) struct Tag<'x> {
    pub(super) name: &'x str,
    attributes: &'x str,
    /// How deep the element stands; the outermost one stands at 1.
    pub(super) level: usize,
    end: u64,
}

/// Reads XML piece by piece, and knows where it is. Pieces of the usual form are taken up at once, and all others
/// as quick-xml reads them.
pub(super) struct Xml<R> {
    window: Window<R>,
    /// The names of the elements that are open.
    open: Texts,
}

/// What was found, if it matters, and how long it is.
struct Found(Option<Kind>, usize);

enum Kind {
    /// The lengths of its name, and of that and its attributes.
    Start(usize, usize),
    /// As there.
    Empty(usize, usize),
    /// The length of its name.
    End(usize),
    Text,
    /// A text that does not stand there as it is.
    Other(String),
    Nothing,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(input: R) -> Self {
        Self { window: Window::new(input), open: Texts::default() }
    }

    /// Returns the next piece, none at the end, where every element is closed. Texts are passed over where they
    /// do not matter.
    #[inline]
    pub(super) fn next(&mut self, texts: bool) -> Result<Option<Token<'_>>, ReadError> {
        let (kind, length) = loop {
            match self.find(texts)? {
                Found(Some(Kind::Text | Kind::Other(_)), length) if !texts => self.window.pass(length),
                Found(Some(kind), length) => break (kind, length),
                Found(None, length) => self.window.pass(length),
            };
        };
        let start = self.window.byte();
        let end = start + length as u64;
        let level = self.open.len();
        let piece = self.window.pass(length);
        let tag = |name: usize, whole: usize| {
            let (name, attributes) = piece[1..=whole].split_at(name);
            Tag { name, attributes, level: level + 1, end }
        };
        let token = match kind {
            Kind::Start(..) | Kind::Empty(..) if level == DEEPEST => {
                let found = format!("an element nested {} deep", level + 1);
                let expected = format!("at most {DEEPEST}");
                return Err(ReadError::malformed(Place::Byte(end), found, expected));
            }
            Kind::Start(name, whole) => {
                let tag = tag(name, whole);
                self.open.push(tag.name);
                Token::Start(tag)
            }
            Kind::Empty(name, whole) => Token::Empty(tag(name, whole)),
            Kind::End(length) => {
                let name = &piece[2..2 + length];
                let open = self.open.last();
                if open != Some(name) {
                    let found = name.to_owned();
                    let error = match open.map(str::to_owned) {
                        Some(expected) => IllFormedError::MismatchedEndTag { expected, found },
                        None => IllFormedError::UnmatchedEndTag(found),
                    };
                    return Err(refused(start, &error.into()));
                }
                self.open.truncate(level - 1);
                Token::End(Tag { name, attributes: "", level, end })
            }
            Kind::Other(text) => Token::Text(Cow::Owned(text)),
            Kind::Text => Token::Text(BytesText::from_escaped(piece).xml10_content()),
            Kind::Nothing if level > 0 => {
                let found = format!("the end, with {level} elements open");
                return Err(ReadError::malformed(Place::Byte(end), found, "each of them closed"));
            }
            Kind::Nothing => return Ok(None),
        };
        Ok(Some(token))
    }

    /// Finds the next piece in what is in memory, which is read until it is there as a whole.
    fn find(&mut self, texts: bool) -> Result<Found, ReadError> {
        loop {
            let all = self.window.rest();
            let rest = if texts { all } else { all.trim_ascii_start() };
            let space = all.len() - rest.len();
            if let Some(found) = usual(rest, self.open.last().unwrap_or_default()) {
                self.window.pass(space);
                return Ok(found);
            }
            let (found, breaks_off) = match rest.as_bytes() {
                [] => (Ok(Found(Some(Kind::Nothing), 0)), true),
                [b'<', ..] => {
                    let found = other(rest, texts);
                    let breaks_off = matches!(found, Err((Error::Syntax(_), _)));
                    (found, breaks_off)
                }
                [b'&', further @ ..] => (other(rest, texts), memchr3(b'<', b'&', b';', further).is_none()),
                _ => (Ok(Found(Some(Kind::Text), rest.len())), true),
            };
            self.window.pass(space);
            if !breaks_off || !self.window.more()? {
                return found.map_err(|(error, at)| refused(self.window.byte() + at, &error));
            }
        }
    }
}

/// Finds a piece at the start of a text, if it is of the usual form and there as a whole; of ends that of the
/// element that is open. Most are, and are found much faster so.
fn usual(text: &str, open: &str) -> Option<Found> {
    let bytes = text.as_bytes();
    let (kind, length) = match bytes {
        [b'<', b'/', named @ ..] => {
            let further = named.strip_prefix(open.as_bytes())?;
            further.starts_with(b">").then_some((Kind::End(open.len()), open.len() + 3))?
        }
        [b'<', first, ..] if first.is_ascii_alphabetic() => {
            let name = name(&bytes[1..]);
            let end = match bytes.get(name + 1)? {
                b'>' => name + 1,
                _ => name + 1 + memchr(b'>', &bytes[name + 1..])?,
            };
            let inner = &bytes[1..end];
            let (whole, empty) = inner.strip_suffix(b"/").map_or((inner, false), |whole| (whole, true));
            let ends = match whole[name..] {
                [] => true,
                // A bracket in a value stands behind the first quote of it, or behind what else it holds.
                [b' ', .., last, b'"'] => !b"= \t\r\n".contains(&last) && memchr(b'\'', whole).is_none(),
                _ => false,
            };
            let kind = if empty { Kind::Empty(name, whole.len()) } else { Kind::Start(name, whole.len()) };
            ends.then_some((kind, end + 1))?
        }
        [b'<' | b'&', ..] => return None,
        _ => (Kind::Text, memchr2(b'<', b'&', bytes)?),
    };
    Some(Found(Some(kind), length))
}

/// Returns how long the name is at the start of a tag: up to a space, a quote or a bracket at the latest.
fn name(tag: &[u8]) -> usize {
    tag.iter().take_while(|&&byte| byte > b'>' || matches!(byte, b'-' | b'.' | b'0'..=b':')).count()
}

/// Finds markup of any form at the start of a text; or what is wrong with it, and so many bytes further on.
fn other(text: &str, texts: bool) -> Result<Found, (Error, u64)> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let event = reader.read_event().map_err(|error| (error, reader.error_position()))?;
    let length = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
    let kind = Some(match event {
        Event::Start(tag) => Kind::Start(tag.name().into_inner().len(), tag.len()),
        Event::Empty(tag) => Kind::Empty(tag.name().into_inner().len(), tag.len()),
        Event::End(tag) => Kind::End(tag.name().into_inner().len()),
        Event::CData(text) => Kind::Other(text.xml10_content().into_owned()),
        Event::GeneralRef(_) if texts => {
            let text = quick_xml::escape::unescape(&text[..length])
                .map_err(|error| (error.into(), length as u64))?;
            Kind::Other(text.into_owned())
        }
        _ => return Ok(Found(None, length)),
    });
    Ok(Found(kind, length))
}

fn refused(byte: u64, error: &Error) -> ReadError {
    ReadError::Refused { place: Place::Byte(byte), said: error.to_string() }
}

impl<'x> Tag<'x> {
    /// Returns where the tag ends.
    pub(super) fn place(&self) -> Place {
        Place::Byte(self.end)
    }

    /// Returns the attributes that have these names, their values unescaped.
    pub(super) fn attributes<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Cow<'x, str>>; N], ReadError> {
        let mut values = [const { None }; N];
        if usual_attributes(self.attributes, names, &mut values).is_some() {
            return Ok(values);
        }
        for attribute in Attributes::new(self.attributes, 0).with_checks(false) {
            let attribute = attribute.map_err(|error| refused(self.end, &error.into()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| refused(self.end, &error))?;
            if let Some(place) = names.iter().position(|name| *name == attribute.key.into_inner()) {
                values[place] = Some(value);
            }
        }
        Ok(values)
    }
}

/// Takes the attributes of an element if it has no others, they stand in this order and in the usual form,
/// ` name="value"`, and their values stand there as they are. So it is mostly, and then they are found much faster.
fn usual_attributes<'a, const N: usize>(
    mut rest: &'a str,
    names: [&str; N],
    values: &mut [Option<Cow<'a, str>>; N],
) -> Option<()> {
    for (name, value) in names.into_iter().zip(values) {
        let named = rest.strip_prefix(' ').and_then(|rest| rest.strip_prefix(name)?.strip_prefix("=\""));
        let Some(named) = named else { continue };
        // Most letters stand behind those that matter.
        let end = named
            .bytes()
            .position(|byte| byte <= b'<' && (matches!(byte, b'"' | b'&' | b'<') || byte < b' '))?;
        *value = Some(Cow::Borrowed(&named[..end]));
        rest = named[end..].strip_prefix('"')?;
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::window::BLOCK;

    fn attributes(element: &str) -> Result<[Option<String>; 3], ReadError> {
        let mut xml = Xml::new(element.as_bytes());
        let Some(Token::Empty(tag)) = xml.next(false)? else { panic!("{element} is not empty") };
        Ok(tag.attributes(["id", "object-id", "ocel:type"])?.map(|value| value.map(Cow::into_owned)))
    }

    #[test]
    fn attributes_of_other_forms_than_the_usual_one_are_read_as_well() {
        let expected = ["1", "a b", "<é\">"].map(|value| Some(value.to_owned()));
        for written in [
            "<e id=\"1\" object-id=\"a b\" ocel:type=\"&lt;é&#34;>\"/>",
            "<e id=\"1\" object-id='a b' ocel:type='&lt;é\">'/>",
            "<e\n\tid = \"1\"\n\tobject-id=\"a\nb\"\n\tocel:type=\"&lt;é&quot;>\"\n/>",
            "<e ocel:type='&lt;é\">' id=\"1\" object-id=\"a b\" />",
            "<e id=\"1\" object-id=\"a b\" other=\"\" ocel:type=\"&lt;é&quot;>\"/>",
        ] {
            assert_eq!(attributes(written).unwrap(), expected, "{written}");
        }
        assert_eq!(attributes("<e/>").unwrap(), [None, None, None]);
        assert_eq!(attributes("<e  ocel:type=\"\" />").unwrap(), [None, None, Some(String::new())]);
    }

    #[test]
    fn an_attribute_that_is_none_is_refused() {
        for written in ["<e id=\"1\" type/>", "<e id=1/>", "<e id=\"1\" =\"2\"/>", "<e id=\"&nothing;\"/>"] {
            assert!(matches!(attributes(written), Err(ReadError::Refused { .. })), "{written}");
        }
    }

    type Told = Vec<(&'static str, String, String)>;

    /// Tells a piece; texts that follow each other are one.
    fn tell(told: &mut Told, what: &'static str, name: &str, attributes: &str) {
        match told.last_mut() {
            Some(("text", text, _)) if what == "text" => text.push_str(name),
            _ => told.push((what, name.to_owned(), attributes.to_owned())),
        }
    }

    /// Tells the pieces of a text, and what is wrong with it.
    fn here(text: &str) -> (Told, Option<String>) {
        let mut xml = Xml::new(text.as_bytes());
        let mut told = Vec::new();
        let mut texts = false;
        loop {
            match xml.next(texts) {
                Ok(Some(Token::Start(tag))) => tell(&mut told, "start", tag.name, tag.attributes),
                Ok(Some(Token::Empty(tag))) => tell(&mut told, "empty", tag.name, tag.attributes),
                Ok(Some(Token::End(tag))) => tell(&mut told, "end", tag.name, tag.attributes),
                Ok(Some(Token::Text(text))) => tell(&mut told, "text", &text, ""),
                Ok(None) => return (told, None),
                Err(error) => return (told, Some(error.to_string())),
            }
            texts = true;
        }
    }

    /// Tells the pieces as quick-xml reads them.
    fn there(text: &str) -> (Told, Option<String>) {
        let mut reader = Reader::from_reader(text.as_bytes());
        let (mut told, mut buffer, mut open) = (Vec::new(), Vec::new(), 0);
        let wrong = |byte: u64, said: &str| Some(format!("byte {byte}: {said}"));
        loop {
            buffer.clear();
            reader.config_mut().trim_text_start = told.is_empty();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) => {
                    open += 1;
                    tell(&mut told, "start", tag.name().into_inner(), tag.attributes_raw());
                }
                Ok(Event::Empty(tag)) => {
                    tell(&mut told, "empty", tag.name().into_inner(), tag.attributes_raw());
                }
                Ok(Event::End(tag)) => {
                    open -= 1;
                    tell(&mut told, "end", tag.name().into_inner(), "");
                }
                Ok(Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)) if told.is_empty() => {}
                Ok(Event::Text(text)) => tell(&mut told, "text", &text.xml10_content(), ""),
                Ok(Event::CData(text)) => tell(&mut told, "text", &text.xml10_content(), ""),
                Ok(Event::GeneralRef(name)) => match quick_xml::escape::unescape(&format!("&{};", &*name)) {
                    Ok(text) => tell(&mut told, "text", &text, ""),
                    Err(error) => {
                        return (told, wrong(reader.buffer_position(), &Error::from(error).to_string()));
                    }
                },
                Ok(Event::Eof) if open > 0 => {
                    let said =
                        format!("found the end, with {open} elements open, expected each of them closed");
                    return (told, wrong(reader.buffer_position(), &said));
                }
                Ok(Event::Eof) => return (told, None),
                Ok(_) => {}
                Err(error) => return (told, wrong(reader.error_position(), &error.to_string())),
            }
        }
    }

    const PARTS: [&str; 42] = [
        "<log>",
        "</log>",
        "<event>",
        "</event>",
        "</event >",
        "<event/>",
        "<event />",
        "<e id=\"1\">",
        "</e>",
        "<e id='1' b=\">\">",
        "<e b='\">'/>",
        "<E a=\"'\"\n c=\"/\"/>",
        "< e>",
        "<>",
        "</>",
        "<é/>",
        "text",
        " ",
        "\r\n",
        "\u{feff}",
        "&lt;",
        "&#233;",
        "&bomb;",
        "&",
        ";",
        "<!-- > -- -->",
        "<![CDATA[ <a> ]]>",
        "<?p a?>",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE log [<!ENTITY a \"lol\">]>",
        "<e a=\"x>\"/>",
        "<e a=\">x\">",
        "<e a='x\">'/>",
        "<e a= \">\"/>",
        "<e a=\"=\" b=\"\"/>",
        "<e a=\"1\" b=\"x/>\"/>",
        "<e a=\"1\"b=\"\" >",
        "<e/a>",
        "\"/>",
        "\"",
        "<",
        ">",
    ];

    /// Puts so much space before a text that so many bytes of it are seen at first.
    fn behind_space(text: &str, seen: usize) -> String {
        " ".repeat(BLOCK - seen) + text
    }

    #[test]
    fn a_block_may_end_anywhere() {
        let text = "<log>é\r\n&lt;<!-- > --><![CDATA[>]]>\r<e a='>' b=\">\"/></log >";
        let (pieces, wrong) = here(text);
        assert_eq!(wrong, None);
        for seen in 0..text.len() {
            assert_eq!(here(&behind_space(text, seen)), (pieces.clone(), None), "{seen}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_are_those_of_quick_xml(
            parts in prop::collection::vec(0..PARTS.len(), 0..12),
            cut in 0usize..60,
            seen in 0usize..90,
        ) {
            let text: String = parts.iter().map(|&part| PARTS[part]).collect();
            let cut = &text[..text.floor_char_boundary(text.len().saturating_sub(cut))];
            for text in [&text, cut] {
                let text = behind_space(text, seen.min(text.len()));
                prop_assert_eq!(here(&text), there(&text), "{}", text.trim_start());
            }
        }
    }
}
