//! Rendering: a flow as a chart or as text.
//!
//! Labels and details are data from outside as far as rendering is concerned: no label can add a
//! step or a link to a chart, or reach the terminal as anything but visible text.

mod dot;
mod label;
mod mermaid;
mod order;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Flow;
use crate::{Step, StepId};

pub(crate) use label::lines as visible_lines;

/// How much a rendering shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ChartLevel {
    /// The documented chart: steps and links.
    #[default]
    Overview,
    /// The same steps and links, with the details of each step in its box.
    Detailed,
}

/// How far a step has come in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepMark {
    /// Behind.
    Done,
    /// Where the run is.
    Current,
    /// Still to come.
    Pending,
    /// It went wrong.
    Failed,
}

impl StepMark {
    /// Every mark.
    pub const ALL: [Self; 4] = [Self::Done, Self::Current, Self::Pending, Self::Failed];

    /// Returns a word: `done`, `current`, `pending` or `failed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "current",
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }
}

/// The marks of a run's steps; a step without one is not part of the run.
pub type StepMarks = BTreeMap<StepId, StepMark>;

impl Flow {
    /// Returns the flow as a Mermaid flowchart, from top to bottom.
    ///
    /// A square box is a manual step, a rounded one an automatic step. Solid arrows trigger or
    /// enable, dotted ones continue, and a line with circles joins a deployment to its rollback.
    ///
    /// ```
    /// use openverse_release_core::{ChartLevel, flows};
    ///
    /// let chart = flows::indexer_worker().to_mermaid(ChartLevel::Overview);
    /// assert!(chart.starts_with("flowchart TD\n"));
    /// assert!(chart.contains("IdxWorker o--o RevertRollback"));
    /// ```
    pub fn to_mermaid(&self, level: ChartLevel) -> String {
        mermaid::render(self, level, &StepMarks::new())
    }

    /// Returns the Mermaid flowchart with each marked step coloured by how far it has come.
    pub fn to_mermaid_marked(&self, level: ChartLevel, marks: &StepMarks) -> String {
        mermaid::render(self, level, marks)
    }

    /// Returns the steps so that arrows point down, without the steps that roll a deployment back.
    pub(crate) fn in_reading_order(&self) -> Vec<&Step> {
        order::Listing::of(self).steps
    }

    /// Returns the flow as a Graphviz graph, drawn like the Mermaid flowchart.
    pub fn to_dot(&self, level: ChartLevel) -> String {
        dot::render(self, level)
    }

    /// Returns the flow as text for a terminal of 80 columns, in ASCII as far as its labels are.
    ///
    /// ```
    /// use openverse_release_core::{ChartLevel, flows};
    ///
    /// println!("{}", flows::api().to_text(ChartLevel::Overview));
    /// ```
    pub fn to_text(&self, level: ChartLevel) -> String {
        text::render(self, level, &StepMarks::new())
    }

    /// Returns the text with a sign before each marked step that shows how far it has come.
    pub fn to_text_marked(&self, level: ChartLevel, marks: &StepMarks) -> String {
        text::render(self, level, marks)
    }
}
