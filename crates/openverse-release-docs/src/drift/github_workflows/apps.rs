//! Lists of apps.

use std::collections::BTreeSet;

use openverse_release_core::{App, AppSlug};

use super::{
    DriftFinding, DriftId, GitHubWorkflowRole, Read, World, dispatched, images::is_companion, listed, slugs,
};
use crate::github_workflow::ValueList;

/// What drafts GitHub Releases, where it stands in a step.
const DRAFTS: [&str; 3] = ["release-drafter", "gh release create", "action-gh-release"];

impl World<'_> {
    pub(super) fn apps(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in self.files.iter().filter(|read| self.is_about_releases(read)) {
            for list in read.content.lists() {
                if !list.values.iter().any(|value| is_companion(self, value)) {
                    found.extend(self.list_of_apps(read, &list));
                }
            }
        }
        found
    }

    /// Tells whether a file drafts, tags or deploys releases.
    fn is_about_releases(&self, read: &Read<'_>) -> bool {
        let drafts =
            || read.content.texts().iter().any(|text| DRAFTS.iter().any(|what| text.text.contains(what)));
        match read.role {
            GitHubWorkflowRole::Tagging => true,
            GitHubWorkflowRole::Other => drafts(),
            GitHubWorkflowRole::Ci | GitHubWorkflowRole::Deployment => false,
        }
    }

    /// Compares a list, more than half of which are apps, with those that have releases, or with those
    /// that are deployed by GitHub Workflows if it has only such.
    fn list_of_apps(&self, read: &Read<'_>, list: &ValueList<'_>) -> Vec<DriftFinding> {
        let meant: Vec<_> = list.values.iter().map(|value| (value, self.app_named(value.text))).collect();
        let there: BTreeSet<&AppSlug> =
            meant.iter().filter_map(|(_, app)| Some(&app.as_ref()?.slug)).collect();
        if there.len() < 2 || 2 * meant.iter().filter(|(_, app)| app.is_some()).count() <= meant.len() {
            return Vec::new();
        }
        let releasable: Vec<_> =
            self.project.apps.iter().filter(|app| app.git_tag_prefix.is_some()).collect();
        let deployed: BTreeSet<_> = dispatched(self.project).map(|deployment| &deployment.app.slug).collect();
        if there == deployed {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (value, app) in &meant {
            let what = match app {
                None => format!("\"{}\" in a list of apps", value.text),
                Some(app) if app.git_tag_prefix.is_none() => format!("the {} in a list of apps", app.name),
                Some(_) => continue,
            };
            let known = listed(releasable.iter().map(|app| &app.name));
            let expected = format!("only apps that have releases: {known}");
            let apps = slugs(app.iter().copied());
            found.push(read.file.finding(DriftId::AppUnknown, value.place, apps, what, expected));
        }
        let forgotten: Vec<_> = releasable.iter().filter(|app| !there.contains(&app.slug)).copied().collect();
        if !forgotten.is_empty() {
            let names = listed(forgotten.iter().map(|app| &app.name));
            found.push(read.file.finding(
                DriftId::AppMissing,
                list.place,
                slugs(forgotten),
                format!("a list of apps without the {names}"),
                "every app that has releases",
            ));
        }
        found
    }

    /// Returns the app of a name, also of the one that it has in deployments.
    fn app_named(&self, name: &str) -> Option<&App> {
        let in_deployments = || {
            let ends = |event_type: &str| {
                event_type.strip_suffix(name).is_some_and(|before| before.ends_with(['_', '-']))
            };
            dispatched(self.project)
                .find(|it| !name.is_empty() && ends(it.event_type.as_str()))
                .map(|it| it.app)
        };
        self.project.app(name).or_else(in_deployments)
    }
}
