//! What has to come of every errand under every fault.

use crate::{
    expectation::{
        Day,
        Hand::{DeleteTheDuplicateDraft, PublishOnceMore, RunTheTaggingAgain},
        Live::{Earlier, New, Old, Unmeant},
        Scene::{self, ByHand, Clear, Fault, Is, Limit, Merge, MergeInVain, Run, RunPaused},
    },
    place::Mode,
};

const RELEASE: &str = "release api --yes";
const RELEASED: &[&str] = &crate::facts::RELEASED;
const ROLLBACK: &str = "rollback api production --reason slow";
const ROLLED_BACK: &[&str] = &["workflow_dispatch"];
const NOTHING: &[&str] = &[];

/// For ever, as far as a test is concerned.
const LONG: Option<u32> = Some(1000);

/// Every day, by the fault that it is about.
pub(crate) fn days() -> Vec<Day> {
    let mut days = Vec::new();
    let mut add = |mode, about, errand, scenes: &[Scene]| {
        days.push(Day { about, errand, mode, scenes: scenes.to_vec() });
    };

    // A reply that is lost is looked for, whatever it was the reply to.
    for (fault, after, times) in [
        ("lost-reply", 0, None),
        ("lost-reply:put_manifest", 0, None),
        ("lost-reply:put_manifest", 1, None),
        ("lost-reply:create_branch", 0, None),
        ("lost-reply:put_file", 0, None),
        ("lost-reply:open_pull_request", 0, None),
        ("lost-reply:label_pull_request", 0, None),
        ("lost-reply:repository_dispatch", 0, None),
        ("lost-reply", 0, LONG),
    ] {
        let scenes = [Fault(fault, after, times), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
        add(Mode::Default, "lost-reply", "release", &scenes);
    }
    let scenes = [Fault("lost-reply", 0, None), Run(RELEASE, 0, &["verified"]), Is(New, &RELEASED[..1])];
    add(Mode::PublishStartsWorkflow, "lost-reply", "release", &scenes);
    let scenes = [Fault("lost-reply", 0, None), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "lost-reply", "rollback", &scenes);

    // A burst is waited for; where it lasts before anything is begun, nothing is.
    for fault in ["rate-limited", "secondary-rate-limit", "server-errors:github", "server-errors:registry"] {
        let about = fault.split(':').next().unwrap_or(fault);
        let scenes = [Fault(fault, 0, Some(2)), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
        add(Mode::Default, about, "release", &scenes);
        let scenes = [Fault(fault, 0, Some(2)), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
        add(Mode::Default, about, "rollback", &scenes);
    }
    for (fault, says) in [
        ("rate-limited", "GitHub limits the rate of requests"),
        ("secondary-rate-limit", "GitHub limits the rate of requests"),
        ("server-errors:github", "GitHub"),
    ] {
        let about = fault.split(':').next().unwrap_or(fault);
        let says: &'static [&'static str] = match says {
            "GitHub" => &["GitHub", "50", "nothing was changed"],
            _ => &["GitHub limits the rate of requests until", "nothing was changed"],
        };
        let scenes = [
            Fault(fault, 0, LONG),
            Run(RELEASE, 4, says),
            Is(Old, NOTHING),
            Clear,
            Run(RELEASE, 0, &["verified"]),
            Is(New, RELEASED),
        ];
        add(Mode::Default, about, "release", &scenes);
    }

    // What a release and a rollback do not need, they do not wait for.
    for fault in ["server-errors:ecs", "server-errors:airflow"] {
        let scenes = [Fault(fault, 0, LONG), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
        add(Mode::Default, "server-errors", "release", &scenes);
        let scenes = [Fault(fault, 0, LONG), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
        add(Mode::Default, "server-errors", "rollback", &scenes);
    }

    // What a list no longer shows is found out before anything is changed.
    let scenes = [Fault("stale-release-list", 0, None), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
    add(Mode::Default, "stale-release-list", "release", &scenes);
    let scenes = [
        Fault("stale-release-list", 0, None),
        Merge,
        Run(
            RELEASE,
            3,
            &["refused", "changed since", "{git tag}", "as it was previewed", "nothing was changed"],
        ),
        Is(Old, NOTHING),
        Clear,
        Run(RELEASE, 0, &["verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "stale-release-list", "release", &scenes);
    let scenes = [
        Fault("stale-release-list", 0, None),
        Run(RELEASE, 0, &["verified"]),
        Run(RELEASE, 3, &["refused", "{git tag} although its git tag exists"]),
        Is(New, RELEASED),
        Clear,
        Run(RELEASE, 3, &["refused", "no drafted GitHub Release of the API", "exactly one"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "stale-release-list", "release", &scenes);
    let scenes = [
        Fault("stale-release-list", 0, None),
        Merge,
        Run(ROLLBACK, 0, &["verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "stale-release-list", "rollback", &scenes);

    // A release that was turned back into a draft is not published twice; a person mends it.
    let redrafted =
        &["refused", "{git tag}", "turned back into a draft", "publish it again by hand", "resume {run}"];
    let scenes = [
        Fault("redrafted-after-publish", 0, None),
        Run(RELEASE, 3, redrafted),
        Is(Old, &RELEASED[..1]),
        Run("resume --yes", 3, redrafted),
        Run(RELEASE, 3, redrafted),
        Is(Old, &RELEASED[..1]),
        ByHand(PublishOnceMore),
        Run("resume --yes", 0, &["verified"]),
        Is(
            New,
            &[
                "publish_github_release",
                "publish_github_release",
                "put_manifest",
                "put_manifest",
                "create_branch",
                "put_file",
                "open_pull_request",
                "label_pull_request",
                "repository_dispatch",
            ],
        ),
    ];
    add(Mode::Default, "redrafted-after-publish", "release", &scenes);
    let scenes = [
        Fault("redrafted-after-publish", 0, None),
        Run(ROLLBACK, 0, &["verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "redrafted-after-publish", "rollback", &scenes);

    let duplicate = &["refused", "2 drafted GitHub Releases of the API", "exactly one", "delete those"];
    let scenes = [
        Fault("duplicate-draft:api", 0, None),
        Run(RELEASE, 3, duplicate),
        Clear,
        Run(RELEASE, 3, duplicate),
        Is(Old, NOTHING),
        ByHand(DeleteTheDuplicateDraft),
        Run(RELEASE, 0, &["verified"]),
        Is(
            New,
            &[
                "delete_github_release",
                "publish_github_release",
                "put_manifest",
                "put_manifest",
                "create_branch",
                "put_file",
                "open_pull_request",
                "label_pull_request",
                "repository_dispatch",
            ],
        ),
    ];
    add(Mode::Default, "duplicate-draft", "release", &scenes);
    let scenes =
        [Fault("duplicate-draft", 0, None), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "duplicate-draft", "rollback", &scenes);

    // `latest` has to be the image of the release's commit.
    let scenes = [
        Fault("latest-moved:api", 0, None),
        Run(
            RELEASE,
            3,
            &[
                "refused",
                "openverse-api:latest naming",
                "the image of commit {short new}",
                "wait until CI has built",
            ],
        ),
        Is(Old, NOTHING),
        Merge,
        Run(RELEASE, 0, &["verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "latest-moved", "release", &scenes);
    let scenes = [Fault("latest-moved", 0, None), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "latest-moved", "rollback", &scenes);

    // The images are those that were looked at, wherever `latest` has gone since.
    let scenes =
        [Fault("latest-moves-at-publish", 0, None), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
    add(Mode::Default, "latest-moves-at-publish", "release", &scenes);
    let scenes = [
        Fault("latest-moves-at-publish", 0, None),
        Run(RELEASE, 3, &["refused", "{tag} names", "the image of commit {short new}", "abandon {run}"]),
        Is(Unmeant, &RELEASED[..1]),
        Run("abandon {run} --reason mistagged", 0, &["given up"]),
        Run("deploy api production {new} --reason mistagged", 0, &["verified"]),
        Is(New, &["publish_github_release", "workflow_dispatch"]),
    ];
    add(Mode::PublishStartsWorkflow, "latest-moves-at-publish", "release", &scenes);
    let scenes = [
        Fault("latest-moves-at-publish", 0, None),
        Run(ROLLBACK, 0, &["verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "latest-moves-at-publish", "rollback", &scenes);

    let missing =
        &["refused", "no image openverse-api_nginx of commit {short new}", "wait until CI has built"];
    let scenes = [
        Fault("companion-missing:api", 0, None),
        Run(RELEASE, 3, missing),
        Is(Old, NOTHING),
        Merge,
        Run(RELEASE, 0, &["verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "companion-missing", "release", &scenes);
    let scenes = [
        Fault("companion-missing:api", 0, None),
        Run(
            "deploy api production {new} --reason hurry",
            3,
            &["refused", "no tag {new} on ghcr.io/wordpress/openverse-api_nginx", "every image of the API"],
        ),
        Is(Old, NOTHING),
    ];
    add(Mode::Default, "companion-missing", "deploy", &scenes);
    let scenes =
        [Fault("companion-missing", 0, None), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "companion-missing", "rollback", &scenes);

    // A deployment that failed is failed, and is deployed again when somebody says so.
    let scenes = [
        Fault("deployment-fails", 0, None),
        Run(RELEASE, 4, &["failed", "the deployment failed", "deploy api production {tag}"]),
        Is(Old, RELEASED),
        Run("deploy api production {tag} --reason again", 0, &["verified"]),
        Is(
            New,
            &[
                "publish_github_release",
                "put_manifest",
                "put_manifest",
                "create_branch",
                "put_file",
                "open_pull_request",
                "label_pull_request",
                "repository_dispatch",
                "workflow_dispatch",
            ],
        ),
    ];
    add(Mode::Default, "deployment-fails", "release", &scenes);
    let scenes = [
        Fault("deployment-fails", 0, None),
        Run(RELEASE, 4, &["failed", "the deployment failed", "deploy api production {tag}"]),
        Is(Old, &RELEASED[..1]),
        Run("deploy api production {tag} --reason again", 0, &["verified"]),
        Is(New, &["publish_github_release", "workflow_dispatch"]),
    ];
    add(Mode::PublishStartsWorkflow, "deployment-fails", "release", &scenes);
    let scenes = [
        Fault("deployment-fails", 0, None),
        // The environment is held by then, so that `deploy` would be refused.
        Run(ROLLBACK, 4, &["failed", "the deployment failed", "`rollback api production --to {earlier tag}"]),
        Is(Old, ROLLED_BACK),
        Run("rollback api production --to {earlier tag} --reason again", 0, &["verified"]),
        Is(Earlier, &["workflow_dispatch", "workflow_dispatch"]),
    ];
    add(Mode::Default, "deployment-fails", "rollback", &scenes);

    // A deployment that hangs is unknown, and is not asked for a second time.
    for (mode, changes) in [(Mode::Default, RELEASED), (Mode::PublishStartsWorkflow, &RELEASED[..1])] {
        let scenes = [
            Limit("deployment", 0.3),
            Fault("deployment-hangs", 0, None),
            Run(RELEASE, 5, &["unknown", "deployment in progress", "resume {run}"]),
            Run("resume", 5, &["unknown", "deployment in progress", "resume {run}"]),
            Is(Old, changes),
            Clear,
            Run("resume", 0, &["verified"]),
            Is(New, changes),
        ];
        add(mode, "deployment-hangs", "release", &scenes);
    }
    let scenes = [
        Limit("deployment", 0.3),
        Fault("deployment-hangs", 0, None),
        Run(ROLLBACK, 5, &["unknown", "deployment in progress", "resume {run}"]),
        Run(ROLLBACK, 3, &["refused", "run {run} going on", "resume {run}"]),
        Is(Old, ROLLED_BACK),
        Clear,
        Run("resume {run}", 0, &["verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "deployment-hangs", "rollback", &scenes);

    let scenes = [
        Fault("deployment-red-but-live", 0, None),
        Run(RELEASE, 0, &["the deployment failed although its version is live", "verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "deployment-red-but-live", "release", &scenes);
    let scenes = [
        Fault("deployment-red-but-live", 0, None),
        Run(ROLLBACK, 0, &["the deployment failed although its version is live", "verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "deployment-red-but-live", "rollback", &scenes);

    // A run that was asked for and does not appear is unknown, and is not asked for a second time.
    let scenes = [
        Limit("appear", 0.2),
        Fault("late-run", 0, None),
        Run(RELEASE, 5, &["unknown", "has not appeared", "resume {run}"]),
        Is(Old, RELEASED),
        Clear,
        Run("resume", 0, &["verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "late-run", "release", &scenes);
    let scenes = [
        Limit("begin", 0.2),
        Fault("late-run", 0, None),
        Run(RELEASE, 5, &["unknown", "no deployment of {tag} has begun yet", "resume {run}"]),
        Is(Old, &RELEASED[..1]),
        Clear,
        Run("resume", 0, &["verified"]),
        Is(New, &RELEASED[..1]),
    ];
    add(Mode::PublishStartsWorkflow, "late-run", "release", &scenes);
    // Its number is known from the start, so it is only waited for.
    let scenes = [
        Limit("appear", 0.2),
        Fault("late-run", 0, None),
        Run(ROLLBACK, 0, &["verified"]),
        Is(Earlier, ROLLED_BACK),
    ];
    add(Mode::Default, "late-run", "rollback", &scenes);

    for (fault, about) in [("pause-before:any", "pause-before"), ("pause-after:any", "pause-after")] {
        let scenes = [Fault(fault, 0, None), RunPaused(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
        add(Mode::Default, about, "release", &scenes);
        let scenes = [Fault(fault, 0, None), RunPaused(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
        add(Mode::Default, about, "rollback", &scenes);
    }

    // A change that CI did not build is not released, nor the one before it in its stead.
    let scenes = [
        Fault("ci-fails", 0, None),
        MergeInVain,
        Run(
            RELEASE,
            3,
            &[
                "refused",
                "no image openverse-api of commit {short head}",
                "run it again if it failed",
                "CI           failed ",
            ],
        ),
        Is(Old, NOTHING),
        Merge,
        Run(RELEASE, 0, &["verified"]),
        Is(New, RELEASED),
    ];
    add(Mode::Default, "ci-fails", "release", &scenes);
    let scenes =
        [Fault("ci-fails", 0, None), MergeInVain, Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "ci-fails", "rollback", &scenes);

    // What is followed and ends badly is not waited for any longer.
    let cancelled = &["that does it was cancelled: ", "run it again on that page, then resume"];
    let failed = &["that does it failed (job \"Tag the Docker images\" failed"];
    for (fault, says) in [("tagging-cancelled", &cancelled[..]), ("tagging-fails", failed)] {
        let scenes = [
            Fault(fault, 0, None),
            Run(RELEASE, 3, says),
            ByHand(RunTheTaggingAgain),
            Run("resume", 0, &["verified"]),
            Is(New, &RELEASED[..1]),
        ];
        add(Mode::PublishStartsWorkflow, fault, "release", &scenes);
        let scenes = [Fault(fault, 0, None), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
        add(Mode::PublishStartsWorkflow, fault, "rollback", &scenes);
    }

    // Neither merges a pull request: that is for a reviewer to do.
    let scenes = [Fault("pull-request-conflict", 0, LONG), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
    add(Mode::Default, "pull-request-conflict", "release", &scenes);
    let scenes =
        [Fault("pull-request-conflict", 0, LONG), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "pull-request-conflict", "rollback", &scenes);

    // What a GitHub Workflow deploys, nobody rolls out to ECS besides.
    for fault in ["rollout-slow", "rollout-fails", "rollout-rolled-back", "rollout-replaced"] {
        let scenes = [Fault(fault, 0, LONG), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
        add(Mode::Default, fault, "release", &scenes);
        let scenes = [Fault(fault, 0, LONG), Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
        add(Mode::Default, fault, "rollback", &scenes);
    }

    // No gate of the API asks for it.
    let running = Fault("dag-running:image_data_refresh", 0, None);
    let scenes = [running.clone(), Run(RELEASE, 0, &["verified"]), Is(New, RELEASED)];
    add(Mode::Default, "dag-running", "release", &scenes);
    let scenes = [running, Run(ROLLBACK, 0, &["verified"]), Is(Earlier, ROLLED_BACK)];
    add(Mode::Default, "dag-running", "rollback", &scenes);
    days
}
