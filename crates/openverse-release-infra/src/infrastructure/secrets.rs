//! Keeping the values of environment variables out of everything that is shown.

use std::collections::BTreeSet;

use super::{
    Infrastructure,
    site::{Held, Site},
};
use crate::{OutputSink, OutputStream, ResourceChange, Value};

/// The environment variables that are configured: their names, and the values that are known.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    names: BTreeSet<String>,
    values: BTreeSet<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("names", &self.names).finish_non_exhaustive()
    }
}

const HIDDEN: &str = "(hidden)";

impl Secrets {
    /// In bytes: shorter values are found by their name alone, being part of too much.
    const LONG: usize = 4;

    fn add(&mut self, site: &Site, text: &str) {
        let Ok(map) = site.format.locate_map(text, &site.variable) else { return };
        for entry in map.entries {
            if let Ok(name) = site.variable.with(&entry.name)
                && let Ok(found) = site.format.locate(text, &name)
                && let Value::Text(value) = found.value
                && value.len() >= Self::LONG
            {
                // Output is looked at line by line.
                let lines = value.lines().filter(|line| line.len() >= Self::LONG);
                self.values.extend(lines.map(str::to_owned));
                self.values.insert(value);
            }
            self.names.insert(entry.name);
        }
    }

    /// Returns a text without values.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        // The longest first: one can be part of another.
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            let escaped = format!("{value:?}");
            hidden = hidden.replace(value.as_str(), HIDDEN);
            hidden = hidden.replace(escaped.trim_matches('"'), HIDDEN);
        }
        self.names.iter().fold(hidden, |hidden, name| hide_after(&hidden, name))
    }

    /// Returns a change of a resource in words, without values.
    pub(super) fn hide_in_change(&self, change: &ResourceChange) -> String {
        let mut shown = change.clone();
        let is_ours = |path: &str| path.split('.').any(|part| self.names.contains(part));
        let (ours, others) = shown.differences.drain(..).partition(|found| is_ours(&found.path));
        shown.differences = others;
        let mut text = self.hide(&shown.to_string());
        for found in ours {
            let found: crate::AttributeChange = found;
            text.push_str(&format!("; {}: {HIDDEN}", found.path));
        }
        text
    }
}

/// Hides what follows a name and `=` or `:`, up to the end of the line or of what is quoted.
fn hide_after(text: &str, name: &str) -> String {
    let mut hidden = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = rest.split_at(at + name.len());
        hidden.push_str(before);
        let value = after.trim_start_matches(['"', '\\', ' ']);
        rest = match value.strip_prefix(['=', ':']) {
            Some(value) => {
                hidden.push_str(&after[..after.len() - value.len()]);
                hidden.push_str(HIDDEN);
                &value[end_of_quoted(value)..]
            }
            None => after,
        };
    }
    hidden.push_str(rest);
    hidden
}

fn end_of_quoted(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|&(_, character)| {
        let ends = character == '\n' || (character == '"' && !escaped);
        escaped = character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Passes lines on without values.
pub(super) struct Hiding<'a> {
    pub(super) secrets: &'a Secrets,
    pub(super) sink: &'a dyn OutputSink,
}

impl OutputSink for Hiding<'_> {
    fn line(&self, stream: OutputStream, line: &str) {
        self.sink.line(stream, &self.secrets.hide(line));
    }
}

impl Infrastructure {
    /// Returns the environment variables of every target, as the checkout has them and as its commit
    /// and its main branch do. What cannot be read is passed over: its values are not known to anybody.
    pub(super) async fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        // Mostly they are one commit.
        let mut commits = BTreeSet::new();
        for reference in ["HEAD".to_owned(), format!("refs/remotes/origin/{}", self.config.main)] {
            commits.extend(self.checkout.commit_of(&reference).await.ok().flatten());
        }
        let sites = self.config.targets.iter().flat_map(Site::all_of);
        for site in sites.filter(|site| site.held == Held::Variables) {
            if let Ok(text) = self.read(&site.file) {
                secrets.add(&site, &text);
            }
            for commit in &commits {
                if let Ok(Some(text)) = self.text_at(commit, &site.file).await {
                    secrets.add(&site, &text);
                }
            }
        }
        secrets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let text = |text: &str| text.to_owned();
        Secrets {
            names: [text("TOKEN"), text("DB_URL")].into(),
            values: [text("hunter2"), text("hunter2-long"), text("a\"b\\c")].into(),
        }
    }

    #[test]
    fn known_values_are_hidden_wherever_they_stand() {
        let hide = |text: &str| secrets().hide(text);
        assert_eq!(hide("x hunter2-long, hunter2y"), "x (hidden), (hidden)y");
        assert_eq!(hide("say a\"b\\c"), "say (hidden)");
        assert_eq!(hide(&format!("say {:?}", "a\"b\\c")), "say \"(hidden)\"");
        assert_eq!(hide("nothing"), "nothing");
    }

    #[test]
    fn whatever_follows_a_name_is_hidden() {
        let hide = |text: &str| secrets().hide(text);
        assert_eq!(hide("-\"TOKEN=old 1\" +\"TOKEN=new\" x"), "-\"TOKEN=(hidden)\" +\"TOKEN=(hidden)\" x");
        assert_eq!(hide("-\"\\\"TOKEN\\\": \\\"1\\\"\" x"), "-\"\\\"TOKEN\\\":(hidden)\" x");
        assert_eq!(hide("the TOKEN is gone"), "the TOKEN is gone");
        assert_eq!(hide("DB_URL: x\ny"), "DB_URL:(hidden)\ny");
    }
}
