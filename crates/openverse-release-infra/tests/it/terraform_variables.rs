//! Variables in Terraform's own language.

use openverse_release_infra::{TerraformVariables, Value, VariableError, VariableFile as _, VariableName};
use proptest::prelude::*;

fn name(text: &str) -> VariableName {
    text.parse().unwrap()
}

const MODULES: &str = r#"# Both environments.
module "dev" {
  source      = "../modules/ingestion"
  catalog_tag = "rel-1" // moved by hand
  flags       = { cleared = true, "image" = "rel-1" }
}

module "production" {
  source               = "../modules/ingestion"
	catalog_tag          =    "rel-0"   /* odd, and kept */
  data_refresh_cleared = false
}

variable "catalog_tag" {
  type    = string
  default = "rel-1" # é
}
"#;

#[test]
fn every_other_byte_stays() {
    for (path, old) in [
        ("module.dev.catalog_tag", "rel-1\" // moved"),
        ("module.production.catalog_tag", "rel-0"),
        ("variable.catalog_tag.default", "rel-1\" # é"),
        ("module.dev.flags.image", "rel-1\" }"),
    ] {
        for text in [MODULES.to_owned(), MODULES.replace('\n', "\r\n"), MODULES.trim_end().to_owned()] {
            let edited = TerraformVariables.set(&text, &name(path), "rel-22").unwrap();
            let new = old.replace("rel-1", "rel-22").replace("rel-0", "rel-22");
            assert_eq!(edited.text, text.replace(old, &new), "{path}");
            let before = if old.contains("rel-0") { "rel-0" } else { "rel-1" };
            assert_eq!(edited.before, Value::Text(before.to_owned()));
            assert_eq!(TerraformVariables.set(&edited.text, &name(path), before).unwrap().text, text);
        }
    }
}

#[test]
fn a_flag_is_raised_and_put_back() {
    let flag = name("module.production.data_refresh_cleared");
    let raised = TerraformVariables.set_flag(MODULES, &flag, true).unwrap();
    assert_eq!(raised.text, MODULES.replace("cleared = false", "cleared = true"));
    assert!(TerraformVariables.read_flag(&raised.text, &flag).unwrap());
    assert_eq!(TerraformVariables.set_flag(&raised.text, &flag, false).unwrap().text, MODULES);
}

#[test]
fn variable_files_have_no_blocks() {
    let text = "a = 1\ncatalog_tag=\"rel-1\"";
    let edited = TerraformVariables.set(text, &name("catalog_tag"), "rel-2").unwrap();
    assert_eq!(edited.text, "a = 1\ncatalog_tag=\"rel-2\"");
}

#[test]
fn what_is_not_there_once_as_text_is_refused() {
    let message =
        |text: &str, path: &str| TerraformVariables.read(text, &name(path)).unwrap_err().to_string();
    assert_eq!(message(MODULES, "catalog_tag"), "found no variable catalog_tag, expected one");
    assert_eq!(
        message(MODULES, "module.prod.catalog_tag"),
        "found no variable module.prod.catalog_tag, expected one"
    );
    let twice = format!("{MODULES}\nmodule \"dev\" {{ catalog_tag = \"x\" }}\n");
    assert_eq!(
        message(&twice, "module.dev.catalog_tag"),
        "found the variable module.dev.catalog_tag in lines 4 and 19, expected it once"
    );
    assert_eq!(
        message(MODULES, "module.production.data_refresh_cleared"),
        "line 11: found a flag in module.production.data_refresh_cleared, expected a string"
    );
    for (value, found) in [
        ("3", "a number"),
        ("\"a-${b}\"", "a template"),
        ("var.b", "a reference"),
        ("<<E\nx\nE", "a text over several lines"),
        ("null", "null"),
        ("f(\"x\")", "a function call"),
        ("(\"x\")", "an expression in parentheses or with an operator"),
    ] {
        assert_eq!(
            message(&format!("\nt = {value}\n"), "t"),
            format!("line 2: found {found} in t, expected a string, true or false")
        );
    }
    let flag = TerraformVariables.read_flag("t = \"true\"", &name("t")).unwrap_err();
    assert_eq!(flag.to_string(), "line 1: found a string in t, expected true or false");
}

#[test]
fn an_unreadable_file_says_where_and_shows_no_more_than_a_character() {
    let text = "a = \"x\"\nb = é@secret\n";
    let error = TerraformVariables.read(text, &name("a")).unwrap_err();
    let VariableError::Unreadable { line: 2, column: 6, ref found, .. } = error else { panic!("{error:?}") };
    assert_eq!(found, "'@'");
    assert!(!error.to_string().contains("secret"), "{error}");
    let twice = TerraformVariables.read("a = 1\na = 2\n", &name("a")).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "line 2, column 1: found 'a', expected unique attribute key; found redefined attribute"
    );
}

#[test]
fn another_difference_is_found_wherever_it_is() {
    let path = name("module.production.catalog_tag");
    let good = TerraformVariables.set(MODULES, &path, "rel-2").unwrap().text;
    TerraformVariables.same_but(MODULES, &good, &path).unwrap();
    for (from, to, line) in [
        ("# Both", "# The two", 1),
        ("rel-1\" //", "rel-2\" //", 4),
        ("kept */", "lost */", 10),
        ("cleared = false", "cleared = true", 11),
        ("# é\n}\n", "# é\n}", 17),
    ] {
        let other = good.replacen(from, to, 1);
        assert_ne!(other, good, "{from}");
        let error = TerraformVariables.same_but(MODULES, &other, &path).unwrap_err();
        assert_eq!(error, VariableError::OtherDifference { name: path.clone(), line }, "{from}");
    }
}

/// Text that would mean something, if it got out of its quotation marks.
pub(crate) const HOSTILE: [&str; 14] = [
    "",
    "\"",
    "\\",
    "\\\" }",
    "${file(\"/etc/passwd\")}",
    "$${x}",
    "$$${x}",
    "%{ if true }x%{ endif }",
    "a\nb = \"c\"",
    "\r\n\t\u{0}\u{7f}\u{85}\u{2028}\u{feff}",
    "'; rm -rf / #",
    "# no comment",
    "é 🧱",
    "$(id) `id`",
];

#[test]
fn hostile_values_are_written_as_text() {
    let path = name("module.dev.catalog_tag");
    for value in HOSTILE {
        let edited = TerraformVariables.set(MODULES, &path, value).unwrap();
        assert_eq!(TerraformVariables.read(&edited.text, &path).unwrap(), value);
        assert_eq!(edited.text.lines().count(), MODULES.lines().count(), "{value:?}");
    }
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ \t]{0,3}# [ -~é]{0,12}",
        "[ \t]{0,3}// [ -~]{0,12}",
        "[ ]{1,3}/\\* [a-z\" =]{0,12}\\*/",
    ]
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("\n"), Just("\r\n")]
}

proptest! {
    #[test]
    fn in_any_file_one_value_changes_and_nothing_else(
        before in proptest::collection::vec((comment(), "[a-z]{1,5}", "[a-z0-9.-]{0,6}"), 0..4),
        after in proptest::collection::vec((comment(), "[a-z]{1,5}", "[a-z0-9.-]{0,6}"), 0..4),
        space in "[ \t]{0,3}",
        old in "[a-zA-Z0-9._-]{0,20}",
        tail in comment(),
        end in line_end(),
        last in any::<bool>(),
        inside in any::<bool>(),
        new in any::<String>(),
    ) {
        let mut text = String::new();
        let lines = |lines: &[(String, String, String)], prefix: &str| -> String {
            lines.iter().enumerate()
                .map(|(index, (comment, key, value))| format!("{prefix}{index}_{key} = \"{value}\"{comment}{end}"))
                .collect()
        };
        text.push_str(&lines(&before, "x"));
        if inside {
            text.push_str(&format!("module \"m\" {{{end}"));
        }
        let head = format!("{text}tag{space}={space}");
        let mut rest = format!("{tail}{end}{}", lines(&after, "y"));
        if inside {
            rest.push_str(&format!("}}{end}"));
        }
        if !last {
            rest.truncate(rest.len() - end.len());
        }
        let text = format!("{head}\"{old}\"{rest}");
        let path = name(if inside { "module.m.tag" } else { "tag" });
        prop_assert_eq!(TerraformVariables.read(&text, &path).unwrap(), old.clone());
        let edited = TerraformVariables.set(&text, &path, &new).unwrap();
        prop_assert!(edited.text.starts_with(&head));
        prop_assert!(edited.text.ends_with(&rest));
        prop_assert_eq!(TerraformVariables.read(&edited.text, &path).unwrap(), new);
        prop_assert_eq!(TerraformVariables.set(&edited.text, &path, &old).unwrap().text, text);
    }
}
