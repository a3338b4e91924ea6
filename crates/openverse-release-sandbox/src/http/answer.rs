//! From a request to its answer, by way of the faults.

use std::{sync::Arc, time::Duration};

use openverse_release_ports::Clock;

use super::{
    airflow,
    call::{Answer, Call},
    ecs, github, live, registry,
};
use crate::{
    Action, Part, SandboxError,
    store::Store,
    world::{Before, Interference, World},
};

/// How often a paused request looks whether it may go on.
const PAUSE_STEP: Duration = Duration::from_millis(15);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer was lost, as a fault asked for")]
pub(crate) struct Lost;

/// What all requests to one server share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What came of a request so far.
#[derive(Debug)]
enum Outcome {
    Answered(Answer),
    Lost,
    /// It waits, by this number, with its answer if it took effect already.
    Paused(u64, Option<Answer>),
}

impl Shared {
    /// Answers a request.
    ///
    /// A future that is dropped, because its client went away, while a fault makes it wait never
    /// gets to take effect.
    pub(crate) async fn answer(&self, call: &Call) -> Result<Answer, Lost> {
        if call.path == "/sandbox/health" {
            return Ok(or_500(
                self.transact(|world| Answer::json(200, &serde_json::json!({ "id": world.id }))),
            ));
        }
        let Some(part) = part(call) else {
            return Ok(Answer::github_error(404, "The sandbox has nothing at this path"));
        };
        let mut outcome = self.attempt(call, part, true);
        loop {
            match outcome {
                Ok(Outcome::Answered(answer)) => return Ok(answer),
                Ok(Outcome::Lost) => return Err(Lost),
                Ok(Outcome::Paused(id, answer)) => {
                    self.wait(id).await;
                    match answer {
                        Some(answer) => return Ok(answer),
                        None => outcome = self.attempt(call, part, false),
                    }
                }
                Err(error) => return Ok(or_500(Err(error))),
            }
        }
    }

    /// Does what a request asks for, unless a fault interferes; `fresh` at the first attempt.
    fn attempt(&self, call: &Call, part: Part, fresh: bool) -> Result<Outcome, SandboxError> {
        let lock = self.store.lock()?;
        if fresh {
            lock.count(part)?;
        }
        let store = &self.store;
        lock.transact(self.clock.now(), |world| {
            let mutation = mutation(call, world);
            let request = format!("{} {}", call.method, call.path);
            if fresh {
                if let Some(interference) = world.interference(part) {
                    return Outcome::Answered(interfered(interference, world));
                }
                if let Some(id) = mutation.and_then(|action| world.pauses(Before::Effect, action, &request)) {
                    return Outcome::Paused(id, None);
                }
            }
            let answer = match part {
                Part::Registry => registry::answer(world, store, call),
                Part::Deployment => live::answer(world, call),
                Part::Ecs => ecs::answer(world, call),
                Part::Airflow => airflow::answer(world, call),
                Part::GitHub | Part::Git => github::answer(world, store, call),
            };
            let Some(action) = mutation.filter(|_| answer.succeeded()) else {
                return Outcome::Answered(answer);
            };
            if world.loses_reply(action) {
                return Outcome::Lost;
            }
            match world.pauses(Before::Answer, action, &request) {
                Some(id) => Outcome::Paused(id, Some(answer)),
                None => Outcome::Answered(answer),
            }
        })
    }

    fn transact<R>(&self, act: impl FnOnce(&mut World) -> R) -> Result<R, SandboxError> {
        self.store.transact(self.clock.now(), act)
    }

    /// Waits until a pause is over.
    async fn wait(&self, id: u64) {
        let here = Here { shared: self, id };
        loop {
            // Before the look, so that a client that is gone by now is known to be gone.
            tokio::time::sleep(PAUSE_STEP).await;
            let waits = self.transact(|world| world.paused.iter().any(|paused| paused.id == id));
            if !matches!(waits, Ok(true)) {
                break;
            }
        }
        drop(here);
        // One more turn of the event loop, in which a client's going away is noticed.
        tokio::time::sleep(PAUSE_STEP).await;
    }
}

/// Takes a pause off the list when its request goes on, or is dropped because its client is gone.
#[derive(Debug)]
struct Here<'a> {
    shared: &'a Shared,
    id: u64,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        let removed = self.shared.transact(|world| {
            let before = world.paused.len();
            world.paused.retain(|paused| paused.id != self.id);
            world.outbox.changed |= world.paused.len() != before;
        });
        if let Err(error) = removed {
            tracing::warn!(%error, "a paused request could not be taken off the list");
        }
    }
}

fn part(call: &Call) -> Option<Part> {
    // Clients of AWS ask at the root of their endpoint, whatever that is.
    if call.amz_target.is_some() {
        return Some(Part::Ecs);
    }
    match call.segments.first()?.as_str() {
        "github" => Some(Part::GitHub),
        "v2" => Some(Part::Registry),
        "live" => Some(Part::Deployment),
        "airflow" => Some(Part::Airflow),
        "ecs" => Some(Part::Ecs),
        _ => None,
    }
}

/// Returns what a request would change, `None` if it only reads or is no request the sandbox knows.
fn mutation(call: &Call, world: &World) -> Option<Action> {
    if call.amz_target.is_some() {
        return ecs::mutation(call);
    }
    match call.segments.first()?.as_str() {
        "github" => github::mutation(call, world),
        "v2" => registry::mutation(call),
        "airflow" => airflow::mutation(call),
        _ => None,
    }
}

fn interfered(interference: Interference, world: &World) -> Answer {
    match interference {
        Interference::RateLimited => {
            let reset = world.clock.timestamp() + 1;
            Answer::github_error(429, "API rate limit exceeded for installation.")
                .with("retry-after", "1")
                .with("x-ratelimit-limit", "5000")
                .with("x-ratelimit-remaining", "0")
                .with("x-ratelimit-reset", reset.to_string())
        }
        Interference::SecondaryRateLimit => Answer::github_error(
            403,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        )
        .with("retry-after", "1"),
        Interference::ServerError(status) => Answer::empty(status)
            .with("content-type", "text/html")
            .body("<html><body><h1>The sandbox pretends to be broken</h1></body></html>"),
    }
}

fn or_500(answer: Result<Answer, SandboxError>) -> Answer {
    answer.unwrap_or_else(|error| Answer::broken(&error))
}
