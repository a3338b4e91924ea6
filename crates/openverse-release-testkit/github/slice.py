"""Cuts the part of GitHub's OpenAPI description that this project speaks out of the whole.

Usage: slice.py package/generated/api.github.com.json api.github.com.json

Kept: the operations below and every component they refer to, unchanged. Left out, because
nothing here reads them: examples, Octokit's and GitHub's own extensions other than
`x-multi-segment` (which says that a path parameter may hold slashes), webhooks, tags.
"""

import json
import sys

REPOSITORY = "/repos/{owner}/{repo}"
OPERATIONS = {
    "/actions/runs": ["get"],
    "/actions/runs/{run_id}": ["get"],
    "/actions/runs/{run_id}/cancel": ["post"],
    "/actions/runs/{run_id}/jobs": ["get"],
    "/actions/workflows/{workflow_id}": ["get"],
    "/actions/workflows/{workflow_id}/dispatches": ["post"],
    "/actions/workflows/{workflow_id}/runs": ["get"],
    "/commits": ["get"],
    "/commits/{commit_sha}/pulls": ["get"],
    "/commits/{ref}": ["get"],
    "/compare/{basehead}": ["get"],
    "/contents/{path}": ["get", "put"],
    "/dispatches": ["post"],
    "/git/matching-refs/{ref}": ["get"],
    "/git/ref/{ref}": ["get"],
    "/git/refs": ["post"],
    "/git/tags/{tag_sha}": ["get"],
    "/issues/{issue_number}/labels": ["get", "post"],
    "/pulls": ["get", "post"],
    "/pulls/{pull_number}": ["get", "patch"],
    "/pulls/{pull_number}/merge": ["put"],
    "/pulls/{pull_number}/reviews": ["get", "post"],
    "/releases": ["get", "post"],
    "/releases/generate-notes": ["post"],
    "/releases/latest": ["get"],
    "/releases/tags/{tag}": ["get"],
    "/releases/{release_id}": ["get", "patch", "delete"],
}
KEPT_EXTENSIONS = {"x-multi-segment"}


def without_ballast(node, names_are_data=False):
    """Copies a node; below `properties` and the like, keys are names and all are kept."""
    if isinstance(node, list):
        return [without_ballast(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {}
    for key, value in node.items():
        ballast = key in ("example", "examples") or (key.startswith("x-") and key not in KEPT_EXTENSIONS)
        if ballast and not names_are_data:
            continue
        holds_names = not names_are_data and key in ("properties", "headers", "paths", "responses", "schemas")
        copy[key] = without_ballast(value, holds_names)
    return copy


def references(node):
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str):
            yield target
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def main(source, destination):
    with open(source, encoding="utf-8") as file:
        whole = json.load(file)
    paths = {}
    for path, methods in OPERATIONS.items():
        item = whole["paths"][REPOSITORY + path]
        paths[REPOSITORY + path] = without_ballast({method: item[method] for method in methods})
    components = {}
    todo = list(references(paths))
    while todo:
        _, _, kind, name = todo.pop().split("/", 3)
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = without_ballast(whole["components"][kind][name])
        todo.extend(references(components[kind][name]))
    part = {key: whole[key] for key in ("openapi", "info", "servers")}
    part |= {"paths": paths, "components": components}
    with open(destination, "w", encoding="utf-8") as file:
        json.dump(part, file, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        file.write("\n")


main(*sys.argv[1:])
