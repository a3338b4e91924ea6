//! The live apps: what each environment answers at its version endpoint.

use http::Method;
use serde_json::json;

use super::call::{Answer, Call};
use crate::world::World;

/// Answers `/live/{host}/{path}` as the live app at that host and path would.
pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    if call.method != Method::GET && call.method != Method::HEAD {
        return Answer::empty(405);
    }
    let asked = call.segments[1..].join("/");
    for app in &world.apps {
        for target in &app.deployments {
            let Some(endpoint) = &target.version_endpoint else { continue };
            let place = endpoint.as_str().split_once("://").map_or("", |(_, place)| place);
            if place.trim_end_matches('/') != asked.trim_end_matches('/') {
                continue;
            }
            return match world.live(&app.slug, target.environment) {
                Some(live) => {
                    Answer::json(200, &json!({ "release": live.commit, "environment": target.local_name() }))
                }
                None => Answer::empty(503),
            };
        }
    }
    Answer::empty(404)
}
