//! A project as the fields of its file. What a reader would add by itself is left out.

use std::collections::BTreeSet;

use serde::Serialize;
use toml::{Table, Value};

use super::{kinds, steps, whole_repository};
use crate::{
    App, AppSlug, Artefact, DeploymentTarget, Environments, Flow, Link, LinkKind, Project, Repositories,
    Step, StepId, Trigger, flows::DocumentedFlow,
};

pub(super) fn project(project: &Project) -> Table {
    let Project { name, environments, repositories, release_notes, changelog, apps } = project;
    let mut flows: Vec<(String, Table)> = Vec::new();
    let mut app = |app: &App| (app.slug.to_string(), written_app(app, environments, &mut flows).into());
    let apps: Table = apps.iter().map(&mut app).collect();
    let mut fields = Fields::default();
    fields.put("name", name);
    fields.put("environments", environments);
    fields.put("repositories", written_repositories(repositories));
    fields.unless("release_notes", release_notes, &Default::default());
    fields.unless("changelog", changelog, &Default::default());
    fields.put("apps", apps);
    fields.unless("flows", &filled(flows.into_iter()), &Table::new());
    fields.0
}

/// Fields in the order in which they were put.
#[derive(Default)]
struct Fields(Table);

impl Fields {
    fn put<T: Serialize>(&mut self, name: &str, value: T) {
        let value = Value::try_from(value).unwrap_or_else(|error| unreachable!("{name}: {error}"));
        self.0.insert(name.to_owned(), value);
    }

    /// Puts a field, unless it is what a reader takes if nothing is said.
    fn unless<T: Serialize + PartialEq>(&mut self, name: &str, value: &T, usual: &T) {
        if value != usual {
            self.put(name, value);
        }
    }

    fn maybe<T: Serialize>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }
}

fn written_repositories(repositories: &Repositories) -> Table {
    let usual = Repositories::usual(repositories.code.clone());
    let mut fields = Fields::default();
    fields.put("code", &repositories.code);
    fields.unless("infrastructure", &repositories.infrastructure, &usual.infrastructure);
    fields.unless("main", &repositories.main, &usual.main);
    fields.unless("ci", &repositories.ci, &usual.ci);
    fields.unless("tagging", &repositories.tagging, &usual.tagging);
    fields.0
}

fn written_app(app: &App, environments: &Environments, flows: &mut Vec<(String, Table)>) -> Table {
    let mut fields = Fields::default();
    fields.unless("name", &app.name, &app.slug.to_string());
    let publishes = app.flow.steps().any(|step| step.operation.makes(Artefact::PublishedRelease));
    let usual = app.slug.as_str().parse().ok().filter(|_| publishes);
    let prefix = app.git_tag_prefix.as_ref().filter(|prefix| Some(*prefix) != usual.as_ref());
    fields.maybe("git_tag_prefix", prefix);
    fields.put("images", &app.images);
    fields.unless("source_paths", &app.source_paths, &whole_repository());
    fields.unless("image_paths", &app.image_paths, &Vec::new());
    fields.maybe("variables_file", app.variables_file.as_ref());
    fields.maybe("label", app.label.as_ref());
    fields.put("flow", flow_name(app, environments, flows));
    let steps = app.flow.steps().map(|step| (step.id.to_string(), of_app(app, step)));
    fields.unless("steps", &filled(steps), &Table::new());
    fields.0
}

/// Returns the name of the app's flow, which is added to the flows of the file unless it is there or documented.
fn flow_name(app: &App, environments: &Environments, flows: &mut Vec<(String, Table)>) -> String {
    let same = |flow: &DocumentedFlow| flow.flow(&app.name).in_environments(environments.clone()) == app.flow;
    if let Some(documented) = DocumentedFlow::ALL.into_iter().find(same) {
        return documented.to_string();
    }
    let written = flow(&app.flow, &app.name);
    if let Some((name, _)) = flows.iter().find(|(_, known)| *known == written) {
        return name.clone();
    }
    let documented = app.slug.as_str().parse::<DocumentedFlow>().is_ok();
    let name = if documented { format!("{}-own", app.slug) } else { app.slug.to_string() };
    flows.push((name.clone(), written));
    name
}

pub(super) fn flow(flow: &Flow, app: &str) -> Table {
    let mut fields = Fields::default();
    fields.unless("name", &flow.name(), &app);
    fields.unless("version", flow.version(), &steps::FIRST_VERSION);
    let steps = flow.steps().map(|step| (step.id.to_string(), written_step(flow, step).into()));
    fields.put("steps", steps.collect::<Table>());
    fields.0
}

/// Returns a project that has one app with a flow, and only names where a person has to say something.
pub(super) fn draft(flow: &Flow, unnamed: &BTreeSet<StepId>) -> Table {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = flow.name().chars().map(letters).collect();
    let slug = slug.parse::<AppSlug>().map_or_else(|_| "app".to_owned(), |slug| slug.to_string());
    let updated = flow.environments().iter().filter(|it| flow.steps().any(|step| step.updates(it.name)));
    let mut written = self::flow(flow, flow.name());
    written.remove("version");
    for step in flow.steps().filter(|step| unnamed.contains(&step.id)) {
        let fields = written.get_mut("steps").and_then(|steps| steps.get_mut(step.id.as_str()));
        if let Some(fields) = fields.and_then(Value::as_table_mut) {
            fields.insert("does".to_owned(), steps::UNNAMED.into());
            fields.insert("manual".to_owned(), (step.trigger == Trigger::Manual).into());
        }
    }
    let mut app = Fields::default();
    app.unless("name", &flow.name(), &slug.as_str());
    app.put("images", [format!("ghcr.io/owner/{slug}")]);
    app.put("flow", &slug);
    let mut fields = Fields::default();
    fields.put("name", flow.name());
    fields.maybe("environments", Environments::new(updated.collect()).ok());
    fields.put("repositories", Table::from_iter([("code".to_owned(), Value::from("owner/repository"))]));
    fields.put("apps", Table::from_iter([(slug.clone(), Value::Table(app.0))]));
    fields.put("flows", Table::from_iter([(slug, Value::Table(written))]));
    fields.0
}

fn written_step(flow: &Flow, step: &Step) -> Table {
    let links = |rolls_back: bool| -> Vec<Value> {
        let mine = flow.links().filter(|link| link.to == step.id);
        let mine = mine.filter(|link| (link.kind == LinkKind::RollsBack) == rolls_back);
        mine.map(|link| written_link(flow, &link, step)).collect()
    };
    let (after, rolls_back) = (links(false), links(true));
    let mut fields = Fields::default();
    fields.put("does", step.operation.kind());
    let parameters = step.operation.parameters();
    for (name, value) in parameters.unwrap_or_else(|error| panic!("a kind's parameters are a map: {error}")) {
        fields.put(&name, value);
    }
    fields.unless("label", &step.label, &steps::words_of(&step.id));
    let manual = step.trigger == Trigger::Manual;
    let usual = steps::usual_trigger(step.operation.nature(), !after.is_empty());
    fields.unless("manual", &manual, &(usual == Trigger::Manual));
    fields.maybe("environment", one_or_all(&step.environments));
    fields.maybe("after", one_or_all(&after));
    fields.maybe("rolls_back", one_or_all(&rolls_back));
    fields.maybe("split", step.split);
    fields.maybe("join", step.join);
    fields.unless("outcomes", &step.outcomes, &Vec::new());
    fields.unless("details", &step.details, &Vec::new());
    let exempt = flow.exemptions().iter().filter(|exemption| exemption.step == step.id);
    let exempt = exempt.map(|it| (it.check.to_string(), Value::from(it.reason.as_str())));
    fields.unless("exempt", &exempt.collect(), &Table::new());
    fields.0
}

fn written_link(flow: &Flow, link: &Link, to: &Step) -> Value {
    let from = match &link.outcome {
        Some(outcome) => format!("{}:{outcome}", link.from),
        None => link.from.to_string(),
    };
    let usual = flow.step(&link.from).map(|from| steps::forward_kind(from, to));
    let kind = Some(link.kind).filter(|&kind| kind.is_forward() && Some(kind) != usual);
    if kind.is_none() && link.label.is_none() {
        return Value::from(from);
    }
    let mut fields = Fields::default();
    fields.put("step", from);
    fields.maybe("kind", kind);
    fields.maybe("label", link.label.as_ref());
    Value::Table(fields.0)
}

/// Returns the only one of a list, or the list, or nothing if there is nothing in it.
fn one_or_all<T: Serialize>(list: &[T]) -> Option<Value> {
    let value = |it: &T| Value::try_from(it).ok();
    match list {
        [] => None,
        [one] => value(one),
        several => Some(Value::Array(several.iter().filter_map(value).collect())),
    }
}

/// Returns a table of those tables that have anything in them.
fn filled(tables: impl Iterator<Item = (String, Table)>) -> Table {
    tables.filter(|(_, table)| !table.is_empty()).map(|(name, table)| (name, table.into())).collect()
}

/// Returns what an app says of a step beyond its flow: who performs it, and where and how it deploys.
fn of_app(app: &App, step: &Step) -> Table {
    let mut fields = Fields::default();
    fields.maybe("by", app.performers.get(&step.id));
    if step.is_deployment() {
        let targets = step.environments.iter().filter_map(|&it| app.deployment(it));
        let targets: Vec<_> = targets.map(|it| (it.environment.to_string(), deployment(app, it))).collect();
        let Some((_, first)) = targets.first() else { return fields.0 };
        let shared =
            |key: &str, value: &Value| targets.iter().all(|(_, other)| other.get(key) == Some(value));
        fields.0.extend(first.clone().into_iter().filter(|(key, value)| shared(key, value)));
        let own = targets.iter().map(|(environment, target)| {
            let own = target.clone().into_iter().filter(|(key, value)| !shared(key, value));
            (environment.clone(), own.collect())
        });
        fields.unless("in", &filled(own), &Table::new());
    }
    fields.0
}

fn deployment(app: &App, target: &DeploymentTarget) -> Table {
    let mut means = Table::try_from(&target.means).unwrap_or_default();
    means.remove("by");
    let event_type = kinds::usual_event_type(&app.slug, target.environment);
    means.retain(|key, value| key != "event_type" || value.as_str() != Some(event_type.as_str()));
    let mut fields = Fields(means);
    fields.maybe("endpoint", target.version_endpoint.as_ref());
    fields.maybe("called", target.called.as_ref());
    fields.maybe("gate", target.gate.as_ref());
    fields.maybe("variables", target.variables.as_ref());
    fields.maybe("ecs", target.ecs.as_ref());
    fields.0
}
