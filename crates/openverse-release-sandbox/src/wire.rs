//! GitHub's own shapes of what the sandbox knows.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::world::{AnnotatedTag, CommitRecord, Release, Run, RunState, World, login};

/// What a file's path in a URL may not hold as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// Returns a text as it stands in the path of a URL.
pub(crate) fn in_path(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, IN_PATH)
}

/// Where a repository is, for the URLs in an answer.
///
/// They all lead to the sandbox, pages for people too: none may take somebody who tries something
/// out to the real repository.
#[derive(Debug)]
pub(crate) struct Place {
    /// The API's URL.
    pub(crate) api: String,
    /// The repository's URL in it.
    pub(crate) repository: String,
    full_name: String,
}

impl Place {
    pub(crate) fn new(api: &str, full_name: &str) -> Self {
        Self {
            api: api.to_owned(),
            repository: format!("{api}/repos/{full_name}"),
            full_name: full_name.to_owned(),
        }
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a number for a name, the same each time, as GitHub's own numbers are.
fn number(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() % 100_000_000
}

/// Returns the number of a GitHub Workflow.
pub(crate) fn workflow_id(file: &str) -> u64 {
    number(file)
}

fn node_id(kind: &str, id: impl std::fmt::Display) -> String {
    format!("{kind}_{id}")
}

fn user(place: &Place, name: &str) -> Value {
    let url = format!("{}/users/{}", place.api, in_path(name));
    let mut user = json!({
        "login": name,
        "id": number(name),
        "node_id": node_id("U", number(name)),
        "gravatar_id": "",
        "type": if name.ends_with("-bot") { "Bot" } else { "User" },
        "site_admin": false,
        "url": url,
        "html_url": url,
        "avatar_url": format!("{url}/avatar"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "events_url": format!("{url}/events{{/privacy}}"),
    });
    for part in ["followers", "subscriptions", "orgs", "repos", "received_events"] {
        let key = if part == "orgs" { "organizations" } else { part };
        user[format!("{key}_url")] = json!(format!("{url}/{part}"));
    }
    user
}

fn repository(place: &Place) -> Value {
    let (owner, name) = place.full_name.split_once('/').unwrap_or_default();
    let url = &place.repository;
    let id = number(&place.full_name);
    let mut repository = Map::new();
    let own = json!({
        "id": id,
        "node_id": node_id("R", id),
        "name": name,
        "full_name": place.full_name,
        "private": false,
        "owner": user(place, owner),
        "description": null,
        "fork": false,
        "url": url,
        "html_url": url,
    });
    repository.extend(own.as_object().cloned().unwrap_or_default());
    for (key, path) in [
        ("archive", "{archive_format}{/ref}"),
        ("assignees", "assignees{/user}"),
        ("blobs", "git/blobs{/sha}"),
        ("branches", "branches{/branch}"),
        ("collaborators", "collaborators{/collaborator}"),
        ("comments", "comments{/number}"),
        ("commits", "commits{/sha}"),
        ("compare", "compare/{base}...{head}"),
        ("contents", "contents/{+path}"),
        ("contributors", "contributors"),
        ("deployments", "deployments"),
        ("downloads", "downloads"),
        ("events", "events"),
        ("forks", "forks"),
        ("git_commits", "git/commits{/sha}"),
        ("git_refs", "git/refs{/sha}"),
        ("git_tags", "git/tags{/sha}"),
        ("hooks", "hooks"),
        ("issue_comment", "issues/comments{/number}"),
        ("issue_events", "issues/events{/number}"),
        ("issues", "issues{/number}"),
        ("keys", "keys{/key_id}"),
        ("labels", "labels{/name}"),
        ("languages", "languages"),
        ("merges", "merges"),
        ("milestones", "milestones{/number}"),
        ("notifications", "notifications{?since,all,participating}"),
        ("pulls", "pulls{/number}"),
        ("releases", "releases{/id}"),
        ("stargazers", "stargazers"),
        ("statuses", "statuses/{sha}"),
        ("subscribers", "subscribers"),
        ("subscription", "subscription"),
        ("tags", "tags"),
        ("teams", "teams"),
        ("trees", "git/trees{/sha}"),
    ] {
        repository.insert(format!("{key}_url"), json!(format!("{url}/{path}")));
    }
    Value::Object(repository)
}

/// Returns a GitHub Release.
pub(crate) fn release(place: &Place, release: &Release) -> Value {
    let url = format!("{}/releases/{}", place.repository, release.id);
    let archive = |kind: &str| {
        let there = !release.draft;
        there.then(|| format!("{}/{kind}/{}", place.repository, in_path(&release.tag_name)))
    };
    json!({
        "url": url,
        "assets_url": format!("{url}/assets"),
        "upload_url": format!("{url}/assets{{?name,label}}"),
        "html_url": url,
        "id": release.id,
        "author": user(place, &release.author),
        "node_id": node_id("RE", release.id),
        "tag_name": release.tag_name,
        "target_commitish": release.target,
        "name": release.name,
        "draft": release.draft,
        "immutable": false,
        "prerelease": release.prerelease,
        "created_at": moment(release.created_at),
        "published_at": release.published_at.map(moment),
        "assets": [],
        "tarball_url": archive("tarball"),
        "zipball_url": archive("zipball"),
        "body": release.body,
    })
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
            "verification": {
                "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null,
            },
        },
    })
}

/// Returns a commit as it is shown alone: with the files it touches, though not how.
pub(crate) fn commit_with_files(place: &Place, record: &CommitRecord) -> Value {
    let mut shown = commit(place, record);
    let files = record.files.iter().map(|file| {
        let path = in_path(file);
        let url = format!("{}/contents/{path}?ref={}", place.repository, record.sha);
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
    shown["files"] = files.collect();
    shown["stats"] = json!({ "additions": 0, "deletions": 0, "total": 0 });
    shown
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

/// Returns a GitHub Workflow.
pub(crate) fn workflow(place: &Place, file: &str, at: DateTime<Utc>) -> Value {
    let id = workflow_id(file);
    let url = format!("{}/actions/workflows/{id}", place.repository);
    json!({
        "id": id,
        "node_id": node_id("W", id),
        "name": file,
        "path": format!(".github/workflows/{file}"),
        "state": "active",
        "created_at": moment(at),
        "updated_at": moment(at),
        "url": url,
        "html_url": url,
        "badge_url": format!("{url}/badge.svg"),
    })
}

fn standing(run: &Run) -> (&'static str, Option<&'static str>) {
    match run.state {
        RunState::Waiting if run.listed => ("pending", None),
        RunState::Waiting => ("queued", None),
        RunState::InProgress => ("in_progress", None),
        RunState::Succeeded => ("completed", Some("success")),
        RunState::Failed => ("completed", Some("failure")),
    }
}

/// Returns the commit of the infrastructure repository that a run ran on. There is no such
/// repository in the sandbox, so it is made up, the same for a GitHub Workflow each time.
fn head_sha(run: &Run) -> String {
    format!("{:040x}", number(&run.workflow))
}

/// Returns a run of a GitHub Workflow.
pub(crate) fn run(place: &Place, world: &World, run: &Run) -> Value {
    let url = format!("{}/actions/runs/{}", place.repository, run.id);
    let workflow = workflow_id(&run.workflow);
    let (status, conclusion) = standing(run);
    let actor = user(place, &run.actor);
    let repository = repository(place);
    let head = head_sha(run);
    let author = json!({ "name": "openverse-bot", "email": "openverse-bot@users.noreply.invalid" });
    json!({
        "id": run.id,
        "name": run.workflow.trim_end_matches(".yml"),
        "node_id": node_id("WFR", run.id),
        "head_branch": world.repositories.main,
        "head_sha": head,
        "path": format!(".github/workflows/{}", run.workflow),
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": 1,
        "event": run.event,
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CS", run.id),
        "url": url,
        "html_url": url,
        "pull_requests": [],
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "run_started_at": moment(run.started_at.unwrap_or(run.created_at)),
        "actor": actor,
        "triggering_actor": actor,
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{}/check-suites/{}", place.repository, run.id),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": null,
        "workflow_url": format!("{}/actions/workflows/{workflow}", place.repository),
        "head_commit": {
            "id": head,
            "tree_id": head,
            "message": "The sandbox has no infrastructure repository",
            "timestamp": moment(run.created_at),
            "author": author,
            "committer": author,
        },
        "repository": repository,
        "head_repository": repository,
    })
}

/// Returns the single job of a run.
pub(crate) fn job(place: &Place, run: &Run) -> Value {
    let url = format!("{}/actions/jobs/{}", place.repository, run.id);
    let (status, conclusion) = standing(run);
    json!({
        "id": run.id,
        "run_id": run.id,
        "run_url": format!("{}/actions/runs/{}", place.repository, run.id),
        "node_id": node_id("CR", run.id),
        "head_sha": head_sha(run),
        "head_branch": "main",
        "url": url,
        "html_url": url,
        "status": status,
        "conclusion": conclusion,
        "created_at": moment(run.created_at),
        "started_at": moment(run.started_at.unwrap_or(run.created_at)),
        "completed_at": run.ended().then(|| moment(run.updated_at)),
        "name": "job",
        "steps": [],
        "check_run_url": format!("{}/check-runs/{}", place.repository, run.id),
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "sandbox",
        "runner_group_id": 1,
        "runner_group_name": "sandbox",
        "workflow_name": run.workflow.trim_end_matches(".yml"),
    })
}
