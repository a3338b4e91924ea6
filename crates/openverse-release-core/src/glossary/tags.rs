//! Tags of every kind.

use super::{
    PartOfSpeech::{Noun, Verb},
    Term, than,
};

pub(super) const TERMS: &[Term] = &[
    Term {
        term: "tag",
        part: Verb,
        aliases: &["tagging"],
        definition: "To give a thing a tag: an image an image tag, a commit a git tag. Say which, since \
            neither implies the other.",
        confused_with: &[
            than("git tag", "the noun, on a commit"),
            than("Docker image tag", "the noun, on an image"),
            than("release", "to release is to apply both release tags, and nothing else"),
        ],
        avoid: &["retag"],
    },
    Term {
        term: "Docker image tag",
        part: Noun,
        aliases: &["image tag", "image tags"],
        definition: "The part of an image reference after the colon: latest, rel-{date} for a release, or the \
            SHA of the commit. At one time it names one image; moving the tag makes it name another.",
        confused_with: &[
            than("git tag", "a git tag is on a commit and reads {app}-{date}"),
            than("digest", "a digest always names the same image"),
            than("Docker image", "several tags can name one image"),
        ],
        avoid: &["version number", "docker version"],
    },
    Term {
        term: "git tag",
        part: Noun,
        aliases: &["git tags"],
        definition: "A name for a commit. A release's is {app}-{date}, with the app's own prefix, and marks \
            the commit that was released.",
        confused_with: &[
            than("Docker image tag", "an image tag is on an image and reads rel-{date}"),
            than("commit SHA", "the SHA is the commit's own name and is never given by anybody"),
        ],
        avoid: &[],
    },
    Term {
        term: "release tag",
        part: Noun,
        aliases: &["release tags"],
        definition: "The tag of one release in both its forms: the git tag {app}-{date} on the commit and the \
            image tag rel-{date} on the images, with the same date.",
        confused_with: &[
            than("git tag", "one of its two forms"),
            than("Docker image tag", "the other of its two forms"),
            than("GitHub Release", "the page, which has the git tag as its name"),
        ],
        avoid: &["release version"],
    },
];
