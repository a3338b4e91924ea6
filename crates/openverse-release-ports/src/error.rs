//! What can go wrong between a port and the outside system behind it.

use std::fmt;

use chrono::{DateTime, Utc};
use openverse_release_core::{
    DagId, DeploymentId, Digest, EcsService, ImageReference, RenderError, TaskDefinitionArn,
};

/// An outside system, as errors and request counts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum System {
    /// GitHub's API.
    GitHub,
    /// The image registry.
    Registry,
    /// The live apps.
    LiveApp,
    /// Git, and the remotes it speaks to.
    Git,
    /// Terraform.
    Terraform,
    /// Ansible.
    Ansible,
    /// Airflow.
    Airflow,
    /// AWS ECS.
    Ecs,
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::GitHub => "GitHub",
            Self::Registry => "image registry",
            Self::LiveApp => "live app",
            Self::Git => "git",
            Self::Terraform => "Terraform",
            Self::Ansible => "Ansible",
            Self::Airflow => "Airflow",
            Self::Ecs => "ECS",
        })
    }
}

/// A call to an outside system did not give what it should.
///
/// Details come from outside and may hold any character; no variant ever holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// No answer, and nothing can have happened.
    #[error("{system} could not be reached: {detail}")]
    Unreachable {
        /// Which system.
        system: System,
        /// What the transport said.
        detail: String,
    },
    /// A write was sent and no usable answer came: it may or may not have happened.
    #[error("{system} gave no usable answer to {action}, which may or may not have happened: {detail}")]
    ReplyLost {
        /// Which system.
        system: System,
        /// What was asked for.
        action: String,
        /// What came instead of an answer.
        detail: String,
    },
    /// The system refused, and nothing happened.
    #[error("{system} answered {action} with status {status}: {detail}")]
    Refused {
        /// Which system.
        system: System,
        /// What was asked for.
        action: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        detail: String,
    },
    /// The credentials are missing, wrong, or not allowed to do this; nothing happened.
    #[error("{system} does not allow {action}: {detail}")]
    NotAllowed {
        /// Which system.
        system: System,
        /// What was asked for.
        action: String,
        /// What it said.
        detail: String,
    },
    /// The system limits the rate of requests, for longer than it is worth waiting.
    #[error("{system} limits the rate of requests{}", until.map(|at| format!(" until {}", at.format("%H:%M:%S UTC"))).unwrap_or_default())]
    RateLimited {
        /// Which system.
        system: System,
        /// When it may be asked again, if it said so.
        until: Option<DateTime<Utc>>,
    },
    /// A program that is called, such as Terraform, could not do it; nothing was changed.
    #[error("{system} could not {action}: {detail}")]
    NotDone {
        /// Which system.
        system: System,
        /// What was asked for.
        action: String,
        /// Why, and what to do: how to install it, who holds its lock, what it said.
        detail: String,
    },
    /// The answer is not what the system's interface promises.
    #[error("{system} answered {action} with something unexpected: {detail}")]
    Malformed {
        /// Which system.
        system: System,
        /// What was asked for.
        action: String,
        /// What was found, and what was expected.
        detail: String,
    },
}

impl PortError {
    /// Tells whether the write this answers may have happened all the same.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::ReplyLost { .. } | Self::Malformed { .. })
    }
}

/// A write to an outside system was not done, or it is not known whether it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// What is there is not what the caller last saw; nothing was written.
    #[error("found {found}, expected {expected}")]
    Conflict {
        /// What is there.
        found: String,
        /// What the caller last saw.
        expected: String,
    },
    /// The call itself went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl WriteError {
    /// Returns the conflict that a tag is when it names something else than the caller saw.
    pub fn tag_moved(tag: &ImageReference, found: Option<&Digest>, seen: Option<&Digest>) -> Self {
        let expected = seen.map_or_else(|| "no such tag".to_owned(), Digest::to_string);
        let found = match found {
            Some(digest) => format!("{digest} at {tag}"),
            None => format!("no tag {tag}"),
        };
        Self::Conflict { found, expected }
    }

    /// Returns the conflict that a DAG is when it was to be paused or enabled and is not there.
    pub fn no_such_dag(dag: &DagId, paused: bool) -> Self {
        let found = format!("no DAG {dag} in Airflow");
        Self::Conflict { found, expected: format!("one to {}", if paused { "pause" } else { "enable" }) }
    }

    /// Returns the conflict that an image is when it was to be tagged and is not there.
    pub fn no_such_image(tag: &ImageReference, digest: &Digest) -> Self {
        Self::Conflict {
            found: format!("no image {digest} in the registry"),
            expected: format!("one to point {tag} at"),
        }
    }

    /// Returns the conflict that a service is when its primary deployment is not the one that the
    /// caller saw.
    pub fn service_moved(
        service: &EcsService,
        found: Option<&DeploymentId>,
        seen: Option<&DeploymentId>,
    ) -> Self {
        let words = |id: Option<&DeploymentId>| match id {
            Some(id) => format!("the deployment {id}"),
            None => "no deployment".to_owned(),
        };
        let found = format!("{} of the service {}", words(found), service.service);
        Self::Conflict { found, expected: words(seen) }
    }

    /// Returns the conflict that a service is when it was to be updated and is not there.
    pub fn no_such_service(service: &EcsService) -> Self {
        let EcsService { cluster, service, .. } = service;
        Self::Conflict {
            found: format!("no active service {service} in the cluster {cluster}"),
            expected: "one to update".to_owned(),
        }
    }

    /// Returns the conflict that a template is when it was to be rendered and is not there.
    pub fn no_such_template(template: &TaskDefinitionArn) -> Self {
        Self::Conflict {
            found: format!("no task definition {}", template.short()),
            expected: "a template to render".to_owned(),
        }
    }

    /// Returns the conflict that a template is when it cannot be rendered.
    pub fn unfit_template(error: &RenderError) -> Self {
        let found = error.to_string();
        Self::Conflict {
            found,
            expected: "a template with every container that the project names".to_owned(),
        }
    }
}
