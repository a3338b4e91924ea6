//! Reading a list that has several pages.

use std::collections::BTreeSet;

use http::{HeaderMap, header};
use openverse_release_core::HttpUrl;
use openverse_release_ports::PortError;

use crate::{Answer, HttpClient};

/// A list that goes on longer than this has no end.
const MOST_PAGES: usize = 1000;

/// The pages of a list, each of which names the next one in its `Link` header.
///
/// The caller reads each page, with whatever credentials it needs. A list ends in an error if it
/// leads back, has no end, or continues somewhere else: the credentials do not belong there.
#[derive(Debug)]
pub struct Pages<'a> {
    http: &'a HttpClient,
    action: &'a str,
    page: Option<HttpUrl>,
    read: BTreeSet<HttpUrl>,
}

impl HttpClient {
    /// Returns the pages of a list that begins at a URL. `action` says in errors what is read.
    pub fn pages<'a>(&'a self, first: HttpUrl, action: &'a str) -> Pages<'a> {
        Pages { http: self, action, page: Some(first), read: BTreeSet::new() }
    }
}

impl Pages<'_> {
    /// Returns the page to read now, or `None` after the last one.
    pub fn page(&self) -> Option<&HttpUrl> {
        self.page.as_ref()
    }

    /// Moves on to the page that the page just read names, if it names one.
    ///
    /// # Errors
    /// [`PortError::Malformed`] if the list does not continue as a list does.
    pub fn turn(&mut self, answer: &Answer) -> Result<(), PortError> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let Some(target) = next_target(&answer.headers) else { return Ok(()) };
        let malformed = |detail| self.http.malformed(self.action, detail);
        let Some(next) = self.http.same_system(&page, target) else {
            let target = self.http.policy().quote(target);
            return Err(malformed(format!(
                "found the next page at {target}, expected it on the same server"
            )));
        };
        self.read.insert(page);
        if self.read.contains(&next) {
            return Err(malformed(format!(
                "found that the list leads back to {}, expected an end",
                self.http.policy().quote(next.as_str())
            )));
        }
        if self.read.len() == MOST_PAGES {
            return Err(malformed(format!("found more than {MOST_PAGES} pages, expected an end")));
        }
        self.page = Some(next);
        Ok(())
    }
}

/// Returns what the `Link` headers name as the next page.
fn next_target(headers: &HeaderMap) -> Option<&str> {
    let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|value| value.split(',')).find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
        };
        parameters.split(';').any(is_next).then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderValue, StatusCode};
    use openverse_release_ports::{Requests, System, SystemClock};

    use super::*;
    use crate::HttpSettings;

    const PAGE: &str = "http://127.0.0.1:5000/v2/a/tags/list?n=2";

    fn client() -> HttpClient {
        HttpClient::new(System::Registry, HttpSettings::default(), Requests::default(), Arc::new(SystemClock))
    }

    fn answer(link: &str) -> Answer {
        let headers = HeaderMap::from_iter([(header::LINK, HeaderValue::from_str(link).unwrap())]);
        Answer { status: StatusCode::OK, headers, body: "".into() }
    }

    /// Returns the page after [`PAGE`], or what is wrong with it.
    fn next(link: &str) -> Result<Option<String>, String> {
        let http = client();
        let mut pages = http.pages(PAGE.parse().unwrap(), "listing");
        pages.turn(&answer(link)).map_err(|error| error.to_string())?;
        Ok(pages.page().map(ToString::to_string))
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
        for elsewhere in ["http://127.0.0.2:5000/x", "//evil.test/x", "https://127.0.0.1:5000/x"] {
            let error = next(&format!(r#"<{elsewhere}>; rel="next""#)).unwrap_err();
            let detail = format!("found the next page at {elsewhere}, expected it on the same server");
            assert!(error.ends_with(&detail), "{error}");
        }
    }

    #[test]
    fn a_list_that_leads_back_is_refused_at_once() {
        let http = client();
        let mut pages = http.pages(PAGE.parse().unwrap(), "listing");
        assert_eq!(pages.turn(&answer(r#"<?n=2&last=b>; rel="next""#)), Ok(()));
        let error = pages.turn(&answer(r#"<?n=2>; rel="next""#)).unwrap_err().to_string();
        assert!(error.ends_with(&format!("leads back to {PAGE}, expected an end")), "{error}");
        assert_eq!(pages.page(), None);
        assert!(next(r#"<?n=2>; rel="next""#).is_err(), "a page that names itself");
    }

    #[test]
    fn a_list_without_an_end_is_given_up() {
        let http = client();
        let mut pages = http.pages(PAGE.parse().unwrap(), "listing");
        let turn = |number: usize| answer(&format!(r#"<?page={number}>; rel="next""#));
        for number in 2..=MOST_PAGES {
            assert_eq!(pages.turn(&turn(number)), Ok(()));
        }
        let error = pages.turn(&turn(MOST_PAGES + 1)).unwrap_err().to_string();
        assert!(error.ends_with("found more than 1000 pages, expected an end"), "{error}");
    }
}
