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
        let mut reader = Reader::from_reader(input);
        reader.config_mut().trim_text(false);
        Self { reader, depth: 0 }
    }

    /// Returns the next event, read into an emptied buffer. At the end every element is closed.
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

    /// Gives each attribute of an element, its value unescaped, to a function.
    pub(super) fn attributes<'a>(
        &self,
        element: &'a BytesStart<'_>,
        mut each: impl FnMut(&'a str, Cow<'a, str>),
    ) -> Result<(), ReadError> {
        for attribute in element.attributes().with_checks(false) {
            let refused = |said: String| ReadError::Refused { place: self.place(), said };
            let attribute = attribute.map_err(|error| refused(error.to_string()))?;
            let plain = !attribute.value.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r'));
            let value = match plain {
                true => attribute.value,
                false => attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|error| refused(error.to_string()))?,
            };
            each(attribute.key.into_inner(), value);
        }
        Ok(())
    }
}
