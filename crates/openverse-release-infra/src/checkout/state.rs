//! What a checkout looks like.

use openverse_release_core::CommitSha;

use super::{Checkout, CheckoutError};

/// How a checkout's branch stands to the same branch of the origin, as last fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same commit.
    Same,
    /// So many commits more.
    Ahead(u64),
    /// So many commits less.
    Behind(u64),
    /// Both.
    Diverged {
        /// How many the origin does not have.
        ahead: u64,
        /// How many of the origin's are missing.
        behind: u64,
    },
    /// The origin's branch was never fetched, or there is no branch here.
    Unknown,
}

/// What a checkout looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutState {
    /// The commit.
    pub head: CommitSha,
    /// The branch, unless it is detached.
    pub branch: Option<String>,
    /// Files that differ from the commit, or are unknown to it; not those that are ignored.
    pub dirty: Vec<String>,
    /// How the branch stands to the origin's.
    pub relation: Relation,
}

impl Checkout {
    /// Returns what the checkout looks like. Nothing is fetched.
    ///
    /// # Errors
    /// When it is no checkout, or has no commit.
    pub async fn state(&self) -> Result<CheckoutState, CheckoutError> {
        let status =
            self.ask(["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"]).await?;
        let (mut head, mut branch, mut dirty) = (None, None, Vec::new());
        let mut parts = status.split_terminator('\0');
        while let Some(part) = parts.next() {
            // How many fields stand before the path depends on the kind of line.
            let path = |fields: usize| part.splitn(fields + 1, ' ').nth(fields).map(str::to_owned);
            match part.chars().next() {
                Some('#') => {
                    if let Some(commit) = part.strip_prefix("# branch.oid ") {
                        head = commit.parse().ok();
                    } else if let Some(name) = part.strip_prefix("# branch.head ") {
                        branch = (name != "(detached)").then(|| name.to_owned());
                    }
                }
                Some('1') => dirty.extend(path(8)),
                // A file that was moved; where it was comes as a part of its own.
                Some('2') => {
                    dirty.extend(path(9));
                    dirty.extend(parts.next().map(str::to_owned));
                }
                Some('u') => dirty.extend(path(10)),
                Some('?') => dirty.extend(path(1)),
                _ => {}
            }
        }
        let head = head.ok_or(CheckoutError::Unexpected {
            action: "status",
            found: "no commit".to_owned(),
            expected: "one",
        })?;
        dirty.sort();
        let relation = match &branch {
            Some(branch) => self.relation(branch).await?,
            None => Relation::Unknown,
        };
        Ok(CheckoutState { head, branch, dirty, relation })
    }

    async fn relation(&self, branch: &str) -> Result<Relation, CheckoutError> {
        let tracking = format!("refs/remotes/origin/{branch}");
        if self.commit_of(&tracking).await?.is_none() {
            return Ok(Relation::Unknown);
        }
        let range = format!("HEAD...{tracking}");
        let counts = self.ask(["rev-list", "--left-right", "--count", &range, "--"]).await?;
        let mut numbers = counts.split_whitespace().map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(0)), Some(Ok(0))) => Ok(Relation::Same),
            (Some(Ok(ahead)), Some(Ok(0))) => Ok(Relation::Ahead(ahead)),
            (Some(Ok(0)), Some(Ok(behind))) => Ok(Relation::Behind(behind)),
            (Some(Ok(ahead)), Some(Ok(behind))) => Ok(Relation::Diverged { ahead, behind }),
            _ => Err(CheckoutError::Unexpected {
                action: "rev-list",
                found: format!("{:?}", counts.trim()),
                expected: "two numbers",
            }),
        }
    }
}
