//! The OCI distribution API.

use fs_err as fs;
use http::Method;
use openverse_release_core::Digest;
use serde_json::json;

use super::call::{Answer, Call};
use crate::{
    Action,
    store::Store,
    world::{Author, PushError, World, sha256},
};

/// What follows the repository in a path below `/v2`.
#[derive(Debug)]
enum Asked<'a> {
    Tags,
    Manifest(&'a str),
    Blob(&'a str),
    StartUpload,
    Upload(&'a str),
}

/// Answers a request below `/v2`.
pub(crate) fn answer(world: &mut World, store: &Store, call: &Call) -> Answer {
    let answer = if matches!(&call.parts()[..], ["v2"] | ["v2", ""]) {
        Answer::json(200, &json!({}))
    } else {
        match asked(call) {
            Some((repository, asked)) => handle(world, store, call, &repository, &asked),
            None => Answer::registry_error(404, "NAME_UNKNOWN", "no such path", &call.path),
        }
    };
    answer.with("docker-distribution-api-version", "registry/2.0")
}

/// Returns what a request below `/v2` would change.
pub(crate) fn mutation(call: &Call) -> Option<Action> {
    match (call.method.as_str(), asked(call)?.1) {
        ("PUT", Asked::Manifest(_)) => Some(Action::PutManifest),
        ("PUT", Asked::Upload(_)) => Some(Action::PutBlob),
        ("POST", Asked::StartUpload) if call.query("digest").is_some() => Some(Action::PutBlob),
        _ => None,
    }
}

fn asked(call: &Call) -> Option<(String, Asked<'_>)> {
    let parts = call.parts();
    let ["v2", rest @ ..] = &parts[..] else { return None };
    let segment = |back: usize| call.segments[call.segments.len() - back].as_str();
    let (name, asked) = match rest {
        [name @ .., "tags", "list"] => (name, Asked::Tags),
        [name @ .., "manifests", _] => (name, Asked::Manifest(segment(1))),
        [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => (name, Asked::StartUpload),
        [name @ .., "blobs", "uploads", _] => (name, Asked::Upload(segment(1))),
        [name @ .., "blobs", _] => (name, Asked::Blob(segment(1))),
        _ => return None,
    };
    // The rules for names are those of a reference, and keep odd paths off the disk.
    let name = name.join("/");
    format!("x/{name}").parse::<openverse_release_core::ImageName>().ok()?;
    Some((name, asked))
}

fn handle(world: &mut World, store: &Store, call: &Call, repository: &str, asked: &Asked<'_>) -> Answer {
    let read = matches!(call.method, Method::GET | Method::HEAD);
    match (asked, &call.method) {
        (Asked::Tags, _) if read => tags(world, call, repository),
        (Asked::Manifest(reference), _) if read => manifest(world, store, repository, reference),
        (Asked::Manifest(reference), &Method::PUT) => put_manifest(world, store, call, repository, reference),
        (Asked::Blob(digest), _) if read => blob(world, store, repository, digest),
        (Asked::StartUpload, &Method::POST) => start_upload(world, store, call, repository),
        (Asked::Upload(id), &Method::PATCH) => {
            with_upload(store, id, |path| append(call, repository, id, path))
        }
        (Asked::Upload(id), &Method::PUT) => {
            with_upload(store, id, |path| finish_upload(world, store, call, repository, path))
        }
        _ => Answer::registry_error(405, "UNSUPPORTED", "the sandbox does not do this", call.method.as_str()),
    }
}

fn tags(world: &World, call: &Call, repository: &str) -> Answer {
    let Some(held) = world.registry.repository(repository) else {
        return Answer::registry_error(
            404,
            "NAME_UNKNOWN",
            "repository name not known to registry",
            repository,
        );
    };
    let last = call.query("last").unwrap_or_default();
    let after: Vec<&String> = held.tags.keys().filter(|tag| tag.as_str() > last).collect();
    let size = call.query("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    let shown: Vec<&String> = after.iter().copied().take(size).collect();
    let answer = Answer::json(200, &json!({ "name": repository, "tags": shown }));
    match shown.last() {
        Some(last) if shown.len() < after.len() => {
            answer.with("link", format!("</v2/{repository}/tags/list?n={size}&last={last}>; rel=\"next\""))
        }
        _ => answer,
    }
}

fn manifest(world: &World, store: &Store, repository: &str, reference: &str) -> Answer {
    let found = world.registry.digest(repository, reference).and_then(|digest| {
        let manifest = world.registry.manifest_of(repository, digest.as_str())?;
        Some((digest, &manifest.media_type, store.read_blob(digest)?))
    });
    match found {
        Some((digest, media_type, content)) => Answer::empty(200)
            .with("content-type", media_type.clone())
            .with("docker-content-digest", digest.to_string())
            .with("etag", format!("\"{digest}\""))
            .body(content),
        None => Answer::registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown", reference),
    }
}

fn put_manifest(world: &mut World, store: &Store, call: &Call, repository: &str, reference: &str) -> Answer {
    let by = Author::Request(call.user_agent.as_deref());
    let is_tag = reference.parse::<openverse_release_core::ImageTag>().is_ok();
    if !is_tag && reference.parse::<Digest>().is_err() {
        return Answer::registry_error(400, "TAG_INVALID", "neither a tag nor a digest", reference);
    }
    let read = |digest: &Digest| store.read_blob(digest);
    match world.put_manifest(repository, reference, call.content_type.as_deref(), &call.body, read, &by) {
        Ok(digest) => Answer::empty(201)
            .with("location", format!("/v2/{repository}/manifests/{digest}"))
            .with("docker-content-digest", digest.to_string()),
        Err(PushError::Invalid(what)) => {
            Answer::registry_error(400, "MANIFEST_INVALID", "manifest invalid", &what)
        }
        Err(PushError::DigestMismatch(digest)) => Answer::registry_error(
            400,
            "DIGEST_INVALID",
            "provided digest did not match uploaded content",
            digest.as_str(),
        ),
        Err(PushError::Unknown(digest)) => {
            Answer::registry_error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", &digest)
        }
    }
}

fn blob(world: &World, store: &Store, repository: &str, digest: &str) -> Answer {
    let content = digest.parse().ok().and_then(|digest: Digest| {
        let held = world.registry.repository(repository)?;
        // A manifest is a blob too.
        let known = held.blobs.contains(&digest) || held.manifests.contains_key(&digest);
        known.then(|| store.read_blob(&digest)).flatten()
    });
    match content {
        Some(content) => Answer::empty(200)
            .with("content-type", "application/octet-stream")
            .with("docker-content-digest", digest)
            .body(content),
        None => Answer::registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry", digest),
    }
}

fn start_upload(world: &mut World, store: &Store, call: &Call, repository: &str) -> Answer {
    if let (Some(digest), Some(from)) = (call.query("mount"), call.query("from"))
        && let Ok(digest) = digest.parse::<Digest>()
        && world.registry.repository(from).is_some_and(|held| held.blobs.contains(&digest))
    {
        world.put_blob(repository, &digest, &Author::Request(call.user_agent.as_deref()));
        return created(repository, &digest);
    }
    if call.query("digest").is_some() {
        return store_blob(world, store, call, repository, &call.body);
    }
    let started = crate::random::hex::<16>().and_then(|id| {
        let path = upload(store, &id);
        fs::create_dir_all(store.path("uploads"))?;
        fs::write(path, b"")?;
        Ok(id)
    });
    match started {
        Ok(id) => accepted(repository, &id, 0),
        Err(error) => Answer::registry_error(500, "UNKNOWN", "the sandbox itself failed", &error.to_string()),
    }
}

fn upload(store: &Store, id: &str) -> std::path::PathBuf {
    store.path("uploads").join(id)
}

fn with_upload(store: &Store, id: &str, act: impl FnOnce(&std::path::Path) -> Answer) -> Answer {
    let path = upload(store, id);
    let well_formed = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if well_formed && path.is_file() {
        act(&path)
    } else {
        Answer::registry_error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", id)
    }
}

fn append(call: &Call, repository: &str, id: &str, path: &std::path::Path) -> Answer {
    let appended = fs::read(path).and_then(|mut content| {
        content.extend_from_slice(&call.body);
        fs::write(path, &content)?;
        Ok(content.len())
    });
    match appended {
        Ok(length) => accepted(repository, id, length),
        Err(error) => Answer::registry_error(500, "UNKNOWN", "the sandbox itself failed", &error.to_string()),
    }
}

fn finish_upload(
    world: &mut World,
    store: &Store,
    call: &Call,
    repository: &str,
    path: &std::path::Path,
) -> Answer {
    match fs::read(path) {
        Ok(mut content) => {
            content.extend_from_slice(&call.body);
            let answer = store_blob(world, store, call, repository, &content);
            if answer.succeeded()
                && let Err(error) = fs::remove_file(path)
            {
                tracing::warn!(%error, "an upload that is done could not be removed");
            }
            answer
        }
        Err(error) => Answer::registry_error(500, "UNKNOWN", "the sandbox itself failed", &error.to_string()),
    }
}

fn store_blob(world: &mut World, store: &Store, call: &Call, repository: &str, content: &[u8]) -> Answer {
    let digest = sha256(content);
    if call.query("digest") != Some(digest.as_str()) {
        let found = digest.as_str();
        return Answer::registry_error(
            400,
            "DIGEST_INVALID",
            "provided digest did not match uploaded content",
            found,
        );
    }
    if let Err(error) = fs::write(store.blob(&digest), content) {
        return Answer::registry_error(500, "UNKNOWN", "the sandbox itself failed", &error.to_string());
    }
    world.put_blob(repository, &digest, &Author::Request(call.user_agent.as_deref()));
    created(repository, &digest)
}

fn created(repository: &str, digest: &Digest) -> Answer {
    Answer::empty(201)
        .with("location", format!("/v2/{repository}/blobs/{digest}"))
        .with("docker-content-digest", digest.to_string())
}

fn accepted(repository: &str, id: &str, length: usize) -> Answer {
    Answer::empty(202)
        .with("location", format!("/v2/{repository}/blobs/uploads/{id}"))
        .with("docker-upload-uuid", id)
        .with("range", format!("0-{}", length.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn call(method: Method, path: &str) -> Call {
        let (parts, ()) = http::Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
        Call::new(&parts, Bytes::new(), "http://127.0.0.1:1")
    }

    #[test]
    fn a_repository_may_be_named_like_a_part_of_the_path() {
        let name = |path: &str| asked(&call(Method::GET, path)).map(|(name, _)| name);
        assert_eq!(name("/v2/a/tags/manifests/latest").unwrap(), "a/tags");
        assert_eq!(name("/v2/blobs/uploads/tags/list").unwrap(), "blobs/uploads");
        assert_eq!(name("/v2/../x/manifests/latest"), None);
        assert_eq!(name("/v2/a/%2e%2e/manifests/latest"), None);
    }

    #[test]
    fn only_what_stores_something_is_a_mutation() {
        let of = |method, path: &str| mutation(&call(method, path));
        assert_eq!(of(Method::PUT, "/v2/a/manifests/latest"), Some(Action::PutManifest));
        assert_eq!(of(Method::GET, "/v2/a/manifests/latest"), None);
        assert_eq!(of(Method::POST, "/v2/a/blobs/uploads/"), None);
        assert_eq!(of(Method::PUT, "/v2/a/blobs/uploads/0?digest=x"), Some(Action::PutBlob));
    }
}
