//! What must be so before a deployment.

use serde::{Deserialize, Serialize};

use crate::{DagPattern, DagRun};

/// What must be so before an app is deployed, or rolled back, in an environment.
///
/// ```
/// use openverse_release_core::{EnvironmentName, Project};
///
/// let openverse = Project::openverse();
/// let catalog = openverse.app("catalog").unwrap().deployment(EnvironmentName::PRODUCTION).unwrap();
/// assert!(catalog.gate.as_ref().unwrap().check(&[]).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// No run of a DAG that one of these patterns means is queued or running. `*` means every DAG.
    pub no_dag_running: Vec<DagPattern>,
}

impl Gate {
    /// Tells whether the gate is open, given every run of a DAG that has not ended.
    ///
    /// # Errors
    /// When it is closed, with the runs that close it.
    pub fn check(&self, running: &[DagRun]) -> Result<(), GateClosed> {
        let meant = |run: &&DagRun| self.no_dag_running.iter().any(|pattern| pattern.matches(&run.dag));
        let mut running: Vec<DagRun> = running.iter().filter(meant).cloned().collect();
        if running.is_empty() {
            return Ok(());
        }
        running.sort_by(|one, other| (&one.dag, &one.id).cmp(&(&other.dag, &other.id)));
        Err(GateClosed { running, meant: self.no_dag_running.clone() })
    }
}

/// A deployment must wait, because runs of DAGs have not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("found {}, expected no run of {} that is queued or running", runs(.running), patterns(.meant))]
pub struct GateClosed {
    /// The runs, ordered by DAG; at least one.
    pub running: Vec<DagRun>,
    /// The DAGs none of which may run.
    pub meant: Vec<DagPattern>,
}

fn runs(running: &[DagRun]) -> String {
    let runs = running.iter().map(|run| {
        let since = run.started_at.map(|at| format!(" since {}", at.format("%Y-%m-%d %H:%M:%S UTC")));
        format!("{} {}{}", run.dag, run.state.as_str(), since.unwrap_or_default())
    });
    runs.collect::<Vec<_>>().join(", ")
}

fn patterns(meant: &[DagPattern]) -> String {
    if meant.iter().any(|pattern| pattern.as_str() == "*") {
        return "any DAG".to_owned();
    }
    meant.iter().map(DagPattern::as_str).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{DagRunState, EnvironmentName, Project};

    fn run(dag: &str, state: DagRunState) -> DagRun {
        let started_at = (state == DagRunState::Running)
            .then(|| DateTime::parse_from_rfc3339("2024-05-14T15:09:26Z").unwrap().to_utc());
        DagRun { dag: dag.parse().unwrap(), id: "manual__1".parse().unwrap(), state, started_at }
    }

    fn gate(app: &str, environment: EnvironmentName) -> Gate {
        let project = Project::openverse();
        project.app(app).unwrap().deployment(environment).unwrap().gate.clone().unwrap()
    }

    #[test]
    fn the_catalog_is_deployed_while_no_dag_runs() {
        let gate = gate("catalog", EnvironmentName::PRODUCTION);
        assert_eq!(gate.check(&[]), Ok(()));
        let running = [
            run("wikimedia_commons_workflow", DagRunState::Running),
            run("audio_data_refresh", DagRunState::Queued),
        ];
        insta::assert_snapshot!(
            gate.check(&running).unwrap_err(),
            @"found audio_data_refresh queued, wikimedia_commons_workflow running since 2024-05-14 15:09:26 UTC, expected no run of any DAG that is queued or running"
        );
    }

    #[test]
    fn the_ingestion_server_is_deployed_while_no_data_refresh_runs() {
        for environment in [EnvironmentName::STAGING, EnvironmentName::PRODUCTION] {
            let gate = gate("ingestion-server", environment);
            let other = run("wikimedia_commons_workflow", DagRunState::Running);
            assert_eq!(gate.check(std::slice::from_ref(&other)), Ok(()));
            let closed = gate.check(&[other, run("image_data_refresh", DagRunState::Queued)]).unwrap_err();
            assert_eq!(closed.running, [run("image_data_refresh", DagRunState::Queued)]);
            let said = "found image_data_refresh queued, expected no run of *_data_refresh that is queued or running";
            assert_eq!(closed.to_string(), said);
        }
    }

    #[test]
    fn what_needs_no_gate_has_none() {
        let project = Project::openverse();
        let gated: Vec<_> = project
            .apps
            .iter()
            .flat_map(|app| app.deployments.iter().map(|target| (app.slug.as_str(), target)))
            .filter(|(_, target)| target.gate.is_some())
            .map(|(app, target)| (app, target.environment.as_str()))
            .collect();
        let expected =
            [("catalog", "production"), ("ingestion-server", "staging"), ("ingestion-server", "production")];
        assert_eq!(gated, expected);
    }
}
