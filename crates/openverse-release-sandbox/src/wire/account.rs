//! Accounts and repositories.

use serde_json::{Map, Value, json};

use super::{Place, in_path, node_id, number};

/// Returns a person or a bot.
pub(super) fn user(place: &Place, name: &str) -> Value {
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

/// Returns a repository as runs show it.
pub(super) fn repository(place: &Place) -> Value {
    let url = &place.repository;
    let id = number(place.full_name.as_str());
    let mut repository = Map::new();
    let own = json!({
        "id": id,
        "node_id": node_id("R", id),
        "name": place.full_name.name(),
        "full_name": place.full_name,
        "private": false,
        "owner": user(place, place.full_name.owner()),
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

/// Returns a repository as pull requests show it: with much that nobody asks for.
pub(super) fn whole_repository(place: &Place) -> Value {
    let mut whole = repository(place);
    let url = &place.repository;
    for key in ["clone_url", "git_url", "ssh_url", "svn_url"] {
        whole[key] = json!(url);
    }
    for key in [
        "forks",
        "forks_count",
        "open_issues",
        "open_issues_count",
        "size",
        "stargazers_count",
        "watchers",
        "watchers_count",
    ] {
        whole[key] = json!(0);
    }
    for key in
        ["archived", "disabled", "has_downloads", "has_issues", "has_pages", "has_projects", "has_wiki"]
    {
        whole[key] = json!(false);
    }
    for key in ["created_at", "homepage", "language", "license", "mirror_url", "pushed_at", "updated_at"] {
        whole[key] = Value::Null;
    }
    whole["default_branch"] = json!(place.main);
    whole
}
