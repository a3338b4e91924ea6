//! OpenAPI 3.0's own dialect of JSON Schema, put into JSON Schema's draft 4.

use serde_json::{Value, json};

/// Rewrites every schema below `node` so that a draft 4 validator reads it as OpenAPI means it.
///
/// The two differ in `nullable` only: draft 4 knows no such word and would refuse every null. And
/// GitHub says `oneOf` where its alternatives overlap, as its two forms of a conflict do: what fits
/// both would fit neither, so it is read as `anyOf`.
pub(crate) fn to_draft4(node: &mut Value) {
    match node {
        Value::Object(map) => {
            map.values_mut().for_each(to_draft4);
            // A property of that name would be no list.
            if map.get("oneOf").is_some_and(Value::is_array)
                && let Some(alternatives) = map.remove("oneOf")
            {
                map.insert("anyOf".to_owned(), alternatives);
            }
            if map.get("nullable") == Some(&Value::Bool(true)) {
                map.remove("nullable");
                let schema = Value::Object(std::mem::take(map));
                *node = json!({ "anyOf": [schema, { "type": "null" }] });
            }
        }
        Value::Array(items) => items.iter_mut().for_each(to_draft4),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_allows_null_at_any_depth_even_where_an_enum_does_not_list_it() {
        let mut schema = json!({
            "type": "object",
            "properties": { "kind": { "type": "string", "enum": ["a"], "nullable": true } },
        });
        to_draft4(&mut schema);
        let validator = jsonschema::draft4::new(&schema).unwrap();
        assert!(validator.is_valid(&json!({ "kind": null })));
        assert!(validator.is_valid(&json!({ "kind": "a" })));
        assert!(!validator.is_valid(&json!({ "kind": "b" })));
    }

    #[test]
    fn what_fits_two_alternatives_fits() {
        let mut schema = json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] });
        to_draft4(&mut schema);
        let validator = jsonschema::draft4::new(&schema).unwrap();
        assert!(validator.is_valid(&json!(1)) && !validator.is_valid(&json!("1")));
    }

    #[test]
    fn a_property_that_is_called_like_a_rule_stays_a_property() {
        let property = json!({ "type": "boolean" });
        let mut schema = json!({ "properties": { "nullable": property, "oneOf": property } });
        let before = schema.clone();
        to_draft4(&mut schema);
        assert_eq!(schema, before);
    }
}
