//! A plan, as Terraform shows it.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::values::{AttributeChange, Secrets, Shown, Sides, differences};

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// It is read while the plan is applied.
    Read,
    /// It is changed where it is.
    Update,
    /// It is removed.
    Delete,
    /// Terraform no longer looks after it.
    Forget,
    /// Something that is not known here.
    #[serde(other)]
    Other,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoOp => "nothing",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Other => "something unknown",
        })
    }
}

/// What a plan does to one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceChange {
    /// Which one.
    pub address: String,
    /// What is done, in this order.
    pub actions: Vec<Action>,
    /// Every value that is another one afterwards.
    pub differences: Vec<AttributeChange>,
    /// Where it was before, if the plan moves it.
    pub moved_from: Option<String>,
    /// Whether the plan takes over something that exists.
    pub imported: bool,
}

impl fmt::Display for ResourceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions: Vec<_> = self.actions.iter().map(Action::to_string).collect();
        write!(f, "{}: {}", self.address, actions.join(" and "))?;
        if let Some(from) = &self.moved_from {
            write!(f, ", moved from {from}")?;
        }
        if self.imported {
            f.write_str(", imported")?;
        }
        let differences: Vec<_> = self.differences.iter().map(AttributeChange::to_string).collect();
        if differences.is_empty() { Ok(()) } else { write!(f, " ({})", differences.join(", ")) }
    }
}

/// What a plan does to one output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputChange {
    /// Its name.
    pub name: String,
    /// Every value that is another one afterwards.
    pub differences: Vec<AttributeChange>,
}

/// A plan that was made and can be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The variables of the root module, as far as they may be shown.
    pub variables: BTreeMap<String, Shown>,
    /// What is done to resources, where something is.
    pub changes: Vec<ResourceChange>,
    /// What is done to outputs, where something is.
    pub outputs: Vec<OutputChange>,
    /// What has changed without Terraform since the last time.
    pub drift: Vec<ResourceChange>,
}

/// A plan that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan cannot be read: found {found}, expected {expected}")]
pub struct PlanError {
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

#[derive(Deserialize)]
struct Document {
    format_version: String,
    #[serde(default)]
    errored: bool,
    #[serde(default)]
    variables: serde_json::Map<String, Value>,
    #[serde(default)]
    resource_changes: Vec<Resource>,
    #[serde(default)]
    resource_drift: Vec<Resource>,
    #[serde(default)]
    output_changes: BTreeMap<String, Change>,
    #[serde(default)]
    configuration: Value,
    // New kinds of things a plan can do are not to be passed over in silence.
    deferred_changes: Option<Box<RawValue>>,
    action_invocations: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Resource {
    address: String,
    previous_address: Option<String>,
    change: Change,
}

#[derive(Deserialize)]
struct Change {
    actions: Vec<Action>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    importing: Option<Value>,
}

impl Plan {
    /// Reads what `terraform show -json` writes of a plan.
    ///
    /// # Errors
    /// When it is something else, or holds what is not known here.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let error = |found: &str, expected: &str| {
            Err(PlanError { found: found.to_owned(), expected: expected.to_owned() })
        };
        let document: Document = match serde_json::from_str(text) {
            Ok(document) => document,
            // Where, and nothing of what is there: it can be a secret.
            Err(found) => {
                let place = format!("something else in line {}, column {}", found.line(), found.column());
                return error(&place, "a plan in JSON");
            }
        };
        if !document.format_version.starts_with("1.") {
            return error("another format than 1", "format 1");
        }
        if document.errored {
            return error("a plan that was not finished", "a whole one");
        }
        if document.deferred_changes.is_some_and(|found| found.get() != "[]") {
            return error("changes that are put off", "none");
        }
        if document.action_invocations.is_some_and(|found| found.get() != "[]") {
            return error("actions beside the changes", "none");
        }
        let mut secrets = Secrets::default();
        let declared = document.configuration.pointer("/root_module/variables");
        for (name, variable) in declared.and_then(Value::as_object).into_iter().flatten() {
            if variable["sensitive"] == Value::Bool(true) {
                document.variables.get(name).into_iter().for_each(|value| secrets.add_all(&value["value"]));
            }
        }
        let changes =
            document.resource_changes.iter().chain(&document.resource_drift).map(|found| &found.change);
        for change in changes.chain(document.output_changes.values()) {
            secrets.add(&change.before, &change.before_sensitive);
            secrets.add(&change.after, &change.after_sensitive);
        }
        let resources = |found: &[Resource]| -> Vec<_> {
            found.iter().filter(|found| found.does_something()).map(|found| found.read(&secrets)).collect()
        };
        let variables = document.variables.iter();
        let outputs = document.output_changes.iter().filter(|(_, change)| !change.is_nothing());
        Ok(Self {
            variables: variables
                .map(|(name, variable)| (name.clone(), Shown::of(&variable["value"], &secrets)))
                .collect(),
            changes: resources(&document.resource_changes),
            drift: resources(&document.resource_drift),
            outputs: outputs
                .map(|(name, change)| OutputChange { name: name.clone(), differences: change.read(&secrets) })
                .collect(),
        })
    }
}

impl Resource {
    fn does_something(&self) -> bool {
        !self.change.is_nothing() || self.previous_address.is_some() || self.change.importing.is_some()
    }

    fn read(&self, secrets: &Secrets) -> ResourceChange {
        ResourceChange {
            address: self.address.clone(),
            actions: self.change.actions.clone(),
            differences: self.change.read(secrets),
            moved_from: self.previous_address.clone(),
            imported: self.change.importing.is_some(),
        }
    }
}

impl Change {
    fn is_nothing(&self) -> bool {
        self.actions == [Action::NoOp]
    }

    fn read(&self, secrets: &Secrets) -> Vec<AttributeChange> {
        let sides = Sides {
            before: &self.before,
            after: &self.after,
            before_marks: &self.before_sensitive,
            after_marks: &self.after_sensitive,
            unknown: &self.after_unknown,
        };
        differences(&sides, secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(change: &Value) -> Result<Plan, PlanError> {
        let resource = serde_json::json!({ "address": "a.b", "change": change });
        Plan::read(
            &serde_json::json!({ "format_version": "1.2", "resource_changes": [resource] }).to_string(),
        )
    }

    #[test]
    fn a_secret_is_hidden_where_it_was_copied_without_a_mark() {
        let change = serde_json::json!({
            "actions": ["update"],
            "before": { "password": "hunter2\"x", "url": "https://u:hunter2\"x@h", "json": "{\"p\":\"hunter2\\\"x\"}", "plain": "a" },
            "after": { "password": "other-one", "url": "https://u:other-one@h", "json": "{}", "plain": "b" },
            "before_sensitive": { "password": true },
            "after_sensitive": { "password": true },
        });
        let shown = plan(&change).unwrap().changes[0].to_string();
        assert_eq!(
            shown,
            "a.b: update (json: (sensitive) -> \"{}\", password: (sensitive) -> (sensitive), \
             plain: \"a\" -> \"b\", url: (sensitive) -> (sensitive))"
        );
    }

    #[test]
    fn what_is_done_without_a_difference_is_a_change_all_the_same() {
        let actions =
            |actions: &[&str]| plan(&serde_json::json!({ "actions": actions })).unwrap().changes.len();
        assert_eq!((actions(&["no-op"]), actions(&["delete"]), actions(&["brand-new"])), (0, 1, 1));
    }

    #[test]
    fn what_is_no_plan_is_refused_and_not_shown() {
        for text in [
            "",
            "secret",
            "{\"secret\": 1}",
            "{\"format_version\": \"2.0\"}",
            "{\"format_version\": \"1.2\", \"errored\": true}",
        ] {
            let error = Plan::read(text).unwrap_err().to_string();
            assert!(
                error.starts_with("the plan cannot be read: found ") && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
