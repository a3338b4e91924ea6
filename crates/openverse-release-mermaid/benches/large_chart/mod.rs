//! A chart that is larger than any that a person draws.

use openverse_release_core::{Flow, Link, LinkKind, Operation, Step, Trigger, kind::BuildImages};

/// Returns a flow of so many links, two thirds as many steps, and a word on every fourth link.
pub(crate) fn large_flow(links: usize) -> Flow {
    let steps = links * 2 / 3;
    let id =
        |number: usize| format!("Step{}", number % steps).parse().expect("a letter, then letters and digits");
    let step = |number: usize| {
        let label = format!("Do the step {number},\nthen tell the others");
        let trigger = if number.is_multiple_of(3) { Trigger::Manual } else { Trigger::Automatic };
        Step::new(id(number), label, trigger, Operation::of(BuildImages {}))
    };
    let link = |number: usize| {
        let kind = [LinkKind::Triggers, LinkKind::Continues, LinkKind::RollsBack][number % 3];
        let label = number.is_multiple_of(4).then(|| format!("when {number} is there"));
        Link { label, ..Link::new(id(number), kind, id(number * 7 + 1)) }
    };
    let (steps, links) = ((0..steps).map(step).collect(), (0..links).map(link).collect());
    Flow::new("large", "1.0.0".parse().expect("three numbers"), steps, links, Vec::new())
        .expect("names are unique")
}
