//! The written form of a project: the file that people write.

mod deployments;
mod fields;
mod kinds;
mod mistake;
mod place;
mod schema;
mod steps;
mod text;
mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use toml::{Spanned, Table, de::DeTable};

use self::{
    fields::{Entry, Fields, table},
    mistake::Mistake,
};
use super::Project;
use crate::{
    App, AppSlug, Artefact, Environments, Flow, Repositories, StepId, Trigger, flows::DocumentedFlow,
};

pub use self::mistake::ProjectFileError;

impl Project {
    /// Reads a project file.
    ///
    /// # Errors
    /// If it is not TOML, or the project could not be used: with the place, what was found and what was
    /// expected.
    pub fn from_toml(text: &str) -> Result<Self, ProjectFileError> {
        project(text).map_err(|mistake| mistake.in_text(text))
    }

    /// Writes the project file. It is read as the same project, if the links of each flow are in the order of
    /// the steps that they lead to.
    ///
    /// # Panics
    /// If a kind does not write its parameters as a map.
    pub fn to_toml(&self) -> String {
        text::document(&written::project(self))
    }

    /// Writes the first draft of a project file, with one app and its flow. Of some of its steps it is not known
    /// what they do: they say `?`, which a reader refuses.
    pub fn draft(flow: &Flow, unnamed: &BTreeSet<StepId>) -> String {
        text::document(&written::draft(flow, unnamed))
    }

    /// Returns the JSON Schema of project files.
    pub fn schema() -> serde_json::Value {
        schema::schema()
    }
}

impl<'de> Deserialize<'de> for Project {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text::document(&Table::deserialize(deserializer)?);
        // The places are those of this text, which nobody wrote.
        Self::from_toml(&text).map_err(|error| D::Error::custom(error.without_place()))
    }
}

impl Serialize for Project {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written::project(self).serialize(serializer)
    }
}

/// What the apps of a file share.
struct Shared<'t> {
    environments: Environments,
    flows: Vec<Entry<'t>>,
}

fn project(text: &str) -> Result<Project, Mistake> {
    let root = DeTable::parse(text).map_err(|error| Mistake::toml(&error, 0..0))?;
    let mut fields = Fields::new("a project", 0..0, vec![root.as_ref()]);
    let name = fields.need("name")?;
    let repositories = repositories(&mut fields)?;
    let (release_notes, changelog) = (fields.get("release_notes")?, fields.get("changelog")?);
    let shared = Shared {
        environments: fields.get("environments")?.unwrap_or_default(),
        flows: fields.entries("flows")?,
    };
    let mut apps = Vec::new();
    let mut used = Vec::new();
    for (slug, at, value) in fields.entries("apps")? {
        let mut fields = Fields::new(format!("the app {slug}"), at.clone(), vec![table(value)?]);
        apps.push(app(slug, at, &mut fields, &shared)?);
        used.extend(fields.get::<String>("flow")?);
    }
    fields.end()?;
    if let Some((name, at, _)) = shared.flows.iter().find(|(name, ..)| !used.iter().any(|used| used == name))
    {
        return Err(Mistake::new(at.clone(), format_args!("no app has the flow {name}")));
    }
    let project = Project {
        name,
        environments: shared.environments,
        repositories,
        release_notes: release_notes.unwrap_or_default(),
        changelog: changelog.unwrap_or_default(),
        apps,
    };
    project.validate().map_err(|error| Mistake::new(place::of(&error, root.as_ref()), error))?;
    Ok(project)
}

fn repositories(project: &mut Fields<'_>) -> Result<Repositories, Mistake> {
    let value = project.needed("repositories")?;
    let mut fields = Fields::new("repositories", value.span(), vec![table(value)?]);
    let code = fields.need("code")?;
    let usual = Repositories::usual(code);
    let read = Repositories {
        infrastructure: fields.get("infrastructure")?.unwrap_or(usual.infrastructure),
        main: fields.get("main")?.unwrap_or(usual.main),
        ci: fields.get("ci")?.unwrap_or(usual.ci),
        tagging: fields.get("tagging")?.unwrap_or(usual.tagging),
        code: usual.code,
    };
    fields.end()?;
    Ok(read)
}

fn app<'t>(
    slug: &str,
    at: Range<usize>,
    fields: &mut Fields<'t>,
    shared: &Shared<'t>,
) -> Result<App, Mistake> {
    let slug: AppSlug = slug.parse().map_err(|error| Mistake::new(at.clone(), error))?;
    let name = fields.get("name")?.unwrap_or_else(|| slug.to_string());
    let (flow, steps) = flow(&name, fields, shared)?;
    let (mut deployments, mut performers) = (Vec::new(), BTreeMap::new());
    for (id, mut fields) in steps {
        let step = flow.step(&id).unwrap_or_else(|| unreachable!("the flow has each of these steps"));
        if step.trigger == Trigger::Automatic
            && let Some(performer) = fields.get("by")?
        {
            performers.insert(id, performer);
        }
        if step.is_deployment() {
            deployments::add(&mut deployments, &slug, step, &mut fields)?;
        }
        fields.end()?;
    }
    deployments.sort_by_key(|target| shared.environments.rank(target.environment));
    let mut git_tag_prefix = fields.get("git_tag_prefix")?;
    if git_tag_prefix.is_none() && flow.steps().any(|step| step.operation.makes(Artefact::PublishedRelease)) {
        git_tag_prefix = Some(slug.as_str().parse().map_err(|error| Mistake::new(at, error))?);
    }
    let app = App {
        name,
        git_tag_prefix,
        images: fields.need("images")?,
        source_paths: fields.get("source_paths")?.unwrap_or_else(whole_repository),
        image_paths: fields.get("image_paths")?.unwrap_or_default(),
        variables_file: fields.get("variables_file")?,
        label: fields.get("label")?,
        flow,
        deployments,
        performers,
        slug,
    };
    fields.end()?;
    Ok(app)
}

fn whole_repository() -> Vec<String> {
    vec![String::new()]
}

/// Returns the flow that an app names, and the fields of each of its steps.
fn flow<'t>(
    app: &str,
    fields: &mut Fields<'t>,
    shared: &Shared<'t>,
) -> Result<(Flow, Vec<(StepId, Fields<'t>)>), Mistake> {
    let named: Spanned<String> = fields.need("flow")?;
    let of_app = fields.entries("steps")?;
    let here = |id: &str| of_app.iter().find(|(name, ..)| *name == id);
    let mut steps = Vec::new();
    let own = shared.flows.iter().find(|(name, ..)| name == named.as_ref());
    let documented = DocumentedFlow::ALL.into_iter().find(|flow| flow.as_str() == *named.as_ref());
    let flow = if let Some((name, at, value)) = own {
        let mut fields = Fields::new(format!("the flow {name}"), at.clone(), vec![table(value)?]);
        for (id, at, value) in fields.entries("steps")? {
            let step = id.parse().map_err(|error| Mistake::new(at.clone(), error))?;
            let tables = here(id).map(|(.., value)| table(value)).into_iter().chain([table(value)]);
            let tables = tables.collect::<Result<_, _>>()?;
            steps.push((step, Fields::new(format!("the step {id}"), at, tables)));
        }
        let name = fields.get("name")?.unwrap_or_else(|| app.to_owned());
        let version = fields.get("version")?.unwrap_or(steps::FIRST_VERSION);
        fields.end()?;
        steps::flow(name, version, &shared.environments, &mut steps)?
    } else if let Some(documented) = documented {
        let flow = documented.flow(app).in_environments(shared.environments.clone());
        for step in flow.steps() {
            let (at, tables) = match here(step.id.as_str()) {
                Some((_, at, value)) => (at.clone(), vec![table(value)?]),
                None => (fields.at(), Vec::new()),
            };
            let what = format!("the step {} ({})", step.id, step.operation.kind());
            steps.push((step.id.clone(), Fields::new(what, at, tables)));
        }
        flow
    } else {
        let known = shared.flows.iter().map(|(name, ..)| *name);
        let known = known.chain(DocumentedFlow::ALL.map(DocumentedFlow::as_str));
        return Err(Mistake::unknown(named.span(), ["flow", ""], named.as_ref(), known));
    };
    let names = || flow.steps().map(|step| step.id.as_str());
    match of_app.iter().find(|(name, ..)| !names().any(|known| known == *name)) {
        Some((name, at, _)) => Err(Mistake::unknown(at.clone(), ["step", ""], name, names())),
        None => Ok((flow, steps)),
    }
}
