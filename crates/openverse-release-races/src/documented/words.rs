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
    use openverse_release_core::EnvironmentName;

    use crate::{
        bounds::Bounds,
        documented::{Documented, Part},
        explore::naive::{CALM, cast, sentences},
    };

    #[test]
    fn jobs_of_two_apps_say_what_they_find_do_and_wait_for() {
        let (both, bounds) = (cast(&["api", "frontend"]), Bounds { redeliveries: 1, ..CALM });
        let said = sentences(&Documented { cast: &both, bounds: &bounds, part: Part::GITHUB_RELEASES });
        insta::assert_snapshot!(said.with("refreshes"), @"
        A pull request that changes the API and the frontend is merged as commit 1; the job that refreshes drafts starts.
        A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        A pull request that changes the frontend is merged as commit 1; the job that refreshes drafts starts.
        The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API, and no draft of the frontend.
        The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        The job that refreshes drafts lists the GitHub Releases, and finds no draft of the frontend.
        The job that refreshes drafts makes the draft API release 1, and makes the draft frontend release 1.
        The job that refreshes drafts makes the draft API release 1.
        The job that refreshes drafts makes the draft frontend release 1.
        ");
        insta::assert_snapshot!(said.with("frontend release"), @"
        GitHub delivers the event that API release 1 was published once more; the job that tags its images waits, and takes the place of the one that would tag the images of frontend release 1.
        GitHub delivers the event that frontend release 1 was published once more; the job that tags its images starts.
        GitHub delivers the event that frontend release 1 was published once more; the job that tags its images waits for the one that runs.
        GitHub delivers the event that frontend release 1 was published once more; the job that tags its images waits, and takes the place of the one that would tag the images of API release 1.
        GitHub delivers the event that frontend release 1 was published once more; the job that tags its images waits, and takes the place of the one that would tag the images of frontend release 1.
        Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images waits, and takes the place of the one that would tag the images of frontend release 1.
        Somebody publishes frontend release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
        Somebody publishes frontend release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images waits for the one that runs.
        Somebody publishes frontend release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images waits, and takes the place of the one that would tag the images of API release 1.
        The job puts the image tag of frontend release 1 on openverse-frontend:latest, which is of commit 0.
        The job puts the image tag of frontend release 1 on openverse-frontend:latest, which is of commit 1.
        The job puts the image tag of frontend release 1 on openverse-frontend_nginx:latest, which is of commit 0, and asks production to deploy it.
        The job puts the image tag of frontend release 1 on openverse-frontend_nginx:latest, which is of commit 1, and asks production to deploy it.
        The job that refreshes drafts makes the draft API release 1, and makes the draft frontend release 1.
        The job that refreshes drafts makes the draft frontend release 1.
        ");
    }

    #[test]
    fn a_draft_is_found_again_and_its_refreshing_waits() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 3, ..CALM });
        let model = Documented { cast: &api, bounds: &bounds, part: Part::GITHUB_RELEASES };
        insta::assert_snapshot!(sentences(&model).with("draft"), @"
        A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        A pull request that changes the API is merged as commit 2; the job that refreshes drafts starts.
        A pull request that changes the API is merged as commit 2; the job that refreshes drafts waits for the one that runs.
        A pull request that changes the API is merged as commit 3; the job that refreshes drafts starts.
        A pull request that changes the API is merged as commit 3; the job that refreshes drafts waits for the one that runs.
        A pull request that changes the API is merged as commit 3; the job that refreshes drafts waits, and takes the place of the one that would tag the images of API release 1.
        A pull request that changes the API is merged as commit 3; the job that refreshes drafts waits, in place of one that refreshes drafts.
        Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 3; the job that tags its images waits, in place of one that refreshes drafts.
        The job that refreshes drafts ends.
        The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        The job that refreshes drafts lists the GitHub Releases, and finds nothing to refresh.
        The job that refreshes drafts lists the GitHub Releases, and finds the draft API release 1.
        The job that refreshes drafts makes the draft API release 1.
        The job that refreshes drafts writes API release 1 as the draft that it read, although it is published by now.
        The job that refreshes drafts writes the draft API release 1.
        ");
    }

    #[test]
    fn a_second_release_is_called_so() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 2, releases: 2, ..CALM });
        let model = Documented { cast: &api, bounds: &bounds, part: Part::GITHUB_RELEASES };
        insta::assert_snapshot!(sentences(&model).with("release 2"), @"
        Somebody publishes API release 2; GitHub puts its git tag on the head of main, commit 2; the job that tags its images starts.
        The job puts the image tag of API release 2 on openverse-api:latest, which is of commit 0.
        The job puts the image tag of API release 2 on openverse-api:latest, which is of commit 1.
        The job puts the image tag of API release 2 on openverse-api:latest, which is of commit 2.
        The job puts the image tag of API release 2 on openverse-api_nginx:latest, which is of commit 0, and asks production to deploy it.
        The job puts the image tag of API release 2 on openverse-api_nginx:latest, which is of commit 1, and asks production to deploy it.
        The job puts the image tag of API release 2 on openverse-api_nginx:latest, which is of commit 2, and asks production to deploy it.
        The job that refreshes drafts makes the draft API release 2.
        ");
    }

    #[test]
    fn deployments_say_what_they_replace() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 2, rollbacks: 1, ..CALM });
        let of =
            |environment| Documented { cast: &api, bounds: &bounds, part: Part::deployments(environment) };
        insta::assert_snapshot!(sentences(&of(EnvironmentName::STAGING)).with(""), @"
        A pull request that changes the API is merged as commit 1.
        A pull request that changes the API is merged as commit 2.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0. Every image of commit 1 is there, so it asks staging to deploy it.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 2.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 2. Every image of commit 1 is there, so it asks staging to deploy it.
        CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 0.
        CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 0. Every image of commit 2 is there, so it asks staging to deploy it.
        CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
        CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1. Every image of commit 2 is there, so it asks staging to deploy it.
        CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
        CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0. Every image of commit 1 is there, so it asks staging to deploy it.
        CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 2.
        CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 2. Every image of commit 1 is there, so it asks staging to deploy it.
        CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 0.
        CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 0. Every image of commit 2 is there, so it asks staging to deploy it.
        CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1.
        CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1. Every image of commit 2 is there, so it asks staging to deploy it.
        Somebody finds commit 1 of the API bad in staging, and asks to deploy the version before again.
        Somebody finds commit 2 of the API bad in staging, and asks to deploy the version before again.
        The deployment of commit 1 of the API to staging ends: it is live in place of commit 2.
        The deployment of commit 1 of the API to staging ends: it is live in place of the version before.
        The deployment of commit 2 of the API to staging ends: it is live in place of commit 1.
        The deployment of commit 2 of the API to staging ends: it is live in place of the version before.
        The deployment of the version before of the API to staging ends: it is live in place of commit 1.
        The deployment of the version before of the API to staging ends: it is live in place of commit 2.
        ");
        insta::assert_snapshot!(sentences(&of(EnvironmentName::PRODUCTION)).with("production"), @"
        Somebody finds commit 1 of the API bad in production, and asks to deploy the version before again.
        Somebody finds commit 2 of the API bad in production, and asks to deploy the version before again.
        The deployment of commit 1 of the API to production ends: it is live in place of the version before.
        The deployment of commit 2 of the API to production ends: it is live in place of the version before.
        The deployment of the version before of the API to production ends: it is live in place of commit 1.
        The deployment of the version before of the API to production ends: it is live in place of commit 2.
        The deployment of the version before of the API to production ends: it is live.
        The job puts the image tag of API release 1 on openverse-api_nginx:latest, which is of commit 0, and asks production to deploy it.
        The job puts the image tag of API release 1 on openverse-api_nginx:latest, which is of commit 1, and asks production to deploy it.
        The job puts the image tag of API release 1 on openverse-api_nginx:latest, which is of commit 2, and asks production to deploy it.
        ");
    }

    #[test]
    fn an_app_without_a_companion_is_deployed_once_its_image_is_tagged() {
        let mut cast = cast(&["api"]);
        cast.apps[0].images.truncate(1);
        let model =
            Documented { cast: &cast, bounds: &CALM, part: Part::deployments(EnvironmentName::PRODUCTION) };
        insta::assert_snapshot!(sentences(&model).with(""), @"
        A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
        The deployment of commit 1 of the API to production ends: it is live in place of the version before.
        The deployment of the version before of the API to production ends: it is live.
        The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 0, and asks production to deploy it.
        The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 1, and asks production to deploy it.
        The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        The job that refreshes drafts makes the draft API release 1.
        ");
    }
}
