//! Files, as GitHub's contents.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use openverse_release_core::{BlobSha, CommitSha, FileContent};
use serde::{Deserialize, de::IgnoredAny};

/// What is at a path.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Contents {
    Entry(Entry),
    Folder(Vec<IgnoredAny>),
}

#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "type")]
    kind: String,
    encoding: Option<String>,
    content: Option<String>,
    sha: BlobSha,
}

impl Contents {
    /// # Errors
    /// What was found where a file with text was expected.
    pub(crate) fn into_domain(self) -> Result<FileContent, String> {
        let Entry { kind, encoding, content, sha } = match self {
            Self::Entry(entry) => entry,
            Self::Folder(entries) => return Err(format!("a folder with {} entries", entries.len())),
        };
        if kind != "file" {
            return Err(format!("a {kind}"));
        }
        let (Some("base64"), Some(mut content)) = (encoding.as_deref(), content) else {
            return Err("a file too long to be shown".to_owned());
        };
        content.retain(|character| character != '\n');
        let bytes =
            BASE64_STANDARD.decode(content).map_err(|error| format!("a file in no base64: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| "a file that is no text".to_owned())?;
        Ok(FileContent { text, blob: sha })
    }
}

/// The answer to a commit of one file.
#[derive(Debug, Deserialize)]
pub(crate) struct FileCommit {
    pub(crate) commit: Committed,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Committed {
    pub(crate) sha: CommitSha,
}
