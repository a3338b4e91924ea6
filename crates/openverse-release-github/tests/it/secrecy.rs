//! The token shows nowhere but in the header.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use openverse_release_core::{GitHubReleaseId, GitHubRunId, PullRequestNumber};
use openverse_release_github::{BuildError, GitHub};
use openverse_release_ports::{
    Branches as _, CodeHistory as _, DeploymentRequest, Deployments as _, FileChange, GitHubReleases as _,
    GitHubRuns as _, PullRequests as _, ReleaseDrafts as _,
};
use openverse_release_testkit::{Reply, Seen, StandIn};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    bodies::{TAG, release, seen, sha},
    server::{PREFIX, TOKEN, builder, json},
};

/// Everything that was traced.
#[derive(Debug, Clone, Default)]
struct Trace(Arc<Mutex<Vec<u8>>>);

impl Trace {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Trace {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A server that echoes the request's headers in whatever it answers.
fn echo(status: u16, request: &Seen) -> Reply {
    let header = request.header("authorization").unwrap();
    let echoed = json!({ "message": format!("you sent {header}"), "errors": [header] });
    json(status, &echoed).with("location", &format!("http://127.0.0.2:9/{header}"))
}

/// Sends one of each kind of request and returns everything that came of it as text.
async fn everything_said(stand_in: &StandIn) -> String {
    let settings = openverse_release_http::HttpSettings {
        timeout: std::time::Duration::from_millis(200),
        retry: openverse_release_http::Retry { attempts: 1, ..openverse_release_http::Retry::default() },
        ..openverse_release_http::HttpSettings::default()
    };
    let builder = builder(stand_in).settings(settings);
    let mut said = format!("{builder:?}");
    let github = builder.build().unwrap();
    let port = github.repository("o/r".parse().unwrap(), "main");
    said += &format!("{github:?} {port:?}");
    let request = DeploymentRequest {
        image_tag: "latest".parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "x".to_owned(),
    };
    let (commit, workflow) = (sha(5).parse().unwrap(), "deploy.yml".parse().unwrap());
    let branch = "changelog/x".parse().unwrap();
    let change = FileChange {
        path: "docs/a.md".parse().unwrap(),
        expected: None,
        text: "x".to_owned(),
        message: "x".to_owned(),
    };
    macro_rules! say {
        ($($answer:expr),+ $(,)?) => {$(
            let answer = $answer.await;
            said += &format!("{answer:?}");
            if let Err(error) = answer {
                said += &error.to_string();
            }
        )+};
    }
    say!(
        port.releases(&"api".parse().unwrap()),
        port.release(GitHubReleaseId(7)),
        port.publish(&seen(7), &commit),
        port.tag_commit(&TAG.parse().unwrap()),
        port.compare(&commit, &commit),
        port.dispatch_event(&"deploy".parse().unwrap(), &request),
        port.dispatch_workflow(&workflow, &request),
        port.delete_draft(&seen(7)),
        port.create_branch(&branch, &commit),
        port.file(&change.path, "main"),
        port.put_file(&branch, &change),
        port.with_head(&branch),
        port.add_labels(PullRequestNumber(7), &["x".to_owned()]),
        port.jobs(GitHubRunId(7)),
    );
    said
}

#[tokio::test]
async fn the_token_is_in_no_error_debug_output_or_trace() {
    let trace = Trace::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(trace.clone()).finish();
    // For all tests of this program, which have the same token: only so is nothing missed.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let mut said = String::new();
    for status in [200, 302, 401, 403, 404, 409, 422, 429, 500, 502] {
        let server = StandIn::start(move |request| echo(status, request)).await;
        said += &everything_said(&server).await;
        assert!(!server.seen().is_empty());
    }
    let echoed_in_text = StandIn::start(|request| {
        Reply::answer(200, format!("{:?}", request.headers))
            .with("link", "<http://127.0.0.2:9/>; rel=\"next\"")
    })
    .await;
    said += &everything_said(&echoed_in_text).await;
    let page_elsewhere = StandIn::start(|request| {
        let target =
            format!("<http://127.0.0.2:9/{}>; rel=\"next\"", request.header("authorization").unwrap());
        json(200, &json!([])).with("link", &target)
    })
    .await;
    said += &everything_said(&page_elsewhere).await;
    for reply in [Reply::HangUp, Reply::Silence] {
        let server = StandIn::start(move |_| reply.clone()).await;
        said += &everything_said(&server).await;
    }
    let well = StandIn::start(|request| match request.method.as_str() {
        "GET" => json(200, &release(7, TAG)),
        _ => Reply::answer(204, ""),
    })
    .await;
    said += &everything_said(&well).await;

    assert!(said.contains("[token]"), "the echo was shown, without the token");
    assert!(!said.contains(TOKEN), "{said}");
    let trace = trace.text();
    assert!(trace.contains("request to GitHub") && trace.contains("TRACE"), "no trace was taken: {trace}");
    assert!(!trace.contains(TOKEN), "{trace}");
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused_unseen() {
    let error = GitHub::builder().token("github_pat_recognisable\n").build().unwrap_err();
    assert!(matches!(error, BuildError::Token));
    assert!(!format!("{error} {error:?}").contains("recognisable"));
}

#[tokio::test]
async fn without_a_token_no_header_is_sent() {
    let server = StandIn::start(|_| json(200, &release(7, TAG))).await;
    let base = format!("{}{PREFIX}", server.origin()).parse().unwrap();
    let github = GitHub::builder().base_url(base).build().unwrap();
    let port = github.repository("o/r".parse().unwrap(), "main");
    assert_eq!(port.release(GitHubReleaseId(7)).await, Ok(Some(seen(7))));
    assert_eq!(server.seen()[0].header("authorization"), None);
}
