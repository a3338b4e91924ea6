//! Logs in which not every case is recorded alike.

use chrono::DateTime;
use openverse_release_audit::{
    Audit, Ending, Log, NOT_RECORDED, Question, QuestionError, open_log, write_ocel_json,
};
use openverse_release_core::flows;

/// Releases, what happened to each, and what of it may be missing in the record.
fn log(releases: &[(&str, &[&str], &str)]) -> Log {
    let mut log = Log::default();
    let mut number = 0;
    for (release, events, not_recorded) in releases {
        log.add_object(release, "release");
        if !not_recorded.is_empty() {
            log.object_attribute(release, NOT_RECORDED, *not_recorded, None);
        }
        for event in *events {
            number += 1;
            log.add_event(&format!("e{number}"), event, DateTime::from_timestamp(number * 60, 0).unwrap());
            log.event_object(release, "is of");
        }
    }
    log
}

fn named(audit: &Audit) -> Vec<String> {
    let told = audit.deviations.iter().map(|deviation| {
        let variant = &audit.variants[deviation.variant];
        format!("{} {} {:?} of {}", deviation.case, deviation.place, variant.cost.unwrap(), variant.cases)
    });
    told.collect()
}

#[test]
fn cases_that_are_recorded_differently_are_one_audit() {
    let log = log(&[
        ("r1", &["Publish", "Tag", "Sing", "ProductionDispatch"], "Merge,Build,StagingDispatch"),
        ("r2", &["Publish", "Sing", "Dance"], ""),
        ("r3", &["Merge", "Build", "StagingDispatch", "Publish", "Tag", "ProductionDispatch"], ""),
        ("r4", &["Tag", "Sing"], "Merge,Build,StagingDispatch"),
        ("r5", &["Publish", "Tag"], "Merge,Build,StagingDispatch"),
        ("r6", &["Publish", "Sing", "Dance"], ""),
        ("r7", &["Merge", "Tag", "ProductionDispatch"], ""),
    ]);
    let flow = flows::api();
    let audit = Question { ending: Ending::Required, ..Question::new(&flow) }.ask(&log).unwrap();
    assert_eq!(
        (audit.cases, audit.events, audit.fitting, audit.under_way, audit.deviating),
        (7, 23, 1, 0, 6)
    );
    // In the order in which the cases stand there, whatever is known of each.
    assert_eq!(
        named(&audit),
        ["r1 2 1 of 1", "r2 0 7 of 2", "r4 0 3 of 1", "r5 2 1 of 1", "r6 0 7 of 2", "r7 1 3 of 1"]
    );
    let broken: Vec<_> = audit.broken.iter().map(|broken| (&*broken.case, &*broken.activity)).collect();
    assert_eq!(broken, [("r2", "Publish"), ("r6", "Publish"), ("r7", "ProductionDispatch")]);
    let unknown: Vec<_> = audit.unknown.iter().map(|one| (&*one.activity, one.events)).collect();
    assert_eq!(unknown, [("Sing", 4), ("Dance", 2)]);
    // The shortest way to an end has three steps that can be seen where the others are not recorded, and six
    // else.
    let worst = (4 + 2 + 2) + 3 * 3 + (3 + 6 + 3 + 3) + 4 * 6;
    assert!((audit.fitness - (1.0 - 22.0 / f64::from(worst))).abs() < 1e-9, "{}", audit.fitness);
}

#[test]
fn a_log_is_clean_unless_something_deviates_breaks_a_rule_or_is_unknown() {
    let (flow, released) =
        (flows::api(), &["Merge", "Build", "StagingDispatch", "Publish", "Tag", "ProductionDispatch"][..]);
    let clean = |log: &Log, rules: &[&str]| {
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let audit = Question { rules, ..Question::new(&flow) }.ask(log).unwrap();
        (audit.is_clean(), audit.deviating, audit.broken.len(), audit.unknown.len())
    };
    assert_eq!(clean(&log(&[("r1", released, "")]), &[]), (true, 0, 0, 0));
    assert_eq!(clean(&log(&[("r1", &["Merge", "Merge"], "")]), &[]), (false, 1, 0, 0));
    assert_eq!(clean(&log(&[("r1", released, "")]), &["Build excludes Tag"]), (false, 0, 1, 0));
    // Something that only began takes no step, and is known to nobody.
    let mut log = log(&[("r1", &["Merge", "Dither"], "")]);
    log.event_attribute("lifecycle:transition", "start");
    assert_eq!(clean(&log, &[]), (false, 0, 0, 1));
}

#[test]
fn a_log_without_the_objects_that_cases_are_made_of_is_refused_unless_it_is_one_of_an_app() {
    let flow = flows::api();
    let mut log = Log::default();
    log.add_event("e1", "Merge", DateTime::UNIX_EPOCH);
    log.event_object("c1", "is of");
    log.add_object("c1", "commit");
    // Where nothing happened, nothing went wrong.
    let nothing = Question::new(&flow).ask(&Log::default()).unwrap();
    assert!(nothing.is_clean() && (nothing.fitness - 1.0).abs() < f64::EPSILON, "{nothing:?}");
    let ask = |log: &Log, lead| Question { lead, ..Question::new(&flow) }.ask(log);
    assert!(matches!(ask(&log, None), Err(QuestionError::NoSuchType(_))));
    assert_eq!(ask(&log, Some("commit")).unwrap().under_way, 1);
    // That an app was never released is no mistake in what is known of it.
    log.add_object("app api", "app");
    assert_eq!(ask(&log, None).unwrap().under_way, 1);
    assert!(matches!(ask(&log, Some("release")), Err(QuestionError::NoSuchType(_))));
}

#[test]
fn a_file_is_asked_what_its_log_is_asked() {
    let (flow, folder) = (flows::api(), tempfile::tempdir().unwrap());
    let question = Question { not_recorded: ["Merge".to_owned()].into(), ..Question::new(&flow) };
    let ask = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        question.ask_file(open_log(&path).unwrap())
    };
    let counted = |audit: Audit| (audit.cases, audit.under_way, audit.deviating);
    let table = "case,activity\nr1,Build\nr1,StagingDispatch\nr2,Tag\nr3,Merge\n";
    assert_eq!(counted(ask("log.csv", table.as_bytes()).unwrap()), (3, 2, 1));
    let mut json = Vec::new();
    write_ocel_json(&log(&[("r1", &["Build"], ""), ("r2", &["Tag"], "")]), &mut json).unwrap();
    assert_eq!(counted(ask("log.json", &json).unwrap()), (2, 1, 1));
    assert!(matches!(ask("log.csv", b"case,activity\nr1,\n"), Err(QuestionError::File(_))));
    assert!(matches!(ask("log.json", b"{}"), Err(QuestionError::File(_))));
}
