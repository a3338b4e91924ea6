//! How runs end when the world is not as it should be.

use chrono::TimeDelta;
use openverse_release_core::{
    AutomationSight, Effect, End, EnvironmentName, GitHubRun, GitHubRunId, GitHubRunStatus, Input,
    InputRejected, Job, JobStatus, JobStep, OrderKind, Outcome, Performer, Phase, ReplayError, Reply, Run,
    RunEvent, Sight, StepId, Stop,
};

use super::{
    drive::{Drive, Mishap, Next},
    errand::{Kind, errand},
    service::Fate,
    world::{TAG, World, api, digest, sha},
};

fn release(world: &World) -> Drive {
    Drive::start(world, &api(Performer::Runner), world.release_order())
}

fn go(drive: &mut Drive, world: &mut World) {
    drive.go(world, std::iter::empty());
}

#[test]
fn a_release_waits_for_an_approval_before_it_publishes() {
    let world = World::new();
    let drive = release(&world);
    assert!(matches!(drive.next(), Next::Approval(step) if step.id.as_str() == "Publish"));
    let step: StepId = "Publish".parse().unwrap();
    let sight = Sight::Blind { why: String::new() };
    let error = drive.run.decide(Input::Saw { step: step.clone(), sight }, world.now, &drive.limits);
    assert_eq!(error, Err(InputRejected::NotLooking { step }));
}

#[test]
fn an_edited_draft_is_refused_and_nothing_is_changed() {
    let mut world = World::new();
    let mut drive = release(&world);
    world.release.as_mut().unwrap().notes.push_str("\n- another change");
    go(&mut drive, &mut world);
    assert!(drive.refused().contains("notes"), "{}", drive.refused());
    assert!(world.mutations.is_empty());
}

#[test]
fn a_draft_that_is_gone_is_refused() {
    let mut world = World::new();
    let mut drive = release(&world);
    world.release = None;
    go(&mut drive, &mut world);
    assert!(drive.refused().contains("gone"), "{}", drive.refused());
}

#[test]
fn a_release_published_by_hand_on_the_right_commit_is_gone_on_with() {
    let mut world = World::new();
    let mut drive = release(&world);
    world.release.as_mut().unwrap().draft = false;
    world.tag_commit = Some(sha('b'));
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(
        world.mutations,
        [
            "tag openverse-api",
            "tag openverse-api_nginx",
            &format!("commit changelog/{TAG}"),
            &format!("open changelog/{TAG}"),
            "dispatch"
        ]
    );
}

#[test]
fn a_release_published_by_hand_on_another_commit_is_refused() {
    let mut world = World::new();
    let mut drive = release(&world);
    world.release.as_mut().unwrap().draft = false;
    world.tag_commit = Some(sha('c'));
    go(&mut drive, &mut world);
    assert!(drive.refused().contains("ccccccc"), "{}", drive.refused());
}

#[test]
fn a_published_release_that_was_turned_back_is_a_conflict_and_not_published_again() {
    let mut world = World::new();
    let mut drive = release(&world);
    drive.approve(&world);
    let sight = world.see(&drive.run, &drive.step(), &drive.look());
    let effect = drive.saw(&world, sight).unwrap();
    world.perform(&effect);
    drive.replied(&world, Reply::Accepted { run: None });
    world.release.as_mut().unwrap().draft = true;
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("turned back into a draft"), "{}", drive.conflict());
    assert_eq!(world.mutations, ["publish"]);

    // A person publishes it again, and the run goes on.
    world.release.as_mut().unwrap().draft = false;
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations.iter().filter(|mutation| *mutation == "publish").count(), 1);
}

#[test]
fn an_image_tag_that_names_another_image_is_a_conflict_that_shows_both() {
    let mut world = World::new();
    let companion = world.tags.keys().last().unwrap().clone();
    world.tags.insert(companion, Some(digest('9')));
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    let Next::Stopped(Stop::Conflict { found, expected }) = drive.next() else { panic!("no conflict") };
    assert!(found.contains("sha256:999999999999"), "{found}");
    assert!(expected.contains("sha256:222222222222"), "{expected}");
    assert_eq!(world.mutations, ["publish"], "no image is tagged where another is tagged wrongly");
}

#[test]
fn a_failed_deployment_fails_the_run() {
    let mut world = World::new();
    world.next_outcome = GitHubRunStatus::Failed;
    world.next_goes_live = false;
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    assert!(
        matches!(drive.next(), Next::Ended(End::Failed { step, .. }) if step.as_str() == "ProductionDispatch")
    );
    assert_eq!(world.mutations.last().unwrap(), "dispatch");
}

#[test]
fn a_deployment_that_ends_red_but_is_live_is_done_with_a_warning() {
    let mut world = World::new();
    world.next_outcome = GitHubRunStatus::Failed;
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    let warning = drive.run.done().last().unwrap().warning.as_deref().unwrap();
    assert!(warning.contains("failed although its version is live"), "{warning}");
}

#[test]
fn a_deployment_that_succeeds_without_being_live_is_unknown() {
    let mut world = World::new();
    world.next_goes_live = false;
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    assert!(drive.unknown().contains("/version answers aaaaaaa"), "{}", drive.unknown());
}

#[test]
fn a_later_deployment_of_another_version_is_a_conflict() {
    let mut world = World::new();
    world.next_goes_live = false;
    let mut drive = release(&world);
    world.takes = TimeDelta::seconds(30);
    drive.limits.converge = TimeDelta::seconds(1);
    let later = world.clone();
    go(&mut drive, &mut world);
    drop(later);
    world.deploy(&format!("{}: somebody else", sha('a')), "workflow_dispatch");
    drive.restart(&world);
    world.now += TimeDelta::seconds(60);
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("somebody else"), "{}", drive.conflict());
}

#[test]
fn a_deployment_that_hangs_is_unknown_and_can_be_resumed() {
    let mut world = World::new();
    world.takes = TimeDelta::hours(5);
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    assert!(drive.unknown().contains("in progress"), "{}", drive.unknown());
    world.now += TimeDelta::hours(5);
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations.iter().filter(|mutation| *mutation == "dispatch").count(), 1);
}

#[test]
fn an_accepted_deployment_that_never_appears_is_unknown_and_not_asked_for_again() {
    let mut world = World::new();
    world.appears_after = TimeDelta::days(1);
    let mut drive = release(&world);
    go(&mut drive, &mut world);
    assert!(drive.unknown().contains("has not appeared"), "{}", drive.unknown());
    assert_eq!(world.mutations.iter().filter(|mutation| *mutation == "dispatch").count(), 1);
}

#[test]
fn a_deployment_of_somebody_else_that_was_followed_and_is_gone_is_not_asked_for() {
    let mut world = World::new();
    world.takes = TimeDelta::hours(1);
    world.deploy(super::world::IMAGE_TAG, "repository_dispatch");
    let mut drive = release(&world);
    drive.go_for(&mut world, &mut std::iter::empty(), 60);
    assert!(matches!(drive.phase(), Phase::UnderWay { .. }), "{:?}", drive.phase());
    world.deployments.clear();
    for _ in 0..2 {
        go(&mut drive, &mut world);
        assert!(drive.unknown().contains("not among the deployments any more"), "{}", drive.unknown());
        drive.restart(&world);
    }
    assert!(!world.mutations.contains(&"dispatch".to_owned()));
}

#[test]
fn a_deployment_whose_answer_was_lost_is_asked_for_again_only_once_a_person_resumed() {
    let mut world = World::new();
    let order = world.order(OrderKind::Deploy);
    let mut drive = Drive::start(&world, &api(Performer::Runner), order);
    drive.go(&mut world, std::iter::once(Mishap::LostRequest));
    assert!(drive.unknown().contains("no answer came"), "{}", drive.unknown());
    assert!(world.mutations.is_empty());

    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations, ["dispatch"]);
}

#[test]
fn a_deployment_whose_answer_was_lost_and_that_appears_late_is_not_asked_for_twice() {
    let mut world = World::new();
    world.appears_after = TimeDelta::minutes(10);
    world.takes = TimeDelta::minutes(20);
    let order = world.order(OrderKind::Deploy);
    let mut drive = Drive::start(&world, &api(Performer::Runner), order);
    drive.go(&mut world, std::iter::once(Mishap::LostReply));
    assert!(drive.unknown().contains("no answer came"), "{}", drive.unknown());
    world.now += TimeDelta::minutes(10);
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations, ["dispatch"]);
}

#[test]
fn an_effect_that_comes_to_nothing_three_times_is_given_up() {
    let mut world = World::new();
    let mut drive = release(&world);
    drive.go(&mut world, std::iter::repeat(Mishap::LostRequest));
    assert!(drive.unknown().contains("tried 3 times"), "{}", drive.unknown());
    assert!(world.mutations.is_empty());
}

#[test]
fn what_is_performed_elsewhere_is_awaited_and_never_performed() {
    let mut world = World::new();
    let mut drive = Drive::start(&world, &api(Performer::Elsewhere), world.release_order());
    drive.limits.begin = TimeDelta::seconds(30);
    go(&mut drive, &mut world);
    assert!(drive.unknown().contains("is not there yet"), "{}", drive.unknown());
    assert_eq!(world.mutations, ["publish"]);

    for (image, digest) in drive.run.order().version.bundle.images.clone() {
        world.tags.insert(image, Some(digest));
    }
    world.deploy(super::world::IMAGE_TAG, "repository_dispatch");
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations, ["publish"]);
}

/// A run of the GitHub Workflow that publishing starts.
fn automation(world: &World, status: GitHubRunStatus, job: JobStatus) -> AutomationSight {
    let name = "Tag the images".to_owned();
    AutomationSight {
        run: GitHubRun {
            id: GitHubRunId(5),
            title: TAG.to_owned(),
            status,
            event: "release".to_owned(),
            commit: sha('b'),
            head_branch: Some(TAG.to_owned()),
            actor: "ada".to_owned(),
            created_at: world.now,
            updated_at: world.now,
            page: "https://example.org/run/5".to_owned(),
        },
        jobs: vec![Job {
            name,
            status: job,
            started_at: Some(world.now),
            ended_at: None,
            page: String::new(),
            steps: vec![JobStep { name: "Push the tag".to_owned(), status: job }],
        }],
    }
}

#[test]
fn the_automation_that_tags_and_deploys_is_followed_job_by_job_and_a_bad_end_of_it_is_not_waited_out() {
    use GitHubRunStatus::{Cancelled, Failed, InProgress, Succeeded};
    let mut world = World::new();
    let mut drive = Drive::start(&world, &api(Performer::Elsewhere), world.release_order());
    let began = world.now;
    world.automation = Some(automation(&world, InProgress, JobStatus::Run(InProgress)));
    drive.go_for(&mut world, &mut std::iter::empty(), 10);
    let Phase::UnderWay { evidence, .. } = drive.phase() else { panic!("{:?}", drive.phase()) };
    assert_eq!(
        evidence,
        "openverse-api:rel-2026.11.20.10.00.00 is not there yet; the GitHub Workflow is in progress (job \
         \"Tag the images\" in progress, at \"Push the tag\"): https://example.org/run/5"
    );

    // It was evicted; whoever runs it again and resumes goes on.
    world.automation = Some(automation(&world, Cancelled, JobStatus::Skipped));
    go(&mut drive, &mut world);
    let found = drive.conflict();
    assert!(found.contains("the GitHub Workflow that does it was cancelled"), "{found}");
    assert!(world.now - began < TimeDelta::minutes(1), "a bad end is not waited out");
    world.automation = Some(automation(&world, InProgress, JobStatus::Run(InProgress)));
    for (image, digest) in drive.run.order().version.bundle.images.clone() {
        world.tags.insert(image, Some(digest));
    }
    drive.restart(&world);
    drive.go_for(&mut world, &mut std::iter::empty(), 10);
    assert_eq!(drive.step().as_str(), "ProductionDispatch");

    // The images are tagged, and nobody asked for the deployment.
    world.automation = Some(automation(&world, Failed, JobStatus::Run(Failed)));
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("no deployment of rel-2026.11.20.10.00.00 has begun"));
    world.automation = Some(automation(&world, Succeeded, JobStatus::Run(Succeeded)));
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert!(drive.unknown().contains("although the GitHub Workflow that does it succeeded"));
    assert_eq!(world.mutations, ["publish"]);

    world.deploy(super::world::IMAGE_TAG, "repository_dispatch");
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
}

#[test]
fn a_blind_world_is_unknown_after_a_while() {
    let world = World::new();
    let mut drive = release(&world);
    drive.approve(&world);
    let blind = || Sight::Blind { why: "no route to host".to_owned() };
    assert_eq!(drive.saw(&world, blind()), None);
    assert!(matches!(drive.phase(), Phase::Looking));
    let mut later = world.clone();
    later.now += TimeDelta::minutes(3);
    drive.saw(&later, blind());
    assert!(drive.unknown().contains("no route to host"), "{}", drive.unknown());
}

#[test]
fn a_refused_call_ends_a_run_that_changed_nothing_and_stops_one_that_did() {
    let mut world = World::new();
    let mut drive = release(&world);
    drive.approve(&world);
    let sight = world.see(&drive.run, &drive.step(), &drive.look());
    drive.saw(&world, sight).unwrap();
    drive.replied(&world, Reply::NotDone { why: "403".to_owned() });
    assert_eq!(drive.refused(), "403");

    let mut drive = release(&world);
    drive.approve(&world);
    let mut told = false;
    while let Next::Look(look) = drive.next() {
        let sight = world.see(&drive.run, &drive.step(), &look);
        match drive.saw(&world, sight) {
            Some(effect @ Effect::PublishGitHubRelease { .. }) => {
                world.perform(&effect);
                drive.replied(&world, Reply::Accepted { run: None });
            }
            Some(_) => {
                told = true;
                drive.replied(&world, Reply::NotDone { why: "403".to_owned() });
            }
            None => {}
        }
    }
    assert!(told);
    assert_eq!(drive.unknown(), "403");
}

#[test]
fn a_rollback_places_its_hold_before_it_acts_and_a_refused_one_holds_nothing() {
    let mut world = World::after_the_release_of("api");
    let mut drive = Drive::start(&world, &api(Performer::Runner), world.order(OrderKind::RollBack));
    let sight = world.see(&drive.run, &drive.step(), &drive.look());
    drive.saw(&world, sight).unwrap();
    let places: Vec<_> = drive
        .history
        .iter()
        .filter(|(_, event)| matches!(event, RunEvent::HoldPlaced { .. } | RunEvent::Intended { .. }))
        .collect();
    assert!(
        matches!(&places[0].1, RunEvent::HoldPlaced { environments } if *environments == [EnvironmentName::PRODUCTION]),
        "{places:?}"
    );
    drive.replied(&world, Reply::NotDone { why: "403".to_owned() });
    assert!(drive.holds().is_empty());
}

#[test]
fn a_forced_deployment_happens_even_where_the_version_runs_already() {
    let mut world = World::new();
    world.live = sha('b');
    let mut drive = Drive::start(&world, &api(Performer::Runner), world.order(OrderKind::Deploy));
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(world.mutations, ["dispatch"]);
}

#[test]
fn a_history_in_the_wrong_order_is_no_run() {
    let world = World::new();
    let drive = release(&world);
    let id = drive.run.id().clone();
    let approve = RunEvent::Approved { step: "Publish".parse().unwrap(), by: "ada".to_owned() };
    let done = |step: &str, outcome: Outcome| RunEvent::StepDone {
        step: step.parse().unwrap(),
        outcome,
        evidence: String::new(),
        warning: None,
    };
    let replay = |events: Vec<RunEvent>| {
        let history = drive.history.clone().into_iter();
        Run::replay(id.clone(), history.chain(events.into_iter().map(|event| (world.now, event))))
    };
    assert!(replay(vec![approve.clone()]).is_ok());
    let out_of_place = |position| Err(ReplayError::OutOfPlace { run: id.clone(), position });
    assert_eq!(replay(vec![done("Tag", Outcome::done())]), out_of_place(2));
    assert!(replay(vec![approve.clone(), done("Publish", Outcome::done())]).is_ok());
    let failed = done("Publish", "failed".parse().unwrap());
    assert_eq!(replay(vec![approve.clone(), failed]), out_of_place(3), "nothing follows that outcome");
    assert_eq!(replay(vec![approve.clone(), approve.clone()]), out_of_place(3));
    let end = RunEvent::Ended { end: End::Done };
    assert_eq!(replay(vec![end, approve]), out_of_place(3));
    assert_eq!(Run::replay(id.clone(), []), Err(ReplayError::NotStarted { run: id.clone() }));
}

#[test]
fn the_release_names_its_git_tag_in_every_refusal() {
    let mut world = World::new();
    let mut drive = release(&world);
    world.release = None;
    go(&mut drive, &mut world);
    let Next::Ended(End::Refused { expected, .. }) = drive.next() else { panic!("not refused") };
    assert!(expected.contains(TAG), "{expected}");
}

#[test]
fn a_rollout_that_is_taken_back_before_it_is_seen_has_failed_and_one_that_is_replaced_is_a_conflict() {
    let errand = errand("api", Kind::RollOut);
    let at_once = |fate| {
        let mut world = errand.world();
        world.service.fate = fate;
        (world.appears_after, world.takes) = (TimeDelta::zero(), TimeDelta::zero());
        let mut drive = errand.start(&world);
        go(&mut drive, &mut world);
        assert_eq!(world.mutations, ["register", "update"]);
        drive
    };
    let drive = at_once(Fate::IsTakenBack);
    let Next::Ended(End::Failed { evidence, .. }) = drive.next() else { panic!("{:?}", drive.run.wants()) };
    assert!(
        evidence.contains("took ecs-svc/1 back to production-api:1: tasks failed to start."),
        "{evidence}"
    );
    let drive = at_once(Fate::IsReplaced);
    assert!(drive.conflict().contains("after it had completed by production-api:8"), "{}", drive.conflict());
}

#[test]
fn a_run_is_not_given_up_while_what_it_asked_for_may_still_appear() {
    let give_up = || Input::Abandon { by: "ada".to_owned(), reason: "no patience".to_owned() };
    let errand = errand("api", Kind::Deploy);
    for lost in [false, true] {
        let mut world = errand.world();
        world.appears_after = TimeDelta::seconds(30);
        let mut drive = errand.start(&world);
        let effect = drive.see(&mut world).unwrap();
        world.perform(&effect);
        let reply =
            if lost { Reply::Lost { why: "reset".to_owned() } } else { Reply::Accepted { run: None } };
        drive.replied(&world, reply);
        let refused = |drive: &Drive, world: &World| {
            drive.run.decide(give_up(), world.now, &drive.limits) == Err(InputRejected::MayStillAppear)
        };
        assert!(refused(&drive, &world));
        let mut later = world.clone();
        later.now += drive.limits.appear;
        assert!(!refused(&drive, &later), "it has not appeared in time");
        world.now += TimeDelta::seconds(30);
        drive.see(&mut world);
        assert!(!refused(&drive, &world), "it has appeared, and whoever deploys next sees it");
    }
}
