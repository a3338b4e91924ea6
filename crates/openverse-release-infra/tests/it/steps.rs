//! The suite of the protocol of steps: the examples pass it, and what breaks a rule is found by name.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use openverse_release_core::step_protocol::{
    ObserveAnswer, Parameters, PerformAnswer, StepCall, StepVersion,
};
use openverse_release_infra::{LocalStepPrograms, StepCheck, StepRule, StepSubject, Verdict, check_step};
use openverse_release_ports::{ProgramCall, StepProgram, StepPrograms};
use openverse_release_testkit::{Reply, StandIn, require};
use tempfile::TempDir;

use crate::step_programs::{linked, program};

const TAGS: [&str; 2] = ["v1", "v2"];

fn parameters(parameters: &[(&str, &str)]) -> Parameters {
    let object = parameters.iter().map(|&(name, value)| (name.to_owned(), value.into()));
    object.collect::<serde_json::Map<_, _>>().try_into().unwrap()
}

fn subject(given: &[(&str, &str)]) -> StepSubject {
    StepSubject {
        step: "Step".parse().unwrap(),
        app: "api".parse().unwrap(),
        environment: Some("staging".parse().unwrap()),
        image_tags: TAGS.map(|tag| tag.parse().unwrap()).to_vec(),
        parameters: parameters(given),
    }
}

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

async fn checks(program: &StepProgram, subject: &StepSubject) -> Vec<StepCheck> {
    let mut told = Vec::new();
    let checks = check_step(program, subject, |check| told.push(check.clone())).await.unwrap();
    assert_eq!(told, checks);
    assert_eq!(checks.iter().map(|check| check.rule).collect::<Vec<_>>(), StepRule::ALL);
    checks
}

#[track_caller]
fn expect_all_passed(checks: &[StepCheck]) {
    assert!(checks.iter().all(|check| check.verdict == Verdict::Passed), "{checks:#?}");
}

/// A program that is asked outside the suite, about the version `v2`.
struct Asked(ProgramCall);

impl Asked {
    fn new(program: StepProgram, given: &[(&str, &str)], image_tag: &str) -> Self {
        let version = StepVersion { image_tag: Some(image_tag.parse().unwrap()), ..StepVersion::default() };
        let step = StepCall {
            run: "run-1".parse().unwrap(),
            step: "Step".parse().unwrap(),
            app: "api".parse().unwrap(),
            environment: None,
            version,
            previous: None,
            parameters: parameters(given),
        };
        Self(ProgramCall { program, step })
    }

    async fn observe(&self) -> String {
        match LocalStepPrograms.observe(&self.0).await.unwrap() {
            ObserveAnswer::Unknown { why } => format!("unknown: {why}"),
            answer => serde_json::to_string(&answer).unwrap(),
        }
    }

    async fn perform(&self) -> String {
        match LocalStepPrograms.perform(&self.0, &"run-1-1".parse().unwrap()).await.unwrap() {
            PerformAnswer::Lost { why } => format!("lost: {why}"),
            answer => serde_json::to_string(&answer).unwrap(),
        }
    }
}

const ACCEPTED: &str = r#"{"answer":"accepted"}"#;
const ABSENT: &str = r#"{"answer":"absent"}"#;

#[tokio::test]
async fn the_example_of_the_page_passes() {
    let dir = tempfile::tempdir().unwrap();
    let example = in_repository("crates/openverse-release-core/src/step_protocol/example.sh");
    expect_all_passed(&checks(&program(example, dir.path()), &subject(&[("file", "running")])).await);
    assert!(TAGS.contains(&fs_err::read_to_string(dir.path().join("running")).unwrap().trim()));
}

/// A folder with a step that has a fault, or none.
fn faulty(fault: &str, limit: Duration) -> (TempDir, StepProgram) {
    let dir = tempfile::tempdir().unwrap();
    let path = linked("faulty.sh", dir.path(), "step");
    let arguments = vec![fault.to_owned()];
    let program = StepProgram { arguments, limit, ..program(path, dir.path()) };
    (dir, program)
}

/// Checks that the first rule that a fault breaks is this one, and what is said of it.
async fn expect_broken(fault: &str, limit: u64, rule: StepRule, says: &str) {
    let (_dir, program) = faulty(fault, Duration::from_secs(limit));
    let checks = checks(&program, &subject(&[("file", "running")])).await;
    let broken = checks.iter().find(|check| check.verdict != Verdict::Passed);
    let Some(StepCheck { rule: broken, verdict: Verdict::Failed { found, expected } }) = broken else {
        panic!("{fault}: {checks:#?}")
    };
    assert_eq!(*broken, rule, "{fault}: {checks:#?}");
    let said = format!("found {found}, expected {expected}");
    assert!(said.contains(says), "{fault}: {said}");
}

#[tokio::test]
async fn a_sound_program_passes() {
    let (_dir, program) = faulty("none", Duration::from_secs(60));
    expect_all_passed(&checks(&program, &subject(&[("file", "running")])).await);
}

#[tokio::test]
async fn a_program_that_does_not_answer_is_found() {
    let rule = StepRule::ObserveAnswers;
    expect_broken("words", 60, rule, "expected value at line 1 column 1").await;
    expect_broken("unknown-field", 60, rule, "unknown field `colour`").await;
    expect_broken("fails-after-answering", 60, rule, "ended with status 1").await;
    expect_broken("dies", 60, rule, "ended with a signal").await;
    expect_broken("hangs", 1, rule, "stopped after 1 s").await;
}

#[tokio::test]
async fn a_program_that_changes_something_when_it_is_observed_is_found() {
    let says = "found done (it holds v1), expected absent as before";
    expect_broken("performs-when-observed", 60, StepRule::ObservingChangesNothing, says).await;
}

#[tokio::test]
async fn a_program_that_is_done_before_anything_was_performed_is_found() {
    let says = "found done (sure), expected absent";
    expect_broken("done-from-the-start", 60, StepRule::ANewStepIsAbsent, says).await;
}

#[tokio::test]
async fn a_program_that_takes_any_request_is_found() {
    let says = "found exit status 0, expected another exit status than 0 for ";
    expect_broken("any-protocol", 60, StepRule::AnUnknownProtocolIsRefused, &format!("{says}protocol 2"))
        .await;
    expect_broken(
        "any-action",
        60,
        StepRule::AnUnknownActionIsRefused,
        &format!("{says}the action \"undo\""),
    )
    .await;
    let says = format!("{says}a request without its last brace");
    expect_broken("half-a-request", 60, StepRule::GarbageIsRefused, &says).await;
}

#[tokio::test]
async fn a_program_that_does_not_do_what_it_accepts_is_found() {
    let rule = StepRule::PerformingIsObserved;
    expect_broken("forgets", 60, rule, "found absent, expected done").await;
    expect_broken("refuses", 60, rule, "found not_done (it is Friday), expected accepted").await;
    expect_broken("never-ends", 3, rule, "found in_progress (nearly) for 3 s, expected done").await;
}

#[tokio::test]
async fn a_program_that_does_it_twice_is_found() {
    let says = " times), expected done (written ";
    expect_broken("done-again", 60, StepRule::AskedTwiceDoneOnce, says).await;
}

#[tokio::test]
async fn a_program_that_answers_before_it_is_done_is_found() {
    expect_broken("answers-first", 60, StepRule::ALostReplyIsFound, "found absent, expected done").await;
}

#[tokio::test]
async fn a_program_that_a_death_leaves_in_a_mess_is_found() {
    let rule = StepRule::ADeathIsRecoveredFrom;
    let says = "found conflict (found half a file, expected a whole one), after a death ";
    expect_broken("writes-in-place", 60, rule, says).await;
    let says = "found in_progress (somebody holds the lock) for 5 s, after a death ";
    expect_broken("leaves-a-lock", 5, rule, says).await;
}

#[tokio::test]
async fn rules_that_need_a_broken_one_are_not_checked() {
    let (_dir, program) = faulty("forgets", Duration::from_secs(60));
    let checks = checks(&program, &subject(&[("file", "running")])).await;
    let because = Verdict::NotChecked { because: StepRule::PerformingIsObserved };
    assert!(checks[7..].iter().all(|check| check.verdict == because), "{checks:#?}");
    let json = serde_json::to_value(&checks[7]).unwrap();
    let expected = serde_json::json!({
        "rule": "asked-twice-done-once", "verdict": "not_checked", "because": "performing-is-observed"
    });
    assert_eq!(json, expected);
}

#[tokio::test]
async fn the_smoke_test_passes_and_asks_once_for_each_run() {
    if require("curl").is_none() {
        return;
    }
    let server = StandIn::start(|seen| match seen.target.as_str() {
        "/healthz" => Reply::answer(200, "all is well"),
        _ => Reply::answer(503, "down"),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let url = format!("{}/healthz", server.origin());
    let smoke = program(in_repository("examples/steps/smoke"), dir.path());
    expect_all_passed(&checks(&smoke, &subject(&[("url", &url), ("state", ".")])).await);

    let before = server.lines().len();
    let asked = Asked::new(smoke.clone(), &[("url", &url), ("state", "."), ("body", "well")], "v2");
    assert_eq!(asked.observe().await, ABSENT);
    assert_eq!([asked.perform().await, asked.perform().await], [ACCEPTED; 2]);
    assert_eq!(server.lines().len(), before + 1);
    assert_eq!(
        asked.observe().await,
        format!(r#"{{"answer":"done","evidence":"{url}: 200","outcome":"passed"}}"#)
    );
}

#[tokio::test]
async fn the_smoke_test_fails_where_the_app_does_not_answer_well() {
    if require("curl").is_none() {
        return;
    }
    let server = StandIn::start(|seen| match seen.target.as_str() {
        "/down" => Reply::answer(503, "down"),
        "/gone" => Reply::HangUp,
        _ => Reply::answer(200, "all is well"),
    })
    .await;
    let smoke = program(in_repository("examples/steps/smoke"), Path::new("/"));
    for (target, body, tries, evidence) in
        [("/down", "", "2", "503"), ("/gone", "", "1", "no answer"), ("/", "unwell", "1", "200")]
    {
        let dir = tempfile::tempdir().unwrap();
        let (url, state) = (format!("{}{target}", server.origin()), dir.path().to_str().unwrap());
        let given = [("url", url.as_str()), ("state", state), ("body", body), ("tries", tries)];
        let asked = Asked::new(smoke.clone(), &given, "v2");
        assert_eq!(asked.perform().await, ACCEPTED);
        let expected = format!(r#"{{"answer":"done","evidence":"{url}: {evidence}","outcome":"failed"}}"#);
        assert_eq!(asked.observe().await, expected);
    }
    assert_eq!(server.lines().iter().filter(|line| line.ends_with("/down")).count(), 2);
}

#[tokio::test]
async fn the_rollout_of_kubernetes_passes_and_tells_what_kubectl_says() {
    let dir = tempfile::tempdir().unwrap();
    let kubectl = linked("kubectl", dir.path(), "kubectl");
    let at = |name: &str| dir.path().join(name);
    fs_err::write(at("image"), "ghcr.io/acme/api:v0").unwrap();
    let given = [
        ("deployment", "api"),
        ("container", "web"),
        ("image", "ghcr.io/acme/api"),
        ("kubectl", kubectl.to_str().unwrap()),
    ];
    let rollout = program(in_repository("examples/steps/kubectl-rollout"), dir.path());
    expect_all_passed(&checks(&rollout, &subject(&given)).await);

    let asked = Asked::new(rollout, &given, "v3");
    assert_eq!(asked.observe().await, ABSENT);
    assert_eq!(asked.perform().await, ACCEPTED);
    assert!(
        asked
            .observe()
            .await
            .starts_with(r#"{"answer":"in_progress","evidence":"Waiting for deployment api"#)
    );
    let done = r#"{"answer":"done","evidence":"deployment/api runs ghcr.io/acme/api:v3"}"#;
    assert_eq!(asked.observe().await, done);
    fs_err::write(at("fails"), "").unwrap();
    let failed = r#"{"answer":"failed","evidence":"error: deployment api exceeded its progress deadline"}"#;
    assert_eq!(asked.observe().await, failed);
    fs_err::write(at("image"), "docker.io/other:v3").unwrap();
    let conflict = r#"{"answer":"conflict","found":"the image docker.io/other:v3","expected":"an image ghcr.io/acme/api"}"#;
    assert_eq!(asked.observe().await, conflict);
    fs_err::remove_file(at("image")).unwrap();
    assert!(asked.observe().await.starts_with("unknown: cat: "));
}

#[tokio::test]
async fn the_switch_of_nginx_passes_and_is_done_when_nginx_has_loaded_it() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let nginx = linked("nginx", dir.path(), "nginx");
    for (colour, tag) in [("blue", "v1"), ("green", "v2")] {
        fs_err::write(at(colour).with_extension("conf"), format!("# runs {tag}\nserver {colour}:80;\n"))
            .unwrap();
    }
    let reload = format!("{} -s reload", nginx.display());
    let given = [("folder", "."), ("active", "active"), ("reload", reload.as_str())];
    let switch = program(in_repository("examples/steps/nginx-blue-green"), dir.path());
    expect_all_passed(&checks(&switch, &subject(&given)).await);
    let loaded = || fs_err::read_to_string(at("loaded")).unwrap();
    assert_eq!(loaded(), fs_err::read_to_string(at("active")).unwrap());

    let [blue, green] = TAGS.map(|tag| Asked::new(switch.clone(), &given, tag));
    assert_eq!(blue.perform().await, ACCEPTED);
    let done = r#"{"answer":"done","evidence":"nginx has loaded ./blue.conf, for v1"}"#;
    assert_eq!((blue.observe().await.as_str(), green.observe().await.as_str()), (done, ABSENT));
    fs_err::write(at("fails"), "").unwrap();
    assert!(green.perform().await.contains("invalid configuration"));
    assert_eq!((blue.observe().await.as_str(), green.observe().await.as_str()), (ABSENT, ABSENT));
    assert!(loaded().contains("blue"));
    fs_err::remove_file(at("fails")).unwrap();
    assert_eq!(green.perform().await, ACCEPTED);
    assert!(loaded().contains("green"));

    // A death right after the reload: what was loaded is not written down. Nor is it after the next attempt,
    // until nginx has loaded that.
    fs_err::write(at("active.loaded"), "./blue.conf\n").unwrap();
    fs_err::write(at("fails"), "").unwrap();
    assert!(blue.perform().await.starts_with("lost: "));
    assert!(loaded().contains("green"));
    assert_eq!(blue.observe().await, ABSENT);

    let other = Asked::new(switch, &given, "v9");
    let conflict = r#"{"answer":"conflict","found":"no upstream that runs v9","expected":"blue or green"}"#;
    assert_eq!([other.observe().await, other.perform().await], [conflict; 2]);
}
