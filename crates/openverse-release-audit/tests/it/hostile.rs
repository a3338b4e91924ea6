//! Logs that were made to do harm.

use openverse_release_audit::{
    Cases, Place, ReadError, Value, read_csv, read_ocel_json, read_ocel_sqlite, read_ocel_xml, read_xes,
};
use proptest::prelude::*;

use crate::formats::JSON;

#[test]
fn what_is_nested_without_end_is_refused() {
    const DEEP: usize = 200_000;
    let lists = format!("{{\"events\": {}", "[".repeat(DEEP));
    assert!(read_ocel_json(lists.as_bytes()).is_err());
    let other =
        format!("{{\"other\": {}{}, \"events\": [], \"objects\": []}}", "[".repeat(DEEP), "]".repeat(DEEP));
    // What does not matter is passed over without recursion, or refused; the stack holds either way.
    let _ = read_ocel_json(other.as_bytes());
    let elements = format!("<log>{}", "<trace>".repeat(DEEP));
    let error = read_xes(elements.as_bytes(), &mut Cases::default()).unwrap_err().to_string();
    assert_eq!(error, "byte 453: found an element nested 65 deep, expected at most 64");
    assert!(read_ocel_xml(elements.as_bytes()).is_err());
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE log [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\">]><log><trace><event>\
                <string key=\"concept:name\" value=\"&b;\"/></event></trace></log>";
    assert!(read_xes(bomb.as_bytes(), &mut Cases::default()).is_err());
}

#[test]
fn what_is_long_is_looked_at_once() {
    const MANY: usize = 300_000;
    for (piece, read) in [("&amp;", "&"), ("<![CDATA[>]]>", ">"), (" >\r\n", " >\n"), ("<b a='>'/>é", "é")]
    {
        let text = format!(
            "<log><!--{comment}--><event id='e' type='t' time='2024-01-01T00:00:00Z'>\
             <attribute name='n'>{value}</attribute></event></log>",
            comment = ">".repeat(MANY),
            value = piece.repeat(MANY)
        );
        let log = read_ocel_xml(text.as_bytes()).unwrap();
        let event = log.events().next().unwrap();
        assert_eq!(event.attribute("n"), Some(&Value::from(read.repeat(MANY))), "{piece}");
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let mut json = JSON.as_bytes().to_vec();
    let at = JSON.find("ada").unwrap();
    json[at] = 0xff;
    assert!(read_ocel_json(&*json).is_err());
    let endless = read_ocel_json(std::io::BufReader::new(std::io::repeat(0xff))).unwrap_err().to_string();
    assert_eq!(endless, "line 1, column 1: expected value");
    assert!(read_csv(&b"case,activity\na,\xff\n"[..], &mut Cases::default()).is_err());
    assert!(
        read_xes(
            &b"<log><trace><event><string key='concept:name' value='\xff'/></event></trace></log>"[..],
            &mut Cases::default()
        )
        .is_err()
    );
}

#[test]
fn a_database_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    std::fs::write(&path, b"SQLite format 3\0 and then nothing of the kind").unwrap();
    assert!(read_ocel_sqlite(&path).is_err());
    rusqlite::Connection::open(folder.path().join("empty.sqlite"))
        .unwrap()
        .execute_batch("CREATE TABLE event (ocel_id TEXT)")
        .unwrap();
    let error = read_ocel_sqlite(&folder.path().join("empty.sqlite")).unwrap_err().to_string();
    assert_eq!(error, "table \"object_map_type\"");
}

#[test]
fn a_broken_log_is_read_no_further() {
    let mut input = std::io::Cursor::new([b'x'; 5000]);
    let error = read_ocel_json(&mut input).unwrap_err().to_string();
    assert_eq!((input.position(), &*error), (1, "line 1, column 1: expected value"));
}

#[test]
fn broken_json_is_refused_with_its_place() {
    for text in [
        "",
        " ",
        "null",
        "[]",
        "\"events\"",
        "{",
        "{}",
        "{3: 4}",
        "{\"events\"",
        "{\"events\" []}",
        "{\"events\":",
        "{\"events\": ]",
        "{\"events\": [",
        "{\"events\": [}",
        "{\"events\": []",
        "{\"events\": [],",
        "{\"events\": [],}",
        "{\"events\": [] \"objects\": []}",
        "{\"objects\":\n [{\"id\": \"a\", \"type\": \"b\"},\n]}",
        "{\"objects\":\n [{\"id\": \"a\", \"type\": \"b\"}\n{}]}",
        "{\"objects\":\n [{\"id\": \"a\", \"type\": \"b\"},\n3]}",
        "{\"objects\": [], \"events\":\n[\n{\"id\": \"a\\\"]}",
        "{\"objects\": 1 2}",
        "{\"objects\": [f: {}]}",
        "{\"objects\": [tru]}",
        "{\"objects\": [-, 1]}",
        "{\"objects\": 1. }",
        "{\"objects\": nul",
        "{\"objects\":0[]}",
        "{\"other\":0name\": 1}",
        "{\"oth\\uer\": 1}",
        "{\"objects\": [{\"id\\u1\"}]}",
        "{\"other\":true\"\"}",
        "{\"other\": 1e\n}",
        "{\"other\": \"\\",
        "{\"other\": {\"a\": [\"]\", {}]}, \"events\": [], \"objects\": {}}",
        "{\"events\": [], \"objects\": []} {",
    ] {
        let error = read_ocel_json(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ReadError::Refused { place: Place::Line { .. }, .. }), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(cut in 0usize..JSON.len(), junk in "[\\PC\"{}\\[\\]<>&;,:\n]{0,40}", far in 0usize..60) {
        let mut text: String = JSON.chars().take(cut).collect();
        text += &junk;
        text.extend(JSON.chars().skip(cut + far));
        for text in [&text, &junk] {
            let _ = read_ocel_json(text.as_bytes());
            let _ = read_ocel_xml(text.as_bytes());
            let _ = read_xes(text.as_bytes(), &mut Cases::default());
            let _ = read_csv(text.as_bytes(), &mut Cases::default());
        }
    }

    #[test]
    fn no_markup_makes_a_reader_panic(parts in prop::collection::vec(0usize..20, 0..30)) {
        const PARTS: [&str; 20] = [
            "<log>", "</log>", "<trace>", "</trace>", "<event>", "</event>", "<event/>", "<trace/>",
            "<string key=\"concept:name\" value=\"A\"/>", "<date key=\"time:timestamp\" value=\"x\"/>",
            "<events>", "<objects>", "</objects>", "</events>", "<object id=\"a\" type=\"b\">", "</object>",
            "<event id=\"e\" type=\"t\" time=\"2024-01-01T00:00:00Z\">", "<relationship object-id=\"a\"/>",
            "<attribute name=\"n\">", "</attribute>",
        ];
        let text: String = parts.iter().map(|&part| PARTS[part]).collect();
        let _ = read_ocel_xml(text.as_bytes());
        let _ = read_xes(text.as_bytes(), &mut Cases::default());
    }
}
