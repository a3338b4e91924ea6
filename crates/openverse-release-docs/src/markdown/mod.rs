//! Markdown as this crate needs it: its prose, and the charts in it.

mod charts;
mod prose;

pub(crate) use charts::{ChartBlock, charts};
pub(crate) use prose::{Word, prose};

use pulldown_cmark::{CodeBlockKind, Options};

/// What GitHub reads as Markdown, and front matter.
fn dialect() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
}

/// Returns the first word after a fence: `mermaid`, or `{mermaid}` as MyST writes it.
fn language<'k>(kind: &'k CodeBlockKind<'_>) -> &'k str {
    match kind {
        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
        CodeBlockKind::Indented => "",
    }
}

/// Returns what a comment of HTML says, if a piece of HTML is one.
fn comment(html: &str) -> Option<&str> {
    let inside = html.trim().strip_prefix("<!--")?;
    Some(inside.strip_suffix("-->").unwrap_or(inside).trim())
}
