//! `env-var`: add or update an environment variable, in the documented order.

use std::{
    env,
    io::{self, IsTerminal, Read},
};

use openverse_release_core::{App, DeploymentTarget, EnvironmentName, EnvironmentVariableName, OrderKind};
use openverse_release_engine::{ConfiguredVariable, VariableChange};
use secrecy::SecretString;
use serde::Serialize;

use super::{
    Outcome,
    drive::{announce, drive},
    say_requests,
};
use crate::{
    args::{EnvVar, EnvVarAction},
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BOLD, DIM, GOOD, clean},
};

#[derive(Debug, Serialize)]
struct View {
    configured: Vec<ConfiguredVariable>,
    pull_request: Option<String>,
}

pub(super) async fn run(context: &Context, action: &EnvVarAction) -> Outcome {
    let (wanted, change) = match action {
        EnvVarAction::Add(wanted) => (wanted, VariableChange::Add),
        EnvVarAction::Update(wanted) => (wanted, VariableChange::Update),
    };
    targets(context.find(&context.project()?, &wanted.app)?, wanted.environment)?;
    let name = &name(wanted)?;
    let value = value(wanted, name)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, &wanted.app)?;
    let targets = targets(app, wanted.environment)?;
    let output = context.output;
    let mut configured = Vec::new();
    for target in &targets {
        let done = engine.configure_variable(app, target, name, &value, change).await?;
        let words = match (done.written, done.applied.is_empty()) {
            (_, false) => "configured and applied",
            (true, true) => "configured; nothing had to be applied",
            (false, true) => "was so already",
        };
        output.say(&format!("{GOOD}done{GOOD:#}   {name} in {}: {words}", done.environment))?;
        for change in &done.applied {
            output.say(&format!("  {DIM}{}{DIM:#}", clean(change)))?;
        }
        configured.push(done);
    }
    let page = engine.propose_variable(app, &targets, name).await?;
    let redeploys = change == VariableChange::Update && configured.iter().any(|done| done.to_redeploy);
    output.result(&View { configured, pull_request: page.clone() }, |_| Ok(()))?;
    if let Some(page) = &page {
        output.say(&format!("{GOOD}done{GOOD:#}   pull request with the configuration: {}", clean(page)))?;
    }
    if redeploys {
        for target in &targets {
            let environment = target.environment;
            let tag = engine.current_tag(app, environment).await?;
            let reason = format!("new value of {name}");
            let order = engine.order_deployment(app, environment, &tag, &reason, OrderKind::Deploy).await?;
            announce(output, app, &order)?;
            let session = engine.begin(app, order)?;
            let exit = drive(context, &connected, app, session, true).await?;
            if exit != Exit::Done {
                return Ok(exit);
            }
        }
    } else if change == VariableChange::Add {
        let slug = &app.slug;
        output.say(&format!(
            "{BOLD}to do:{BOLD:#} the code that needs it follows the ordinary way: `release {slug}`"
        ))?;
    }
    say_requests(output, &connected)?;
    Ok(Exit::Done)
}

fn targets(app: &App, environment: Option<EnvironmentName>) -> Result<Vec<DeploymentTarget>, CliError> {
    let wanted = |target: &&DeploymentTarget| {
        target.variables.is_some() && environment.is_none_or(|environment| target.environment == environment)
    };
    let found: Vec<_> = app.deployments.iter().filter(wanted).cloned().collect();
    if found.is_empty() {
        return Err(CliError::new(
            Exit::BadInput,
            format!("found no place for environment variables of the {}", app.name),
        )
        .expected("an app and an environment whose configuration the project names as `variables`"));
    }
    Ok(found)
}

fn name(wanted: &EnvVar) -> Result<EnvironmentVariableName, CliError> {
    if wanted.name.contains('=') {
        return Err(CliError::new(
            Exit::BadInput,
            "found a value beside the name of the environment variable",
        )
        .expected("the name alone, since others can read what is typed here")
        .hint("the value is asked for, read from standard input, or named by --value-from"));
    }
    wanted.name.parse().map_err(|error| CliError::new(Exit::BadInput, format!("{error}")))
}

fn value(wanted: &EnvVar, name: &EnvironmentVariableName) -> Result<SecretString, CliError> {
    if let Some(variable) = &wanted.value_from {
        return env::var(variable).map(SecretString::from).map_err(|_| {
            CliError::new(Exit::BadInput, format!("the environment variable {variable} is not set"))
                .expected("it to hold the value")
        });
    }
    if io::stdin().is_terminal() {
        return inquire::Password::new(&format!("Value of {name}:"))
            .without_confirmation()
            .prompt()
            .map(SecretString::from)
            .map_err(|error| CliError::new(Exit::Refused, format!("no value was given: {error}")));
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| {
        CliError::new(Exit::BadInput, format!("the value could not be read from standard input: {error}"))
    })?;
    let value = text.strip_suffix('\n').unwrap_or(&text);
    if value.is_empty() {
        return Err(CliError::new(Exit::BadInput, "found no value on standard input")
            .expected("it, or --value-from with the environment variable that holds it"));
    }
    Ok(SecretString::from(value))
}
