//! What is said of a case that does not fit.

use openverse_release_audit::{
    Audit, Auditor, CaseSink, Ending, Explained, Found, Happened, Process, Reading, Rule,
};
use openverse_release_core::flows;

fn audit(traces: &[&[&str]], ending: Ending) -> Audit {
    let flow = flows::api();
    let process = Process::of(&flow, Reading::Document).unwrap();
    let rules = Rule::of(&flow, |_| true);
    let mut auditor = Auditor::new(&process, &rules, ending).unwrap();
    for (trace, number) in traces.iter().zip(1..) {
        auditor.begin(&format!("case {number}"));
        for (activity, minute) in trace.iter().zip(0..) {
            let at = chrono::DateTime::from_timestamp(minute * 60, 0);
            auditor.event(&Happened { activity, at, who: Some("ada"), completes: true });
        }
    }
    auditor.finish().unwrap()
}

fn said(audit: &Audit) -> Vec<String> {
    let explained = |part: &Explained| match part {
        Explained::Fits(name) => name.clone(),
        Explained::Extra(name) => format!("+{name}"),
        Explained::Missing(name) => format!("-{name}"),
    };
    let told = audit.deviations.iter().map(|deviation| {
        let variant = &audit.variants[deviation.variant];
        let parts: Vec<_> = variant.explanation.iter().map(explained).collect();
        format!("{}: {}", deviation.case, parts.join(" "))
    });
    told.collect()
}

const RELEASED: [&str; 6] = ["Merge", "Build", "StagingDispatch", "Publish", "Tag", "ProductionDispatch"];

#[test]
fn a_step_left_out_and_a_step_too_many_are_told_apart() {
    let left_out = ["Merge", "Build", "StagingDispatch", "Tag", "ProductionDispatch"];
    let twice = ["Merge", "Build", "StagingDispatch", "Publish", "Publish", "Tag", "ProductionDispatch"];
    let swapped = ["Merge", "Build", "StagingDispatch", "Publish", "ProductionDispatch", "Tag"];
    let unknown =
        ["Merge", "Build", "StagingDispatch", "Cross fingers", "Publish", "Tag", "ProductionDispatch"];
    let audit = audit(&[&RELEASED, &left_out, &twice, &swapped, &unknown], Ending::Required);
    assert_eq!(
        said(&audit),
        [
            "case 2: Merge Build StagingDispatch -Publish Tag ProductionDispatch",
            "case 3: Merge Build StagingDispatch Publish +Publish Tag ProductionDispatch",
            "case 4: Merge Build StagingDispatch Publish -Tag ProductionDispatch +Tag",
            "case 5: Merge Build StagingDispatch +Cross fingers Publish Tag ProductionDispatch",
        ]
    );
    assert_eq!((audit.cases, audit.fitting, audit.under_way, audit.deviating), (5, 1, 0, 4));
    // Five explanations cost 5 of the 31 events and five times the six steps of the shortest way.
    assert!((audit.fitness - (1.0 - 5.0 / 61.0)).abs() < 1e-9, "{}", audit.fitness);
    assert_eq!(audit.unknown.len(), 1);
    assert_eq!((&*audit.unknown[0].activity, audit.unknown[0].events), ("Cross fingers", 1));
}

#[test]
fn the_first_deviation_is_named_with_who_and_when() {
    let audit = audit(&[&["Merge", "Build", "Publish"], &["Deploy by hand"]], Ending::Open);
    let [first, second] = &audit.deviations[..] else { panic!("{audit:?}") };
    assert_eq!(first.found, Found::OutOfTurn("Publish".to_owned()));
    assert_eq!(
        (first.place, first.who.as_deref(), &*first.expected),
        (2, Some("ada"), &["StagingDispatch".to_owned()][..])
    );
    assert_eq!(first.at.unwrap().timestamp(), 120);
    assert_eq!(second.found, Found::Unknown("Deploy by hand".to_owned()));
    assert_eq!(second.expected, ["Merge", "RevertRollback"]);
}

#[test]
fn a_case_that_has_ended_lacks_what_was_to_come() {
    let halfway = ["Merge", "Build", "StagingDispatch", "Publish"];
    let open = audit(&[&halfway], Ending::Open);
    assert_eq!((open.under_way, open.deviating, open.is_clean()), (1, 0, true));
    let ended = audit(&[&halfway], Ending::Required);
    assert_eq!(ended.deviations[0].found, Found::End);
    assert_eq!(ended.deviations[0].expected, ["Tag"]);
    assert_eq!(said(&ended), ["case 1: Merge Build StagingDispatch Publish -Tag -ProductionDispatch"]);
    assert_eq!(ended.broken.len(), 1, "the images of a release never got its image tag");
}

#[test]
fn cases_that_deviate_alike_share_one_explanation() {
    let bad = ["Merge", "Publish"];
    let audit = audit(&[&bad, &RELEASED, &bad, &["Tag"]], Ending::Open);
    let variants: Vec<_> = audit.deviations.iter().map(|deviation| deviation.variant).collect();
    assert_eq!(variants, [0, 0, 1]);
    assert_eq!(audit.variants.iter().map(|variant| variant.cases).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn nothing_fits_perfectly() {
    let audit = audit(&[], Ending::Required);
    assert!(audit.is_clean());
    assert!((audit.fitness - 1.0).abs() < f64::EPSILON);
}

#[test]
fn an_activity_that_only_began_is_not_passed_over_where_nobody_knows_it() {
    let flow = flows::api();
    let process = Process::of(&flow, Reading::Document).unwrap();
    let mut auditor = Auditor::new(&process, &[], Ending::Open).unwrap();
    auditor.begin("case");
    for activity in ["Merge", "Dither"] {
        auditor.event(&Happened { completes: false, ..Happened::new(activity) });
    }
    let audit = auditor.finish().unwrap();
    assert_eq!((audit.deviating, audit.events), (0, 0));
    assert_eq!((&*audit.unknown[0].activity, audit.unknown[0].events, audit.unknown.len()), ("Dither", 0, 1));
}
