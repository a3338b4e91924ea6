//! Steps that several arrows leave, or that several lead to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many of the arrows at one side of a step count each time the step happens.
///
/// The arrows are the solid and the dotted links. Those to a step that rolls back are left out: a
/// person may start a rollback at any time, so it is no branch of the way forward.
///
/// ```
/// use openverse_release_core::{Branches, EnvironmentName, FlowBuilder};
///
/// let mut flow = FlowBuilder::new("tiny", semver::Version::new(1, 0, 0));
/// let merge = flow.merge_to_main("Merge", "Merge to main");
/// let build = flow.build_images("Build", "Build the image");
/// let staging = flow.deploy_commit_by_github_workflow("Staging", "Try it", EnvironmentName::STAGING);
/// let publish = flow.publish_github_release("Publish", "Publish GitHub Release");
/// flow.triggers(merge, build).triggers(build, staging).enables(build, publish);
/// // The build sets off the one and makes possible the other.
/// flow.splits(build, Branches::All);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Branches {
    /// Every one: the step goes on by all of them (an AND split), or waits for all (an AND join).
    All,
    /// One of them: the step goes on by a single one (an XOR split), or happens once for each that
    /// leads to it (an XOR join).
    One,
}

impl Branches {
    /// Returns the text: `all` or `one`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::One => "one",
        }
    }
}

impl fmt::Display for Branches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
