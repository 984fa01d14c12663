"""Writes values.schema.json and docs/reference/values.md from values.yaml, or checks that they are up to date."""

from __future__ import annotations

import difflib
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import changes
import definitions
import values_model
from values_model import Value

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "charts/bowline/values.yaml"
SCHEMA = ROOT / "charts/bowline/values.schema.json"
PEERS = ROOT / "charts/bowline/templates"
REFERENCE = ROOT / "docs/reference/values.md"

# Maps whose keys are the user's. Those of Kubernetes' own types are in definitions.py.
FREE: dict[str, dict[str, Any]] = {
    "any": {"type": "object"},
    # Labels, annotations: templates make text of numbers and booleans, as `--set` gives them.
    "strings": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    "config": {
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array", "null"],
            "items": {"type": ["string", "number", "boolean"]},
        },
    },
}
DEFINITIONS = definitions.load()
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


def schema_of(value: Value) -> dict[str, Any]:
    if value.is_structure:
        return {
            **({"description": value.description} if value.description else {}),
            **structure(value.children, value.path),
        }
    result: dict[str, Any] = {"description": value.description}
    hint = dict(value.hint)
    nullable = hint.pop("nullable", False)
    if isinstance(hint.get("items"), str):
        hint["items"] = reference(hint["items"])
    if "free" in hint:
        free = hint.pop("free")
        result |= FREE[free] if free in FREE else definition(free)
    else:
        result["type"] = "array" if "items" in hint else TYPES.get(type(value.default))
        if result["type"] == "array" and "items" not in hint:
            raise values_model.ModelError(f"{value.path}: a list needs `# @schema {{items: …}}`")
    result |= hint
    return {**result, **({"type": [result["type"], "null"]} if nullable else {}), "default": value.default}


def definition(name: str) -> dict[str, Any]:
    if name not in DEFINITIONS:
        raise values_model.ModelError(f"no definition {name}")
    return DEFINITIONS[name]


def reference(name: str) -> dict[str, Any]:
    definition(name)
    return {"$ref": f"#/definitions/{name}"}


@cache
def peer_values() -> dict[str, dict[str, str]]:
    """Names that other charts have and this one has not, with what to do, by what they are below."""
    texts = "".join(path.read_text() for path in sorted(PEERS.glob("_peer-*.tpl")))
    lists = re.findall(r'define "bowline.peer\w*Values" -\}\}\n(.*?)\{\{- end', texts, re.DOTALL)
    if not lists:
        raise values_model.ModelError("no values of peers found")
    found: dict[str, dict[str, str]] = {}
    for path, remedy in yaml.safe_load("".join(lists)).items():
        above, _, name = path.rpartition(".")
        found.setdefault(above, {})[name] = remedy
    return found


def peer_properties(above: str, values: list[Value]) -> dict[str, Any]:
    """The templates refuse them, in better words than a schema can."""
    names = peer_values().get(above, {})
    if taken := names.keys() & {value.name for value in values}:
        raise values_model.ModelError(f"{taken}: values of this chart are no values of peers")
    return {name: {"description": f"Refused. {remedy}", "deprecated": True} for name, remedy in names.items()}


def structure(values: list[Value], above: str = "") -> dict[str, Any]:
    # Structures and choices are required: `cluster: null` would take away what the templates stand on. Helm fills them
    # in from values.yaml, so nobody has to write them.
    required = sorted(v.name for v in values if v.is_structure or "enum" in v.hint)
    return {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": {v.name: schema_of(v) for v in values} | peer_properties(above, values),
    }


def schema_text(values: list[Value]) -> str:
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the chart bowline"}
    body = {**head, **structure(values)}
    lines = [
        f"    {json.dumps(name)}: {json.dumps(schema, ensure_ascii=False)}"
        for name, schema in definitions.used(body, DEFINITIONS).items()
    ]
    text = json.dumps(body, indent=2, ensure_ascii=False).removesuffix("\n}")
    return text + ',\n  "definitions": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def type_text(value: Value) -> str:
    schema = schema_of(value)
    if "enum" in schema:
        return " \\| ".join(f"`{word}`" if word else "empty" for word in schema["enum"] if word is not False)
    kind = schema["type"]
    return kind if isinstance(kind, str) else " or ".join(word for word in kind if word != "null")


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def reference_text(values: list[Value]) -> str:
    lines = [
        "# Values of the chart",
        "",
        "Generated by `ci/chart/generate` from `charts/bowline/values.yaml`; do not edit. Other keys are refused.",
        "Rules between values are in `charts/bowline/templates/_validate.tpl`; all broken ones are reported at once.",
        "`helm show values` prints the same; the chart's README has examples.",
        "",
        "**Change** is what another value does to a release that runs, found by rendering the chart with both: `live`: members or",
        "Kubernetes follow it, no container is restarted; `rolls`: these pods are replaced, one at a time; `restart by hand`: it holds",
        "from the next start of the containers on (`kubectl rollout restart statefulset -l app.kubernetes.io/instance=RELEASE`);",
        "`refused`: by the gate ([decision 0029](../decisions/0029-upgrade-gate.md)), some with a token, in part where it says so: the trial",
        "of the engine has failed, or its version is older; `fixed`: by Kubernetes; `another set`: refused by nobody, empty members are made",
        "and those that run are deleted; `next run`: it is of the gate's Job or of `helm test`.",
    ]
    told = changes.of_all(values_model.leaves(values))
    section = None
    for value in values:
        if value.section != section:
            section = value.section
            lines += ["", f"## {section}", "", "| Value | Type | Default | Change | Meaning |", "|---|---|---|---|---|"]
        for row in rows(value, told):
            lines.append(row)
    return "\n".join(lines) + "\n"


def rows(value: Value, told: dict[str, str]) -> list[str]:
    if value.is_structure:
        own = [f"| `{value.path}` | | | | {cell(value.description)} |"] if value.description else []
        return own + [row for child in value.children for row in rows(child, told)]
    default = json.dumps(value.default, ensure_ascii=False)
    words = (type_text(value), f"`{cell(default)}`", told[value.path], cell(value.description))
    return [f"| `{value.path}` | " + " | ".join(words) + " |"]


def write(check: bool) -> int:
    """How many files are not up to date. The reference comes last: for it Helm reads the schema."""
    values = values_model.load(VALUES)
    stale = 0
    for path, make in ((SCHEMA, schema_text), (REFERENCE, reference_text)):
        text = make(values)
        current = path.read_text() if path.exists() else ""
        if current == text:
            continue
        name = str(path.relative_to(ROOT))
        if check:
            stale += 1
            lines = (current.splitlines(), text.splitlines())
            print("\n".join(list(difflib.unified_diff(*lines, name, f"{name} (generated)", lineterm=""))[:40]))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {name}")
    return stale


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print("usage: generate [--check]", file=sys.stderr)
        return 64
    try:
        stale = write(check)
    except values_model.ModelError as error:
        print(f"{VALUES.relative_to(ROOT)}: {error}", file=sys.stderr)
        return 1
    if stale:
        print("not up to date; run ci/chart/generate", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
