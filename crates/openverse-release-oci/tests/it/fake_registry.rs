//! A registry that keeps one image in memory, and misbehaves as it is told.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use openverse_release_conformance::{ImageShape, ManualClock, SampleImage};
use openverse_release_core::{Digest, ImageName, ImageTag};
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{Requests, System};
use openverse_release_testkit::{Reply, Seen, StandIn};

/// What happens to one request instead of the usual.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The reply takes the place of what was asked for.
    Instead(Reply),
    /// What was asked for is done, and then answered with this.
    After(Reply),
    /// What was asked for is done and answered, and then somebody moves the tag here.
    ThenMovedTo(Digest),
}

#[derive(Debug, Default)]
struct State {
    tags: BTreeMap<String, String>,
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    faults: VecDeque<(&'static str, Fault)>,
    puts: Vec<(String, String)>,
}

/// A registry that keeps one image in memory, with an adapter in front of it.
#[derive(Debug)]
pub(crate) struct FakeRegistry {
    state: Arc<Mutex<State>>,
    pub(crate) server: StandIn,
    pub(crate) adapter: OciRegistry,
    pub(crate) requests: Requests,
    pub(crate) clock: ManualClock,
}

impl FakeRegistry {
    pub(crate) async fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let answering = Arc::clone(&state);
        let server = StandIn::start(move |request| answering.lock().unwrap().answer(request)).await;
        let endpoints = [("ghcr.io".to_owned(), server.origin().parse().unwrap())].into();
        let config = RegistryConfig { endpoints, ..RegistryConfig::default() };
        let (requests, clock) = (Requests::default(), ManualClock::default());
        let adapter = OciRegistry::new(config, requests.clone(), Arc::new(clock.clone()));
        Self { state, server, adapter, requests, clock }
    }

    pub(crate) fn image() -> ImageName {
        "ghcr.io/wordpress/openverse-api".parse().unwrap()
    }

    /// Stores an image of several architectures under a tag and returns its digest.
    pub(crate) fn push(&self, tag: &ImageTag, content: &str) -> Digest {
        let manifest = SampleImage::new(ImageShape::OciIndex, content).manifest;
        let digest = manifest.digest.to_string();
        let mut state = self.state.lock().unwrap();
        state.manifests.insert(digest.clone(), (manifest.media_type.to_owned(), manifest.bytes));
        state.tags.insert(tag.to_string(), digest);
        manifest.digest
    }

    /// Stores bytes under a digest that is not theirs.
    pub(crate) fn corrupt(&self, digest: &Digest) {
        let entry = (ImageShape::OciIndex.media_type().to_owned(), b"{\"evil\":true}".to_vec());
        self.state.lock().unwrap().manifests.insert(digest.to_string(), entry);
    }

    /// Makes the next request with this method meet a fault. Faults of one method come in order.
    pub(crate) fn fault(&self, method: &'static str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((method, fault));
    }

    pub(crate) fn tag(&self, tag: &ImageTag) -> Option<String> {
        self.state.lock().unwrap().tags.get(tag.as_str()).cloned()
    }

    /// Returns the tag and the media type of every `PUT` that took effect.
    pub(crate) fn puts(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().puts.clone()
    }

    /// Returns method and last part of the path of every request, having checked that each was
    /// counted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let seen = self.server.seen();
        assert_eq!(self.requests.counts()[&System::Registry], seen.len() as u64, "every request counts");
        let last = |target: &str| target.rsplit('/').next().unwrap_or_default().to_owned();
        seen.iter().map(|request| format!("{} {}", request.method, last(&request.target))).collect()
    }
}

impl State {
    fn answer(&mut self, request: &Seen) -> Reply {
        let at = self.faults.iter().position(|(method, _)| *method == request.method);
        match at.and_then(|at| self.faults.remove(at)) {
            Some((_, Fault::Instead(reply))) => reply,
            Some((_, Fault::After(reply))) => {
                self.usual(request);
                reply
            }
            Some((_, Fault::ThenMovedTo(digest))) => {
                let reply = self.usual(request);
                let tag = request.target.rsplit('/').next().unwrap_or_default();
                self.tags.insert(tag.to_owned(), digest.to_string());
                reply
            }
            None => self.usual(request),
        }
    }

    fn usual(&mut self, request: &Seen) -> Reply {
        let Some(reference) = request.target.strip_prefix("/v2/wordpress/openverse-api/manifests/") else {
            return Reply::answer(404, "");
        };
        if request.method == "PUT" {
            let digest = sha256(&request.body);
            let media_type = request.header("content-type").unwrap_or_default().to_owned();
            self.manifests.insert(digest.clone(), (media_type.clone(), request.body.clone()));
            self.tags.insert(reference.to_owned(), digest);
            self.puts.push((reference.to_owned(), media_type));
            return Reply::answer(201, "");
        }
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        match self.manifests.get(digest) {
            Some((media_type, bytes)) => Reply::answer(200, bytes.clone())
                .with("content-type", media_type)
                .with("docker-content-digest", digest),
            None => Reply::answer(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#),
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(bytes);
    format!("sha256:{}", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
