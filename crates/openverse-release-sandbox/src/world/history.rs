//! The history of a repository, as far as git showed it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;
use serde::{Deserialize, Serialize};

/// One commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CommitRecord {
    pub(crate) sha: CommitSha,
    pub(crate) tree: String,
    pub(crate) parents: Vec<CommitSha>,
    pub(crate) author: String,
    pub(crate) email: String,
    pub(crate) authored_at: DateTime<Utc>,
    pub(crate) committed_at: DateTime<Utc>,
    pub(crate) message: String,
    /// The files that differ from its first parent.
    pub(crate) files: Vec<String>,
}

impl CommitRecord {
    pub(crate) fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// A git tag that is an object of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AnnotatedTag {
    pub(crate) tag: String,
    pub(crate) message: String,
    pub(crate) tagger: String,
    pub(crate) email: String,
    pub(crate) tagged_at: DateTime<Utc>,
    pub(crate) commit: CommitSha,
}

/// How one commit stands to another.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) merge_base: CommitSha,
    /// Oldest first, as GitHub lists them.
    pub(crate) ahead: Vec<CommitSha>,
    pub(crate) behind: usize,
}

/// Everything that git showed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct History {
    /// Every branch and git tag, by full name, with the object it names.
    pub(crate) references: BTreeMap<String, String>,
    pub(crate) annotated_tags: BTreeMap<String, AnnotatedTag>,
    pub(crate) commits: BTreeMap<CommitSha, CommitRecord>,
}

impl History {
    /// Returns the head of a branch.
    pub(crate) fn head(&self, branch: &str) -> Option<CommitSha> {
        self.references.get(&format!("refs/heads/{branch}"))?.parse().ok()
    }

    /// Returns the commit that a branch, git tag or SHA names, as GitHub resolves it.
    pub(crate) fn resolve(&self, name: &str) -> Option<CommitSha> {
        let object = ["", "refs/", "refs/heads/", "refs/tags/"]
            .iter()
            .find_map(|prefix| self.references.get(&format!("{prefix}{name}")))
            .map_or(name, String::as_str);
        match self.annotated_tags.get(object) {
            Some(tag) => Some(tag.commit.clone()),
            None => object.parse().ok().filter(|sha| self.commits.contains_key(sha)),
        }
    }

    /// Returns a commit and all that it descends from, newest first, by the order git shows them.
    pub(crate) fn ancestry(&self, from: &CommitSha) -> Vec<CommitSha> {
        let mut seen = BTreeSet::new();
        let mut queue = VecDeque::from([from.clone()]);
        while let Some(sha) = queue.pop_front() {
            if let Some(commit) = self.commits.get(&sha)
                && seen.insert(sha)
            {
                queue.extend(commit.parents.iter().cloned());
            }
        }
        self.newest_first(&seen)
    }

    /// Orders commits so that each stands before its parents, newer ones first where that leaves
    /// a choice.
    fn newest_first(&self, commits: &BTreeSet<CommitSha>) -> Vec<CommitSha> {
        let mut children: BTreeMap<&CommitSha, usize> = commits.iter().map(|sha| (sha, 0)).collect();
        let parents = |sha: &CommitSha| self.commits.get(sha).map_or(&[][..], |commit| &commit.parents[..]);
        for parent in commits.iter().flat_map(parents) {
            if let Some(count) = children.get_mut(parent) {
                *count += 1;
            }
        }
        let moment = |sha: &CommitSha| self.commits.get(sha).map(|commit| commit.committed_at);
        let mut ready: BTreeSet<_> = children
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(sha, _)| (moment(sha), (*sha).clone()))
            .collect();
        let mut ordered = Vec::with_capacity(commits.len());
        while let Some((_, sha)) = ready.pop_last() {
            for parent in parents(&sha) {
                if let Some(count) = children.get_mut(parent) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert((moment(parent), parent.clone()));
                    }
                }
            }
            ordered.push(sha);
        }
        ordered
    }

    /// Compares two commits; `None` when they share no history.
    pub(crate) fn compare(&self, base: &CommitSha, head: &CommitSha) -> Option<Compared> {
        let (of_base, of_head) = (self.ancestry(base), self.ancestry(head));
        let in_base: BTreeSet<_> = of_base.iter().collect();
        let in_head: BTreeSet<_> = of_head.iter().collect();
        let merge_base = of_head.iter().find(|sha| in_base.contains(sha))?.clone();
        let mut ahead: Vec<_> = of_head.iter().filter(|sha| !in_base.contains(sha)).cloned().collect();
        ahead.reverse();
        let behind = of_base.iter().filter(|sha| !in_head.contains(sha)).count();
        Some(Compared { merge_base, ahead, behind })
    }

    /// Tells whether a commit is another, or one that it descends from.
    pub(crate) fn reaches(&self, from: &CommitSha, commit: &CommitSha) -> bool {
        self.ancestry(from).contains(commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::state::tests::{bare_world, commit, sha};

    /// 1 ← 2 ← 4 (main), 1 ← 3 ← 5 (topic), and 6 merges 5 into 4.
    fn forked() -> History {
        let (world, mut history) = (bare_world(), History::default());
        for (number, parents) in [(1, &[][..]), (2, &[1]), (3, &[1]), (4, &[2]), (5, &[3]), (6, &[4, 5])] {
            let commit = commit(&world, number, parents, "api/file");
            history.commits.insert(commit.sha.clone(), commit);
        }
        history
    }

    #[test]
    fn a_commit_stands_before_its_parents_whatever_its_date() {
        let mut history = forked();
        for commit in history.commits.values_mut() {
            commit.committed_at = DateTime::UNIX_EPOCH;
        }
        let order = history.ancestry(&sha(6));
        assert_eq!(order.len(), 6);
        for (index, of) in order.iter().enumerate() {
            for parent in &history.commits[of].parents {
                assert!(order.iter().position(|it| it == parent) > Some(index), "{order:?}");
            }
        }
    }

    #[test]
    fn comparisons_count_from_where_histories_part() {
        let history = forked();
        let compared = history.compare(&sha(4), &sha(5)).unwrap();
        assert_eq!((compared.merge_base, compared.ahead, compared.behind), (sha(1), vec![sha(3), sha(5)], 2));
        let compared = history.compare(&sha(4), &sha(6)).unwrap();
        assert_eq!((compared.merge_base, compared.behind), (sha(4), 0));
        assert_eq!(compared.ahead, [sha(3), sha(5), sha(6)]);
    }

    #[test]
    fn commits_that_share_no_history_cannot_be_compared() {
        let mut history = forked();
        let other = commit(&bare_world(), 7, &[], "api/file");
        history.commits.insert(other.sha.clone(), other);
        assert!(history.compare(&sha(4), &sha(7)).is_none());
    }

    #[test]
    fn names_are_resolved_as_github_does() {
        let mut history = forked();
        history.references.insert("refs/heads/main".to_owned(), sha(4).to_string());
        history.references.insert("refs/tags/v1".to_owned(), "f".repeat(40));
        let tag = AnnotatedTag {
            tag: "v1".to_owned(),
            message: String::new(),
            tagger: String::new(),
            email: String::new(),
            tagged_at: DateTime::UNIX_EPOCH,
            commit: sha(2),
        };
        history.annotated_tags.insert("f".repeat(40), tag);
        let of_four = sha(4).to_string();
        for (name, commit) in [("main", 4), ("heads/main", 4), ("v1", 2), ("tags/v1", 2), (&of_four, 4)] {
            assert_eq!(history.resolve(name), Some(sha(commit)), "{name}");
        }
        assert_eq!(history.resolve("topic"), None);
        assert_eq!(history.resolve(&"0".repeat(40)), None);
    }
}
