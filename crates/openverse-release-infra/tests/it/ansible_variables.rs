//! Variables in Ansible's YAML files.

use std::process::Command;

use openverse_release_infra::{AnsibleVariables, VariableError, VariableFile as _, VariableName};
use openverse_release_testkit::require_ansible;
use proptest::prelude::*;

use crate::terraform_variables::HOSTILE;

fn name(text: &str) -> VariableName {
    text.parse().unwrap()
}

const GROUP: &str = "---
# Images of the catalog.
catalog_image_tag: rel-1   # set by the release
airflow:
    image:  { name: 'openverse-catalog', tag: \"rel-1\" }
    workers : &workers
       - one
       -   two
    old_tag: 'rel-0'
copy: *workers
shared: &tag rel-1
same: *tag
secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  3031
text: >-
  folded

count: 3
enabled: yes
templated: \"{{ catalog_image_tag }}\"
nothing:
";

#[test]
fn every_other_byte_stays() {
    for (path, old, new) in [
        ("catalog_image_tag", "rel-1   #", "rel-22   #"),
        ("airflow.image.tag", "\"rel-1\"", "\"rel-22\""),
        ("airflow.old_tag", "'rel-0'", "'rel-22'"),
        ("shared", "&tag rel-1", "&tag rel-22"),
    ] {
        for text in [GROUP.to_owned(), GROUP.replace('\n', "\r\n"), GROUP.trim_end().to_owned()] {
            let edited = AnsibleVariables.set(&text, &name(path), "rel-22").unwrap();
            assert_eq!(edited.text, text.replace(old, new), "{path}");
            let before = AnsibleVariables.read(&text, &name(path)).unwrap();
            assert_eq!(AnsibleVariables.set(&edited.text, &name(path), &before).unwrap().text, text);
        }
    }
}

#[test]
fn what_is_not_there_once_as_text_is_refused() {
    let message = |text: &str, path: &str| AnsibleVariables.read(text, &name(path)).unwrap_err().to_string();
    assert_eq!(message(GROUP, "airflow.tag"), "found no variable airflow.tag, expected one");
    let twice = format!("{GROUP}catalog_image_tag: x\n");
    assert_eq!(
        message(&twice, "catalog_image_tag"),
        "found the variable catalog_image_tag in lines 3 and 23, expected it once"
    );
    let other = "a number, a date, true, false or nothing";
    for (path, line, found) in [
        ("airflow", 5, "a mapping"),
        ("airflow.workers", 7, "a list"),
        ("same", 12, "an alias"),
        ("secret", 13, "a value with a YAML tag of its own"),
        ("text", 16, "a text over several lines"),
        ("count", 19, other),
        ("enabled", 20, other),
        ("templated", 21, "a template"),
        ("nothing", 22, other),
    ] {
        assert_eq!(message(GROUP, path), format!("line {line}: found {found} in {path}, expected a string"));
    }
}

#[test]
fn an_unreadable_file_says_where_and_shows_no_more_than_a_character() {
    for (text, at) in [
        ("a: b\nc: [secret\n", "line 3, column 1: found the end of the file, expected YAML"),
        ("a: b\nc: @secret\n", "line 2, column 4: found '@', expected YAML"),
        ("a: b\n\tc: secret\n", "line 2, column"),
        ("a: \"secret\n", "line"),
    ] {
        let error = AnsibleVariables.read(text, &name("a")).unwrap_err().to_string();
        assert!(error.starts_with(at) && !error.contains("secret"), "{text:?}: {error}");
    }
}

#[test]
fn text_that_would_be_read_as_something_else_gets_quotation_marks() {
    let set = |old: &str, value: &str| {
        let text = format!("t: {old} # c\n");
        let edited = AnsibleVariables.set(&text, &name("t"), value).unwrap().text;
        edited.strip_prefix("t: ").unwrap().strip_suffix(" # c\n").unwrap().to_owned()
    };
    let number = "1234567890123456789012345678901234567890";
    assert_eq!(set("latest", number), format!("'{number}'"));
    assert_eq!(set("latest", "0a1b2c3d"), "0a1b2c3d");
    assert_eq!(set("latest", "yes"), "'yes'");
    assert_eq!(set("latest", ""), "''");
    assert_eq!(set("latest", "a: b"), "'a: b'");
    assert_eq!(set("x:y", "ghcr.io/a/b:rel-2"), "ghcr.io/a/b:rel-2");
    assert_eq!(set("latest", "ghcr.io/a/b:rel-2"), "'ghcr.io/a/b:rel-2'");
    assert_eq!(set("\"latest\"", "a\"b"), "\"a\\\"b\"");
    assert_eq!(set("'latest'", "it's"), "'it''s'");
    assert_eq!(set("'latest'", "a\nb"), "\"a\\nb\"");
}

#[test]
fn a_template_is_not_written() {
    for value in ["{{ lookup('file', '/etc/passwd') }}", "{% set x = 1 %}", "{# gone #}"] {
        let error = AnsibleVariables.set(GROUP, &name("catalog_image_tag"), value).unwrap_err();
        assert_eq!(
            error.to_string(),
            "found what Ansible reads as a template in the new value of catalog_image_tag, expected text that stands for itself"
        );
    }
}

#[test]
fn hostile_values_are_written_as_text() {
    for path in ["catalog_image_tag", "airflow.image.tag", "airflow.old_tag"] {
        for value in HOSTILE {
            let edited = AnsibleVariables.set(GROUP, &name(path), value).unwrap();
            assert_eq!(AnsibleVariables.read(&edited.text, &name(path)).unwrap(), value);
            assert_eq!(edited.text.lines().count(), GROUP.lines().count(), "{value:?}");
        }
    }
}

#[test]
fn another_difference_is_found_wherever_it_is() {
    let path = name("airflow.image.tag");
    let good = AnsibleVariables.set(GROUP, &path, "rel-2").unwrap().text;
    AnsibleVariables.same_but(GROUP, &good, &path).unwrap();
    for (from, to, line) in [
        ("# Images", "# images", 2),
        ("rel-1   #", "rel-2   #", 3),
        (":  { name", ": { name", 5),
        ("workers :", "workers:", 6),
        ("-   two", "- two", 8),
        ("yes", "true", 20),
        ("nothing:\n", "nothing:", 22),
    ] {
        let other = good.replacen(from, to, 1);
        assert_ne!(other, good, "{from}");
        let error = AnsibleVariables.same_but(GROUP, &other, &path).unwrap_err();
        assert_eq!(error, VariableError::OtherDifference { name: path.clone(), line }, "{from}");
    }
}

#[derive(Debug, Clone)]
struct Case {
    head: String,
    old: String,
    rest: String,
    path: &'static str,
    new: String,
}

fn case() -> impl Strategy<Value = Case> {
    let comment = || prop_oneof![Just(String::new()), "[ ]{1,3}#[ -~é]{0,12}"];
    let line = move || (comment(), "[a-z]{1,5}", "[a-z][a-z0-9.-]{0,6}");
    let lines = move || proptest::collection::vec(line(), 0..4);
    let new = prop_oneof![any::<String>(), "[0-9a-f]{6,12}", "[-+.0-9exyo:_]{0,8}", "[ -~]{0,10}"]
        .prop_filter("no template", |text| !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)));
    let end = prop_oneof![Just("\n"), Just("\r\n")];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (lines(), lines(), comment(), "[ ]{1,3}", "[a-z][a-zA-Z0-9._-]{0,15}", 0..3u8, end, flags, new).prop_map(
        |(before, after, tail, space, old, quoted, end, (last, nested, anchored), new)| {
            let indent = if nested { "  " } else { "" };
            let lines = |lines: &[(String, String, String)], prefix: &str, indent: &str| -> String {
                let line = |(index, (comment, key, value)): (usize, &(String, String, String))| {
                    format!("{indent}{prefix}{index}_{key}: v{value}{comment}{end}")
                };
                lines.iter().enumerate().map(line).collect()
            };
            let mut head = lines(&before, "x", "");
            if nested {
                head.push_str(&format!("in: # deeper{end}"));
            }
            let anchor = if anchored { "&here " } else { "" };
            head.push_str(&format!("{indent}tag:{space}{anchor}"));
            let old = match quoted {
                0 => format!("a{old}"),
                1 => format!("'{old}'"),
                _ => format!("\"{old}\""),
            };
            let mut rest = format!("{tail}{end}{}", lines(&after, "y", indent));
            if !last {
                rest.truncate(rest.len() - end.len());
            }
            Case { head, old, rest, path: if nested { "in.tag" } else { "tag" }, new }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn in_any_file_one_value_changes_and_nothing_else(case in case()) {
        let text = [case.head.as_str(), &case.old, &case.rest].concat();
        let path = name(case.path);
        let before = AnsibleVariables.read(&text, &path).unwrap();
        let edited = AnsibleVariables.set(&text, &path, &case.new).unwrap();
        prop_assert!(edited.text.starts_with(&case.head));
        prop_assert!(edited.text.ends_with(&case.rest));
        prop_assert_eq!(AnsibleVariables.read(&edited.text, &path).unwrap(), case.new.clone());
        if !case.old.starts_with('\'') {
            // Back again, unless the quotation marks had to change on the way.
            let back = AnsibleVariables.set(&edited.text, &path, &before).unwrap();
            prop_assert_eq!(AnsibleVariables.read(&back.text, &path).unwrap(), before);
        }
    }
}

/// What PyYAML, by which Ansible reads, makes of many edited files.
#[test]
fn ansibles_own_reader_finds_the_same_and_no_other_difference() {
    let Some(ansible) = require_ansible() else { return };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut cases = Vec::new();
    let mut add = |text: String, path: &str, new: &str| {
        let edited = AnsibleVariables.set(&text, &name(path), new).unwrap().text;
        cases.push(serde_json::json!({ "before": text, "after": edited, "path": path, "new": new }));
    };
    for _ in 0..150 {
        let case = proptest::strategy::ValueTree::current(&case().new_tree(&mut runner).unwrap());
        add([case.head.as_str(), &case.old, &case.rest].concat(), case.path, &case.new);
    }
    let plain = GROUP.replace("!vault |", "|");
    for value in HOSTILE {
        add(plain.clone(), "catalog_image_tag", value);
        add(plain.clone(), "airflow.image.tag", value);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    fs_err::write(&file, serde_json::to_vec(&cases).unwrap()).unwrap();
    let script = "
import json, sys, yaml
for case in json.load(open(sys.argv[1])):
    before, after = yaml.safe_load(case['before']), yaml.safe_load(case['after'])
    *outer, last = case['path'].split('.')
    place = before
    for key in outer:
        place = place[key]
    place[last] = case['new']
    if before != after:
        sys.exit(json.dumps(case) + ' ' + repr(after))
print(len(json.load(open(sys.argv[1]))))
";
    let python = ansible.with_file_name("python");
    let output = Command::new(python).args(["-c", script]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), cases.len().to_string());
}
