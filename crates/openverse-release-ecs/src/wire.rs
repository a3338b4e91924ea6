//! What of one request the SDK itself does not show: whether it was sent, and JSON as it is written.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use aws_sdk_ecs::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{
            AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
            BeforeTransmitInterceptorContextRef,
        },
    },
    error::BoxError,
};
use openverse_release_ports::{Requests, System};
use serde_json::Value;

/// Watches one request. `Debug` shows neither body.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Inner>);

struct Inner {
    requests: Requests,
    sent: AtomicBool,
    /// What is sent instead of what the SDK wrote.
    instead: Option<String>,
    answer: Mutex<Option<Vec<u8>>>,
}

impl Wire {
    pub(crate) fn new(requests: &Requests, instead: Option<&Value>) -> Self {
        Self(Arc::new(Inner {
            requests: requests.clone(),
            sent: AtomicBool::new(false),
            instead: instead.map(Value::to_string),
            answer: Mutex::default(),
        }))
    }

    /// Tells whether anything left this machine.
    pub(crate) fn was_sent(&self) -> bool {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Returns the answer as ECS wrote it.
    pub(crate) fn answer(&self) -> Value {
        let answer = self.0.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("sent", &self.0.sent).finish_non_exhaustive()
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "Wire"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(body) = &self.0.instead {
            let request = context.request_mut();
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = body.clone().into();
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.sent.store(true, Ordering::Relaxed);
        self.0.requests.sent(System::Ecs);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().map(<[u8]>::to_vec);
        *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(())
    }
}
