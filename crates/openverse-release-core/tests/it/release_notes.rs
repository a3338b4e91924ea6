//! Release notes, from the pull requests that were merged.

use chrono::DateTime;
use openverse_release_core::{
    App, MergedPullRequest, NotesSection, Project, ReleaseNotes, numbers_mentioned,
};
use proptest::prelude::*;

const LABELS: [&str; 9] = [
    "🌟 goal: addition",
    "✨ goal: improvement",
    "🧰 goal: internal improvement",
    "🛠 goal: fix",
    "🧱 stack: api",
    "🧱 stack: frontend",
    "🧱 stack: ingestion server",
    "skip-changelog",
    "🟩 priority: low",
];

pub(crate) fn merged(number: u64, title: &str, labels: &[&str]) -> MergedPullRequest {
    MergedPullRequest {
        number,
        title: title.to_owned(),
        author: "ada".to_owned(),
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        merge_commit: format!("{number:040x}").parse().unwrap(),
        merged_at: DateTime::from_timestamp(i64::try_from(number).unwrap_or_default() * 60, 0).unwrap(),
    }
}

fn openverse() -> (Project, App) {
    let project = Project::openverse();
    let api = project.app("api").unwrap().clone();
    (project, api)
}

fn notes(app: &str, pull_requests: &[MergedPullRequest]) -> ReleaseNotes {
    let project = Project::openverse();
    ReleaseNotes::of(&project, project.app(app).unwrap(), pull_requests)
}

#[test]
fn pull_requests_stand_in_the_section_of_their_goal_newest_first() {
    let pull_requests = [
        merged(1, "Fix the search", &["🧱 stack: api", "🛠 goal: fix"]),
        merged(2, "Add a field", &["🧱 stack: api", "🌟 goal: addition"]),
        merged(3, "Make it faster", &["🧱 stack: api", "✨ goal: improvement"]),
        merged(4, "Test more", &["🧱 stack: api", "🧰 goal: internal improvement"]),
        merged(5, "Add `unstable__created_on`", &["🧱 stack: API", "🌟 Goal: Addition"]),
        merged(6, "Ease the work", &["🤖 aspect: dx", "🧱 stack: api"]),
        merged(7, "Show a banner", &["🧱 stack: frontend", "🌟 goal: addition"]),
        merged(8, "Publish changelog for api-1", &["🧱 stack: api", "🌟 goal: addition", "skip-changelog"]),
        merged(9, "Do something", &["🧱 stack: api"]),
    ];
    insta::assert_snapshot!(notes("api", &pull_requests), @"
    ## New Features

    - [Add `unstable__created_on` (#5)](https://github.com/WordPress/openverse/pull/5) by @ada
    - [Add a field (#2)](https://github.com/WordPress/openverse/pull/2) by @ada

    ## Improvements

    - [Do something (#9)](https://github.com/WordPress/openverse/pull/9) by @ada
    - [Make it faster (#3)](https://github.com/WordPress/openverse/pull/3) by @ada

    ## Internal Improvements

    - [Ease the work (#6)](https://github.com/WordPress/openverse/pull/6) by @ada
    - [Test more (#4)](https://github.com/WordPress/openverse/pull/4) by @ada

    ## Bug Fixes

    - [Fix the search (#1)](https://github.com/WordPress/openverse/pull/1) by @ada
    ");
    insta::assert_snapshot!(notes("frontend", &pull_requests), @"
    ## New Features

    - [Show a banner (#7)](https://github.com/WordPress/openverse/pull/7) by @ada
    ");
    let none = notes("ingestion server", &pull_requests);
    assert!(none.is_empty());
    insta::assert_snapshot!(none, @"No pull request is listed for this release.");
}

#[test]
fn a_pull_request_of_several_apps_stands_in_the_notes_of_each_and_once() {
    let both = merged(1, "Share it", &["🧱 stack: ingestion server", "🧱 stack: api", "🛠 goal: fix"]);
    let again = MergedPullRequest { merged_at: merged(2, "", &[]).merged_at, ..both.clone() };
    for app in ["api", "ingestion server"] {
        let notes = notes(app, &[both.clone(), again.clone(), both.clone()]);
        assert_eq!(notes.numbers(NotesSection::BugFixes).collect::<Vec<_>>(), [1], "{app}");
    }
}

#[test]
fn the_first_section_of_several_goals_counts() {
    let odd = merged(1, "Do both", &["🛠 goal: fix", "🌟 goal: addition", "🧱 stack: api"]);
    assert_eq!(notes("api", &[odd]).numbers(NotesSection::NewFeatures).count(), 1);
}

#[test]
fn another_project_has_other_labels() {
    let (mut project, api) = openverse();
    project.release_notes.app_label = "app/{label}".to_owned();
    project.release_notes.bug_fixes = vec!["bug".to_owned()];
    let notes = ReleaseNotes::of(&project, &api, &[merged(1, "Mend", &["bug", "app/api"])]);
    assert_eq!(notes.numbers(NotesSection::BugFixes).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_title_that_ends_in_its_own_number_says_it_once() {
    let text = notes("api", &[merged(12, "Mend it (#12)", &["🧱 stack: api"])]).to_string();
    assert!(text.contains("- [Mend it (#12)](https://"), "{text}");
}

#[test]
fn no_title_and_no_author_can_be_more_than_a_line() {
    let hostile = MergedPullRequest {
        author: "eve](http://x) @all\n# <b>".to_owned(),
        ..merged(3, "# x\r\n\n## Bug Fixes\n- [a](http://b) (#9)](http://c) <!-- `", &["🧱 stack: api"])
    };
    let gone = MergedPullRequest { author: " ".to_owned(), ..merged(2, "", &["🧱 stack: api"]) };
    insta::assert_snapshot!(notes("api", &[hostile, gone]), @r"
    ## Improvements

    - [\# x \#\# Bug Fixes - \[a\](http://b) (#9)\](http://c) \<!-- \` (#3)](https://github.com/WordPress/openverse/pull/3) by @eve\]httpxallb
    - [(#2)](https://github.com/WordPress/openverse/pull/2) by @ghost
    ");
}

fn any_pull_request() -> impl Strategy<Value = MergedPullRequest> {
    let labels = prop::sample::subsequence(LABELS.to_vec(), 0..=LABELS.len());
    (1..40_u64, 0..5_i64, "[\\PC\n]{0,30}", labels).prop_map(|(number, minute, title, labels)| {
        let merged_at = DateTime::from_timestamp(minute * 60, 0).unwrap();
        MergedPullRequest { merged_at, ..merged(number, &title, &labels) }
    })
}

proptest! {
    #[test]
    fn the_order_of_the_pull_requests_does_not_matter(
        (sorted, shuffled) in prop::collection::btree_map(1..40_u64, any_pull_request(), 0..12)
            .prop_map(|map| {
                let all = map.into_iter().map(|(number, one)| MergedPullRequest { number, ..one });
                all.collect::<Vec<_>>()
            })
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(notes("api", &sorted).to_string(), notes("api", &shuffled).to_string());
    }

    #[test]
    fn every_merge_of_the_app_is_mentioned_and_stands_in_one_section(pull_requests in prop::collection::vec(any_pull_request(), 0..12)) {
        let notes = notes("api", &pull_requests);
        let text = notes.to_string();
        let listed: Vec<_> = NotesSection::ALL.iter().flat_map(|&section| notes.numbers(section)).collect();
        let mentioned = numbers_mentioned(&text);
        for pull_request in &pull_requests {
            let has = |wanted: &str| pull_request.labels.iter().any(|label| label == wanted);
            let belongs = has("🧱 stack: api") && !has("skip-changelog");
            let times = listed.iter().filter(|&&number| number == pull_request.number).count();
            if belongs {
                prop_assert_eq!(times, 1);
                prop_assert!(mentioned.contains(&pull_request.number), "{}", text);
            }
        }
        let lines = text.lines().filter(|line| line.starts_with("- [")).count();
        prop_assert_eq!(lines, listed.len());
        let headings: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let known: Vec<_> = NotesSection::ALL
            .iter()
            .filter(|section| notes.numbers(**section).next().is_some())
            .map(|section| section.as_str())
            .collect();
        prop_assert_eq!(headings, known);
    }

    #[test]
    fn the_numbers_in_a_text_are_those_that_were_written(numbers in prop::collection::btree_set(1..100_000_u64, 0..8)) {
        let text: String = numbers.iter().map(|number| format!("- Do it (#{number}) by @ada\n")).collect();
        prop_assert_eq!(numbers_mentioned(&text), numbers);
    }
}
