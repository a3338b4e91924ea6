//! A flowchart as it was read.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::{
    error::ChartError,
    link::{LineEnds, Stroke},
    read,
    source::Source,
};

/// Where a chart begins and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From top to bottom: `TB`, `TD`, `v`, or nothing.
    TopToBottom,
    /// From bottom to top: `BT`, `^`.
    BottomToTop,
    /// From left to right: `LR`, `>`.
    LeftToRight,
    /// From right to left: `RL`, `<`.
    RightToLeft,
    /// `BR`, which mermaid.js reads and gives no meaning.
    BottomRight,
}

impl Direction {
    /// Returns the name that mermaid.js has for it: `TB`, `BT`, `LR`, `RL` or `BR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TopToBottom => "TB",
            Self::BottomToTop => "BT",
            Self::LeftToRight => "LR",
            Self::RightToLeft => "RL",
            Self::BottomRight => "BR",
        }
    }
}

impl Serialize for Direction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A flowchart, in the terms of mermaid.js.
///
/// Texts are as mermaid.js keeps them: an entity code `#quot;` is `ﬂ°quot¶ß` there, and `#35;` is
/// `ﬂ°°35¶ß`. Names repeat where a subgraph is linked: it is a vertex then, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Chart {
    /// Where the chart goes.
    pub direction: Direction,
    /// The boxes, in the order in which they are first named.
    pub vertices: Vec<Vertex>,
    /// The lines between them, in the order in which they are written.
    pub edges: Vec<Edge>,
    /// The subgraphs, in the order in which they end.
    pub subgraphs: Vec<Subgraph>,
    /// What says nothing of boxes and lines, in the order in which it is written.
    #[serde(skip)]
    pub decorations: Vec<Decoration>,
}

/// In which lines of its text a chart's boxes and lines are written, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChartPlaces {
    /// Of each box, in the chart's order: where it was last said what stands in it, or first its name.
    pub vertices: Vec<usize>,
    /// Of each line, in the chart's order.
    pub edges: Vec<usize>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Vertex {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: Arc<str>,
    /// Its shape as mermaid.js names it; none was said where there is none.
    pub shape: Option<&'static str>,
    /// What stands in it: its name, if nothing else was said.
    #[serde(serialize_with = "as_text")]
    pub text: Arc<str>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Edge {
    /// The name of the box where it starts.
    #[serde(serialize_with = "as_text")]
    pub start: Arc<str>,
    /// The name of the box where it ends.
    #[serde(serialize_with = "as_text")]
    pub end: Arc<str>,
    /// What it has at its ends.
    #[serde(rename = "type")]
    pub ends: LineEnds,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Over how many ranks it goes at least, from 1 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// The words on it, which may be none.
    #[serde(serialize_with = "as_text")]
    pub text: Arc<str>,
}

/// Some boxes with a frame around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Subgraph {
    /// Its name: the one that was written, or `subGraph` and a number.
    #[serde(serialize_with = "as_text")]
    pub id: Arc<str>,
    /// What stands on it.
    #[serde(serialize_with = "as_text")]
    pub title: Arc<str>,
    /// The boxes and subgraphs in it, apart from those in a subgraph that ended before it.
    #[serde(serialize_with = "as_texts")]
    pub nodes: Vec<Arc<str>>,
    /// Where it goes, if that was said.
    #[serde(skip)]
    pub direction: Option<Direction>,
}

/// A statement that says nothing of boxes and lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Decoration {
    /// What it is.
    pub kind: DecorationKind,
    /// In which line of the text it begins, counted from 1.
    pub line: usize,
}

/// What a statement that says nothing of boxes and lines is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecorationKind {
    /// `style A …`, which makes a box of that name if there is none.
    Style,
    /// `linkStyle 0 …`.
    LinkStyle,
    /// `classDef …`.
    ClassDefinition,
    /// `class A …` or `A:::…`.
    Class,
    /// `click A …`.
    Click,
    /// `accTitle: …` or `accDescr: …`.
    Accessibility,
}

impl Chart {
    /// Reads a flowchart as mermaid.js 11.17.2 does.
    ///
    /// It takes linear time and memory, and no nesting makes it recurse.
    ///
    /// ```
    /// use openverse_release_mermaid::Chart;
    ///
    /// let chart = Chart::read("flowchart LR\n A[Merge] --> B(Build) -. later .-> C & D")?;
    /// assert_eq!(chart.vertices.len(), 4);
    /// assert_eq!(chart.vertices[1].shape, Some("round"));
    /// assert_eq!(chart.edges[1].stroke.as_str(), "dotted");
    /// assert_eq!(&*chart.edges[1].text, "later");
    /// # Ok::<(), openverse_release_mermaid::ChartError>(())
    /// ```
    ///
    /// # Errors
    /// When mermaid.js would refuse the text: the error says where, what was found, and what was
    /// expected. Tags, aliases, most anchors and directives of YAML are refused as well, in front
    /// matter and in `@{ … }`; mermaid.js reads some of them. So are charts in which `&` draws more lines
    /// than a hundred thousand and one for each byte of the text.
    pub fn read(text: &str) -> Result<Self, ChartError> {
        let source = Source::new(text).map_err(|misread| misread.in_text(text))?;
        read::read(&source, text)
            .map(|(chart, _)| chart)
            .map_err(|misread| source.back(misread).in_text(text))
    }

    /// Reads a flowchart, and in which lines of the text its boxes and lines are written.
    ///
    /// ```
    /// use openverse_release_mermaid::Chart;
    ///
    /// let (chart, places) = Chart::read_with_places("flowchart LR\n A --> B\n A[Merge]")?;
    /// assert_eq!(&*chart.vertices[0].text, "Merge");
    /// assert_eq!(places.vertices, [3, 2]);
    /// assert_eq!(places.edges, [2]);
    /// # Ok::<(), openverse_release_mermaid::ChartError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Chart::read`].
    pub fn read_with_places(text: &str) -> Result<(Self, ChartPlaces), ChartError> {
        let source = Source::new(text).map_err(|misread| misread.in_text(text))?;
        let (chart, places) =
            read::read(&source, text).map_err(|misread| source.back(misread).in_text(text))?;
        let starts: Vec<_> = read::line_starts(text).collect();
        let line = |at: &usize| {
            let origin = source.origin(*at);
            starts.partition_point(|&start| start <= origin)
        };
        let vertices = places.vertices.iter().map(line).collect();
        let edges = places.edges.iter().map(line).collect();
        Ok((chart, ChartPlaces { vertices, edges }))
    }
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn as_texts<S: Serializer>(texts: &[Arc<str>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| &**text))
}
