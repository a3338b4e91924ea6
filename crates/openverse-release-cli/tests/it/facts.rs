//! What a fresh sandbox holds, and what it has become.

use openverse_release_core::{AppSlug, EnvironmentName};
use openverse_release_sandbox::{Entry, Sandbox};

use crate::{exchange::exchange, place::Place, served::Served};

/// The facts about an app that a release or rollback starts from.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    app: AppSlug,
    /// The date of the draft, which its git tag and its image tag share.
    draft_date: String,
    /// The commit a release puts into production.
    pub(crate) new: String,
    /// The newest commit on `main`, whatever it touches.
    pub(crate) head: String,
    /// The commit production runs before it.
    pub(crate) old: String,
    /// The image tag of the version in production.
    pub(crate) old_tag: String,
    /// The image tag of the last version known to work before that one.
    pub(crate) earlier_tag: String,
    /// The commit of that one.
    pub(crate) earlier: String,
}

impl Facts {
    /// Takes the facts of an app that nothing was done to since the sandbox was made.
    pub(crate) fn of(place: &Place, app: &str) -> Self {
        place.template().map_or_else(|| Self::found(place, app), |template| template.facts(app))
    }

    /// Finds the facts out.
    pub(crate) fn found(place: &Place, app: &str) -> Self {
        let status = place.sandbox().status().unwrap();
        let head = status.head.clone().unwrap().to_string();
        // The version before the present one was rolled back once, and then deployed again,
        // because it had not been at fault; so it works.
        let history = place.json(&["history", app, "production"]);
        let earlier = |field: &str| history[1][field].as_str().unwrap().to_owned();
        let app = status.apps.into_iter().find(|found| found.app.as_str() == app).unwrap();
        let live = app.live.iter().find(|live| live.environment == EnvironmentName::PRODUCTION).unwrap();
        let draft = app.drafts.first().unwrap();
        Self {
            draft_date: draft.rsplit_once('-').unwrap().1.to_owned(),
            new: app.latest.unwrap().to_string(),
            head,
            old: live.commit.to_string(),
            old_tag: live.image_tag.to_string(),
            earlier_tag: earlier("image_tag"),
            earlier: earlier("commit"),
            app: app.app,
        }
    }

    /// Takes over what is drafted now.
    pub(crate) fn drafted_anew(&mut self, sandbox: &Sandbox) {
        let status = sandbox.status().unwrap();
        let app = status.apps.into_iter().find(|found| found.app == self.app).unwrap();
        self.draft_date = app.drafts.first().unwrap().rsplit_once('-').unwrap().1.to_owned();
        self.new = app.latest.unwrap().to_string();
    }

    pub(crate) fn date(&self) -> &str {
        &self.draft_date
    }

    pub(crate) fn git_tag(&self) -> String {
        format!("{}-{}", self.app, self.draft_date)
    }

    pub(crate) fn image_tag(&self) -> String {
        format!("rel-{}", self.draft_date)
    }
}

/// Returns the commit that production runs, as the sandbox has it.
pub(crate) fn production(sandbox: &Sandbox, app: &str) -> String {
    let status = sandbox.status().unwrap();
    let app = status.apps.into_iter().find(|found| found.app.as_str() == app).unwrap();
    app.live.iter().find(|live| live.environment == EnvironmentName::PRODUCTION).unwrap().commit.to_string()
}

/// Checks that production runs a commit, by what the live app says and by what the tool says.
#[track_caller]
pub(crate) fn expect_production(place: &Place, served: &Served, app: &str, commit: &str) {
    let host = if app == "api" { "api.openverse.org" } else { "openverse.org" };
    let version = exchange("GET", &format!("{}/{host}/version", served.urls.live), "").json();
    assert_eq!(version["release"], commit, "the live app says {version}");
    assert_eq!(version["environment"], "production", "the live app says {version}");

    let status = place.json(&["status", app]);
    let environments = status[0]["environments"].as_array().unwrap();
    let production = environments.iter().find(|found| found["environment"] == "production").unwrap();
    assert_eq!(production["commit"], commit, "the tool says {production}");
    assert!(production["run"].is_null(), "a run is left over: {production}");
    assert!(production["under_way"].is_null(), "a deployment is left over: {production}");
}

/// Checks that the release's image tag names, for every image, what was built from a commit.
#[track_caller]
pub(crate) fn expect_tagged(served: &Served, facts: &Facts) {
    for image in [format!("openverse-{}", facts.app), format!("openverse-{}_nginx", facts.app)] {
        let digest = |tag: &str| {
            let url = format!("{}/v2/wordpress/{image}/manifests/{tag}", served.urls.registry);
            let answered = exchange("HEAD", &url, "");
            assert_eq!(answered.status, 200, "{image}:{tag}");
            answered.header("docker-content-digest").unwrap().to_owned()
        };
        assert_eq!(digest(&facts.image_tag()), digest(&facts.new), "{image}");
    }
}

/// What requests change for a release of the API that the tool tags and deploys.
pub(crate) const RELEASED: [&str; 8] = [
    "publish_github_release",
    "put_manifest",
    "put_manifest",
    "create_branch",
    "put_file",
    "open_pull_request",
    "label_pull_request",
    "repository_dispatch",
];

/// Returns every change that was made, without its date, and with this place's own names for
/// dates and commits replaced; sorted, because automations and requests may change places.
pub(crate) fn changes(sandbox: &Sandbox, facts: &Facts) -> Vec<String> {
    let mut changes: Vec<_> = sandbox.log().unwrap().iter().map(|entry| described(entry, facts)).collect();
    changes.sort();
    changes
}

/// Returns the changes that requests asked for, in their order, each as its action.
pub(crate) fn requested(sandbox: &Sandbox) -> Vec<&'static str> {
    let log = sandbox.log().unwrap();
    log.iter().filter(|entry| entry.requested()).map(|entry| entry.action.as_str()).collect()
}

fn described(entry: &Entry, facts: &Facts) -> String {
    let target = entry
        .target
        .replace(&facts.old_tag, "{old tag}")
        .replace(&facts.earlier_tag, "{earlier tag}")
        .replace(&facts.draft_date, "{date}")
        .replace(&facts.new, "{new}")
        .replace(&facts.new[..7], "{new}")
        .replace(&facts.head[..7], "{head}")
        .replace(&facts.old, "{old}");
    format!("{} {target} by {}", entry.action, entry.by)
}
