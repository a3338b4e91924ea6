//! Of which app a chart is.

use openverse_release_core::{App, Flow, Project, Step};
use openverse_release_mermaid::{Chart, Import};
use serde::Serialize;

use crate::markdown::ChartBlock;

/// How it is known which app's flow a chart draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChartOwner {
    /// A comment right above it says so: `<!-- flow: api, frontend -->`, or `<!-- flow: none -->`.
    Comment,
    /// Its own title names the app.
    Title,
    /// The nearest heading above it that names an app.
    Heading,
    /// It looks most like the flow of that app.
    Structure,
    /// It is of another kind, or like no flow.
    Nobody,
}

/// Which apps a chart is of.
pub(super) struct Owners<'p> {
    pub(super) apps: Vec<&'p App>,
    pub(super) known_by: ChartOwner,
    /// A name in the comment that is no app's.
    pub(super) unknown: Option<String>,
}

/// A heading or title counts only if the chart shares so many steps with the flow: a chart of the
/// machines stands under the app's name too.
const SHARED: usize = 2;

/// Returns which apps a chart is of.
///
/// What is said outright counts first, then the title, then the headings from the nearest outwards, and
/// last which flow it looks like: at least half of the steps of both must be shared.
pub(super) fn owners<'p>(project: &'p Project, block: &ChartBlock, chart: Option<&Chart>) -> Owners<'p> {
    if let Some(declared) = &block.declared {
        return declared_owners(project, declared);
    }
    let nobody = Owners { apps: Vec::new(), known_by: ChartOwner::Nobody, unknown: None };
    let named = title(&block.text).map(|title| (ChartOwner::Title, title));
    let headings = block.headings.iter().map(|heading| (ChartOwner::Heading, heading.clone()));
    for (known_by, words) in named.into_iter().chain(headings) {
        let mut apps = named_apps(project, &words);
        if let Some(chart) = chart {
            apps.retain(|app| Likeness::of(chart, &app.flow).shared >= SHARED);
        }
        if !apps.is_empty() {
            return Owners { apps, known_by, unknown: None };
        }
    }
    let Some(chart) = chart else { return nobody };
    let likeness = project.apps.iter().map(|app| (app, Likeness::of(chart, &app.flow)));
    let alike: Vec<_> =
        likeness.filter(|(_, like)| 2 * like.shared >= like.all && like.shared >= SHARED).collect();
    let best = alike.iter().map(|(_, like)| like.percent()).max();
    let apps = alike.into_iter().filter(|(_, like)| Some(like.percent()) == best).map(|(app, _)| app);
    let apps: Vec<_> = apps.collect();
    if apps.is_empty() { nobody } else { Owners { apps, known_by: ChartOwner::Structure, unknown: None } }
}

fn declared_owners<'p>(project: &'p Project, declared: &str) -> Owners<'p> {
    let mut owners = Owners { apps: Vec::new(), known_by: ChartOwner::Comment, unknown: None };
    if declared == "none" {
        return owners;
    }
    for name in declared.split(',').map(str::trim) {
        match project.app(name) {
            Some(app) => owners.apps.push(app),
            None => owners.unknown = Some(name.to_owned()),
        }
    }
    owners
}

/// Returns the title of a chart, which is in its front matter or a statement of its own.
fn title(chart: &str) -> Option<String> {
    let line = |line: &str| {
        let line = line.trim();
        let title = line.strip_prefix("title:").or_else(|| line.strip_prefix("accTitle:"))?;
        Some(title.trim().trim_matches(['"', '\'']).to_owned())
    };
    chart.lines().find_map(line)
}

/// Returns the apps that some words name: `API and Frontend`.
fn named_apps<'p>(project: &'p Project, words: &str) -> Vec<&'p App> {
    let words: Vec<_> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut apps: Vec<&App> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        // "ingestion server" before "ingestion".
        let longest = (at + 1..=words.len().min(at + 4)).rev();
        let named = longest.filter_map(|end| Some((end, project.app(&words[at..end].join(" "))?))).next();
        match named {
            Some((end, app)) => {
                if !apps.iter().any(|known| known.slug == app.slug) {
                    apps.push(app);
                }
                at = end;
            }
            None => at += 1,
        }
    }
    apps
}

/// How much a chart looks like a flow.
struct Likeness {
    shared: usize,
    all: usize,
}

impl Likeness {
    /// Compares names of steps, and what steps do.
    fn of(chart: &Chart, flow: &Flow) -> Self {
        let import = Import::knowing(chart, "", |id| flow.step(id));
        let drawn: Vec<_> = import.flow.steps().collect();
        let is_drawn = |step: &&Step| {
            chart.vertices.iter().any(|vertex| &*vertex.id == step.id.as_str())
                || drawn.iter().any(|drawn| drawn.does_the_same_as(step))
        };
        let shared = flow.steps().filter(is_drawn).count();
        let all = (flow.steps().count() + chart.vertices.len()).saturating_sub(shared);
        Self { shared, all }
    }

    fn percent(&self) -> usize {
        100 * self.shared / self.all.max(1)
    }
}
