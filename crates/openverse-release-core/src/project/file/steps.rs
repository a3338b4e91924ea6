//! The flow of an app, from the steps of a project file.

use std::ops::Range;

use semver::Version;
use toml::de::DeValue;

use super::{
    fields::{Fields, Value, kind_of, read, table},
    kinds,
    mistake::Mistake,
};
use crate::{
    Artefact, EnvironmentName, Environments, Exemption, Flow, Link, LinkKind, Outcome, Step, StepId, Trigger,
    kind::{DeployedVersion, Nature},
};

/// The version of a flow that does not say which it has.
pub(super) const FIRST_VERSION: Version = Version::new(1, 0, 0);

/// What a step does of which a person has not yet said it.
pub(super) const UNNAMED: &str = "?";

/// A step, and what its fields say that needs the other steps to be understood.
struct Draft {
    step: Step,
    says_its_version: bool,
    after: Vec<LinkTo>,
    rolls_back: Vec<LinkTo>,
    exemptions: Vec<Exemption>,
}

/// The other end of a link, as a step names it.
struct LinkTo {
    at: Range<usize>,
    step: String,
    outcome: Option<Outcome>,
    kind: Option<LinkKind>,
    label: Option<String>,
}

/// Reads a flow from its steps, each with its fields.
pub(super) fn flow(
    name: String,
    version: Version,
    environments: &Environments,
    steps: &mut [(StepId, Fields<'_>)],
) -> Result<Flow, Mistake> {
    let mut drafts = Vec::new();
    for (id, fields) in &mut *steps {
        drafts.push(draft(id.clone(), environments, fields)?);
    }
    let before =
        drafts.iter().map(|draft| found_all(&draft.after, &drafts)).collect::<Result<Vec<_>, _>>()?;
    let undone = drafts.iter().map(|draft| found_all(&draft.rolls_back, &drafts));
    let undone = undone.collect::<Result<Vec<_>, _>>()?;
    for (place, undone) in undone.iter().enumerate() {
        complete(place, &mut drafts, &before, undone);
    }
    let mut links = Vec::new();
    for (place, to) in drafts.iter().enumerate() {
        for (link, &from) in to.after.iter().zip(&before[place]) {
            let from = &drafts[from].step;
            let kind = link.kind.unwrap_or_else(|| forward_kind(from, &to.step));
            links.push(link.between(from, kind, &to.step));
        }
        for (link, &from) in to.rolls_back.iter().zip(&undone[place]) {
            links.push(link.between(&drafts[from].step, LinkKind::RollsBack, &to.step));
        }
    }
    let at = steps.first().map_or(0..0, |(_, fields)| fields.at());
    let exemptions = drafts.iter_mut().flat_map(|draft| std::mem::take(&mut draft.exemptions)).collect();
    let steps = drafts.into_iter().map(|draft| draft.step).collect();
    let flow = Flow::new(name, version, steps, links, exemptions);
    Ok(flow.map_err(|error| Mistake::new(at, error))?.in_environments(environments.clone()))
}

/// Returns the kind of a link that leads from a step to one that comes after it.
pub(super) fn forward_kind(from: &Step, to: &Step) -> LinkKind {
    match to.trigger {
        Trigger::Automatic => LinkKind::Triggers,
        Trigger::Manual if from.is_deployment() && to.operation.makes(Artefact::PublishedRelease) => {
            LinkKind::Continues
        }
        Trigger::Manual => LinkKind::Enables,
    }
}

/// Returns who sets a step off that does not say: a rollback that comes after a step starts by itself.
pub(super) fn usual_trigger(nature: Nature, comes_after: bool) -> Trigger {
    let by_itself = !nature.by_person || (nature.redeploys() && comes_after);
    if by_itself { Trigger::Automatic } else { Trigger::Manual }
}

/// Returns the label of a step that has none: the words of its name.
pub(super) fn words_of(id: &StepId) -> String {
    let (id, mut words) = (id.as_str(), String::new());
    let next = id.chars().skip(1).map(Some).chain([None]);
    for (letter, next) in id.chars().zip(next) {
        let last = words.chars().last();
        let begins = letter.is_ascii_uppercase() && last.is_some_and(|last| !last.is_ascii_uppercase());
        if begins && last != Some(' ') {
            words.push(' ');
        }
        words.push(match letter {
            '_' => ' ',
            letter if begins && next.is_some_and(|next| next.is_ascii_lowercase()) => {
                letter.to_ascii_lowercase()
            }
            letter => letter,
        });
    }
    words
}

fn draft(id: StepId, environments: &Environments, fields: &mut Fields<'_>) -> Result<Draft, Mistake> {
    let does: toml::Spanned<String> = fields.need("does")?;
    let kind = kinds::find(&id, &does)?;
    fields.describe(format!("the step {id} ({})", kind.name));
    let operation = kinds::operation(kind, fields)?;
    let nature = operation.nature();
    let label = fields.get("label")?.unwrap_or_else(|| words_of(&id));
    let after = links(fields, "after")?;
    let trigger = match fields.get("manual")? {
        Some(true) => Trigger::Manual,
        Some(false) => Trigger::Automatic,
        None => usual_trigger(nature, !after.is_empty()),
    };
    let mut step = Step::new(id, label, trigger, operation);
    if nature.updates_environments {
        step.environments = updated(environments, fields)?;
        if step.environments.is_empty() && !nature.redeploys() {
            fields.need::<String>("environment")?;
        }
    }
    step.details = fields.get("details")?.unwrap_or_default();
    step.split = fields.get("split")?;
    step.join = fields.get("join")?;
    step.outcomes = fields.get("outcomes")?.unwrap_or_default();
    let says_its_version = kinds::names_a_version(&step.operation) && fields.value("version").is_some();
    let rolls_back = if nature.rolls_back { links(fields, "rolls_back")? } else { Vec::new() };
    let mut exemptions = Vec::new();
    for (check, at, reason) in fields.entries("exempt")? {
        let check = check.parse().map_err(|error| Mistake::new(at, error))?;
        exemptions.push(Exemption { check, step: step.id.clone(), reason: read(reason.clone())? });
    }
    Ok(Draft { step, says_its_version, after, rolls_back, exemptions })
}

fn updated(environments: &Environments, fields: &mut Fields<'_>) -> Result<Vec<EnvironmentName>, Mistake> {
    let mut updated = Vec::new();
    for value in fields.several("environment") {
        let name: EnvironmentName = read(value.clone())?;
        if environments.rank(name).is_none() {
            let known: Vec<_> = environments.names().collect();
            let known = known.iter().map(EnvironmentName::as_str);
            return Err(Mistake::unknown(value.span(), ["environment", ""], name.as_str(), known));
        }
        updated.push(name);
    }
    Ok(updated)
}

fn links(fields: &mut Fields<'_>, name: &'static str) -> Result<Vec<LinkTo>, Mistake> {
    fields.several(name).into_iter().map(LinkTo::read).collect()
}

impl LinkTo {
    /// Reads `"Step"`, `"Step:outcome"`, or a table that says more.
    fn read(value: &Value<'_>) -> Result<Self, Mistake> {
        let (mut kind, mut label, mut outcome) = (None, None, None);
        let mut step = match value.as_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Table(_) => {
                let mut fields = Fields::new("a link", value.span(), vec![table(value)?]);
                let step: String = fields.need("step")?;
                (kind, label) = (fields.get("kind")?, fields.get("label")?);
                fields.end()?;
                step
            }
            other => {
                let found = kind_of(other);
                let expected = "the name of a step, or a table with `step`";
                return Err(Mistake::new(value.span(), format_args!("found {found}, expected {expected}")));
            }
        };
        if let Some((name, said)) = step.clone().split_once(':') {
            step = name.to_owned();
            outcome = Some(said.parse().map_err(|error| Mistake::new(value.span(), error))?);
        }
        Ok(Self { at: value.span(), step, outcome, kind, label })
    }

    fn between(&self, from: &Step, kind: LinkKind, to: &Step) -> Link {
        let (label, outcome) = (self.label.clone(), self.outcome.clone());
        Link { label, outcome, ..Link::new(from.id.clone(), kind, to.id.clone()) }
    }
}

/// Returns which of the steps the links mean.
fn found_all(links: &[LinkTo], drafts: &[Draft]) -> Result<Vec<usize>, Mistake> {
    let find = |link: &LinkTo| {
        let names = || drafts.iter().map(|draft| draft.step.id.as_str());
        let place = names().position(|name| name == link.step);
        let place =
            place.ok_or_else(|| Mistake::unknown(link.at.clone(), ["step", ""], &link.step, names()))?;
        let declared = &drafts[place].step.outcomes;
        match &link.outcome {
            Some(outcome) if !declares(declared, outcome) => {
                let of = format!(" of {}", link.step);
                let known = declared.iter().map(Outcome::as_str);
                let known = if declared.is_empty() { vec!["done"] } else { known.collect() };
                Err(Mistake::unknown(link.at.clone(), ["outcome", &of], outcome.as_str(), known))
            }
            _ => Ok(place),
        }
    };
    links.iter().map(find).collect()
}

fn declares(declared: &[Outcome], outcome: &Outcome) -> bool {
    declared.contains(outcome) || (declared.is_empty() && outcome.is_done())
}

/// Completes what a step does not say and the steps around it do.
fn complete(place: usize, drafts: &mut [Draft], before: &[Vec<usize>], undone: &[usize]) {
    let draft = &drafts[place];
    if kinds::names_a_version(&draft.step.operation) && !draft.says_its_version {
        let usual = match follows_a_tagging(place, drafts, before) {
            true => DeployedVersion::Release,
            false => DeployedVersion::Commit,
        };
        drafts[place].step.operation = kinds::with_version(usual);
    } else if draft.step.operation.nature().redeploys() && draft.step.environments.is_empty() {
        let mut environments = Vec::new();
        for environment in undone.iter().flat_map(|&step| &drafts[step].step.environments) {
            if !environments.contains(environment) {
                environments.push(*environment);
            }
        }
        drafts[place].step.environments = environments;
    }
}

/// Tells whether the images of a release are tagged before a step. What comes before a rollback is of another
/// version.
fn follows_a_tagging(place: usize, drafts: &[Draft], before: &[Vec<usize>]) -> bool {
    let (mut seen, mut next) = (vec![false; drafts.len()], vec![place]);
    while let Some(place) = next.pop() {
        let nature = drafts[place].step.operation.nature();
        if nature.makes(Artefact::ReleasedImage) {
            return true;
        }
        if !std::mem::replace(&mut seen[place], true) && !nature.rolls_back {
            next.extend(&before[place]);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_a_label_is_labelled_with_the_words_of_its_name() {
        let words = |id: &str| words_of(&id.parse().unwrap());
        assert_eq!(words("Merge"), "Merge");
        assert_eq!(words("StagingDispatch"), "Staging dispatch");
        assert_eq!(words("smoke_test_EU"), "smoke test EU");
        assert_eq!(words("DeployToEU"), "Deploy to EU");
    }
}
