//! What a dry run of Terraform or Ansible would change, beside what was expected.

use openverse_release_core::{EnvironmentVariableName, Foreseen, ForeseenVariable, ImageTag};

use super::secrets::Secrets;
use crate::{
    Action, AttributeChange, ExpectedChange, ExpectedTask, Plan, PlaybookReport, Replacement, ResourceChange,
    Shown, TaskResult,
};

/// What a dry run says, whatever was expected.
#[derive(Debug)]
pub(super) struct Changes {
    /// The image tag that is replaced, if one is and it is shown.
    from: Option<ImageTag>,
    all: Vec<String>,
    unexpected: Vec<String>,
}

impl From<Changes> for Foreseen {
    fn from(found: Changes) -> Self {
        let Changes { from, all: changes, unexpected } = found;
        match (changes.is_empty(), unexpected.is_empty()) {
            (true, _) => Self::Nothing,
            (false, true) => Self::ImageTag { from, changes },
            (false, false) => Self::More { changes, unexpected },
        }
    }
}

impl From<Changes> for ForeseenVariable {
    fn from(found: Changes) -> Self {
        let Changes { all: changes, unexpected, .. } = found;
        match (changes.is_empty(), unexpected.is_empty()) {
            (true, _) => Self::Nothing,
            (false, true) => Self::Variable { changes },
            (false, false) => Self::More { changes, unexpected },
        }
    }
}

impl Changes {
    pub(super) fn are_none(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns what was not expected, `None` if everything was.
    pub(super) fn refused(&self) -> Option<String> {
        (!self.unexpected.is_empty()).then(|| self.unexpected.join("; "))
    }
}

/// The one change that is expected.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected<'e> {
    /// The image tag becomes this one.
    ImageTag(&'e ImageTag),
    /// An environment variable gets another value.
    Variable(&'e EnvironmentVariableName),
}

impl Expected<'_> {
    /// Returns what a plan would do, if no more than these resources may change.
    pub(super) fn in_plan(self, plan: &Plan, addresses: &[String], secrets: &Secrets) -> Changes {
        let changes: Vec<_> = plan.changes.iter().filter(|change| change.actions != [Action::Read]).collect();
        let named = |change: &&&ResourceChange| addresses.contains(&change.address);
        let from = match self {
            Self::ImageTag(tag) => changes.iter().filter(named).find_map(|change| {
                change.differences.iter().find_map(|found| match (&found.before, &found.after) {
                    (Shown::Plain(before), Shown::Plain(after)) => {
                        replaced(before.as_str()?, after.as_str()?, tag)
                    }
                    _ => None,
                })
            }),
            Self::Variable(_) => None,
        };
        let fits = |change: &&&ResourceChange| {
            named(change)
                && match self {
                    Self::ImageTag(tag) => is_in_place(change, &replacement(from.as_ref(), tag)),
                    Self::Variable(name) => is_of_variable(change, name),
                }
        };
        let unexpected = changes.iter().filter(|change| !fits(change));
        let unexpected = unexpected.map(|change| secrets.hide_in_change(change)).collect();
        let all = changes.iter().map(|change| secrets.hide_in_change(change)).collect();
        Changes { from, all, unexpected }
    }

    /// Returns what a playbook would do, if no more than these tasks may change something.
    pub(super) fn in_report(self, report: &PlaybookReport, tasks: &[String], secrets: &Secrets) -> Changes {
        let changes: Vec<_> = report.changed().collect();
        let named = |result: &&&TaskResult| tasks.contains(&result.task);
        let from = match self {
            Self::ImageTag(tag) => changes.iter().filter(named).find_map(|result| {
                result.differences.iter().find_map(|found| {
                    let (before, after) = found.lines();
                    before.iter().zip(&after).find_map(|(before, after)| replaced(before, after, tag))
                })
            }),
            Self::Variable(_) => None,
        };
        let fits = |result: &&&TaskResult| {
            named(result)
                && match self {
                    Self::ImageTag(tag) => is_expected(result, &replacement(from.as_ref(), tag)),
                    Self::Variable(name) => shows_only(result, name),
                }
        };
        let unexpected = changes.iter().filter(|result| !fits(result));
        let unexpected = unexpected.map(|result| secrets.hide(&result.to_string())).collect();
        let all = changes.iter().map(|result| secrets.hide(&result.to_string())).collect();
        Changes { from, all, unexpected }
    }
}

/// Tells whether a resource is changed or replaced, and its known values only by the replacement.
fn is_in_place(change: &ResourceChange, replacement: &Replacement) -> bool {
    let expected = ExpectedChange::update(&change.address).by(replacement.clone());
    fits_in_place(&expected, change)
}

fn fits_in_place(expected: &ExpectedChange, change: &ResourceChange) -> bool {
    const WAYS: [&[Action]; 3] =
        [&[Action::Update], &[Action::Delete, Action::Create], &[Action::Create, Action::Delete]];
    WAYS.into_iter().any(|actions| expected.clone().with_actions(actions).fits(change))
}

/// Tells whether a resource is changed or replaced, and of its known values only an environment
/// variable.
fn is_of_variable(change: &ResourceChange, name: &EnvironmentVariableName) -> bool {
    let of_variable = |found: &AttributeChange| {
        found.after == Shown::Unknown
            || found.path.rsplit('.').next() == Some(name.as_str())
            || found.names == [name.as_str()]
    };
    fits_in_place(&ExpectedChange::update(&change.address), change)
        && change.differences.iter().all(of_variable)
}

/// Tells whether a task shows nothing but the replacement; one that has nothing to show, such as a
/// restart, is known by its name alone. What it hides is not known.
fn is_expected(result: &TaskResult, replacement: &Replacement) -> bool {
    let silent = !result.hidden && result.differences.is_empty();
    silent || ExpectedTask::replacing(&result.task, replacement.clone()).fits(result)
}

/// Tells whether every line that a task shows is of an environment variable. A task that hides them,
/// as it should, is known by its name alone.
fn shows_only(result: &TaskResult, name: &EnvironmentVariableName) -> bool {
    let is_word = |line: &str| {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        line.split(|c| !part(c)).any(|word| word == name.as_str())
    };
    result.differences.iter().all(|found| {
        let (before, after) = found.lines();
        found.prepared.as_deref().unwrap_or_default().is_empty()
            && before.iter().chain(&after).all(|line| is_word(line))
    })
}

/// Without an old tag nothing is explained, and only what is not known yet may differ.
fn replacement(from: Option<&ImageTag>, to: &ImageTag) -> Replacement {
    Replacement::new(from.map_or("", ImageTag::as_str), to.as_str())
}

/// Returns the image tag that `before` has where `after` has `tag`, if the two differ in nothing else.
fn replaced(before: &str, after: &str, tag: &ImageTag) -> Option<ImageTag> {
    let start = after.find(tag.as_str())?;
    let rest = before.strip_prefix(&after[..start])?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let longest = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    (1..=longest).rev().find_map(|length| {
        let from: ImageTag = rest[..length].parse().ok()?;
        (from != *tag && Replacement::new(from.as_str(), tag.as_str()).explains(before, after))
            .then_some(from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_tag_is_found_where_the_new_one_is() {
        let tag: ImageTag = "rel-2".parse().unwrap();
        let found = |before: &str, after: &str| replaced(before, after, &tag).map(|tag| tag.to_string());
        for (before, after, from) in [
            ("rel-1", "rel-2", "rel-1"),
            ("a:rel-1\n", "a:rel-2\n", "rel-1"),
            ("a:latest b:latest", "a:rel-2 b:rel-2", "latest"),
            ("a-rel-1.tar", "a-rel-2.tar", "rel-1"),
        ] {
            assert_eq!(found(before, after).as_deref(), Some(from), "{before}");
        }
        for (before, after) in
            [("rel-2", "rel-2"), ("a:rel-1", "b:rel-2"), ("a:rel-1 x", "a:rel-2 y"), ("", "rel-2")]
        {
            assert_eq!(found(before, after), None, "{before}");
        }
    }
}
