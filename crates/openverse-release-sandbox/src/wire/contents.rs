//! Files and folders of a commit.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Place,
    git::{commit, unverified},
    in_path,
};
use crate::{
    git::{Entry, EntryKind},
    world::CommitRecord,
};

/// GitHub breaks what it encodes into lines of this length.
const LINE: usize = 60;

/// Returns something in a folder, without its content.
fn entry(place: &Place, entry: &Entry, reference: &str) -> Value {
    let (kind, objects) = match entry.kind {
        EntryKind::File => ("file", "blobs"),
        EntryKind::Folder => ("dir", "trees"),
    };
    let url = format!("{}/contents/{}?ref={}", place.repository, in_path(&entry.path), in_path(reference));
    let object = format!("{}/git/{objects}/{}", place.repository, entry.object);
    json!({
        "type": kind,
        "name": entry.path.rsplit('/').next(),
        "path": entry.path,
        "sha": entry.object,
        "size": entry.size,
        "url": url,
        "html_url": url,
        "git_url": object,
        "download_url": (entry.kind == EntryKind::File).then_some(&url),
        "_links": { "self": url, "html": url, "git": object },
    })
}

/// Returns a file with its content.
pub(crate) fn file(place: &Place, of: &Entry, reference: &str, content: &[u8]) -> Value {
    let mut shown = entry(place, of, reference);
    let encoded = STANDARD.encode(content);
    let lines = encoded.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
    shown["content"] = json!(lines.map(|line| format!("{line}\n")).collect::<String>());
    shown["encoding"] = json!("base64");
    shown
}

/// Returns what is in a folder.
pub(crate) fn folder(place: &Place, entries: &[Entry], reference: &str) -> Value {
    entries.iter().map(|it| entry(place, it, reference)).collect()
}

/// Returns a file that was written, with the commit that did it.
pub(crate) fn file_commit(place: &Place, of: &Entry, reference: &str, by: &CommitRecord) -> Value {
    let shown = commit(place, by);
    json!({
        "content": entry(place, of, reference),
        "commit": {
            "sha": by.sha,
            "node_id": shown["node_id"],
            "url": shown["commit"]["url"],
            "html_url": shown["html_url"],
            "author": shown["commit"]["author"],
            "committer": shown["commit"]["committer"],
            "message": by.message,
            "tree": shown["commit"]["tree"],
            "parents": shown["parents"],
            "verification": unverified(),
        },
    })
}
