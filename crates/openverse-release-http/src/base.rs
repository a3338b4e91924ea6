//! The URL below which a system is.

use openverse_release_core::{HttpUrl, ParseError};
use reqwest::Url;

/// The URL below which everything of a system is, written in the form of the URL standard, so that
/// it can be compared with URLs that a server names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Returns a base URL, with or without a path. `None` if the text is no URL, or has a query or a
    /// fragment.
    pub fn new(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let plain = url.query().is_none() && url.fragment().is_none();
        plain.then(|| Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// Returns the URL of a path below, which begins with a slash, is encoded and may have a query.
    ///
    /// # Errors
    /// If that is not a URL.
    pub fn at(&self, path: &str) -> Result<HttpUrl, ParseError> {
        format!("{}{path}", self.0).parse()
    }

    /// Tells whether a URL is below this one.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        url.as_str().strip_prefix(self.0.as_str()).is_some_and(|path| path.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_may_be_written_in_any_way() {
        let base = BaseUrl::new("HTTPS://GitHub.Example:443/x/../api/v3/").unwrap();
        assert_eq!(base.at("/repos?a=b").unwrap().as_str(), "https://github.example/api/v3/repos?a=b");
    }

    #[test]
    fn a_base_url_has_neither_query_nor_fragment() {
        for text in ["https://github.example/api?v=3", "https://github.example/#x", "http://[", "api"] {
            assert_eq!(BaseUrl::new(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_below_belongs_to_it() {
        let base = BaseUrl::new("https://github.example/api").unwrap();
        let contains = |url: &str| base.contains(&Url::parse(url).unwrap());
        assert!(contains("https://github.example/api/x"));
        for elsewhere in [
            "https://github.example/apix",
            "https://github.example/api/../x",
            "https://github.example.evil.test/api/x",
            "https://github.example:8443/api/x",
            "http://github.example/api/x",
        ] {
            assert!(!contains(elsewhere), "{elsewhere}");
        }
    }
}
