//! Finding the operation that a request asks for.

use serde_json::Value;

/// One operation of the description, with the values its path gave to the parameters.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    /// The JSON pointer to it.
    pub(crate) pointer: String,
    pub(crate) node: &'a Value,
    pub(crate) path_values: Vec<(&'a str, String)>,
}

/// Finds the operation for a method and a path, the path without query, parameters still encoded.
pub(crate) fn find<'a>(description: &'a Value, method: &str, path: &str) -> Option<Operation<'a>> {
    let method = method.to_ascii_lowercase();
    let paths = description["paths"].as_object()?;
    paths
        .iter()
        .filter_map(|(template, item)| {
            let node = item.get(&method)?;
            let path_values = matching(description, node, template, path)?;
            let pointer = format!("/paths/{}/{method}", template.replace('~', "~0").replace('/', "~1"));
            Some(Operation { pointer, node, path_values })
        })
        // `releases/latest` is a release only where nothing says more exactly what it is.
        .min_by_key(|operation| operation.path_values.len())
}

/// Returns the parameters of an operation, each reference followed.
pub(crate) fn parameters<'a>(description: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    let listed = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    listed.iter().map(|parameter| followed(description, parameter)).collect()
}

/// Follows a reference, if that is what the node is.
pub(crate) fn followed<'a>(description: &'a Value, node: &'a Value) -> &'a Value {
    let target = node["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| description.pointer(pointer)).unwrap_or(node)
}

fn matching<'a>(
    description: &Value,
    operation: &Value,
    template: &'a str,
    path: &str,
) -> Option<Vec<(&'a str, String)>> {
    let parameters = parameters(description, operation);
    let holds_slashes = |name: &str| {
        parameters.iter().any(|it| it["in"] == "path" && it["name"] == name && it["x-multi-segment"] == true)
    };
    let mut values = Vec::new();
    let mut rest = path.strip_prefix('/')?;
    let mut segments = template.strip_prefix('/')?.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        let name = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
        let takes_all = last && name.is_some_and(holds_slashes);
        let (found, after) = match rest.split_once('/') {
            Some((found, after)) if !takes_all => (found, Some(after)),
            _ => (rest, None),
        };
        match name {
            Some(_) if found.is_empty() => return None,
            Some(name) => values.push((name, found.to_owned())),
            None if found == segment => {}
            None => return None,
        }
        match after {
            Some(after) if !last => rest = after,
            None if last => return Some(values),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn description() -> Value {
        let slashes = json!([{ "in": "path", "name": "ref", "x-multi-segment": true }]);
        json!({ "paths": {
            "/r/{owner}/releases/{id}": { "get": {} },
            "/r/{owner}/releases/latest": { "get": {} },
            "/r/{owner}/ref/{ref}": { "get": { "parameters": slashes } },
        }})
    }

    fn pointer(path: &str) -> Option<String> {
        find(&description(), "GET", path).map(|operation| operation.pointer)
    }

    #[test]
    fn the_most_exact_template_wins() {
        assert_eq!(pointer("/r/me/releases/7").unwrap(), "/paths/~1r~1{owner}~1releases~1{id}/get");
        assert_eq!(pointer("/r/me/releases/latest").unwrap(), "/paths/~1r~1{owner}~1releases~1latest/get");
    }

    #[test]
    fn only_a_parameter_that_may_hold_slashes_does() {
        assert!(pointer("/r/me/ref/tags/x").is_some());
        assert_eq!(pointer("/r/me/releases/7/assets"), None);
        assert_eq!(pointer("/r/me/releases"), None);
        assert_eq!(pointer("/r//releases/7"), None);
    }
}
