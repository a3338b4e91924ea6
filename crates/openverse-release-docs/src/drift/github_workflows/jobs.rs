//! Which job waits for which.

use std::collections::HashSet;

use super::{
    DriftFinding, DriftId, GitHubWorkflowRole, Read, World, dispatched,
    dispatches::{asked_for_by, asks_in},
    name_of, slugs,
};
use crate::{
    github_workflow::{GitHubWorkflow, Job},
    yaml::Node,
};

/// What builds, pushes or tags images, where it stands in a step.
const HANDLES_IMAGES: [&str; 9] = [
    "docker/build-push-action",
    "docker push",
    "docker buildx build",
    "docker buildx imagetools",
    "docker image push",
    "docker tag",
    "skopeo copy",
    "crane tag",
    "oras tag",
];

impl World<'_> {
    pub(super) fn jobs(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in &self.files {
            for job in &read.content.jobs {
                let is_there = |id: &str| read.content.jobs.iter().any(|other| other.id.text == id);
                let unknown = job.needs.iter().filter(|needed| !is_there(needed.text));
                found.extend(unknown.map(|needed| {
                    let what = format!("the job {}, which waits for {}", job.id.text, needed.text);
                    read.file.finding(
                        DriftId::NeedsUnknown,
                        needed.place,
                        Vec::new(),
                        what,
                        "a job of this file",
                    )
                }));
            }
            if matches!(read.role, GitHubWorkflowRole::Ci | GitHubWorkflowRole::Tagging) {
                found.extend(self.too_early(read));
                found.extend(self.elsewhere(read));
            }
        }
        found
    }

    /// Finds jobs that ask for a deployment without waiting for the images.
    fn too_early(&self, read: &Read<'_>) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        let images: Vec<_> =
            read.content.jobs.iter().filter(|job| self.handles_images(job)).map(|job| job.id.text).collect();
        if images.is_empty() {
            return found;
        }
        for job in &read.content.jobs {
            let asked: Vec<_> = dispatched(self.project)
                .filter(|deployment| asked_for_by(deployment) == Some(read.role))
                .filter(|deployment| asks_in(job, deployment).is_some())
                .map(|deployment| deployment.app)
                .collect();
            let waited_for = waited_for(read.content, job);
            // One job can do both, one after the other.
            if !asked.is_empty() && !images.iter().any(|image| waited_for.contains(image)) {
                found.push(read.file.finding(
                    DriftId::NeedsMissing,
                    job.id.place,
                    slugs(asked),
                    format!("the job {}, which does not wait for {}", job.id.text, images.join(" or ")),
                    "the deployment to be asked for once the images are there",
                ));
            }
        }
        found
    }

    /// Finds jobs that ask for a deployment only on another branch than the main one.
    fn elsewhere(&self, read: &Read<'_>) -> Vec<DriftFinding> {
        let main = &self.project.repositories.main;
        let mut found = Vec::new();
        for job in &read.content.jobs {
            let Some(condition) = job.condition() else { continue };
            let other = branches_compared(condition.text).find(|branch| branch != main);
            let asked: Vec<_> = dispatched(self.project)
                .filter(|deployment| asks_in(job, deployment).is_some())
                .map(|deployment| deployment.app)
                .collect();
            if let Some(branch) = other.filter(|_| !asked.is_empty()) {
                found.push(read.file.finding(
                    DriftId::BranchMissing,
                    condition.place,
                    slugs(asked),
                    format!("the job {}, which runs only on {branch}", job.id.text),
                    format!("what is merged to {main} to be deployed"),
                ));
            }
        }
        found
    }

    /// Tells whether a job, or the file that it runs, builds, pushes or tags images.
    fn handles_images(&self, job: &Job<'_>) -> bool {
        let called = self.files.iter().filter(|read| job.calls == Some(name_of(read.file)));
        let jobs = called.flat_map(|read| &read.content.jobs).chain([job]);
        let mut texts = jobs.flat_map(|job| job.node.inside()).filter_map(Node::text);
        texts.any(|text| HANDLES_IMAGES.iter().any(|what| text.text.contains(what)))
    }
}

/// Returns the jobs that a job waits for, itself among them.
fn waited_for<'y>(content: &GitHubWorkflow<'y>, job: &Job<'y>) -> HashSet<&'y str> {
    let mut seen = HashSet::from([job.id.text]);
    let mut waiting = vec![job.id.text];
    while let Some(id) = waiting.pop() {
        for job in content.jobs.iter().filter(|job| job.id.text == id) {
            waiting.extend(job.needs.iter().map(|needed| needed.text).filter(|needed| seen.insert(needed)));
        }
    }
    seen
}

/// Returns the branches that a condition wants the run to be of: `github.ref == 'refs/heads/main'`.
fn branches_compared(condition: &str) -> impl Iterator<Item = &str> {
    let compared = condition.split("github.ref").skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix("_name").unwrap_or(rest).trim_start();
        rest.strip_prefix("==")?.trim_start().strip_prefix('\'')?.split('\'').next()
    });
    compared
        .filter(|name| !name.starts_with("refs/tags/"))
        .map(|name| name.strip_prefix("refs/heads/").unwrap_or(name))
}
