//! Cases: the events of one thing after another, column by column.

use chrono::{DateTime, Utc};

use crate::{NameId, Names};

/// Takes up cases as they are read, one after the other.
pub trait CaseSink {
    /// A case begins; the one before has ended.
    fn begin(&mut self, case: &str);

    /// Something happened in the case that began last.
    fn event(&mut self, happened: &Happened<'_>);
}

/// Something that happened in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened<'a> {
    /// What.
    pub activity: &'a str,
    /// When, in UTC; none where the log does not say.
    pub at: Option<DateTime<Utc>>,
    /// Who did it; none where the log does not say.
    pub who: Option<&'a str>,
    /// Whether it is then done. An event that says that an activity was planned, began or was broken off
    /// takes no step of the process.
    pub completes: bool,
}

impl<'a> Happened<'a> {
    /// Returns an activity that was completed, at no known time and by nobody in particular.
    pub fn new(activity: &'a str) -> Self {
        Self { activity, at: None, who: None, completes: true }
    }
}

/// Tells whether an event of this standard lifecycle transition completes its activity.
pub(crate) fn completes(transition: &str) -> bool {
    transition.eq_ignore_ascii_case("complete")
}

/// Cases and their events in memory.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    activities: Names,
    people: Names,
    names: Vec<String>,
    /// Where the events of each case start.
    starts: Vec<usize>,
    taken: Vec<u32>,
    at: Vec<Option<DateTime<Utc>>>,
    who: Vec<Option<NameId>>,
}

impl Cases {
    /// Returns how many cases there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns how many events of all the cases completed an activity.
    pub fn events(&self) -> usize {
        self.taken.len()
    }

    /// Returns the names of the activities, those that only began included.
    pub fn activities(&self) -> &Names {
        &self.activities
    }

    /// Returns the cases, in the order in which they were taken up.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Case<'_>> {
        (0..self.len()).map(|index| self.case(index))
    }

    /// Returns a case by its place.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn case(&self, index: usize) -> Case<'_> {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.taken.len());
        Case { cases: self, name: &self.names[index], start: self.starts[index], end }
    }

    /// Forgets every case, and keeps the memory and the names of activities and people.
    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.starts.clear();
        self.taken.clear();
        self.at.clear();
        self.who.clear();
    }
}

impl CaseSink for Cases {
    fn begin(&mut self, case: &str) {
        self.names.push(case.to_owned());
        self.starts.push(self.taken.len());
    }

    fn event(&mut self, happened: &Happened<'_>) {
        let activity = self.activities.add(happened.activity);
        if happened.completes {
            if self.names.is_empty() {
                self.begin("");
            }
            self.taken.push(activity.0);
            self.at.push(happened.at);
            self.who.push(happened.who.map(|who| self.people.add(who)));
        }
    }
}

/// One of the [`Cases`].
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    cases: &'a Cases,
    name: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Case<'a> {
    /// Returns its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Returns how many activities were completed in it.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Tells whether none was.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Returns the numbers of its activities, in order.
    pub(crate) fn taken(&self) -> &'a [u32] {
        &self.cases.taken[self.start..self.end]
    }

    /// Returns what happened in it at a place.
    ///
    /// # Panics
    /// When not so much happened.
    pub fn event(&self, place: usize) -> Happened<'a> {
        assert!(place < self.len(), "the case {} has only {} events", self.name, self.len());
        let index = self.start + place;
        Happened {
            activity: self.cases.activities.text(NameId(self.cases.taken[index])),
            at: self.cases.at[index],
            who: self.cases.who[index].map(|who| self.cases.people.text(who)),
            completes: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_counted_as_they_are_taken_up() {
        let mut cases = Cases::default();
        assert!(cases.is_empty() && cases.activities().is_empty());
        cases.begin("one");
        assert!(!cases.is_empty() && cases.case(0).is_empty());
        for activity in ["Merge", "Build"] {
            cases.event(&Happened::new(activity));
        }
        cases.event(&Happened { completes: false, ..Happened::new("Publish") });
        cases.begin("two");
        cases.event(&Happened::new("Merge"));
        assert!(!cases.case(1).is_empty() && !cases.activities().is_empty());
        assert_eq!((cases.len(), cases.events(), cases.activities().len()), (2, 3, 3));
        assert_eq!(cases.iter().map(|case| case.len()).collect::<Vec<_>>(), [2, 1]);
        cases.clear();
        assert_eq!((cases.len(), cases.events(), cases.activities().len()), (0, 0, 3));
    }

    #[test]
    fn events_before_any_case_are_one_without_a_name() {
        let mut cases = Cases::default();
        cases.event(&Happened::new("Merge"));
        cases.event(&Happened::new("Build"));
        assert_eq!((cases.len(), cases.case(0).name(), cases.case(0).len()), (1, "", 2));
    }
}
