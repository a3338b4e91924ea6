//! How the words are used in prose so that they can be taken for something else.

use super::{AmbiguousUse, Wording};

const fn write(instead: &'static str, term: &'static str, when: &'static str) -> Wording {
    Wording { instead, term, when }
}

/// Said before a tag, each leaves open which kind of tag is meant.
const BARE_TAG: &[&str] = &[
    "a|the|this|that|any|each|every|which|whichever|its|their|your|our|another|one|no \
     currently? deployed|running|given|new|newer|old|older|latest|last|previous|next|same|other|moved|right|wrong|first|second? tag",
    "the|these|those|its|their|our|your|two|three|four|several|many|all|both|some|such|different|duplicate|of|with|by|under|without|moving|move|new|old|other \
     tags",
];

pub(super) const USES: &[AmbiguousUse] = &[
    AmbiguousUse {
        id: "workflow-alone",
        phrases: &["workflow|workflows|workflow's"],
        clear: &["github ~", "github actions ~"],
        settled_by: &[],
        why: "a workflow is any set of steps, and also one particular feature of GitHub",
        write: &[
            write("process", "process", "the steps are meant, whoever takes them"),
            write("GitHub Workflow", "GitHub Workflow", "the feature of GitHub is meant"),
        ],
    },
    AmbiguousUse {
        id: "the-action",
        phrases: &["the|this|that action"],
        clear: &["~ of|to|that|which"],
        settled_by: &[],
        why: "an action is anything that is done, a part of a GitHub Workflow, or loosely the whole of one",
        write: &[write("GitHub Workflow", "GitHub Workflow", "the feature of GitHub is meant")],
    },
    AmbiguousUse {
        id: "pipeline",
        phrases: &["pipeline|pipelines"],
        clear: &["data|etl|media ~"],
        settled_by: &[],
        why: "it can mean the process, a GitHub Workflow, or a way that data takes",
        write: &[
            write("process", "process", "the steps are meant"),
            write("GitHub Workflow", "GitHub Workflow", "the feature of GitHub is meant"),
        ],
    },
    AmbiguousUse {
        id: "cut-a-release",
        phrases: &[
            "cut|cuts|cutting a|an|the|this|that|each|every|another|our|your|new|github? new? github? release|releases",
        ],
        clear: &[],
        settled_by: &[],
        why: "jargon, which says neither what is published nor what is tagged",
        write: &[write(
            "publish the GitHub Release",
            "publish",
            "its button is pressed, or the same is asked for",
        )],
    },
    AmbiguousUse {
        id: "create-a-release",
        phrases: &[
            "create|creates|created|creating|make|makes|making|draft|drafts|drafting a|an|the|this|that|each|every|another \
             new|production|staging? release|releases",
        ],
        clear: &["~ tag|tags|note|notes|process|bundle|branch"],
        settled_by: &[],
        why: "a draft, a published GitHub Release and the release tags are made at different times",
        write: &[
            write("draft a GitHub Release", "draft", "nobody has published it yet"),
            write("publish the GitHub Release", "publish", "it becomes public"),
            write("release, or apply the release tag", "release", "images and a commit get their tags"),
        ],
    },
    AmbiguousUse {
        id: "release-page",
        phrases: &["release page|pages|title|titles"],
        clear: &["github ~"],
        settled_by: &[],
        why: "only a GitHub Release has a page and a title; to release is something else",
        write: &[write("page of the GitHub Release", "GitHub Release", "what is on GitHub is meant")],
    },
    AmbiguousUse {
        id: "ship",
        phrases: &["ship|ships|shipped|shipping it|this|that|the|a|an|to|new|code|changes|images"],
        clear: &[],
        settled_by: &[],
        why: "it can mean to publish, to release or to deploy",
        write: &[
            write("release", "release", "tags are applied"),
            write("deploy", "deploy", "an environment is updated"),
        ],
    },
    AmbiguousUse {
        id: "release-for-deploy",
        phrases: &[
            "release|releases|released|releasing the? new? it|them|this|that|code|changes|images|everything? \
             to|into|in|on the? live? staging|production|prod|environment|environments",
        ],
        clear: &["last|latest|next ~"],
        settled_by: &[],
        why: "releasing applies tags and changes no environment",
        write: &[write("deploy to that environment", "deploy", "what runs there changes")],
    },
    AmbiguousUse {
        id: "deploy-for-release",
        phrases: &[
            "deploy|deploys|deployed|deploying a|an|the|this|that|each|every new|latest|last|next? release|releases",
        ],
        clear: &["~ tag|tags|image|images|bundle|candidate"],
        settled_by: &[],
        why: "a release is a page, an act, or what was tagged by it, and only the last can be deployed",
        write: &[
            write("deploy the released images", "deploy", "an environment is updated"),
            write("release", "release", "only the tags are applied"),
        ],
    },
    AmbiguousUse {
        id: "deploy-to-main",
        phrases: &["deploy|deploys|deployed|deploying to|into main"],
        clear: &[],
        settled_by: &[],
        why: "main is a branch and no live environment",
        write: &[write("merge to main", "deploy", "the code gets to the branch; a deployment may follow")],
    },
    AmbiguousUse {
        id: "push-for-deploy",
        phrases: &[
            "push|pushes|pushed|pushing it|them|this|that|code|changes|images? to|into the? live? production|prod|staging",
            "push|pushes|pushed|pushing it|them|this|that? live",
            "go|goes|going|went|gone live",
        ],
        clear: &["~ environment|environments|app|apps"],
        settled_by: &[],
        why: "it does not say whether images are pushed, tags applied, or an environment updated",
        write: &[
            write("deploy", "deploy", "an environment is updated"),
            write("release", "release", "tags are applied"),
        ],
    },
    AmbiguousUse {
        id: "roll-out",
        phrases: &["roll|rolls|rolled|rolling it|them|this|that? out"],
        clear: &[],
        settled_by: &[],
        why: "jargon, and one letter from rolling back",
        write: &[write("deploy", "deploy", "an environment is updated")],
    },
    AmbiguousUse {
        id: "publish-for-push",
        phrases: &[
            "publish|publishes|published|publishing a|an|the|this|that|all|its|their|new? docker|container|git? \
             image|images|tag|tags|version|code|app|apps|deployment|build|builds|container|containers",
        ],
        clear: &[],
        settled_by: &[],
        why: "publish is said of a GitHub Release only",
        write: &[
            write("push the images", "Docker image", "they are put into the registry"),
            write("apply the tag", "tag", "a commit or an image gets it"),
        ],
    },
    AmbiguousUse {
        id: "tag-alone",
        phrases: BARE_TAG,
        clear: &["~ to|on|of a|an|the|this|that|its|every docker|git? image|images|commit|commits"],
        settled_by: &["git tag|tags", "image tag|tags", "release tag|tags"],
        why: "a git tag is on a commit, an image tag on an image, and neither implies the other",
        write: &[
            write("git tag", "git tag", "it is on a commit"),
            write("image tag", "Docker image tag", "it is on an image"),
            write("release tag", "release tag", "both are meant"),
        ],
    },
    AmbiguousUse {
        id: "tag-the-release",
        phrases: &[
            "tag|tags|tagged|tagging a|an|the|this|that|each|every new? release|releases|version|versions",
        ],
        clear: &["~ commit|image|images"],
        settled_by: &[],
        why: "a commit is given a git tag and images are given an image tag; a release consists of both",
        write: &[
            write("put the git tag on the commit", "git tag", "git is meant"),
            write("give the images the image tag", "Docker image tag", "the registry is meant"),
            write("release", "release", "both are meant"),
        ],
    },
    AmbiguousUse {
        id: "retag",
        phrases: &["retag|retags|retagged|retagging|re-tag|re-tags|re-tagged|re-tagging"],
        clear: &[],
        settled_by: &[],
        why: "it leaves open which tag is moved, and whether one is added",
        write: &[write("move the image tag", "Docker image tag", "it names another image afterwards")],
    },
    AmbiguousUse {
        id: "version-number",
        phrases: &[
            "release? version number|numbers|tag|tags|string|strings",
            "docker|release version|versions",
        ],
        clear: &["schema|protocol|api ~", "minimum|semver|semantic ~"],
        settled_by: &[],
        why: "what runs is named by an image tag or a commit SHA, what is released by a release tag; none is a number",
        write: &[
            write("image tag", "Docker image tag", "an image is named"),
            write("commit SHA", "commit SHA", "the code is named, as a version endpoint does"),
            write("release tag", "release tag", "the release is named"),
        ],
    },
    AmbiguousUse {
        id: "revert-for-roll-back",
        phrases: &[
            "revert|reverts|reverted|reverting a|an|the|this|that|last|latest? last|latest|failed|broken|bad? \
             deployment|deployments|production|staging|environment|environments|release|releases",
        ],
        clear: &["~ commit|code|branch|flow|chart"],
        settled_by: &[],
        why: "a revert changes main; an environment is taken back by a rollback",
        write: &[write("roll back", "roll back", "an environment is taken back")],
    },
    AmbiguousUse {
        id: "roll-back-for-revert",
        phrases: &[
            "roll|rolls|rolled|rolling back a|an|the|this|that bad|broken? commit|commits|merge|change|changes|pull",
            "rollback|rollbacks of a|an|the|this|that commit|merge|change|pull",
        ],
        clear: &[],
        settled_by: &[],
        why: "a rollback changes an environment and leaves main as it is",
        write: &[write("revert", "revert", "the change is taken out of main")],
    },
    AmbiguousUse {
        id: "undo-the-release",
        phrases: &[
            "undo|undoes|undid|undone|undoing a|an|the|this|that last|latest|bad|broken? release|deployment",
            "unrelease|unreleases|unreleasing",
            "back|backs|backed|backing out a|an|the|this|that|of",
            "back|backs|backed|backing a|an|the|this|that change|release|commit|deployment out",
        ],
        clear: &["the ~ section|changes|heading"],
        settled_by: &[],
        why: "it does not say whether the environment, main, or the tags go back",
        write: &[
            write("roll back", "roll back", "an environment is taken back"),
            write("revert", "revert", "the change is taken out of main"),
        ],
    },
    AmbiguousUse {
        id: "freeze",
        phrases: &["deploy|deployment|release|code freeze|freezes"],
        clear: &[],
        settled_by: &[],
        why: "it does not say what may still be merged, released or deployed",
        write: &[write("hold", "hold", "nothing is deployed to one environment of one app")],
    },
    AmbiguousUse {
        id: "release-candidate",
        phrases: &["release candidate|candidates"],
        clear: &[],
        settled_by: &[],
        why: "nothing here is released on trial: there are drafts, and what runs on staging",
        write: &[write("draft", "draft", "a GitHub Release is meant that is not published")],
    },
    AmbiguousUse {
        id: "sidecar",
        phrases: &["sidecar|sidecars"],
        clear: &[],
        settled_by: &[],
        why: "it can mean the container, its image, or anything else that runs beside an app",
        write: &[write("companion image", "companion image", "the image is meant")],
    },
    AmbiguousUse {
        id: "image-hash",
        phrases: &["image|images|manifest|image's|docker hash|hashes"],
        clear: &["commit ~"],
        settled_by: &[],
        why: "the commit an image was built from has a hash too",
        write: &[
            write("digest", "digest", "the image is named by its contents"),
            write("commit SHA", "commit SHA", "the commit is named"),
        ],
    },
    AmbiguousUse {
        id: "artifact-set",
        phrases: &["artifact|artefact|artifacts|artefacts set|sets"],
        clear: &[],
        settled_by: &[],
        why: "it does not say that the commit belongs to it, nor that it never changes",
        write: &[write("bundle", "bundle", "one commit and the digests of its images are meant")],
    },
];
