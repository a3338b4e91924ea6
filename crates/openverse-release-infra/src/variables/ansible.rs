//! Variables in Ansible's YAML files: `group_vars`, `host_vars`, `vars`.

use std::ops::Range;

use yaml_edit::{
    YamlFile, YamlKind, YamlNode,
    validator::{Rule, Severity, Validator},
};

use super::{
    MapEntry, MapSite, Value, VariableError, VariableFile, VariableName, VariableSite,
    file::{only, unreadable, wrong_kind},
    yaml_text,
};

/// Reads and sets variables that hold text in a YAML file that is a mapping, as Ansible reads it:
/// what looks like a template is one.
///
/// ```
/// use openverse_release_infra::{AnsibleVariables, VariableFile};
///
/// let text = "airflow:\n  image_tag: 'rel-1'  # the image\n";
/// let name = "airflow.image_tag".parse()?;
/// assert_eq!(AnsibleVariables.read(text, &name)?, "rel-1");
/// let edited = AnsibleVariables.set(text, &name, "rel-2")?;
/// assert_eq!(edited.text, text.replace("rel-1", "rel-2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct AnsibleVariables;

const EXPECTED: &str = "a string";

impl VariableFile for AnsibleVariables {
    fn locate(&self, text: &str, name: &VariableName) -> Result<VariableSite, VariableError> {
        let node = the_node(text, name)?;
        let span = span(&node);
        let kind = |found| wrong_kind(text, name, span.start, found, EXPECTED);
        let scalar = match node.kind() {
            YamlKind::Scalar => node.as_scalar().ok_or_else(|| kind("something else"))?,
            YamlKind::Mapping => return Err(kind("a mapping")),
            YamlKind::Sequence => return Err(kind("a list")),
            YamlKind::Alias => return Err(kind("an alias")),
            _ => return Err(kind("a value with a YAML tag of its own")),
        };
        if scalar.is_block() {
            return Err(kind("a text over several lines"));
        }
        let value = scalar.as_string();
        if !scalar.is_quoted() && yaml_text::is_something_else(&value) {
            return Err(kind("a number, a date, true, false or nothing"));
        }
        if yaml_text::is_template(&value) {
            return Err(kind("a template"));
        }
        Ok(VariableSite { span, value: Value::Text(value) })
    }

    fn locate_map(&self, text: &str, name: &VariableName) -> Result<MapSite, VariableError> {
        let node = the_node(text, name)?;
        let kind = |found| wrong_kind(text, name, span(&node).start, found, "a map");
        let mapping = node.as_mapping().ok_or_else(|| kind("something else"))?;
        let entries = mapping.entries().map(|entry| {
            let (key, value) = (entry.key_node()?, entry.value_node()?);
            let name = key.as_scalar()?.as_string();
            Some(MapEntry { name, key: span(&key), value: span(&value) })
        });
        let entries: Option<Vec<_>> = entries.collect();
        let entries = entries.ok_or_else(|| kind("a map with an entry that has no name or no value"))?;
        Ok(MapSite { span: span(&node), entries })
    }

    fn mark(&self) -> &'static str {
        ":"
    }

    fn entry(&self, name: &str, mark: &str, _width: usize, value: &str) -> String {
        format!("{name}{mark} {value}")
    }

    fn spell(&self, old: &str, text: &str) -> Result<String, &'static str> {
        if yaml_text::is_template(text) {
            return Err("what Ansible reads as a template");
        }
        Ok(match old.chars().next() {
            Some('"') => yaml_text::double_quoted(text),
            Some('\'') => yaml_text::single_quoted(text).unwrap_or_else(|| yaml_text::double_quoted(text)),
            _ if yaml_text::can_be_plain(text, old) => text.to_owned(),
            _ => yaml_text::single_quoted(text).unwrap_or_else(|| yaml_text::double_quoted(text)),
        })
    }
}

fn the_node(text: &str, name: &VariableName) -> Result<YamlNode, VariableError> {
    let file = readable(text)?;
    let mut found = Vec::new();
    for document in file.documents() {
        if let Some(mapping) = document.as_mapping() {
            in_mapping(&mapping, &name.segments(), &mut found);
        }
    }
    only(text, name, found, |node| span(node).start)
}

fn span(node: &YamlNode) -> Range<usize> {
    let range = node.byte_range();
    range.start as usize..range.end as usize
}

fn readable(text: &str) -> Result<YamlFile, VariableError> {
    let parsed = YamlFile::parse(text);
    if let Some(error) = parsed.positioned_errors().first() {
        return Err(unreadable(text, error.range.start as usize, "YAML"));
    }
    let file = parsed.tree();
    // The parser goes on where YAML ends. A key that is there twice is the business of who asks
    // for it.
    let violation = file
        .documents()
        .flat_map(|document| Validator::new().validate(&document))
        .find(|found| found.severity == Severity::Error && !matches!(found.rule, Rule::DuplicateKeys));
    match violation {
        Some(found) => {
            let offset = found.text_range.map_or(0, |range| range.start as usize);
            Err(unreadable(text, offset, "YAML"))
        }
        None => Ok(file),
    }
}

fn in_mapping(mapping: &yaml_edit::Mapping, segments: &[&str], found: &mut Vec<YamlNode>) {
    let Some((first, rest)) = segments.split_first() else { return };
    for entry in mapping.entries() {
        let key = entry.key_node().and_then(|key| key.as_scalar().map(yaml_edit::Scalar::as_string));
        let (true, Some(value)) = (key.as_deref() == Some(*first), entry.value_node()) else { continue };
        if rest.is_empty() {
            found.push(value);
        } else if let Some(inner) = value.as_mapping() {
            in_mapping(inner, rest, found);
        }
    }
}
