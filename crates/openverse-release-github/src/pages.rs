//! Reading a list to its end.

use openverse_release_ports::PortError;
use serde::de::DeserializeOwned;

use crate::client::GitHub;

/// GitHub lists 100 at the most on a page.
pub(crate) const PAGE_SIZE: usize = 100;

impl GitHub {
    /// Reads one thing; `None` if GitHub says that it is not there.
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
        let mut pages = self.0.http.pages(self.url(first)?, action);
        while let Some(page) = pages.page() {
            let answer = self.read_at(page.clone(), action).await?;
            let more = take(self.json_of(&answer, action)?);
            pages.turn(&answer)?;
            if !more {
                break;
            }
        }
        Ok(())
    }
}
