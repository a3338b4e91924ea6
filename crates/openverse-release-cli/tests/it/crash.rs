//! Killed at any effect and resumed, a run ends right, and everything happened once.

use std::fmt;

use crate::{
    facts::{Facts, changes, expect_production, expect_tagged, requested},
    parallel::each,
    place::{Mode, Place},
    served::{Served, wait_until},
};

/// Something that a run is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    Release,
    ReleaseOfTheFrontend,
    Rollback,
    Deploy,
    DeployByEcs,
}

impl Errand {
    const ALL: [Self; 5] =
        [Self::Release, Self::ReleaseOfTheFrontend, Self::Rollback, Self::Deploy, Self::DeployByEcs];

    pub(crate) fn app(self) -> &'static str {
        if self == Self::ReleaseOfTheFrontend { "frontend" } else { "api" }
    }

    fn releases(self) -> bool {
        matches!(self, Self::Release | Self::ReleaseOfTheFrontend)
    }

    pub(crate) fn args(self, facts: &Facts) -> Vec<String> {
        let args: &[&str] = match self {
            Self::Release | Self::ReleaseOfTheFrontend => &["release", self.app(), "--yes"],
            Self::Rollback => &["rollback", "api", "production", "--reason", "searches are slow"],
            Self::Deploy => &["deploy", "api", "production", &facts.new, "--reason", "it cannot wait"],
            Self::DeployByEcs => {
                let target = ["--app", "api", "--environment", "production", "--image-tag", &facts.new];
                let args = [&["ecs", "deploy"], &target[..], &["--reason", "it cannot wait"]].concat();
                return args.into_iter().map(str::to_owned).collect();
            }
        };
        args.iter().map(|&arg| arg.to_owned()).collect()
    }
}

/// A place where an errand is about to be run, with what production is to run afterwards.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) place: Place,
    pub(crate) served: Served,
    pub(crate) facts: Facts,
    errand: Errand,
    goal: String,
}

impl Start {
    pub(crate) fn new(errand: Errand, mode: Mode) -> Self {
        Self::at(Place::new(mode), errand)
    }

    pub(crate) fn at(place: Place, errand: Errand) -> Self {
        let served = Served::start(&place);
        let facts = Facts::of(&place, errand.app());
        let goal = if errand == Errand::Rollback { facts.earlier.clone() } else { facts.new.clone() };
        assert_ne!(goal, facts.old, "there is something to do");
        Self { place, served, facts, errand, goal }
    }

    pub(crate) fn args(&self) -> Vec<String> {
        self.errand.args(&self.facts)
    }

    /// Starts the errand and kills the tool with SIGKILL as soon as something is so.
    pub(crate) fn kill_when(&self, what: &str, is_so: impl FnMut() -> bool) {
        let args = self.args();
        let mut tool = self.place.start(&args.iter().map(String::as_str).collect::<Vec<_>>());
        wait_until(what, is_so);
        tool.kill().unwrap();
        assert_eq!(tool.wait().unwrap().code(), None, "the tool was killed, and had not ended by itself");
    }

    /// Checks that the errand is done, and that everything that changed changed once.
    pub(crate) fn expect_done(&self, expected: &[String]) {
        expect_production(&self.place, &self.served, self.errand.app(), &self.goal);
        if self.errand.releases() {
            expect_tagged(&self.served, &self.facts);
        }
        assert_eq!(changes(&self.place.sandbox(), &self.facts), expected, "every change, once");
        let states = self.place.run_states();
        assert_eq!(states, ["done"], "one run, and it is done");
    }
}

/// What an errand changes when nothing disturbs it.
#[derive(Debug)]
pub(crate) struct Undisturbed {
    pub(crate) errand: Errand,
    pub(crate) mode: Mode,
    pub(crate) changes: Vec<String>,
    pub(crate) requested: Vec<&'static str>,
}

impl Undisturbed {
    pub(crate) fn learn(errand: Errand, mode: Mode) -> Self {
        let start = Start::new(errand, mode);
        let args = start.args();
        start.place.run(&args.iter().map(String::as_str).collect::<Vec<_>>()).expect_code(0);
        let sandbox = start.place.sandbox();
        let (changes, requested) = (changes(&sandbox, &start.facts), requested(&sandbox));
        start.expect_done(&changes);
        Self { errand, mode, changes, requested }
    }
}

/// A point at which the tool is killed.
#[derive(Debug)]
struct Case<'a> {
    undisturbed: &'a Undisturbed,
    /// The effect, counted from 0.
    effect: usize,
    /// `pause-before` or `pause-after`.
    pause: &'static str,
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Undisturbed { errand, mode, requested, .. } = self.undisturbed;
        write!(
            f,
            "{errand:?} in {mode:?}, {} effect {} ({})",
            self.pause, self.effect, requested[self.effect]
        )
    }
}

impl Case<'_> {
    fn check(&self) {
        let Undisturbed { errand, mode, changes, requested } = self.undisturbed;
        let start = Start::new(*errand, *mode);
        let sandbox = start.place.sandbox();
        let effect = u32::try_from(self.effect).unwrap();
        start.place.fault(&format!("{}:any", self.pause), effect, None);
        start.kill_when("the effect is paused", || !sandbox.status().unwrap().paused.is_empty());
        let happened = crate::facts::requested(&sandbox).len();
        assert_eq!(
            happened,
            self.effect + usize::from(self.pause == "pause-after"),
            "killed where it was meant"
        );
        sandbox.clear_faults().unwrap();

        // A release goes on with its own unfinished run, too.
        if errand.releases() && self.effect % 2 == 1 {
            start
                .place
                .run(&["release", errand.app(), "--yes"])
                .expect_code(0)
                .expect_says(&["Going on with run"]);
        } else {
            start.place.run(&["resume", "--yes"]).expect_code(0);
        }
        assert_eq!(crate::facts::requested(&sandbox), *requested, "every effect, once, in order");
        start.expect_done(changes);
    }
}

#[test]
fn an_undisturbed_errand_makes_these_changes() {
    let changes = |errand, mode| Undisturbed::learn(errand, mode).changes.join("\n");
    insta::assert_snapshot!(changes(Errand::Release, Mode::Default), @"
    create_branch openverse:changelog/api-{date} on {head} by request
    create_git_tag api-{date} on {new} by github
    deploy api production rel-{date} by deploy-production-api.yml
    label_pull_request openverse#4384 Publish changelog for api-{date} by request
    open_pull_request openverse#4384 Publish changelog for api-{date} by request
    publish_github_release api-{date} by request
    put_file openverse:changelog/api-{date} documentation/changelogs/api/{date}.md by request
    put_manifest wordpress/openverse-api:rel-{date} by request
    put_manifest wordpress/openverse-api_nginx:rel-{date} by request
    repository_dispatch deploy_production_api rel-{date} by request
    ");
    insta::assert_snapshot!(changes(Errand::Release, Mode::PublishStartsWorkflow), @"
    create_git_tag api-{date} on {new} by github
    deploy api production rel-{date} by deploy-production-api.yml
    publish_github_release api-{date} by request
    repository_dispatch deploy_production_api rel-{date} by release-app.yml
    tag_image wordpress/openverse-api:rel-{date} by release-app.yml
    tag_image wordpress/openverse-api_nginx:rel-{date} by release-app.yml
    ");
    insta::assert_snapshot!(changes(Errand::ReleaseOfTheFrontend, Mode::Default), @"
    create_branch openverse:changelog/frontend-{date} on {new} by request
    create_git_tag frontend-{date} on {new} by github
    deploy frontend production rel-{date} by deploy-production-frontend.yml
    label_pull_request openverse#4384 Publish changelog for frontend-{date} by request
    open_pull_request openverse#4384 Publish changelog for frontend-{date} by request
    publish_github_release frontend-{date} by request
    put_file openverse:changelog/frontend-{date} documentation/changelogs/frontend/{date}.md by request
    put_manifest wordpress/openverse-frontend:rel-{date} by request
    put_manifest wordpress/openverse-frontend_nginx:rel-{date} by request
    repository_dispatch deploy_production_nuxt rel-{date} by request
    ");
    insta::assert_snapshot!(changes(Errand::Rollback, Mode::Default), @"
    deploy api production {earlier tag} by deploy-production-api.yml
    workflow_dispatch deploy-production-api.yml {earlier tag} by request
    ");
    insta::assert_snapshot!(changes(Errand::Deploy, Mode::Default), @"
    deploy api production {new} by deploy-production-api.yml
    workflow_dispatch deploy-production-api.yml {new} by request
    ");
    insta::assert_snapshot!(changes(Errand::DeployByEcs, Mode::Default), @"
    deploy api production {new} by ecs
    register_task_definition production-api:6 by request
    update_service production-api production-api:6 by request
    ");
}

#[test]
fn killed_before_or_after_any_effect_and_resumed_everything_happens_once() {
    let undisturbed: Vec<_> = Errand::ALL
        .into_iter()
        .flat_map(|errand| Mode::BOTH.map(|mode| (errand, mode)))
        // What publishing starts makes no difference where nothing is published.
        .filter(|(errand, mode)| errand.releases() || *mode == Mode::Default)
        .map(|(errand, mode)| Undisturbed::learn(errand, mode))
        .collect();
    let cases: Vec<_> = undisturbed
        .iter()
        .flat_map(|undisturbed| (0..undisturbed.requested.len()).map(move |effect| (undisturbed, effect)))
        .flat_map(|(undisturbed, effect)| {
            ["pause-before", "pause-after"].map(|pause| Case { undisturbed, effect, pause })
        })
        .collect();
    // A release that the tool carries out publishes, tags two images, proposes the changelog entry
    // (a branch, a file on it, a pull request, its labels) and asks for a deployment.
    let (release, publishing, deployment) = (1 + 2 + 4 + 1, 1, 1);
    // By ECS it registers a task definition, and updates the service.
    let by_ecs = 2;
    let points = 2 * (release + publishing) + 2 * deployment + by_ecs;
    assert_eq!(cases.len(), 2 * points, "points to be killed at");
    each(&cases, Case::check);
}

#[test]
fn killed_twice_at_the_same_effect_and_resumed_everything_happens_once() {
    let undisturbed = Undisturbed::learn(Errand::Release, Mode::Default);
    let start = Start::new(Errand::Release, Mode::Default);
    let sandbox = start.place.sandbox();
    let paused = || !sandbox.status().unwrap().paused.is_empty();
    start.place.fault("pause-before:put_manifest", 1, None);
    start.kill_when("the second image's tag is paused", paused);
    start.place.run(&["sandbox", "fault", "off"]).expect_code(0);
    wait_until("the first pause is over", || sandbox.status().unwrap().paused.is_empty());

    start.place.fault("pause-after:put_manifest", 0, None);
    let mut resumed = start.place.start(&["resume", "--yes"]);
    wait_until("the second image's tag is paused again", paused);
    resumed.kill().unwrap();
    resumed.wait().unwrap();
    start.place.run(&["sandbox", "fault", "off"]).expect_code(0);

    start.place.run(&["resume", "--yes"]).expect_code(0);
    start.expect_done(&undisturbed.changes);
}

#[test]
fn killed_while_a_deployment_hangs_and_resumed_everything_happens_once() {
    for errand in [Errand::Release, Errand::Rollback] {
        let undisturbed = Undisturbed::learn(errand, Mode::Default);
        let start = Start::new(errand, Mode::Default);
        let sandbox = start.place.sandbox();
        start.place.fault("deployment-hangs", 0, None);
        start.kill_when("the deployment hangs", || {
            sandbox.status().unwrap().running.iter().any(|run| run.hangs)
        });
        start.place.run(&["sandbox", "fault", "off"]).expect_code(0);
        start.place.run(&["resume"]).expect_code(0);
        start.expect_done(&undisturbed.changes);
    }
}

#[test]
fn killed_while_a_deployment_takes_its_time_and_resumed_everything_happens_once() {
    let undisturbed = Undisturbed::learn(Errand::Release, Mode::Default);
    let start = Start::at(Place::with_usual_timing(), Errand::Release);
    let sandbox = start.place.sandbox();
    start.place.limit(&[("appear", 5.0)]);
    start.kill_when("the deployment is listed", || {
        sandbox.status().unwrap().running.iter().any(|run| run.listed)
    });
    start.place.run(&["resume"]).expect_code(0).expect_says(&["deployment succeeded"]);
    start.expect_done(&undisturbed.changes);
}
