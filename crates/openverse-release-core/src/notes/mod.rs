//! Release notes, and the drafts that carry them.

mod draft;
mod mentioned;
mod rules;
mod text;

pub use draft::{DraftChange, DraftContent, DraftPlan, DraftRefusal, DraftWrite, plan_draft};
pub use mentioned::numbers_mentioned;
pub use rules::ReleaseNotesRules;
pub use text::{MergedPullRequest, NotesSection, ReleaseNotes};
