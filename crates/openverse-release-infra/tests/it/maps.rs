//! Maps in the files of Terraform and Ansible, and new entries in them.

use openverse_release_infra::{AnsibleVariables, TerraformVariables, VariableError, VariableFile};

use crate::terraform_variables::HOSTILE;

fn names(file: &dyn VariableFile, text: &str, map: &str) -> Vec<String> {
    let found = file.locate_map(text, &map.parse().unwrap()).unwrap();
    found.entries.into_iter().map(|entry| entry.name).collect()
}

fn add(file: &dyn VariableFile, text: &str) -> String {
    file.add(text, &"env".parse().unwrap(), "NEW", "x").unwrap()
}

#[test]
fn an_entry_of_terraform_is_added_the_way_the_last_one_is_written() {
    for (before, after) in [
        ("env = {\n  A = \"1\"\n}\n", "env = {\n  A = \"1\"\n  NEW = \"x\"\n}\n"),
        (
            "env = {\n  LONGER = \"1\" # why\n  # more\n}\nz = 1\n",
            "env = {\n  LONGER = \"1\" # why\n  NEW    = \"x\"\n  # more\n}\nz = 1\n",
        ),
        ("env = {\n\tA : \"1\",\n}\n", "env = {\n\tA : \"1\",\n\tNEW : \"x\"\n}\n"),
        ("env = { A = \"1\", B = 2 } # c\n", "env = { A = \"1\", B = 2, NEW = \"x\" } # c\n"),
        ("env = {\n  A = \"1\" }\n", "env = {\n  A = \"1\", NEW = \"x\" }\n"),
        ("env = {}\n", "env = { NEW = \"x\" }\n"),
        ("env = {\n}\n", "env = {\n  NEW = \"x\"\n}\n"),
        ("env = {\n  # none yet\n}\n", "env = {\n  # none yet\n  NEW = \"x\"\n}\n"),
        ("env = {\r\n  A = \"1\"\r\n}\r\n", "env = {\r\n  A = \"1\"\r\n  NEW = \"x\"\r\n}\r\n"),
    ] {
        assert_eq!(add(&TerraformVariables, before), after);
    }
}

#[test]
fn an_entry_of_ansible_is_added_the_way_the_last_one_is_written() {
    for (before, after) in [
        ("env:\n  A: one\n", "env:\n  A: one\n  NEW: \"x\"\n"),
        ("env:\n    A: 'one' # why\nz: 1\n", "env:\n    A: 'one' # why\n    NEW: \"x\"\nz: 1\n"),
        ("env:\n  A: one", "env:\n  A: one\n  NEW: \"x\"\n"),
        ("env: {A: one}\n", "env: {A: one, NEW: \"x\"}\n"),
        ("env: {}\n", "env: { NEW: \"x\" }\n"),
        ("a: 1\nenv:\n  A: one\n\n# z\nz: 1\n", "a: 1\nenv:\n  A: one\n  NEW: \"x\"\n\n# z\nz: 1\n"),
    ] {
        assert_eq!(add(&AnsibleVariables, before), after);
    }
}

#[test]
fn entries_are_told_in_their_order_whatever_their_values() {
    assert_eq!(
        names(&TerraformVariables, "env = {\n B = 1\n \"A\" = \"x\"\n C = [1]\n}\n", "env"),
        ["B", "A", "C"]
    );
    assert_eq!(
        names(&AnsibleVariables, "a:\n  env:\n    B: 1\n    'A': x\n    C: [1]\n", "a.env"),
        ["B", "A", "C"]
    );
}

#[test]
fn what_is_no_map_or_has_the_entry_is_refused() {
    let refused = |file: &dyn VariableFile, text: &str| {
        file.add(text, &"env".parse().unwrap(), "A", "x").unwrap_err().to_string()
    };
    for (file, text, said) in [
        (&TerraformVariables as &dyn VariableFile, "env = \"x\"\n", "found a string in env, expected a map"),
        (
            &TerraformVariables,
            "env = {\n  A = \"1\"\n}\n",
            "line 2: found env.A, expected it not to be there yet",
        ),
        (&TerraformVariables, "env = {\n  (a.b) = \"1\"\n}\n", "a map whose names are worked out"),
        (&TerraformVariables, "", "found no variable env, expected one"),
        (&AnsibleVariables, "env: [1]\n", "found something else in env, expected a map"),
        (&AnsibleVariables, "env:\n  A: 1\n", "line 2: found env.A, expected it not to be there yet"),
        (&AnsibleVariables, "env:\n", "found something else in env, expected a map"),
    ] {
        let found = refused(file, text);
        assert!(found.contains(said), "{text:?}: {found}");
    }
}

#[test]
fn hostile_values_are_read_back_or_refused() {
    for value in HOSTILE {
        for (file, text) in [
            (&TerraformVariables as &dyn VariableFile, "env = {\n  A = \"1\"\n}\n"),
            (&AnsibleVariables, "env:\n  A: one\n"),
        ] {
            let name = "env.NEW".parse().unwrap();
            match file.add(text, &"env".parse().unwrap(), "NEW", value) {
                Ok(new) => {
                    assert_eq!(file.read(&new, &name).unwrap(), value);
                    assert_eq!(new.lines().count(), text.lines().count() + 1, "{new}");
                }
                Err(error) => {
                    assert!(matches!(error, VariableError::NotPlainText { .. }), "{value:?}: {error}");
                }
            }
        }
    }
}
