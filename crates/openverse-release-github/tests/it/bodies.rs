//! What GitHub answers, as far as the adapter reads it.

use openverse_release_core::{GitHubRelease, GitHubReleaseId, ReleaseTarget};
use serde_json::{Value, json};

pub(crate) const TAG: &str = "api-2023.07.03.17.52.00";

/// Returns a commit SHA that ends with a number.
pub(crate) fn sha(number: u64) -> String {
    format!("{number:040x}")
}

/// Returns a draft of [`TAG`], or of another git tag.
pub(crate) fn release(id: u64, tag: &str) -> Value {
    json!({
        "id": id,
        "tag_name": tag,
        "target_commitish": "main",
        "name": tag,
        "body": "- a change",
        "draft": true,
        "prerelease": false,
        "published_at": null,
        "html_url": "https://github.com/o/r/releases/tag/untagged-1",
    })
}

/// Returns the same release with other values.
pub(crate) fn with(mut release: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("not an object: {changes}") };
    release.as_object_mut().unwrap().extend(changes);
    release
}

/// Returns [`release`] as the port gives it.
pub(crate) fn seen(id: u64) -> GitHubRelease {
    GitHubRelease {
        id: GitHubReleaseId(id),
        git_tag: TAG.parse().unwrap(),
        name: TAG.to_owned(),
        notes: "- a change".to_owned(),
        target: ReleaseTarget::Branch("main".to_owned()),
        draft: true,
        published_at: None,
        page: "https://github.com/o/r/releases/tag/untagged-1".to_owned(),
    }
}

/// Returns an item of a list of commits.
pub(crate) fn commit(number: u64) -> Value {
    json!({
        "sha": sha(number),
        "commit": {
            "message": format!("Change {number}\n\nat length"),
            "author": { "name": "Ada L.", "date": "2023-07-03T17:00:00Z" },
            "committer": { "name": "GitHub", "date": "2023-07-03T17:52:00Z" },
        },
        "author": { "login": "ada" },
    })
}

/// Returns a ref of a git tag that is on something.
pub(crate) fn git_ref(tag: &str, kind: &str, number: u64) -> Value {
    json!({ "ref": format!("refs/tags/{tag}"), "object": { "type": kind, "sha": sha(number) } })
}

/// Returns a run that succeeded.
pub(crate) fn run(id: u64, title: &str) -> Value {
    json!({
        "id": id,
        "display_title": title,
        "status": "completed",
        "conclusion": "success",
        "event": "repository_dispatch",
        "head_sha": sha(id),
        "actor": { "login": "ada" },
        "created_at": format!("2023-07-03T18:{:02}:00Z", id % 60),
        "updated_at": "2023-07-03T19:00:00Z",
        "html_url": format!("https://github.com/o/r/actions/runs/{id}"),
    })
}
