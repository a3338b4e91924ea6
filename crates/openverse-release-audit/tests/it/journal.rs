//! The journal as a log.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use openverse_release_audit::{
    Audit, Log, Question, RecordedRun, log_of_journal, read_ocel_json, write_ocel_json,
};
use openverse_release_core::{
    AppSlug, Bundle, CommitSha, DeployableVersion, End, EnvironmentName, GitHubRelease, GitHubReleaseId,
    ImageTag, Order, OrderKind, Outcome, Plan, Project, ReleaseDate, ReleaseTarget, RunEvent, RunId, StepId,
    plan,
};

use crate::formats::told;

pub(crate) fn start() -> DateTime<Utc> {
    "2024-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn commit(letter: char) -> CommitSha {
    letter.to_string().repeat(40).parse().unwrap()
}

pub(crate) fn date(day: i64) -> ReleaseDate {
    ReleaseDate::from_moment(start() + Duration::days(day)).unwrap()
}

pub(crate) fn version(tag: ImageTag, letter: char) -> DeployableVersion {
    let project = Project::openverse();
    let image = project.app("api").unwrap().images[0].clone();
    let digest = format!("sha256:{}", letter.to_string().repeat(64)).parse().unwrap();
    let bundle = Bundle { commit: commit(letter), images: BTreeMap::from([(image, digest)]) };
    DeployableVersion { image_tag: tag, bundle }
}

fn order(app: &str, kind: OrderKind, version: DeployableVersion, replaces: Option<CommitSha>) -> Order {
    Order {
        app: app.parse::<AppSlug>().unwrap(),
        environments: vec![EnvironmentName::PRODUCTION],
        version,
        kind,
        replaces,
        last_working: BTreeMap::new(),
        reason: "because".to_owned(),
        actor: "ada".to_owned(),
        despite_running: false,
    }
}

pub(crate) fn released(app: &str, day: i64, letter: char) -> Order {
    let project = Project::openverse();
    let tag = project.app(app).unwrap().release_tag(date(day)).unwrap();
    let draft = GitHubRelease {
        id: GitHubReleaseId(7),
        git_tag: tag.git_tag().clone(),
        name: tag.git_tag().to_string(),
        notes: String::new(),
        target: ReleaseTarget::Branch("main".to_owned()),
        draft: true,
        published_at: None,
        page: String::new(),
    };
    order(app, OrderKind::Release { draft: Box::new(draft) }, version(tag.image_tag(), letter), None)
}

/// A run in which every step is done, but for the last `left`.
fn run(day: i64, order: Order, left: usize) -> RecordedRun {
    let project = Project::openverse();
    let app = project.app(order.app.as_str()).unwrap();
    let id: RunId = format!("run-{day}").parse().unwrap();
    let Plan { flow, first, steps } = plan(&project, app, &order, &id).unwrap();
    let mut at = start() + Duration::days(day);
    let mut tick = || {
        at += Duration::minutes(1);
        at
    };
    let parts = steps.iter().flat_map(|planned| planned.parts.iter().map(|_| planned.step.clone()));
    let parts: Vec<StepId> = parts.collect();
    let by = "grace".to_owned();
    let approved = RunEvent::Approved { step: first.clone(), by };
    let (order, flow) = (Box::new(order), Box::new(flow));
    let mut events = vec![(tick(), RunEvent::Started { order, flow, first, steps }), (tick(), approved)];
    for step in parts.iter().take(parts.len() - left) {
        events.push((tick(), RunEvent::Performed { step: step.clone(), run: None }));
        let (step, evidence) = (step.clone(), "seen".to_owned());
        let outcome = Outcome::done();
        events.push((tick(), RunEvent::StepDone { step, outcome, evidence, warning: None }));
    }
    if left == 0 {
        events.push((tick(), RunEvent::Ended { end: End::Done }));
    }
    RecordedRun { id, events }
}

fn ask(log: &Log, app: &str) -> Audit {
    let project = Project::openverse();
    let app = project.app(app).unwrap();
    Question { app: Some(app.slug.as_str()), ..Question::new(&app.flow) }.ask(log).unwrap()
}

pub(crate) fn example() -> Log {
    let rollback =
        |to: ImageTag, letter, bad| order("api", OrderKind::RollBack, version(to, letter), Some(commit(bad)));
    log_of_journal(
        &Project::openverse(),
        &[
            run(1, released("api", 1, 'a'), 0),
            run(2, released("api", 2, 'b'), 0),
            // Back to the one before, then further back than the journal goes.
            run(3, rollback(ImageTag::of_release(date(1)), 'a', 'b'), 0),
            run(4, rollback(ImageTag::of_release(date(-9)), '9', 'a'), 0),
            // Its commit SHA is another name of the release.
            run(5, order("api", OrderKind::Deploy, version(ImageTag::of_commit(&commit('b')), 'b'), None), 0),
            run(6, released("ingestion-server", 6, 'a'), 1),
        ],
    )
}

#[test]
fn releases_rollbacks_and_forced_deployments_fit() {
    let audit = ask(&example(), "api");
    assert_eq!((audit.cases, audit.fitting), (3, 3), "{audit:#?}");
    assert!(audit.is_clean(), "{audit:#?}");
}

#[test]
fn a_rollback_belongs_to_both_releases() {
    let log = example();
    let rollback =
        log.events().find(|event| event.activity() == "TriggerRollback" && event.completes()).unwrap();
    let objects: Vec<_> = rollback.objects().take(2).collect();
    assert_eq!(
        objects,
        [("api-2024.03.02.12.00.00", "brings about"), ("api-2024.03.03.12.00.00", "takes back")]
    );
    // Who approved a step did it.
    assert_eq!(rollback.who(), Some("grace"));
}

#[test]
fn a_step_is_done_with_its_last_part() {
    let log = example();
    let audit = ask(&log, "ingestion-server");
    // Its pull request, the last part of the deployment, is not there yet.
    assert_eq!((audit.cases, audit.under_way, audit.deviating), (1, 1, 0), "{audit:#?}");
    let deployed =
        |event: &openverse_release_audit::LogEvent<'_>| event.activity() == "Deploy" && event.completes();
    assert!(!log.events().any(|event| deployed(&event)));
    let parts =
        log.events().filter_map(|event| Some((event.id().to_owned(), event.attribute("part")?.to_string())));
    let of = |number: u8, part: &str| (format!("run-6 {number}"), part.to_owned());
    assert_eq!(
        parts.collect::<Vec<_>>(),
        [of(29, "dev"), of(30, "dev"), of(31, "production"), of(32, "production")]
    );
}

#[test]
fn a_deployment_of_what_was_never_released_deviates() {
    let order = order("api", OrderKind::Deploy, version(ImageTag::of_commit(&commit('e')), 'e'), None);
    let log = log_of_journal(&Project::openverse(), &[run(1, order, 0)]);
    let audit = ask(&log, "api");
    let [deviation] = &audit.deviations[..] else { panic!("{audit:#?}") };
    assert_eq!(deviation.case, commit('e').as_str());
    assert!(deviation.expected.contains(&"Publish".to_owned()), "{deviation:?}");
    let rules: Vec<_> = audit.broken.iter().map(|broken| &*broken.rule).collect();
    assert!(rules.contains(&"no production deployment of a version that was never released"), "{rules:?}");
}

#[test]
fn the_events_of_other_apps_are_left_out() {
    let audit = ask(&example(), "frontend");
    assert_eq!((audit.cases, audit.events), (0, 0));
}

#[test]
fn what_is_exported_is_found_again_with_the_same_verdict() {
    let log = example();
    let mut written = Vec::new();
    write_ocel_json(&log, &mut written).unwrap();
    let read = read_ocel_json(&*written).unwrap();
    assert_eq!(told(&read), told(&log));
    for app in ["api", "ingestion-server"] {
        assert_eq!(ask(&read, app), ask(&log, app));
    }
}

#[test]
fn a_run_says_how_it_ended() {
    let (step, evidence) = ("Tag".parse::<StepId>().unwrap(), "no such image".to_owned());
    let (found, expected) = ("no draft".to_owned(), "one".to_owned());
    let (by, reason) = ("ada".to_owned(), "too late".to_owned());
    let (back, environments) = ("Back".parse().unwrap(), vec![EnvironmentName::PRODUCTION]);
    let because = "Deploy ended as failed: red".to_owned();
    let ends = [
        End::Done,
        End::RolledBack { step: back, environments, because },
        End::Failed { step, evidence },
        End::Refused { found, expected },
        End::Abandoned { by, reason },
    ];
    let runs = ends.into_iter().zip(1..).map(|(end, day)| {
        let mut run = run(day, released("api", day, 'a'), 0);
        run.events.last_mut().unwrap().1 = RunEvent::Ended { end };
        run
    });
    let log = log_of_journal(&Project::openverse(), &runs.collect::<Vec<_>>());
    let outcomes = log.objects().filter_map(|object| Some(object.attribute("outcome")?.to_string()));
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [
            "done",
            "production rolled back by Back: Deploy ended as failed: red",
            "failed at Tag",
            "refused: found no draft",
            "given up by ada: too late"
        ]
    );
}

#[test]
fn an_event_says_what_the_journal_says() {
    let log = log_of_journal(&Project::openverse(), &[run(1, released("api", 1, 'a'), 2)]);
    insta::assert_snapshot!(told(&log).join("\n"), @r#"
    event run-1 1 Publish 2024-03-02 12:02:00 UTC [("api-2024.03.02.12.00.00", "brings about"), ("run run-1", "is part of"), ("app api", "is of"), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is at"), ("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is about")] [("app", Text("api")), ("who", Text("grace")), ("lifecycle", Text("assign"))]
    event run-1 2 Publish 2024-03-02 12:03:00 UTC [("api-2024.03.02.12.00.00", "brings about"), ("run run-1", "is part of"), ("app api", "is of"), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is at"), ("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is about")] [("app", Text("api")), ("who", Text("grace")), ("lifecycle", Text("progress")), ("said", Text("accepted"))]
    event run-1 3 Publish 2024-03-02 12:04:00 UTC [("api-2024.03.02.12.00.00", "brings about"), ("run run-1", "is part of"), ("app api", "is of"), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is at"), ("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is about")] [("app", Text("api")), ("who", Text("grace")), ("lifecycle", Text("complete")), ("evidence", Text("seen"))]
    object aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa commit [] []
    object api-2024.03.02.12.00.00 release [("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is of"), ("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "consists of")] []
    object app api app [] [("not_recorded", Text("Merge,Build,StagingDispatch,RevertRollback"), None)]
    object run run-1 run [("api-2024.03.02.12.00.00", "brings about")] [("environment", Text("production"), Some(2024-03-02T12:01:00Z)), ("kind", Text("release"), Some(2024-03-02T12:01:00Z)), ("process", Text("API 1.0.0"), Some(2024-03-02T12:01:00Z)), ("reason", Text("because"), Some(2024-03-02T12:01:00Z)), ("who", Text("ada"), Some(2024-03-02T12:01:00Z))]
    object sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa image [] [("name", Text("ghcr.io/wordpress/openverse-api"), None)]
    "#);
}
