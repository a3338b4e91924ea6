//! Flows: the steps by which the code of an app gets from `main` to production, as a typed graph.

mod branches;
mod builder;
mod check;
pub mod documented;
mod link;
pub mod net;
mod outcome;
mod render;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef,
};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Environments};

pub use branches::Branches;
pub use builder::{
    Automatic, DeploymentStep, EnvironmentSet, FlowBuilder, Forward, Handle, Manual, RollbackStep,
};
pub use check::{CheckId, Finding, Severity};
pub use link::{Exemption, Link, LinkKind};
pub use outcome::Outcome;
pub(crate) use render::visible_lines;
pub use render::{ChartLevel, StepMark, StepMarks};
pub use step::{Detail, DetailKind, Step, StepId, Trigger};

/// The steps of an app and the links between them.
///
/// A flow that was read from a file or built by hand may still break a rule of the process: ask
/// [`Flow::check`]. What every `Flow` guarantees is that step names are unique and that both ends
/// of each link exist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "FlowFile", into = "FlowFile")]
pub struct Flow {
    name: String,
    version: Version,
    environments: Environments,
    graph: DiGraph<Step, LinkLabel>,
    by_id: BTreeMap<StepId, NodeIndex>,
    exemptions: Vec<Exemption>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct LinkLabel {
    kind: LinkKind,
    label: Option<String>,
    outcome: Option<Outcome>,
}

/// The written form of a flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowFile {
    name: String,
    version: Version,
    /// Openverse's, where nothing is said.
    #[serde(default, skip_serializing_if = "is_default")]
    environments: Environments,
    steps: Vec<Step>,
    links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exemptions: Vec<Exemption>,
}

/// A set of steps and links is no flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// Two steps have the same name.
    #[error("two steps are named {step}; a name is unique within its flow")]
    DuplicateStep {
        /// The name.
        step: StepId,
    },
    /// A step's name cannot stand in a chart.
    #[error("{id:?} cannot name a step, expected a letter, then letters, digits and \"_\"")]
    BadStepId {
        /// The name.
        id: String,
    },
    /// A link or exemption names a step that is not there.
    #[error("{what} names the step {step}, which the flow does not have")]
    UnknownStep {
        /// What names it.
        what: &'static str,
        /// The name.
        step: StepId,
    },
}

fn is_default(environments: &Environments) -> bool {
    *environments == Environments::default()
}

impl Flow {
    /// Returns the flow of these steps and links.
    ///
    /// [`FlowBuilder`] is the better way where the flow is written in Rust: there an ill-typed
    /// link does not compile.
    ///
    /// # Errors
    /// When a step's name is taken twice, or a link or exemption names no step.
    pub fn new(
        name: impl Into<String>,
        version: Version,
        steps: Vec<Step>,
        links: Vec<Link>,
        exemptions: Vec<Exemption>,
    ) -> Result<Self, FlowError> {
        let mut graph = DiGraph::with_capacity(steps.len(), links.len());
        let mut by_id = BTreeMap::new();
        for step in steps {
            let id = step.id.clone();
            let index = graph.add_node(step);
            if by_id.insert(id.clone(), index).is_some() {
                return Err(FlowError::DuplicateStep { step: id });
            }
        }
        let find = |what, step: &StepId| {
            by_id.get(step).copied().ok_or_else(|| FlowError::UnknownStep { what, step: step.clone() })
        };
        for Link { from, to, kind, label, outcome } in links {
            graph.add_edge(find("a link", &from)?, find("a link", &to)?, LinkLabel { kind, label, outcome });
        }
        for exemption in &exemptions {
            find("an exemption", &exemption.step)?;
        }
        let environments = Environments::default();
        Ok(Self { name: name.into(), version, environments, graph, by_id, exemptions })
    }

    /// Returns the flow in a project with these environments. Without it they are Openverse's.
    #[must_use]
    pub fn in_environments(self, environments: Environments) -> Self {
        Self { environments, ..self }
    }

    /// Returns the part of the flow with these steps and the links between them, without what is only said of
    /// them beyond the chart.
    #[must_use]
    pub fn part(&self, steps: &BTreeSet<StepId>) -> Self {
        let kept = self.steps().filter(|step| steps.contains(&step.id));
        let kept: Vec<_> = kept.map(|step| Step { details: Vec::new(), ..step.clone() }).collect();
        let links = self.links().filter(|link| steps.contains(&link.from) && steps.contains(&link.to));
        let part = Self::new(self.name.clone(), self.version.clone(), kept, links.collect(), Vec::new());
        part.unwrap_or_else(|_| unreachable!("its names are unique, and its links end in it"))
            .in_environments(self.environments.clone())
    }

    /// Returns the flow with a step that is set off otherwise.
    pub(crate) fn with_trigger(mut self, step: &StepId, trigger: Trigger) -> Self {
        if let Some(&index) = self.by_id.get(step) {
            self.graph[index].trigger = trigger;
        }
        self
    }

    /// Returns the environments that its steps can update.
    pub fn environments(&self) -> &Environments {
        &self.environments
    }

    /// Returns the environments that some step updates, in the order of their ranks.
    pub fn updated_environments(&self) -> impl Iterator<Item = EnvironmentName> {
        let updated = |&environment: &EnvironmentName| self.steps().any(|step| step.updates(environment));
        self.environments.names().filter(updated)
    }

    /// Returns the flow's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version of the process. A run that began under one version is not continued
    /// under an incompatible one.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns the steps, in the order they were written.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.graph.node_weights()
    }

    /// Returns a step by its name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.by_id.get(id).map(|&index| &self.graph[index])
    }

    /// Returns the links, in the order they were written.
    pub fn links(&self) -> impl Iterator<Item = Link> {
        self.graph.edge_references().map(|edge| Link {
            from: self.graph[edge.source()].id.clone(),
            to: self.graph[edge.target()].id.clone(),
            kind: edge.weight().kind,
            label: edge.weight().label.clone(),
            outcome: edge.weight().outcome.clone(),
        })
    }

    /// Returns the steps that a step leads to by links of the given kinds.
    pub fn after<'a>(&'a self, step: &StepId, kinds: &'a [LinkKind]) -> impl Iterator<Item = &'a Step> {
        self.neighbours(step, kinds, Direction::Outgoing)
    }

    /// Returns the steps that lead to a step by links of the given kinds.
    pub fn before<'a>(&'a self, step: &StepId, kinds: &'a [LinkKind]) -> impl Iterator<Item = &'a Step> {
        self.neighbours(step, kinds, Direction::Incoming)
    }

    fn neighbours<'a>(
        &'a self,
        step: &StepId,
        kinds: &'a [LinkKind],
        direction: Direction,
    ) -> impl Iterator<Item = &'a Step> {
        let index = self.by_id.get(step).copied();
        index
            .into_iter()
            .flat_map(move |index| self.graph.edges_directed(index, direction))
            .filter(|edge| kinds.contains(&edge.weight().kind))
            .map(move |edge| {
                let other = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
                &self.graph[other]
            })
    }

    /// Returns the declared exemptions from checks.
    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }
}

impl PartialEq for Flow {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.version == other.version
            && self.environments == other.environments
            && self.steps().eq(other.steps())
            && self.links().eq(other.links())
            && self.exemptions == other.exemptions
    }
}

impl Eq for Flow {}

impl TryFrom<FlowFile> for Flow {
    type Error = FlowError;

    fn try_from(file: FlowFile) -> Result<Self, FlowError> {
        let flow = Self::new(file.name, file.version, file.steps, file.links, file.exemptions)?;
        Ok(flow.in_environments(file.environments))
    }
}

impl From<Flow> for FlowFile {
    fn from(flow: Flow) -> Self {
        Self {
            name: flow.name.clone(),
            version: flow.version.clone(),
            environments: flow.environments.clone(),
            steps: flow.steps().cloned().collect(),
            links: flow.links().collect(),
            exemptions: flow.exemptions,
        }
    }
}
