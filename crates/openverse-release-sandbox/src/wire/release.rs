//! GitHub Releases.

use serde_json::{Value, json};

use super::{Place, account::user, in_path, moment, node_id};
use crate::world::Release;

/// Returns a GitHub Release.
pub(crate) fn release(place: &Place, release: &Release) -> Value {
    let url = format!("{}/releases/{}", place.repository, release.id);
    let archive = |kind: &str| {
        let there = !release.draft;
        there.then(|| format!("{}/{kind}/{}", place.repository, in_path(&release.tag_name)))
    };
    json!({
        "url": url,
        "assets_url": format!("{url}/assets"),
        "upload_url": format!("{url}/assets{{?name,label}}"),
        "html_url": url,
        "id": release.id,
        "author": user(place, &release.author),
        "node_id": node_id("RE", release.id),
        "tag_name": release.tag_name,
        "target_commitish": release.target,
        "name": release.name,
        "draft": release.draft,
        "immutable": false,
        "prerelease": release.prerelease,
        "created_at": moment(release.created_at),
        "published_at": release.published_at.map(moment),
        "assets": [],
        "tarball_url": archive("tarball"),
        "zipball_url": archive("zipball"),
        "body": release.body,
    })
}
