//! What is done to versions and environments.

use super::{
    PartOfSpeech::{Noun, Verb},
    Term, than,
};

pub(super) const TERMS: &[Term] = &[
    Term {
        term: "release",
        part: Verb,
        aliases: &["releasing"],
        definition: "To apply a release tag to what was built: the git tag to the commit, the image tag to \
            the images. No environment changes by it.",
        confused_with: &[
            than(
                "deploy",
                "deploying changes an environment; a release can wait for it, or never be deployed",
            ),
            than("publish", "publishing the GitHub Release starts the release, and is only that one act"),
            than("GitHub Release", "the noun, a page on GitHub"),
        ],
        avoid: &["go live", "push to production"],
    },
    Term {
        term: "deploy",
        part: Verb,
        aliases: &["deploying", "deployment"],
        definition: "To update a live environment with other code or configuration.",
        confused_with: &[
            than("release", "releasing applies tags and changes no environment"),
            than("roll back", "rolling back is a deployment too, of an earlier version"),
        ],
        avoid: &["roll out", "push live"],
    },
    Term {
        term: "roll back",
        part: Verb,
        aliases: &["rollback", "rolling back"],
        definition: "To deploy an earlier version of code or configuration to a live environment, by default \
            the last one known to work. The images go back; environment variables do not by themselves.",
        confused_with: &[
            than(
                "revert",
                "a revert changes main; a rollback changes an environment and leaves main as it is",
            ),
            than("deploy", "every rollback is a deployment, but most deployments go forward"),
            than("hold", "the rollback takes the environment back, the hold keeps it there"),
        ],
        avoid: &["undo the release", "unrelease"],
    },
    Term {
        term: "revert",
        part: Verb,
        aliases: &["reverting"],
        definition: "To merge a change to main that takes an earlier one out again. It then goes the way of \
            any change, which is the preferred way to get staging right again, because it makes main healthy.",
        confused_with: &[than(
            "roll back",
            "a rollback changes the environment at once and leaves the bad code on main",
        )],
        avoid: &["back out"],
    },
    Term {
        term: "hold",
        part: Noun,
        aliases: &["on hold", "holds"],
        definition: "A stop for one app in one environment after a rollback: nothing is deployed there until \
            somebody lifts it and says why. It keeps automation from bringing the bad version back.",
        confused_with: &[than("roll back", "rolling back sets the hold, lifting the hold deploys nothing")],
        avoid: &["freeze"],
    },
];
