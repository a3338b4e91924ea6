//! The JSON Schema of project files, for editors.

use serde_json::{Value, json};

use crate::{CheckId, flows::DocumentedFlow, kind::installed};

/// Returns the schema.
pub(super) fn schema() -> Value {
    let link = "The name of a step, or Step:outcome.";
    let mut whole_step = reference("step");
    whole_step["required"] = json!(["does"]);
    let mut schema = table(
        "The environments, repositories, apps and flows of one project.",
        &["name", "repositories", "apps"],
        &json!({
            "name": text("Its name for people."),
            "environments": environments(),
            "repositories": repositories(),
            "release_notes": release_notes(),
            "changelog": changelog(),
            "apps": by_name("^[a-z][a-z0-9-]*$", "The apps, by their names on the command line.", &reference("app")),
            "flows": by_name("", "The flows, which apps name.", &reference("flow")),
        }),
    );
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Project file of openverse-release");
    schema["$defs"] = json!({
        "app": app(),
        "flow": table("The steps from main to production.", &["steps"], &json!({
            "name": text("Its name; by default that of each app that names it."),
            "version": text("The version of the process, such as 1.0.0."),
            "steps": by_name("^[A-Za-z][A-Za-z0-9_]*$", "The steps, in their order.", &whole_step),
        })),
        "step": table("A step, or what an app adds to a step of its flow.", &[], &step()),
        "link": { "anyOf": [text(link), table("A link of which more is said.", &["step"], &json!({
                "step": text(link),
                "kind": one_of(["triggers", "enables", "continues"], "What the link means, if not what is usual."),
                "label": text("Words on the line."),
            }))] },
    });
    schema
}

fn app() -> Value {
    let documented = DocumentedFlow::ALL.map(DocumentedFlow::as_str).join(", ");
    table(
        "An app.",
        &["images", "flow"],
        &json!({
            "name": text("Its name for people, in the middle of a sentence; by default its name on the command line."),
            "git_tag_prefix": text("What its git tags start with; by default its name, if its flow publishes."),
            "images": texts("Its images: its own first, then those that are deployed with it."),
            "source_paths": texts("The folders whose changes change the app; by default the whole repository."),
            "image_paths": texts("The paths whose change changes the image, if other code needs no release."),
            "variables_file": text("The file that declares the environment variables that it needs."),
            "label": text("What labels on GitHub call it."),
            "flow": text(&format!("The name of a flow of this file, or a documented one: {documented}.")),
            "steps": by_name("", "What the app adds to steps of its flow, or has otherwise.", &reference("step")),
        }),
    )
}

fn step() -> Value {
    let kinds = installed();
    let does = kinds.iter().map(|kind| json!({ "const": kind.name, "description": kind.about }));
    let link = reference("link");
    let branches = |about| one_of(["all", "one"], about);
    let checks = CheckId::ALL.map(CheckId::as_str).to_vec();
    let detail = json!({
        "kind": one_of(["gate", "part", "follow_up"], "How it bears on the step."),
        "text": text("What it says."),
    });
    let mut step = json!({
        "does": { "description": "What the step does.", "oneOf": does.collect::<Vec<_>>() },
        "label": text("Its label in the chart; by default the words of its name."),
        "manual": flag("Whether it needs a person. The default depends on what it does."),
        "after": some(&link, "The steps that it comes after, each with an outcome if it matters."),
        "rolls_back": some(&link, "The deployments that it takes back."),
        "environment": some(&text("An environment."), "The environments that it updates."),
        "version": one_of(["release", "commit"], "Which version it deploys; a release if one is tagged before."),
        "outcomes": texts("How it can end, the good way first."),
        "split": branches("By how many of the links that leave it the process goes on."),
        "join": branches("For how many of the links that lead to it it waits."),
        "details": list(&table("Something to know.", &["kind", "text"], &detail), "What there is to know of it."),
        "exempt": {
            "type": "object",
            "description": "Findings of checks that are right for the step, each with the reason.",
            "propertyNames": { "enum": checks },
            "additionalProperties": text("The reason."),
        },
        "run": texts("The program, beside this file, and its arguments."),
        "parameters": { "type": "object", "description": "What the program is told beside the step." },
        "inherit_env": texts("The environment variables that the program may see."),
        "minutes": { "type": "integer", "minimum": 0, "description": "For how many minutes it waits or watches." },
        "limit": { "type": "integer", "minimum": 0, "description": "The longest time of one call, in seconds." },
        "by": one_of(["runner", "elsewhere"], "Who performs the step, if it is automatic."),
    });
    for parameter in kinds.iter().flat_map(|kind| kind.parameters) {
        // Of a kind from outside only the name is known.
        if step.get(parameter).is_none() && *parameter != "endpoint" {
            step[parameter] = json!({});
        }
    }
    let place = place();
    let here = table("What differs there.", &[], &place);
    put(&mut step, place);
    step["in"] = json!({
        "type": "object",
        "description": "What differs in one of several environments.",
        "additionalProperties": here,
    });
    step
}

/// Where and how an app is deployed.
fn place() -> Value {
    let means = json!({
        "file": text("The file of the infrastructure repository that holds the variable."),
        "playbook": text("The playbook."),
        "inventory": text("The inventory."),
        "changes": texts("The tasks or resources that may change with it."),
        "cleared": text("A variable that is true only while the configuration is applied."),
    });
    let mut variables = means.clone();
    put(
        &mut variables,
        json!({
            "by": one_of(["ansible", "terraform"], "What configures them."),
            "map": text("The variable that is the map."),
        }),
    );
    let mut place = means;
    put(
        &mut place,
        json!({
            "workflow": text("The deployment GitHub Workflow."),
            "event_type": text("The event type that starts it; by default deploy_{environment}_{app}."),
            "variable": text("The variable that holds the image tag."),
            "endpoint": text("Where the live app tells its version."),
            "called": text("What the app itself calls the environment."),
            "gate": table("What must be so before.", &["no_dag_running"], &json!({
                "no_dag_running": texts("Patterns of DAGs of which none may be running."),
            })),
            "variables": table("Where the environment variables are configured.", &["by", "file", "map", "changes"], &variables),
            "ecs": table("The ECS service that runs the app.", &["cluster", "service", "template_family", "containers"], &json!({
                "cluster": text("The cluster."),
                "service": text("The service in the cluster."),
                "template_family": text("The task definition that holds everything but the images."),
                "containers": {
                    "type": "object",
                    "description": "The image of each container.",
                    "additionalProperties": text("An image."),
                },
                "region": text("The region."),
            })),
        }),
    );
    place
}

fn environments() -> Value {
    let declared = json!({
        "name": text("Its name."),
        "guarded": flag("Whether a person decides on each deployment, and a release is published before."),
    });
    let one = json!({ "anyOf": [text("Its name."), table("An environment.", &["name"], &declared)] });
    list(&one, "The live environments, in the order in which code reaches them.")
}

fn repositories() -> Value {
    table(
        "The repositories on GitHub.",
        &["code"],
        &json!({
            "code": text("Where the code, the GitHub Releases and their git tags are."),
            "infrastructure": text("Where the deployment GitHub Workflows and the configuration are; by default the code's."),
            "main": text("The branch that code is merged to; by default main."),
            "ci": text("The GitHub Workflow that builds the images."),
            "tagging": text("The GitHub Workflow that tags the images of a release."),
        }),
    )
}

fn release_notes() -> Value {
    table(
        "By which labels the release notes are made.",
        &[],
        &json!({
            "app_label": text("The label of an app's pull requests, with {label} in it."),
            "leave_out": text("The label of pull requests that no release notes mention."),
            "new_features": texts("The labels of what is new."),
            "improvements": texts("The labels of what became better."),
            "internal_improvements": texts("The labels of what became better for those who work on it."),
            "bug_fixes": texts("The labels of what works again."),
        }),
    )
}

fn changelog() -> Value {
    table(
        "Where changelogs are kept.",
        &[],
        &json!({
            "path": text("The file of an entry, with {app} and {date} in it."),
            "labels": texts("The labels of its pull request."),
        }),
    )
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

fn one_of<const N: usize>(words: [&str; N], about: &str) -> Value {
    json!({ "enum": words.as_slice(), "description": about })
}

fn list(of: &Value, about: &str) -> Value {
    json!({ "type": "array", "items": of, "description": about })
}

fn texts(about: &str) -> Value {
    list(&json!({ "type": "string" }), about)
}

/// One, or a list of them.
fn some(of: &Value, about: &str) -> Value {
    json!({ "anyOf": [of, { "type": "array", "items": of }], "description": about })
}

fn table(about: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "type": "object",
        "description": about,
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

fn by_name(pattern: &str, about: &str, of: &Value) -> Value {
    json!({
        "type": "object",
        "description": about,
        "propertyNames": { "pattern": pattern },
        "additionalProperties": of,
    })
}

fn put(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}
