//! Patterns of git tags, and image tags.

use openverse_release_core::{App, Artefact};

use super::{DriftFinding, DriftId, GitHubWorkflowRole, Read, World, apps_that_make, listed, slugs};
use crate::{github_workflow::pattern_fits, text::Place, yaml::PlacedText};

/// A date as it stands in the tags of a release.
const SOME_DATE: &str = "2023.07.03.17.52.00";

/// What the image tags of releases begin with.
const RELEASED: &str = "rel-";

impl World<'_> {
    pub(super) fn git_tags(&self) -> Vec<DriftFinding> {
        let mut found: Vec<_> = self.image_tag().into_iter().collect();
        for read in &self.files {
            if let Some(patterns) = read.content.event("push").and_then(|push| push.filter("tags")) {
                found.extend(self.patterns(read, &patterns));
            }
            let compared = compared_beginnings(read);
            found.extend(
                compared.iter().filter_map(|(text, beginning)| self.beginning_of(read, *text, beginning)),
            );
        }
        found
    }

    /// Finds that the GitHub Workflow that tags images never makes the image tag of a release.
    fn image_tag(&self) -> Option<DriftFinding> {
        let tagging = self.of_role(GitHubWorkflowRole::Tagging).next()?;
        let apps = apps_that_make(self.project, Artefact::ReleasedImage);
        let chain = self.brought_about_by(tagging);
        let makes =
            chain.iter().any(|read| read.content.texts().iter().any(|text| text.text.contains(RELEASED)));
        (!makes && !apps.is_empty()).then(|| {
            tagging.file.finding(
                DriftId::ImageTagMissing,
                Place::START,
                slugs(apps),
                format!("nothing that makes an image tag {RELEASED}{{date}}"),
                "the step that gives the images the release's image tag",
            )
        })
    }

    fn patterns(&self, read: &Read<'_>, patterns: &[PlacedText<'_>]) -> Vec<DriftFinding> {
        let fits = |pattern: &PlacedText<'_>, app: &App| {
            self.git_tag_of(app).is_some_and(|git_tag| pattern_fits(pattern.text, &git_tag))
        };
        let patterns: Vec<_> = patterns.iter().filter(|pattern| !pattern.text.starts_with('!')).collect();
        let apps: Vec<_> = self.project.apps.iter().filter(|app| app.git_tag_prefix.is_some()).collect();
        let (known, unknown): (Vec<_>, Vec<_>) =
            patterns.into_iter().partition(|pattern| apps.iter().any(|app| fits(pattern, app)));
        let mut missing: Vec<_> =
            apps.iter().filter(|app| !known.iter().any(|pattern| fits(pattern, app))).collect();
        let mut found = Vec::new();
        for pattern in unknown {
            // It is meant for the app that it names otherwise; then that is all there is to say.
            let beginning = beginning(pattern.text);
            let meant = self.project.app(beginning).filter(|app| app.git_tag_prefix.is_some());
            missing.retain(|app| meant.is_none_or(|meant| meant.slug != app.slug));
            found.push(read.file.finding(
                DriftId::GitTagPatternUnknown,
                pattern.place,
                slugs(meant),
                format!("the pattern {}, which no git tag of a release fits", pattern.text),
                self.expected_prefix(meant),
            ));
        }
        if !known.is_empty() && !missing.is_empty() {
            let names = listed(missing.iter().map(|app| &app.name));
            found.push(read.file.finding(
                DriftId::GitTagPatternMissing,
                known[0].place,
                slugs(missing.iter().copied().copied()),
                format!("patterns that no git tag of the {names} fits"),
                "a pattern for every app that has releases",
            ));
        }
        found
    }

    /// Finds that a condition compares a git tag with what no git tag of a release begins with.
    fn beginning_of(&self, read: &Read<'_>, text: PlacedText<'_>, compared: &str) -> Option<DriftFinding> {
        let name = compared.strip_prefix("refs/tags/").unwrap_or(compared);
        let fits = |app: &App| self.git_tag_of(app).is_some_and(|git_tag| git_tag.starts_with(name));
        if name.is_empty() || self.project.apps.iter().any(fits) {
            return None;
        }
        let meant = self.project.app(beginning(name)).filter(|app| app.git_tag_prefix.is_some());
        Some(read.file.finding(
            DriftId::GitTagPatternUnknown,
            text.place,
            slugs(meant),
            format!("the beginning {name}, which no git tag of a release has"),
            self.expected_prefix(meant),
        ))
    }

    fn git_tag_of(&self, app: &App) -> Option<String> {
        app.git_tag_prefix.as_ref().map(|prefix| format!("{prefix}-{SOME_DATE}"))
    }

    fn expected_prefix(&self, meant: Option<&App>) -> String {
        match meant.and_then(|app| Some((app, app.git_tag_prefix.as_ref()?))) {
            Some((app, prefix)) => format!("{prefix}-{{date}}, as the git tags of the {} are", app.name),
            None => {
                let prefixes = self.project.apps.iter().filter_map(|app| app.git_tag_prefix.as_ref());
                format!("one of {}", listed(prefixes.map(|prefix| format!("{prefix}-{{date}}"))))
            }
        }
    }
}

/// Returns what a pattern says before its date.
fn beginning(pattern: &str) -> &str {
    let known = pattern.find(['*', '?', '+', '[', '$']).map_or(pattern, |at| &pattern[..at]);
    known.trim_end_matches(['-', '_'])
}

/// Returns the texts that conditions want a git tag to begin with, and where.
fn compared_beginnings<'y>(read: &Read<'y>) -> Vec<(PlacedText<'y>, &'y str)> {
    /// What holds a git tag in an expression.
    const GIT_TAGS: [&str; 4] = ["tag_name", "github.ref_name", "github.ref", "release.name"];
    let conditions = read.content.maps().filter_map(|map| map.get("if")?.text());
    let mut found = Vec::new();
    for condition in conditions {
        for (at, _) in condition.text.match_indices("startsWith(") {
            let inside = &condition.text[at + "startsWith(".len()..];
            let Some((value, rest)) = inside.split_once(',') else { continue };
            let Some(compared) =
                rest.trim_start().strip_prefix('\'').and_then(|rest| rest.split('\'').next())
            else {
                continue;
            };
            let is_git_tag = GIT_TAGS.iter().any(|name| value.trim().ends_with(name));
            if is_git_tag && (value.trim() != "github.ref" || compared.starts_with("refs/tags/")) {
                found.push((condition, compared));
            }
        }
    }
    found
}
