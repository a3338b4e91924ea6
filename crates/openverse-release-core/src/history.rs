//! What was deployed to an environment, and which version last worked there.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    CommitSha, DeploymentRun, GitHubRunId, GitHubRunStatus, ImageTag, ImageTagKind, PastConfiguration,
    ReleaseDate,
};

/// Why a version was deployed, as far as the order of deployments tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentKind {
    /// The first deployment of a released version, or of a commit merged to `main`.
    Release,
    /// The version that ran already.
    Redeploy,
    /// A version that first ran before the one that ran then.
    #[serde(rename = "rollback")]
    RollBack,
    /// Any other version, by hand; also a later one that was rolled back before.
    Forced,
}

impl DeploymentKind {
    /// Returns the word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Redeploy => "redeploy",
            Self::RollBack => "rollback",
            Self::Forced => "forced",
        }
    }
}

/// One deployment to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentRecord {
    /// The run of the GitHub Workflow that deployed, if one did.
    pub run: Option<GitHubRunId>,
    /// The image tag it was asked to deploy, if its title tells.
    pub image_tag: Option<ImageTag>,
    /// The commit of that version, if it is known.
    pub commit: Option<CommitSha>,
    /// Why it was deployed.
    pub kind: DeploymentKind,
    /// Who asked. It comes from outside.
    pub actor: String,
    /// The reason given, without the image tag and the correlation. It comes from outside.
    pub reason: String,
    /// When it was asked for, in UTC.
    pub at: DateTime<Utc>,
    /// How it ended, or where it stands.
    pub outcome: GitHubRunStatus,
    /// Its page; empty if it has none.
    pub page: String,
}

/// Returns the deployments that runs of a deployment's GitHub Workflow stand for, newest first.
///
/// `runs` come newest first; `released` tells the commit of each release of the app, so that
/// `rel-…` and the commit SHA are seen to be the same version.
pub fn deployment_history(
    runs: &[DeploymentRun],
    released: &BTreeMap<ReleaseDate, CommitSha>,
) -> Vec<DeploymentRecord> {
    let asked = runs.iter().map(|run| {
        let image_tag = run.image_tag();
        let record = DeploymentRecord {
            run: Some(run.id),
            reason: reason(&run.title, image_tag.as_ref()),
            commit: image_tag.as_ref().and_then(|tag| commit_of(tag, released)),
            image_tag,
            kind: DeploymentKind::Forced,
            actor: run.actor.clone(),
            at: run.created_at,
            outcome: run.status,
            page: run.page.clone(),
        };
        (record, run.event == "repository_dispatch")
    });
    with_kinds(asked.collect())
}

/// Returns the deployments that past image tags of a configuration stand for, newest first.
///
/// `past` comes newest first. What was configured on the main branch counts as deployed well: it is
/// merged after it was applied.
pub fn configuration_history(
    past: &[PastConfiguration],
    released: &BTreeMap<ReleaseDate, CommitSha>,
) -> Vec<DeploymentRecord> {
    let configured = past.iter().map(|past| {
        let record = DeploymentRecord {
            run: None,
            image_tag: Some(past.image_tag.clone()),
            commit: commit_of(&past.image_tag, released),
            kind: DeploymentKind::Forced,
            actor: past.author.clone(),
            reason: "configured on the main branch".to_owned(),
            at: past.at,
            outcome: GitHubRunStatus::Succeeded,
            page: String::new(),
        };
        (record, matches!(past.image_tag.kind(), ImageTagKind::Release(_)))
    });
    with_kinds(configured.collect())
}

/// Tells of each deployment what kind it was, given whether a release may have asked for it. Newest
/// first.
fn with_kinds(mut asked: Vec<(DeploymentRecord, bool)>) -> Vec<DeploymentRecord> {
    // The place of each version in the order in which they first ran.
    let mut first_ran: BTreeMap<CommitSha, usize> = BTreeMap::new();
    let mut running: Option<usize> = None;
    for (record, by_release) in asked.iter_mut().rev() {
        let place = record.commit.as_ref().and_then(|commit| first_ran.get(commit).copied());
        record.kind = match (place, running) {
            (Some(place), Some(running)) if place == running => DeploymentKind::Redeploy,
            (Some(place), Some(running)) if place < running => DeploymentKind::RollBack,
            _ if *by_release => DeploymentKind::Release,
            _ => DeploymentKind::Forced,
        };
        if let (Some(commit), GitHubRunStatus::Succeeded) = (&record.commit, record.outcome) {
            let next = first_ran.len();
            running = Some(*first_ran.entry(commit.clone()).or_insert(next));
        }
    }
    asked.into_iter().map(|(record, _)| record).collect()
}

fn commit_of(tag: &ImageTag, released: &BTreeMap<ReleaseDate, CommitSha>) -> Option<CommitSha> {
    match tag.kind() {
        ImageTagKind::Commit(commit) => Some(commit),
        ImageTagKind::Release(date) => released.get(&date).cloned(),
        ImageTagKind::Latest | ImageTagKind::Other => None,
    }
}

fn reason(title: &str, tag: Option<&ImageTag>) -> String {
    let without_tag = match tag {
        Some(tag) => title.replacen(tag.as_str(), "", 1),
        None => title.to_owned(),
    };
    let text = without_tag.trim_start_matches([':', ' ']).trim();
    let without_correlation = match text.rsplit_once('[') {
        Some((before, correlation)) if correlation.ends_with(']') => before.trim_end(),
        _ => text,
    };
    without_correlation.to_owned()
}

/// Why no version is known to which an environment could be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NothingToRollBackTo {
    /// The version that runs is itself the last one that was deployed well.
    #[error(
        "found that the newest deployment ({tag}) {outcome} and is not live: the environment already runs the last \
         version that was deployed well"
    )]
    AlreadyBack {
        /// The image tag of the newest deployment.
        tag: String,
        /// How it ended.
        outcome: &'static str,
    },
    /// The history shows no other version that was deployed well and not rolled back.
    #[error("found no earlier version that was deployed well and was not itself rolled back")]
    NoneWorked,
}

/// Returns the newest deployment of another version than the live one that ended well, and that
/// nobody rolled back.
///
/// `history` comes newest first. A version counts as rolled back when the deployment after it was
/// a rollback.
///
/// # Errors
/// When there is none, or when the newest deployment ended badly and is not what is live: then the
/// environment runs the last known working version already, and going further back would be wrong.
pub fn last_known_working<'a>(
    history: &'a [DeploymentRecord],
    live: &CommitSha,
) -> Result<&'a DeploymentRecord, NothingToRollBackTo> {
    if let Some(newest) = history.first().filter(|newest| newest.commit.as_ref() != Some(live))
        && matches!(newest.outcome, GitHubRunStatus::Failed | GitHubRunStatus::Cancelled)
    {
        return Err(NothingToRollBackTo::AlreadyBack {
            tag: newest.image_tag.as_ref().map_or_else(|| newest.reason.clone(), ToString::to_string),
            outcome: newest.outcome.as_str(),
        });
    }
    let mut bad: HashSet<&CommitSha> = HashSet::new();
    let mut rolled_back_by_next = false;
    for record in history {
        let Some(commit) = &record.commit else { continue };
        if record.outcome != GitHubRunStatus::Succeeded {
            continue;
        }
        if rolled_back_by_next {
            bad.insert(commit);
        }
        rolled_back_by_next = record.kind == DeploymentKind::RollBack;
        if commit != live && !bad.contains(commit) {
            return Ok(record);
        }
    }
    Err(NothingToRollBackTo::NoneWorked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha(letter: char) -> CommitSha {
        letter.to_string().repeat(40).parse().unwrap()
    }

    /// Writes a history oldest first: `a` deploys commit aaa…, `a!` fails, a leading `r` is a release.
    fn history(text: &str) -> Vec<DeploymentRecord> {
        let mut runs: Vec<_> = text
            .split(' ')
            .enumerate()
            .map(|(minute, word)| {
                let letter = word.trim_end_matches('!').chars().last().unwrap();
                let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(minute as i64);
                DeploymentRun {
                    id: GitHubRunId(minute as u64),
                    title: format!("{}: why not [run-{minute}]", sha(letter)),
                    status: if word.ends_with('!') {
                        GitHubRunStatus::Failed
                    } else {
                        GitHubRunStatus::Succeeded
                    },
                    event: if word.starts_with('r') { "repository_dispatch" } else { "workflow_dispatch" }
                        .to_owned(),
                    actor: "ada".to_owned(),
                    created_at: at,
                    updated_at: at,
                    page: String::new(),
                }
            })
            .collect();
        runs.reverse();
        deployment_history(&runs, &BTreeMap::new())
    }

    fn kinds(text: &str) -> Vec<&'static str> {
        history(text).iter().rev().map(|record| record.kind.as_str()).collect()
    }

    #[test]
    fn kinds_follow_from_the_order_of_deployments() {
        assert_eq!(
            kinds("ra rb b a c rd"),
            ["release", "release", "redeploy", "rollback", "forced", "release"]
        );
        assert_eq!(kinds("ra rb a b"), ["release", "release", "rollback", "forced"], "forward again");
        assert_eq!(kinds("ra rb! b"), ["release", "release", "forced"]);
    }

    #[test]
    fn the_reason_stands_without_tag_and_correlation() {
        assert_eq!(history("ra")[0].reason, "why not");
        assert_eq!(reason("rel-2023.07.03.17.52.00", "rel-2023.07.03.17.52.00".parse().ok().as_ref()), "");
    }

    #[test]
    fn the_last_known_working_version_is_not_the_live_failed_or_rolled_back_one() {
        let back = |text: &str, live| {
            last_known_working(&history(text), &sha(live)).map(|record| record.commit.clone().unwrap())
        };
        assert_eq!(back("ra rb", 'b'), Ok(sha('a')));
        assert_eq!(back("ra rb rc b", 'b'), Ok(sha('a')), "c was rolled back");
        assert_eq!(back("ra rb! c", 'c'), Ok(sha('a')), "b never worked");
        assert_eq!(back("ra rb a b rc", 'c'), Ok(sha('b')), "b was rolled back, and then found to work");
        assert_eq!(back("ra rb rb", 'b'), Ok(sha('a')), "a redeployment is no other version");
        assert_eq!(back("ra", 'a'), Err(NothingToRollBackTo::NoneWorked));
        assert!(matches!(back("ra rb!", 'a'), Err(NothingToRollBackTo::AlreadyBack { .. })));
        assert_eq!(back("ra rb!", 'b'), Ok(sha('a')), "red but live");
    }

    #[test]
    fn release_tag_and_commit_sha_are_the_same_version() {
        let date: ReleaseDate = "2023.07.03.17.52.00".parse().unwrap();
        let mut runs = Vec::new();
        for (id, tag) in [(2, sha('a').to_string()), (1, format!("rel-{date}"))] {
            runs.push(DeploymentRun {
                id: GitHubRunId(id),
                title: tag,
                status: GitHubRunStatus::Succeeded,
                event: "workflow_dispatch".to_owned(),
                actor: "ada".to_owned(),
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                page: String::new(),
            });
        }
        let records = deployment_history(&runs, &BTreeMap::from([(date, sha('a'))]));
        assert_eq!(records[0].kind, DeploymentKind::Redeploy);
    }
}
