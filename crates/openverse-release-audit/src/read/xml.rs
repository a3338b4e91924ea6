//! What the two formats in XML share.

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Error, Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Place, ReadError};

/// Logs are flat; what is nested deeper than this is not one.
const DEEPEST: usize = 64;

/// Reads XML event by event, and knows where it is.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    depth: usize,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(input: R) -> Self {
        let mut xml = Self { reader: Reader::from_reader(input), depth: 0 };
        xml.keep_space(false);
        xml
    }

    /// Says whether space at the start of a text matters from here on; it does not at first.
    pub(super) fn keep_space(&mut self, keep: bool) {
        self.reader.config_mut().trim_text_start = !keep;
    }

    /// Returns the next event, read into an emptied buffer. At the end every element is closed.
    #[inline]
    pub(super) fn next<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, ReadError> {
        buffer.clear();
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event,
            Err(Error::Io(error)) => {
                return Err(ReadError::Unreadable { source: std::io::Error::new(error.kind(), error) });
            }
            Err(error) => {
                let place = Place::Byte(self.reader.error_position());
                return Err(ReadError::Refused { place, said: error.to_string() });
            }
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => {
                let found = format!("the end, with {} elements open", self.depth);
                return Err(ReadError::malformed(self.place(), found, "each of them closed"));
            }
            _ => {}
        }
        if self.depth > DEEPEST {
            let found = format!("an element nested {} deep", self.depth);
            return Err(ReadError::malformed(self.place(), found, format!("at most {DEEPEST}")));
        }
        Ok(event)
    }

    /// Returns how many elements are open; the one that an event starts counts, one that it ends does not.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn place(&self) -> Place {
        Place::Byte(self.reader.buffer_position())
    }

    /// Gives each attribute of an element, its value unescaped, to a function; the first ones once more if one
    /// that follows has another form than the usual one.
    pub(super) fn attributes<'a>(
        &self,
        element: &'a BytesStart<'_>,
        mut each: impl FnMut(&'a str, Cow<'a, str>),
    ) -> Result<(), ReadError> {
        let mut rest = element.attributes_raw();
        while let Some((name, value, further)) = usual(rest) {
            each(name, Cow::Borrowed(value));
            rest = further;
        }
        if rest.trim_ascii().is_empty() {
            return Ok(());
        }
        let refused = |said: String| ReadError::Refused { place: self.place(), said };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| refused(error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| refused(error.to_string()))?;
            each(attribute.key.into_inner(), value);
        }
        Ok(())
    }
}

/// Takes an attribute of the usual form, ` name="value"`, off the rest of an element, if its value stands there
/// as it is. Most do, and are found much faster so.
fn usual(rest: &str) -> Option<(&str, &str, &str)> {
    let rest = rest.strip_prefix(' ')?;
    let name = rest.bytes().position(|byte| !byte.is_ascii_alphabetic() && byte != b'-')?;
    let (name, value) = rest.split_at(name);
    let value = value.strip_prefix("=\"")?;
    let end = value.bytes().position(|byte| matches!(byte, b'"' | b'&' | b'<') || byte < b' ')?;
    let further = value[end..].strip_prefix('"')?;
    Some((name, &value[..end], further)).filter(|_| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(element: &str) -> Result<Vec<(String, String)>, ReadError> {
        let mut xml = Xml::new(element.as_bytes());
        let mut buffer = Vec::new();
        let Event::Empty(element) = xml.next(&mut buffer)? else { panic!("{element} is not empty") };
        let mut found = std::collections::BTreeMap::new();
        xml.attributes(&element, |name, value| {
            found.insert(name.to_owned(), value.into_owned());
        })?;
        Ok(found.into_iter().collect())
    }

    #[test]
    fn attributes_of_other_forms_than_the_usual_one_are_read_as_well() {
        let expected = [("id", "1"), ("object-id", "a b"), ("ocel:type", "<é\">")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        for written in [
            "<e id=\"1\" object-id=\"a b\" ocel:type=\"&lt;é&#34;>\"/>",
            "<e id=\"1\" object-id='a b' ocel:type='&lt;é\">'/>",
            "<e\n\tid = \"1\"\n\tobject-id=\"a\nb\"\n\tocel:type=\"&lt;é&quot;>\"\n/>",
            "<e ocel:type='&lt;é\">' id=\"1\" object-id=\"a b\" />",
        ] {
            assert_eq!(attributes(written).unwrap(), expected, "{written}");
        }
        assert_eq!(attributes("<e/>").unwrap(), []);
        assert_eq!(attributes("<e  />").unwrap(), []);
    }

    #[test]
    fn an_attribute_that_is_none_is_refused() {
        for written in ["<e id=\"1\" type/>", "<e id=1/>", "<e id=\"1\" =\"2\"/>", "<e id=\"&nothing;\"/>"] {
            assert!(matches!(attributes(written), Err(ReadError::Refused { .. })), "{written}");
        }
    }
}
