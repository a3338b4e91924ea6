//! What is seen of a change that is proposed for review.

use super::Verdict;
use crate::{Effect, Proposal, ProposalSight};

pub(super) fn judge_proposal(proposal: &Proposal, seen: &ProposalSight) -> Verdict {
    let done = |evidence: String, warning: Option<String>| Verdict::Done { evidence, warning, run: None };
    match seen {
        ProposalSight::Merged => done(format!("{:?} is on the main branch", proposal.title), None),
        ProposalSight::Open { page } => {
            done(format!("pull request {:?} is open: {page}", proposal.title), None)
        }
        ProposalSight::Closed { page } => done(
            format!("pull request {:?} was closed: {page}", proposal.title),
            Some("somebody closed it without merging, so it is not opened again".to_owned()),
        ),
        ProposalSight::Absent => {
            Verdict::Absent(Effect::CommitProposal { proposal: Box::new(proposal.clone()) })
        }
        ProposalSight::Committed => {
            Verdict::Absent(Effect::OpenPullRequest { proposal: Box::new(proposal.clone()) })
        }
        ProposalSight::Taken { found } => Verdict::Conflict {
            found: format!("the branch {} with {found}", proposal.branch),
            expected: "it to hold this change and nothing else".to_owned(),
        },
    }
}
