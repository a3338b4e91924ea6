//! The environment variables that an app declares.

use std::collections::BTreeSet;

use openverse_release_core::{
    EnvironmentName, EnvironmentVariableName, MissingVariables, Project, VariableDeclarations,
};
use proptest::prelude::*;

fn declared(text: &str) -> VariableDeclarations {
    text.parse().unwrap()
}

fn names(names: &[&str]) -> BTreeSet<EnvironmentVariableName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn error(text: &str) -> String {
    text.parse::<VariableDeclarations>().unwrap_err().to_string()
}

#[test]
fn a_file_has_a_name_a_line_and_comments() {
    let file = declared("# The API\r\n\r\n  DATABASE_URL\nES_HOST # where Elasticsearch is\n#\n_x1 #\n");
    let read: Vec<_> =
        file.iter().map(|variable| (variable.name.as_str(), variable.purpose.as_deref())).collect();
    assert_eq!(read, [("DATABASE_URL", None), ("ES_HOST", Some("where Elasticsearch is")), ("_x1", None)]);
    assert_eq!(declared("").iter().count(), 0);
}

#[test]
fn an_error_says_where_and_shows_no_value() {
    insta::assert_snapshot!(error("# x\nTOKEN=hunter2\n"), @r#"line 2, column 6: found "=", expected a name alone; values are configured elsewhere, and are secrets"#);
    insta::assert_snapshot!(error("TOKEN hunter2"), @r#"line 1, column 6: found ' ', expected a letter or "_", then letters, digits and "_""#);
    insta::assert_snapshot!(error("  1ST\n"), @r#"line 1, column 3: found '1', expected a letter or "_", then letters, digits and "_""#);
    insta::assert_snapshot!(error("A\n\nÄ\n"), @r#"line 3, column 1: found 'Ä', expected a letter or "_", then letters, digits and "_""#);
    insta::assert_snapshot!(error("A\u{1b}[2J\n"), @r#"line 1, column 2: found '\u{1b}', expected a letter or "_", then letters, digits and "_""#);
    insta::assert_snapshot!(error("A\nB # b\n\n A\n"), @"line 4, column 2: found A again, expected it only in line 1");
    assert!(error(&"A".repeat(300)).ends_with("found a longer name, expected at most 256 characters"));
    let name = "TOKEN=hunter2".parse::<EnvironmentVariableName>().unwrap_err().to_string();
    insta::assert_snapshot!(name, @r#""TOKEN=" is not a valid environment variable: found "=" at character 6, expected a letter or "_", then letters, digits and "_""#);
}

#[test]
fn what_is_newly_needed_is_what_the_last_release_did_not_declare() {
    let now = declared("A\nB\nC\n");
    let new = |last: Option<&str>| {
        let last = last.map(declared);
        now.newly_needed(last.as_ref()).iter().map(|new| new.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(new(Some("C\nX\n")), ["A", "B"]);
    assert_eq!(new(Some("C\nB\nA\n")), [""; 0]);
    assert_eq!(new(None), ["A", "B", "C"]);
}

#[test]
fn a_refusal_names_what_is_not_configured() {
    let project = Project::openverse();
    let of = |app: &str, environment, text: &str, configured: &[&str]| {
        MissingVariables::of(project.app(app).unwrap(), environment, &declared(text), &names(configured))
    };
    assert_eq!(of("api", EnvironmentName::PRODUCTION, "A\nB\n", &["B", "A", "C"]), None);
    let two = of("api", EnvironmentName::PRODUCTION, "B\nA\nC\n", &["C"]).unwrap();
    assert_eq!(two.names().len(), 2);
    insta::assert_snapshot!(two, @"found the environment variables B, A, which are not configured for production, expected each environment variable that the API declares in api/environment-variables.txt to be configured before it is deployed");
    let one = of("ingestion server", EnvironmentName::STAGING, "B\n", &[]).unwrap();
    insta::assert_snapshot!(one.found(), @"the environment variable B, which is not configured for dev");
}

proptest! {
    #[test]
    fn no_text_panics_and_what_reads_is_read_back(text in "[A-C=#_ 1ä\r\n]{0,40}") {
        match text.parse::<VariableDeclarations>() {
            Ok(file) => prop_assert_eq!(declared(&file.to_string()), file),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn no_value_is_in_any_error(name in "[A-Z]{1,8}", between in "[ =:]{1,2}", value in "[a-z0-9/@]{12,24}") {
        let line = format!("{name}{between}{value}");
        prop_assert!(!error(&line).contains(&value[1..]));
        let name = line.parse::<EnvironmentVariableName>().unwrap_err();
        let shown = format!("{name} {name:?}");
        prop_assert!(!shown.contains(&value[1..]));
    }

    #[test]
    fn what_is_missing_is_what_is_declared_and_not_configured(file in "([A-F]\n){0,6}", configured in prop::collection::vec("[A-F]", 0..6)) {
        let Ok(file) = file.parse::<VariableDeclarations>() else { return Ok(()) };
        let configured: BTreeSet<EnvironmentVariableName> =
            configured.iter().map(|name| name.parse().unwrap()).collect();
        let missing: BTreeSet<_> = file.missing(&configured).into_iter().map(|one| one.name.clone()).collect();
        let declared: BTreeSet<_> = file.names().cloned().collect();
        prop_assert!(missing.is_disjoint(&configured) && missing.is_subset(&declared));
        prop_assert!(declared.difference(&missing).all(|name| configured.contains(name)));
    }
}
