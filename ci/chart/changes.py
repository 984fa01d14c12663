"""What a change of each value does to a release that runs, seen by rendering the chart before and after it.

`live`             members or Kubernetes follow it, no container is restarted
`rolls: ...`       the pods are replaced, one at a time
`restart by hand`  it holds when the containers are started again: `kubectl rollout restart`
`refused`          by the gate (docs/decisions/0029-upgrade-gate.md); some with a token
`fixed`            by Kubernetes, as long as the object lives
`another set`      nothing refuses it: empty members are made elsewhere, and Helm deletes those that run
`next run`         of the gate's Job or of `helm test`

What is written by hand in truths.py holds, too.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

import render
import values_model
from render import Object
from values_model import Value

Values = dict[str, Any]

FIXTURES = ("everything.yaml", "sentinel-everything.yaml")
TOOLKIT = {"toolkit": {"image": render.TOOLKIT_IMAGE}}
BASES: tuple[Values, ...] = tuple({"mode": mode, **TOOLKIT} for mode in ("sentinel", "cluster", "standalone"))
USER = {"name": "app", "rules": "~app:* +@all", "passwords": ["one"]}
# What a change needs beside it to have any meaning.
BALANCED = {"type": "LoadBalancer", "loadBalancerClass": "example.org/one"}
NEEDS: dict[str, Values] = {
    "diagnosticMode.members": {"diagnosticMode": {"enabled": True}},
    "persistence.emptyDir": {"persistence": {"enabled": False}},
    **{
        f"networkPolicy.{name}": {"networkPolicy": {"limitEgress": True}} for name in ("apiServer", "dnsPorts", "extraEgress")
    },
    "metrics.enabled": {"metrics": {"podMonitor": {"enabled": True}}},
    **{
        f"metrics.{name}.{field}": {"metrics": {name: {"enabled": True}}}
        for name in ("podMonitor", "serviceMonitor", "prometheusRule", "dashboard")
        for field in (
            *("namespace", "labels", "interval", "scrapeTimeout", "relabelings", "metricRelabelings"),
            *("runbookUrl", "disabled", "severities", "additionalRules", "annotations", "folder"),
        )
    },
    **{f"auth.{name}": {"auth": {"password": "one", "replicationPassword": "two"}} for name in ("password", "replicationPassword")},
    "auth.defaultUser": {"auth": {"users": [USER]}},
    "auth.userLinesKey": {"auth": {"usersSecret": "own"}},
    **{
        path: {"tls": {"mode": "offer", "existingSecret": "own"}}
        for path in ("tls.existingSecret", "tls.clientCertificates", "ports.tls", "ports.sentinelTls", "service.tlsPort")
    },
    "tls.mode": {"tls": {"mode": "prefer", "existingSecret": "own"}},
    "tls.certManager": {"tls": {"mode": "offer", "certManager": {"issuerRef": {"name": "internal"}}}},
    "rbac.create": {"auth": {"existingSecret": "own"}, "events": {"enabled": False}},
    "serviceAccount.create": {"serviceAccount": {"name": "keeper"}},
    **{
        f"{service}.{field}": {service: BALANCED}
        for service in ("service", "replicasService", "sentinelService")
        for field in ("nodePort", "loadBalancerClass", "loadBalancerSourceRanges", "externalTrafficPolicy")
    },
}
# Where neither a fixture nor the kind of the value tells another one.
SAMPLES: dict[str, Any] = {
    "sentinel.recoverFrom": "server-1",
    "maxUnreplicatedSeconds": 10,
    "auth.secretAnnotations": {"example.org/a": "b"},
    "auth.users": [USER],
    "tls.mode": "require",
    "tls.certManager.issuerRef": {"name": "public"},
    "tls.certManager.duration": "1440h",
    "tls.certManager.renewBefore": "240h",
    "tls.certManager.dnsNames": ["redis.example.org"],
    "tls.certManager.ipAddresses": ["10.96.0.7"],
    "diagnosticMode.members": ["server-1"],
    "upgrade.confirm": ["t0123456789"],
    "upgrade.job.annotations": {"example.org/a": "b"},
    "persistence.emptyDir.sizeLimit": "64Mi",
    "persistence.members": {"server-0": {"volumeName": "one"}},
    "image.digest": f"sha256:{'0' * 64}",
    "replicasService.loadBalancerSourceRanges": ["10.0.0.0/8"],
    "sentinelService.loadBalancerSourceRanges": ["10.0.0.0/8"],
}
# Of a Service, as long as its type stays: validateServiceUpdate of Kubernetes' core/validation.go.
FIXED_IN_SERVICES = ("ipFamilies", "loadBalancerClass")
# The gate looks at the numbers, and lets pass what destroys nothing.
IN_PART = {"mode", "replicas", "cluster.replicasPerShard", "sentinel.replicas"}
# Of bowline.json; the members follow what they are about.
REVISIONS = ("revision", "auth.revision", "auth.users.revision", "auth.users.lines")
# It refuses other ones only where the installed members are of an older chart, which does not follow them.
FOLLOWED = {"auth.password", "auth.replicationPassword"}
# It starts the engine with these; an older engine than what runs is refused by its version.
TRIED = {"config", "sentinel.config", "extraArgs", *(f"image.{name}" for name in ("registry", "repository", "tag", "digest"))}
# By these members reach each other, but with some modes of TLS alone.
MEMBERS_TLS = {
    "tls.mode": "where members would not reach each other",
    "ports.tls": "where members use it",
    "ports.sentinelTls": "where members use it",
}
# Maps in which one key is live and another one is not: one of each kind.
MIXED: dict[str, tuple[Values, ...]] = {"config": ({"hz": 12}, {"databases": 20})}
MUTABLE = (
    "replicas",
    "updateStrategy",
    "minReadySeconds",
    "persistentVolumeClaimRetentionPolicy",
    "revisionHistoryLimit",
    "ordinals",
)
GATE = render.ROOT / "tools/src/plan/upgrade/check.cc"
LIVE = render.ROOT / "tools/src/plan/common/settings_change.cc"


class ChangeError(values_model.ModelError):
    """What a change of a value does cannot be told."""


def merged(*maps: Values) -> Values:
    result: Values = {}
    for one in maps:
        for key, value in one.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else copy.deepcopy(value)
    return result


def nested(path: str, value: Any) -> Values:
    for name in reversed(path.split(".")):
        value = {name: value}
    return dict(value)


def find(values: Values, path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found


@cache
def samples() -> tuple[Values, ...]:
    folder = render.ROOT / "ci/chart/fixtures"
    return tuple(yaml.safe_load((folder / name).read_text()) for name in FIXTURES)


def sample(value: Value) -> Iterator[Any]:
    """Other values than the default: those of the fixtures, or of the kind."""
    if value.path in SAMPLES:
        yield SAMPLES[value.path]
    found = [find(values, value.path) for values in samples()]
    yield from (one for one in found if one is not None and one != value.default)
    if "enum" in value.hint:
        yield from (word for word in value.hint["enum"] if word != value.default)
    elif isinstance(value.default, bool):
        yield not value.default
    elif isinstance(value.default, int):
        yield value.default + 1
    elif isinstance(value.default, str):
        yield "other"


@cache
def rendered(values: str) -> dict[str, Object] | None:
    """By kind and name; None: the chart refuses these values."""
    chart = (render.RELEASE, str(render.CHART), "--namespace", render.NAMESPACE)
    result = render.run(render.tool("helm"), "template", *chart, *render.OPERATOR, "--values", "-", stdin=values)
    if result.returncode != 0:
        return None
    return {render.key(thing): thing for thing in render.objects(result.stdout)}


def objects(values: Values) -> dict[str, Object] | None:
    return rendered(json.dumps(values))


@cache
def refused() -> set[str]:
    """The values that the gate names."""
    text = GATE.read_text()
    names = set(re.findall(r'"([a-z][A-Za-z]*(?:\.[A-Za-z]+)*)"', text))
    stores = {f"{store}{end}" for store in ("persistence", "sentinel.persistence") for end in re.findall(r'"(\.[A-Za-z]+)"', text)}
    return names | stores


def is_refused(path: str) -> bool:
    """By the gate, whatever the new value is."""
    whole = ("auth.existingSecretKeys.", "ports.")
    return path not in MEMBERS_TLS and (path in refused() - IN_PART - FOLLOWED or path.startswith(whole))


@cache
def live_names() -> set[str]:
    """The values of bowline.json that a running member follows."""
    return set(re.findall(r'Of\("([\w.]+)", When::kLive', LIVE.read_text()))


def is_live(key: str) -> bool:
    """Of a key of bowline.json, with those above it. The revisions only tell that something has changed."""
    return key in REVISIONS or any(name in (key, f"{key}.enabled") or name.endswith(f".{key}") for name in live_names())


def keys(settings: Values, above: str = "") -> dict[str, Any]:
    """The leaves of bowline.json by their paths."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= keys(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


def is_hook(thing: Object) -> bool:
    return "helm.sh/hook" in thing["metadata"].get("annotations", {})


@dataclass
class Effect:
    rolls: set[str]
    moved: bool = False
    fixed: bool = False
    other: bool = False
    hooks: bool = False
    settings: set[str] = field(default_factory=set)
    """Keys of bowline.json."""

    def text(self) -> str:
        if self.moved:
            return "another set"
        parts = []
        if self.fixed:
            parts.append("fixed")
        if self.rolls:
            parts.append("rolls: " + ", ".join(sorted(self.rolls, reverse=True)))
        if "servers" not in self.rolls and not all(map(is_live, self.settings)):
            parts.append("restart by hand")
        elif (self.other or self.settings) and not parts:
            parts.append("live")
        if self.hooks and not parts:
            parts.append("next run")
        return "; ".join(parts)


def effect(before: dict[str, Object], after: dict[str, Object]) -> Effect:
    found = Effect(set())
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if one == other:
            continue
        thing = one or other or {}
        if one and other and one["metadata"]["namespace"] != other["metadata"]["namespace"]:
            # Those of the Prometheus operator may be elsewhere.
            found.moved |= thing["kind"] == "StatefulSet"
        if is_hook(thing):
            found.hooks = True
        elif thing["kind"] == "StatefulSet" and one and other:
            statefulset(found, one["spec"], other["spec"], one["metadata"]["labels"]["app.kubernetes.io/component"])
        elif thing["kind"] == "ConfigMap" and one and other and "bowline.json" in one.get("data", {}):
            old, new = (keys(json.loads(config["data"]["bowline.json"])) for config in (one, other))
            found.settings |= {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
            found.other = True
        else:
            found.other = True
            # Kubernetes changes no claim's source, and Helm takes over none that a StatefulSet has made.
            found.fixed |= thing["kind"] == "PersistentVolumeClaim"
            found.fixed |= thing["kind"] == "Service" and fixed_in_service(one, other)
    return found


def fixed_in_service(one: Object | None, other: Object | None) -> bool:
    if one is None or other is None or one["spec"]["type"] != other["spec"]["type"]:
        return False
    return any(one["spec"].get(name) != other["spec"].get(name) for name in FIXED_IN_SERVICES)


def statefulset(found: Effect, one: Object, other: Object, component: str) -> None:
    if one["template"] != other["template"]:
        found.rolls.add(f"{component}s")
    fixed = {key for key in one.keys() | other.keys() if key not in ("template", *MUTABLE)}
    found.fixed |= any(one.get(key) != other.get(key) for key in fixed)
    found.other = True


def change(value: Value) -> str:
    """As the first mode shows it in which the value has a meaning."""
    if is_refused(value.path):
        return "refused"
    needs = [needed for path, needed in NEEDS.items() if f"{value.path}.".startswith(f"{path}.")]
    accepted = False
    for base in BASES:
        mixed = MIXED.get(value.path)
        found = [tried(value, merged(base, *needs), [one]) for one in mixed] if mixed else [tried(value, merged(base, *needs))]
        accepted = accepted or any(found)
        if text := ", or ".join(one.text() for one in found if one and one.text()):
            return text + in_part(value.path)
    if not accepted:
        raise ChangeError(f"{value.path}: no other value is accepted: give one in SAMPLES, or what it needs in NEEDS")
    return "nothing"


def in_part(path: str) -> str:
    """When the gate refuses some of the other values."""
    if path in IN_PART:
        return "; refused where it would destroy"
    if path in MEMBERS_TLS:
        return f"; refused {MEMBERS_TLS[path]}"
    return "; refused where the gate's trial fails" if path in TRIED else ""


def tried(value: Value, base: Values, others: Sequence[Any] = ()) -> Effect | None:
    """With the first of these other values, else of samples, that the chart takes; None: it takes none."""
    before = objects(base)
    if before is None:
        return None
    for other in others or sample(value):
        after = objects(merged(base, nested(value.path, other)))
        if after is not None:
            return effect(before, after)
    return None


def of_all(values: list[Value]) -> dict[str, str]:
    """By path."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip((value.path for value in values), pool.map(change, values), strict=True))
