//! Reading a list to its end.

use openverse_release_core::HttpUrl;
use openverse_release_http::{Answer, next_page};
use openverse_release_ports::PortError;
use serde::de::DeserializeOwned;

use crate::{
    answer::{json, malformed},
    client::GitHub,
    quote::quote,
};

/// GitHub lists 100 at the most on a page.
pub(crate) const PAGE_SIZE: usize = 100;
/// A list that goes on longer than this leads in a circle.
const MOST_PAGES: usize = 1000;

impl GitHub {
    /// Reads one thing; `None` where GitHub says that it is not there.
    pub(crate) async fn read_json_if_there<T: DeserializeOwned>(
        &self,
        path: &str,
        action: &str,
    ) -> Result<Option<T>, PortError> {
        let answer = self.read(path, action).await?;
        if answer.status == http::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.json_of(&answer, action).map(Some)
    }

    /// Reads a list page by page, as its `Link` headers lead, until `take` wants no more or the
    /// list ends.
    pub(crate) async fn read_pages<P: DeserializeOwned>(
        &self,
        first: &str,
        action: &str,
        mut take: impl FnMut(P) -> bool + Send,
    ) -> Result<(), PortError> {
        let mut path = first.to_owned();
        for _ in 0..MOST_PAGES {
            let answer = self.read(&path, action).await?;
            let more = take(self.json_of(&answer, action)?);
            match self.next_path(&path, &answer, action)? {
                Some(next) if more => path = next,
                _ => return Ok(()),
            }
        }
        Err(malformed(action, format!("found more than {MOST_PAGES} pages, expected an end")))
    }

    /// Reads the JSON of an answer that means success.
    pub(crate) fn json_of<T: DeserializeOwned>(&self, answer: &Answer, action: &str) -> Result<T, PortError> {
        if answer.status.is_success() {
            json(answer, action, self.0.token.as_ref())
        } else {
            Err(self.refusal(answer, action))
        }
    }

    fn next_path(&self, path: &str, answer: &Answer, action: &str) -> Result<Option<String>, PortError> {
        let elsewhere = |target: &str| {
            let target = quote(target, self.0.token.as_ref());
            malformed(action, format!("found the next page at {target}, expected it on the same server"))
        };
        let base = self.0.base.as_str().trim_end_matches('/');
        let page: HttpUrl = format!("{base}{path}")
            .parse()
            .map_err(|_| malformed(action, "found no next page".to_owned()))?;
        match next_page(&page, &answer.headers) {
            Ok(None) => Ok(None),
            Ok(Some(next)) => match self.below_base(next.as_str()) {
                Some(path) => Ok(Some(path)),
                None => Err(elsewhere(next.as_str())),
            },
            Err(target) => Err(elsewhere(&target)),
        }
    }
}
