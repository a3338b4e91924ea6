//! What the engine advises, in the commands of this tool.

use openverse_release_core::RunId;
use openverse_release_engine::Advice;

/// Returns what to do, for a person at this command line.
pub(crate) fn worded(advice: &Advice) -> String {
    match advice {
        Advice::Elsewhere(what) => what.clone(),
        Advice::ResumeOrAbandon { run } => resume_or_abandon(run),
        Advice::LiftHold { app, environment } => {
            format!("once the cause is mended: `hold lift {app} {environment} --reason …`")
        }
        Advice::ListHolds => "`hold` lists them".to_owned(),
        Advice::WaitOrRollBack => {
            "wait until it has ended; to take the environment back at once use `rollback`".to_owned()
        }
        Advice::DeployAgain => "to deploy it once more use `deploy`".to_owned(),
        Advice::NothingToRelease => {
            "nothing needs a release; to deploy the version again use `deploy`".to_owned()
        }
        Advice::NameVersion => "name the version; `history` lists them".to_owned(),
        Advice::NameEarlierVersion => "name a version of `history` with --to".to_owned(),
        Advice::NameVersionOrCommit => "name a version that `history` lists, or a commit SHA".to_owned(),
        Advice::NameVersionOrAwaitBuild => {
            "name a version that `history` lists, or wait until CI has built it".to_owned()
        }
        Advice::AwaitNewestBuild => {
            "wait until CI has built the newest commit, or point `latest` back, then \
                                     look at `preview` again"
                .to_owned()
        }
        Advice::LookAtStatus { app } => format!("look at `status {app}`"),
        Advice::LookAtPreview { app } => format!("look at `preview {app}`"),
        Advice::LookAtFlow { app } => format!("look at `flow {app}`"),
        Advice::AddVariables { app, names } => {
            let them = if names.len() == 1 { "it" } else { "them" };
            let commands: Vec<_> =
                names.iter().map(|name| format!("`env-var add {name} --app {app}`")).collect();
            format!("configure {them} first, with {}, and try again", commands.join(" and "))
        }
        Advice::AddVariable { app, name } => format!("`env-var add {name} --app {app}`"),
        Advice::UpdateVariable { app, name } => format!("`env-var update {name} --app {app}`"),
    }
}

/// Returns what can be done with a run that has not ended.
pub(crate) fn resume_or_abandon(run: &RunId) -> String {
    format!("go on with `resume {run}`, or give it up with `abandon {run} --reason …`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_environment_variable_has_its_command() {
        let names = ["B", "A"].map(|name| name.parse().unwrap()).to_vec();
        let app: openverse_release_core::AppSlug = "api".parse().unwrap();
        assert_eq!(
            worded(&Advice::AddVariables { app: app.clone(), names }),
            "configure them first, with `env-var add B --app api` and `env-var add A --app api`, and try again"
        );
        let names = vec!["A".parse().unwrap()];
        assert_eq!(
            worded(&Advice::AddVariables { app, names }),
            "configure it first, with `env-var add A --app api`, and try again"
        );
    }
}
