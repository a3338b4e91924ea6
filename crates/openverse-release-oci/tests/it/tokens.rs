//! GHCR's way of letting in: a challenge, a token service, a bearer token for each image.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use openverse_release_conformance::{ImageShape, ManualClock, SampleImage};
use openverse_release_core::{ImageName, ImageTag};
use openverse_release_oci::{Credentials, OciRegistry, RegistryConfig};
use openverse_release_ports::{ImageRegistry as _, PortError, Requests, System, WriteError};
use openverse_release_testkit::{Reply, Seen, StandIn};

// base64 of `robot:hunter2`
const GOOD_BASIC: &str = "Basic cm9ib3Q6aHVudGVyMg==";

/// A registry like GHCR: it holds `latest` of every image, and anybody may read.
struct Ghcr {
    server: StandIn,
    revoked: Arc<AtomicBool>,
    registry: OciRegistry,
    requests: Requests,
}

impl Ghcr {
    async fn start(credentials: Credentials) -> Self {
        let revoked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&revoked);
        let server = StandIn::start(move |request| answer(request, &flag)).await;
        let config = RegistryConfig {
            credentials: [("ghcr.io".to_owned(), credentials)].into(),
            endpoints: [("ghcr.io".to_owned(), server.origin().parse().unwrap())].into(),
            ..RegistryConfig::default()
        };
        let requests = Requests::default();
        let registry = OciRegistry::new(config, requests.clone(), Arc::new(ManualClock::default()));
        Self { server, revoked, registry, requests }
    }

    /// Returns a short form of every request, having checked that each was counted.
    fn lines(&self) -> Vec<String> {
        let lines = self.server.lines();
        assert_eq!(self.requests.counts()[&System::Registry], lines.len() as u64, "every request counts");
        let line = |line: &String| line.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",");
        lines.iter().map(line).collect()
    }
}

fn answer(request: &Seen, revoked: &AtomicBool) -> Reply {
    let token_query = request.target.strip_prefix("/token?scope=repository%3A");
    if let Some(scope) = token_query {
        let push = scope.contains("push");
        return match request.header("authorization") {
            Some(GOOD_BASIC) | None if push <= request.header("authorization").is_some() => {
                // A new token each time: the first is the one that gets revoked.
                let generation = if revoked.load(Ordering::Relaxed) { "second" } else { "first" };
                let image = scope.split("%3A").next().unwrap_or_default();
                let rights = if push { "push" } else { "pull" };
                Reply::answer(200, format!(r#"{{"token":"{generation}-{rights}-{image}"}}"#))
            }
            _ => Reply::answer(403, r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#),
        };
    }
    let (path, reference) = request.target.rsplit_once("/manifests/").unwrap_or_default();
    let image = path.trim_start_matches("/v2/").replace('/', "%2F");
    let right = if request.method == "PUT" { &["push"][..] } else { &["push", "pull"] };
    let generation = if revoked.load(Ordering::Relaxed) { "second" } else { "first" };
    let allowed = right.iter().any(|right| {
        request.header("authorization") == Some(&format!("Bearer {generation}-{right}-{image}"))
    });
    if !allowed && request.header("authorization") != Some("Bearer as-it-is") {
        let host = request.header("host").unwrap_or_default();
        let challenge = format!(
            r#"Bearer realm="http://{host}/token",service="ghcr.io",scope="repository:user/image:pull""#
        );
        return Reply::answer(401, r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#)
            .with("www-authenticate", &challenge);
    }
    let manifest = SampleImage::new(ImageShape::OciIndex, "one").manifest;
    match (request.method.as_str(), reference) {
        ("PUT", _) => Reply::answer(201, ""),
        (_, "rel-new") => Reply::answer(404, ""),
        _ => Reply::answer(200, manifest.bytes)
            .with("content-type", manifest.media_type)
            .with("docker-content-digest", manifest.digest.as_str()),
    }
}

fn image(name: &str) -> ImageName {
    format!("ghcr.io/wordpress/{name}").parse().unwrap()
}

fn robot(password: &str) -> Credentials {
    Credentials::Basic { username: "robot".to_owned(), password: password.into() }
}

#[tokio::test]
async fn anybody_gets_a_token_to_read_and_it_is_used_again() {
    let ghcr = Ghcr::start(Credentials::Anonymous).await;
    for name in ["api", "api", "api_nginx"] {
        let found = ghcr.registry.resolve(&image(name), &ImageTag::latest()).await;
        assert!(matches!(found, Ok(Some(_))), "{found:?}");
    }
    assert_eq!(
        ghcr.lines(),
        [
            "HEAD /v2/wordpress/api/manifests/latest",
            "GET /token?scope=repository:wordpress/api:pull&service=ghcr.io",
            "HEAD /v2/wordpress/api/manifests/latest",
            "HEAD /v2/wordpress/api/manifests/latest",
            "GET /token?scope=repository:wordpress/api_nginx:pull&service=ghcr.io",
            "HEAD /v2/wordpress/api_nginx/manifests/latest",
        ]
    );
}

#[tokio::test]
async fn name_and_password_go_to_the_token_service_and_nowhere_else() {
    let ghcr = Ghcr::start(robot("hunter2")).await;
    let to = SampleImage::new(ImageShape::OciIndex, "one").manifest.digest;
    // The stand-in forgets what it is sent, so what is read back afterwards is not the point here.
    let outcome = ghcr.registry.point(&image("api"), &"rel-new".parse().unwrap(), &to, None).await;
    assert!(matches!(outcome, Err(WriteError::Conflict { .. })), "{outcome:?}");
    let seen = ghcr.server.seen();
    for request in &seen {
        let is_token = request.target.starts_with("/token");
        assert_eq!(request.header("authorization") == Some(GOOD_BASIC), is_token, "{}", request.line());
    }
    let tokens = seen.iter().filter(|request| request.target.starts_with("/token"));
    assert_eq!(tokens.count(), 1, "one token is enough to read and to write");
    assert!(ghcr.lines()[1].contains("scope=repository:wordpress/api:pull,push&"), "{:?}", ghcr.lines());
}

#[tokio::test]
async fn requests_at_the_same_time_share_a_token() {
    let ghcr = Ghcr::start(Credentials::Anonymous).await;
    let (image, latest) = (image("api"), ImageTag::latest());
    let resolve = || ghcr.registry.resolve(&image, &latest);
    let (one, two, three) = tokio::join!(resolve(), resolve(), resolve());
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(ghcr.lines().iter().filter(|line| line.contains("/token")).count(), 1);
}

#[tokio::test]
async fn a_token_that_has_run_out_is_replaced_once() {
    let ghcr = Ghcr::start(Credentials::Anonymous).await;
    let resolve = || async { ghcr.registry.resolve(&image("api"), &ImageTag::latest()).await };
    resolve().await.unwrap();
    ghcr.revoked.store(true, Ordering::Relaxed);
    let before = ghcr.lines().len();
    resolve().await.unwrap();
    assert_eq!(ghcr.lines().len() - before, 3, "refused, a new token, asked again");
    resolve().await.unwrap();
    assert_eq!(ghcr.lines().len() - before, 4);
}

#[tokio::test]
async fn wrong_credentials_are_named_and_never_shown() {
    let ghcr = Ghcr::start(robot("correct horse")).await;
    let outcome = ghcr.registry.resolve(&image("api"), &ImageTag::latest()).await;
    let Err(error @ PortError::NotAllowed { .. }) = outcome else { panic!("{outcome:?}") };
    assert!(error.to_string().contains("a token to pull wordpress/api"), "{error}");
    assert!(error.to_string().contains("DENIED denied"), "{error}");
    let shown = format!("{error} {error:?} {:?}", ghcr.registry);
    for secret in ["correct horse", "cm9ib3Q6"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_held_token_is_never_shown() {
    let ghcr = Ghcr::start(robot("hunter2")).await;
    ghcr.registry.resolve(&image("api"), &ImageTag::latest()).await.unwrap();
    let shown = format!("{:?}", ghcr.registry);
    for secret in ["first-pull", "hunter2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_token_of_one_s_own_is_sent_as_it_is() {
    let ghcr = Ghcr::start(Credentials::Bearer("as-it-is".into())).await;
    assert!(ghcr.registry.resolve(&image("api"), &ImageTag::latest()).await.is_ok());
    assert_eq!(ghcr.lines().len(), 1);
    let ghcr = Ghcr::start(Credentials::Bearer("not-any-more".into())).await;
    let outcome = ghcr.registry.resolve(&image("api"), &ImageTag::latest()).await;
    assert!(matches!(outcome, Err(PortError::NotAllowed { .. })), "{outcome:?}");
    assert_eq!(ghcr.lines().len(), 1, "nothing better can be tried");
}
