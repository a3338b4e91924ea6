//! Terraform: what a plan would change, and the very plan that was read applied.

use std::{collections::BTreeMap, path::PathBuf};

use openverse_release_core::ImageTag;
use openverse_release_ports::{PortError, System, WriteError};
use tempfile::TempDir;

use super::{
    Infrastructure,
    error::{conflict, not_done, said},
    foreseen::{Changes, Expected},
    secrets::{Hiding, Secrets},
    site::Site,
};
use crate::{LockHolder, Plan, PlanOptions, ProgramError, Shown, Terraform, TerraformError};

/// What Terraform may do for a place of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'l> {
    pub(super) site: &'l Site,
    /// Addresses of resources.
    pub(super) changes: &'l [String],
    /// A variable that is true for the plan alone.
    pub(super) cleared: Option<&'l str>,
    pub(super) expected: Expected<'l>,
}

/// A plan in a file, which nobody else can read and which goes with this.
struct Drawn {
    terraform: Terraform,
    folder: TempDir,
    plan: Plan,
}

impl Infrastructure {
    pub(super) async fn terraform_foresees(
        &self,
        limits: Limits<'_>,
        over: Option<&ImageTag>,
    ) -> Result<Changes, PortError> {
        let secrets = self.secrets().await;
        let drawn = self.draw(limits, over, &secrets).await?;
        Ok(limits.expected.in_plan(&drawn.plan, limits.changes, &secrets))
    }

    pub(super) async fn terraform_applies(&self, limits: Limits<'_>) -> Result<(), WriteError> {
        let secrets = self.secrets().await;
        let before = self.present(limits.site).await?;
        let Drawn { terraform, folder, plan } = self.draw(limits, None, &secrets).await?;
        if self.present(limits.site).await? != before {
            return Err(conflict(
                "a checkout that changed while the plan was made",
                "nobody else at work in it",
            ));
        }
        if let Expected::ImageTag(tag) = limits.expected
            && let Some(Shown::Plain(found)) = plan.variables.get(limits.site.variable.as_str())
            && *found != *tag.as_str()
        {
            let place = format!("{found} in the plan, which another file or variable says");
            return Err(conflict(place, format!("{tag}, as {} has it", limits.site.file)));
        }
        let changes = limits.expected.in_plan(&plan, limits.changes, &secrets);
        if let Some(found) = changes.refused() {
            return Err(conflict(found, "a plan that changes nothing else; nothing was applied"));
        }
        if changes.are_none() {
            return Ok(());
        }
        let sink = Hiding { secrets: &secrets, sink: &*self.config.output };
        let applied = terraform.apply(&plan_file(&folder), self.config.limits.state_lock, &sink).await;
        applied.map(drop).map_err(|error| not_applied(error, &secrets))
    }

    async fn draw(
        &self,
        limits: Limits<'_>,
        over: Option<&ImageTag>,
        secrets: &Secrets,
    ) -> Result<Drawn, PortError> {
        const ACTION: &str = "plan the change";
        let mut variables = BTreeMap::new();
        if let Some(tag) = over {
            let variable = limits.site.of_the_root(System::Terraform)?;
            variables.insert(variable.to_owned(), tag.to_string());
        }
        if let Some(cleared) = limits.cleared {
            variables.insert(cleared.to_owned(), "true".to_owned());
        }
        let folder = tempfile::Builder::new().prefix("openverse-release-").tempdir();
        let folder = folder.map_err(|error| not_done(System::Terraform, ACTION, &error))?;
        let terraform = self.terraform(limits.site.folder());
        let lock_timeout = self.config.limits.state_lock;
        let options = PlanOptions { variables, lock_timeout, ..PlanOptions::default() };
        let sink = Hiding { secrets, sink: &*self.config.output };
        let plan = async || {
            terraform.plan(&options, &plan_file(&folder), &sink).await?;
            terraform.show(&plan_file(&folder)).await
        };
        let prepared_plan = async || {
            terraform.init(&sink).await?;
            plan().await
        };
        let mut found = plan().await;
        if found.as_ref().is_err_and(wants_preparation) {
            found = prepared_plan().await;
        }
        match found {
            Ok(plan) => Ok(Drawn { terraform, folder, plan }),
            Err(error) => Err(PortError::NotDone {
                system: System::Terraform,
                action: ACTION.to_owned(),
                detail: secrets.hide(&explained(&error)),
            }),
        }
    }
}

fn plan_file(folder: &TempDir) -> PathBuf {
    folder.path().join("plan")
}

/// Tells whether Terraform asks for the folder to be prepared first, which is done only then: whoever
/// prepared it may have given the backend what is not in any file.
fn wants_preparation(error: &TerraformError) -> bool {
    match error {
        TerraformError::NotPlanned { problems } => {
            problems.iter().any(|problem| problem.contains("terraform init"))
        }
        _ => false,
    }
}

fn explained(error: &TerraformError) -> String {
    match error {
        TerraformError::Locked { holder } => format!("{error}; {}", unlocking(holder)),
        other => said(other),
    }
}

fn unlocking(holder: &LockHolder) -> String {
    format!(
        "wait until they are done, or, if nobody is at work any more, run in that folder: terraform force-unlock {}",
        holder.id
    )
}

fn not_applied(error: TerraformError, secrets: &Secrets) -> WriteError {
    match error {
        TerraformError::Locked { ref holder } => {
            conflict(error.to_string(), format!("nobody to hold its lock: {}", unlocking(holder)))
        }
        TerraformError::StalePlan => conflict(
            "a state that has changed since the plan was made",
            "the state it was made for; nothing was applied, look again",
        ),
        TerraformError::NotApplied { .. } => {
            let expected = "the whole plan to be applied; look again at what is left to do";
            conflict(secrets.hide(&error.to_string()), expected)
        }
        TerraformError::Program(ProgramError::NotInstalled { .. } | ProgramError::NoFolder { .. }) => {
            not_done(System::Terraform, "apply the plan", &error).into()
        }
        other => WriteError::Port(PortError::ReplyLost {
            system: System::Terraform,
            action: "applying the plan".to_owned(),
            detail: secrets.hide(&said(&other)),
        }),
    }
}
