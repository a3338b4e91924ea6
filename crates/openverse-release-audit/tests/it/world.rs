//! What is recorded in the world, as a log.

use chrono::{DateTime, Duration, Utc};
use openverse_release_audit::{Audit, History, Log, NOT_RECORDED, Question, log_of_history};
use openverse_release_core::{
    App, Commit, CommitSha, DeploymentKind, DeploymentRecord, DeploymentRun, EnvironmentName, GitHubRelease,
    GitHubReleaseId, GitHubRun, GitHubRunId, GitHubRunStatus, GitTag, ImageTag, Project, ReleaseTarget,
    deployment_history,
};

use crate::journal::{commit, date, start};

/// A world that is written down by hand, of the app `api`.
struct World {
    app: App,
    merges: Vec<Commit>,
    builds: Vec<GitHubRun>,
    releases: Vec<GitHubRelease>,
    git_tags: Vec<(GitTag, CommitSha)>,
    image_tags: Vec<ImageTag>,
    staging: Vec<DeploymentRun>,
    production: Vec<DeploymentRun>,
    runs: u64,
}

fn at(hour: i64) -> DateTime<Utc> {
    start() + Duration::hours(hour)
}

impl World {
    fn new() -> Self {
        let app = Project::openverse().app("api").unwrap().clone();
        let image_tags = vec![ImageTag::latest()];
        Self {
            app,
            image_tags,
            merges: Vec::new(),
            builds: Vec::new(),
            releases: Vec::new(),
            git_tags: Vec::new(),
            staging: Vec::new(),
            production: Vec::new(),
            runs: 0,
        }
    }

    fn merge(&mut self, letter: char, hour: i64, subject: &str) {
        let (sha, committed_at) = (commit(letter), at(hour));
        let (subject, author) = (subject.to_owned(), "ada".to_owned());
        self.merges.insert(0, Commit { sha: sha.clone(), subject, author, committed_at });
        self.runs += 1;
        self.builds.insert(
            0,
            GitHubRun {
                id: GitHubRunId(self.runs),
                title: "CI".to_owned(),
                status: GitHubRunStatus::Succeeded,
                event: "push".to_owned(),
                commit: sha,
                head_branch: Some("main".to_owned()),
                actor: "ada".to_owned(),
                created_at: committed_at + Duration::minutes(1),
                updated_at: committed_at + Duration::minutes(20),
                page: String::new(),
            },
        );
        // CI asks for it itself, before it has ended.
        let deployment = self.deployment(ImageTag::of_commit(&commit(letter)).as_str(), "bot", true);
        self.staging
            .insert(0, DeploymentRun { created_at: committed_at + Duration::minutes(10), ..deployment });
    }

    fn deployment(&mut self, tag: &str, actor: &str, by_event: bool) -> DeploymentRun {
        self.runs += 1;
        DeploymentRun {
            id: GitHubRunId(self.runs),
            title: format!("deploy {tag}"),
            status: GitHubRunStatus::Succeeded,
            event: if by_event { "repository_dispatch" } else { "workflow_dispatch" }.to_owned(),
            actor: actor.to_owned(),
            created_at: start(),
            updated_at: start(),
            page: String::new(),
        }
    }

    fn publish(&mut self, day: i64, letter: char, hour: i64) {
        let tag = self.app.release_tag(date(day)).unwrap();
        self.git_tags.insert(0, (tag.git_tag().clone(), commit(letter)));
        self.releases.push(GitHubRelease {
            id: GitHubReleaseId(u64::try_from(day + 100).unwrap()),
            git_tag: tag.git_tag().clone(),
            name: tag.git_tag().to_string(),
            notes: String::new(),
            target: ReleaseTarget::Commit(commit(letter)),
            draft: false,
            published_at: Some(at(hour)),
            page: String::new(),
        });
        self.image_tags.push(tag.image_tag());
    }

    fn deploy(&mut self, tag: &str, actor: &str, by_event: bool, hour: i64) {
        let run = self.deployment(tag, actor, by_event);
        self.production.insert(0, DeploymentRun { created_at: at(hour), ..run });
    }

    fn audit(&self, complete_since: Option<DateTime<Utc>>) -> Audit {
        let released = self.git_tags.iter().map(|(tag, commit)| (tag.date(), commit.clone())).collect();
        let history = |runs| deployment_history(runs, &released);
        let deployments = [
            (EnvironmentName::STAGING, history(&self.staging)),
            (EnvironmentName::PRODUCTION, history(&self.production)),
        ];
        let log = log_of_history(&History {
            app: &self.app,
            releases: &self.releases,
            git_tags: &self.git_tags,
            merges: Some(&self.merges),
            builds: Some(&self.builds),
            deployments: &deployments,
            image_tags: Some(&self.image_tags),
            complete_since,
        });
        Question::new(&self.app.flow).ask(&log).unwrap()
    }
}

fn tag(day: i64) -> String {
    ImageTag::of_release(date(day)).to_string()
}

/// Two releases of three merges, the second of which is rolled back to the first and deployed again.
fn good() -> World {
    let mut world = World::new();
    world.merge('a', 0, "Add a");
    world.publish(0, 'a', 1);
    world.deploy(&tag(0), "bot", true, 2);
    world.merge('b', 3, "Add b");
    world.merge('c', 4, "Revert \"Add b\"");
    world.publish(1, 'c', 5);
    world.deploy(&tag(1), "bot", true, 6);
    world.deploy(&tag(0), "grace", false, 7);
    world.deploy(&tag(1), "grace", false, 8);
    world
}

#[test]
fn what_is_documented_fits() {
    let audit = good().audit(None);
    assert!(audit.is_clean(), "{audit:#?}");
    // Both releases, and the merge that was reverted before it was released.
    assert_eq!((audit.cases, audit.fitting, audit.under_way), (3, 2, 1));
}

#[test]
fn a_deployment_of_a_commit_that_was_never_released_is_found_with_its_author() {
    let mut world = good();
    world.deploy(commit('b').as_str(), "mallory", false, 9);
    let audit = world.audit(None);
    let [deviation] = &audit.deviations[..] else { panic!("{audit:#?}") };
    assert_eq!((&*deviation.case, deviation.who.as_deref()), (commit('b').as_str(), Some("mallory")));
    assert_eq!(deviation.expected, ["StagingDispatch", "RevertRollback", "Publish"]);
    assert_eq!(audit.broken[0].rule, "no production deployment of a version that was never released");
    assert_eq!(audit.broken[0].who.as_deref(), Some("mallory"));
}

#[test]
fn a_release_without_its_image_tag_and_one_of_no_merge_are_found() {
    let mut world = good();
    world.image_tags.retain(|found| found.as_str() != tag(1));
    assert_eq!(world.audit(None).deviations[0].expected, ["Tag"]);
    let mut world = good();
    world.merges.retain(|merge| merge.sha != commit('a'));
    world.builds.retain(|build| build.commit != commit('a'));
    assert_eq!(world.audit(None).deviations[0].expected, ["Merge", "RevertRollback"]);
}

#[test]
fn an_image_tag_of_no_release_is_found() {
    let mut world = good();
    world.deploy(&tag(40), "mallory", false, 9);
    let audit = world.audit(None);
    assert_eq!(audit.deviations[0].case, format!("version {}", tag(40)));
}

#[test]
fn what_failed_did_not_happen() {
    let mut world = good();
    world.production[0].status = GitHubRunStatus::Failed;
    let last = world.audit(None);
    assert_eq!((last.cases, last.deviating), (3, 0), "{last:#?}");
    let mut world = good();
    world.staging[1].status = GitHubRunStatus::Failed;
    world.deploy(commit('b').as_str(), "mallory", false, 9);
    let found = world.audit(None);
    assert_eq!(found.deviations[0].expected, ["StagingDispatch"]);
}

#[test]
fn what_is_older_than_the_record_may_have_gone_any_way() {
    let mut world = good();
    world.merges.pop();
    world.builds.pop();
    world.staging.pop();
    assert_eq!(world.audit(None).deviating, 1);
    // Of the first release's very moment on, the record is complete.
    assert_eq!(world.audit(Some(at(0))).deviating, 1);
    let audit = world.audit(Some(at(1)));
    assert!(audit.is_clean(), "{audit:#?}");
}

#[test]
fn what_was_read_stands_in_the_log_and_what_could_not_be_as_not_recorded() {
    let world = good();
    let everywhere = [(EnvironmentName::STAGING, Vec::new()), (EnvironmentName::PRODUCTION, Vec::new())];
    let whole = || History {
        app: &world.app,
        releases: &world.releases,
        git_tags: &world.git_tags,
        merges: Some(&world.merges),
        builds: Some(&world.builds),
        deployments: &everywhere,
        image_tags: Some(&world.image_tags),
        complete_since: None,
    };
    let not_recorded = |history: History<'_>| {
        let log = log_of_history(&history);
        let steps = log.find_object("app api").unwrap().attribute(NOT_RECORDED).cloned();
        steps.map_or_else(String::new, |steps| steps.to_string())
    };
    assert_eq!(not_recorded(whole()), "");
    // A revert is known by its subject.
    let log = log_of_history(&whole());
    let merges = log.events().filter(|event| event.id().starts_with("merge "));
    let merges: Vec<_> = merges.map(|event| event.activity()).collect();
    assert_eq!(merges, ["RevertRollback", "Merge", "Merge"]);
    assert_eq!(not_recorded(History { merges: None, ..whole() }), "Merge,RevertRollback");
    assert_eq!(not_recorded(History { builds: None, ..whole() }), "Build");
    assert_eq!(not_recorded(History { image_tags: None, ..whole() }), "Tag");
    assert_eq!(
        not_recorded(History { deployments: &everywhere[..1], ..whole() }),
        "ProductionDispatch,TriggerRollback"
    );
}

/// Returns the log of what a configuration said in production, oldest first: the kind of each deployment, its
/// commit, the hour it was asked for, and whether it succeeded.
fn configured(said: &[(DeploymentKind, char, i64, bool)], complete_since: Option<DateTime<Utc>>) -> Log {
    let record = |&(kind, letter, hour, succeeded): &(_, char, i64, bool)| DeploymentRecord {
        run: None,
        image_tag: Some(ImageTag::of_commit(&commit(letter))),
        commit: Some(commit(letter)),
        kind,
        actor: "grace".to_owned(),
        reason: String::new(),
        at: at(hour),
        outcome: if succeeded { GitHubRunStatus::Succeeded } else { GitHubRunStatus::Failed },
        page: String::new(),
    };
    log_of_history(&History {
        app: &World::new().app,
        releases: &[],
        git_tags: &[],
        merges: None,
        builds: None,
        deployments: &[(EnvironmentName::PRODUCTION, said.iter().rev().map(record).collect())],
        image_tags: None,
        complete_since,
    })
}

#[test]
fn a_rollback_takes_back_what_ran_and_the_first_configuration_is_no_deployment() {
    use DeploymentKind::{Forced, RollBack};
    let log = configured(
        &[
            (Forced, 'a', 1, true),
            (Forced, 'b', 2, true),
            (RollBack, 'a', 3, false),
            (RollBack, 'a', 4, true),
            (RollBack, 'a', 5, true),
            (Forced, 'b', 6, true),
        ],
        None,
    );
    let events = log.events().map(|event| {
        let versions = event.objects().filter(|(_, how)| *how != "is part of");
        let versions: Vec<_> = versions.map(|(object, how)| format!("{how} {}", &object[..1])).collect();
        format!("{}, {}: {}", event.id(), event.activity(), versions.join(", "))
    });
    insta::assert_snapshot!(events.collect::<Vec<_>>().join("\n"), @r"
    deployment production 2, ProductionDispatch: is of b
    deployment production 3, TriggerRollback: is of a, takes back b
    deployment production 4, TriggerRollback: is of a, takes back b
    deployment production 5, TriggerRollback: is of a
    deployment production 6, ProductionDispatch: is of b
    ");
}

#[test]
fn a_version_is_older_than_the_record_if_it_was_deployed_before_it_began() {
    let older = |complete_since| {
        let said = ['a', 'b', 'c'].into_iter().zip(1..);
        let said: Vec<_> = said.map(|(it, hour)| (DeploymentKind::Forced, it, hour, true)).collect();
        let log = configured(&said, complete_since);
        let versions = log.objects().filter(|object| object.kind() == "commit");
        let older = versions.filter(|commit| commit.attribute(NOT_RECORDED).is_some());
        older.map(|commit| commit.id()[..1].to_owned()).collect::<String>()
    };
    // What ran when the configuration began is older in any case.
    assert_eq!(older(None), "a");
    assert_eq!(older(Some(at(2))), "a");
    assert_eq!(older(Some(at(3))), "ab");
}
