//! What is asked of a system.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
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

/// Returns the URL that a `Link` header names as the next page, if it names one.
///
/// # Errors
/// The link's own text, when it leads to another origin than the page itself: a list does not
/// continue somewhere else, and the credentials do not belong there.
pub fn next_page(page: &HttpUrl, headers: &HeaderMap) -> Result<Option<HttpUrl>, String> {
    let links = headers.get_all(http::header::LINK).iter().filter_map(|value| value.to_str().ok());
    let next = links.flat_map(|value| value.split(',')).find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
        };
        parameters.split(';').any(is_next).then(|| target.to_owned())
    });
    let Some(target) = next else { return Ok(None) };
    let here = Url::parse(page.as_str()).map_err(|_| target.clone())?;
    let there = here.join(&target).map_err(|_| target.clone())?;
    if here.origin() != there.origin() {
        return Err(target);
    }
    there.as_str().parse().map(Some).map_err(|_| target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(link: &'static str) -> Result<Option<String>, String> {
        let page = "http://127.0.0.1:5000/v2/a/tags/list?n=2".parse().unwrap();
        let headers = HeaderMap::from_iter([(http::header::LINK, HeaderValue::from_static(link))]);
        next_page(&page, &headers).map(|next| next.map(|url| url.to_string()))
    }

    #[test]
    fn the_next_page_is_taken_relative_to_this_one() {
        let expected = Ok(Some("http://127.0.0.1:5000/v2/a/tags/list?last=b&n=2".to_owned()));
        assert_eq!(next(r#"</v2/a/tags/list?last=b&n=2>; rel="next""#), expected);
        assert_eq!(next(r#"<list?last=b&n=2>;rel=next"#), expected);
        assert_eq!(next(r#"</first>; rel="first", </v2/a/tags/list?last=b&n=2>; rel="next""#), expected);
        assert_eq!(next(r#"</v2/a/tags/list?last=b&n=2>; rel="prev""#), Ok(None));
    }

    #[test]
    fn a_next_page_elsewhere_is_refused() {
        for elsewhere in [r#"<http://127.0.0.2:5000/x>; rel="next""#, r#"<//evil.test/x>; rel="next""#] {
            assert!(next(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn query_parameters_are_encoded() {
        let url = "https://ghcr.io/token?a=1".parse().unwrap();
        let url = with_query(&url, &[("scope", "repository:w/o:pull,push"), ("s", "a&b c")]).unwrap();
        assert_eq!(
            url.as_str(),
            "https://ghcr.io/token?a=1&scope=repository%3Aw%2Fo%3Apull%2Cpush&s=a%26b+c"
        );
    }
}
