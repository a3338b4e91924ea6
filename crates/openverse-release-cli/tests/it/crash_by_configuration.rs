//! Killed at any effect on the way to an environment that runs what a file says, and resumed, a run
//! ends right, and everything happened once: with the real Terraform, Ansible and git.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use openverse_release_testkit::{require_ansible, require_terraform};
use regex::Regex;

use crate::{
    facts::requested,
    place::{Mode, Place},
    served::{Served, wait_until},
};

/// A point at which the tool is killed.
#[derive(Debug, Clone, Copy)]
enum Kill {
    /// Before or after a request that changes something takes effect.
    Request { pause: &'static str, action: &'static str },
    /// Before or after a program that it calls next after another; each is a pattern of the shell.
    Program {
        when: &'static str,
        after: &'static str,
        call: &'static str,
        /// What the journal says last by then.
        journal: &'static str,
    },
}

const LOCKED: &str = "git rev-parse --absolute-git-dir";
/// What a release would change was told, and it was let go ahead.
const APPROVED: Kill =
    Kill::Program { when: "after", after: "foresee*", call: LOCKED, journal: "  approved  " };
/// One environment is done, and the next is looked at.
const BETWEEN: Kill =
    Kill::Program { when: "after", after: "foresee*", call: LOCKED, journal: "  step done  " };
const BEFORE_SET: Kill = Kill::Program {
    when: "after",
    after: "foresee*",
    call: LOCKED,
    journal: "  intended      set the image tag in ",
};
const AFTER_SET: Kill = Kill::Program { when: "before", after: LOCKED, call: LOCKED, journal: "  performed" };
const BEFORE_APPLY: Kill =
    Kill::Program { when: "before", after: "*", call: "apply*", journal: "  intended      apply " };
const AFTER_APPLY: Kill =
    Kill::Program { when: "after", after: "*", call: "apply*", journal: "  intended      apply " };
const BEFORE_PUSH: Kill =
    Kill::Program { when: "before", after: "*", call: "git push*", journal: "  intended  " };
const AFTER_PUSH: Kill =
    Kill::Program { when: "after", after: "*", call: "git push*", journal: "  intended  " };

const fn before(action: &'static str) -> Kill {
    Kill::Request { pause: "pause-before", action }
}

const fn after(action: &'static str) -> Kill {
    Kill::Request { pause: "pause-after", action }
}

/// What a release does before anything is deployed.
const RELEASING: [Kill; 12] = [
    before("publish_github_release"),
    after("publish_github_release"),
    before("put_manifest"),
    after("put_manifest"),
    before("create_branch"),
    after("create_branch"),
    before("put_file"),
    after("put_file"),
    before("open_pull_request"),
    after("open_pull_request"),
    before("label_pull_request"),
    after("label_pull_request"),
];
/// What a release asks for, the last of it for what is configured.
const RELEASED: &[&str] = &[
    "publish_github_release",
    "put_manifest",
    "create_branch",
    "put_file",
    "open_pull_request",
    "label_pull_request",
    "open_pull_request",
];
const CONFIGURED: &[&str] = &["open_pull_request"];
/// What is done for each environment.
const CONFIGURING: [Kill; 4] = [BEFORE_SET, AFTER_SET, BEFORE_APPLY, AFTER_APPLY];
const PROPOSING: [Kill; 4] =
    [BEFORE_PUSH, AFTER_PUSH, before("open_pull_request"), after("open_pull_request")];

/// Something that a run is asked to do.
#[derive(Debug, Clone, Copy)]
struct Errand {
    app: &'static str,
    /// With `{new}` for the commit that could be released.
    args: &'static [&'static str],
    /// What requests it asks for that change something.
    requested: &'static [&'static str],
    /// The files that hold the image tag where it is to change.
    files: &'static [&'static str],
    /// Whether it goes to what is drafted, otherwise to the version before the present one.
    forward: bool,
    /// Where it goes from and to, not by the release tag but by the commit.
    by_commit: bool,
}

const DEV: &str = "dev/ingestion_server.auto.tfvars";
const PRODUCTION: &str = "production/ingestion_server.auto.tfvars";
const CATALOG: &str = "ansible/group_vars/catalog.yml";

/// The versions of an app in a new sandbox.
struct Versions {
    /// The commit that could be released.
    new: String,
    /// The image tag that it would get.
    new_tag: String,
    /// The image tag that is configured.
    tag: String,
    /// The image tag that was configured before.
    earlier_tag: String,
}

impl Versions {
    fn of(place: &Place, app: &str) -> Self {
        let past = place.json(&["history", app, "production"]);
        let tag = |index: usize| past[index]["image_tag"].as_str().unwrap().to_owned();
        let apps = place.sandbox().status().unwrap().apps;
        let app = apps.into_iter().find(|found| found.app.as_str() == app).unwrap();
        let (_, date) = app.drafts[0].rsplit_once('-').unwrap();
        Self {
            new: app.latest.unwrap().to_string(),
            new_tag: format!("rel-{date}"),
            tag: tag(0),
            earlier_tag: tag(1),
        }
    }
}

/// The tool in a place, with programs of the test in front of the real ones.
struct Stage {
    place: Place,
    served: Served,
    versions: Versions,
    errand: Errand,
    bin: PathBuf,
    /// The files of the checkout before, by their paths.
    files: Vec<(String, String)>,
}

impl Stage {
    fn new(errand: Errand, programs: &[(&str, &Path)]) -> Self {
        let place = Place::new(Mode::Default);
        let served = Served::start(&place);
        let versions = Versions::of(&place, errand.app);
        let bin = place.path("bin");
        fs::create_dir(&bin).unwrap();
        for (name, real) in programs {
            let file = bin.join(name);
            fs::write(&file, stand_in(place.dir(), name, real)).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(place.path("tmp")).unwrap();
        let files = checked_out(&place);
        Self { place, served, versions, errand, bin, files }
    }

    fn start(&self, args: &[&str]) -> Child {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.bin.clone()).chain(std::env::split_paths(&path));
        // The tool's number is not known before it is started, but what it calls first comes later.
        fs::remove_file(self.place.path("tool")).ok();
        let mut command = self.place.command();
        command
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("TMPDIR", self.place.path("tmp"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let noted = self.place.path("tool.new");
        fs::write(&noted, child.id().to_string()).unwrap();
        fs::rename(noted, self.place.path("tool")).unwrap();
        child
    }

    /// Starts the tool and has it killed at a point.
    fn kill_at(&self, args: &[&str], kill: Kill) {
        let sandbox = self.place.sandbox();
        match kill {
            Kill::Request { pause, action } => {
                self.place.fault(&format!("{pause}:{action}"), 0, None);
                let mut tool = self.start(args);
                wait_until(&format!("{pause}:{action}"), || !sandbox.status().unwrap().paused.is_empty());
                tool.kill().unwrap();
                assert_eq!(tool.wait().unwrap().code(), None, "killed at {kill:?}, not ended by itself");
                sandbox.clear_faults().unwrap();
                wait_until("the pause is over", || sandbox.status().unwrap().paused.is_empty());
            }
            Kill::Program { when, after, call, journal } => {
                fs::remove_file(self.place.path("last")).ok();
                fs::write(self.place.path("kill"), format!("{when}\n{after}\n{call}\n")).unwrap();
                let output = self.start(args).wait_with_output().unwrap();
                assert_eq!(
                    output.status.code(),
                    None,
                    "killed at {kill:?}, not ended by itself: {}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                let said = self.events();
                let last = said.lines().last().unwrap_or_default();
                assert!(last.contains(journal), "killed at {kill:?}, where the journal ends:\n{said}");
            }
        }
    }

    /// Returns what happened in the one run, a line each.
    fn events(&self) -> String {
        let runs = self.place.json(&["runs"]);
        assert_eq!(runs.as_array().unwrap().len(), 1, "one run: {runs:#}");
        self.place.run(&["runs", runs[0]["run"].as_str().unwrap()]).expect_code(0).stdout.clone()
    }

    fn args(&self) -> Vec<String> {
        self.errand.args.iter().map(|arg| arg.replace("{new}", &self.versions.new)).collect()
    }

    /// Runs the errand, killed at each of these points in turn, to its end.
    fn run(&self, kills: &[Kill]) {
        let errand = self.args();
        let errand: Vec<_> = errand.iter().map(String::as_str).collect();
        let mut args: &[&str] = &errand;
        for kill in kills {
            self.kill_at(args, *kill);
            args = &["resume", "--yes"];
        }
        let output = self.start(args).wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
        assert_eq!(output.status.code(), Some(0), "{}", said.concat());
    }

    fn new_tag(&self) -> String {
        match self.errand {
            Errand { by_commit: true, .. } => self.versions.new.clone(),
            Errand { forward: true, .. } => self.versions.new_tag.clone(),
            Errand { forward: false, .. } => self.versions.earlier_tag.clone(),
        }
    }

    /// Returns how often a program that begins so changed something.
    fn called(&self, program: &str) -> usize {
        let calls = fs::read_to_string(self.place.path("calls")).unwrap();
        calls.lines().filter(|line| line.starts_with(program)).count()
    }

    /// Checks that all is as it has to be once the errand is done.
    fn expect_done(&self) {
        assert_eq!(requested(&self.place.sandbox()), self.errand.requested, "every change, once");
        assert_eq!(self.called("apply "), self.errand.files.len(), "applied once for each environment");
        assert_eq!(self.called("git push"), 1, "pushed once");
        assert_eq!(self.place.run_states(), ["done"], "one run, and it is done");

        // The files, to the letter, but for the image tag; here and in what is proposed.
        let wanted: Vec<_> = self.files.iter().map(|file| self.wanted(file)).collect();
        assert_eq!(checked_out(&self.place), wanted, "the checkout");
        let branches = self.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/deploy/"]);
        let [branch] = branches.lines().collect::<Vec<_>>()[..] else { panic!("branches {branches:?}") };
        assert_eq!(self.git(&["rev-list", "--count", &format!("main..{branch}")]), "1\n");
        let changed = self.git(&["diff", "--name-only", "main", branch]);
        assert_eq!(changed.lines().collect::<Vec<_>>(), self.errand.files);
        for (path, text) in wanted.iter().filter(|(path, _)| self.errand.files.contains(&path.as_str())) {
            assert_eq!(self.git(&["show", &format!("{branch}:{path}")]), *text, "{path} of {branch}");
        }

        // What is set up runs it, and no door was left open.
        let servers = self.place.sandbox().servers();
        for path in self.errand.files {
            let server = match *path {
                DEV => "dev-ingestion_server.json",
                PRODUCTION => "production-ingestion_server.json",
                _ => "catalog.image",
            };
            let text = fs::read_to_string(servers.join(server)).unwrap();
            assert!(text.contains(&self.new_tag()), "{server}: {text}");
        }
        let open = Regex::new(r#"data_refresh_cleared\s*[=:]\s*"?true"#).unwrap();
        let mut texts = checked_out(&self.place);
        texts.extend(files_in(&servers));
        for (path, text) in texts {
            assert!(!open.is_match(&text), "{path}:\n{text}");
            assert!(!path.ends_with(".lock.info"), "a lock is left over: {path}");
        }
        let _still_served = &self.served;
    }

    /// Returns a file of the checkout as it has to be in the end.
    fn wanted(&self, (path, text): &(String, String)) -> (String, String) {
        if !self.errand.files.contains(&path.as_str()) {
            return (path.clone(), text.clone());
        }
        let old = &self.versions.tag;
        assert_eq!(text.matches(old).count(), 1, "{path} has {old} once:\n{text}");
        (path.clone(), text.replace(old, &self.new_tag()))
    }

    fn git(&self, args: &[&str]) -> String {
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(self.place.sandbox().infrastructure()).args(args);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Returns a program in front of a real one: it notes what it is called with, and kills the tool before
/// or after that where the test said so. What it calls `foresee` changes nothing, and `apply` does.
fn stand_in(place: &Path, name: &str, real: &Path) -> String {
    let (place, real) = (place.display(), real.display());
    format!(
        r#"#!/bin/sh
line="{name} $*"
case "$line" in
  *" --check"* | "terraform show"*) line="foresee $line" ;;
  ansible-playbook* | "terraform apply"*) line="apply $line" ;;
esac
last=
if [ -e '{place}/last' ]; then read -r last < '{place}/last'; fi
printf '%s\n' "$line" > '{place}/last'
doomed=
if [ -e '{place}/kill' ]; then
  {{ read -r when; read -r after; read -r call; }} < '{place}/kill'
  case "$last" in $after) case "$line" in $call) doomed=$when; rm '{place}/kill' ;; esac ;; esac
fi
tool() {{
  while [ ! -e '{place}/tool' ]; do sleep 0.01; done
  cat '{place}/tool'
}}
if [ "$doomed" = before ]; then kill -KILL "$(tool)"; exit 1; fi
printf '%s\n' "$line" >> '{place}/calls'
'{real}' "$@"
code=$?
if [ "$doomed" = after ]; then kill -KILL "$(tool)"; fi
exit $code
"#
    )
}

/// Returns the files that the checkout of the infrastructure repository holds, but for git's own and
/// what Terraform keeps beside them.
fn checked_out(place: &Place) -> Vec<(String, String)> {
    files_in(&place.sandbox().infrastructure_checkout())
}

fn files_in(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if entry.file_type().unwrap().is_dir() {
                if name != ".git" && name != ".terraform" {
                    folders.push(entry.path());
                }
            } else {
                let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((path, fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn git() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.is_file()).unwrap()
}

/// Runs an errand, killed at each of the points in turn.
fn check(errand: Errand, programs: &[(&str, &Path)], kills: &[Kill]) {
    let git = git();
    let programs: Vec<_> = programs.iter().copied().chain([("git", git.as_path())]).collect();
    let stage = Stage::new(errand, &programs);
    stage.run(kills);
    stage.expect_done();
}

#[test]
fn a_release_of_the_ingestion_server_killed_at_each_effect_does_everything_once() {
    let Some(terraform) = require_terraform() else { return };
    let errand = Errand {
        app: "ingestion-server",
        args: &["release", "ingestion-server", "--yes"],
        requested: RELEASED,
        files: &[DEV, PRODUCTION],
        forward: true,
        by_commit: false,
    };
    let kills = [&RELEASING[..], &[APPROVED], &CONFIGURING, &[BETWEEN], &CONFIGURING, &PROPOSING].concat();
    check(errand, &[("terraform", &terraform)], &kills);
}

#[test]
fn a_deployment_of_the_ingestion_server_to_dev_killed_at_each_effect_does_everything_once() {
    let Some(terraform) = require_terraform() else { return };
    let errand = Errand {
        app: "ingestion-server",
        args: &["deploy", "ingestion-server", "staging", "{new}", "--reason", "it cannot wait"],
        requested: CONFIGURED,
        files: &[DEV],
        forward: true,
        by_commit: true,
    };
    check(errand, &[("terraform", &terraform)], &[&CONFIGURING[..], &PROPOSING].concat());
}

#[test]
fn a_rollback_of_the_ingestion_server_killed_at_each_effect_does_everything_once() {
    let Some(terraform) = require_terraform() else { return };
    let errand = Errand {
        app: "ingestion-server",
        args: &["rollback", "ingestion-server", "production", "--reason", "refreshes fail"],
        requested: CONFIGURED,
        files: &[PRODUCTION],
        forward: false,
        by_commit: false,
    };
    check(errand, &[("terraform", &terraform)], &[&CONFIGURING[..], &PROPOSING].concat());
}

#[test]
fn a_release_of_the_catalog_killed_at_each_effect_does_everything_once() {
    let Some(ansible) = require_ansible() else { return };
    let errand = Errand {
        app: "catalog",
        args: &["release", "catalog", "--yes"],
        requested: RELEASED,
        files: &[CATALOG],
        forward: true,
        by_commit: false,
    };
    let kills = [&RELEASING[..], &[APPROVED], &CONFIGURING, &PROPOSING].concat();
    check(errand, &[("ansible-playbook", &ansible)], &kills);
}

#[test]
fn a_rollback_of_the_catalog_killed_at_what_changes_the_server_does_everything_once() {
    let Some(ansible) = require_ansible() else { return };
    let errand = Errand {
        app: "catalog",
        args: &["rollback", "catalog", "production", "--reason", "DAGs fail"],
        requested: CONFIGURED,
        files: &[CATALOG],
        forward: false,
        by_commit: false,
    };
    check(errand, &[("ansible-playbook", &ansible)], &[BEFORE_APPLY, AFTER_APPLY, AFTER_PUSH]);
}
