//! What each reader finds in a chart.

pub(crate) mod mermaid_js;

use std::fmt;

use merman_core::{Engine, ParseOptions};
use openverse_release_mermaid::Chart;
use serde_json::Value;

/// How many boxes and lines a reader finds; nothing where it refuses the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found(Option<(usize, usize)>);

impl Found {
    pub(crate) fn ours(chart: &str) -> Self {
        Self(Chart::read(chart).ok().map(|chart| (chart.vertices.len(), chart.edges.len())))
    }

    pub(crate) fn merman(chart: &str) -> Self {
        let parsed = Engine::new().parse_diagram_sync(chart, ParseOptions::strict()).ok().flatten();
        let model = parsed.and_then(|parsed| serde_json::to_value(&parsed.model).ok());
        let count = |model: &Value, list: &str| model[list].as_array().map_or(0, Vec::len);
        Self(model.map(|model| (count(&model, "nodes"), count(&model, "edges"))))
    }

    pub(crate) fn renderer(chart: &str) -> Self {
        let parsed = mermaid_rs_renderer::parse_mermaid(chart).ok();
        Self(parsed.map(|parsed| (parsed.graph.nodes.len(), parsed.graph.edges.len())))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((boxes, lines)) => write!(f, "{boxes} boxes, {lines} lines"),
            None => write!(f, "refused"),
        }
    }
}
