//! Charts that become flows.

use openverse_release_core::{
    ChartLevel, EnvironmentName, Flow, Link, LinkKind, Operation, Step, StepId, Trigger,
    flows::{self, DocumentedFlow},
    kind::{
        BuildImages, DeployByGitHubWorkflow, DeployedVersion, MergeToMain, PublishGitHubRelease,
        RedeployLastWorking, RevertOnMain, SyncDags, TagImage,
    },
};
use openverse_release_mermaid::{Chart, Import};
use proptest::prelude::*;

fn import(chart: &str) -> Import {
    Import::of(&Chart::read(chart).unwrap(), "imported")
}

fn unreadable(chart: &str) -> String {
    let lines = import(chart).unreadable.iter().map(|part| format!("{part}\n")).collect::<String>();
    lines.trim_end().to_owned()
}

/// What a chart shows of a flow.
fn shown(flow: &Flow) -> (Vec<(StepId, String, Trigger)>, Vec<Link>) {
    let steps = flow.steps().map(|step| (step.id.clone(), step.label.clone(), step.trigger));
    (steps.collect(), flow.links().collect())
}

#[test]
fn a_documented_flow_that_is_drawn_is_read_again() {
    for process in DocumentedFlow::ALL {
        let flow = process.flow("x");
        let import = import(&flow.to_mermaid(ChartLevel::Overview));
        assert_eq!(import.unreadable, []);
        assert_eq!(shown(&import.flow), shown(&flow));
        let operations = |flow: &Flow| flow.steps().map(|step| step.operation.clone()).collect::<Vec<_>>();
        assert_eq!(operations(&import.flow), operations(&flow));
    }
}

#[test]
fn a_chart_in_the_style_of_the_document_becomes_a_flow_without_errors() {
    let chart = "flowchart TD
    Merge[\"Merge to <code>main</code>\"]
    Build(\"<u>CI</u>\\nBuild the image\")
    Worker(\"New instances pull\\nthe <code>latest</code> image\")
    Back[Roll back by merging a revert\\nto main] ---> Build
    Merge ---> Build
    Build --> Worker o--o|Rollback| Back";
    let import = import(chart);
    assert_eq!(import.unreadable, []);
    insta::assert_snapshot!(import.flow.to_text(ChartLevel::Overview), @"
    imported, process version 0.0.0

    [Merge]   Merge to main
      |
    (Build)   CI
      |       Build the image
      |
    (Worker)  New instances pull
              the latest image
        o--o [Back] --> (Build)
              Roll back by merging a revert
              to main

    [manual] needs a person   (automatic) follows by itself
    | leads on   o--o is rolled back by
    ");
}

#[test]
fn what_no_flow_has_is_listed() {
    insta::assert_snapshot!(unreadable("flowchart LR
    accTitle: A title
    Merge[Merge to main] --> Odd>Build] ==> Plain
    a-b[Build it] -.- Merge:::done
    subgraph one [Words]
      Publish[Publish the release] <--> Merge
      Sing[Sing a song]
    end
    classDef done fill:#fff
    class Merge done
    style Merge fill:#fff
    linkStyle 0 stroke:red
    click Merge callback
    "), @r#"
    the box Odd: its shape is odd, which is neither square nor rounded
    the box Plain: it has no box, which would be square or rounded
    the box a-b: no step can have that name, which would be a letter, then letters, digits and "_"
    the box Sing: neither its name nor its label says what it does
    the line from Merge to Odd: one of its steps could not be read
    the line from Odd to Plain: one of its steps could not be read
    the line from a-b to Merge: one of its steps could not be read
    the line from Publish to Merge: it is drawn neither as "-->" nor "-.->" nor "o--o"
    the subgraph one (Words): a flow has no parts
    the direction LR: a flow is drawn from top to bottom
    the title or description in line 2: a flow has none
    the class of a box in line 4: a flow has none
    the definition of a class in line 9: a flow has none
    the class of a box in line 10: a flow has none
    the style of a box in line 11: a flow has none
    the style of a line in line 12: a flow has none
    what a click does in line 13: a flow has none
    "#);
}

#[test]
fn what_is_known_of_a_step_counts_more_than_its_words() {
    let chart = Chart::read("graph TD\nA[Merge to main] --> B(Sing)").unwrap();
    let sync = Step::new("B".parse().unwrap(), "", Trigger::Automatic, Operation::of(SyncDags {}));
    let sync = sync.updating([EnvironmentName::STAGING]);
    let import = Import::knowing(&chart, "x", |id| (*id == sync.id).then_some(&sync));
    assert_eq!(import.unreadable, []);
    let read = import.flow.step(&sync.id).unwrap();
    assert!(read.does_the_same_as(&sync));
    let import = Import::of(&chart, "x");
    assert_eq!(import.flow.steps().count(), 1);
    assert_eq!(import.unreadable.len(), 2, "the step and its link");
}

#[test]
fn words_on_many_lines_at_once_do_not_fill_the_memory() {
    let boxes =
        |name: &str| (0..40).map(|number| format!("{name}{number}(Build)")).collect::<Vec<_>>().join(" & ");
    let import = |words: &str| import(&format!("graph TD\n{} -->|{words}| {}", boxes("A"), boxes("B")));
    let short = import("words");
    assert_eq!((short.flow.links().count(), short.unreadable.len()), (1600, 0));
    let long = import(&"long words ".repeat(1_000));
    let copied: usize = long.flow.links().filter_map(|link| link.label).map(|label| label.len()).sum();
    assert!((900_000..1_100_000).contains(&copied), "{copied}");
    assert_eq!(long.flow.links().count() + long.unreadable.len(), 1600);
    assert!(long.unreadable[0].to_string().ends_with("its words are on too many other lines"));
}

#[test]
fn a_mark_is_no_part_of_the_flow() {
    let flow = flows::api();
    let step = flow.steps().next().unwrap().id.clone();
    let marks = [(step, openverse_release_core::StepMark::Done)].into();
    let import = import(&flow.to_mermaid_marked(ChartLevel::Overview, &marks));
    assert_eq!(shown(&import.flow), shown(&flow));
    assert_eq!(import.unreadable.len(), 2, "the class and its definition");
}

/// What a step does, and which environments it updates.
fn any_operation() -> impl Strategy<Value = (Operation, Vec<EnvironmentName>)> {
    prop_oneof![
        Just((Operation::of(MergeToMain {}), Vec::new())),
        Just((Operation::of(RevertOnMain {}), Vec::new())),
        Just((Operation::of(BuildImages {}), Vec::new())),
        Just((Operation::of(TagImage {}), Vec::new())),
        Just((Operation::of(PublishGitHubRelease {}), Vec::new())),
        Just((
            Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Commit }),
            vec![EnvironmentName::STAGING],
        )),
        Just((Operation::of(RedeployLastWorking {}), vec![EnvironmentName::PRODUCTION])),
    ]
}

prop_compose! {
    /// A flow with any words on it, in which every link is of a kind that its ends can have.
    fn any_flow()(
        steps in prop::collection::btree_map("[A-Za-z][A-Za-z0-9_]{0,8}", ("[\\PC\n]{0,30}", any::<bool>(), any_operation()), 1..12),
        links in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3, prop::option::of("[\\PC\n]{1,20}")), 0..20),
    ) -> Flow {
        let steps: Vec<_> = steps.into_iter().filter_map(|(id, (label, manual, (operation, environments)))| {
            let trigger = if manual { Trigger::Manual } else { Trigger::Automatic };
            let label = plain(&label);
            // A box without a word is drawn with a space in it.
            let label = if label.is_empty() { " ".to_owned() } else { label };
            Some(Step::new(id.parse().ok()?, label, trigger, operation).updating(environments))
        }).collect();
        let link = |(from, to, kind, label): (prop::sample::Index, prop::sample::Index, i32, Option<String>)| {
            let (from, to) = (from.get(&steps), to.get(&steps));
            let kind = match kind {
                0 if to.trigger == Trigger::Automatic => LinkKind::Triggers,
                0 => LinkKind::Enables,
                1 => LinkKind::Continues,
                _ => LinkKind::RollsBack,
            };
            Link { label: label.map(|label| plain(&label)), ..Link::new(from.id.clone(), kind, to.id.clone()) }
        };
        let links = if steps.is_empty() { Vec::new() } else { links.into_iter().map(link).collect() };
        Flow::new("x", "1.0.0".parse().unwrap(), steps, links, Vec::new()).unwrap()
    }
}

/// Leaves out what is drawn as something else so that no terminal obeys it.
fn plain(text: &str) -> String {
    let drawn_otherwise = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(drawn_otherwise, "x")
}

proptest! {
    #[test]
    fn a_flow_that_is_drawn_is_read_again(flow in any_flow()) {
        let drawn = flow.to_mermaid(ChartLevel::Overview);
        let chart = Chart::read(&drawn).unwrap();
        let import = Import::knowing(&chart, "x", |id| flow.step(id));
        prop_assert_eq!(import.unreadable, vec![]);
        prop_assert_eq!(shown(&import.flow), shown(&flow));
        prop_assert_eq!(import.flow.to_mermaid(ChartLevel::Overview), drawn);
    }
}
