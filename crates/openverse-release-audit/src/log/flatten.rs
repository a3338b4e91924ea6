//! Cases from a log in which an event has any number of objects.

use super::{Log, LogEvent};
use crate::{CaseSink, Happened, NameId, Names};

/// A log without objects of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found no object of the type {wanted:?}, expected one of the types of the log: {known}")]
pub struct NoSuchType {
    /// The type that was asked for.
    pub wanted: String,
    /// Those that there are.
    pub known: String,
}

impl Log {
    /// Gives the events of a log to a sink, case by case and in order of time.
    ///
    /// A case is an object of the type `lead`, such as a release, and its events are
    /// - those that refer to it; one that refers to several belongs to each of them, as a rollback does to
    ///   the release it takes back and to the one it deploys again;
    /// - those that refer to no such object, but to one that it refers to or that refers to it, as the
    ///   merge of its commit does.
    ///
    /// So of the many merges that one release is made of, its case has the one it was made at. An event
    /// that belongs to no such object is not left out: it stands in the case of the first object it refers
    /// to, or else in one of its own. Only events that `wanted` admits are looked at.
    ///
    /// # Errors
    /// When the log has objects and none of that type, unless that is all right.
    pub fn flatten(
        &self,
        lead: &str,
        wanted: impl Fn(&LogEvent<'_>) -> bool,
        even_if_none: bool,
        sink: &mut impl CaseSink,
    ) -> Result<(), NoSuchType> {
        let kind = self.words.find(lead);
        let leads: Vec<bool> =
            self.objects.iter().map(|object| kind.is_some() && object.kind == kind).collect();
        if !leads.contains(&true) && !leads.is_empty() && !even_if_none {
            return Err(NoSuchType { wanted: lead.to_owned(), known: self.kinds().join(", ") });
        }
        let neighbours = self.leading_neighbours(&leads);
        let mut order: Vec<_> = (0..self.events.len()).collect();
        order.sort_by_key(|&event| self.events[event].at);

        let mut cases = Names::default();
        let mut places: Vec<(NameId, usize)> = Vec::with_capacity(order.len());
        for index in order {
            let event = self.event(index);
            if !wanted(&event) {
                continue;
            }
            let mut of: Vec<NameId> = Vec::with_capacity(1);
            let relations = event.relations().iter();
            of.extend(
                relations.clone().map(|relation| relation.object).filter(|object| leads[object.index()]),
            );
            if of.is_empty() {
                of.extend(relations.flat_map(|relation| &neighbours[relation.object.index()]));
            }
            of.sort_unstable();
            of.dedup();
            if of.is_empty() {
                let first = event.objects().next();
                places.push((cases.add(first.map_or(event.id(), |(object, _)| object)), index));
            }
            places.extend(of.iter().map(|&object| (cases.add(self.object_ids.text(object)), index)));
        }
        places.sort_by_key(|(case, _)| *case);
        let mut open = None;
        for (case, index) in places {
            if open != Some(case) {
                sink.begin(cases.text(case));
                open = Some(case);
            }
            let event = self.event(index);
            sink.event(&Happened {
                activity: event.activity(),
                at: Some(event.at()),
                who: event.who(),
                completes: event.completes(),
            });
        }
        Ok(())
    }

    /// Returns the types of the objects, each once.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<_> = self.objects().map(|object| object.kind()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Returns for each object the leading ones that it refers to or that refer to it.
    fn leading_neighbours(&self, leads: &[bool]) -> Vec<Vec<NameId>> {
        let mut neighbours = vec![Vec::new(); self.objects.len()];
        for (object, number) in self.objects.iter().zip(0..) {
            for relation in &object.related {
                let (from, to) = (NameId(number), relation.object);
                for (one, other) in [(from, to), (to, from)] {
                    if leads[other.index()] {
                        neighbours[one.index()].push(other);
                    }
                }
            }
        }
        neighbours
    }
}
