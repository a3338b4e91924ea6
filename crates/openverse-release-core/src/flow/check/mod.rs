//! Checks: rules of the process that the types of a flow cannot say.
//!
//! Each family of checks is a file with a table of its rules. A rule reads the flow and returns
//! what breaks it; [`Flow::check`] runs them all and then looks at the declared exemptions.
//!
//! How the links are read, where it matters:
//!
//! - A *source* is a step that no link of any kind leads to. Arrows alone would make every rollback
//!   a source, so the line from a deployment to the step that rolls it back counts, and counts from
//!   the deployment to the rollback.
//! - *Forward* links are the arrows, solid and dotted. A dotted one causes nothing, but code does
//!   not get to its end in any other way, so it counts where the question is what comes before.
//! - A person may start a rollback whenever they like. Where the question is what *must* come
//!   before a production deployment, or how branches meet, rollback steps are therefore left out of
//!   the way forward; that what they deploy was once released is the question of the artefacts.
//! - A step waits for several others only where it says so ([`crate::Branches::All`]): otherwise one
//!   link that is taken is enough to get to it. A step that waits for all its branches has seen
//!   what happened on any of them.
//!
//! What else could be asked of a flow is not asked here, because it cannot be otherwise, or because a
//! flow by itself does not tell:
//!
//! - names are unique and links have ends ([`Flow::new`]); boxes are square or round by the trigger;
//!   what Mermaid reads of a printed chart is the flow again (tests of the reader);
//! - that every circle holds a step that rolls back follows from `cycle-without-rollback`, and that
//!   what dotted links hold together is connected without them follows from `stuck-step` and
//!   `continues-not-from-deployment`; that the process begins with a merge, from
//!   `artefact-consumed-before-produced`, since every other first step uses something;
//! - both renderings of a release tag come from one value ([`crate::ReleaseTag`]); the API and the
//!   frontend have one flow ([`crate::flows::DocumentedFlow`]);
//! - that whoever approves is not who publishes, and that an environment variable is configured
//!   before the code that needs it is deployed, are facts of a run: a gate of it, or its history.
//!
//! Every traversal is a loop over an explicit queue, so a long flow does not overflow the stack.
//! The flow is copied into arrays once ([`net`]), what holds before and after each step is found for
//! all steps at once ([`facts`]), and the rules look it up. The time is linear in the size of the
//! flow and of the paths of the findings; only branches that are not nested, or part of a circle, are played
//! through, and that is given up after a fixed effort ([`soundness`]).

mod artefacts;
mod branches;
mod chart;
mod exemptions;
mod facts;
mod finding;
mod lifecycle;
mod links;
mod nature;
mod net;
mod order;
mod releases;
mod rollbacks;
mod runs;
mod scope;
mod soundness;

pub use finding::{CheckId, Finding, Severity};

use super::Flow;
use scope::{Scope, Violation};

/// One check.
struct Rule {
    id: CheckId,
    severity: Severity,
    /// One paragraph for people.
    explanation: &'static str,
    find: fn(&Scope<'_>) -> Vec<Violation>,
}

const FAMILIES: [&[Rule]; 9] = [
    lifecycle::RULES,
    links::RULES,
    branches::RULES,
    soundness::RULES,
    runs::RULES,
    rollbacks::RULES,
    releases::RULES,
    artefacts::RULES,
    chart::RULES,
];

impl CheckId {
    fn rule(self) -> Option<&'static Rule> {
        FAMILIES.into_iter().flatten().find(|rule| rule.id == self)
    }

    /// Returns one paragraph that says what the check demands, and why.
    pub fn explain(self) -> &'static str {
        self.rule().map_or(exemptions::EXPLANATION, |rule| rule.explanation)
    }

    /// Returns the first sentence of [`CheckId::explain`]: what the check demands.
    pub fn demand(self) -> &'static str {
        let text = self.explain();
        text.find(". ").map_or(text, |end| &text[..=end])
    }

    /// Returns how bad a finding of the check is, where no exemption is declared.
    pub fn severity(self) -> Severity {
        self.rule().map_or(Severity::Warning, |rule| rule.severity)
    }
}

impl Flow {
    /// Returns what breaks a rule of the process, exempted findings among them.
    ///
    /// ```
    /// use openverse_release_core::{CheckId, Severity, flows};
    ///
    /// // The documented process tags whatever image is the latest by then, and says so.
    /// let findings = flows::api().check();
    /// assert_eq!(findings.len(), 1);
    /// assert_eq!(findings[0].check, CheckId::StaleAlias);
    /// assert_eq!(findings[0].severity, Severity::Info);
    ///
    /// let findings = flows::catalog().check();
    /// assert_eq!(findings[0].check, CheckId::ArtefactConsumedBeforeProduced);
    /// assert_eq!(findings[0].severity, Severity::Exempted);
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        let scope = Scope::of(self);
        let findings = FAMILIES.into_iter().flatten().flat_map(|rule| {
            let violations = (rule.find)(&scope).into_iter();
            violations.map(|violation| violation.into_finding(self, rule))
        });
        exemptions::apply(self, findings.collect())
    }

    /// Returns the findings that are errors.
    pub fn errors(&self) -> Vec<Finding> {
        self.check().into_iter().filter(|finding| finding.severity == Severity::Error).collect()
    }

    /// Panics when the flow has an error or a warning: one line for the test of an embedding tool.
    ///
    /// # Panics
    /// With every such finding, where it is and why.
    #[track_caller]
    pub fn assert_valid(&self) {
        let mut text = String::new();
        for finding in self.check() {
            if finding.severity >= Severity::Warning {
                text.push_str(&format!("\n  {finding}"));
            }
        }
        assert!(text.is_empty(), "the flow {:?} breaks rules of the process:{text}", self.name());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_one_rule_and_an_explanation_of_its_own() {
        let rules: Vec<_> = FAMILIES.into_iter().flatten().map(|rule| rule.id).collect();
        let [listed @ .., last] = CheckId::ALL;
        assert_eq!((&rules[..], last), (&listed[..], CheckId::UnusedExemption));
        let texts: BTreeSet<_> = CheckId::ALL.into_iter().map(CheckId::explain).collect();
        assert_eq!(texts.len(), CheckId::ALL.len());
        assert!(CheckId::ALL.into_iter().all(|id| id.demand().ends_with('.') && id.demand() != id.explain()));
    }
}
