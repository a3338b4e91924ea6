//! What is released and deployed, and where.

use super::{PartOfSpeech::Noun, Term, than};

pub(super) const TERMS: &[Term] = &[
    Term {
        term: "application",
        part: Noun,
        aliases: &["app", "apps", "applications"],
        definition: "A program of the project that is built, released or deployed by itself. Openverse has \
            the API, the frontend, the catalog, the ingestion server and the indexer worker.",
        confused_with: &[than(
            "Docker image",
            "an application can need several images; the API also has an nginx companion image",
        )],
        avoid: &[],
    },
    Term {
        term: "service",
        part: Noun,
        aliases: &["services"],
        definition: "Another word for an application. This tool says app throughout.",
        confused_with: &[],
        avoid: &[],
    },
    Term {
        term: "Docker image",
        part: Noun,
        aliases: &["image", "images", "container image"],
        definition: "The packed program that a container runs. CI builds a new one for each app whenever a \
            push to main touches that app's code. One image can carry several image tags.",
        confused_with: &[
            than("Docker image tag", "the tag is a name, and can be moved to another image"),
            than("application", "the image is one build of the app, not the app"),
        ],
        avoid: &[],
    },
    Term {
        term: "companion image",
        part: Noun,
        aliases: &["companion"],
        definition: "An image that is deployed together with an app's own, such as the nginx image in front \
            of the API. It is built from the same commit and gets the same release tag, but it is tagged by \
            itself, so one of the two can be missing.",
        confused_with: &[],
        avoid: &["sidecar"],
    },
    Term {
        term: "environment",
        part: Noun,
        aliases: &["live environment", "environments"],
        definition: "A place where an app runs for somebody: staging, where the newest build of main is \
            tried, or production, which the public uses.",
        confused_with: &[],
        avoid: &["stage"],
    },
    Term {
        term: "commit SHA",
        part: Noun,
        aliases: &["SHA", "commit hash"],
        definition: "The full name of a commit in the git history: 40 hexadecimal digits. Every image also \
            has the SHA of the commit it was built from as an image tag, and that is what a version endpoint \
            answers.",
        confused_with: &[
            than("digest", "the digest names an image by its contents, the SHA names a commit"),
            than("git tag", "a git tag is a chosen name for a commit, the SHA is the commit's own"),
        ],
        avoid: &[],
    },
    Term {
        term: "digest",
        part: Noun,
        aliases: &["image digest"],
        definition: "What an image is, whatever its tags say: a checksum of its manifest. Two image tags name \
            the same version exactly if they have the same digest.",
        confused_with: &[
            than("commit SHA", "the SHA names the code, the digest names what was built from it"),
            than("Docker image tag", "a tag can be moved, a digest cannot"),
        ],
        avoid: &["hash"],
    },
    Term {
        term: "bundle",
        part: Noun,
        aliases: &["bundles"],
        definition: "What exactly a release contains: one commit, and the digest of every image of the app \
            that was built from it. It is fixed when the release is published, and from then on it, and \
            never whatever latest has become, is tagged and deployed.",
        confused_with: &[than(
            "GitHub Release",
            "the GitHub Release holds the notes and the git tag; the bundle says which images it means",
        )],
        avoid: &["artifact set"],
    },
];
