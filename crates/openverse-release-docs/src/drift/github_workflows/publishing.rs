//! Publishing is a person's decision.

use openverse_release_core::{Artefact, Step, Trigger};

use super::{DriftFinding, DriftId, World, slugs};
use crate::{
    github_workflow::Event,
    text::Place,
    yaml::{Node, PlacedText},
};

impl World<'_> {
    /// Finds GitHub Workflows that publish a GitHub Release without a person having started them.
    pub(super) fn publishing(&self) -> Vec<DriftFinding> {
        let by_hand: Vec<_> = self
            .project
            .apps
            .iter()
            .filter(|app| {
                let publishes = |step: &Step| step.operation.makes(Artefact::PublishedRelease);
                app.flow.steps().any(|step| publishes(step) && step.trigger == Trigger::Manual)
            })
            .collect();
        if by_hand.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for read in &self.files {
            if read.content.events.iter().all(Event::is_manual) {
                continue;
            }
            let places = read.content.maps().filter_map(publishes);
            found.extend(places.map(|place| {
                read.file.finding(
                    DriftId::PublishedByItself,
                    place,
                    slugs(by_hand.clone()),
                    "a step that publishes a GitHub Release",
                    "a draft, because a person decides to publish it",
                )
            }));
        }
        found
    }
}

/// Returns where a step publishes a GitHub Release, if it does.
fn publishes(step: Node<'_>) -> Option<Place> {
    let of = |node: Node<'_>, key: &str, value: &str| {
        node.get(key).and_then(Node::text).filter(|text| text.text == value).map(|text| text.place)
    };
    if let Some(uses) = step.get("uses").and_then(Node::text).filter(|uses| uses.text.contains("release")) {
        let with = step.get("with");
        // An expression may come to either.
        let drafts = with.and_then(|with| with.get("draft")).is_some();
        let published =
            with.and_then(|with| of(with, "publish", "true").or_else(|| of(with, "draft", "false")));
        // These publish unless they are told to draft.
        let by_default = ["softprops/action-gh-release", "ncipollo/release-action", "actions/create-release"];
        let unless_drafted = by_default.iter().any(|name| uses.text.starts_with(name)) && !drafts;
        return published.or(unless_drafted.then_some(uses.place));
    }
    let run = step.get("run").and_then(Node::text)?;
    scripts_publish(run).then_some(run.place)
}

fn scripts_publish(run: PlacedText<'_>) -> bool {
    // A command may go on in the next line.
    let joined = run.text.replace("\\\n", " ");
    joined.lines().any(|line| {
        let creates =
            line.contains("gh release create") && !line.contains("--draft") && !line.contains(" -d");
        let publishes = line.contains("gh release edit") && line.contains("--draft=false");
        creates || publishes
    })
}
