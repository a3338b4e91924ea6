//! The one difference that a change is expected to make in text.

/// A text, such as an image tag, and what stands in its place afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The text before.
    pub from: String,
    /// The text after.
    pub to: String,
}

impl Replacement {
    /// Returns a replacement.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: to.into() }
    }

    /// Tells whether `after` is `before` with every `from` replaced, and there is one.
    pub fn explains(&self, before: &str, after: &str) -> bool {
        !self.from.is_empty() && before.contains(&self.from) && before.replace(&self.from, &self.to) == after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_explains_itself_and_nothing_else() {
        let replacement = Replacement::new("rel-1", "rel-2");
        assert!(replacement.explains("image: a:rel-1, b:rel-1", "image: a:rel-2, b:rel-2"));
        for (before, after) in [("a:rel-1 x", "a:rel-2 y"), ("a", "a"), ("a:rel-1 rel-1", "a:rel-2 rel-1")] {
            assert!(!replacement.explains(before, after), "{before} {after}");
        }
        assert!(!Replacement::new("", "x").explains("", "x"));
    }
}
