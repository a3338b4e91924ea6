//! How far a marking is from an end, at the least.

use std::collections::BTreeSet;

use super::net::{Move, Net};

/// A whole step. Parts of one are rounded down, so that a bound never says too much.
const STEP: u64 = 1 << 16;
/// The weights grow with each round, and can be used after any of them.
const MOST_ROUNDS: usize = 64;

/// A weight for each place, such that no step takes more away than it costs. The weights of a marking
/// together are then no more than what it costs to bring it to an end.
///
/// The steps that wait for several tokens share what they cost, and what is to come after them, among
/// those tokens: so branches side by side are counted each, and what follows them once.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// None for a place that no token leaves towards an end.
    weights: Vec<Option<u64>>,
}

impl Bound {
    pub(super) fn of(net: &Net) -> Self {
        let mut leaving: Vec<Vec<&Move>> = vec![Vec::new(); net.places];
        for way in &net.moves {
            way.takes.iter().for_each(|&place| leaving[place].push(way));
        }
        let ends: BTreeSet<_> = net.ends.iter().flatten().chain(&net.last).copied().collect();
        let mut bound = Self { weights: vec![None; net.places] };
        ends.iter().for_each(|&place| bound.weights[place] = Some(0));
        // First which tokens can ever come to an end, then at what price.
        while let Some(way) = net.moves.iter().rev().find(|way| bound.opens(way)) {
            way.takes.iter().for_each(|&place| bound.weights[place] = Some(0));
        }
        let inner: Vec<_> = (0..net.places).rev().filter(|place| !ends.contains(place)).collect();
        for _ in 0..MOST_ROUNDS {
            let before = bound.weights.clone();
            for &place in &inner {
                bound.weights[place] = leaving[place].iter().filter_map(|way| bound.share(way)).min();
            }
            if bound.weights == before {
                break;
            }
        }
        bound
    }

    /// Tells whether a way leads from places of which no end is known only to such of which one is.
    fn opens(&self, way: &Move) -> bool {
        self.weight(&way.gives).is_some() && self.weight(&way.takes).is_none()
    }

    /// Returns what each token that is taken has to bear of a step and of what it leads to.
    fn share(&self, way: &Move) -> Option<u64> {
        let price = if way.unseen { 0 } else { STEP };
        Some(self.weight(&way.gives)?.saturating_add(price) / way.takes.len() as u64)
    }

    fn weight(&self, places: &[usize]) -> Option<u64> {
        places.iter().try_fold(0u64, |sum, &place| Some(sum.saturating_add(self.weights[place]?)))
    }

    /// Returns how few steps that can be seen lead from a marking to an end, at the least; none where no
    /// steps do.
    pub(super) fn of_marking(&self, tokens: &[usize]) -> Option<u32> {
        let steps = self.weight(tokens)?.div_ceil(STEP);
        Some(u32::try_from(steps).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_side_by_side_count_each_and_what_follows_them_once() {
        let mut net = Net::new();
        let [a, b, c, d, end, lost] = std::array::from_fn(|_| net.place());
        let step = |name: &str| name.parse().unwrap();
        net.step(step("Split"), &[Net::START], &[a, b]);
        net.step(step("A"), &[a], &[c]);
        net.step(step("B"), &[b], &[d]);
        net.step(step("Join"), &[c, d], &[end]);
        net.step(step("Detour"), &[c], &[a]);
        net.step(step("Stray"), &[b], &[lost]);
        net.step(step("Wander"), &[lost], &[lost, a]);
        net.may_end(&[end]);
        let bound = Bound::of(&net);
        let of = |tokens: &[usize]| bound.of_marking(tokens);
        assert_eq!(of(&[Net::START]), Some(4));
        assert_eq!((of(&[a, b]), of(&[a, d]), of(&[c, d]), of(&[end])), (Some(3), Some(2), Some(1), Some(0)));
        assert_eq!(of(&[a, lost]), None);
    }

    /// Steps one after the other, written from the last to the first.
    fn backwards(steps: usize) -> Option<u32> {
        let mut net = Net::new();
        let places: Vec<_> = (0..steps).map(|_| net.place()).collect();
        for (number, pair) in places.windows(2).enumerate() {
            net.step(format!("Step{number}").parse().unwrap(), &[pair[1]], &[pair[0]]);
        }
        net.step("First".parse().unwrap(), &[Net::START], &[places[steps - 1]]);
        net.may_end(&[places[0]]);
        Bound::of(&net).of_marking(&[Net::START])
    }

    #[test]
    fn it_is_never_too_much_in_whatever_order_a_net_was_written() {
        assert_eq!(backwards(20), Some(20));
        let far = backwards(3 * MOST_ROUNDS).unwrap();
        assert!(far > 20 && far as usize <= 3 * MOST_ROUNDS, "{far}");
    }
}
