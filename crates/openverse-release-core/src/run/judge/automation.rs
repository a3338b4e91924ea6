//! What is seen of the automation that performs a step in the run's place.

use super::{Patience, Verdict};
use crate::{AutomationSight, GitHubRunStatus, Job};

/// Judges a step whose result is missing by the automation that is to bring it about.
pub(super) fn judge_automation(
    missing: String,
    automation: Option<&AutomationSight>,
    Patience { now, limits }: Patience<'_>,
) -> Verdict {
    let Some(AutomationSight { run, jobs }) = automation else {
        return Verdict::Waiting { evidence: missing };
    };
    let (status, page) = (run.status.as_str(), &run.page);
    let jobs: Vec<_> = jobs.iter().filter(|job| job.started_at.is_some()).map(words).collect();
    let jobs = if jobs.is_empty() { String::new() } else { format!(" ({})", jobs.join("; ")) };
    match run.status {
        GitHubRunStatus::Queued | GitHubRunStatus::InProgress => Verdict::UnderWay {
            evidence: format!("{missing}; the GitHub Workflow is {status}{jobs}: {page}"),
            run: None,
        },
        // What it did may show a little later.
        GitHubRunStatus::Succeeded if now - run.updated_at < limits.converge => Verdict::UnderWay {
            evidence: format!("{missing}; the GitHub Workflow {status}{jobs}: {page}"),
            run: None,
        },
        GitHubRunStatus::Succeeded => Verdict::Waiting {
            evidence: format!("{missing}, although the GitHub Workflow that does it {status}{jobs}: {page}"),
        },
        GitHubRunStatus::Failed | GitHubRunStatus::Cancelled => Verdict::Conflict {
            found: format!("{missing}, and the GitHub Workflow that does it {status}{jobs}: {page}"),
            expected: "it to do its part; run it again on that page, then resume".to_owned(),
        },
    }
}

fn words(job: &Job) -> String {
    let step = job.steps.iter().find(|step| step.status == job.status && !job.status.ended());
    let step = step.map(|step| format!(", at {:?}", step.name)).unwrap_or_default();
    format!("job {:?} {}{step}", job.name, job.status.as_str())
}
