//! Exemptions: findings that a flow declares as right for it.

use std::collections::BTreeMap;

use super::{CheckId, Finding, Flow, Severity};

pub(super) const EXPLANATION: &str = "Every declared exemption names a check that has a finding at that step. \
    One that matches nothing is left over from an earlier form of the flow, or names the wrong step, and would \
    hide a later mistake.";

/// Marks the findings that are exempted, and adds one for each exemption that matches none.
pub(super) fn apply(flow: &Flow, mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut declared: BTreeMap<_, _> = BTreeMap::new();
    for exemption in flow.exemptions() {
        declared.insert((exemption.check, exemption.step.clone()), (exemption, false));
    }
    for finding in &mut findings {
        if let Some((exemption, used)) = declared.get_mut(&(finding.check, finding.step.clone())) {
            finding.severity = Severity::Exempted;
            finding.exemption = Some(exemption.reason.clone());
            *used = true;
        }
    }
    for (exemption, _) in declared.into_values().filter(|(_, used)| !used) {
        findings.push(Finding {
            check: CheckId::UnusedExemption,
            severity: CheckId::UnusedExemption.severity(),
            flow: flow.name().to_owned(),
            step: exemption.step.clone(),
            link: None,
            why: format!("it is exempted from {}, which finds nothing here", exemption.check),
            path: Vec::new(),
            trace: Vec::new(),
            exemption: None,
        });
    }
    findings
}
