//! Branches: what is split and joined, and what becomes of it in a run.

use openverse_release_core::{
    Branches::{All, One},
    CheckId, Flow, Operation, Severity,
    kind::{BuildImages, MergeToMain, RevertOnMain},
};

use crate::{
    checks::assert_finds,
    small_flows::{Automatic, Manual, Parts, TO_STAGING},
};

/// Merge, a split into several builds, a join, deploy to staging.
fn block(builds: &[&str]) -> Parts {
    let parts = Parts::empty()
        .step("Merge", Manual, Operation::of(MergeToMain {}))
        .step("Join", Automatic, TO_STAGING)
        .step("Revert", Manual, Operation::of(RevertOnMain {}))
        .link("Revert", "-->", builds[0])
        .link("Join", "o--o", "Revert");
    builds.iter().fold(parts, |parts, build| {
        let parts = parts.step(build, Automatic, Operation::of(BuildImages {}));
        parts.link("Merge", "-->", build).link(build, "-->", "Join")
    })
}

fn of_branches(flow: &Flow) -> Vec<String> {
    let about = [CheckId::Deadlock, CheckId::LackOfSynchronisation, CheckId::SoundnessUnknown];
    let findings = flow.check().into_iter().filter(|finding| about.contains(&finding.check));
    findings.map(|finding| finding.to_string()).collect()
}

#[test]
fn a_step_that_several_arrows_leave_says_how_it_goes_on() {
    assert_finds(block(&["One", "Other"]), &[("split-undeclared Merge", "Merge Other")]);
    assert_finds(block(&["One", "Other"]).split("Merge", One), &[]);
    // A rollback is no branch, and one arrow leaves nothing to say.
    assert_finds(Parts::staging_only().link("Staging", "==>", "Revert"), &[]);
}

#[test]
fn branches_that_all_happen_meet_at_a_step_that_waits_for_all() {
    // The revert begins at one build alone, so it may not lead into the block.
    let sound = block(&["One", "Other"]).without_link("Revert", "One").link("Revert", "-->", "Merge");
    assert_eq!(of_branches(&sound.split("Merge", All).join("Join", All).flow()), [""; 0]);
}

#[test]
fn branches_of_which_one_happens_leave_a_step_waiting_that_waits_for_all() {
    let flow = block(&["One", "Other"]).without_link("Revert", "One").link("Revert", "-->", "Merge");
    let findings = of_branches(&flow.split("Merge", One).join("Join", All).flow());
    insta::assert_snapshot!(findings.join("\n"), @"error [deadlock] small: Join: it waits for Other too, from where not every run comes (by way of Revert -> Merge -> One -> Join) (it happens so: Revert, Merge, One)");
}

#[test]
fn a_rollback_that_begins_inside_of_a_block_leaves_the_join_waiting() {
    let findings = of_branches(&block(&["One", "Other"]).split("Merge", All).join("Join", All).flow());
    insta::assert_snapshot!(findings.join("\n"), @"error [deadlock] small: Join: it waits for Other too, from where not every run comes (by way of Merge -> One -> Join) (it happens so: Revert, One)");
}

#[test]
fn branches_that_all_happen_make_a_step_that_waits_for_one_happen_twice() {
    let flow = block(&["One", "Other"]).without_link("Revert", "One").link("Revert", "-->", "Merge");
    let findings = of_branches(&flow.split("Merge", All).flow());
    insta::assert_snapshot!(findings.join("\n"), @"error [lack-of-synchronisation] small: Join: it happens for One and for Other, each by itself, and a run can have both (by way of Revert -> Merge -> One -> Join) (it happens so: Revert, Merge, Other, One, Join, Join)");
}

#[test]
fn a_branch_that_may_end_before_leaves_the_join_waiting() {
    let flow = block(&["One", "Other"])
        .without_link("Revert", "One")
        .link("Revert", "-->", "Merge")
        .step("Stop", Automatic, TO_STAGING)
        .link("One", "-->", "Stop")
        .link("Stop", "o--o", "Revert")
        .split("Merge", All)
        .split("One", One)
        .join("Join", All);
    insta::assert_snapshot!(of_branches(&flow.flow()).join("\n"), @"error [deadlock] small: Join: it waits for One too, from where not every run comes (by way of Revert -> Merge -> Other -> Join) (it happens so: Revert, Merge, Other, One, Stop)");
}

/// A merge, and builds that follow it and each other by these arrows.
fn builds(links: &[(&str, &[&str])]) -> Parts {
    let mut parts = Parts::empty().step("Merge", Manual, Operation::of(MergeToMain {}));
    for &(from, ends) in links {
        for &to in ends {
            if !parts.steps.iter().any(|step| step.id.as_str() == to) {
                parts = parts.step(to, Automatic, Operation::of(BuildImages {}));
            }
            parts = parts.link(from, "-->", to);
        }
    }
    parts
}

/// What follows a merge, and beside it one more branch, for which the step `Done` waits as well.
fn beside_another(links: &[(&str, &[&str])]) -> Parts {
    let beside: [(&str, &[&str]); 2] = [("Merge", &["Begin", "Other"]), ("Other", &["Done"])];
    builds(&[&beside[..], links].concat()).split("Merge", All).join("Done", All)
}

#[test]
fn an_alternative_that_may_end_leaves_the_join_waiting_though_another_does_not_end() {
    // Of P and Q one ends, and the other may end.
    let links: [(&str, &[&str]); 6] = [
        ("Begin", &["A", "B"]),
        ("A", &["P", "Q"]),
        ("P", &["R", "S"]),
        ("R", &["Meet"]),
        ("B", &["Meet"]),
        ("Meet", &["Done"]),
    ];
    let flow = beside_another(&links).split("Begin", One).split("A", All).split("P", One).flow();
    insta::assert_snapshot!(of_branches(&flow).join("\n"), @"error [deadlock] small: Done: it waits for Meet too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, A, Q, P, S)");
    // So it is if what may have ended goes on by one of several branches, or by all of them.
    let further: [(&str, &[&str]); 3] = [("R", &["T", "U"]), ("T", &["Meet"]), ("U", &["Meet"])];
    let links = [&links[..3], &further, &links[4..]].concat();
    let parts = beside_another(&links).split("Begin", One).split("A", All).split("P", One);
    insta::assert_snapshot!(of_branches(&parts.clone().split("R", One).flow()).join("\n"), @"error [deadlock] small: Done: it waits for Meet too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, A, Q, P, S)");
    let flow = parts.split("R", All).join("Meet", All).without_link("B", "Meet").flow();
    insta::assert_snapshot!(of_branches(&flow).join("\n"), @"error [deadlock] small: Done: it waits for Meet too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, B)");
    // And if an alternative ends by all of its branches, or after they have met.
    let links: [(&str, &[&str]); 3] = [("Begin", &["B", "A"]), ("A", &["P", "Q"]), ("B", &["Done"])];
    let parts = beside_another(&links).split("Begin", One).split("A", All);
    insta::assert_snapshot!(of_branches(&parts.flow()).join("\n"), @"error [deadlock] small: Done: it waits for B too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, A, Q, P)");
    let met: [(&str, &[&str]); 2] = [("P", &["Meet"]), ("Q", &["Meet"])];
    let parts = beside_another(&[&links[..], &met].concat()).split("Begin", One).split("A", All);
    insta::assert_snapshot!(of_branches(&parts.join("Meet", All).flow()).join("\n"), @"error [deadlock] small: Done: it waits for B too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, A, Q, P, Meet)");
}

#[test]
fn what_may_have_ended_and_goes_on_by_all_its_branches_leaves_the_join_waiting() {
    let links: [(&str, &[&str]); 4] =
        [("Begin", &["A", "B"]), ("A", &["P", "Q"]), ("P", &["Done"]), ("Q", &["Done"])];
    let flow = beside_another(&links).split("Begin", One).split("A", All).flow();
    insta::assert_snapshot!(of_branches(&flow).join("\n"), @"error [deadlock] small: Done: it waits for P too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, B)");
}

#[test]
fn branches_that_are_not_nested_are_judged_within_others() {
    let links: [(&str, &[&str]); 11] = [
        ("Begin", &["A", "B"]),
        ("A", &["A1", "A2"]),
        ("B", &["B1", "B2"]),
        ("A1", &["Left"]),
        ("B1", &["Left"]),
        ("A2", &["Right"]),
        ("B2", &["Right"]),
        ("Left", &["Last"]),
        ("Right", &["Last"]),
        ("Last", &["Q", "P"]),
        ("Q", &["Done"]),
    ];
    let parts = |links: &[(&str, &[&str])]| {
        let parts = beside_another(links).split("Begin", One).split("A", All).split("B", All);
        parts.join("Last", All).split("Last", All)
    };
    assert_eq!(of_branches(&parts(&links).flow()), [""; 0]);
    // P just ends; if the beginning may go on to nowhere instead, the end waits for ever.
    let flow =
        parts(&links).step("C", Automatic, Operation::of(BuildImages {})).link("Begin", "-->", "C").flow();
    insta::assert_snapshot!(of_branches(&flow).join("\n"), @"error [deadlock] small: Done: it waits for Q too, from where not every run comes (by way of Merge -> Other -> Done) (it happens so: Merge, Other, Begin, C)");
}

#[test]
fn a_branch_that_nothing_comes_by_leaves_the_join_waiting() {
    // What only a rollback link leads to, though it rolls nothing back, never happens.
    let flow = Parts::staging_only()
        .step("Dead", Automatic, Operation::of(BuildImages {}))
        .link("Build", "o--o", "Dead")
        .link("Dead", "-->", "Staging")
        .join("Staging", All);
    insta::assert_snapshot!(of_branches(&flow.flow()).join("\n"), @"error [deadlock] small: Staging: it waits for Dead, which never happens (by way of Merge -> Build -> Staging) (it happens so: Merge, Build)");
}

/// Branches that do not meet in the reverse order in which they parted.
fn crossed(last: &str) -> Parts {
    let links: [(&str, &[&str]); 9] = [
        ("Merge", &["A", "B"]),
        ("A", &["A1", "A2"]),
        ("B", &["B1", "B2"]),
        ("A1", &["Left"]),
        ("B1", &["Left"]),
        ("A2", &["Right"]),
        ("B2", &[last]),
        ("Left", &["Last"]),
        ("Right", &["Last"]),
    ];
    builds(&links).split("Merge", One).split("A", All).split("B", All).join("Last", All)
}

#[test]
fn branches_that_are_not_nested_are_played_through() {
    assert_eq!(of_branches(&crossed("Right").flow()), [""; 0]);
    insta::assert_snapshot!(of_branches(&crossed("Left").flow()).join("\n"), @"
    error [deadlock] small: Last: it waits for Right too, from where not every run comes (by way of Merge -> A -> A1 -> Left -> Last) (it happens so: Merge, B, B2, B1, Left)
    error [lack-of-synchronisation] small: Left: it happens for B1 and for B2, each by itself, and a run can have both (by way of Merge -> B -> B1 -> Left) (it happens so: Merge, B, B2, B1, Left, Left)
    ");
}

/// So many builds, which all happen and of which each goes on by one branch; the branches meet crosswise.
fn woven(width: usize) -> Parts {
    let mut parts = Parts::empty().step("Merge", Manual, Operation::of(MergeToMain {})).split("Merge", All);
    parts = parts.step("Last", Automatic, TO_STAGING).join("Last", All);
    for number in 0..width {
        let id = |name: &str, number: usize| format!("{name}{}", number % width);
        for name in ["Build", "Left", "Right", "Meet"] {
            parts = parts.step(&id(name, number), Automatic, Operation::of(BuildImages {}));
        }
        parts = parts
            .link("Merge", "-->", &id("Build", number))
            .link(&id("Build", number), "-->", &id("Left", number))
            .link(&id("Build", number), "-->", &id("Right", number))
            .link(&id("Left", number), "-->", &id("Meet", number))
            .link(&id("Right", number), "-->", &id("Meet", number + 1))
            .link(&id("Meet", number), "-->", "Last")
            .split(&id("Build", number), One);
    }
    parts
}

#[test]
fn what_would_take_too_long_to_play_is_said_to_be_unknown() {
    let unknown = |width| -> Vec<_> {
        let findings = woven(width).flow().check().into_iter();
        findings.filter(|finding| finding.check == CheckId::SoundnessUnknown).collect()
    };
    assert_eq!(unknown(16), []);
    let unknown = unknown(17);
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].severity, Severity::Warning);
    assert!(unknown[0].why.contains("too many runs"), "{}", unknown[0]);
}

/// A block in which one branch goes in a circle.
fn circling(names: &[&str]) -> Parts {
    let parts = block(names).without_link("Revert", names[0]).link("Revert", "-->", "Merge");
    parts.link(names[1], "-->", names[1]).split("Merge", All)
}

#[test]
fn branches_in_a_circle_are_judged_by_playing_every_run() {
    assert_eq!(of_branches(&circling(&["One", "Other"]).join("Join", All).flow()), [""; 0]);
    let twice = circling(&["One", "Other"]).flow();
    insta::assert_snapshot!(of_branches(&twice).join("\n"), @"error [lack-of-synchronisation] small: Join: it happens for One and for Other, each by itself, and a run can have both (by way of Revert -> Merge -> One -> Join) (it happens so: Revert, Merge, One, Other, Join, Join)");
    let every_time = circling(&["One", "Other"]).join("Join", All).split("Other", All).flow();
    insta::assert_snapshot!(of_branches(&every_time).join("\n"), @"error [lack-of-synchronisation] small: Join: a run can come to it from Other again before it has happened (by way of Revert -> Merge -> Other -> Join) (it happens so: Revert, Merge, Other, Other)");
    let waits = circling(&["One", "Other"]).join("Join", All).join("Other", All).flow();
    insta::assert_snapshot!(of_branches(&waits).join("\n"), @"
    error [deadlock] small: Join: it waits for Other too, from where not every run comes (by way of Revert -> Merge -> One -> Join) (it happens so: Revert, Merge, One)
    error [deadlock] small: Other: it waits for Other too, from where not every run comes (by way of Revert -> Merge -> Other) (it happens so: Revert, Merge, One)
    ");
}

#[test]
fn branches_in_a_circle_that_would_take_too_long_to_play_are_said_to_be_unknown() {
    let names: Vec<String> = (0..11).map(|number| format!("Build{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(of_branches(&circling(&names[..10]).join("Join", All).flow()), [""; 0]);
    let findings = of_branches(&circling(&names).join("Join", All).flow());
    insta::assert_snapshot!(findings.join("\n"), @"warning [soundness-unknown] small: Merge: several branches happen at a time, the steps go in a circle, and there are too many runs to play all of them (by way of Revert -> Merge)");
}

#[test]
fn a_link_beside_a_longer_way_is_redundant() {
    let parts = block(&["One", "Other"]).split("Merge", All).join("Join", All).link("Merge", "-->", "Join");
    let redundant = |parts: Parts| -> Vec<_> {
        let findings = parts.flow().check().into_iter();
        findings.filter(|finding| finding.check == CheckId::RedundantLink).collect()
    };
    let found = redundant(parts.clone());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Info);
    assert_eq!(found[0].link.as_ref().unwrap().to.as_str(), "Join");
    // It is looked for among as many links as are drawn.
    let mut many = parts;
    let more = std::iter::repeat_n(many.links[0].clone(), 500 - many.links.len());
    many.links.extend(more);
    assert_eq!(redundant(many.clone()).len(), 1);
    many.links.push(many.links[0].clone());
    assert_eq!(redundant(many), []);
}

#[test]
fn a_block_of_a_thousand_branches_is_judged() {
    let names: Vec<String> = (0..1000).map(|number| format!("Build{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let parts =
        || block(&names).without_link("Revert", names[0]).link("Revert", "-->", "Merge").split("Merge", All);
    assert_eq!(of_branches(&parts().join("Join", All).flow()), [""; 0]);
    assert_eq!(of_branches(&parts().flow()).len(), 1);
}

#[test]
fn branches_stand_in_the_detailed_chart_and_survive_being_written_and_read() {
    use openverse_release_core::ChartLevel::{Detailed, Overview};
    let flow = block(&["One", "Other"]).split("Merge", All).join("Join", All).flow();
    let json = serde_json::to_string(&flow).unwrap();
    assert!(json.contains(r#""split":"all""#), "{json}");
    assert_eq!(serde_json::from_str::<Flow>(&json).unwrap(), flow);
    assert!(flow.to_text(Detailed).contains("After: all that follows happens."));
    assert!(flow.to_text(Detailed).contains("Before: everything that leads here is done."));
    assert!(!flow.to_text(Overview).contains("After:"));
}
