//! What the two formats in XML share.

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Error, Reader, XmlVersion,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{Place, ReadError};

/// Logs are flat; what is nested deeper than this is not one.
const DEEPEST: usize = 64;

/// Reads XML piece by piece, with one at a time in memory.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// How many elements are open.
    open: usize,
}

/// A piece of XML.
pub(super) struct Piece<'x> {
    pub(super) event: Event<'x>,
    /// How deep the element that starts or ends here stands; the outermost one stands at 1.
    pub(super) level: usize,
    end: u64,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(input);
        // An empty element starts and ends.
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), open: 0 }
    }

    /// Returns the next piece; none at the end, where every element is closed.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, ReadError> {
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(Error::Io(error)) => return Err(std::io::Error::new(error.kind(), error).into()),
            Err(error) => return Err(refused(self.reader.error_position(), &error)),
        };
        let end = self.reader.buffer_position();
        let level = match event {
            Event::Start(_) => self.open + 1,
            _ => self.open,
        };
        let malformed = |found, expected| Err(ReadError::malformed(Place::Byte(end), found, expected));
        match event {
            Event::Start(_) if level > DEEPEST => {
                malformed(format!("an element nested {level} deep"), format!("at most {DEEPEST}"))
            }
            Event::Eof if level > 0 => {
                malformed(format!("the end, with {level} elements open"), "each of them closed".to_owned())
            }
            Event::Eof => Ok(None),
            _ => {
                self.open = if matches!(event, Event::End(_)) { level - 1 } else { level };
                Ok(Some(Piece { event, level, end }))
            }
        }
    }
}

fn refused(byte: u64, error: &Error) -> ReadError {
    ReadError::Refused { place: Place::Byte(byte), said: error.to_string() }
}

impl Piece<'_> {
    /// Returns where it ends.
    pub(super) fn place(&self) -> Place {
        Place::Byte(self.end)
    }

    /// Returns what it is part of a text, unescaped; nothing if it is something else.
    pub(super) fn text(&self) -> Result<Cow<'_, str>, ReadError> {
        match &self.event {
            Event::Text(text) => Ok(text.xml10_content()),
            Event::CData(text) => Ok(text.xml10_content()),
            Event::GeneralRef(name) => match unescape(&format!("&{};", &**name)) {
                Ok(text) => Ok(Cow::Owned(text.into_owned())),
                Err(error) => Err(refused(self.end, &error.into())),
            },
            _ => Ok(Cow::Borrowed("")),
        }
    }

    /// Returns the attributes that have these names, their values unescaped.
    pub(super) fn attributes<'t, const N: usize>(
        &self,
        tag: &'t BytesStart<'_>,
        names: [&str; N],
    ) -> Result<[Option<Cow<'t, str>>; N], ReadError> {
        let mut values = [const { None }; N];
        for attribute in tag.attributes().with_checks(false) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(element: &str) -> Result<[Option<String>; 3], ReadError> {
        let mut xml = Xml::new(element.as_bytes());
        let piece = xml.next()?.unwrap();
        let Event::Start(tag) = &piece.event else { panic!("{element} does not start") };
        let values = piece.attributes(tag, ["id", "object-id", "ocel:type"])?;
        Ok(values.map(|value| value.map(Cow::into_owned)))
    }

    #[test]
    fn attributes_are_read_in_any_form() {
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
}
