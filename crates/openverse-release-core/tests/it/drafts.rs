//! How the drafts of an app become the one that should be there.

use chrono::DateTime;
use openverse_release_core::{
    DraftChange, DraftContent, DraftPlan, DraftRefusal, DraftWrite, GitHubRelease, GitHubReleaseId, Project,
    ReleaseNotes, ReleaseTarget, plan_draft,
};
use proptest::prelude::*;

use crate::release_notes::merged;

fn wanted(minute: u32) -> DraftContent {
    let project = Project::openverse();
    let api = project.app("api").unwrap();
    let release = api.release_tag(format!("2024.02.03.04.{minute:02}.00").parse().unwrap()).unwrap();
    let notes = ReleaseNotes::of(&project, api, &[merged(7, "Mend it", &["🧱 stack: api"])]);
    DraftContent::of(&release, ReleaseTarget::Commit("a".repeat(40).parse().unwrap()), &notes)
}

/// A draft that says what is wanted, with the date of an older minute.
fn draft(id: u64, minute: u32) -> GitHubRelease {
    let DraftContent { git_tag, name, target, notes } = wanted(minute);
    GitHubRelease {
        id: GitHubReleaseId(id),
        page: format!("https://github.com/WordPress/openverse/releases/tag/{git_tag}"),
        git_tag,
        name,
        notes,
        target,
        draft: true,
        published_at: None,
    }
}

fn old(id: u64, minute: u32) -> GitHubRelease {
    GitHubRelease { notes: "old".to_owned(), ..draft(id, minute) }
}

fn published(id: u64, minute: u32) -> GitHubRelease {
    GitHubRelease { draft: false, published_at: DateTime::from_timestamp(0, 0), ..draft(id, minute) }
}

fn ids(releases: &[GitHubRelease]) -> Vec<u64> {
    releases.iter().map(|release| release.id.0).collect()
}

#[test]
fn without_a_draft_one_is_made() {
    let plan = plan_draft(&[published(1, 1)], wanted(30)).unwrap();
    assert_eq!(plan, DraftPlan { write: DraftWrite::Create(wanted(30)), delete: Vec::new() });
    assert_eq!(wanted(30).name, "api-2024.02.03.04.30.00");
}

#[test]
fn another_date_alone_changes_nothing() {
    let mut seen = draft(1, 5);
    seen.notes = seen.notes.replace('\n', "\r\n").trim_end().to_owned();
    let plan = plan_draft(std::slice::from_ref(&seen), wanted(30)).unwrap();
    assert_eq!(plan, DraftPlan { write: DraftWrite::Nothing { draft: seen }, delete: Vec::new() });
}

#[test]
fn whatever_else_differs_is_written_with_the_new_date() {
    let branch = ReleaseTarget::Branch("main".to_owned());
    for (seen, change) in [
        (old(1, 5), DraftChange::Notes),
        (GitHubRelease { target: branch, ..draft(1, 5) }, DraftChange::Target),
        (GitHubRelease { name: "Soon".to_owned(), ..draft(1, 5) }, DraftChange::Name),
    ] {
        let plan = plan_draft(std::slice::from_ref(&seen), wanted(30)).unwrap();
        let write = DraftWrite::Update { seen, to: wanted(30), changes: vec![change] };
        assert_eq!(plan, DraftPlan { write, delete: Vec::new() });
    }
}

#[test]
fn of_duplicates_the_newest_is_kept_unless_an_older_one_is_right_already() {
    let plan = plan_draft(&[old(3, 3), old(1, 1), old(2, 2)], wanted(30)).unwrap();
    assert!(matches!(&plan.write, DraftWrite::Update { seen, .. } if seen.id.0 == 3));
    assert_eq!(ids(&plan.delete), [1, 2]);
    let plan = plan_draft(&[old(3, 3), draft(1, 1), old(2, 2)], wanted(30)).unwrap();
    assert!(matches!(&plan.write, DraftWrite::Nothing { draft } if draft.id.0 == 1));
    assert_eq!(ids(&plan.delete), [2, 3]);
    let plan = plan_draft(&[draft(1, 1), draft(2, 2)], wanted(30)).unwrap();
    assert!(matches!(&plan.write, DraftWrite::Nothing { draft } if draft.id.0 == 2));
    assert_eq!(ids(&plan.delete), [1]);
}

#[test]
fn drafts_of_other_apps_are_left_alone() {
    let mut other = old(9, 9);
    other.git_tag = "frontend-2024.02.03.04.09.00".parse().unwrap();
    assert_eq!(
        plan_draft(&[other], wanted(30)).unwrap(),
        DraftPlan { write: DraftWrite::Create(wanted(30)), delete: Vec::new() }
    );
}

#[test]
fn a_draft_that_was_published_is_left_to_a_person() {
    let mut again = published(4, 4);
    again.draft = true;
    let refusal = plan_draft(&[old(5, 5), again], wanted(30)).unwrap_err();
    insta::assert_snapshot!(refusal, @"found api-2024.02.03.04.04.00 as a draft although it was published before, expected a draft that never was; publish it again, or delete it, on https://github.com/WordPress/openverse/releases/tag/api-2024.02.03.04.04.00");
}

#[test]
fn a_git_tag_is_never_given_twice() {
    let refusal = plan_draft(&[published(1, 30), old(2, 2)], wanted(30)).unwrap_err();
    assert!(matches!(refusal, DraftRefusal::GitTagTaken { .. }));
    // A draft with the git tag of a published release could not be published: it is no right one.
    let plan = plan_draft(&[published(1, 2), draft(2, 2)], wanted(30)).unwrap();
    assert!(matches!(&plan.write, DraftWrite::Update { changes, .. } if changes == &[DraftChange::GitTag]));
}

fn any_release() -> impl Strategy<Value = GitHubRelease> {
    (1..6_u64, 0..5_u32, 0..3_usize).prop_map(|(id, minute, kind)| match kind {
        0 => draft(id, minute),
        1 => old(id, minute),
        _ => published(id, minute),
    })
}

proptest! {
    #[test]
    fn one_right_draft_is_left_and_nothing_published_is_touched(releases in prop::collection::btree_map(1..6_u64, any_release(), 0..6)) {
        let releases: Vec<_> =
            releases.into_iter().map(|(id, release)| GitHubRelease { id: GitHubReleaseId(id), ..release }).collect();
        let plan = plan_draft(&releases, wanted(30)).unwrap();
        let (touched, mut world): (Vec<_>, Vec<_>) =
            releases.into_iter().partition(|release| plan.delete.contains(release));
        prop_assert!(touched.iter().all(|release| release.draft));
        match &plan.write {
            DraftWrite::Nothing { draft } => prop_assert!(world.contains(draft)),
            DraftWrite::Create(content) => world.push(told(9, content)),
            DraftWrite::Update { seen, to, changes } => {
                prop_assert!(seen.draft && world.contains(seen) && !changes.is_empty());
                world.retain(|release| release != seen);
                world.push(told(seen.id.0, to));
            }
        }
        let drafts: Vec<_> = world.iter().filter(|release| release.draft).collect();
        prop_assert_eq!(drafts.len(), 1);
        prop_assert!(wanted(30).difference_from(drafts[0]).is_empty());
        // Asked again, a minute later, there is nothing left to do.
        let again = plan_draft(&world, wanted(31)).unwrap();
        let draft = drafts[0].clone();
        prop_assert_eq!(again, DraftPlan { write: DraftWrite::Nothing { draft }, delete: Vec::new() });
    }
}

fn told(id: u64, content: &DraftContent) -> GitHubRelease {
    let DraftContent { git_tag, name, target, notes } = content.clone();
    GitHubRelease { git_tag, name, target, notes, ..draft(id, 0) }
}
