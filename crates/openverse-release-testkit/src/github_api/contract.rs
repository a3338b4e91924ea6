//! The checks.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{
    dialect::to_draft4,
    operation::{Operation, find, followed, parameters},
};

const DESCRIPTION: &str = include_str!("../../github/api.github.com.json");
const JSON: &str = "application/json";

/// A way in which a request or a response is not what GitHub describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: `path`, `query per_page`, `body/tag_name` and the like.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl Violation {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// GitHub's description of the operations this project uses.
#[derive(Debug)]
pub struct Contract {
    description: Value,
    /// By JSON pointer: compiling a schema costs far more than using it.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// Loads the vendored description.
    ///
    /// # Panics
    /// When the vendored description is not JSON.
    pub fn load() -> Self {
        let mut description: Value =
            serde_json::from_str(DESCRIPTION).expect("the vendored description is JSON");
        to_draft4(&mut description);
        Self { description, validators: Mutex::default() }
    }

    /// Holds a request against the description; nothing wrong gives an empty list.
    ///
    /// The path is that of api.github.com, without any prefix of the server, and `query` what
    /// stands after the `?`, both as sent. A query parameter or a body property that the
    /// description does not name is a violation: GitHub would ignore it without a word.
    pub fn check_request(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: Option<&Value>,
    ) -> Vec<Violation> {
        let Some(operation) = find(&self.description, method, path) else {
            return vec![Violation::new("path", format!("{method} {path} is not described"))];
        };
        let mut violations = Vec::new();
        let parameters = parameters(&self.description, operation.node);
        for (name, value) in &operation.path_values {
            let schema = parameters.iter().find(|it| it["in"] == "path" && it["name"] == *name);
            if let Some(parameter) = schema {
                violations.extend(check_text(&format!("path {name}"), &parameter["schema"], value));
            }
        }
        let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in &given {
            let place = format!("query {name}");
            match parameters.iter().find(|it| it["in"] == "query" && it["name"] == *name) {
                None => violations.push(Violation::new(place, "is not described")),
                Some(parameter) => violations.extend(check_text(&place, &parameter["schema"], value)),
            }
        }
        for parameter in parameters.iter().filter(|it| it["in"] == "query" && it["required"] == true) {
            if !given.iter().any(|(name, _)| parameter["name"] == *name) {
                violations.push(Violation::new(format!("query {}", parameter["name"]), "is missing"));
            }
        }
        violations.extend(self.check_request_body(&operation, body));
        violations
    }

    /// Holds a response against the description; nothing wrong gives an empty list.
    ///
    /// The method and path are those of the request. `body` is `None` where the body is empty.
    /// An error status that the operation does not list, as every operation can answer one, needs
    /// GitHub's general form of an error with a `message`.
    pub fn check_response(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: Option<&Value>,
    ) -> Vec<Violation> {
        let Some(operation) = find(&self.description, method, path) else {
            return vec![Violation::new("path", format!("{method} {path} is not described"))];
        };
        let listed = &operation.node["responses"][status.to_string()];
        if listed.is_null() {
            return match body {
                _ if status < 400 => {
                    vec![Violation::new("status", format!("{status} is not described for {method} {path}"))]
                }
                Some(body) if body["message"].is_string() => {
                    self.check_body("/components/schemas/basic-error", body)
                }
                _ => vec![Violation::new("body/message", "is missing from an error")],
            };
        }
        let response = followed(&self.description, listed);
        let pointer = match listed["$ref"].as_str() {
            Some(reference) => reference.trim_start_matches('#').to_owned(),
            None => format!("{}/responses/{status}", operation.pointer),
        };
        let described = response["content"][JSON]["schema"].is_object();
        match body {
            Some(body) if described => {
                self.check_body(&format!("{pointer}/content/application~1json/schema"), body)
            }
            Some(_) if response["content"].is_null() => {
                vec![Violation::new("body", "is described as empty")]
            }
            None if described => vec![Violation::new("body", "is missing")],
            _ => Vec::new(),
        }
    }

    fn check_request_body(&self, operation: &Operation<'_>, body: Option<&Value>) -> Vec<Violation> {
        let described = &operation.node["requestBody"];
        let Some(body) = body else {
            let required = described["required"] == true;
            return required.then(|| Violation::new("body", "is missing")).into_iter().collect();
        };
        let schema = &described["content"][JSON]["schema"];
        if schema.is_null() {
            return vec![Violation::new("body", "is described as empty")];
        }
        let pointer = format!("{}/requestBody/content/application~1json/schema", operation.pointer);
        let mut violations = self.check_body(&pointer, body);
        let named = followed(&self.description, schema)["properties"].as_object();
        if let (Some(named), Some(given)) = (named, body.as_object()) {
            let unnamed = given.keys().filter(|key| !named.contains_key(*key));
            violations.extend(unnamed.map(|key| Violation::new(format!("body/{key}"), "is not described")));
        }
        violations
    }

    fn check_body(&self, pointer: &str, body: &Value) -> Vec<Violation> {
        let validator = self.validator(pointer);
        validator
            .iter_errors(body)
            .map(|error| Violation::new(format!("body{}", error.instance_path), error.to_string()))
            .collect()
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = validators.entry(pointer.to_owned()).or_insert_with(|| {
            let components = self.description["components"].clone();
            let schema = json!({ "allOf": [self.description.pointer(pointer)], "components": components });
            Arc::new(compile(&schema))
        });
        Arc::clone(compiled)
    }
}

/// Compiles a schema of the description.
///
/// # Panics
/// When it is no JSON Schema, which only an edit of the vendored description can cause.
fn compile(schema: &Value) -> Validator {
    jsonschema::draft4::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("the vendored description holds valid schemas")
}

/// Holds the text of a path or query parameter against the parameter's schema.
fn check_text(place: &str, schema: &Value, text: &str) -> Option<Violation> {
    // Described as a moment, but its prose allows a comparison, as in searching.
    let text = match schema["format"].as_str() {
        Some("date-time") => text.trim_start_matches(['<', '>', '=']),
        _ => text,
    };
    // The limit stands in its prose only. GitHub cuts a greater number down without a word.
    if place == "query per_page" && text.parse().is_ok_and(|size: u64| size > 100) {
        return Some(Violation::new(place, format!("{text} is over 100")));
    }
    let validator = compile(schema);
    let as_json = serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string());
    let fits = validator.is_valid(&json!(text)) || as_json.is_some_and(|value| validator.is_valid(&value));
    (!fits).then(|| Violation::new(place, format!("{text:?} does not fit {schema}")))
}
