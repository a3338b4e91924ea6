//! Which runs may work at the same time.

use super::{DriftFinding, DriftId, GitHubWorkflowRole, Read, World, dispatched, name_of, slugs};
use crate::{github_workflow::Concurrency, text::Place};

/// What differs from run to run.
const PER_RUN: [&str; 4] = ["github.run_id", "github.run_number", "github.sha", "github.run_attempt"];

impl World<'_> {
    pub(super) fn concurrency(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in &self.files {
            let (apps, why) = match read.role {
                GitHubWorkflowRole::Tagging => (Vec::new(), "one run that tags images at a time"),
                GitHubWorkflowRole::Deployment => {
                    let deploys =
                        dispatched(self.project).filter(|it| it.file.as_str() == name_of(read.file));
                    (slugs(deploys.map(|it| it.app)), "one deployment at a time of an app to an environment")
                }
                _ => continue,
            };
            let groups = self.groups(read);
            if groups.is_empty() {
                let what = "no concurrency group";
                found.push(read.file.finding(
                    DriftId::ConcurrencyMissing,
                    Place::START,
                    apps.clone(),
                    what,
                    why,
                ));
            }
            for group in groups {
                if PER_RUN.iter().any(|differs| group.group.text.contains(differs)) {
                    let what =
                        format!("the concurrency group {}, which every run has for itself", group.group.text);
                    let place = group.group.place;
                    found.push(read.file.finding(DriftId::ConcurrencyPerRun, place, apps.clone(), what, why));
                }
                if let Some(place) = group.cancels {
                    let what = "cancel-in-progress, by which a newer run stops the one under way";
                    let expected = "a run under way to be finished: stopped, it leaves half of its work";
                    found.push(read.file.finding(
                        DriftId::ConcurrencyCancels,
                        place,
                        apps.clone(),
                        what,
                        expected,
                    ));
                }
            }
        }
        found.extend(self.shared_groups());
        found
    }

    /// Returns the concurrency groups of a file, those of its jobs, and those of the files that they run.
    fn groups<'w>(&'w self, read: &'w Read<'_>) -> Vec<&'w Concurrency<'w>> {
        let called = self
            .files
            .iter()
            .filter(|other| read.content.jobs.iter().any(|job| job.calls == Some(name_of(other.file))));
        let groups = |read: &'w Read<'_>| {
            read.content
                .concurrency
                .iter()
                .chain(read.content.jobs.iter().filter_map(|job| job.concurrency.as_ref()))
        };
        called.chain([read]).flat_map(groups).collect()
    }

    /// Finds deployments of different apps or environments in one group. GitHub keeps one waiting run of a
    /// group, so each can evict the other's.
    fn shared_groups(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        let mut seen: Vec<(&str, &Read<'_>)> = Vec::new();
        for read in self.of_role(GitHubWorkflowRole::Deployment) {
            let Some(own) = read.content.concurrency.as_ref() else { continue };
            let group = own.group.text;
            // What is in an expression is different in another file.
            if group.contains("${{") {
                continue;
            }
            match seen.iter().find(|(known, _)| *known == group) {
                Some((_, other)) => {
                    let deploys =
                        dispatched(self.project).filter(|it| it.file.as_str() == name_of(read.file));
                    found.push(read.file.finding(
                        DriftId::ConcurrencyShared,
                        own.group.place,
                        slugs(deploys.map(|it| it.app)),
                        format!("the concurrency group {group}, which {} has too", name_of(other.file)),
                        "a group for each app and environment, as a group keeps only one waiting run",
                    ));
                }
                None => seen.push((group, read)),
            }
        }
        found
    }
}
