//! What each safeguard is for: without it there is a race.

use openverse_release_races::{Bounds, Race, Report, Safeguard};

use super::{CALM, counted, names, runner, runner_without, told};

/// Nothing is released: only staging is deployed to.
const STAGING: Bounds = Bounds { merges: 2, releases: 0, ..CALM };

/// Returns how much has to happen for a safeguard to matter.
fn matters(safeguard: Safeguard) -> Bounds {
    let released = Bounds { merges: 2, ..CALM };
    let rolled_back = Bounds { rollbacks: 1, interventions: 1, merges: 1, ..STAGING };
    match safeguard {
        Safeguard::DraftComparedBeforeWriting
        | Safeguard::DraftComparedBeforePublishing
        | Safeguard::ImageOfTheCommit
        | Safeguard::CompanionOfTheCommit
        | Safeguard::NothingBetweenReadAndWrite => released,
        Safeguard::LiveVersionRead => CALM,
        Safeguard::OneRunAtATime => STAGING,
        Safeguard::LookedAfterLostReply => Bounds { lost_replies: 1, ..STAGING },
        Safeguard::NothingGivenUpUnseen => Bounds { interventions: 1, ..STAGING },
        Safeguard::OwnDeploymentFollowed | Safeguard::DeploymentsTakeTurns => rolled_back,
        Safeguard::DeploymentsAppearInTime => Bounds { lost_replies: 1, ..rolled_back },
        Safeguard::HeldAfterRollback => Bounds { merges: 2, ..rolled_back },
        other => panic!("what {other:?} is for is not known here"),
    }
}

fn without(safeguard: Safeguard) -> Report {
    runner_without(safeguard, &matters(safeguard))
}

#[test]
fn without_each_safeguard_there_is_a_race() {
    let found = |safeguard| format!("{safeguard:?}: {}", counted(&without(safeguard)));
    insta::assert_snapshot!(Safeguard::ALL.into_iter().map(found).collect::<String>(), @"
    DraftComparedBeforeWriting: 17031 states, 45110 steps; published-becomes-draft in 12; done-but-not-so in 24
    DraftComparedBeforePublishing: 14167 states, 38198 steps; published-is-rewritten in 12
    ImageOfTheCommit: 42929 states, 116511 steps; image-of-another-commit in 11; images-of-different-commits in 13
    CompanionOfTheCommit: 41637 states, 113037 steps; images-of-different-commits in 13
    OwnDeploymentFollowed: 30 states, 42 steps; rolled-back-version-returns in 11
    LiveVersionRead: 175 states, 338 steps; done-but-not-so in 17
    HeldAfterRollback: 1653 states, 3064 steps; rolled-back-version-returns in 23
    OneRunAtATime: 1560 states, 2472 steps; older-deployment-last in 16
    LookedAfterLostReply: 1938 states, 3460 steps; older-deployment-last in 20
    NothingGivenUpUnseen: 636 states, 1172 steps; older-deployment-last in 17
    NothingBetweenReadAndWrite: 27480 states, 76484 steps; published-is-rewritten in 15
    DeploymentsAppearInTime: 454 states, 670 steps; older-deployment-last in 20; rolled-back-version-returns in 21
    DeploymentsTakeTurns: 66 states, 94 steps; older-deployment-last in 14; rolled-back-version-returns in 15
    ");
    let mut bounds = Safeguard::ALL.map(matters).to_vec();
    bounds.sort_by_key(|it| format!("{it:?}"));
    bounds.dedup();
    for bounds in bounds {
        assert_eq!(names(&runner(&bounds)), [""; 0], "with every safeguard, within {bounds:?}");
    }
}

#[test]
fn whoever_reads_of_a_safeguard_is_told_what_it_does() {
    let told = |it: Safeguard| format!("{:?}: {}\n", it.keeper(), it.explain());
    insta::assert_snapshot!(Safeguard::ALL.into_iter().map(told).collect::<String>(), @"
    Tool: a draft is read once more right before it is written, and a published GitHub Release is left alone
    Tool: a draft is published only while it says what was read before it was approved
    Tool: an app is released only while `latest` is the image of the release's commit
    Tool: so is its companion
    Tool: a run knows the deployment that it asked for by its own name in the title
    Tool: a deployment is done when the live app answers its version
    Tool: after a rollback nothing is deployed until somebody lifts the hold
    Tool: there is one run at a time for an app and environment
    Tool: after a lost reply a run looks, and sends nothing again by itself
    Tool: a run whose deployment was asked for and may still appear cannot be given up
    Others: nobody changes a GitHub Release between the two requests of one write that is guarded by a read; GitHub has no conditional write
    Others: a deployment that GitHub accepted appears in the time that a run waits for it, or never
    Others: the GitHub Workflow that deploys runs once at a time for an app and environment
    ");
}

#[test]
fn a_draft_that_is_written_unread_takes_a_published_release_back() {
    let report = without(Safeguard::DraftComparedBeforeWriting);
    insta::assert_snapshot!(told(&report, Race::Unpublished), @"
    1. A pull request that changes the API is merged as commit 1.
    2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    3. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    4. The tool refreshes the draft of the API: it lists the GitHub Releases, and finds no draft.
    5. A pull request that changes the API is merged as commit 2.
    6. The tool makes a draft of the API, which names commit 1.
    7. The tool refreshes the draft of the API: it lists the GitHub Releases, and finds the draft API release 1.
    8. Somebody asks to release the API: a run begins.
    9. Somebody lets the step Publish of run production-1 go ahead.
    10. Run production-1 looks, and is about to publish API release 1, its git tag on commit 1.
    11. The request of run production-1, to publish API release 1, its git tag on commit 1, is carried out.
    12. The tool writes API release 1, to name commit 2.
    ");
}

#[test]
fn two_runs_at_once_deploy_in_any_order() {
    let report = without(Safeguard::OneRunAtATime);
    insta::assert_snapshot!(told(&report, Race::OlderLast), @"
    1. A pull request that changes the API is merged as commit 1.
    2. A pull request that changes the API is merged as commit 2.
    3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
    6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1.
    7. CI asks to deploy commit 1 of the API to staging: a run begins.
    8. CI asks to deploy commit 2 of the API to staging: a run begins.
    9. Run staging-1 looks, and is about to deploy commit 1 to staging.
    10. The request of run staging-1, to deploy commit 1 to staging, is carried out.
    11. Run staging-2 looks, and is about to deploy commit 2 to staging.
    12. The request of run staging-2, to deploy commit 2 to staging, is carried out.
    13. The deployment of commit 2 of the API that run staging-2 asked for appears, and runs.
    14. The deployment of commit 1 of the API that run staging-1 asked for appears, and waits for the one that runs.
    15. The deployment of commit 2 of the API that run staging-2 asked for ends: it is live in place of the version before.
    16. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of commit 2.
    ");
}

#[test]
fn a_request_that_is_sent_again_unseen_deploys_twice() {
    let report = without(Safeguard::LookedAfterLostReply);
    insta::assert_snapshot!(told(&report, Race::OlderLast), @"
    1. A pull request that changes the API is merged as commit 1.
    2. A pull request that changes the API is merged as commit 2.
    3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
    6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1.
    7. CI asks to deploy commit 1 of the API to staging: a run begins.
    8. Run staging-1 looks, and is about to deploy commit 1 to staging.
    9. The request of run staging-1, to deploy commit 1 to staging, is carried out, and the reply gets lost.
    10. The request of run staging-1, to deploy commit 1 to staging, is carried out.
    11. The deployment of commit 1 of the API that run staging-1 asked for appears, and runs.
    12. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of the version before.
    13. Run staging-1 looks, and ends.
    14. CI asks to deploy commit 2 of the API to staging: a run begins.
    15. Run staging-2 looks, and is about to deploy commit 2 to staging.
    16. The request of run staging-2, to deploy commit 2 to staging, is carried out.
    17. The deployment of commit 2 of the API that run staging-2 asked for appears, and runs.
    18. The deployment of commit 1 of the API that run staging-1 asked for appears, and waits for the one that runs.
    19. The deployment of commit 2 of the API that run staging-2 asked for ends: it is live in place of commit 1.
    20. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of commit 2.
    ");
}

#[test]
fn without_a_hold_the_next_merge_brings_the_bad_version_back() {
    let report = without(Safeguard::HeldAfterRollback);
    insta::assert_snapshot!(told(&report, Race::BroughtBack), @"
    1. A pull request that changes the API is merged as commit 1.
    2. A pull request that changes the API is merged as commit 2.
    3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
    6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1.
    7. CI asks to deploy commit 1 of the API to staging: a run begins.
    8. Run staging-1 looks, and is about to deploy commit 1 to staging.
    9. The request of run staging-1, to deploy commit 1 to staging, is carried out.
    10. The deployment of commit 1 of the API that run staging-1 asked for appears, and runs.
    11. Somebody gives up run staging-1.
    12. Somebody asks to roll back the API in staging to the version before: a run begins.
    13. Run staging-2 looks, and is about to deploy the version before to staging.
    14. The request of run staging-2, to deploy the version before to staging, is carried out.
    15. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of the version before.
    16. The deployment of the version before of the API that run staging-2 asked for appears, and runs.
    17. The deployment of the version before of the API that run staging-2 asked for ends: it is live in place of commit 1.
    18. Run staging-2 looks, and ends.
    19. CI asks to deploy commit 2 of the API to staging: a run begins.
    20. Run staging-3 looks, and is about to deploy commit 2 to staging.
    21. The request of run staging-3, to deploy commit 2 to staging, is carried out.
    22. The deployment of commit 2 of the API that run staging-3 asked for appears, and runs.
    23. The deployment of commit 2 of the API that run staging-3 asked for ends: it is live in place of the version before.
    ");
}

#[test]
fn another_deployment_of_the_same_version_is_not_the_one_that_was_asked_for() {
    let report = without(Safeguard::OwnDeploymentFollowed);
    insta::assert_snapshot!(told(&report, Race::BroughtBack), @"
    1. A pull request that changes the API is merged as commit 1.
    2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    3. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    4. CI asks to deploy commit 1 of the API to staging: a run begins.
    5. Run staging-1 looks, and is about to deploy commit 1 to staging.
    6. The request of run staging-1, to deploy commit 1 to staging, is carried out.
    7. The deployment of commit 1 of the API that run staging-1 asked for appears, and runs.
    8. Somebody gives up run staging-1.
    9. Somebody asks to roll back the API in staging to the version before: a run begins.
    10. Run staging-2 looks, and ends.
    11. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of the version before.
    ");
}

#[test]
fn a_run_that_is_given_up_too_early_leaves_a_deployment_that_ends_last() {
    let report = without(Safeguard::NothingGivenUpUnseen);
    insta::assert_snapshot!(told(&report, Race::OlderLast), @"
    1. A pull request that changes the API is merged as commit 1.
    2. A pull request that changes the API is merged as commit 2.
    3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
    6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1.
    7. CI asks to deploy commit 1 of the API to staging: a run begins.
    8. Run staging-1 looks, and is about to deploy commit 1 to staging.
    9. The request of run staging-1, to deploy commit 1 to staging, is carried out.
    10. Somebody gives up run staging-1.
    11. CI asks to deploy commit 2 of the API to staging: a run begins.
    12. Run staging-2 looks, and is about to deploy commit 2 to staging.
    13. The request of run staging-2, to deploy commit 2 to staging, is carried out.
    14. The deployment of commit 2 of the API that run staging-2 asked for appears, and runs.
    15. The deployment of commit 1 of the API that run staging-1 asked for appears, and waits for the one that runs.
    16. The deployment of commit 2 of the API that run staging-2 asked for ends: it is live in place of the version before.
    17. The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of commit 2.
    ");
}

#[test]
fn github_lets_a_draft_change_between_the_reading_and_the_publishing() {
    let report = without(Safeguard::NothingBetweenReadAndWrite);
    insta::assert_snapshot!(told(&report, Race::Rewritten), @"
    1. A pull request that changes the API is merged as commit 1.
    2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    3. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
    4. The tool refreshes the draft of the API: it lists the GitHub Releases, and finds no draft.
    5. A pull request that changes the API is merged as commit 2.
    6. The tool reads the draft of the API once more, and it is as it was.
    7. The tool makes a draft of the API, which names commit 1.
    8. The tool refreshes the draft of the API: it lists the GitHub Releases, and finds the draft API release 1.
    9. The tool reads the draft of the API once more, and it is as it was.
    10. Somebody asks to release the API: a run begins.
    11. Somebody lets the step Publish of run production-1 go ahead.
    12. Run production-1 looks, and is about to publish API release 1, its git tag on commit 1.
    13. Run production-1 reads once more what it is about to change, and it is as it was.
    14. The tool writes API release 1, to name commit 2.
    15. The request of run production-1, to publish API release 1, its git tag on commit 1, is carried out.
    ");
}
