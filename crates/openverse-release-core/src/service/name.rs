//! The names that ECS gives things, and the ones it is given.

use crate::parse::{ParseError, check_characters, text_newtype};

fn check_name(subject: &'static str, text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits, \"_\" and \"-\"";
    check_characters(subject, text, 255, expected, |_, c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn check_cluster(text: &str) -> Result<(), ParseError> {
    check_name("cluster", text)
}

text_newtype!(
    /// The name of an ECS cluster, such as `production-default`.
    ClusterName, check_cluster
);

fn check_service(text: &str) -> Result<(), ParseError> {
    check_name("ECS service", text)
}

text_newtype!(
    /// The name of an ECS service, such as `production-api`.
    EcsServiceName, check_service
);

fn check_family(text: &str) -> Result<(), ParseError> {
    check_name("task definition family", text)
}

text_newtype!(
    /// The name that all revisions of a task definition share, such as `production-api-template`.
    TaskFamily, check_family
);

fn check_container(text: &str) -> Result<(), ParseError> {
    check_name("container", text)
}

text_newtype!(
    /// The name of a container in a task definition, such as `nginx`.
    ContainerName, check_container
);

fn check_region(text: &str) -> Result<(), ParseError> {
    let expected = "an AWS region such as us-east-1";
    check_characters("AWS region", text, 40, expected, |offset, c| {
        c.is_ascii_lowercase() || (offset > 0 && (c.is_ascii_digit() || c == '-'))
    })
}

text_newtype!(
    /// A region of AWS, such as `us-east-1`.
    AwsRegion, check_region
);

fn check_deployment_id(text: &str) -> Result<(), ParseError> {
    const PREFIX: &str = "ecs-svc/";
    let subject = "ECS deployment id";
    let expected = "\"ecs-svc/\" and letters, digits, \"_\" or \"-\"";
    let rest = text.strip_prefix(PREFIX).ok_or_else(|| ParseError::new(subject, text, 0, expected))?;
    check_characters(subject, rest, 128, expected, |_, c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .map_err(|error| ParseError::new(subject, text, PREFIX.len() + error.position(), expected))
}

text_newtype!(
    /// The identity of one deployment of an ECS service, such as `ecs-svc/9223370526043414679`.
    DeploymentId, check_deployment_id
);

/// Returns the region, and what stands after `:{kind}/`, of an ARN of ECS.
fn ecs_arn<'a>(text: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, system) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let known = arn == "arn" && partition.starts_with("aws") && system == "ecs" && !region.is_empty();
    let account = account.bytes().all(|byte| byte.is_ascii_digit());
    let named = resource.strip_prefix(kind)?.strip_prefix('/')?;
    (known && account && !named.is_empty()).then_some((region, named))
}

fn check_task_definition_arn(text: &str) -> Result<(), ParseError> {
    let subject = "task definition ARN";
    let expected = "arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION";
    check_characters(subject, text, 400, expected, |_, c| c.is_ascii_graphic())?;
    let refuse = || ParseError::new(subject, text, 0, expected);
    let (_, named) = ecs_arn(text, "task-definition").ok_or_else(refuse)?;
    let (family, revision) = named.split_once(':').ok_or_else(refuse)?;
    check_family(family).map_err(|_| refuse())?;
    let revision_is_right = !revision.starts_with(['0', '+']) && revision.parse::<u32>().is_ok();
    if revision_is_right {
        Ok(())
    } else {
        Err(ParseError::new(subject, text, text.len() - revision.len(), expected))
    }
}

text_newtype!(
    /// One revision of a task definition:
    /// `arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:42`. It never changes.
    ///
    /// ```
    /// use openverse_release_core::TaskDefinitionArn;
    ///
    /// let arn: TaskDefinitionArn = "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:42".parse()?;
    /// assert_eq!((arn.family(), arn.revision()), ("production-api", 42));
    /// assert_eq!(arn.short(), "production-api:42");
    /// # Ok::<(), openverse_release_core::ParseError>(())
    /// ```
    TaskDefinitionArn, check_task_definition_arn
);

impl TaskDefinitionArn {
    /// Returns family and revision, as people call it: `production-api:42`.
    pub fn short(&self) -> &str {
        ecs_arn(&self.0, "task-definition").map_or("", |(_, named)| named)
    }

    /// Returns the family.
    pub fn family(&self) -> &str {
        self.short().split_once(':').map_or("", |(family, _)| family)
    }

    /// Returns the revision, counted from 1.
    pub fn revision(&self) -> u32 {
        self.short().split_once(':').and_then(|(_, revision)| revision.parse().ok()).unwrap_or_default()
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        ecs_arn(&self.0, "task-definition").map_or("", |(region, _)| region)
    }
}

fn check_task_arn(text: &str) -> Result<(), ParseError> {
    let subject = "task ARN";
    let expected = "arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID";
    check_characters(subject, text, 400, expected, |_, c| c.is_ascii_graphic())?;
    ecs_arn(text, "task").map(drop).ok_or_else(|| ParseError::new(subject, text, 0, expected))
}

text_newtype!(
    /// One task: `arn:aws:ecs:us-east-1:123456789012:task/production-default/0123456789abcdef`.
    TaskArn, check_task_arn
);

impl TaskArn {
    /// Returns the last part, by which its log streams are named.
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

fn check_marker(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits and any of _ . : / = + - @";
    check_characters("registration marker", text, 256, expected, |_, c| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
    })
}

text_newtype!(
    /// What a task definition is marked with when it is registered, so that it is found again when
    /// the reply is lost: the id of the run.
    RegistrationMarker, check_marker
);

impl RegistrationMarker {
    /// The key of the tag that holds the marker in ECS.
    pub const TAG_KEY: &'static str = "openverse-release:run";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_revision_is_never_taken_for_its_short_form() {
        for text in [
            "production-api:42",
            "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api",
            "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:latest",
            "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:0",
            "arn:aws:ecs:us-east-1:123456789012:task-definition/:1",
            "arn:aws:ecs::123456789012:task-definition/production-api:1",
            "arn:aws:iam:us-east-1:123456789012:task-definition/production-api:1",
            "arn:aws:ecs:us-east-1:123456789012:task/production-api:1",
        ] {
            assert!(text.parse::<TaskDefinitionArn>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bad_deployment_id_is_refused_where_it_goes_wrong() {
        for (text, position) in [("", 0), ("9223370526043414679", 0), ("ecs-svc/", 8), ("ecs-svc/1 2", 9)] {
            assert_eq!(text.parse::<DeploymentId>().unwrap_err().position(), position, "{text}");
        }
    }

    #[test]
    fn the_id_of_a_task_is_the_last_part_of_both_forms_of_its_arn() {
        for arn in
            ["arn:aws:ecs:eu-west-1:1:task/production-default/0a1b", "arn:aws:ecs:eu-west-1:1:task/0a1b"]
        {
            assert_eq!(arn.parse::<TaskArn>().unwrap().id(), "0a1b");
        }
    }

    proptest! {
        #[test]
        fn a_revision_round_trips(family in "[A-Za-z0-9_-]{1,20}", revision in 1u32.., region in "[a-z]{2}-[a-z]{4}-[1-3]") {
            let text = format!("arn:aws:ecs:{region}:123456789012:task-definition/{family}:{revision}");
            let arn: TaskDefinitionArn = text.parse().unwrap();
            prop_assert_eq!((arn.family(), arn.revision(), arn.region()), (family.as_str(), revision, region.as_str()));
            prop_assert_eq!(arn.to_string(), text);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            for text in [text.clone(), format!("ecs-svc/{text}"), format!("arn:aws:ecs:{text}")] {
                if let Ok(arn) = text.parse::<TaskDefinitionArn>() {
                    prop_assert_eq!(arn.as_str(), text.as_str());
                }
                if let Ok(id) = text.parse::<DeploymentId>() {
                    prop_assert_eq!(id.as_str(), text.as_str());
                }
            }
        }
    }
}
