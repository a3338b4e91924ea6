//! The page that a runbook is.

use std::collections::BTreeSet;

use super::{MARK, MARK_END, watch::watch};
use crate::{
    App, Artefact, ChartLevel, DeploymentMeans, DetailKind, EnvironmentName, LinkKind, Performer, Project,
    Step, Trigger,
    kind::{ByHand, deployment_by_hand, place},
    markdown::{cell, code, inline, link},
};

pub(super) fn render(project: &Project, app: &App) -> String {
    let mut page = Page { project, app, text: String::new(), sections: 0 };
    page.head();
    page.chart();
    page.when_to_release();
    page.before_you_start();
    let steps = app.flow.in_reading_order();
    for step in
        steps.iter().filter(|step| step.trigger == Trigger::Manual && !step.operation.nature().rolls_back)
    {
        page.manual_step(step);
    }
    page.roll_back();
    page.any_version();
    page.where_things_run();
    page.when_something_goes_wrong();
    page.text
}

struct Page<'a> {
    project: &'a Project,
    app: &'a App,
    text: String,
    /// How many numbered sections there are so far.
    sections: usize,
}

impl<'a> Page<'a> {
    fn head(&mut self) {
        let (slug, name) = (&self.app.slug, inline(&self.app.name));
        self.text.push_str(&format!("{MARK}{slug}{MARK_END}\n"));
        self.text.push_str(&format!(
            "<!-- Written by openverse-release runbook {slug}. Change the process, not this page: \
             openverse-release runbook with the option check shows where the two differ. -->\n"
        ));
        self.block(&format!("# How to release and deploy the {name}"));
        self.block(&format!(
            "This page follows the process of the {name}, version {}.",
            self.app.flow.version()
        ));
    }

    fn chart(&mut self) {
        let chart = self.app.flow.to_mermaid(ChartLevel::Overview);
        self.block(&format!("```mermaid\n{chart}```"));
        self.block(
            "A square box needs a person, a rounded one follows by itself. Where a line is dotted, the code goes \
             on when somebody decides so; a line with circles joins a deployment to the way back.",
        );
    }

    fn when_to_release(&mut self) {
        let (app, name) = (self.app, inline(&self.app.name));
        self.block("## When to release");
        let Some(prefix) = &app.git_tag_prefix else {
            self.block(&format!(
                "Never: the {name} has no releases. Whatever runs next takes the newest image by itself."
            ));
            return;
        };
        let publishing = app.flow.steps().filter(|step| step.operation.makes(Artefact::PublishedRelease));
        let gates = details(&publishing.collect::<Vec<_>>(), DetailKind::Gate);
        self.list(&gates);
        if !app.image_paths.is_empty() {
            let paths: Vec<_> = app.image_paths.iter().map(|pattern| code(pattern.as_str())).collect();
            self.block(&format!(
                "The Docker image changes only with {}. Other code of the {name} gets to its server without a \
                 release.",
                paths.join(", ")
            ));
        }
        let releases = link("GitHub Releases", &self.project.repositories.code.releases_page(prefix));
        self.block(&format!("The draft stands among the {releases}. These commands help to decide:"));
        self.commands(&[
            (format!("needs-release {}", app.slug), "whether one is needed, and why"),
            (format!("preview {}", app.slug), "what it would release, and what stands in the way"),
            (format!("draft {}", app.slug), "writes the draft anew, if it is missing or old"),
        ]);
    }

    fn before_you_start(&mut self) {
        let app = self.app;
        self.section("Before you start");
        let forward: Vec<_> = app.flow.in_reading_order();
        let forward: Vec<_> = forward
            .into_iter()
            .filter(|step| {
                !step.operation.nature().rolls_back && !step.operation.makes(Artefact::PublishedRelease)
            })
            .collect();
        self.ticked(
            "Each of these must hold before the step that it belongs to. What can be settled now is settled now.",
            &forward,
            DetailKind::Gate,
        );
        let file = code(&app.variables_file());
        self.block(&format!(
            "The environment variables that the {} needs are declared in {file}. Configure a new one, or a new \
             value, before the code that depends on it is deployed:",
            inline(&app.name)
        ));
        self.commands(&[
            (
                format!("env-var add NAME --app {}", app.slug),
                "a new one; the next release then brings its code",
            ),
            (format!("env-var update NAME --app {}", app.slug), "a new value, by a redeployment"),
            (format!("status {}", app.slug), "what runs where, and what does not fit together"),
        ]);
    }

    fn manual_step(&mut self, step: &Step) {
        self.section(&title(step));
        self.ticked("Before:", &[step], DetailKind::Gate);
        self.notes(step);
        self.ways(step, &step.environments);
        let automatic = self.follows_by_itself(step);
        if !automatic.is_empty() {
            self.block("Then this happens by itself:");
            for step in &automatic {
                self.automatic_step(step);
            }
        }
        let mut steps = vec![step];
        steps.extend(automatic);
        self.ticked("Afterwards:", &steps, DetailKind::FollowUp);
    }

    /// Writes how a step is done with this tool, and how by hand.
    fn ways(&mut self, step: &Step, environments: &[EnvironmentName]) {
        let at = ByHand::new(self.project, self.app, step, environments);
        let commands = step.operation.commands(&at);
        if !commands.is_empty() {
            self.block("With this tool:");
            self.commands(&commands);
        }
        let ways = step.operation.by_hand(&at);
        if !ways.is_empty() {
            self.block("By hand:");
            self.list(&ways);
        }
    }

    fn automatic_step(&mut self, step: &Step) {
        let who = match self.app.performer(&step.id) {
            Performer::Runner => "this tool does it, once told to release",
            Performer::Elsewhere => "somebody else's automation does it",
        };
        let mut lines = vec![format!("- {} ({who})", title(step))];
        let watch = watch(self.project, self.app, step);
        if !watch.is_empty() {
            lines.push(format!("  - Watch: {}", watch.join(", ")));
        }
        lines.extend(details(&[step], DetailKind::Gate).iter().map(|gate| format!("  - Before: {gate}")));
        lines.extend(details(&[step], DetailKind::Part).iter().map(|part| format!("  - {part}")));
        // One list over several steps: no blank line but before the first.
        if self.text.ends_with("itself:\n") {
            self.text.push('\n');
        }
        self.text.push_str(&format!("{}\n", lines.join("\n")));
    }

    /// Returns the automatic steps that a step sets off, in reading order.
    fn follows_by_itself(&self, step: &Step) -> Vec<&'a Step> {
        let flow = &self.app.flow;
        let mut reached = BTreeSet::from([&step.id]);
        let mut open = vec![&step.id];
        while let Some(id) = open.pop() {
            let next =
                flow.after(id, &[LinkKind::Triggers]).filter(|next| next.trigger == Trigger::Automatic);
            open.extend(next.map(|next| &next.id).filter(|id| reached.insert(id)));
        }
        reached.remove(&step.id);
        flow.in_reading_order().into_iter().filter(|step| reached.contains(&step.id)).collect()
    }

    fn roll_back(&mut self) {
        let flow = &self.app.flow;
        let steps: Vec<_> = flow.steps().filter(|step| step.operation.nature().rolls_back).collect();
        if steps.is_empty() {
            return;
        }
        self.section("Roll back");
        for step in steps {
            self.block(&format!("### {}", title(step)));
            let deployments: Vec<_> = flow.before(&step.id, &[LinkKind::RollsBack]).collect();
            let taken_back = |&environment: &EnvironmentName| {
                deployments.iter().chain([&step]).any(|step| step.updates(environment))
            };
            let environments: Vec<_> = flow.environments().names().filter(taken_back).collect();
            let undone: Vec<_> = deployments.iter().map(|step| format!("\"{}\"", title(step))).collect();
            if !undone.is_empty() {
                self.block(&format!("The way back from {}.", undone.join(" and from ")));
            }
            self.ticked("Before:", &[step], DetailKind::Gate);
            self.notes(step);
            self.ways(step, &environments);
            self.ticked("Afterwards:", &[step], DetailKind::FollowUp);
        }
        let redeploys = flow.steps().filter(|step| step.operation.nature().redeploys());
        let lift: Vec<_> = redeploys
            .flat_map(|step| &step.environments)
            .map(|at| {
                let command = format!("hold lift {} {at} --reason REASON", self.app.slug);
                (command, "lets releases and deployments happen again")
            })
            .collect();
        if !lift.is_empty() {
            self.block(
                "A rollback with this tool holds the environment, so that nothing brings the bad version back. Lift \
                 the hold once that is mended:",
            );
            self.commands(&lift);
        }
    }

    /// Writes how any version is deployed, where a GitHub Workflow does it.
    fn any_version(&mut self) {
        let (project, app) = (self.project, self.app);
        let targets: Vec<_> = app
            .deployments
            .iter()
            .filter(|target| matches!(target.means, DeploymentMeans::GitHubWorkflow { .. }))
            .collect();
        if targets.is_empty() {
            return;
        }
        self.section("Deploy a version of your choice");
        self.block(
            "An older version, the running one once more, or a newer one: the image tag `rel-{date}` and the commit \
             SHA of a version do the same. The version endpoint answers what runs now; the titles of the GitHub \
             Workflow's runs show what ran before.",
        );
        let mut commands = Vec::new();
        for target in &targets {
            let (slug, environment) = (&app.slug, target.environment);
            commands.push((format!("history {slug} {environment}"), "what was deployed, and why"));
            commands
                .push((format!("deploy {slug} {environment} TAG --reason REASON"), "deploys that version"));
        }
        self.commands(&commands);
        let version = "the image tag or commit SHA of the version";
        let ways: Vec<_> =
            targets.iter().map(|target| deployment_by_hand(project, target, version)).collect();
        self.block("By hand:");
        self.list(&ways);
    }

    fn where_things_run(&mut self) {
        let (project, app) = (self.project, self.app);
        self.block("## Where things run");
        let mut rows = vec![
            "| Environment | Deployed by | Version endpoint |".to_owned(),
            "| --- | --- | --- |".to_owned(),
        ];
        for target in &app.deployments {
            let by = match &target.means {
                DeploymentMeans::GitHubWorkflow { workflow, .. } => {
                    let page = project.repositories.infrastructure.workflow_page(workflow);
                    format!("GitHub Workflow {}", link(&code(workflow.as_str()), &page))
                }
                other => inline(&other.describe()),
            };
            let version = target.version_endpoint.as_ref();
            let version = version.map_or_else(
                || "none".to_owned(),
                |endpoint| link(&code(endpoint.as_str()), endpoint.as_str()),
            );
            let cells = [place(target), by, version].map(|text| cell(&text));
            rows.push(format!("| {} |", cells.join(" | ")));
        }
        self.block(&rows.join("\n"));
        let images: Vec<_> = app.images.iter().map(|image| code(image.as_str())).collect();
        self.block(&format!("Docker images: {}.", images.join(", ")));
    }

    fn when_something_goes_wrong(&mut self) {
        let slug = &self.app.slug;
        self.block("## When something goes wrong");
        let mut commands = vec![
            (format!("status {slug}"), "what runs where, what waits, and what does not fit together"),
            ("runs".to_owned(), "what this tool did, and with the name of a run, event by event"),
            ("resume".to_owned(), "goes on with a run that was interrupted or is unknown"),
        ];
        for target in self.app.deployments.iter().filter(|target| target.ecs.is_some()) {
            let command = format!("ecs events {slug} {}", target.environment);
            commands.push((command, "what the ECS service went through, and why its tasks stopped"));
        }
        self.commands(&commands);
        let mut advice = Vec::new();
        for target in &self.app.deployments {
            let place = place(target);
            match &target.means {
                DeploymentMeans::GitHubWorkflow { workflow, .. } => {
                    let page = self.project.repositories.infrastructure.workflow_page(workflow);
                    let runs = link("runs of its GitHub Workflow", &page);
                    advice.push(format!(
                        "{place}: the {runs} tell which job failed. One that failed may have deployed all the same: \
                         the version endpoint decides."
                    ));
                }
                DeploymentMeans::Ansible { .. } => advice.push(format!(
                    "{place}: run the playbook in check mode once more. What it would still change is what is not \
                     deployed."
                )),
                DeploymentMeans::Terraform { .. } => advice.push(format!(
                    "{place}: plan once more. An empty plan means that everything is applied."
                )),
                DeploymentMeans::DagSync {} | DeploymentMeans::PullLatest {} => {}
            }
        }
        self.list(&advice);
    }

    fn section(&mut self, title: &str) {
        self.sections += 1;
        self.block(&format!("## {}. {title}", self.sections));
    }

    fn block(&mut self, markdown: &str) {
        self.text.push_str(&format!("\n{markdown}\n"));
    }

    fn list(&mut self, items: &[String]) {
        self.items(items, "- ");
    }

    /// Writes what is good to know of a step, below a word that keeps the list from joining the one before.
    fn notes(&mut self, step: &Step) {
        let parts = details(&[step], DetailKind::Part);
        if !parts.is_empty() {
            self.block("Note:");
            self.list(&parts);
        }
    }

    /// Writes the details of a kind of several steps as boxes to tick off, below some words.
    fn ticked(&mut self, words: &str, steps: &[&Step], kind: DetailKind) {
        let texts = details(steps, kind);
        if !texts.is_empty() {
            self.block(words);
            self.items(&texts, "- [ ] ");
        }
    }

    fn items(&mut self, items: &[String], lead: &str) {
        if !items.is_empty() {
            let lines: Vec<_> = items.iter().map(|item| format!("{lead}{item}")).collect();
            self.block(&lines.join("\n"));
        }
    }

    /// Writes commands of this tool, each with what it is for.
    fn commands(&mut self, commands: &[(String, &str)]) {
        let widest = commands.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
        let lines: Vec<_> = commands
            .iter()
            .map(|(command, why)| format!("openverse-release {command:<widest$}  # {why}"))
            .collect();
        self.block(&format!("```sh\n{}\n```", lines.join("\n")));
    }
}

/// Returns the details of a kind of several steps, each once.
fn details(steps: &[&Step], kind: DetailKind) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for detail in steps.iter().flat_map(|step| &step.details).filter(|detail| detail.kind == kind) {
        let text = inline(&detail.text);
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Returns a step's label on one line, or its name where the label shows nothing.
fn title(step: &Step) -> String {
    match inline(&step.label) {
        label if label.is_empty() => inline(step.id.as_str()),
        label => label,
    }
}
