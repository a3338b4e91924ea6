//! What a chart has and a flow has not.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

use crate::chart::{Decoration, DecorationKind, Direction};

/// A part of a chart that is in no flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unreadable {
    /// A box that is no step.
    Step {
        /// Its name.
        id: Arc<str>,
        /// Why not.
        why: String,
    },
    /// A line that is no link.
    Link {
        /// The name of the box where it starts.
        from: Arc<str>,
        /// The name of the box where it ends.
        to: Arc<str>,
        /// Why not.
        why: &'static str,
    },
    /// A subgraph. What is in it is read as if it were outside.
    Subgraph {
        /// Its name.
        id: Arc<str>,
        /// What stands on it.
        title: String,
    },
    /// A direction other than from top to bottom.
    Direction {
        /// The direction.
        direction: Direction,
    },
    /// A statement that says nothing of boxes and lines.
    Decoration(Decoration),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step { id, why } => write!(f, "the box {id}: {why}"),
            Self::Link { from, to, why } => write!(f, "the line from {from} to {to}: {why}"),
            Self::Subgraph { id, title } => write!(f, "the subgraph {id} ({title}): a flow has no parts"),
            Self::Direction { direction } => {
                write!(f, "the direction {}: a flow is drawn from top to bottom", direction.as_str())
            }
            Self::Decoration(Decoration { kind, line }) => {
                let what = match kind {
                    DecorationKind::Style => "the style of a box",
                    DecorationKind::LinkStyle => "the style of a line",
                    DecorationKind::ClassDefinition => "the definition of a class",
                    DecorationKind::Class => "the class of a box",
                    DecorationKind::Click => "what a click does",
                    DecorationKind::Accessibility => "the title or description",
                };
                write!(f, "{what} in line {line}: a flow has none")
            }
        }
    }
}

impl Serialize for Unreadable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
