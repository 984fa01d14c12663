"""What `free: NAME` and `items: NAME` in values.yaml stand for: parts of the schema that are used by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

WORD: Schema = {"type": ["string", "null"]}
PULL_SECRET: Schema = {
    "type": ["string", "object"],
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
# Other charts have keys there, too.
GLOBAL: Schema = {
    "type": "object",
    "properties": {
        "imageRegistry": WORD,
        "imagePullSecrets": {"type": ["array", "null"], "items": {"$ref": "#/definitions/pullSecret"}},
        "storageClass": WORD,
        "defaultStorageClass": WORD,
    },
}
# What a claim of a member may say of its volume. The templates refuse the last one, in better words than a schema can.
MEMBER_CLAIMS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": "^(shard-[0-9]+-[0-9]+|server-[0-9]+|sentinel-[0-9]+)$"},
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "dataSource": {
                "type": "object",
                "properties": {"apiGroup": WORD, "kind": {"type": "string"}, "name": {"type": "string"}},
                "required": ["kind", "name"],
                "additionalProperties": False,
            },
            "volumeName": {"type": "string"},
            "existingClaim": {"description": "Refused. Set volumeName or dataSource.", "deprecated": True},
        },
    },
}

USER: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": "^[!#-&(-[\\]-~]{1,64}$"},
        "rules": {"type": ["string", "null"], "pattern": "^[ !#-&(-[\\]-~]*$"},
        "passwords": {"type": ["array", "null"], "items": {"type": "string", "minLength": 1, "maxLength": 512}},
        "passwordKeys": {"type": ["array", "null"], "items": {"type": "string", "pattern": "^[-._a-zA-Z0-9]+$"}},
    },
}

# Of cert-manager's Certificate, which comes without a schema of Kubernetes, too.
ISSUER: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"name": WORD, "kind": WORD, "group": WORD},
}

# Parts of the Prometheus operator's objects (monitoring.coreos.com/v1: RelabelConfig, Rule), which comes without a schema of Kubernetes.
RELABELING: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "sourceLabels": {"type": "array", "items": {"type": "string"}},
        "separator": WORD,
        "targetLabel": WORD,
        "regex": WORD,
        "modulus": {"type": ["integer", "null"]},
        "replacement": WORD,
        "action": WORD,
    },
}
WORDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
RULE: Schema = {
    "type": "object",
    "required": ["expr"],
    "additionalProperties": False,
    "properties": {
        **{name: WORD for name in ("alert", "record", "for", "keep_firing_for")},
        "expr": {"type": ["string", "number"]},
        "labels": WORDS,
        "annotations": WORDS,
    },
}


def load() -> dict[str, Schema]:
    kubernetes: dict[str, Schema] = json.loads(Path(__file__).with_name("kubernetes.json").read_text())
    # Templates make text of numbers and booleans, as `--set` gives them.
    variable = kubernetes["EnvVar"]
    text = {"type": ["string", "number", "boolean", "null"]}
    variable = {**variable, "properties": {**variable["properties"], "value": text}}
    own = {"global": GLOBAL, "memberClaims": MEMBER_CLAIMS, "pullSecret": PULL_SECRET, "relabeling": RELABELING, "rule": RULE}
    own["user"] = USER
    own["issuerRef"] = ISSUER
    return {**own, "variable": variable, **kubernetes}


def used(schema: Any, all_definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Those that the schema names, and those that they name."""
    found: dict[str, Schema] = {}
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/definitions/")
            if name in all_definitions and name not in found:
                found[name] = all_definitions[name]
                waiting.append(found[name])
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return dict(sorted(found.items()))
