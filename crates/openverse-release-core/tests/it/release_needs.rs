//! Whether an app needs a release.

use openverse_release_core::{DeclaredVariables, Project, ReleaseNeed, VariableDeclarations};

fn need(app: &str, changed: &[&str], before: Option<&str>, after: Option<&str>) -> (ReleaseNeed, String) {
    let project = Project::openverse();
    let app = project.app(app).unwrap();
    let changed: Vec<_> = changed.iter().map(|&path| path.to_owned()).collect();
    let read = |text: Option<&str>| text.map(|text| text.parse::<VariableDeclarations>().unwrap());
    let (before, after) = (read(before), read(after));
    let need =
        ReleaseNeed::of(app, &changed, DeclaredVariables { before: before.as_ref(), after: after.as_ref() });
    let words = need.describe(app);
    (need, words)
}

#[track_caller]
fn needed(app: &str, changed: &[&str], before: Option<&str>, after: Option<&str>) -> String {
    let (need, words) = need(app, changed, before, after);
    assert!(need.is_needed(), "{words}");
    words
}

#[track_caller]
fn not_needed(app: &str, changed: &[&str], before: Option<&str>, after: Option<&str>) -> String {
    let (need, words) = need(app, changed, before, after);
    assert!(!need.is_needed(), "{words}");
    words
}

#[test]
fn code_of_dags_alone_needs_no_release() {
    insta::assert_snapshot!(not_needed("catalog", &["catalog/dags/cc.py", "api/x.py"], Some("A\n"), Some("A\n")), @"the catalog needs no release: neither its Docker image nor its environment variables changed, only catalog/dags/cc.py");
    insta::assert_snapshot!(not_needed("catalog", &["api/x.py"], None, None), @"the catalog needs no release: nothing of it changed since its last release");
}

#[test]
fn the_catalog_needs_one_when_its_image_or_a_variable_changed() {
    insta::assert_snapshot!(needed("catalog", &["catalog/requirements-prod.txt", "catalog/dags/cc.py", "catalog/Dockerfile"], None, None), @"
    the catalog needs a release:
    - the Docker image changed, by catalog/Dockerfile, catalog/requirements-prod.txt
    ");
    insta::assert_snapshot!(needed("catalog", &["catalog/environment-variables.txt"], Some("A\nOLD\n"), Some("A\nNEW\nNEWER\n")), @"
    the catalog needs a release:
    - it needs the new environment variables NEW, NEWER: configure first
    - it needs no more the old environment variable OLD
    ");
}

#[test]
fn a_file_of_the_same_name_elsewhere_is_none_of_the_image() {
    assert!(!need("catalog", &["catalog/dags/Dockerfile"], None, None).0.is_needed());
    assert!(!need("catalog", &["catalogue/Dockerfile", "catalog/Dockerfile.md"], None, None).0.is_needed());
}

#[test]
fn any_other_app_needs_one_for_any_change_of_its_source() {
    let files: Vec<_> = (0..8).map(|number| format!("api/{number}.py")).collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    insta::assert_snapshot!(needed("api", &files, None, None), @"
    the API needs a release:
    - its code changed, in api/0.py, api/1.py, api/2.py, api/3.py, api/4.py and 3 more
    ");
    insta::assert_snapshot!(not_needed("api", &["frontend/x.ts", "api_docs/x.md"], None, None), @"the API needs no release: nothing of it changed since its last release");
}

#[test]
fn an_app_without_releases_needs_none() {
    insta::assert_snapshot!(not_needed("indexer worker", &["indexer_worker/x.py"], None, Some("A\n")), @"the indexer worker needs no release: it has none, every execution runs the image tagged latest");
}

#[test]
fn the_verdict_is_data_too() {
    let json = |need: ReleaseNeed| serde_json::to_string(&need).unwrap();
    insta::assert_snapshot!(json(need("catalog", &["catalog/Dockerfile"], None, Some("A\n")).0), @r#"{"release":"needed","because":[{"image":["catalog/Dockerfile"]},{"variables_added":["A"]}]}"#);
    insta::assert_snapshot!(json(need("catalog", &[], None, None).0), @r#"{"release":"not_needed","because":"nothing_changed"}"#);
}
