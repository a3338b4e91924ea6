//! The documented process in words.

use super::{Documented, Job, Move, Plan, State, site};
use crate::cast::version;

impl Documented<'_> {
    pub(super) fn words(&self, before: &State, what: Move, after: &State) -> String {
        let cast = self.cast;
        match what {
            Move::Merge { apps } => {
                let merged = cast.merged(apps, after.main.head());
                let job = match self.part.has_jobs {
                    true => format!("; the job that refreshes drafts {}", self.queued(before)),
                    false => String::new(),
                };
                format!("{merged}{job}.")
            }
            Move::Build { app, image, commit } => {
                let mut words = cast.built(app, image, commit, before.apps[app].builds.latest[image]);
                let site = |state: &State| state.apps[app].sites[0].under_way().count();
                if site(after) > site(before) {
                    words.push_str(&format!(
                        " Every image of commit {commit} is there, so it asks staging to deploy it."
                    ));
                }
                words
            }
            Move::ReadDrafts => {
                let Some(Job::Draft(Some(plans))) = after.group.running else { return String::new() };
                let found = cast.numbers().filter_map(|app| {
                    let name = cast.name(app);
                    match plans[app] {
                        Plan::Nothing => None,
                        Plan::Create => Some(format!("no draft of the {name}")),
                        Plan::Update(release) => Some(format!("the draft {}", cast.release(app, release))),
                    }
                });
                let found: Vec<_> = found.collect();
                let found =
                    if found.is_empty() { "nothing to refresh".to_owned() } else { found.join(", and ") };
                format!("The job that refreshes drafts lists the GitHub Releases, and finds {found}.")
            }
            Move::WriteDrafts => {
                let Some(Job::Draft(Some(plans))) = before.group.running else { return String::new() };
                let written = cast.numbers().filter_map(|app| match plans[app] {
                    Plan::Nothing => None,
                    Plan::Create => {
                        let made = |release: &usize| {
                            before.apps[app].releases[*release].stage
                                != after.apps[app].releases[*release].stage
                        };
                        let release = (0..2).find(made).unwrap_or_default();
                        Some(format!("makes the draft {}", cast.release(app, release)))
                    }
                    Plan::Update(release) => {
                        let name = cast.release(app, release);
                        let turned = before.apps[app].releases[usize::from(release)].stage
                            != after.apps[app].releases[usize::from(release)].stage;
                        let words = if turned {
                            format!(
                                "writes {name} as the draft that it read, although it is published by now"
                            )
                        } else {
                            format!("writes the draft {name}")
                        };
                        Some(words)
                    }
                });
                let written: Vec<_> = written.collect();
                let written = if written.is_empty() { "ends".to_owned() } else { written.join(", and ") };
                format!("The job that refreshes drafts {written}.")
            }
            Move::Publish { app, release } => format!(
                "Somebody publishes {}; GitHub puts its git tag on the head of main, commit {}; the job that tags its \
                 images {}.",
                cast.release(app, release),
                before.main.head(),
                self.queued(before)
            ),
            Move::Redeliver { app, release } => format!(
                "GitHub delivers the event that {} was published once more; the job that tags its images {}.",
                cast.release(app, release),
                self.queued(before)
            ),
            Move::Tag { app, release, image } => {
                let name = cast.image(app, image);
                let commit = before.apps[app].builds.latest[image];
                let is_last = image == 1 || !cast.has_companion(app);
                format!(
                    "The job puts the image tag of {} on {name}:latest, which is of commit {commit}{}.",
                    cast.release(app, release),
                    if is_last { ", and asks production to deploy it" } else { "" }
                )
            }
            Move::End { app, environment, place } => {
                let of = &before.apps[app].sites[site(environment)];
                let ended =
                    of.under_way().find(|(at, _)| *at == place).map(|(_, it)| it.commit).unwrap_or_default();
                let over = match of.live {
                    live if live == ended => String::new(),
                    live => format!(" in place of {}", version(live)),
                };
                format!(
                    "The deployment of {} of the {} to {environment} ends: it is live{over}.",
                    version(ended),
                    cast.name(app)
                )
            }
            Move::RollBack { app, environment } => {
                let bad = before.apps[app].sites[site(environment)].live;
                format!(
                    "Somebody finds {} of the {} bad in {environment}, and asks to deploy {} again.",
                    version(bad),
                    cast.name(app),
                    version(0)
                )
            }
        }
    }

    /// Says what becomes of a job that is queued.
    fn queued(&self, before: &State) -> String {
        match (before.group.running, before.group.waiting) {
            (None, _) => "starts".to_owned(),
            (Some(_), None) => "waits for the one that runs".to_owned(),
            (Some(_), Some(Job::Draft(_))) => "waits, in place of one that refreshes drafts".to_owned(),
            (Some(_), Some(Job::Release { app, release, .. })) => format!(
                "waits, and takes the place of the one that would tag the images of {}",
                self.cast.release(app.into(), release)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use openverse_release_core::Environment;

    use crate::{
        bounds::Bounds,
        documented::{Documented, Part},
        explore::naive::{CALM, cast, sentences},
    };

    #[test]
    fn jobs_of_two_apps_say_what_they_find_do_and_wait_for() {
        let bounds = Bounds { redeliveries: 1, ..CALM };
        let model =
            Documented { cast: &cast(&["api", "frontend"]), bounds: &bounds, part: Part::GITHUB_RELEASES };
        insta::assert_snapshot!(sentences(&model));
    }

    #[test]
    fn a_draft_is_found_again_and_its_refreshing_waits() {
        let bounds = Bounds { merges: 3, ..CALM };
        let model = Documented { cast: &cast(&["api"]), bounds: &bounds, part: Part::GITHUB_RELEASES };
        let of_drafts = |sentence: &&str| sentence.contains("draft");
        let said = sentences(&model);
        insta::assert_snapshot!(said.lines().filter(of_drafts).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn deployments_say_what_they_replace() {
        let bounds = Bounds { merges: 2, rollbacks: 1, ..CALM };
        let cast = cast(&["api"]);
        let of = |environment| {
            let part = Part::deployments(environment);
            sentences(&Documented { cast: &cast, bounds: &bounds, part })
        };
        insta::assert_snapshot!(of(Environment::Staging));
        let production = of(Environment::Production);
        let of_it = |sentence: &&str| sentence.contains("production");
        insta::assert_snapshot!(production.lines().filter(of_it).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn an_app_without_a_companion_is_deployed_once_its_image_is_tagged() {
        let mut cast = cast(&["api"]);
        cast.apps[0].images.truncate(1);
        let model =
            Documented { cast: &cast, bounds: &CALM, part: Part::deployments(Environment::Production) };
        insta::assert_snapshot!(sentences(&model));
    }
}
