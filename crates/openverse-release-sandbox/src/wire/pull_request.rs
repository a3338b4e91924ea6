//! Pull requests, their labels and reviews.

use serde_json::{Value, json};

use super::{
    Place,
    account::{user, whole_repository},
    in_path, moment, node_id, number,
};
use crate::world::{PullRequest, Review, Standing, Verdict, World};

/// Returns a label.
pub(crate) fn label(place: &Place, name: &str) -> Value {
    json!({
        "id": number(name),
        "node_id": node_id("LA", number(name)),
        "url": format!("{}/labels/{}", place.repository, in_path(name)),
        "name": name,
        "description": "",
        "color": "ededed",
        "default": false,
    })
}

/// Returns a pull request as lists show it.
pub(crate) fn pull_request_in_list(place: &Place, pull_request: &PullRequest) -> Value {
    let url = format!("{}/pulls/{}", place.repository, pull_request.number);
    let issue = format!("{}/issues/{}", place.repository, pull_request.number);
    let repository = whole_repository(place);
    let owner = place.full_name.owner();
    let end = |branch: &str, sha: &str| {
        json!({
            "label": format!("{owner}:{branch}"),
            "ref": branch,
            "repo": repository,
            "sha": sha,
            "user": user(place, owner),
        })
    };
    let (closed_at, merged_at) = match &pull_request.standing {
        Standing::Open => (None, None),
        Standing::Closed { at } => (Some(moment(*at)), None),
        Standing::Merged { at, .. } => (Some(moment(*at)), Some(moment(*at))),
    };
    let statuses = format!("{}/statuses/{}", place.repository, pull_request.head_sha);
    let mut shown = json!({
        "id": pull_request.id,
        "node_id": node_id("PR", pull_request.id),
        "number": pull_request.number,
        "url": url,
        "html_url": url,
        "diff_url": format!("{url}.diff"),
        "patch_url": format!("{url}.patch"),
        "issue_url": issue,
        "comments_url": format!("{issue}/comments"),
        "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{}/pulls/comments{{/number}}", place.repository),
        "statuses_url": statuses,
        "state": if pull_request.is_open() { "open" } else { "closed" },
        "locked": false,
        "title": pull_request.title,
        "body": pull_request.body,
        "user": user(place, &pull_request.author),
        "labels": pull_request.labels.iter().map(|name| label(place, name)).collect::<Value>(),
        "draft": pull_request.draft,
        "created_at": moment(pull_request.created_at),
        "updated_at": moment(pull_request.updated_at),
        "closed_at": closed_at,
        "merged_at": merged_at,
        "merge_commit_sha": pull_request.merge_commit(),
        "head": end(&pull_request.head, pull_request.head_sha.as_str()),
        "base": end(&pull_request.base, pull_request.base_sha.as_str()),
        "author_association": "MEMBER",
        "auto_merge": null,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": null,
    });
    for name in ["html", "issue", "comments", "review_comments", "review_comment", "commits", "statuses"] {
        shown["_links"][name] = json!({ "href": shown[format!("{name}_url")] });
    }
    shown["_links"]["self"] = json!({ "href": url });
    shown
}

/// Returns a pull request as it is shown alone; `mergeable` is unknown where it is not open.
pub(crate) fn pull_request(
    place: &Place,
    world: &World,
    pull_request: &PullRequest,
    mergeable: Option<bool>,
) -> Value {
    let history = &world.repository(place.which).history;
    let brings = history.compare(&pull_request.base_sha, &pull_request.head_sha);
    let brings = brings.map(|compared| compared.ahead).unwrap_or_default();
    let commits = brings.iter().filter_map(|sha| history.commits.get(sha));
    let files: std::collections::BTreeSet<&String> = commits.flat_map(|commit| &commit.files).collect();
    let merged_by = match &pull_request.standing {
        Standing::Merged { by, .. } => Some(user(place, by)),
        _ => None,
    };
    let mut shown = pull_request_in_list(place, pull_request);
    for (key, value) in [
        ("additions", json!(0)),
        ("deletions", json!(0)),
        ("changed_files", json!(files.len())),
        ("comments", json!(0)),
        ("commits", json!(brings.len())),
        ("review_comments", json!(0)),
        ("maintainer_can_modify", json!(false)),
        ("mergeable", json!(mergeable)),
        (
            "mergeable_state",
            json!(match mergeable {
                Some(true) => "clean",
                Some(false) => "dirty",
                None => "unknown",
            }),
        ),
        ("merged", json!(merged_by.is_some())),
        ("merged_by", json!(merged_by)),
    ] {
        shown[key] = value;
    }
    shown
}

/// Returns a review of a pull request.
pub(crate) fn review(place: &Place, of: u64, review: &Review) -> Value {
    let pull_request = format!("{}/pulls/{of}", place.repository);
    let url = format!("{pull_request}/reviews/{}", review.id);
    json!({
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": user(place, &review.reviewer),
        "body": review.body,
        "state": match review.verdict {
            Verdict::Approved => "APPROVED",
            Verdict::ChangesRequested => "CHANGES_REQUESTED",
            Verdict::Commented => "COMMENTED",
        },
        "commit_id": review.commit,
        "submitted_at": moment(review.at),
        "html_url": url,
        "pull_request_url": pull_request,
        "author_association": "MEMBER",
        "_links": { "html": { "href": url }, "pull_request": { "href": pull_request } },
    })
}
