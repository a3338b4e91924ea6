//! The flows that Openverse documents, as values.
//!
//! The steps, their boxes and their links are those of the document's flowcharts. What the document
//! and Openverse's practice say beyond the charts is in the steps' details.

mod api_and_frontend;
mod catalog;
mod indexer_worker;
mod ingestion_server;
mod shared_details;

use std::{fmt, str::FromStr};

use super::{Flow, FlowBuilder};
use crate::parse::{ParseError, serde_through_text};

/// One of the documented processes, which any app of any project can follow.
///
/// ```
/// use openverse_release_core::flows::DocumentedFlow;
///
/// let process: DocumentedFlow = "api-and-frontend".parse()?;
/// assert_eq!(process.flow("search page").name(), "search page");
/// # Ok::<(), openverse_release_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentedFlow {
    /// Staging deployed by itself, production after a GitHub Release is published.
    ApiAndFrontend,
    /// Code synced by itself, the rest by Ansible after a GitHub Release is published.
    Catalog,
    /// Every run takes the newest image.
    IndexerWorker,
    /// Everything by Terraform, after a GitHub Release is published.
    IngestionServer,
}

impl DocumentedFlow {
    /// Every documented process.
    pub const ALL: [Self; 4] =
        [Self::ApiAndFrontend, Self::Catalog, Self::IndexerWorker, Self::IngestionServer];

    /// Returns the name by which a project's file refers to it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiAndFrontend => "api-and-frontend",
            Self::Catalog => "catalog",
            Self::IndexerWorker => "indexer-worker",
            Self::IngestionServer => "ingestion-server",
        }
    }

    /// Returns the flow for an app, which the flow and its labels are named after.
    pub fn flow(self, app: &str) -> Flow {
        let builder = match self {
            Self::ApiAndFrontend => api_and_frontend::flow(app),
            Self::Catalog => catalog::flow(app),
            Self::IndexerWorker => indexer_worker::flow(app),
            Self::IngestionServer => ingestion_server::flow(app),
        };
        built(builder)
    }
}

impl FromStr for DocumentedFlow {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL.into_iter().find(|flow| flow.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            ParseError::new("documented flow", text, 0, format!("one of {known}"))
        })
    }
}

impl fmt::Display for DocumentedFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

serde_through_text!(DocumentedFlow);

/// The names of the steps are written in this module, and a test builds every flow.
fn built(builder: FlowBuilder) -> Flow {
    builder.build().expect("the documented steps have good and unique names")
}

/// Returns the flow of the API, which is the frontend's too.
///
/// ```
/// use openverse_release_core::flows;
///
/// println!("{}", flows::api().to_mermaid(Default::default()));
/// ```
pub fn api() -> Flow {
    DocumentedFlow::ApiAndFrontend.flow("API")
}

/// Returns the flow of the frontend, which is the API's too.
pub fn frontend() -> Flow {
    DocumentedFlow::ApiAndFrontend.flow("frontend")
}

/// Returns the flow of the catalog.
pub fn catalog() -> Flow {
    DocumentedFlow::Catalog.flow("catalog")
}

/// Returns the flow of the indexer worker.
pub fn indexer_worker() -> Flow {
    DocumentedFlow::IndexerWorker.flow("indexer worker")
}

/// Returns the flow of the ingestion server.
pub fn ingestion_server() -> Flow {
    DocumentedFlow::IngestionServer.flow("ingestion server")
}
