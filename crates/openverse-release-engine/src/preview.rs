//! What publishing an app's draft would release, and what stands in the way.

use std::collections::BTreeMap;

use openverse_release_core::{
    App, AutomationSight, Bundle, ChangelogState, Commit, CommitSha, DeployableVersion, Digest,
    EnvironmentName, GitHubRelease, GitTag, ImageName, ImageTag, Order, OrderKind, Scope, Step,
    deployable_target, numbers_mentioned,
};
use openverse_release_ports::CommitQuery;
use serde::Serialize;

use crate::{Advice, EngineError, LiveAnswer, Refusal, World};

/// How many commits of `main` are searched for the one that `latest` was built from.
const SEARCHED: usize = 30;

/// What publishing an app's draft would release.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// The draft, if there is exactly one.
    pub draft: Option<GitHubRelease>,
    /// The newest release before it, with its commit.
    pub last_release: Option<(GitTag, CommitSha)>,
    /// Where the changelog entry of that release stands.
    pub changelog: Option<ChangelogState>,
    /// The commit that would be released: the newest on `main` that touches the app.
    pub commit: Option<Commit>,
    /// The commits that touch the app since the last release, newest first.
    pub changes: Vec<Commit>,
    /// The images that would be released.
    pub images: Vec<ImagePreview>,
    /// What CI does with the commit, where an image of it is missing.
    pub ci: Option<AutomationSight>,
    /// What each environment of the app runs, in the order in which code reaches them.
    pub running: Vec<RunningVersion>,
    /// The environments that a release deploys to.
    pub environments: Vec<EnvironmentName>,
    /// What must be different before this can be released.
    pub blockers: Vec<Refusal>,
    /// What a person should know before releasing it.
    pub cautions: Vec<String>,
}

/// What an environment answers, or why it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunningVersion {
    /// The environment.
    pub environment: EnvironmentName,
    /// Its answer.
    pub answer: LiveAnswer,
}

/// One image that would be released.
#[derive(Debug, Clone, Serialize)]
pub struct ImagePreview {
    /// The image.
    pub image: ImageName,
    /// What `latest` names.
    pub latest: Option<Digest>,
    /// What the tag of the release's commit names.
    pub of_commit: Option<Digest>,
}

impl ImagePreview {
    /// Tells whether the image is there, and `latest` names it.
    pub fn is_latest(&self) -> bool {
        self.of_commit.is_some() && self.of_commit == self.latest
    }
}

impl Preview {
    /// Looks at the world and returns what a release of the app would be now. Changes nothing.
    ///
    /// # Errors
    /// When the app has no releases, or an outside system does not answer.
    pub(crate) async fn look(world: &World, app: &App) -> Result<Self, EngineError> {
        let prefix = app.require_prefix()?;
        let mut blockers = Vec::new();
        let scope = Scope::of_release(app);
        if let Err(error) = &scope {
            blockers.push(Refusal::new(
                error.to_string(),
                "a flow that a release can follow to its end",
                Advice::LookAtFlow { app: app.slug.clone() },
            ));
        }
        blockers
            .extend(scope.iter().flat_map(|scope| &scope.steps).filter_map(|step| world.nobody_for(step)));
        let environments = scope.map(|scope| scope.environments).unwrap_or_default();
        let releases = world.releases.releases(prefix).await?;
        let tags = world.releases.tags(prefix).await?;
        let draft = only_draft(app, &releases, &tags, &mut blockers);
        let last_release = tags.into_iter().next();

        // A draft follows a branch, or names the commit it is for.
        let target = draft.as_ref().map_or(world.main.as_str(), |draft| draft.target.as_commitish());
        let mut touching = newest_touching(world, target, app, SEARCHED).await?;
        if touching.is_empty() {
            blockers.push(Refusal::new(
                format!("no commit on {target} that touches {}", app.source_paths.join(", ")),
                format!("one that CI built images of the {} from", app.name),
                "merge a change of the app first",
            ));
        }
        let (commit, images) = match touching.first().cloned() {
            Some(newest) => find_built(world, target, app, newest, &mut blockers).await?,
            None => (None, Vec::new()),
        };
        if let Some((_, last)) = &last_release {
            // What was released before is not part of this release.
            if let Some(released) = touching.iter().position(|commit| commit.sha == *last) {
                touching.truncate(released);
            } else if let Some(commit) = &commit
                && let Some(comparison) = world.code.compare(last, &commit.sha).await?
            {
                touching.retain(|commit| comparison.commits.iter().any(|newer| newer.sha == commit.sha));
            }
        }
        if let (Some((tag, last)), Some(commit)) = (&last_release, &commit)
            && *last == commit.sha
        {
            blockers.push(Refusal::new(
                format!("commit {} released already, as {tag}", commit.sha.short()),
                format!("a change of the {} since then", app.name),
                Advice::NothingToRelease,
            ));
        }

        let mut cautions = Vec::new();
        let mut running = Vec::new();
        for environment in app.flow.environments().names() {
            let answer = world.runs_now(app, environment).await?;
            running.extend(answer.map(|answer| RunningVersion { environment, answer }));
        }
        if let Some(commit) = &commit {
            match world.missing_variables(app, &environments, &commit.sha).await {
                Ok(missing) => blockers.extend(missing),
                Err(EngineError::Refused(unreadable)) => blockers.push(unreadable),
                Err(error) => cautions.push(format!("environment variables were not checked: {error}")),
            }
        }
        let changelog = match &last_release {
            Some((tag, _)) => Some(world.changelog_state(tag).await?),
            None => None,
        };
        if let Some(commit) = &commit {
            let tried = |it: &&RunningVersion| is_tried_before(app, it.environment, &environments);
            cautions.extend(running.iter().filter(tried).filter_map(|it| it.is_not(&commit.sha)));
        }
        if let Some(draft) = &draft {
            cautions.extend(unmentioned(&touching, &draft.notes));
            let tag = ImageTag::of_release(draft.git_tag.date());
            for &environment in &environments {
                let Some(target) = app.deployment(environment) else { continue };
                let obstacles = world.obstacles(target, &tag).await;
                blockers.extend(obstacles.blockers);
                cautions.extend(obstacles.cautions);
            }
        }
        Ok(Self {
            draft,
            last_release,
            changelog,
            commit,
            changes: touching,
            images,
            ci: None,
            running,
            environments,
            blockers,
            cautions,
        })
    }

    /// Returns the commit that an environment runs, if it could be told.
    pub fn runs(&self, environment: EnvironmentName) -> Option<CommitSha> {
        let running = self.running.iter().find(|running| running.environment == environment)?;
        running.answer.clone().commit()
    }

    /// Returns the order to release exactly this.
    ///
    /// # Errors
    /// With the first blocker, if there is one.
    pub(crate) fn order(&self, app: &App, actor: &str) -> Result<Order, Refusal> {
        if let Some(blocker) = self.blockers.first() {
            return Err(blocker.clone());
        }
        let images: BTreeMap<_, _> = self
            .images
            .iter()
            .filter_map(|image| Some((image.image.clone(), image.of_commit.clone()?)))
            .collect();
        let (Some(draft), Some(commit)) = (&self.draft, &self.commit) else {
            unreachable!("a preview without a draft or a commit has a blocker");
        };
        Ok(Order {
            app: app.slug.clone(),
            environments: self.environments.clone(),
            version: DeployableVersion {
                image_tag: ImageTag::of_release(draft.git_tag.date()),
                bundle: Bundle { commit: commit.sha.clone(), images },
            },
            kind: OrderKind::Release { draft: Box::new(draft.clone()) },
            replaces: self.environments.last().and_then(|&last| self.runs(last)),
            last_working: BTreeMap::new(),
            reason: format!("release {}", draft.git_tag),
            actor: actor.to_owned(),
            despite_running: false,
        })
    }
}

impl RunningVersion {
    /// Returns a caution if another commit runs there.
    fn is_not(&self, commit: &CommitSha) -> Option<String> {
        let environment = self.environment;
        match &self.answer {
            LiveAnswer::Commit(running) if running == commit => None,
            LiveAnswer::Commit(running) => Some(format!(
                "{environment} runs {}, not {}: this version has not been tried there",
                running.short(),
                commit.short()
            )),
            LiveAnswer::Trouble(why) => {
                Some(format!("{environment} could not be asked for its version: {why}"))
            }
        }
    }
}

impl World {
    /// Returns a blocker if nobody here can carry out a step.
    fn nobody_for(&self, step: &Step) -> Option<Refusal> {
        let why = self.check_kind(&step.operation).err()?;
        Some(Refusal::new(
            format!("the step {}: {why}", step.id),
            "somebody who can carry it out",
            "a program has to be where the project file says, and executable",
        ))
    }
}

/// Tells whether a version is tried in an environment before it is released: if code gets there first, by a
/// deployment that is no part of the release. What only follows `main` tries nothing.
fn is_tried_before(app: &App, environment: EnvironmentName, released: &[EnvironmentName]) -> bool {
    let rank = |environment: &EnvironmentName| app.flow.environments().rank(*environment);
    let first = released.iter().filter_map(rank).min();
    !released.contains(&environment)
        && deployable_target(app, environment).is_ok()
        && first.is_some_and(|first| rank(&environment).is_some_and(|rank| rank < first))
}

fn only_draft(
    app: &App,
    releases: &[GitHubRelease],
    tags: &[(GitTag, CommitSha)],
    blockers: &mut Vec<Refusal>,
) -> Option<GitHubRelease> {
    let drafts: Vec<_> = releases.iter().filter(|release| release.draft).collect();
    let names = || drafts.iter().map(|draft| draft.git_tag.to_string()).collect::<Vec<_>>().join(", ");
    match drafts[..] {
        [draft] => {
            if let Some((tag, commit)) = tags.iter().find(|(tag, _)| *tag == draft.git_tag) {
                blockers.push(Refusal::new(
                    format!("the draft {tag} although its git tag exists, on commit {}", commit.short()),
                    "a draft whose git tag does not exist yet",
                    "it was published and then turned back into a draft; publish it again by hand on its page",
                ));
            }
            Some(draft.clone())
        }
        [] => {
            blockers.push(Refusal::new(
                format!("no drafted GitHub Release of the {}", app.name),
                "exactly one",
                "the draft is made after a merge to main that changes the app; wait for it",
            ));
            None
        }
        _ => {
            blockers.push(Refusal::new(
                format!("{} drafted GitHub Releases of the {}: {}", drafts.len(), app.name, names()),
                "exactly one",
                "delete those that are not meant, on the releases page",
            ));
            None
        }
    }
}

/// Returns a caution if the notes leave out pull requests that the release contains.
///
/// A merge names its pull request at the end of its subject: `Make it fast (#12)`.
fn unmentioned(changes: &[Commit], notes: &str) -> Option<String> {
    let number = |commit: &Commit| {
        let (_, number) = commit.subject.trim_end().strip_suffix(')')?.rsplit_once("(#")?;
        number.parse::<u64>().ok()
    };
    let mentioned = numbers_mentioned(notes);
    let missing: Vec<_> =
        changes.iter().filter_map(number).filter(|number| !mentioned.contains(number)).collect();
    if missing.is_empty() {
        return None;
    }
    let list: Vec<_> = missing.iter().map(|number| format!("#{number}")).collect();
    Some(format!("the notes do not mention {}, which the release contains", list.join(", ")))
}

/// Returns the newest commits of a branch that touch the app, newest first.
pub(crate) async fn newest_touching(
    world: &World,
    branch: &str,
    app: &App,
    limit: usize,
) -> Result<Vec<Commit>, EngineError> {
    let mut commits: Vec<Commit> = Vec::new();
    for path in &app.source_paths {
        let query = CommitQuery { branch: branch.to_owned(), path: Some(path.clone()), limit };
        for commit in world.code.commits(&query).await? {
            if !commits.iter().any(|known| known.sha == commit.sha) {
                commits.push(commit);
            }
        }
    }
    if app.source_paths.len() > 1 {
        commits.sort_by_key(|commit| std::cmp::Reverse(commit.committed_at));
    }
    Ok(commits)
}

/// Finds the commit to release: `latest` of every image has to be built from it.
///
/// That is the newest commit that touches the app, or a later one where CI builds on more paths.
async fn find_built(
    world: &World,
    target: &str,
    app: &App,
    newest: Commit,
    blockers: &mut Vec<Refusal>,
) -> Result<(Option<Commit>, Vec<ImagePreview>), EngineError> {
    let mut images = Vec::new();
    for image in &app.images {
        let latest = world.registry.resolve(image, &ImageTag::latest()).await?;
        let of_commit = world.registry.resolve(image, &ImageTag::of_commit(&newest.sha)).await?;
        images.push(ImagePreview { image: image.clone(), latest, of_commit });
    }
    if images.iter().all(ImagePreview::is_latest) {
        return Ok((Some(newest), images));
    }
    // A rare path, so it may ask more: which commit is `latest` of the app's own image built from?
    let query = CommitQuery { branch: target.to_owned(), path: None, limit: SEARCHED };
    let history = world.code.commits(&query).await?;
    let main_image = images.first().map(|image| (image.image.clone(), image.latest.clone()));
    let mut built = None;
    if let Some((image, Some(latest))) = main_image {
        for commit in &history {
            if world.registry.resolve(&image, &ImageTag::of_commit(&commit.sha)).await?.as_ref()
                == Some(&latest)
            {
                built = Some(commit.clone());
                break;
            }
        }
    }
    let place = |sha: &CommitSha| history.iter().position(|commit| commit.sha == *sha);
    // What is not in the recent history is older than all of it.
    let is_later = |built: &Commit| {
        place(&built.sha).is_some_and(|built| place(&newest.sha).is_none_or(|newest| built < newest))
    };
    if let Some(built) = built.as_ref().filter(|built| is_later(built)) {
        let mut later = Vec::new();
        for image in &images {
            let of_commit = world.registry.resolve(&image.image, &ImageTag::of_commit(&built.sha)).await?;
            later.push(ImagePreview { of_commit, ..image.clone() });
        }
        if later.iter().all(ImagePreview::is_latest) {
            return Ok((Some(built.clone()), later));
        }
    }
    for image in images.iter().filter(|image| !image.is_latest()) {
        blockers.push(mismatch(app, image, &newest, built.as_ref(), target));
    }
    Ok((Some(newest), images))
}

fn mismatch(
    app: &App,
    image: &ImagePreview,
    newest: &Commit,
    built: Option<&Commit>,
    target: &str,
) -> Refusal {
    let name = image.image.short();
    let commit = newest.sha.short();
    let show =
        |digest: &Option<Digest>| digest.as_ref().map_or("nothing".to_owned(), |it| it.short().to_owned());
    let expected = match &image.of_commit {
        Some(digest) => format!(
            "{}, the image of commit {commit}, the newest that touches the {}",
            digest.short(),
            app.name
        ),
        None => format!("the image of commit {commit}, the newest that touches the {}", app.name),
    };
    if image.of_commit.is_none() {
        return Refusal::new(
            format!("no image {name} of commit {commit}, while {name}:latest names {}", show(&image.latest)),
            expected,
            "wait until CI has built every image of the commit, or run it again if it failed",
        );
    }
    let origin = match built {
        Some(built) => format!("the image of commit {}", built.sha.short()),
        None => format!("not the image of a recent commit on {target}"),
    };
    Refusal::new(
        format!("{name}:latest naming {} ({origin})", show(&image.latest)),
        expected,
        Advice::AwaitNewestBuild,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_that_the_notes_leave_out_are_named() {
        let commit = |subject: &str| Commit {
            sha: "a".repeat(40).parse().unwrap(),
            subject: subject.to_owned(),
            author: "ada".to_owned(),
            committed_at: chrono::DateTime::UNIX_EPOCH,
        };
        let changes = ["One (#12)", "Two (#123)", "Three (#4) ", "No number", "Fix (#x)"].map(commit);
        let caution = unmentioned(&changes, "- One #123\n- Three #4").unwrap();
        assert_eq!(caution, "the notes do not mention #12, which the release contains");
        assert_eq!(unmentioned(&changes, "#12, #123, #4"), None);
    }
}
