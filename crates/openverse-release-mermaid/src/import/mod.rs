//! From a chart in this project's conventions to a flow.

mod label;
mod operation;
mod unreadable;

use std::{collections::HashMap, sync::Arc};

use openverse_release_core::{Flow, Link, LinkKind, ParseError, Step, StepId, Trigger};
use semver::Version;

pub use unreadable::Unreadable;

use crate::{
    chart::{Chart, Direction, Edge, Vertex},
    link::{LineEnds, Stroke},
};

/// A chart says no version of its process; the flow it makes has this one.
const VERSION: Version = Version::new(0, 0, 0);

/// How many bytes of words the links of a flow can have, beside as many as the chart has on its lines.
const MOST_WORDS: usize = 1_000_000;

/// A flow that was read from a chart, and what the chart has beyond it.
///
/// A square box is a manual step, a rounded one an automatic step; a solid arrow triggers or enables,
/// a dotted one continues, and a line with a circle at both ends joins a deployment to its rollback.
///
/// No chart says what a step does. It is known by the step's name, if that is one of the documented
/// flows, or by the words in its box. A step of which it is not known is not in the flow, nor are its
/// links; they are listed instead, as is everything else that no flow has.
///
/// ```
/// use openverse_release_core::{ChartLevel, flows};
/// use openverse_release_mermaid::{Chart, Import};
///
/// let drawn = flows::api().to_mermaid(ChartLevel::Overview);
/// let import = Import::of(&Chart::read(&drawn)?, "API");
/// assert_eq!(import.flow.steps().count(), 8);
/// assert!(import.unreadable.is_empty());
/// # Ok::<(), openverse_release_mermaid::ChartError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// The steps and links that could be read.
    pub flow: Flow,
    /// What is in the chart and not in the flow.
    pub unreadable: Vec<Unreadable>,
}

impl Import {
    /// Makes a flow of a chart, under a name that the chart does not say.
    pub fn of(chart: &Chart, name: &str) -> Self {
        Self::knowing(chart, name, |_| None)
    }

    /// Makes a flow of a chart, where it is known of some steps what they do: the same as steps of another flow.
    pub fn knowing<'k>(chart: &Chart, name: &str, known: impl Fn(&StepId) -> Option<&'k Step>) -> Self {
        let mut unreadable = Vec::new();
        let mut steps = Vec::new();
        for vertex in &chart.vertices {
            match step(vertex, &known) {
                Ok(step) => steps.push(step),
                Err(why) => unreadable.push(Unreadable::Step { id: Arc::clone(&vertex.id), why }),
            }
        }
        let by_id: HashMap<&str, &Step> = steps.iter().map(|step| (step.id.as_str(), step)).collect();
        let mut links = Vec::new();
        let (mut written, mut copied, mut last) = (0, 0, None);
        for edge in &chart.edges {
            // "&" puts the same words on many lines, and each link of a flow has its own.
            if last.replace(&edge.text).is_none_or(|last| !Arc::ptr_eq(last, &edge.text)) {
                written += edge.text.len();
            }
            let ends = by_id.get(&*edge.start).zip(by_id.get(&*edge.end));
            let link = ends.ok_or("one of its steps could not be read").and_then(|(from, to)| {
                if copied + edge.text.len() > MOST_WORDS + written {
                    return Err("its words are on too many other lines");
                }
                link(edge, from, to)
            });
            match link {
                Ok(link) => {
                    copied += edge.text.len();
                    links.push(link);
                }
                Err(why) => unreadable.push(Unreadable::Link {
                    from: Arc::clone(&edge.start),
                    to: Arc::clone(&edge.end),
                    why,
                }),
            }
        }
        unreadable.extend(chart.subgraphs.iter().map(|subgraph| Unreadable::Subgraph {
            id: Arc::clone(&subgraph.id),
            title: label::plain(&subgraph.title),
        }));
        if chart.direction != Direction::TopToBottom {
            unreadable.push(Unreadable::Direction { direction: chart.direction });
        }
        unreadable.extend(chart.decorations.iter().copied().map(Unreadable::Decoration));
        let flow = Flow::new(name, VERSION, steps, links, Vec::new())
            .expect("a box is in a chart once, and links whose steps are missing were left out");
        Self { flow, unreadable }
    }

    /// Tells whether every box and every line of the chart is in the flow.
    pub fn is_whole(&self) -> bool {
        let is_lost = |part: &Unreadable| matches!(part, Unreadable::Step { .. } | Unreadable::Link { .. });
        !self.unreadable.iter().any(is_lost)
    }
}

impl Vertex {
    /// Returns who sets the step off that is drawn like this: a square box needs a person, a rounded one
    /// does not. Other boxes say nothing of it.
    pub fn trigger(&self) -> Option<Trigger> {
        match self.shape? {
            "square" | "rect" | "proc" | "process" | "rectangle" => Some(Trigger::Manual),
            "round" | "rounded" | "event" => Some(Trigger::Automatic),
            _ => None,
        }
    }

    /// Returns what a reader of the drawn chart sees in the box: entity codes decoded, tags left out.
    pub fn plain_text(&self) -> String {
        label::plain(&self.text)
    }
}

fn step<'k>(vertex: &Vertex, known: impl Fn(&StepId) -> Option<&'k Step>) -> Result<Step, String> {
    let id: StepId = vertex.id.parse().map_err(|error: ParseError| {
        format!("no step can have that name, which would be {}", error.expected())
    })?;
    let trigger = vertex.trigger().ok_or_else(|| match vertex.shape {
        Some(shape) => format!("its shape is {shape}, which is neither square nor rounded"),
        None => "it has no box, which would be square or rounded".to_owned(),
    })?;
    let label = vertex.plain_text();
    let operation = known(&id).map(operation::does).or_else(|| operation::of(&id, &label));
    let (operation, environments) = operation.ok_or("neither its name nor its label says what it does")?;
    Ok(Step::new(id, label, trigger, operation).updating(environments))
}

fn link(edge: &Edge, from: &Step, to: &Step) -> Result<Link, &'static str> {
    let kind = match (edge.ends, edge.stroke) {
        (LineEnds::Point, Stroke::Normal) if to.trigger == Trigger::Automatic => LinkKind::Triggers,
        (LineEnds::Point, Stroke::Normal) => LinkKind::Enables,
        (LineEnds::Point, Stroke::Dotted) => LinkKind::Continues,
        (LineEnds::DoubleCircle, Stroke::Normal) => LinkKind::RollsBack,
        _ => return Err("it is drawn neither as \"-->\" nor \"-.->\" nor \"o--o\""),
    };
    let label = Some(label::plain(&edge.text)).filter(|_| !edge.text.is_empty());
    Ok(Link { label, ..Link::new(from.id.clone(), kind, to.id.clone()) })
}
