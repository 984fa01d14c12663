"""Writes kubernetes.json: Kubernetes' own types that values hand through, as JSON Schema, closed and without descriptions.

    ci/chart/python kubernetes.py SWAGGER

SWAGGER is api/openapi-spec/swagger.json of the Kubernetes that ci/kube/tools/kube/go.mod names, in Go's module cache."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).with_name("kubernetes.json")
TYPES = (
    "Affinity Container EnvFromSource EnvVar HostAlias PodDNSConfig PodSecurityContext ResourceRequirements SecurityContext"
    " Toleration TopologySpreadConstraint Volume VolumeMount"
)
NETWORK_TYPES = "NetworkPolicyPeer NetworkPolicyIngressRule NetworkPolicyEgressRule"
# Types that are no objects in YAML, or that nobody writes.
FIXED: dict[str, dict[str, Any]] = {
    "Quantity": {"type": ["string", "number", "null"]},
    "IntOrString": {"type": ["integer", "string", "null"]},
    "Time": {"type": ["string", "null"]},
    "ManagedFieldsEntry": {"type": "object"},
}


def short(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def convert(schema: dict[str, Any], optional: bool, used: list[str]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        used.append(name)
        return {"$ref": f"#/definitions/{short(name)}"}
    result: dict[str, Any] = {}
    if "type" in schema:
        # `null` takes a default of the chart away.
        scalar = optional and schema["type"] not in ("object", "array")
        result["type"] = [schema["type"], "null"] if scalar else schema["type"]
    if schema.get("required"):
        result["required"] = schema["required"]
    if "properties" in schema:
        required = schema.get("required", [])
        result["additionalProperties"] = False
        result["properties"] = {
            name: convert(inner, name not in required, used) for name, inner in schema["properties"].items()
        }
    if "items" in schema:
        result["items"] = convert(schema["items"], False, used)
    if "additionalProperties" in schema:
        result["additionalProperties"] = convert(schema["additionalProperties"], False, used)
    return result


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    definitions = json.loads(Path(sys.argv[1]).read_text())["definitions"]
    waiting = [f"io.k8s.api.core.v1.{name}" for name in TYPES.split()]
    waiting += [f"io.k8s.api.networking.v1.{name}" for name in NETWORK_TYPES.split()]
    found: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if short(name) not in found:
            found[short(name)] = FIXED.get(short(name)) or convert(definitions[name], True, waiting)
    lines = [f"  {json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found)]
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
