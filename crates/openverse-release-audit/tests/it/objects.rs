//! Cases from objects.

use chrono::DateTime;
use openverse_release_audit::{Cases, Log, NoSuchType, Value, read_ocel_json, write_ocel_json};

use crate::formats::listed;

fn log(events: &[(&str, &[&str])], objects: &[(&str, &str, &[&str])]) -> Log {
    let mut log = Log::default();
    for ((name, to), minute) in events.iter().zip(0..) {
        log.add_event(&format!("e{minute}"), name, DateTime::from_timestamp(minute * 60, 0).unwrap());
        to.iter().for_each(|object| log.event_object(object, "of"));
    }
    for (id, kind, related) in objects {
        assert!(log.add_object(id, kind));
        related.iter().for_each(|other| log.object_relation(id, other, "with"));
    }
    log
}

fn cases(log: &Log, lead: &str) -> Vec<String> {
    let mut cases = Cases::default();
    log.flatten(lead, |_| true, false, &mut cases).unwrap();
    let mut listed: Vec<_> = listed(&cases).into_iter().map(|case| case.replace(" UTC ", "")).collect();
    listed.iter_mut().for_each(|case| *case = case.replace("1970-01-01 00:", ""));
    listed
}

#[test]
fn of_many_merges_a_release_has_the_one_it_was_made_at() {
    let log = log(
        &[
            ("Merge", &["c1"]),
            ("Merge", &["c2"]),
            ("Build", &["c2", "i2"]),
            ("Publish", &["r1"]),
            ("Merge", &["c3"]),
        ],
        &[
            ("r1", "release", &["c2"]),
            ("c1", "commit", &[]),
            ("c2", "commit", &[]),
            ("c3", "commit", &[]),
            ("i2", "image", &[]),
        ],
    );
    assert_eq!(
        cases(&log, "release"),
        ["c1: Merge 00:00", "r1: Merge 01:00, Build 02:00, Publish 03:00", "c3: Merge 04:00"]
    );
}

#[test]
fn an_event_of_two_releases_is_in_both_and_one_of_none_in_no_other() {
    let log = log(
        &[
            ("Publish", &["r1"]),
            ("Publish", &["r2"]),
            ("Back", &["r2", "r1", "r2"]),
            ("Tag", &["i1"]),
            ("Sing", &[]),
        ],
        &[("r1", "release", &["i1"]), ("r2", "release", &[]), ("i1", "image", &["r2"])],
    );
    assert_eq!(
        cases(&log, "release"),
        [
            "r1: Publish 00:00, Back 02:00, Tag 03:00",
            "r2: Publish 01:00, Back 02:00, Tag 03:00",
            "e4: Sing 04:00"
        ]
    );
}

#[test]
fn an_event_that_names_a_release_is_not_in_that_of_its_commit() {
    let log = log(
        &[("Publish", &["r1", "c1"]), ("Publish", &["r2", "c1"])],
        &[("r1", "release", &["c1"]), ("r2", "release", &["c1"]), ("c1", "commit", &[])],
    );
    assert_eq!(cases(&log, "release"), ["r1: Publish 00:00", "r2: Publish 01:00"]);
}

#[test]
fn events_are_taken_in_order_of_time_and_then_as_they_stand() {
    let mut log = Log::default();
    log.add_object("r", "release");
    for (name, second) in [("C", 2), ("A", 1), ("B", 1)] {
        log.add_event(name, name, DateTime::from_timestamp(second, 0).unwrap());
        log.event_object("r", "of");
    }
    let mut read = Cases::default();
    log.flatten("release", |_| true, false, &mut read).unwrap();
    let names: Vec<_> = (0..3).map(|place| read.case(0).event(place).activity).collect();
    assert_eq!(names, ["A", "B", "C"]);
}

#[test]
fn a_type_that_no_object_has_is_refused_with_those_that_there_are() {
    let log = log(&[("A", &["x"])], &[("x", "order", &[]), ("y", "item", &[])]);
    let error = log.flatten("release", |_| true, false, &mut Cases::default()).unwrap_err();
    assert_eq!(error, NoSuchType { wanted: "release".to_owned(), known: "item, order".to_owned() });
}

#[test]
fn an_activity_is_declared_once_whether_it_happened_or_not() {
    let mut log = log(&[("Merge", &["c1"])], &[("c1", "commit", &[])]);
    for activity in ["Publish", "Merge", "Publish"] {
        log.declare(activity);
    }
    assert_eq!(log.declared().collect::<Vec<_>>(), ["Publish", "Merge"]);
    let mut written = Vec::new();
    write_ocel_json(&log, &mut written).unwrap();
    let read = read_ocel_json(&*written).unwrap();
    assert_eq!(read.declared().collect::<std::collections::BTreeSet<_>>(), ["Merge", "Publish"].into());
}

#[test]
fn an_attribute_is_declared_with_its_type_and_as_a_text_where_it_has_several() {
    let mut log = log(&[("Merge", &["c1"]), ("Merge", &["c1"])], &[("c1", "commit", &[])]);
    log.event_attribute("lines", 3);
    log.event_attribute("again", true);
    log.add_event("e9", "Merge", DateTime::UNIX_EPOCH);
    log.event_attribute("lines", 4);
    log.event_attribute("again", "yes");
    let mut written = Vec::new();
    write_ocel_json(&log, &mut written).unwrap();
    let written = String::from_utf8(written).unwrap().split_whitespace().collect::<String>();
    assert!(written.contains(r#"{"name":"lines","type":"integer"}"#), "{written}");
    assert!(written.contains(r#"{"name":"again","type":"string"}"#), "{written}");
}

#[test]
fn a_text_is_a_value_of_its_type_if_it_can_be_and_a_text_if_not() {
    let read = |text, kind| Value::read(text, kind).type_name();
    let types = ["string", "integer", "float", "boolean", "time"];
    assert_eq!(types.map(|kind| read("7", kind)), ["string", "integer", "float", "string", "string"]);
    assert_eq!(types.map(|kind| read("True", kind)), ["string", "string", "string", "boolean", "string"]);
    let moment = "2024-01-02T03:04:05Z";
    assert_eq!(types.map(|kind| read(moment, kind)), ["string", "string", "string", "string", "time"]);
}

#[test]
fn a_value_is_shown_as_it_would_be_written() {
    let shown = [Value::from("as\"is"), Value::from(3), Value::from(true), Value::Float(1.5)]
        .map(|value| value.to_string());
    assert_eq!(shown, ["as\"is", "3", "true", "1.5"]);
    assert_eq!(Value::Time(DateTime::UNIX_EPOCH).to_string(), "1970-01-01T00:00:00Z");
}
