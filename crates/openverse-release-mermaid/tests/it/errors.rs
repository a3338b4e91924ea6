//! What is said of a text that is no flowchart.

use openverse_release_mermaid::Chart;

#[track_caller]
fn refused(text: &str) -> String {
    Chart::read(text).unwrap_err().to_string()
}

#[test]
fn a_refusal_says_where_what_was_found_and_what_was_expected() {
    insta::assert_snapshot!(refused("graph TD\n  A --> B\n  C -->\n"), @"line 4, column 1: found the end of the chart, expected the name of a box");
    insta::assert_snapshot!(refused("graph TD\nA[text"), @r#"line 2, column 7: found the end of the chart, expected "]""#);
    insta::assert_snapshot!(refused("graph TD\nA[one (two)]"), @r#"line 2, column 7: found "(", expected "]""#);
    insta::assert_snapshot!(refused("graph TD\nA B"), @r#"line 2, column 3: found "B", expected a line such as "-->", the end of the line, or ";""#);
    insta::assert_snapshot!(refused("graph TD\nsubgraph one\nA"), @r#"line 3, column 2: found the end of the chart, expected a statement, or "end" for the subgraph"#);
    insta::assert_snapshot!(refused("graph TD\nA@{ shape: Rect }"), @r#"line 2, column 4: found "Rect", expected the name of a shape in lower case, such as "rect""#);
    insta::assert_snapshot!(refused("graph TD\nA@{ shape: [ }"), @"line 2, column 4: found mismatched bracket '[' closed by '}', expected data in YAML that can be read");
    insta::assert_snapshot!(refused("graph sideways\nA"), @r#"line 1, column 7: found "sideways", expected the end of the line, or one of TB, TD, BT, LR, RL"#);
    insta::assert_snapshot!(refused("sequenceDiagram\nA->>B: x"), @r#"line 1, column 1: found "sequenceDiagram", expected "flowchart" or "graph""#);
    insta::assert_snapshot!(refused("graph TD\nA --> B\nlinkStyle 3 stroke:red"), @"line 3, column 11: found a number that no link has so far, expected a number below 1");
    insta::assert_snapshot!(refused("graph TD\nA[C4Container]"), @r#"line 2, column 3: found "C4Container", which makes it a C4 diagram, expected a flowchart without that word"#);
    insta::assert_snapshot!(refused("---\ntitle: [\n---\ngraph TD\nA"), @"line 2, column 1: found unclosed bracket '[', expected front matter in YAML that can be read");
    insta::assert_snapshot!(refused("graph TD\n🚀 --> B"), @r#"line 2, column 1: found "🚀", expected a letter, or quotes around the text"#);
    insta::assert_snapshot!(refused(""), @r#"line 1, column 1: found nothing, expected "flowchart" or "graph""#);
}

#[test]
fn a_place_is_that_of_the_text_as_it_was_written() {
    // All that comes before is changed or removed before the chart is read.
    let before = "---\r\ntitle: x\r\n---\r\n%% comment\r\n\r\n%%{init: {}}%%\r\ngraph TD\r\n%% more\r\nA[#quot;#35;é <b x=\"y\">] ";
    let error = Chart::read(&format!("{before}= B\r\n")).unwrap_err();
    assert_eq!((error.line(), error.column()), (9, 26));
    assert_eq!(error.found(), "\"=\"");
}

#[test]
fn lines_that_are_far_more_than_the_text_are_refused() {
    let names = |count: usize| (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>().join(" & ");
    let chart = Chart::read(&format!("graph TD\n{} --> {}", names(200), names(200))).unwrap();
    assert_eq!(chart.edges.len(), 40_000);
    let error = Chart::read(&format!("graph TD\n{} --> {}", names(1_000), names(1_000))).unwrap_err();
    assert_eq!(error.found(), "1000 boxes with lines to 1000 boxes");
    assert_eq!(error.line(), 2);
}

#[test]
fn a_control_character_is_shown_and_not_sent() {
    assert!(refused("graph TD\n\u{1b}[31m").contains("\\u{1b}"));
}
