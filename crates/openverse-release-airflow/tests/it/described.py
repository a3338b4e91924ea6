"""Holds requests and answers against a description of Airflow's API.

Reads the description named on the command line, and from standard input a JSON list of exchanges: method,
target, and where there is an answer, status and body. Prints what does not fit, one line each."""

import json
import sys
from urllib.parse import parse_qsl, urlsplit

import yaml
from jsonschema import Draft202012Validator


def strict(schema, inside_all_of=False):
    """Refuses what is not described, and reads `nullable` of OpenAPI 3.0 as JSON Schema says it."""
    if isinstance(schema, list):
        return [strict(part, inside_all_of) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: strict(value, inside_all_of or key == "allOf") for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not inside_all_of:
        changed.setdefault("additionalProperties", False)
    if schema.get("nullable") is True:
        changed = {"anyOf": [changed, {"type": "null"}]}
    return changed


def combined(part):
    """The names of the schemas that others are made of: such a one does not describe all there is."""
    if isinstance(part, list):
        return {name for it in part for name in combined(it)}
    if not isinstance(part, dict):
        return set()
    own = {it["$ref"].split("/")[-1] for it in part.get("allOf", []) if "$ref" in it}
    return own.union(*(combined(it) for it in part.values()))


def resolve(part, description):
    while "$ref" in part:
        found = description
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def find(description, path):
    """The most literal of the paths that fit: `/dags/~/dagRuns` is described as `/dags/{dag_id}/dagRuns`."""
    parts = path.split("/")
    fits = []
    for template, operations in description["paths"].items():
        wanted = template.split("/")
        if len(wanted) == len(parts) and all(w.startswith("{") or w == p for w, p in zip(wanted, parts)):
            fits.append((sum(w.startswith("{") for w in wanted), template, operations))
    return min(fits, key=lambda fit: fit[0])[1:] if fits else None


def complaints(description, components, prefix, exchange):
    target = urlsplit(exchange["target"])
    found = find(description, target.path.removeprefix(prefix))
    method = exchange["method"].lower()
    if found is None or method not in found[1]:
        yield "is not described"
        return
    template, operations = found
    operation = operations[method]
    parameters = operation.get("parameters", []) + operations.get("parameters", [])
    known = {parameter["name"] for parameter in (resolve(it, description) for it in parameters)}
    for name, _ in parse_qsl(target.query):
        if name not in known:
            yield f"has the parameter {name}, {template} has {sorted(known)}"
    if "status" not in exchange:
        return
    response = operation["responses"].get(str(exchange["status"]))
    if response is None:
        yield f"is answered {exchange['status']}, described are {sorted(operation['responses'])}"
        return
    for content in resolve(response, description).get("content", {}).values():
        schema = {**strict(content["schema"]), "components": components}
        for error in Draft202012Validator(schema).iter_errors(exchange["body"]):
            yield f"has at {error.json_path}: {error.message[:400]}"


def main():
    with open(sys.argv[1]) as file:
        description = yaml.safe_load(file)
    parts = combined(description)
    schemas = description["components"]["schemas"]
    components = {"schemas": {name: strict(it, name in parts) for name, it in schemas.items()}}
    # Version 1 is described by paths below this, version 2 by whole paths.
    prefix = "/api/v1" if "/dags" in description["paths"] else ""
    for exchange in json.load(sys.stdin):
        for complaint in complaints(description, components, prefix, exchange):
            print(exchange["method"], exchange["target"], complaint)


main()
