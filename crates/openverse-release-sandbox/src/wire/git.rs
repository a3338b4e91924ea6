//! Commits, branches and git tags.

use openverse_release_core::CommitSha;
use serde_json::{Value, json};

use super::{Place, account::user, in_path, moment, node_id};
use crate::world::{AnnotatedTag, CommitRecord, login};

/// What GitHub says of a commit that nobody signed.
pub(super) fn unverified() -> Value {
    json!({ "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null })
}

/// Returns a commit as lists show it.
pub(crate) fn commit(place: &Place, commit: &CommitRecord) -> Value {
    let url = format!("{}/commits/{}", place.repository, commit.sha);
    let tree = format!("{}/git/trees/{}", place.repository, commit.tree);
    let parents = commit.parents.iter().map(|sha| {
        let url = format!("{}/commits/{sha}", place.repository);
        json!({ "sha": sha, "url": url, "html_url": url })
    });
    let account = user(place, &login(&commit.author));
    let signed = |at| json!({ "name": commit.author, "email": commit.email, "date": moment(at) });
    json!({
        "sha": commit.sha,
        "node_id": node_id("C", &commit.sha),
        "url": url,
        "html_url": url,
        "comments_url": format!("{url}/comments"),
        "author": account,
        "committer": account,
        "parents": parents.collect::<Value>(),
        "commit": {
            "url": format!("{}/git/commits/{}", place.repository, commit.sha),
            "author": signed(commit.authored_at),
            "committer": signed(commit.committed_at),
            "message": commit.message,
            "tree": { "sha": commit.tree, "url": tree },
            "comment_count": 0,
            "verification": unverified(),
        },
    })
}

/// Returns a commit as it is shown alone: with the files it touches, though not how.
pub(crate) fn commit_with_files(place: &Place, record: &CommitRecord) -> Value {
    let mut shown = commit(place, record);
    shown["files"] = changed_files(place, &record.sha, record.files.iter());
    shown["stats"] = json!({ "additions": 0, "deletions": 0, "total": 0 });
    shown
}

/// Returns files as those that a commit or a comparison changed, though not how.
pub(crate) fn changed_files<'a>(
    place: &Place,
    head: &CommitSha,
    files: impl Iterator<Item = &'a String>,
) -> Value {
    let shown = files.map(|file| {
        let path = in_path(file);
        let url = format!("{}/contents/{path}?ref={head}", place.repository);
        json!({
            "sha": null,
            "filename": file,
            "status": "modified",
            "additions": 0,
            "deletions": 0,
            "changes": 0,
            "blob_url": url,
            "raw_url": url,
            "contents_url": url,
        })
    });
    shown.collect()
}

/// Returns a branch or git tag.
pub(crate) fn reference(place: &Place, name: &str, object: &str, annotated: bool) -> Value {
    let kind = if annotated { "tag" } else { "commit" };
    json!({
        "ref": name,
        "node_id": node_id("REF", name),
        "url": format!("{}/git/{}", place.repository, in_path(name)),
        "object": {
            "type": kind,
            "sha": object,
            "url": format!("{}/git/{kind}s/{object}", place.repository),
        },
    })
}

/// Returns a git tag that is an object of its own.
pub(crate) fn annotated_tag(place: &Place, sha: &str, tag: &AnnotatedTag) -> Value {
    json!({
        "node_id": node_id("TAG", sha),
        "tag": tag.tag,
        "sha": sha,
        "url": format!("{}/git/tags/{sha}", place.repository),
        "message": tag.message,
        "tagger": { "name": tag.tagger, "email": tag.email, "date": moment(tag.tagged_at) },
        "object": {
            "type": "commit",
            "sha": tag.commit,
            "url": format!("{}/git/commits/{}", place.repository, tag.commit),
        },
    })
}
