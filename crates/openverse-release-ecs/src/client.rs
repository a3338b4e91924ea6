//! The SDK's client, and how requests are counted and repeated.

use std::{error::Error, fmt, future::Future, sync::Arc};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_ecs::{
    Client,
    client::customize::CustomizableOperation,
    config::{self, Credentials, http::HttpResponse, retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
};
use openverse_release_core::AwsRegion;
use openverse_release_ports::{Clock, PortError, Requests, System};
use serde_json::Value;
use tokio::sync::OnceCell;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

use crate::{EcsAccess, EcsConfig, failure::Failure, wire::Wire};

/// Sends requests to ECS.
pub(crate) struct EcsClient {
    config: EcsConfig,
    requests: Requests,
    clock: Arc<dyn Clock>,
    // Made when first needed: looking for credentials takes time.
    sdk: OnceCell<Client>,
}

impl fmt::Debug for EcsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcsClient").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Whether a request may be repeated when it is not known what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
}

impl EcsClient {
    pub(crate) fn new(config: EcsConfig, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        Self { config, requests, clock, sdk: OnceCell::new() }
    }

    /// Returns the SDK's client. It repeats nothing by itself.
    pub(crate) async fn sdk(&self, region: Option<&AwsRegion>) -> Result<&Client, PortError> {
        let client = self.sdk.get_or_init(|| async { Client::from_conf(self.sdk_config().await) }).await;
        if region.is_none() && client.config().region().is_none() {
            let detail = "no AWS region is set; name one in the project, or set AWS_REGION".to_owned();
            return Err(PortError::Unreachable { system: System::Ecs, detail });
        }
        Ok(client)
    }

    async fn sdk_config(&self) -> config::Config {
        let region = self.config.region.as_ref().map(|region| Region::new(region.to_string()));
        let builder = match self.config.access {
            EcsAccess::StandIn => config::Builder::new()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Credentials::new("stand-in", "stand-in", None, None, "stand-in"))
                .region(region),
            EcsAccess::Machine => {
                let mut loader = aws_config::defaults(BehaviorVersion::latest());
                if let Some(region) = region {
                    loader = loader.region(region);
                }
                config::Builder::from(&loader.load().await)
            }
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.config.connect_timeout)
            .operation_attempt_timeout(self.config.timeout)
            .build();
        let builder = builder.retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        match &self.config.endpoint {
            Some(endpoint) => builder.endpoint_url(endpoint.as_str()).build(),
            None => builder.build(),
        }
    }

    /// Sends a request that changes nothing, and repeats it while that may help.
    pub(crate) async fn read<T, E, F>(
        &self,
        action: &str,
        request: impl Fn(Wire) -> F,
    ) -> Result<(T, Value), Failure>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + 'static,
    {
        self.send(Kind::Read, action, None, request).await
    }

    /// Sends a request that changes something, with another body than the SDK's if one is given. It
    /// is repeated only while ECS says that it did nothing.
    pub(crate) async fn write<T, E, F>(
        &self,
        action: &str,
        instead: Option<&Value>,
        request: impl Fn(Wire) -> F,
    ) -> Result<T, PortError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + 'static,
    {
        let sent = self.send(Kind::Write, action, instead, request).await;
        sent.map(|(answer, _)| answer).map_err(|failure| failure.of_write(action))
    }

    async fn send<T, E, F>(
        &self,
        kind: Kind,
        action: &str,
        instead: Option<&Value>,
        request: impl Fn(Wire) -> F,
    ) -> Result<(T, Value), Failure>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + 'static,
    {
        let mut attempt = 0;
        loop {
            attempt += 1;
            tracing::debug!(system = %System::Ecs, action, attempt, "request");
            let wire = Wire::new(&self.requests, instead);
            // The SDK's own log holds bodies, in which there can be secrets.
            let outcome = request(wire.clone()).with_subscriber(NoSubscriber::new()).await;
            let failure = match outcome {
                Ok(answer) => return Ok((answer, wire.answer())),
                Err(error) => Failure::of(&error, &wire),
            };
            let again = match kind {
                Kind::Read => failure.may_pass(),
                Kind::Write => failure.is_throttled(),
            };
            match self.config.retry.pause_after(attempt, None).filter(|_| again) {
                Some(pause) => {
                    tracing::debug!(system = %System::Ecs, action, ?pause, "asking again");
                    self.clock.sleep(pause).await;
                }
                None => return Err(failure),
            }
        }
    }
}

/// Returns an operation that is watched, and goes to the service's own region if it names one.
pub(crate) fn watched<T, E, B>(
    operation: CustomizableOperation<T, E, B>,
    wire: Wire,
    region: Option<&AwsRegion>,
) -> CustomizableOperation<T, E, B> {
    let operation = operation.interceptor(wire);
    match region {
        Some(region) => {
            operation.config_override(config::Config::builder().region(Region::new(region.to_string())))
        }
        None => operation,
    }
}
