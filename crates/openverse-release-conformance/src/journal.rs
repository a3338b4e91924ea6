//! The contract of [`Journal`], rule by rule.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, Bundle, DeployableVersion, End, EnvironmentName, ImageTag, Order, OrderKind, Project, Run, RunEvent,
    plan,
};
use openverse_release_engine::{Journal, JournalError, StoredRun};

const STAGING: EnvironmentName = EnvironmentName::STAGING;
const PRODUCTION: EnvironmentName = EnvironmentName::PRODUCTION;

/// Checks every rule, each on a new journal. `fresh` gives it with what it is kept in.
pub fn check_journal<J: Journal, P>(mut fresh: impl FnMut() -> (J, P)) {
    type Rule = fn(&dyn Journal);
    let rules: [(&str, Rule); 11] = [
        ("a_run_that_began_is_given_back", a_run_that_began_is_given_back),
        (
            "what_is_appended_comes_back_as_it_was_and_in_order",
            what_is_appended_comes_back_as_it_was_and_in_order,
        ),
        ("a_moment_keeps_its_microseconds", a_moment_keeps_its_microseconds),
        ("who_has_not_seen_every_event_cannot_append", who_has_not_seen_every_event_cannot_append),
        ("an_app_and_environment_has_one_unfinished_run", an_app_and_environment_has_one_unfinished_run),
        ("a_name_names_one_run", a_name_names_one_run),
        (
            "runs_are_newest_first_and_no_more_than_asked_for",
            runs_are_newest_first_and_no_more_than_asked_for,
        ),
        ("an_unknown_run_is_none", an_unknown_run_is_none),
        (
            "a_hold_is_placed_with_its_event_and_stays_after_the_run",
            a_hold_is_placed_with_its_event_and_stays_after_the_run,
        ),
        ("a_rollback_that_was_refused_holds_nothing", a_rollback_that_was_refused_holds_nothing),
        (
            "lifting_is_for_one_app_and_environment_and_counts",
            lifting_is_for_one_app_and_environment_and_counts,
        ),
    ];
    for (name, rule) in rules {
        eprintln!("{name}");
        let (journal, _place) = fresh();
        rule(&journal);
    }
}

/// Returns an app of Openverse.
pub fn app(name: &str) -> App {
    Project::openverse().app(name).unwrap().clone()
}

/// Returns a moment, so many minutes after the epoch.
pub fn minute(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
}

/// Returns a rollback that starts, and the events that start it.
pub fn start(id: &str, app: &App, environment: EnvironmentName, at: i64) -> (Run, Vec<RunEvent>) {
    let commit: openverse_release_core::CommitSha = "ab".repeat(20).parse().unwrap();
    let order = Order {
        app: app.slug.clone(),
        environments: vec![environment],
        version: DeployableVersion {
            image_tag: ImageTag::of_commit(&commit),
            bundle: Bundle { commit, images: [].into() },
        },
        kind: OrderKind::RollBack,
        replaces: Some("cd".repeat(20).parse().unwrap()),
        last_working: BTreeMap::new(),
        reason: format!("the reason of {id}"),
        actor: "ada".to_owned(),
        despite_running: false,
    };
    let id = id.parse().unwrap();
    let plan = plan(&Project::openverse(), app, &order, &id).unwrap();
    Run::start(id, order, plan, minute(at)).unwrap()
}

/// Returns the event by which a rollback holds production.
pub fn hold_placed() -> RunEvent {
    RunEvent::HoldPlaced { environments: vec![PRODUCTION] }
}

/// Begins a rollback of the API.
pub fn begin(journal: &dyn Journal, id: &str, environment: EnvironmentName, at: i64) -> StoredRun {
    let (run, events) = start(id, &app("api"), environment, at);
    journal.begin(&run, &events).unwrap()
}

/// Appends events and makes them part of the run, as a runner does.
pub fn append(journal: &dyn Journal, stored: &mut StoredRun, at: i64, events: &[RunEvent]) {
    journal.append(stored, minute(at), events).unwrap();
    events.iter().for_each(|event| stored.run.apply(minute(at), event));
}

/// Returns the event that ends a run.
pub fn ended(end: End) -> RunEvent {
    RunEvent::Ended { end }
}

/// Returns an event whose text no database may take for anything but text.
pub fn resumed() -> RunEvent {
    RunEvent::Resumed { by: "grace \u{1b}[31m\"'; DROP TABLE runs; --".to_owned() }
}

/// By its name, by its app and environment, and event by event.
pub fn a_run_that_began_is_given_back(journal: &dyn Journal) {
    let (run, events) = start("run-a", &app("api"), PRODUCTION, 1);
    let stored = journal.begin(&run, &events).unwrap();
    assert_eq!((&stored.run, stored.recorded as usize), (&run, events.len()));

    let loaded = journal.load(run.id()).unwrap().unwrap();
    assert_eq!((&loaded.run, loaded.recorded), (&run, stored.recorded));
    let unfinished = journal.unfinished(&app("api").slug, PRODUCTION).unwrap().unwrap();
    assert_eq!(unfinished.run, run);
    let with_times: Vec<_> = events.into_iter().map(|event| (minute(1), event)).collect();
    assert_eq!(journal.events(run.id()).unwrap(), with_times);
}

/// However many events are appended at once.
pub fn what_is_appended_comes_back_as_it_was_and_in_order(journal: &dyn Journal) {
    let mut stored = begin(journal, "run-a", PRODUCTION, 1);
    append(journal, &mut stored, 2, &[hold_placed(), resumed()]);
    append(journal, &mut stored, 3, &[resumed()]);

    let events = journal.events(stored.run.id()).unwrap();
    let tail = [(minute(2), hold_placed()), (minute(2), resumed()), (minute(3), resumed())];
    assert_eq!(events[events.len() - 3..], tail);
    let loaded = journal.load(stored.run.id()).unwrap().unwrap();
    assert_eq!((loaded.run, loaded.recorded as usize), (stored.run, events.len()));
}

/// What a run waits for is reckoned from these moments.
pub fn a_moment_keeps_its_microseconds(journal: &dyn Journal) {
    let mut stored = begin(journal, "run-a", PRODUCTION, 1);
    let at = minute(2) + TimeDelta::microseconds(123_456);
    journal.append(&mut stored, at, &[resumed()]).unwrap();
    assert_eq!(journal.events(stored.run.id()).unwrap().last().unwrap().0, at);
}

/// Otherwise two processes would carry one run on.
pub fn who_has_not_seen_every_event_cannot_append(journal: &dyn Journal) {
    let mut first = begin(journal, "run-a", PRODUCTION, 1);
    let mut second = first.clone();
    append(journal, &mut first, 2, &[resumed()]);
    let recorded = second.recorded;
    let error = journal.append(&mut second, minute(3), &[ended(End::Done)]).unwrap_err();

    assert!(matches!(&error, JournalError::Stale { run } if run == first.run.id()), "{error:?}");
    assert_eq!(second.recorded, recorded, "a refused append is not counted");
    assert_eq!(journal.load(first.run.id()).unwrap().unwrap().run, first.run, "nor recorded");
    append(journal, &mut first, 4, &[resumed()]);
}

/// Other apps and environments are free meanwhile.
pub fn an_app_and_environment_has_one_unfinished_run(journal: &dyn Journal) {
    let mut first = begin(journal, "run-a", PRODUCTION, 1);
    let (run, events) = start("run-b", &app("api"), PRODUCTION, 2);
    let error = journal.begin(&run, &events).unwrap_err();
    let JournalError::RunGoingOn { app: of, environment, run: going_on } = &error else {
        panic!("{error:?}")
    };
    assert_eq!((of.as_str(), *environment, going_on), ("api", PRODUCTION, first.run.id()));
    assert_eq!(journal.load(run.id()).unwrap().map(|stored| stored.run), None);

    begin(journal, "run-c", STAGING, 3);
    let (of_frontend, its_events) = start("run-d", &app("frontend"), PRODUCTION, 4);
    journal.begin(&of_frontend, &its_events).unwrap();

    append(journal, &mut first, 5, &[ended(End::Done)]);
    assert!(journal.unfinished(&app("api").slug, PRODUCTION).unwrap().is_none());
    journal.begin(&run, &events).unwrap();
    assert_eq!(journal.unfinished(&app("api").slug, PRODUCTION).unwrap().unwrap().run, run);
}

/// Even once the run has ended.
pub fn a_name_names_one_run(journal: &dyn Journal) {
    let mut stored = begin(journal, "run-a", PRODUCTION, 1);
    append(journal, &mut stored, 2, &[ended(End::Done)]);
    let (again, events) = start("run-a", &app("api"), STAGING, 3);

    assert!(journal.begin(&again, &events).is_err());
    assert_eq!(journal.load(again.id()).unwrap().unwrap().run, stored.run, "the first is as it was");
    assert!(journal.unfinished(&app("api").slug, STAGING).unwrap().is_none());
}

/// By when they began.
pub fn runs_are_newest_first_and_no_more_than_asked_for(journal: &dyn Journal) {
    for (id, at) in [("run-a", 1), ("run-b", 3), ("run-c", 2)] {
        let mut stored = begin(journal, id, PRODUCTION, at);
        append(journal, &mut stored, at, &[ended(End::Done)]);
    }
    let newest = |limit| -> Vec<_> {
        journal.runs(limit).unwrap().iter().map(|stored| stored.run.id().to_string()).collect()
    };
    assert_eq!(newest(10), ["run-b", "run-c", "run-a"]);
    assert_eq!(newest(2), ["run-b", "run-c"]);
    assert_eq!(newest(0), [""; 0]);
}

/// It is no error.
pub fn an_unknown_run_is_none(journal: &dyn Journal) {
    let id = "run-nobody".parse().unwrap();
    assert!(journal.load(&id).unwrap().is_none());
    assert_eq!(journal.events(&id).unwrap(), []);
    assert!(journal.unfinished(&app("api").slug, PRODUCTION).unwrap().is_none());
    assert_eq!(journal.holds().unwrap(), []);
}

/// However the run ends that placed it.
pub fn a_hold_is_placed_with_its_event_and_stays_after_the_run(journal: &dyn Journal) {
    for (id, end) in [
        ("run-a", End::Done),
        ("run-b", End::Failed { step: "TriggerRollback".parse().unwrap(), evidence: "red".to_owned() }),
        ("run-c", End::Abandoned { by: "ada".to_owned(), reason: "by hand".to_owned() }),
    ] {
        let mut stored = begin(journal, id, PRODUCTION, 1);
        assert!(!journal.holds().unwrap().iter().any(|hold| hold.run == *stored.run.id()));
        append(journal, &mut stored, 2, &[hold_placed()]);
        append(journal, &mut stored, 3, &[ended(end)]);

        let hold = journal.holds().unwrap().into_iter().find(|hold| hold.run == *stored.run.id()).unwrap();
        let order = stored.run.order();
        assert_eq!((hold.app, hold.environment), (order.app.clone(), PRODUCTION));
        assert_eq!(
            (hold.rolled_back, hold.reason, hold.by),
            (order.replaces.clone(), format!("the reason of {id}"), "ada".to_owned())
        );
        assert_eq!(hold.since, minute(2));
    }
    assert_eq!(journal.holds().unwrap().len(), 3);
}

/// It took nothing back.
pub fn a_rollback_that_was_refused_holds_nothing(journal: &dyn Journal) {
    let mut stored = begin(journal, "run-a", PRODUCTION, 1);
    append(journal, &mut stored, 2, &[hold_placed()]);
    assert_eq!(journal.holds().unwrap().len(), 1);
    let refused = End::Refused { found: "nothing".to_owned(), expected: "something".to_owned() };
    append(journal, &mut stored, 3, &[ended(refused)]);
    assert_eq!(journal.holds().unwrap(), []);
}

/// Other holds stay.
pub fn lifting_is_for_one_app_and_environment_and_counts(journal: &dyn Journal) {
    for (id, environment) in [("run-a", PRODUCTION), ("run-b", PRODUCTION), ("run-c", STAGING)] {
        let mut stored = begin(journal, id, environment, 1);
        let hold = RunEvent::HoldPlaced { environments: vec![environment] };
        append(journal, &mut stored, 2, &[hold, ended(End::Done)]);
    }
    let lift = |app: &App| {
        journal.lift_holds(&app.slug, PRODUCTION, "grace", "mended; it's \"fine\"", minute(9)).unwrap()
    };
    assert_eq!(lift(&app("frontend")), 0);
    assert_eq!(lift(&app("api")), 2);
    assert_eq!(lift(&app("api")), 0);
    let left: Vec<_> = journal.holds().unwrap().into_iter().map(|hold| hold.run.to_string()).collect();
    assert_eq!(left, ["run-c"]);
}
