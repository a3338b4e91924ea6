//! Pushing images over plain HTTP, behind the adapter's back.

use std::{collections::BTreeSet, fmt, sync::Mutex};

use async_trait::async_trait;
use openverse_release_conformance::{ImageShape, SampleImage, SampleManifest, registry::RegistryFixture};
use openverse_release_core::{ImageName, ImageTag};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, header};

/// Gives the `Authorization` for a repository.
type Authorize = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A registry as somebody else uses it.
pub(crate) struct Pusher {
    origin: Url,
    authorize: Authorize,
    client: Client,
    // What is there already need not be pushed for every tag again.
    pushed: Mutex<BTreeSet<String>>,
}

impl fmt::Debug for Pusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pusher").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Pusher {
    pub(crate) fn new(
        origin: &str,
        authorize: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            origin: origin.parse().unwrap(),
            authorize: Box::new(authorize),
            client: Client::builder().no_proxy().build().unwrap(),
            pushed: Mutex::default(),
        }
    }

    fn request(&self, method: Method, image: &ImageName, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        match (self.authorize)(image.repository()) {
            Some(value) => request.header(header::AUTHORIZATION, value),
            None => request,
        }
    }

    fn url(&self, image: &ImageName, rest: &str) -> Url {
        self.origin.join(&format!("/v2/{}/{rest}", image.repository())).unwrap()
    }

    async fn push_blob(&self, image: &ImageName, digest: &str, bytes: Vec<u8>) {
        let url = self.url(image, "blobs/uploads/");
        let begun = self.request(Method::POST, image, url.clone()).send().await.unwrap();
        assert_eq!(begun.status(), StatusCode::ACCEPTED, "{url}");
        let location = begun.headers()[header::LOCATION].to_str().unwrap();
        let mut location = url.join(location).unwrap();
        location.query_pairs_mut().append_pair("digest", digest);
        let request = self.request(Method::PUT, image, location).body(bytes);
        let done = request.header(header::CONTENT_TYPE, "application/octet-stream").send().await.unwrap();
        assert_eq!(done.status(), StatusCode::CREATED, "{url}");
    }

    async fn push_manifest(&self, image: &ImageName, reference: &str, manifest: &SampleManifest) {
        let url = self.url(image, &format!("manifests/{reference}"));
        let request = self.request(Method::PUT, image, url.clone()).body(manifest.bytes.clone());
        let done = request.header(header::CONTENT_TYPE, manifest.media_type).send().await.unwrap();
        let status = done.status();
        assert_eq!(status, StatusCode::CREATED, "{url}: {}", done.text().await.unwrap());
    }
}

#[async_trait]
impl RegistryFixture for Pusher {
    fn image(&self, name: &str) -> ImageName {
        format!("ghcr.io/wordpress/{name}").parse().unwrap()
    }

    async fn push(&self, image: &ImageName, tag: &ImageTag, sample: &SampleImage) {
        let key = format!("{image}@{}", sample.manifest.digest);
        if !self.pushed.lock().unwrap().contains(&key) {
            for (digest, bytes) in &sample.blobs {
                self.push_blob(image, digest.as_str(), bytes.clone()).await;
            }
            for part in &sample.parts {
                self.push_manifest(image, part.digest.as_str(), part).await;
            }
            self.pushed.lock().unwrap().insert(key);
        }
        self.push_manifest(image, tag.as_str(), &sample.manifest).await;
    }

    async fn stored(&self, image: &ImageName, tag: &ImageTag) -> Option<Vec<u8>> {
        let url = self.url(image, &format!("manifests/{tag}"));
        let accepted = ImageShape::ALL.map(ImageShape::media_type);
        let request = self.request(Method::GET, image, url).header(header::ACCEPT, accepted.join(", "));
        let answer = request.send().await.unwrap();
        match answer.status() {
            StatusCode::OK => Some(answer.bytes().await.unwrap().to_vec()),
            StatusCode::NOT_FOUND => None,
            status => panic!("{image}:{tag}: {status}"),
        }
    }
}
