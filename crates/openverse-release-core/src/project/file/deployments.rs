//! Where and how an app is deployed, from the steps of a project file.

use super::{
    fields::{Fields, entries, table},
    kinds,
    mistake::Mistake,
};
use crate::{AppSlug, DeploymentTarget, EnvironmentName, Step};

/// The field of a step that holds what differs from environment to environment.
const IN: &str = "in";

/// Adds the deployments of a step to those of its app.
pub(super) fn add(
    deployments: &mut Vec<DeploymentTarget>,
    app: &AppSlug,
    step: &Step,
    fields: &mut Fields<'_>,
) -> Result<(), Mistake> {
    let mut asked = Vec::new();
    for &environment in &step.environments {
        let mut here = fields.within(IN, environment.as_str())?;
        here.put("{app}", app.as_str());
        here.put("{environment}", environment.as_str());
        let target = target(step, app, environment, &mut here)?;
        match deployments.iter().find(|known| known.environment == environment) {
            Some(known) if *known != target => {
                let other =
                    format!("{} deploys to {environment} in another way than a step before it", step.id);
                return Err(Mistake::new(fields.at(), other));
            }
            Some(_) => {}
            None => deployments.push(target),
        }
        asked = here.asked().to_vec();
    }
    fields.ask(&asked);
    let names = || step.environments.iter().map(EnvironmentName::as_str);
    for value in fields.layers(IN) {
        for (name, at, value) in entries(value)? {
            if !names().any(|known| known == name) {
                let of = format!(" of {}", step.id);
                return Err(Mistake::unknown(at, ["environment", &of], name, names()));
            }
            let mut here = Fields::new(format!("{} in {name}", step.id), at, vec![table(value)?]);
            here.ask(&asked);
            here.end()?;
        }
    }
    Ok(())
}

fn target(
    step: &Step,
    app: &AppSlug,
    environment: EnvironmentName,
    fields: &mut Fields<'_>,
) -> Result<DeploymentTarget, Mistake> {
    Ok(DeploymentTarget {
        environment,
        means: kinds::means(&step.operation, app, environment, fields)?,
        variables: fields.get("variables")?,
        version_endpoint: fields.get("endpoint")?,
        called: fields.get("called")?,
        gate: fields.get("gate")?,
        ecs: fields.get("ecs")?,
    })
}
