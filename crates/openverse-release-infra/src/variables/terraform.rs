//! Variables in Terraform files: `*.tf` and `*.tfvars`.

use std::{fmt::Write as _, ops::Range};

use hcl_edit::{
    Span as _,
    expr::{Expression, ObjectKey},
    structure::{Body, Structure},
};

use super::{
    MapEntry, MapSite, Value, VariableError, VariableFile, VariableName, VariableSite,
    file::{only, unreadable, wrong_kind},
};

/// Reads and sets variables in Terraform's own language.
///
/// ```
/// use openverse_release_infra::{TerraformVariables, VariableFile};
///
/// let text = "module \"production\" {\n  catalog_tag = \"rel-1\" # the image\n}\n";
/// let name = "module.production.catalog_tag".parse()?;
/// let edited = TerraformVariables.set(text, &name, "rel-2")?;
/// assert_eq!(edited.text, text.replace("rel-1", "rel-2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct TerraformVariables;

fn readable(text: &str) -> Result<Body, VariableError> {
    hcl_edit::parser::parse_body(text).map_err(|error| {
        let message = error.message();
        let expected = message.split_once("expected ").map_or(message, |(_, expected)| expected);
        unreadable(text, error.location().offset(), expected)
    })
}

impl VariableFile for TerraformVariables {
    fn locate(&self, text: &str, name: &VariableName) -> Result<VariableSite, VariableError> {
        let body = readable(text)?;
        let mut found = Vec::new();
        in_body(&body, &name.segments(), &mut found);
        let offset = |expression: &&Expression| expression.span().map_or(0, |span| span.start);
        let expression = only(text, name, found, offset)?;
        let kind = |found| wrong_kind(text, name, offset(&expression), found, "a string, true or false");
        let span = expression.span().ok_or_else(|| kind("a value that has no place"))?;
        match expression {
            Expression::String(value) => Ok(VariableSite { span, value: Value::Text(value.value().clone()) }),
            Expression::Bool(value) => Ok(VariableSite { span, value: Value::Flag(*value.value()) }),
            other => Err(kind(describe(other))),
        }
    }

    fn locate_map(&self, text: &str, name: &VariableName) -> Result<MapSite, VariableError> {
        let body = readable(text)?;
        let mut found = Vec::new();
        in_body(&body, &name.segments(), &mut found);
        let offset = |expression: &&Expression| expression.span().map_or(0, |span| span.start);
        let expression = only(text, name, found, offset)?;
        let kind = |found| wrong_kind(text, name, offset(&expression), found, "a map");
        let Expression::Object(object) = expression else { return Err(kind(describe(expression))) };
        let entries = object.iter().map(|(key, value)| {
            let (name, span) = named(key)?;
            Some(MapEntry { name: name.to_owned(), key: span?, value: value.expr().span()? })
        });
        let entries: Option<Vec<_>> = entries.collect();
        let entries = entries.ok_or_else(|| kind("a map whose names are worked out"))?;
        let span = expression.span().ok_or_else(|| kind("a map that has no place"))?;
        Ok(MapSite { span, entries })
    }

    fn mark(&self) -> &'static str {
        "="
    }

    fn entry(&self, name: &str, mark: &str, width: usize, value: &str) -> String {
        let width = width.max(name.len() + 1);
        format!("{name:width$}{mark} {value}")
    }

    fn spell(&self, _old: &str, text: &str) -> Result<String, &'static str> {
        let mut spelled = String::with_capacity(text.len() + 2);
        spelled.push('"');
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '"' => spelled.push_str("\\\""),
                '\\' => spelled.push_str("\\\\"),
                '\n' => spelled.push_str("\\n"),
                '\r' => spelled.push_str("\\r"),
                '\t' => spelled.push_str("\\t"),
                // What opens a template; doubling it would be misread after another of its kind.
                '$' | '%' if characters.peek() == Some(&'{') => spelled.push_str(escape(character).as_str()),
                control if control.is_control() => spelled.push_str(escape(control).as_str()),
                other => spelled.push(other),
            }
        }
        spelled.push('"');
        Ok(spelled)
    }
}

fn escape(character: char) -> String {
    let mut escaped = String::new();
    // Every character that comes here is below U+10000. Writing to a string cannot fail.
    let _ = write!(escaped, "\\u{:04x}", u32::from(character));
    escaped
}

fn in_body<'a>(body: &'a Body, segments: &[&str], found: &mut Vec<&'a Expression>) {
    let Some((first, rest)) = segments.split_first() else { return };
    for structure in body {
        match structure {
            Structure::Attribute(attribute) if attribute.key.as_str() == *first => {
                in_expression(&attribute.value, rest, found);
            }
            Structure::Attribute(_) => {}
            Structure::Block(block) => {
                let path = std::iter::once(block.ident.as_str())
                    .chain(block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str));
                if let Some(rest) = without(segments, path) {
                    in_body(&block.body, rest, found);
                }
            }
        }
    }
}

/// Returns what is left of the segments after a path they begin with.
fn without<'s, 'n, 'p>(
    segments: &'s [&'n str],
    path: impl Iterator<Item = &'p str>,
) -> Option<&'s [&'n str]> {
    let mut rest = segments;
    for name in path {
        let (first, tail) = rest.split_first()?;
        if *first != name {
            return None;
        }
        rest = tail;
    }
    Some(rest)
}

fn in_expression<'a>(expression: &'a Expression, segments: &[&str], found: &mut Vec<&'a Expression>) {
    let Some((first, rest)) = segments.split_first() else {
        found.push(expression);
        return;
    };
    let Some(object) = expression.as_object() else { return };
    for (key, value) in object.iter() {
        if named(key).is_some_and(|(key, _)| key == *first) {
            in_expression(value.expr(), rest, found);
        }
    }
}

/// Returns the name of an object's key and where it stands, `None` if it has to be worked out.
fn named(key: &ObjectKey) -> Option<(&str, Option<Range<usize>>)> {
    match key {
        ObjectKey::Ident(ident) => Some((ident.as_str(), ident.span())),
        ObjectKey::Expression(Expression::String(text)) => Some((text.value(), text.span())),
        ObjectKey::Expression(Expression::Variable(ident)) => Some((ident.as_str(), ident.span())),
        ObjectKey::Expression(_) => None,
    }
}

fn describe(expression: &Expression) -> &'static str {
    match expression {
        Expression::Null(_) => "null",
        Expression::String(_) => "a string",
        Expression::Bool(_) => "true or false",
        Expression::Number(_) => "a number",
        Expression::Array(_) => "a list",
        Expression::Object(_) => "an object",
        Expression::StringTemplate(_) => "a template",
        Expression::HeredocTemplate(_) => "a text over several lines",
        Expression::Variable(_) | Expression::Traversal(_) => "a reference",
        Expression::FuncCall(_) => "a function call",
        Expression::Conditional(_) | Expression::ForExpr(_) => "an expression",
        _ => "an expression in parentheses or with an operator",
    }
}
