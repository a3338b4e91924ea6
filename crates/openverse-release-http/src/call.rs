//! What is asked of a system.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::InvalidHeaderValue};
use openverse_release_core::HttpUrl;
use reqwest::Url;

/// One request, which may have to be sent more than once.
#[derive(Debug, Clone)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) url: HttpUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    fn new(method: Method, url: HttpUrl) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Returns a request for what is at a URL.
    pub fn get(url: HttpUrl) -> Self {
        Self::new(Method::GET, url)
    }

    /// Returns a request for the headers of what is at a URL.
    pub fn head(url: HttpUrl) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// Returns a request to put `body` at a URL.
    pub fn put(url: HttpUrl, body: Bytes) -> Self {
        Self { body, ..Self::new(Method::PUT, url) }
    }

    /// Returns a request that gives `body` to what is at a URL.
    pub fn post(url: HttpUrl, body: Bytes) -> Self {
        Self { body, ..Self::new(Method::POST, url) }
    }

    /// Returns a request to change what is at a URL as `body` says.
    pub fn patch(url: HttpUrl, body: Bytes) -> Self {
        Self { body, ..Self::new(Method::PATCH, url) }
    }

    /// Returns a request to delete what is at a URL.
    pub fn delete(url: HttpUrl) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Adds a header, in place of one of the same name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// Adds parameters to a URL, encoded as a query wants them; `None` when the URL has a form that no
/// request can be sent to.
pub fn with_query(url: &HttpUrl, parameters: &[(&str, &str)]) -> Option<HttpUrl> {
    let mut parsed = Url::parse(url.as_str()).ok()?;
    parsed.query_pairs_mut().extend_pairs(parameters);
    parsed.as_str().parse().ok()
}

/// Returns a header with a secret, which no debug output shows.
///
/// # Errors
/// If no header can hold the text.
pub fn secret_header(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_parameters_are_encoded() {
        let url = "https://ghcr.io/token?a=1".parse().unwrap();
        let url = with_query(&url, &[("scope", "repository:w/o:pull,push"), ("s", "a&b c")]).unwrap();
        assert_eq!(
            url.as_str(),
            "https://ghcr.io/token?a=1&scope=repository%3Aw%2Fo%3Apull%2Cpush&s=a%26b+c"
        );
    }

    #[test]
    fn a_secret_header_does_not_show_in_debug_output() {
        let value = secret_header("Bearer recognisable").unwrap();
        assert!(!format!("{value:?}").contains("recognisable"));
        assert_eq!(value, "Bearer recognisable");
        assert!(secret_header("two\nlines").is_err());
    }
}
