//! TOML that people like to read: a table on one line, if it fits there.

use toml::{Table, Value};

/// The longest line that a table is put on, in characters.
const WIDTH: usize = 180;

/// Returns the text of a document.
pub(super) fn document(table: &Table) -> String {
    let mut text = String::new();
    write(&mut text, "", table);
    text
}

fn write(text: &mut String, path: &str, fields: &Table) {
    let (mut lines, mut sections) = (String::new(), Vec::new());
    let fits = |(key, value): (&String, &Value)| line(key, value).chars().count() <= WIDTH;
    // Where all are tables their order counts, and what follows a section would belong to it.
    let apart = !path.contains('.') || (fields.values().all(Value::is_table) && !fields.iter().all(fits));
    for (key, value) in fields {
        match value {
            Value::Table(inner) if apart || !fits((key, value)) => sections.push((key, inner)),
            value => lines.push_str(&(line(key, value) + "\n")),
        }
    }
    if !lines.is_empty() || sections.is_empty() {
        if !path.is_empty() {
            text.push_str(&format!("\n[{path}]\n"));
        }
        text.push_str(&lines);
    }
    for (key, inner) in sections {
        let path = if path.is_empty() { name(key) } else { format!("{path}.{}", name(key)) };
        write(text, &path, inner);
    }
}

fn line(key: &str, value: &Value) -> String {
    format!("{} = {value}", name(key))
}

fn name(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { Value::from(key).to_string() }
}
