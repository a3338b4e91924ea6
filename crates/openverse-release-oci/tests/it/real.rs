//! The suite against a real docker-registry, by each way of being let in, and skopeo as a second
//! reader.

use std::{
    collections::BTreeMap,
    process::Command,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openverse_release_conformance::{
    ImageShape, ManualClock, SampleImage,
    registry::{RegistryFixture as _, check_registry},
};
use openverse_release_core::ImageTag;
use openverse_release_oci::{Credentials, OciRegistry, RegistryConfig};
use openverse_release_ports::{ImageRegistry as _, PortError, Requests, WriteError};
use openverse_release_testkit::{Reply, Seen, StandIn, require};

use crate::{
    docker_registry::{DockerRegistry, LetsIn},
    pushing::Pusher,
};

// `hunter2`, by bcrypt at its lowest cost.
const HTPASSWD: &str = "robot:$2b$04$JR4lI1QLUS0z9rMiBu0z3OBvBjNDfQGU8qQgcnRT/1bLuBC846DAS\n";
// base64 of `robot:hunter2`
const BASIC: &str = "Basic cm9ib3Q6aHVudGVyMg==";

fn adapter(registry: &DockerRegistry, credentials: Credentials) -> OciRegistry {
    let config = RegistryConfig {
        credentials: [("ghcr.io".to_owned(), credentials)].into(),
        endpoints: [("ghcr.io".to_owned(), registry.origin().parse().unwrap())].into(),
        // Few, so that the suite's list of tags takes several pages.
        tags_per_page: 40,
        ..RegistryConfig::default()
    };
    OciRegistry::new(config, Requests::default(), Arc::new(ManualClock::default()))
}

fn robot(password: &str) -> Credentials {
    Credentials::Basic { username: "robot".to_owned(), password: password.into() }
}

#[tokio::test]
async fn a_registry_that_lets_in_everybody_keeps_the_contract() {
    let Some(registry) = DockerRegistry::start(&LetsIn::Everybody) else { return };
    let pusher = Pusher::new(&registry.origin(), |_| None);
    check_registry(&adapter(&registry, Credentials::Anonymous), &pusher).await;
}

#[tokio::test]
async fn a_registry_that_wants_name_and_password_keeps_the_contract() {
    let Some(registry) = DockerRegistry::start(&LetsIn::Htpasswd(HTPASSWD)) else { return };
    let pusher = Pusher::new(&registry.origin(), |_| Some(BASIC.to_owned()));
    check_registry(&adapter(&registry, robot("hunter2")), &pusher).await;
    for credentials in [robot("wrong"), Credentials::Anonymous] {
        let registry = adapter(&registry, credentials);
        let outcome = registry.resolve(&pusher.image("resolve"), &ImageTag::latest()).await;
        assert!(matches!(outcome, Err(PortError::NotAllowed { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_registry_that_wants_a_token_keeps_the_contract() {
    let signer = Arc::new(TokenSigner::new());
    let signing = Arc::clone(&signer);
    let service = StandIn::start(move |request| signing.answer(request)).await;
    let realm = format!("{}/token", service.origin());
    let lets_in = LetsIn::Token { realm: &realm, certificate: &signer.certificate_pem };
    let Some(registry) = DockerRegistry::start(&lets_in) else { return };
    let pusher = Pusher::new(&registry.origin(), move |repository| {
        Some(format!("Bearer {}", signer.token(repository, &["pull", "push"])))
    });
    check_registry(&adapter(&registry, robot("hunter2")), &pusher).await;

    // Anybody gets a token to read, and with that may not write.
    let anybody = adapter(&registry, Credentials::Anonymous);
    let image = pusher.image("resolve");
    let digest = anybody.resolve(&image, &ImageTag::latest()).await.unwrap().unwrap();
    let outcome = anybody.point(&image, &"rel-new".parse().unwrap(), &digest, None).await;
    assert!(matches!(outcome, Err(WriteError::Port(PortError::NotAllowed { .. }))), "{outcome:?}");
    assert_eq!(anybody.resolve(&image, &"rel-new".parse().unwrap()).await, Ok(None));
}

#[tokio::test]
async fn skopeo_reads_what_the_adapter_wrote_and_the_adapter_what_skopeo_wrote() {
    let Some(skopeo) = require("skopeo") else { return };
    let Some(registry) = DockerRegistry::start(&LetsIn::Htpasswd(HTPASSWD)) else { return };
    let pusher = Pusher::new(&registry.origin(), |_| Some(BASIC.to_owned()));
    let adapter = adapter(&registry, robot("hunter2"));
    let release: ImageTag = "rel-2024.01.02.03.04.05".parse().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&skopeo).arg("--insecure-policy").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "skopeo {arguments:?}: {said}");
        output.stdout
    };
    for (at, shape) in ImageShape::ALL.into_iter().enumerate() {
        let image = pusher.image(&format!("skopeo-{at}"));
        let sample = SampleImage::new(shape, "skopeo");
        pusher.push(&image, &ImageTag::latest(), &sample).await;
        let digest = sample.manifest.digest;
        adapter.point(&image, &release, &digest, None).await.unwrap();

        let address = |tag: &str| format!("docker://{}/{}:{tag}", registry.address(), image.repository());
        let raw = run(&[
            "inspect",
            "--raw",
            "--tls-verify=false",
            "--creds=robot:hunter2",
            &address(release.as_str()),
        ]);
        assert_eq!(raw, sample.manifest.bytes, "{shape:?}");

        run(&[
            "copy",
            "--all",
            "--preserve-digests",
            "--src-tls-verify=false",
            "--dest-tls-verify=false",
            "--src-creds=robot:hunter2",
            "--dest-creds=robot:hunter2",
            &address(release.as_str()),
            &address("copied"),
        ]);
        let copied = adapter.resolve(&image, &"copied".parse().unwrap()).await;
        assert_eq!(copied, Ok(Some(digest)), "{shape:?}");
    }
}

/// A token service as GHCR's: anybody may read, the robot may also write.
struct TokenSigner {
    certificate_pem: String,
    certificate: String,
    key: EncodingKey,
}

impl TokenSigner {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["token.test".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            certificate_pem: certificate.pem(),
            certificate: BASE64_STANDARD.encode(certificate.der()),
            key: EncodingKey::from_ec_der(&key.serialize_der()),
        }
    }

    fn token(&self, repository: &str, actions: &[&str]) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let header = Header { x5c: Some(vec![self.certificate.clone()]), ..Header::new(Algorithm::ES256) };
        let claims = serde_json::json!({
            "iss": "test-issuer", "aud": "test-registry", "sub": "robot", "jti": "1",
            "iat": now, "nbf": now - 60, "exp": now + 600,
            "access": [{"type": "repository", "name": repository, "actions": actions}],
        });
        jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
    }

    fn answer(&self, request: &Seen) -> Reply {
        let url = reqwest::Url::parse(&format!("http://token.test{}", request.target)).unwrap();
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["service"], "test-registry");
        let [kind, repository, wanted] = query["scope"].splitn(3, ':').collect::<Vec<_>>()[..] else {
            panic!("{query:?}");
        };
        assert_eq!(kind, "repository");
        let may_write = match request.header("authorization") {
            Some(BASIC) => true,
            None => false,
            Some(_) => return Reply::answer(401, ""),
        };
        let actions: Vec<_> = wanted.split(',').filter(|action| may_write || *action == "pull").collect();
        Reply::answer(200, serde_json::json!({"token": self.token(repository, &actions)}).to_string())
    }
}
