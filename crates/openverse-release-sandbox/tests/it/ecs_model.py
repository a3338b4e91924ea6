"""Holds answers of the sandbox against AWS's own model of ECS, as botocore ships it.

Reads a list of {"operation", "status", "answer"} and prints what each answer has that the model
does not allow, or lacks that the model requires.
"""

import json
import sys

from botocore.session import get_session

model = get_session().get_service_model("ecs")
violations = []


def complain(path, what):
    violations.append(f"{path}: {what}")


def check(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return complain(path, f"{value!r} is no structure {shape.name}")
        for name in shape.required_members:
            if name not in value:
                complain(path, f"{shape.name} lacks the required {name}")
        for name, member in value.items():
            if name not in shape.members:
                complain(path, f"{shape.name} has no member {name}")
            else:
                check(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return complain(path, f"{value!r} is no list")
        for index, member in enumerate(value):
            check(shape.member, member, f"{path}[{index}]")
    elif kind == "map":
        if not isinstance(value, dict):
            return complain(path, f"{value!r} is no map")
        for key, member in value.items():
            check(shape.value, member, f"{path}.{key}")
    elif kind == "string":
        if not isinstance(value, str):
            complain(path, f"{value!r} is no string")
        elif shape.enum and value not in shape.enum:
            complain(path, f"{value!r} is none of {shape.enum}")
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            complain(path, f"{value!r} is no {kind}")
    elif kind in ("double", "float", "timestamp"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            complain(path, f"{value!r} is no {kind}")
    elif kind == "boolean":
        if not isinstance(value, bool):
            complain(path, f"{value!r} is no boolean")
    else:
        complain(path, f"the check does not know {kind}")


answers = json.load(sys.stdin)
for seen in answers:
    operation = model.operation_model(seen["operation"])
    name, answer = seen["operation"], seen["answer"]
    if seen["status"] == 200:
        check(operation.output_shape, answer, name)
        continue
    errors = {error.name: error for error in operation.error_shapes}
    code = answer.pop("__type", None)
    if code not in errors:
        complain(name, f"fails with {code!r}, which is none of {sorted(errors)}")
    else:
        check(errors[code], answer, f"{name} {code}")

print("\n".join(violations))
