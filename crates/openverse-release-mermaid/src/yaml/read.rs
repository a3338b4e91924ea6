//! From the events of the parser to a value.

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, options};

use super::{Value, scalar};

/// js-yaml reads no deeper nesting.
const DEEPEST: usize = 100;

/// A text is no YAML, or uses a part of it that is not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) what: String,
    /// How many lines are before it.
    pub(crate) line: usize,
}

/// Reads one document.
///
/// # Errors
/// When the text is malformed, or uses what is not read here.
pub(crate) fn read(text: &str) -> Result<Value, YamlError> {
    let options = options! {
        disallow_directives: true,
        simple_key_max_lookahead: usize::MAX,
    };
    let mut reader = Reader { text, open: Vec::new(), document: Value::Missing };
    for next in Parser::new_from_str_with_options(text, options) {
        let error = |what, line: usize| YamlError { what, line: line.saturating_sub(1) };
        let (event, span) = next.map_err(|found| error(found.info(), found.marker().line()))?;
        reader.take(event, span).map_err(|what| error(what.to_owned(), span.start.line()))?;
    }
    // An empty text is no document, and one with lines is a document without a value.
    let has_lines = !matches!(text.trim_start_matches(' '), "" | "\n");
    Ok(if has_lines && reader.document == Value::Missing { Value::Null } else { reader.document })
}

struct Reader<'t> {
    text: &'t str,
    open: Vec<Open>,
    document: Value,
}

/// A collection that has not ended.
struct Open {
    inside: Inside,
    style: StructureStyle,
    /// By how many spaces further lines of a text in it are indented at least.
    indent: usize,
}

enum Inside {
    List(Vec<Value>),
    /// The key is that of the value that comes next.
    Map(Vec<(String, Value)>, Option<String>),
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), &'static str> {
        match event {
            Event::Scalar(.., Some(_))
            | Event::SequenceStart(.., Some(_))
            | Event::MappingStart(.., Some(_)) => Err("a tag, which is not read here"),
            Event::Alias(_) => Err("an alias, which is not read here"),
            Event::SequenceStart(style, ..) => self.begin(Inside::List(Vec::new()), style, span),
            Event::MappingStart(style, ..) => self.begin(Inside::Map(Vec::new(), None), style, span),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop().map(|open| open.inside) {
                Some(Inside::List(values)) => self.put(Value::List(values)),
                Some(Inside::Map(pairs, _)) => self.put(Value::Map(pairs)),
                None => Ok(()),
            },
            Event::Scalar(text, style, ..) => {
                self.check(style, span)?;
                self.put(match style {
                    ScalarStyle::Plain => scalar::resolve(&text),
                    _ => Value::Text(text.into_owned()),
                })
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, inside: Inside, style: StructureStyle, span: Span) -> Result<(), &'static str> {
        if self.open.len() == DEEPEST {
            return Err("something nested too deep");
        }
        let indent = match style {
            StructureStyle::Block if self.line_before(span).contains('\t') => {
                return Err("a tab that indents");
            }
            StructureStyle::Block => span.start.col() + 1,
            StructureStyle::Flow => self.indent(span),
        };
        self.open.push(Open { inside, style, indent });
        Ok(())
    }

    /// Refuses what js-yaml does not take for a text where it stands.
    fn check(&self, style: ScalarStyle, span: Span) -> Result<(), &'static str> {
        let written = span.slice(self.text).unwrap_or_default();
        let least = self.indent(span);
        let mut lines = written.lines().skip(1).filter(|line| !line.trim().is_empty());
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded if self.open.is_empty() => {
                Err("a block of text that is not indented")
            }
            ScalarStyle::Plain if written.is_empty() && self.wants_block_key() => {
                Err("a value without its key")
            }
            ScalarStyle::Plain if lines.any(|line| spaces(line) < least) => Err("a badly indented text"),
            _ => Ok(()),
        }
    }

    /// Tells whether the next value is the key of a mapping without braces.
    fn wants_block_key(&self) -> bool {
        let open = self.open.last();
        matches!(open, Some(Open { inside: Inside::Map(_, None), style: StructureStyle::Block, .. }))
    }

    /// Returns by how many spaces further lines of what begins there are indented at least.
    fn indent(&self, span: Span) -> usize {
        self.open.last().map_or_else(|| spaces(self.line_before(span)), |open| open.indent)
    }

    /// Returns what stands in the line before a part.
    fn line_before(&self, span: Span) -> &str {
        let before = &self.text[..span.start.byte_offset().unwrap_or_default()];
        before.rsplit(['\n', '\r']).next().unwrap_or_default()
    }

    fn put(&mut self, value: Value) -> Result<(), &'static str> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            Some(Inside::List(values)) => values.push(value),
            Some(Inside::Map(pairs, key)) => match key.take() {
                None => *key = Some(value.into_key()),
                Some(key) if pairs.iter().any(|(known, _)| *known == key) => {
                    return Err("a key for the second time");
                }
                Some(key) => pairs.push((key, value)),
            },
            None if self.document != Value::Missing => return Err("something after the document"),
            None => self.document = value,
        }
        Ok(())
    }
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
