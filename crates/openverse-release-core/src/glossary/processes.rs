//! Processes, and what GitHub has for them.

use super::{
    PartOfSpeech::{Noun, Verb},
    Term, than,
};

pub(super) const TERMS: &[Term] = &[
    Term {
        term: "process",
        part: Noun,
        aliases: &["processes"],
        definition: "Steps, some taken by people and some by machines, that lead to a result.",
        confused_with: &[
            than(
                "GitHub Workflow",
                "a GitHub Workflow is a feature of GitHub that may carry out a process, or a part of one",
            ),
            than("workflow", "workflow also means process, but is too easily taken for a GitHub Workflow"),
        ],
        avoid: &["the workflow", "pipeline"],
    },
    Term {
        term: "workflow",
        part: Noun,
        aliases: &["workflows"],
        definition: "Another word for a process, which is better not used alone: say process for the steps, \
            and GitHub Workflow for the feature of GitHub.",
        confused_with: &[
            than("GitHub Workflow", "always named in full, because it is one particular feature"),
            than("process", "the clear word for any set of steps"),
        ],
        avoid: &[],
    },
    Term {
        term: "GitHub Workflow",
        part: Noun,
        aliases: &["GitHub Workflows", "GitHub Actions workflow"],
        definition: "A file of a repository that tells GitHub Actions which jobs to run, and when. Always \
            named in full.",
        confused_with: &[
            than("process", "a process may need people and several GitHub Workflows, or none"),
            than("workflow", "without GitHub before it, the word may mean any process"),
        ],
        avoid: &["the workflow", "the action"],
    },
    Term {
        term: "GitHub Release",
        part: Noun,
        aliases: &["GitHub Releases"],
        definition: "A page on GitHub that belongs to one commit by its git tag and holds the release notes \
            for what is meant to go to production. Always named in full.",
        confused_with: &[
            than(
                "release",
                "to release is what is done to images and commits, a GitHub Release is a page that starts it",
            ),
            than("release tag", "the tag is the name, the GitHub Release the page"),
            than("draft", "a draft is a GitHub Release that nobody has published yet"),
        ],
        avoid: &["the release"],
    },
    Term {
        term: "draft",
        part: Noun,
        aliases: &["drafted GitHub Release", "draft release"],
        definition: "A GitHub Release that is not published. It is renewed by every push to main, its date \
            with it, and its git tag does not exist in git yet.",
        confused_with: &[than("GitHub Release", "a draft has no effect on anything; publishing it has")],
        avoid: &["release candidate"],
    },
    Term {
        term: "publish",
        part: Verb,
        aliases: &["publish GitHub Release", "publish release", "publish a release"],
        definition: "To turn a drafted GitHub Release into a public one by pressing its button, or by the \
            request that does the same. It is always a person's decision, and it sets off the tagging of the \
            images and, for some apps, the deployment to production. Only ever said of a GitHub Release.",
        confused_with: &[
            than("release", "publishing comes first; the release is done once the tags are applied"),
            than("deploy", "publishing changes no environment by itself"),
        ],
        avoid: &["cut a release", "cut", "ship"],
    },
    Term {
        term: "tag-docker-image-and-trigger-deployment GitHub Workflow",
        part: Noun,
        aliases: &["tagging GitHub Workflow"],
        definition: "The GitHub Workflow that runs once a GitHub Release is published. It gives the app's \
            newest image the image tag with the date of the release's git tag, and then asks the \
            infrastructure repository for the deployment, where that is automatic.",
        confused_with: &[than("deploy", "it only asks for the deployment; another GitHub Workflow does it")],
        avoid: &["the release workflow"],
    },
];
