//! The port's operations.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use http::{HeaderValue, StatusCode, header};
use openverse_release_core::{Digest, HttpUrl, ImageName, ImageReference, ImageTag};
use openverse_release_http::{Answer, Call, HttpClient, with_query};
use openverse_release_ports::{Clock, ImageRegistry, PortError, Requests, System, WriteError};

use crate::{
    authorization::{Access, Authorization, said},
    config::RegistryConfig,
    manifest::{ACCEPTED, Manifest, sha256},
    tag_list,
};

const DIGEST_HEADER: &str = "docker-content-digest";

/// Image tags of OCI registries, wherever they are.
///
/// GHCR answers about a private image that the caller may not read either that it is not allowed
/// ([`PortError::NotAllowed`]), or as if it were absent.
///
/// `resolve` takes the registry's word for a digest; `point` computes it from the manifest's bytes
/// before it tags them.
#[derive(Debug)]
pub struct OciRegistry {
    config: RegistryConfig,
    http: HttpClient,
    authorizations: Mutex<BTreeMap<String, Arc<Authorization>>>,
}

/// One image in its registry, for one kind of access.
struct Session<'a> {
    registry: &'a OciRegistry,
    image: &'a ImageName,
    origin: HttpUrl,
    authorization: Arc<Authorization>,
    access: Access,
}

/// Whether a request changes something.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Read,
    Write,
}

impl OciRegistry {
    /// Returns an adapter that counts its requests, those for tokens included, in `requests`.
    pub fn new(config: RegistryConfig, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        let http = HttpClient::new(System::Registry, config.http, requests, clock);
        Self { config, http, authorizations: Mutex::default() }
    }

    fn session<'a>(&'a self, image: &'a ImageName, access: Access) -> Result<Session<'a>, PortError> {
        let name = image.registry();
        let origin = match self.config.endpoints.get(name) {
            Some(endpoint) => endpoint.clone(),
            None => url(&format!("https://{name}"))?,
        };
        let mut authorizations = self.authorizations.lock().unwrap_or_else(PoisonError::into_inner);
        let authorization = authorizations.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Authorization::new(self.config.credentials.get(name).cloned().unwrap_or_default()))
        });
        Ok(Session { registry: self, image, origin, authorization: Arc::clone(authorization), access })
    }
}

impl Session<'_> {
    fn url(&self, rest: &str) -> Result<HttpUrl, PortError> {
        let origin = self.origin.as_str().trim_end_matches('/');
        url(&format!("{origin}/v2/{}/{rest}", self.image.repository()))
    }

    async fn read(&self, call: &Call, action: &str) -> Result<Answer, PortError> {
        self.authorized(call, Kind::Read, action).await
    }

    /// Sends a call with whatever the registry demands. A refusal for want of a token says that
    /// nothing was done, so with a token the call is sent again, writes included.
    async fn authorized(&self, call: &Call, kind: Kind, action: &str) -> Result<Answer, PortError> {
        let (http, repository) = (&self.registry.http, self.image.repository());
        let mut asked_again = false;
        loop {
            let used = self.authorization.header(http, repository, self.access).await?;
            let call = match used.clone() {
                Some(value) => call.clone().header(header::AUTHORIZATION, value),
                None => call.clone(),
            };
            let answer = match kind {
                Kind::Read => http.read(&call, action).await?,
                Kind::Write => http.write(&call, action).await?,
            };
            if answer.status != StatusCode::UNAUTHORIZED || asked_again {
                return Ok(answer);
            }
            asked_again = true;
            let authorization = &self.authorization;
            if !authorization.refused(&answer, &self.origin, repository, self.access, used.as_ref()).await? {
                return Ok(answer);
            }
        }
    }

    async fn resolve(&self, tag: &ImageTag) -> Result<Option<Digest>, PortError> {
        let action = format!("the digest of {}:{tag}", self.image);
        let url = self.url(&format!("manifests/{tag}"))?;
        let answer = self.read(&accepting_every_manifest(Call::head(url.clone())), &action).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(refusal(&answer, &action)),
        }
        if let Some(text) = answer.header(DIGEST_HEADER) {
            let digest = text.parse().map_err(|error| malformed(&action, format!("{error}")))?;
            return Ok(Some(digest));
        }
        // The header is optional; without it the digest is computed.
        let answer = self.read(&accepting_every_manifest(Call::get(url)), &action).await?;
        match answer.status {
            StatusCode::OK => {
                let digest = sha256(&answer.body).map_err(|error| malformed(&action, format!("{error}")))?;
                let content_type = answer.header(header::CONTENT_TYPE.as_str());
                // What is no manifest has a digest too.
                Manifest::verified(content_type, answer.body.clone(), &digest)
                    .map(|_| Some(digest))
                    .map_err(|detail| malformed(&action, detail))
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refusal(&answer, &action)),
        }
    }

    async fn manifest(&self, digest: &Digest) -> Result<Option<Manifest>, PortError> {
        let action = format!("the manifest {}@{digest}", self.image);
        let call = accepting_every_manifest(Call::get(self.url(&format!("manifests/{digest}"))?));
        let answer = self.read(&call, &action).await?;
        match answer.status {
            StatusCode::OK => {
                let content_type = answer.header(header::CONTENT_TYPE.as_str());
                Manifest::verified(content_type, answer.body.clone(), digest)
                    .map(Some)
                    .map_err(|detail| malformed(&action, detail))
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refusal(&answer, &action)),
        }
    }

    async fn put(&self, tag: &ImageTag, manifest: Manifest, action: &str) -> Result<(), PortError> {
        let call = Call::put(self.url(&format!("manifests/{tag}"))?, manifest.bytes)
            .header(header::CONTENT_TYPE, manifest.media_type);
        let answer = self.authorized(&call, Kind::Write, action).await?;
        if answer.status.is_success() { Ok(()) } else { Err(refusal(&answer, action)) }
    }
}

#[async_trait]
impl ImageRegistry for OciRegistry {
    async fn resolve(&self, image: &ImageName, tag: &ImageTag) -> Result<Option<Digest>, PortError> {
        self.session(image, Access::Pull)?.resolve(tag).await
    }

    async fn point(
        &self,
        image: &ImageName,
        tag: &ImageTag,
        to: &Digest,
        seen: Option<&Digest>,
    ) -> Result<(), WriteError> {
        let session = self.session(image, Access::Push)?;
        let reference = ImageReference::Tagged(image.clone(), tag.clone());
        let found = session.resolve(tag).await?;
        if found.as_ref() == Some(to) {
            return Ok(());
        }
        if found.as_ref() != seen {
            return Err(WriteError::tag_moved(&reference, found.as_ref(), seen));
        }
        let Some(manifest) = session.manifest(to).await? else {
            return Err(WriteError::no_such_image(&reference, to));
        };
        let action = format!("pointing {reference} at {to}");
        let put = session.put(tag, manifest, &action).await;
        if put.as_ref().is_err_and(|error| !error.may_have_happened()) {
            return Ok(put?);
        }
        let found = match session.resolve(tag).await {
            Ok(found) => found,
            // Whether it was accepted or not: where the tag is now, nobody has seen.
            Err(unread) => {
                let detail = match put {
                    Ok(()) => format!("accepted, but reading it back failed: {unread}"),
                    Err(PortError::ReplyLost { detail, .. }) => {
                        format!("{detail}; reading it back failed: {unread}")
                    }
                    Err(odd) => format!("{odd}; reading it back failed: {unread}"),
                };
                return Err(PortError::ReplyLost { system: System::Registry, action, detail }.into());
            }
        };
        match put {
            _ if found.as_ref() == Some(to) => Ok(()),
            Ok(()) => Err(WriteError::tag_moved(&reference, found.as_ref(), Some(to))),
            Err(lost) => Err(lost.into()),
        }
    }

    async fn tags(&self, image: &ImageName) -> Result<Vec<ImageTag>, PortError> {
        let session = self.session(image, Access::Pull)?;
        let action = format!("the tags of {image}");
        let first = session.url("tags/list")?;
        let first = with_query(&first, &[("n", &self.config.tags_per_page.to_string())]).unwrap_or(first);
        let mut pages = self.http.pages(first, &action);
        let mut tags = BTreeSet::new();
        while let Some(page) = pages.page() {
            let answer = session.read(&Call::get(page.clone()), &action).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND if tags.is_empty() => return Ok(Vec::new()),
                _ => return Err(refusal(&answer, &action)),
            }
            let found = tag_list::read_page(&answer.body);
            tags.extend(found.map_err(|error| {
                malformed(&action, format!("found a page that is no list of tags: {error}"))
            })?);
            pages.turn(&answer)?;
        }
        Ok(tags.into_iter().collect())
    }
}

fn accepting_every_manifest(call: Call) -> Call {
    call.header(header::ACCEPT, HeaderValue::from_static(ACCEPTED))
}

fn url(text: &str) -> Result<HttpUrl, PortError> {
    text.parse()
        .map_err(|error| PortError::Unreachable { system: System::Registry, detail: format!("{error}") })
}

fn refusal(answer: &Answer, action: &str) -> PortError {
    answer.refusal(System::Registry, action, said(answer))
}

fn malformed(action: &str, detail: String) -> PortError {
    PortError::Malformed { system: System::Registry, action: action.to_owned(), detail }
}
