//! Whether an app needs a release, and what has to be configured before one.

use openverse_release_core::{
    App, CommitSha, DeclaredVariables, EnvironmentName, MissingVariables, ReleaseNeed, VariableDeclarations,
};

use crate::{Advice, Engine, EngineError, Refusal, World, preview::newest_touching};

impl Engine {
    /// Tells whether an app needs a release, by what changed since its last one.
    ///
    /// # Errors
    /// When an outside system does not answer, or a declaration of environment variables cannot be read.
    pub async fn release_need(&self, app: &App) -> Result<ReleaseNeed, EngineError> {
        let nothing = DeclaredVariables { before: None, after: None };
        let Some(prefix) = &app.git_tag_prefix else { return Ok(ReleaseNeed::of(app, &[], nothing)) };
        let last = self.world.releases.tags(prefix).await?.into_iter().next();
        let newest = newest_touching(&self.world, self.world.main.as_str(), app, 1).await?.into_iter().next();
        let (Some((_, last)), Some(newest)) = (last, newest) else {
            return Err(Refusal::new(
                format!("no release of the {} to compare with, or no commit that touches it", app.name),
                "both",
                Advice::LookAtPreview { app: app.slug.clone() },
            )
            .into());
        };
        let changed = self.world.code.changed_files(&last, &newest.sha).await?.ok_or_else(|| {
            Refusal::new(
                format!("no way from commit {} to {}", last.short(), newest.sha.short()),
                "both in the repository",
                "look at the git tag of the last release",
            )
        })?;
        let before = self.world.declared_variables(app, &last).await?;
        let after = self.world.declared_variables(app, &newest.sha).await?;
        let variables = DeclaredVariables { before: before.as_ref(), after: after.as_ref() };
        Ok(ReleaseNeed::of(app, &changed, variables))
    }
}

impl World {
    async fn declared_variables(
        &self,
        app: &App,
        commit: &CommitSha,
    ) -> Result<Option<VariableDeclarations>, EngineError> {
        let path = app.variables_file();
        let Some(file) = self.branches.file(&path.parse()?, commit.as_str()).await? else { return Ok(None) };
        file.text.parse().map(Some).map_err(|error| {
            Refusal::new(
                format!("{path} in commit {}: {error}", commit.short()),
                "names of environment variables, one a line",
                "mend the file on the main branch",
            )
            .into()
        })
    }

    /// Returns a refusal for each environment that lacks environment variables which a commit of an app needs.
    /// Only those are looked at that a release deploys to and that are guarded.
    pub(crate) async fn missing_variables(
        &self,
        app: &App,
        environments: &[EnvironmentName],
        commit: &CommitSha,
    ) -> Result<Vec<Refusal>, EngineError> {
        let guarded = environments.iter().filter(|&&it| app.flow.environments().is_guarded(it));
        let targets = guarded.filter_map(|&environment| app.deployment(environment));
        let targets: Vec<_> = targets.filter(|target| target.variables.is_some()).collect();
        let mut refusals = Vec::new();
        if targets.is_empty() {
            return Ok(refusals);
        }
        let Some(declared) = self.declared_variables(app, commit).await? else { return Ok(refusals) };
        for target in targets {
            let configured = self.variables.names(target).await?;
            let missing = MissingVariables::of(app, target.environment, &declared, &configured);
            refusals.extend(missing.map(|missing| {
                let advice = Advice::AddVariables { app: app.slug.clone(), names: missing.names().to_vec() };
                Refusal::new(missing.found(), missing.expected(), advice)
            }));
        }
        Ok(refusals)
    }
}
