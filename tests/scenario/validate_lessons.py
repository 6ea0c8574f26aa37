#!/usr/bin/env python3
"""Checks every shipped scenario and world against assets/scenario.schema.json, with a validator that
is not ours, as an editor would. Exit code 0: all fit; 1: one does not; 77: jsonschema is missing."""

import datetime
import json
import pathlib
import sys
import tomllib

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]


def as_json(value):
    """Editors show a date and time to the schema as its text."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value


def main():
    schema = json.loads((ROOT / "assets/scenario.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(ROOT.glob("scenarios/*/scenario.toml")) + sorted(ROOT.glob("assets/worlds/*.toml"))
    files.append(ROOT / "tests/scenario/lab.toml")
    wrong = 0
    for file in files:
        document = as_json(tomllib.loads(file.read_text(encoding="utf-8")))
        for error in validator.iter_errors(document):
            wrong += 1
            print(f"{file.relative_to(ROOT)}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
    # A validator that lets everything pass proves nothing.
    if not list(validator.iter_errors({"verdict": 1})) or not list(
        validator.iter_errors({"rule": {"r": {"verdict": "dorp"}}})
    ):
        wrong += 1
        print("the schema takes what is wrong")
    print(f"{len(files)} files, {wrong} problems")
    return 1 if wrong or len(files) < 9 else 0


if __name__ == "__main__":
    sys.exit(main())
