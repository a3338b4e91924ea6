//! The same log in every format, and back.

use std::path::Path;

use openverse_release_audit::{
    CaseSink, Cases, Format, Happened, Log, open_log, read_csv, read_ocel_json, read_ocel_sqlite,
    read_ocel_xml, read_xes, write_ocel_json,
};
use proptest::prelude::*;

pub(crate) const JSON: &str = r#"{
  "objectTypes": [{"name": "release", "attributes": []}, {"name": "commit", "attributes": [{"name": "size", "type": "integer"}]}],
  "eventTypes": [{"name": "Merge", "attributes": []}, {"name": "Publish", "attributes": [{"name": "who", "type": "string"}]}],
  "events": [
    {"id": "e1", "type": "Merge", "time": "2024-01-02T03:04:05Z", "attributes": [], "relationships": [{"objectId": "c1", "qualifier": "merged"}]},
    {"id": "e2", "type": "Publish", "time": "2024-01-02T03:05:00.250Z", "attributes": [{"name": "who", "value": "ada & \"co\""}],
     "relationships": [{"objectId": "r1", "qualifier": "is of"}, {"objectId": "c1", "qualifier": "on"}]}
  ],
  "objects": [
    {"id": "r1", "type": "release", "attributes": [], "relationships": [{"objectId": "c1", "qualifier": "is of"}]},
    {"id": "c1", "type": "commit", "attributes": [
      {"name": "size", "time": "1970-01-01T00:00:00Z", "value": 3},
      {"name": "size", "time": "2024-01-02T03:04:06Z", "value": 4}]}
  ]
}"#;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log>
  <object-types>
    <object-type name="release"><attributes/></object-type>
    <object-type name="commit"><attributes><attribute name="size" type="integer"/></attributes></object-type>
  </object-types>
  <event-types>
    <event-type name="Merge"><attributes/></event-type>
    <event-type name="Publish"><attributes><attribute name="who" type="string"/></attributes></event-type>
  </event-types>
  <objects>
    <object id="r1" type="release"><attributes/><objects><relationship object-id="c1" qualifier="is of"/></objects></object>
    <object id="c1" type="commit">
      <attributes>
        <attribute name="size" time="1970-01-01T00:00:00Z">3</attribute>
        <attribute name="size" time="2024-01-02T03:04:06Z">4</attribute>
      </attributes>
    </object>
  </objects>
  <events>
    <event id="e1" type="Merge" time="2024-01-02T03:04:05Z"><attributes/><objects><relationship object-id="c1" qualifier="merged"/></objects></event>
    <event id="e2" type="Publish" time="2024-01-02T03:05:00.250Z">
      <attributes><attribute name="who">ada &amp; "co"</attribute></attributes>
      <objects><object object-id="r1" qualifier="is of"/><relationship object-id="c1" qualifier="on"></relationship></objects>
    </event>
  </events>
</log>"#;

const SQL: &str = r#"
CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
CREATE TABLE "event_it's""merge" (ocel_id TEXT, ocel_time TIMESTAMP);
CREATE TABLE event_Publish (ocel_id TEXT, ocel_time TIMESTAMP, who TEXT);
CREATE TABLE object_release (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT);
CREATE TABLE object_commit (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, size INTEGER);
INSERT INTO event VALUES ('e1', 'Merge'), ('e2', 'Publish');
INSERT INTO event_map_type VALUES ('Merge', 'it''s"merge'), ('Publish', 'Publish');
INSERT INTO "event_it's""merge" VALUES ('e1', '2024-01-02 03:04:05');
INSERT INTO event_Publish VALUES ('e2', '2024-01-02 03:05:00.250', 'ada & "co"');
INSERT INTO event_object VALUES ('e1', 'c1', 'merged'), ('e2', 'r1', 'is of'), ('e2', 'c1', 'on');
INSERT INTO object VALUES ('r1', 'release'), ('c1', 'commit');
INSERT INTO object_map_type VALUES ('release', 'release'), ('commit', 'commit');
INSERT INTO object_object VALUES ('r1', 'c1', 'is of');
INSERT INTO object_release VALUES ('r1', '1970-01-01 00:00:00', NULL);
INSERT INTO object_commit VALUES ('c1', '1970-01-01 00:00:00', NULL, 3), ('c1', '2024-01-02 03:04:06', 'size', 4);
"#;

/// Everything a log says, in an order that no format changes.
pub(crate) fn told(log: &Log) -> Vec<String> {
    let mut told = Vec::new();
    for event in log.events() {
        let objects: Vec<_> = event.objects().collect();
        let attributes: Vec<_> = event.attributes().collect();
        told.push(format!(
            "event {} {} {} {objects:?} {attributes:?}",
            event.id(),
            event.activity(),
            event.at()
        ));
    }
    for object in log.objects() {
        let (related, mut attributes): (Vec<_>, Vec<_>) =
            (object.related().collect(), object.attributes().collect());
        attributes.sort_by_key(|(name, _, since)| (*name, *since));
        told.push(format!("object {} {} {related:?} {attributes:?}", object.id(), object.kind()));
    }
    told.sort();
    told
}

fn database(path: &Path) {
    rusqlite::Connection::open(path).unwrap().execute_batch(SQL).unwrap();
}

#[test]
fn the_three_forms_of_ocel_are_one_log() {
    let json = read_ocel_json(JSON.as_bytes()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    database(&path);
    assert_eq!(told(&read_ocel_xml(XML.as_bytes()).unwrap()), told(&json));
    assert_eq!(told(&read_ocel_sqlite(&path).unwrap()), told(&json));
    insta::assert_snapshot!(told(&json).join("\n"), @r#"
    event e1 Merge 2024-01-02 03:04:05 UTC [("c1", "merged")] []
    event e2 Publish 2024-01-02 03:05:00.250 UTC [("r1", "is of"), ("c1", "on")] [("who", Text("ada & \"co\""))]
    object c1 commit [] [("size", Integer(3), None), ("size", Integer(4), Some(2024-01-02T03:04:06Z))]
    object r1 release [("c1", "is of")] []
    "#);
}

#[test]
fn the_first_bytes_tell_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("a.txt"), JSON).unwrap();
    std::fs::write(at("b.xml"), XML).unwrap();
    std::fs::write(at("c"), XES).unwrap();
    std::fs::write(at("d.csv"), CSV).unwrap();
    database(&at("e.json"));
    let formats =
        ["a.txt", "b.xml", "c", "d.csv", "e.json"].map(|name| open_log(&at(name)).unwrap().format());
    assert_eq!(formats, [Format::OcelJson, Format::OcelXml, Format::Xes, Format::Csv, Format::OcelSqlite]);
    for name in ["a.txt", "b.xml", "e.json"] {
        assert_eq!(open_log(&at(name)).unwrap().read_objects().unwrap().events().len(), 2, "{name}");
    }
    std::fs::write(at("f.txt"), "hello").unwrap();
    let error = open_log(&at("f.txt")).unwrap_err().to_string();
    assert!(error.contains("f.txt is a log of no known format; expected OCEL 2.0 JSON, "), "{error}");
}

const XES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="concept:name" value="the log"/>
  <trace>
    <string key="concept:name" value="r&lt;1&gt;"/>
    <event>
      <string key="concept:name" value="Merge"><string key="concept:name" value="nested"/></string>
      <date key="time:timestamp" value="2024-01-02T04:04:05.000+01:00"/>
      <string key="org:resource" value="ada"/>
    </event>
    <event>
      <string key="concept:name" value="Publish"/>
      <string key="lifecycle:transition" value="start"/>
    </event>
    <event>
      <string key="concept:name" value="Publish"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
  </trace>
  <trace/>
  <trace><event><string key="concept:name" value="Tag"/></event></trace>
</log>"#;

const CSV: &str = "activity;who;case;timestamp;other\n\
    Publish;;r<1>;;\n\
    Tag;;trace 3;;\"a \"\"b\"\"\"\n\
    Merge;ada;r<1>;2024-01-02 03:04:05;\"x;y\"\n";

pub(crate) fn listed(cases: &Cases) -> Vec<String> {
    let event = |happened: Happened<'_>| {
        let at = happened.at.map(|at| at.to_string()).unwrap_or_default();
        format!("{} {at} {}", happened.activity, happened.who.unwrap_or_default())
    };
    let case = |case: openverse_release_audit::Case<'_>| {
        let events: Vec<_> = (0..case.len()).map(|place| event(case.event(place))).collect();
        format!("{}: {}", case.name(), events.join(", "))
    };
    cases.iter().map(case).collect()
}

#[test]
fn traces_are_read_one_after_the_other() {
    let mut cases = Cases::default();
    read_xes(XES.as_bytes(), &mut cases).unwrap();
    assert_eq!(
        listed(&cases),
        ["r<1>: Merge 2024-01-02 03:04:05 UTC ada, Publish  ", "trace 2: ", "trace 3: Tag  "]
    );
}

#[test]
fn the_lines_of_a_case_may_stand_anywhere_in_a_table() {
    let mut cases = Cases::default();
    read_csv(CSV.as_bytes(), &mut cases).unwrap();
    // One line of the case has no time, so they stay in their order.
    assert_eq!(listed(&cases), ["r<1>: Publish  , Merge 2024-01-02 03:04:05 UTC ada", "trace 3: Tag  "]);

    let mut cases = Cases::default();
    let table = "case_id,activity,time\na,Second,2024-01-02\n";
    let error = read_csv(table.as_bytes(), &mut cases).unwrap_err().to_string();
    assert_eq!(error, "line 2: found \"2024-01-02\", expected a time such as 2023-07-03T17:52:00Z");
    let table =
        "\u{feff}Case ID,Activity,Time\na,Second,2024-01-02T00:00:01Z\na,First,2024-01-02T00:00:00Z\n";
    read_csv(table.as_bytes(), &mut cases).unwrap();
    assert_eq!(listed(&cases), ["a: First 2024-01-02 00:00:00 UTC , Second 2024-01-02 00:00:01 UTC "]);
}

#[test]
fn what_stands_beside_the_events_of_a_trace_is_passed_over() {
    let text = r#"<log>
        <global scope="event"><event/><event><string key="concept:name" value="no"/></event></global>
        <trace><string key="concept:name" value="one"></string>
            <event><string key="concept:name" value="A"/><string key="org:resource" value="ada"/>
                <string key="lifecycle:transition" value="start"/></event>
            <event><string key="concept:name" value="A"/><string key="org:resource" value="bob"/>
                <string key="lifecycle:transition" value="complete"/></event>
        </trace>
        <trace><string key="concept:name" value="two"/></trace>
    </log>"#;
    let mut cases = Cases::default();
    read_xes(text.as_bytes(), &mut cases).unwrap();
    assert_eq!(listed(&cases), ["one: A  bob", "two: "]);
}

#[test]
fn a_field_of_a_table_may_be_empty_and_hold_another_separator() {
    let table = "case,activity,time,who,lifecycle,no;te\n\
        a,First,2024-01-02T00:00:00Z,,,\n\
        a,Second,,,start,;\n\
        a,Second,,ada,complete,\n";
    let mut cases = Cases::default();
    read_csv(table.as_bytes(), &mut cases).unwrap();
    // Not each has a time, so they stay in their order.
    assert_eq!(listed(&cases), ["a: First 2024-01-02 00:00:00 UTC , Second  ada"]);
}

#[test]
fn a_text_in_xml_is_kept_with_its_space_and_the_space_around_it_is_not() {
    let text = r#"<log> x <objects>
        <object id="r" type="release"><objects>
            <object object-id="r" qualifier="is"/> <object object-id="r" qualifier="was"/>
        </objects></object></objects>
        <events><event id="e" type="A" time="2024-01-02T03:04:05Z"><attributes> x
            <attribute name="n">  a&amp;<![CDATA[ <b> ]]> c </attribute> <![CDATA[x]]>
            <attribute name="m"> d</attribute>
        </attributes></event></events></log>"#;
    insta::assert_snapshot!(told(&read_ocel_xml(text.as_bytes()).unwrap()).join("\n"), @r#"
    event e A 2024-01-02 03:04:05 UTC [] [("n", Text("  a& <b>  c ")), ("m", Text(" d"))]
    object r release [("r", "is"), ("r", "was")] []
    "#);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let json = |text: &str| read_ocel_json(text.as_bytes()).unwrap_err().to_string();
    insta::assert_snapshot!(json(&JSON.replace("2024-01-02T03:04:05Z", "tomorrow")), @r#"line 5, column 52: found "tomorrow", expected a time such as 2023-07-03T17:52:00Z"#);
    insta::assert_snapshot!(json(&JSON.replace(r#""id": "r1""#, r#""id": "r2""#)), @r#"the log: found the object "r1", which is only named, expected every object defined"#);
    insta::assert_snapshot!(json(&JSON.replace(r#""id": "r1""#, r#""id": "c1""#)), @r#"line 13, column 68: found the object "c1" once more, expected each once"#);
    insta::assert_snapshot!(json(r#"{"events": []}"#), @"line 1, column 14: missing field `objects`");
    insta::assert_snapshot!(json(r#"{"events": 3}"#), @"line 1, column 13: invalid type: integer `3`, expected a list of events");
    let xml = |text: &str| read_ocel_xml(text.as_bytes()).unwrap_err().to_string();
    insta::assert_snapshot!(xml(&XML.replace(r#" type="Merge""#, "")), @r#"byte 888: found <event> without "type", expected one that has it"#);
    insta::assert_snapshot!(xml(&XML.replace("</log>", "")), @"byte 1290: found the end, with 1 elements open, expected each of them closed");
    let event = r#"<event id="e" type="A" time="2024-01-02T03:04:05Z">"#;
    insta::assert_snapshot!(xml(&format!("<log>{event}{event}")), @"byte 107: found an <event> in an event or an object, expected one beside it");
    insta::assert_snapshot!(xml("<a>&bomb;</a>"), @"the log: found no element <log>, expected one of OCEL 2.0");
    let xes = |text: &str| read_xes(text.as_bytes(), &mut Cases::default()).unwrap_err().to_string();
    insta::assert_snapshot!(xes("<log><trace><event><int key='a' value='1'/></event></trace></log>"), @r#"byte 51: found an event without a name, expected one with the attribute "concept:name""#);
    insta::assert_snapshot!(xes("<log><trace><event></trace></log>"), @"byte 19: ill-formed document: expected `</event>`, but `</trace>` was found");
    insta::assert_snapshot!(xes("<log><trace><event/></trace></log>"), @r#"byte 20: found an event without a name, expected one with the attribute "concept:name""#);
    insta::assert_snapshot!(xes("<logs><trace/></logs>"), @"the log: found no element <log>, expected one of XES");
    let csv = |text: &str| read_csv(text.as_bytes(), &mut Cases::default()).unwrap_err().to_string();
    insta::assert_snapshot!(csv("case,what\n"), @"line 1: found the columns case, what, expected one called concept:name or activity");
    insta::assert_snapshot!(csv("case,activity\na,b\na\n"), @"line 3: found 1 fields, expected 2, as in the lines before");
}

proptest! {
    #[test]
    fn writing_then_reading_gives_the_same_log(
        events in prop::collection::vec((0usize..4, 0i64..4_000_000_000_000, prop::collection::vec((0usize..5, "\\PC{0,6}"), 0..4), "\\PC{0,12}"), 0..12),
        links in prop::collection::vec((0usize..5, 0usize..5), 0..6),
    ) {
        let mut log = Log::default();
        let object = |number: usize| format!("object {number} \"\u{e4}\\");
        for number in 0..5 {
            log.add_object(&object(number), ["release", "commit"][number % 2]);
            log.object_attribute(&object(number), "n", i64::try_from(number).unwrap(), None);
        }
        for &(from, to) in &links {
            log.object_relation(&object(from), &object(to), "is of");
        }
        for (number, (activity, at, objects, text)) in events.iter().enumerate() {
            let at = chrono::DateTime::from_timestamp_millis(*at).unwrap();
            log.add_event(&format!("e{number}"), ["A", "B", "C", "D <&>"][*activity], at);
            let mut told = std::collections::BTreeSet::new();
            for (to, qualifier) in objects {
                if told.insert((to, qualifier)) {
                    log.event_object(&object(*to), qualifier);
                }
            }
            log.event_attribute("text", text.as_str());
            log.event_attribute("flag", at.timestamp() % 2 == 0);
        }
        let mut written = Vec::new();
        write_ocel_json(&log, &mut written).unwrap();
        prop_assert_eq!(told(&read_ocel_json(&*written).unwrap()), told(&log));
    }

    #[test]
    fn a_trace_is_read_as_it_was_written(traces in prop::collection::vec(prop::collection::vec("[A-D]<?&?\"?", 1..6), 1..6)) {
        let mut expected = Cases::default();
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let (mut xes, mut csv) = ("<log>".to_owned(), "case,activity\n".to_owned());
        for (number, trace) in traces.iter().enumerate() {
            expected.begin(&format!("case {number}"));
            xes += &format!("<trace><string key=\"concept:name\" value=\"case {number}\"/>");
            for name in trace {
                expected.event(&Happened::new(name));
                xes += &format!("<event><string key=\"concept:name\" value=\"{}\"/></event>", escape(name));
                csv += &format!("case {number},\"{}\"\n", name.replace('"', "\"\""));
            }
            xes += "</trace>";
        }
        xes += "</log>";
        let (mut of_xes, mut of_csv) = (Cases::default(), Cases::default());
        read_xes(xes.as_bytes(), &mut of_xes).unwrap();
        read_csv(csv.as_bytes(), &mut of_csv).unwrap();
        prop_assert_eq!(listed(&of_xes), listed(&expected));
        prop_assert_eq!(listed(&of_csv), listed(&expected));
    }
}
