//! Values that are told to nobody.

use std::env;

use openverse_release_core::step_protocol::AnswerText;

use crate::ProgramError;

/// The values of the environment variables that a program may see, each with its name.
pub(super) struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// In bytes. Shorter values, such as `1` or `eu`, would hide half of what is said and no secret.
    const SHORTEST: usize = 6;

    /// Returns the values that variables have now. Of a value of several lines each line counts.
    pub(super) fn of(variables: &[String]) -> Self {
        let values = variables.iter().filter_map(|name| Some((name, env::var_os(name)?)));
        Self::from_values(values.map(|(name, value)| (name.as_str(), value.to_string_lossy().into_owned())))
    }

    fn from_values<'a>(values: impl Iterator<Item = (&'a str, String)>) -> Self {
        let lines = values.flat_map(|(name, value)| {
            let lines = value.lines().map(|line| (name.to_owned(), line.trim().to_owned()));
            lines.filter(|(_, line)| line.len() >= Self::SHORTEST).collect::<Vec<_>>()
        });
        let mut secrets: Vec<_> = lines.collect();
        // One can be a part of another.
        secrets.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        Self(secrets)
    }

    /// Returns a text with the name of the variable in place of each value, whole or cut by the end.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(value, &format!("[{name}]"));
            let begun = (Self::SHORTEST..value.len()).rev().filter_map(|length| value.get(..length));
            if let Some(begun) = begun.into_iter().find(|begun| text.ends_with(begun)) {
                text.truncate(text.len() - begun.len());
                text.push_str(&format!("[{name}]"));
            }
        }
        text
    }

    pub(super) fn hide_in_answer(&self, text: &AnswerText) -> AnswerText {
        AnswerText::cut(&self.hide(text.as_str()))
    }

    /// Hides them in the last lines of a program, each of which may have been cut.
    pub(super) fn hide_in_lines(&self, mut error: ProgramError) -> ProgramError {
        if let ProgramError::Failed { tail, .. } | ProgramError::TimedOut { tail, .. } = &mut error {
            tail.iter_mut().for_each(|line| *line = self.hide(line));
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_hidden_whole_in_part_and_line_by_line() {
        let values =
            [("TOKEN", "abcdefgh"), ("LONGER", "abcdefghij"), ("KEY", "--begin--\nqwertz\n"), ("N", "12345")];
        let secrets = Secrets::from_values(values.map(|(name, value)| (name, value.to_owned())).into_iter());
        assert_eq!(secrets.hide("x abcdefghx abcdefghij y"), "x [TOKEN]x [LONGER] y");
        assert_eq!(secrets.hide("cut: abcdefg"), "cut: [LONGER]");
        assert_eq!(secrets.hide("too little: abcde"), "too little: abcde");
        assert_eq!(secrets.hide("qwertz and --begin-- 12345"), "[KEY] and [KEY] 12345");
    }
}
