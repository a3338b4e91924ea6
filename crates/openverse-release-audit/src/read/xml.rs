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

    /// Returns the attributes of an element that have these names, their values unescaped.
    pub(super) fn attributes<'a, const N: usize>(
        &self,
        element: &'a BytesStart<'_>,
        names: [&str; N],
    ) -> Result<[Option<Cow<'a, str>>; N], ReadError> {
        let mut values = [const { None }; N];
        if usual(element.attributes_raw(), names, &mut values).is_some() {
            return Ok(values);
        }
        let refused = |said: String| ReadError::Refused { place: self.place(), said };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| refused(error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| refused(error.to_string()))?;
            if let Some(place) = names.iter().position(|name| *name == attribute.key.into_inner()) {
                values[place] = Some(value);
            }
        }
        Ok(values)
    }
}

/// Takes the attributes of an element if it has no others, they stand in this order and in the usual form,
/// ` name="value"`, and their values stand there as they are. So it is mostly, and then they are found much faster.
fn usual<'a, const N: usize>(
    mut rest: &'a str,
    names: [&str; N],
    values: &mut [Option<Cow<'a, str>>; N],
) -> Option<()> {
    for (name, value) in names.into_iter().zip(values) {
        let named = rest.strip_prefix(' ').and_then(|rest| rest.strip_prefix(name)?.strip_prefix("=\""));
        let Some(named) = named else { continue };
        let end = named.bytes().position(|byte| matches!(byte, b'"' | b'&' | b'<') || byte < b' ')?;
        *value = Some(Cow::Borrowed(&named[..end]));
        rest = named[end..].strip_prefix('"')?;
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(element: &str) -> Result<[Option<String>; 3], ReadError> {
        let mut xml = Xml::new(element.as_bytes());
        let mut buffer = Vec::new();
        let Event::Empty(element) = xml.next(&mut buffer)? else { panic!("{element} is not empty") };
        let found = xml.attributes(&element, ["id", "object-id", "ocel:type"])?;
        Ok(found.map(|value| value.map(Cow::into_owned)))
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
}
