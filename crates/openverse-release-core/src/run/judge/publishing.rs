//! What is seen of a GitHub Release that is to be published.

use super::Verdict;
use crate::{CommitSha, Effect, GitHubRelease, Part};

impl Part<'_> {
    pub(super) fn judge_publishing(
        &self,
        draft: &GitHubRelease,
        release: Option<&GitHubRelease>,
        tag_commit: Option<&CommitSha>,
    ) -> Verdict {
        let tag = &draft.git_tag;
        let commit = &self.version().bundle.commit;
        let conflict = |found: String| Verdict::Conflict {
            found,
            expected: format!("the draft {tag} as it was previewed, for commit {}", commit.short()),
        };
        match (release, tag_commit) {
            (None, _) => conflict(format!("no GitHub Release {tag}: the draft is gone")),
            (Some(release), Some(on)) if release.draft => conflict(format!(
                "the GitHub Release {} is a draft although its git tag exists, on commit {}: it was published and \
                 then turned back into a draft; publish it again by hand once nothing redrafts it, then resume",
                release.git_tag,
                on.short()
            )),
            (Some(release), None) if release.draft => match release.difference_from(draft) {
                Some((found, _)) => conflict(format!("a draft that changed since: {found}")),
                None => Verdict::Absent(Effect::PublishGitHubRelease {
                    draft: Box::new(draft.clone()),
                    commit: commit.clone(),
                }),
            },
            (Some(release), _) if release.git_tag != *tag => {
                conflict(format!("it published as {}", release.git_tag))
            }
            (Some(_), Some(on)) if on == commit => Verdict::Done {
                evidence: format!(
                    "GitHub Release {tag} is published, its git tag on commit {}",
                    commit.short()
                ),
                warning: None,
                run: None,
            },
            (Some(_), Some(on)) => {
                conflict(format!("it published, its git tag {tag} on commit {}", on.short()))
            }
            (Some(_), None) => Verdict::Waiting {
                evidence: format!("GitHub Release {tag} is published, its git tag not there yet"),
            },
        }
    }
}
