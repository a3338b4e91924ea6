//! The OCI distribution API.

use std::process::Command;

use openverse_release_testkit::require;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::place::{World, app, retag};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

async fn code_of(response: reqwest::Response) -> (StatusCode, String) {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    (status, body["errors"][0]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_manifest_is_the_same_by_tag_and_by_digest() {
    let world = World::instant();
    let url = |reference: &str| world.url(&format!("/v2/wordpress/openverse-api/manifests/{reference}"));
    let head = world.client.head(url("latest")).send().await.unwrap();
    assert_eq!(head.headers()["content-type"], INDEX);
    let digest = head.headers()["docker-content-digest"].to_str().unwrap().to_owned();
    let length = head.headers()["content-length"].to_str().unwrap().to_owned();
    let by_tag = world.client.get(url("latest")).send().await.unwrap().bytes().await.unwrap();
    let by_digest = world.client.get(url(&digest)).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(by_tag, by_digest);
    assert_eq!(length, by_tag.len().to_string());
    let index: Value = serde_json::from_slice(&by_tag).unwrap();
    let platforms: Vec<&Value> =
        index["manifests"].as_array().unwrap().iter().map(|it| &it["platform"]["architecture"]).collect();
    assert_eq!(platforms, ["amd64", "arm64"]);
}

#[tokio::test]
async fn the_label_of_an_image_is_its_commit() {
    let world = World::instant();
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    for image in ["openverse-api", "openverse-api_nginx"] {
        let get = |path: String| {
            let get = world.client.get(world.url(&format!("/v2/wordpress/{image}/{path}"))).send();
            async { get.await.unwrap().json::<Value>().await.unwrap() }
        };
        let index = get(format!("manifests/{commit}")).await;
        let manifest = get(format!("manifests/{}", index["manifests"][1]["digest"].as_str().unwrap())).await;
        let config = get(format!("blobs/{}", manifest["config"]["digest"].as_str().unwrap())).await;
        assert_eq!(config["config"]["Labels"]["org.opencontainers.image.revision"], commit.as_str());
        assert_eq!(config["architecture"], "arm64");
    }
}

#[tokio::test]
async fn tags_are_listed_in_pages() {
    let world = World::instant();
    let url = world.url("/v2/wordpress/openverse-api/tags/list");
    let all: Value = world.client.get(&url).send().await.unwrap().json().await.unwrap();
    let all = all["tags"].as_array().unwrap().clone();
    assert!(all.contains(&json!("latest")) && all.len() == 13, "{all:?}");
    let mut found = Vec::new();
    let mut next = Some(format!("{url}?n=5"));
    while let Some(page) = next {
        let response = world.client.get(page).send().await.unwrap();
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        next = link.map(|link| world.url(link.trim_start_matches('<').split('>').next().unwrap()));
        let page: Value = response.json().await.unwrap();
        found.extend(page["tags"].as_array().unwrap().clone());
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_registrys_words() {
    let world = World::instant();
    let get = |path: &str| world.client.get(world.url(path)).send();
    let api = "/v2/wordpress/openverse-api";
    let not_found = StatusCode::NOT_FOUND;
    for (path, code) in [
        (format!("{api}/manifests/rel-none"), "MANIFEST_UNKNOWN"),
        (format!("{api}/manifests/sha256:{}", "0".repeat(64)), "MANIFEST_UNKNOWN"),
        (format!("{api}/blobs/sha256:{}", "0".repeat(64)), "BLOB_UNKNOWN"),
        ("/v2/nobody/nothing/tags/list".to_owned(), "NAME_UNKNOWN"),
        ("/v2/nobody/nothing/manifests/latest".to_owned(), "MANIFEST_UNKNOWN"),
    ] {
        assert_eq!(code_of(get(&path).await.unwrap()).await, (not_found, code.to_owned()), "{path}");
    }
    assert_eq!(get("/v2/").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_refused_and_moves_no_tag() {
    let world = World::instant();
    let url = |reference: &str| world.url(&format!("/v2/wordpress/openverse-api/manifests/{reference}"));
    let before =
        world.client.head(url("latest")).send().await.unwrap().headers()["docker-content-digest"].clone();
    let missing = format!("sha256:{}", "0".repeat(64));
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [{ "digest": missing }] });
    let image = json!({ "schemaVersion": 2, "config": { "digest": missing }, "layers": [] });
    let empty = json!({ "schemaVersion": 2, "manifests": [] });
    for (reference, content, code) in [
        ("latest", index.to_string(), "MANIFEST_BLOB_UNKNOWN"),
        ("latest", image.to_string(), "MANIFEST_BLOB_UNKNOWN"),
        ("latest", "{}".to_owned(), "MANIFEST_INVALID"),
        ("latest", "not JSON".to_owned(), "MANIFEST_INVALID"),
        (&missing, empty.to_string(), "DIGEST_INVALID"),
        ("bad%20tag", empty.to_string(), "TAG_INVALID"),
    ] {
        let put = world.client.put(url(reference)).header("content-type", INDEX).body(content);
        let answer = code_of(put.send().await.unwrap()).await;
        assert_eq!(answer, (StatusCode::BAD_REQUEST, code.to_owned()), "{reference}");
    }
    let after =
        world.client.head(url("latest")).send().await.unwrap().headers()["docker-content-digest"].clone();
    assert_eq!(before, after);
    assert_eq!(world.sandbox.log().unwrap(), []);
    let elsewhere = world.client.get(world.url("/v2/wordpress/other/tags/list")).send().await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_retagged_image_keeps_its_digest() {
    let world = World::instant();
    retag(&world, "openverse-api", "latest", "rel-2030.01.01.00.00.00").await;
    let url = |tag: &str| world.url(&format!("/v2/wordpress/openverse-api/manifests/{tag}"));
    let digest = |tag| {
        let head = world.client.head(url(tag)).send();
        async { head.await.unwrap().headers()["docker-content-digest"].clone() }
    };
    assert_eq!(digest("latest").await, digest("rel-2030.01.01.00.00.00").await);
    assert_eq!(world.count("put_manifest"), 1);
}

/// Runs skopeo, which shares no code with the sandbox.
fn skopeo(program: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn skopeo_reads_retags_and_pushes() {
    let Some(program) = require("skopeo") else { return };
    let world = World::instant();
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    let at = |image: &str| format!("docker://{}/wordpress/{image}", world.server.address());
    let api = at("openverse-api");
    let latest = format!("{api}:latest");
    let shown = skopeo(&program, &["inspect", "--tls-verify=false", &latest]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["Labels"]["org.opencontainers.image.revision"], commit.as_str());

    let copy = ["copy", "--quiet", "--all", "--src-tls-verify=false", "--dest-tls-verify=false"];
    for to in [format!("{api}:rel-2030.01.01.00.00.00"), format!("{}:copied", at("elsewhere"))] {
        skopeo(&program, &[&copy[..], &[&latest, &to]].concat());
        let digest =
            |of: &str| skopeo(&program, &["inspect", "--tls-verify=false", "--format={{.Digest}}", of]);
        assert_eq!(digest(&latest), digest(&to));
    }
    // A copy to a folder and back goes through every blob and every kind of upload.
    let dir = tempfile::tempdir().unwrap();
    let folder = format!("dir:{}", dir.path().display());
    skopeo(&program, &["copy", "--quiet", "--all", "--src-tls-verify=false", &latest, &folder]);
    let back = format!("{}:back", at("from-a-folder"));
    skopeo(&program, &["copy", "--quiet", "--all", "--dest-tls-verify=false", &folder, &back]);
    let shown = skopeo(&program, &["inspect", "--tls-verify=false", &back]);
    assert!(shown.contains(commit.as_str()));
}
