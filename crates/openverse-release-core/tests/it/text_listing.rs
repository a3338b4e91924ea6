use openverse_release_core::{
    ChartLevel, Operation, StepMark, StepMarks, flows,
    kind::{MergeToMain, PublishGitHubRelease},
};

use crate::small_flows::{Automatic, Manual, Parts, TO_STAGING};

#[test]
fn a_release_is_followed_down_the_page() {
    let marks: StepMarks = [
        ("Merge", StepMark::Done),
        ("Build", StepMark::Done),
        ("StagingDispatch", StepMark::Done),
        ("Publish", StepMark::Done),
        ("Tag", StepMark::Current),
        ("ProductionDispatch", StepMark::Pending),
    ]
    .map(|(id, mark)| (id.parse().unwrap(), mark))
    .into();
    insta::assert_snapshot!(flows::api().to_text_marked(ChartLevel::Overview, &marks), @"
    API, process version 1.0.0

    + [Merge]               Merge a change to main
        |
    + (Build)               Test the change, build the API's images,
        |                   push them as latest and under the commit SHA
        | asks for a staging deployment
    + (StagingDispatch)     The deployment GitHub Workflow
        :                   runs the commit's images on staging
        : o--o [RevertRollback] --> (Build)
        :                   Take staging back: merge a revert
        :                   of the bad change to main
        :
    + [Publish]             Publish the drafted GitHub Release
        |
    > (Tag)                 Give the API's images of that commit
        |                   the release's image tag
        | asks for a production deployment
    . (ProductionDispatch)  The deployment GitHub Workflow
                            runs the released images in production
          o--o [TriggerRollback]
                            Take production back: start its deployment
                            GitHub Workflow with the last image tag known to work

    [manual] needs a person   (automatic) follows by itself
    | leads on   : goes on when somebody decides   o--o is rolled back by
    + done   > current   . pending   ! failed
    ");
}

#[test]
fn a_flow_is_listed_from_top_to_bottom() {
    insta::assert_snapshot!(flows::catalog().to_text(ChartLevel::Overview), @"
    catalog, process version 1.0.0

    [Merge]           Merge a change to main
      |
    (DagSync)         The server pulls main by itself,
      :               and Airflow's next runs use the new DAGs
      : o--o [RevertRollback] --> (DagSync)
      :               Take the DAGs back: merge a revert
      :               of the bad change to main
      :
    [Publish]         Publish the drafted GitHub Release
      |
    (Tag)             Give the catalog's image of that commit
      |               the release's image tag
      |
    [ManCat]          Put the image tag into the Ansible variables
                      and run the catalog's playbook
        o--o [ApplyRollback]
                      Do the same again
                      with the last image tag known to work

    [manual] needs a person   (automatic) follows by itself
    | leads on   : goes on when somebody decides   o--o is rolled back by
    ");
}

#[test]
fn details_stand_below_their_step() {
    insta::assert_snapshot!(flows::indexer_worker().to_text(ChartLevel::Detailed), @"
    indexer worker, process version 1.0.0

    [Merge]           Merge a change to main
      |               Before: The change may go live with the next run: no later
      |                 step asks anybody.
      |
    (Build)           Test the change, build the indexer worker's image,
      |               push it as latest and under the commit SHA
      |               Note: Runs for every push to main that touches the app's code,
      |                 and moves latest to the new images.
      |
    (IdxWorker)       The next run starts new EC2 instances,
                      which pull latest
                      Before: Every environment variable the code newly needs is
                        already in the Ansible or Terraform configuration of the
                        infrastructure repository. For a new value of an old
                        variable, redeploying the running version is enough.
                      Note: Nobody deploys anything, and staging and production are
                        not told apart.
        o--o [RevertRollback] --> (Build)
                      Go back: merge a revert
                      of the bad change to main
                      Note: The reverting change takes the same way as any other, so
                        the flow starts over with good code.

    [manual] needs a person   (automatic) follows by itself
    | leads on   o--o is rolled back by
    ");
}

#[test]
fn branches_and_joins_are_written_out() {
    let branched = Parts::staging_only()
        .step("Second", Automatic, TO_STAGING)
        .step("Publish", Manual, Operation::of(PublishGitHubRelease {}))
        .link("Build", "-->", "Second")
        .link("Second", "o--o", "Revert")
        .link("Staging", "-.->", "Publish")
        .link("Second", "-.->", "Publish");
    insta::assert_snapshot!(branched.flow().to_text(ChartLevel::Overview), @"
    small, process version 1.0.0

    [Merge]    The step Merge
      |
    (Build)    The step Build
      | --> (Second)
      |
    (Staging)  The step Staging
        o--o [Revert] --> (Build)
               The step Revert
        ..> [Publish]

    (Second)   The step Second
      : o--o [Revert]
      :
    [Publish]  The step Publish

    [manual] needs a person   (automatic) follows by itself
    | leads on   : goes on when somebody decides   o--o is rolled back by
    ");
}

#[test]
fn a_step_is_listed_below_all_that_lead_to_it() {
    // The last step is written first, and one of the ways to it is longer than the other.
    let parts = Parts::empty()
        .step("Last", Manual, TO_STAGING)
        .step("Merge", Manual, Operation::of(MergeToMain {}))
        .step("Far", Manual, Operation::of(MergeToMain {}))
        .step("Farther", Manual, Operation::of(MergeToMain {}))
        .link("Merge", "==>", "Last")
        .link("Merge", "==>", "Far")
        .link("Far", "==>", "Farther")
        .link("Farther", "==>", "Last");
    let text = parts.flow().to_text(ChartLevel::Overview);
    let entries: Vec<_> = text.lines().filter(|line| line.starts_with('[')).collect();
    let ids: Vec<_> = entries.iter().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    assert_eq!(ids[..4], ["Merge", "Far", "Farther", "Last"], "{text}");
}

#[test]
fn no_line_is_wider_than_a_terminal_and_none_ends_in_blanks() {
    let marks: StepMarks = [("Merge".parse().unwrap(), StepMark::Current)].into();
    for flow in [
        flows::api(),
        flows::frontend(),
        flows::catalog(),
        flows::indexer_worker(),
        flows::ingestion_server(),
    ] {
        for level in [ChartLevel::Overview, ChartLevel::Detailed] {
            for text in [flow.to_text(level), flow.to_text_marked(level, &marks)] {
                for line in text.lines() {
                    assert!(line.chars().count() <= 80, "{line}");
                    assert_eq!(line, line.trim_end());
                    assert!(line.is_ascii(), "{line}");
                }
            }
        }
    }
}

#[test]
fn nothing_in_a_label_reaches_the_terminal_as_a_command() {
    let mut parts = Parts::staging_only();
    parts.steps[0].label = "\u{1b}[2Jgone\u{7}\u{9b}31m\u{202e}".to_owned();
    parts.links[0].label = Some("\u{1b}]0;title\u{7}".to_owned());
    let text = parts.flow().to_text(ChartLevel::Overview);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("\\u{1b}[2Jgone"), "{text}");
}
