//! Ansible: what a playbook would change, and the playbook run.

use std::collections::BTreeMap;

use openverse_release_core::ImageTag;
use openverse_release_ports::{PortError, System, WriteError};

use super::{
    Infrastructure,
    error::{conflict, not_done, said},
    foreseen::{Changes, Expected},
    secrets::{Hiding, Secrets},
    site::Site,
};
use crate::{AnsibleError, OutputSink as _, OutputStream, Playbook, ProgramError};

/// What Ansible may do for a place of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'l> {
    pub(super) site: &'l Site,
    pub(super) playbook: &'l str,
    pub(super) inventory: &'l str,
    /// Names of tasks.
    pub(super) changes: &'l [String],
    pub(super) expected: Expected<'l>,
}

impl Infrastructure {
    pub(super) async fn ansible_foresees(
        &self,
        limits: Limits<'_>,
        over: Option<&ImageTag>,
    ) -> Result<Changes, PortError> {
        let secrets = self.secrets().await;
        let mut variables = BTreeMap::new();
        if let Some(tag) = over {
            let variable = limits.site.of_the_root(System::Ansible)?;
            variables.insert(variable.to_owned(), tag.to_string());
        }
        let sink = Hiding { secrets: &secrets, sink: &*self.config.output };
        match self.ansible().check(&playbook(limits, variables), &sink).await {
            Ok(report) => Ok(limits.expected.in_report(&report, limits.changes, &secrets)),
            Err(error) => Err(PortError::NotDone {
                system: System::Ansible,
                action: "try the playbook out".to_owned(),
                detail: secrets.hide(&said(&error)),
            }),
        }
    }

    pub(super) async fn ansible_applies(&self, limits: Limits<'_>) -> Result<(), WriteError> {
        let before = self.present(limits.site).await?;
        let changes = self.ansible_foresees(limits, None).await?;
        if self.present(limits.site).await? != before {
            return Err(conflict(
                "a checkout that changed while the playbook was tried out",
                "nobody else at work in it",
            ));
        }
        if let Some(found) = changes.refused() {
            return Err(conflict(found, "a playbook that changes nothing else; nothing was applied"));
        }
        if changes.are_none() {
            return Ok(());
        }
        let secrets = self.secrets().await;
        let sink = Hiding { secrets: &secrets, sink: &*self.config.output };
        let report = self.ansible().apply(&playbook(limits, BTreeMap::new()), &sink).await;
        let report = report.map_err(|error| not_applied(error, &secrets))?;
        // Check mode passes over what cannot be tried out. It is done now, and has to be known.
        if let Some(more) = limits.expected.in_report(&report, limits.changes, &secrets).refused() {
            sink.line(OutputStream::Error, &format!("changed beside what was foreseen: {more}"));
        }
        Ok(())
    }
}

fn playbook(limits: Limits<'_>, variables: BTreeMap<String, String>) -> Playbook {
    Playbook { file: limits.playbook.into(), inventory: limits.inventory.into(), variables }
}

fn not_applied(error: AnsibleError, secrets: &Secrets) -> WriteError {
    match error {
        AnsibleError::FailedTasks { .. }
        | AnsibleError::Unreachable { .. }
        | AnsibleError::NoHosts { .. } => {
            let found = format!("{}; what came before them is done", secrets.hide(&error.to_string()));
            conflict(found, "the playbook to run to its end; look again at what is left to do")
        }
        AnsibleError::Program(ProgramError::NotInstalled { .. } | ProgramError::NoFolder { .. })
        | AnsibleError::NotWritten { .. }
        | AnsibleError::Template { .. } => not_done(System::Ansible, "run the playbook", &error).into(),
        other => WriteError::Port(PortError::ReplyLost {
            system: System::Ansible,
            action: "running the playbook".to_owned(),
            detail: secrets.hide(&said(&other)),
        }),
    }
}
