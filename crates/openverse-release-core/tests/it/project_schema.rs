//! The JSON Schema of project files says what their reader says.

use std::collections::BTreeSet;

use openverse_release_core::Project;
use serde_json::{Value, json};

use crate::project_file_mistakes::ACME;

fn value(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[track_caller]
fn is_valid(file: &Value) -> bool {
    jsonschema::draft202012::new(&Project::schema()).unwrap().is_valid(file)
}

#[test]
fn what_a_reader_accepts_is_valid() {
    assert!(is_valid(&value(&Project::openverse().to_toml())));
    assert!(is_valid(&value(ACME)));
    assert!(is_valid(&value(&Project::from_toml(ACME).unwrap().to_toml())));
    assert!(is_valid(&value(include_str!("../../src/project/openverse.toml"))));
}

#[test]
fn what_a_reader_refuses_by_its_form_is_not_valid() {
    for (path, wrong) in [
        ("/name", json!(7)),
        ("/apps/api/images", json!("one")),
        ("/apps/api", json!({ "images": ["one/two"] })),
        ("/environments/0", json!({ "guarded": true })),
        ("/flows/service/steps/Tag/does", json!("tag_images")),
        ("/flows/service/steps/Tag/after", json!(7)),
        ("/flows/service/steps/Tag", json!({ "does": "tag_image", "aftr": "Publish" })),
        ("/flows/service/steps", json!({ "a b": { "does": "tag_image" } })),
    ] {
        let mut file = value(ACME);
        *file.pointer_mut(path).unwrap() = wrong;
        assert!(!is_valid(&file), "{path}");
        assert!(serde_json::from_value::<Project>(file).is_err(), "{path}");
    }
}

/// The fields that a reader knows where it finds one that it does not know.
fn known(file: &str) -> BTreeSet<String> {
    let error = Project::from_toml(file).unwrap_err();
    let mut words = error.message().split('`').skip(1).step_by(2);
    assert_eq!(words.next(), Some("zzzzzz"), "{error}");
    words.map(str::to_owned).collect()
}

#[test]
fn the_fields_of_the_schema_are_those_of_the_reader() {
    let project = "name = \"x\"\nrepositories = { code = \"a/b\" }\n";
    let step = |does: &str, more: &str| {
        let more = if more.is_empty() { String::new() } else { format!(", {more}") };
        let step = format!("{{ does = {does:?}, zzzzzz = 1{more} }}");
        known(&format!(
            "{project}[apps.a]\nimages = [\"a/b\"]\nflow = \"f\"\n[flows.f.steps]\nS = {step}\nT = {{ does = \"merge_to_main\" }}"
        ))
    };
    let ansible = r#"file = "f", variable = "v", changes = []"#;
    let steps = [
        step("merge_to_main", ""),
        step("build_images", ""),
        step("run_program", r#"run = ["a"]"#),
        step("wait", "minutes = 1"),
        step("verify", r#"endpoint = "https://a.example/version", minutes = 1"#),
        step("deploy_by_github_workflow", r#"environment = "staging", workflow = "a.yml""#),
        step("deploy_by_terraform", &format!(r#"environment = "staging", {ansible}"#)),
        step(
            "deploy_by_ansible",
            &format!(r#"environment = "staging", playbook = "p", inventory = "i", {ansible}"#),
        ),
        step("redeploy_last_working", ""),
    ];
    let steps: BTreeSet<String> = steps.into_iter().flatten().collect();
    let inside = |table: &str| {
        let fields = format!("{{ does = \"sync_dags\", environment = \"staging\", {table} }}");
        known(&format!("{project}[apps.a]\nimages = [\"a/b\"]\nflow = \"f\"\n[flows.f.steps]\nS = {fields}"))
    };
    let schema = Project::schema();
    for (path, expected) in [
        ("", known(&format!("{project}zzzzzz = 1"))),
        ("/properties/repositories", known("name = \"x\"\nrepositories = { code = \"a/b\", zzzzzz = 1 }")),
        ("/properties/release_notes", known(&format!("{project}release_notes = {{ zzzzzz = 1 }}"))),
        ("/properties/changelog", known(&format!("{project}changelog = {{ zzzzzz = 1 }}"))),
        (
            "/properties/environments/items/anyOf/1",
            known(&format!("{project}environments = [{{ zzzzzz = 1 }}]")),
        ),
        (
            "/$defs/app",
            known(&format!(
                "{project}[apps.a]\nzzzzzz = 1\nimages = []\nflow = \"catalog\"\nsteps.ManCat = {{ {ansible}, playbook = \"p\", inventory = \"i\" }}"
            )),
        ),
        ("/$defs/flow", known(&format!("{project}[apps.a]\nflow = \"f\"\n[flows.f]\nzzzzzz = 1"))),
        ("/$defs/step", steps),
        ("/$defs/link/anyOf/1", inside("after = { step = \"S\", zzzzzz = 1 }")),
        ("/$defs/step/properties/gate", inside("gate = { zzzzzz = 1 }")),
        ("/$defs/step/properties/ecs", inside("ecs = { zzzzzz = 1 }")),
        ("/$defs/step/properties/variables", inside("variables = { by = \"ansible\", zzzzzz = 1 }")),
    ] {
        let properties = schema.pointer(&format!("{path}/properties")).unwrap().as_object().unwrap();
        let said: BTreeSet<_> = properties.keys().cloned().collect();
        let tagged = BTreeSet::from(["by".to_owned(), "cleared".to_owned()]);
        let expected = if path.ends_with("/variables") { &expected | &tagged } else { expected };
        assert_eq!(said, expected, "{path}");
    }
}
