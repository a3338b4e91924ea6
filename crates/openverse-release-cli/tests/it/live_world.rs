//! With a configuration of live services the tool does the same, and keeps the token to itself.

use std::{fs, path::Path};

use openverse_release_testkit::{Reply, StandIn};

use crate::{
    facts::{Facts, changes, expect_tagged, production},
    place::{Mode, Place, Ran},
    served::Served,
};

const TOKEN: &str = "ghp_recognisableTokenThatMustNotLeak0123";
const PASSWORD: &str = "recognisable-password-that-must-not-leak";

/// A served sandbox, and a configuration that calls it live services.
struct Live {
    place: Place,
    served: Served,
    facts: Facts,
}

impl Live {
    fn new(mode: Mode) -> Self {
        let place = Place::new(mode);
        let served = Served::start(&place);
        let facts = Facts::of(&place, "api");
        let performers = match mode {
            Mode::Default => "[performers.api]\nTag = \"runner\"\nProductionDispatch = \"runner\"\n",
            Mode::PublishStartsWorkflow => "",
        };
        let urls = &served.urls;
        let config = format!(
            "world = \"live\"\n\
             [github]\napi = \"{}\"\n\
             [registry.\"ghcr.io\"]\nendpoint = \"{}\"\nusername = \"ana\"\npassword_env = \"REGISTRY_PASSWORD\"\n\
             [live.origins]\n\"https://api.openverse.org\" = \"{live}/api.openverse.org\"\n\
             \"https://api-staging.openverse.org\" = \"{live}/api-staging.openverse.org\"\n\
             [limits]\npoll = 0.02\nsettle = 0.1\nappear = 0.4\ndeployment = 5\n\
             {performers}",
            urls.github,
            urls.registry,
            live = urls.live,
        );
        fs::write(place.path("live.toml"), config).unwrap();
        Self { place, served, facts }
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.place.bare_command();
        command.args(["--state-dir", "live-state", "--config", "live.toml"]).args(args);
        command.env("GITHUB_TOKEN", TOKEN).env("REGISTRY_PASSWORD", PASSWORD);
        Ran::of(args, &command.output().unwrap())
    }
}

#[test]
fn a_release_ends_well_whoever_tags_and_deploys() {
    for mode in Mode::BOTH {
        let live = Live::new(mode);
        live.run(&["release", "api", "--yes"]).expect_code(0).expect_says(&["verified"]);
        assert_eq!(production(&live.place.sandbox(), "api"), live.facts.new);
        expect_tagged(&live.served, &live.facts);
        let changes = changes(&live.place.sandbox(), &live.facts);
        let in_sandbox = crate::crash::Undisturbed::learn(crate::crash::Errand::Release, mode).changes;
        assert_eq!(changes, in_sandbox, "the same as in a sandbox");
    }
}

#[test]
fn a_rollback_ends_well() {
    let live = Live::new(Mode::Default);
    live.run(&["rollback", "api", "production", "--reason", "slow"])
        .expect_code(0)
        .expect_says(&["verified"]);
    assert_eq!(production(&live.place.sandbox(), "api"), live.facts.earlier);
}

/// Returns every file below a directory that holds a text.
fn files_with(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_token_is_never_printed_traced_or_recorded() {
    let live = Live::new(Mode::Default);
    let sandbox = live.place.sandbox();
    let mut traced = 0;
    let mut look = |args: &[&str]| {
        for extra in [&[][..], &["--json"], &["-vvv"]] {
            let args: Vec<_> = extra.iter().chain(args).copied().collect();
            let ran = live.run(&args);
            traced = traced.max(ran.stderr.lines().count());
            for secret in [TOKEN, PASSWORD, "Basic ", "Bearer "] {
                assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret} in {ran}");
            }
        }
    };
    look(&["preview", "api"]);
    look(&["status", "api"]);
    // Errors quote what was asked and answered.
    live.place.fault("server-errors:registry", 0, Some(1000));
    look(&["preview", "api"]);
    sandbox.clear_faults().unwrap();
    live.place.fault("deployment-fails", 0, None);
    live.place.fault("lost-reply:put_manifest", 0, None);
    look(&["release", "api", "--yes"]);
    look(&["rollback", "api", "production", "--reason", "slow"]);
    look(&["runs"]);
    look(&["history", "api", "production"]);
    assert!(traced > 10, "there are traces to look at: {traced} lines");

    assert!(live.place.path("live-state").is_dir());
    assert!(!files_with(&live.place.path("live-state"), "release api-").is_empty(), "files can be searched");
    for secret in [TOKEN, PASSWORD] {
        assert_eq!(files_with(live.place.dir(), secret), [""; 0]);
    }
}

#[test]
fn a_password_that_is_not_there_is_said_by_the_name_of_its_variable() {
    let live = Live::new(Mode::Default);
    let mut command = live.place.bare_command();
    command.args(["--state-dir", "live-state", "--config", "live.toml", "status", "api"]);
    let ran = Ran::of(&["status"], &command.env("GITHUB_TOKEN", TOKEN).output().unwrap());
    ran.expect_code(2).expect_says(&["REGISTRY_PASSWORD", "not set", "ghcr.io"]);
}

#[test]
fn services_that_cannot_be_reached_are_said_and_nothing_is_begun() {
    let live = Live::new(Mode::Default);
    let text = fs::read_to_string(live.place.path("live.toml")).unwrap();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let api = format!("api = \"{}\"", live.served.urls.github);
    fs::write(live.place.path("live.toml"), text.replace(&api, &format!("api = \"http://{free}\""))).unwrap();
    let ran = live.run(&["release", "api", "--yes"]);
    ran.expect_code(4).expect_says(&["GitHub could not be reached", "nothing was changed"]);
    assert_eq!(crate::facts::requested(&live.place.sandbox()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_answers_no_json_is_named_with_what_it_said_and_nothing_is_begun() {
    let live = Live::new(Mode::Default);
    let text = fs::read_to_string(live.place.path("live.toml")).unwrap();
    for (answer, who, real) in [
        ("[{\"id\": 7, ", "GitHub answered", live.served.urls.github.to_string()),
        ("<html>503 in disguise</html>", "GitHub answered", live.served.urls.github.to_string()),
        ("{\"schemaVersion\": 2, ", "image registry answered", live.served.urls.registry.to_string()),
    ] {
        let broken = StandIn::start(move |_| Reply::answer(200, answer)).await;
        let changed = text.replace(&format!("\"{real}\""), &format!("\"{}\"", broken.origin()));
        assert_ne!(changed, text);
        fs::write(live.place.path("live.toml"), changed).unwrap();
        let ran = live.run(&["release", "api", "--yes"]);
        ran.expect_code(4).expect_says(&[who, "with something unexpected"]);
        assert!(!broken.lines().is_empty(), "it was asked");
        assert_eq!(crate::facts::requested(&live.place.sandbox()), [""; 0], "{who}: nothing is changed");
    }
    assert_eq!(live.run(&["--json", "runs"]).stdout.trim(), "[]", "no run was begun");
}
