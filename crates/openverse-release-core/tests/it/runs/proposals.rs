//! How runs go that propose changes for review: the changelog, which is an afterthought, and the
//! configuration that was applied, which is not.

use openverse_release_core::{Effect, End, ProposalSight, Reply};

use super::{
    drive::{Drive, Next},
    errand::{Kind, errand},
    world::{PAGE, TAG, World},
};

fn changelog() -> String {
    format!("changelog/{TAG}")
}

const CONFIGURATION: &str = "deploy/catalog/run-1";

fn go(drive: &mut Drive, world: &mut World) {
    drive.go(world, std::iter::empty());
}

fn is_proposal(effect: &Effect) -> bool {
    matches!(effect, Effect::CommitProposal { .. } | Effect::OpenPullRequest { .. })
}

/// Drives a run to its end or stop; what would propose a change gets this reply, and is not done.
fn go_without_proposing(drive: &mut Drive, world: &mut World, reply: &Reply) {
    for _ in 0..10_000 {
        match drive.next() {
            Next::Approval(_) => {
                drive.approve(world);
            }
            Next::Stopped(_) | Next::Ended(_) => return,
            Next::Look(_) => {
                if let Some(effect) = drive.see(world) {
                    let reply = if is_proposal(&effect) { reply.clone() } else { world.perform(&effect) };
                    drive.replied(world, reply);
                }
                world.now += chrono::TimeDelta::seconds(1);
            }
        }
    }
    panic!("the run goes on for ever: {:?}", drive.run.wants());
}

fn refusals() -> [Reply; 3] {
    [
        Reply::NotDone { why: "403 forbidden".to_owned() },
        Reply::Conflict { found: "403 forbidden".to_owned(), expected: "leave".to_owned() },
        Reply::Lost { why: "403 forbidden".to_owned() },
    ]
}

fn warnings(drive: &Drive) -> Vec<&str> {
    drive.run.done().iter().filter_map(|done| done.warning.as_deref()).collect()
}

#[test]
fn a_changelog_that_cannot_be_made_leaves_the_release_done_with_a_warning() {
    for reply in refusals() {
        let errand = errand("api", Kind::Release);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        go_without_proposing(&mut drive, &mut world, &reply);
        assert_eq!(drive.next(), Next::Ended(&End::Done), "{reply:?}");
        assert_eq!(world.mutations.last().unwrap(), "dispatch");
        let why =
            if matches!(reply, Reply::Lost { .. }) { "tried 3 times to commit" } else { "403 forbidden" };
        assert!(matches!(warnings(&drive)[..], [warning] if warning.contains(why)), "{:?}", warnings(&drive));
    }
}

#[test]
fn a_taken_branch_of_the_changelog_is_left_alone_and_warned_of() {
    let errand = errand("api", Kind::Release);
    let mut world = errand.world();
    let taken = ProposalSight::Taken { found: "another file".to_owned() };
    world.proposals.insert(changelog(), taken.clone());
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert!(warnings(&drive)[0].contains("another file"), "{:?}", warnings(&drive));
    assert_eq!(world.proposals[&changelog()], taken);
}

#[test]
fn a_changelog_that_cannot_be_seen_is_left_undone_after_a_while() {
    let errand = errand("catalog", Kind::Release);
    let mut world = errand.world();
    // The world cannot be seen after the image was tagged, and that is the second thing done.
    world.blinks = [0, 0, 200].map(chrono::TimeDelta::seconds).into();
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert!(warnings(&drive)[0].contains("no route to host"), "{:?}", warnings(&drive));
    assert!(!world.mutations.iter().any(|it| it.starts_with("open changelog")), "{:?}", world.mutations);
}

#[test]
fn a_pull_request_of_the_configuration_that_cannot_be_opened_stops_the_run_until_it_can() {
    for reply in refusals() {
        let errand = errand("catalog", Kind::Deploy);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        go_without_proposing(&mut drive, &mut world, &reply);
        assert!(matches!(drive.next(), Next::Stopped(_)), "{reply:?}");
        assert!(world.mutations.last().unwrap().starts_with("apply"));
        drive.restart(&world);
        go(&mut drive, &mut world);
        assert_eq!(drive.next(), Next::Ended(&End::Done));
        assert_eq!(world.mutations, errand.takes());
        assert!(warnings(&drive).is_empty());
    }
}

#[test]
fn a_taken_branch_of_the_configuration_stops_the_run() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let taken = ProposalSight::Taken { found: "another change".to_owned() };
    world.proposals.insert(CONFIGURATION.to_owned(), taken.clone());
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("deploy/catalog/run-1 with another change"), "{}", drive.conflict());
    assert_eq!(world.proposals[CONFIGURATION], taken);
    // Somebody takes their branch away.
    world.proposals.clear();
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
}

#[test]
fn a_closed_pull_request_is_not_opened_again_and_warned_of() {
    let errand = errand("catalog", Kind::Release);
    let mut world = errand.world();
    let closed = ProposalSight::Closed { page: PAGE.to_owned() };
    for branch in [format!("changelog/{}", world.release.as_ref().unwrap().git_tag), CONFIGURATION.to_owned()]
    {
        world.proposals.insert(branch, closed.clone());
    }
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(warnings(&drive).len(), 2);
    assert!(!world.mutations.iter().any(|it| it.starts_with("commit") || it.starts_with("open")));
}

#[test]
fn what_is_merged_or_open_already_is_not_proposed_again() {
    for seen in [ProposalSight::Merged, ProposalSight::Open { page: PAGE.to_owned() }] {
        let errand = errand("catalog", Kind::RollBack);
        let mut world = errand.world();
        world.proposals.insert(CONFIGURATION.to_owned(), seen);
        let mut drive = errand.start(&world);
        go(&mut drive, &mut world);
        assert_eq!(drive.next(), Next::Ended(&End::Done));
        assert_eq!(world.mutations, errand.takes()[..2]);
        assert!(warnings(&drive).is_empty());
    }
}

#[test]
fn a_branch_that_somebody_took_away_is_not_pushed_again() {
    for opened in [true, false] {
        let errand = errand("catalog", Kind::Deploy);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        loop {
            let Some(effect) = drive.see(&mut world) else { continue };
            let opens = matches!(effect, Effect::OpenPullRequest { .. });
            if opens && !opened {
                drive.restart(&world);
                break;
            }
            let reply = world.perform(&effect);
            drive.replied(&world, reply);
            if opens {
                break;
            }
        }
        world.proposals.clear();
        for _ in 0..3 {
            go(&mut drive, &mut world);
            assert!(drive.conflict().contains("commit"), "{}", drive.conflict());
            drive.restart(&world);
        }
        assert_eq!(world.mutations.iter().filter(|it| it.starts_with("commit")).count(), 1);
    }
}
