//! Reads Mermaid flowcharts as mermaid.js does, and flows from those in this project's conventions.
//!
//! This crate is pure: no I/O. [`Chart::read`] takes any flowchart and says what mermaid.js would
//! understand; [`Import::of`] makes a flow of a chart that is drawn like the ones this project
//! prints, and lists what it could not read.

mod build;
mod chart;
mod error;
mod import;
mod lex;
mod link;
mod read;
mod shape;
mod source;
mod text;
mod yaml;

pub use chart::{Chart, ChartPlaces, Decoration, DecorationKind, Direction, Edge, Subgraph, Vertex};
pub use error::ChartError;
pub use import::{Import, Unreadable};
pub use link::{LineEnds, Stroke};
