"""Names that YAML takes for something else, and numbers where text belongs: every field of every object keeps its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import yaml

import render
from render import Object

# Fields that are text wherever they stand, and maps of text.
TEXT = {
    "name",
    "namespace",
    "serviceName",
    "serviceAccountName",
    "storageClassName",
    "key",
    "image",
    "mountPath",
    "path",
}
TEXT |= {"priorityClassName", "runtimeClassName", "schedulerName", "value", "type", "kind", "topologyKey"}
TEXT_MAPS = {"labels", "annotations", "matchLabels", "selector", "nodeSelector", "data"}
WORDS = ("on", "yes", "no", "null", "true", "y", "e10")
BIG = 5_000_000
NUMBERS = {
    "terminationGracePeriodSeconds": BIG,
    "minReadySeconds": BIG,
    "revisionHistoryLimit": BIG,
    "updateStrategy": {"partition": BIG},
    "upgrade": {"job": {"activeDeadlineSeconds": BIG, "backoffLimit": BIG}},
    "podSecurityContext": {"runAsUser": 1000660000},
    "podAnnotations": {"a": BIG},
    "probes": {"startup": {"failureThreshold": BIG}},
    "config": {"maxmemory": 12_000_000_000},
}
SCALARS = (
    "podAnnotations.a=1,podLabels.a=true,commonAnnotations.b=2.5,commonLabels.b=3,service.annotations.a=false,"
    "serviceAccount.annotations.a=1,memberServices.annotations.a=1,persistence.annotations.a=1,persistence.labels.a=1,"
    "nodeSelector.a=true,upgrade.job.annotations.a=false,extraEnv[0].name=A,extraEnv[0].value=1,extraEnv[1].name=B,"
    "extraEnv[1].value=true"
)
TEXTS = (
    "serviceAccount.name=12345,nameOverride=12345,priorityClassName=1,runtimeClassName=1,schedulerName=1,"
    "persistence.storageClass=1,sentinel.persistence.storageClass=1,auth.existingSecret=12345,"
    "auth.existingSecretKeys.password=1,auth.existingSecretKeys.replicationPassword=2,imagePullSecrets[0]=1,"
    "imagePullSecrets[1].name=2,global.imagePullSecrets[0]=3,service.type=LoadBalancer,service.loadBalancerClass=1"
)
CASES: list[tuple[str, tuple[str, ...]]] = [
    ("a namespace of digits", ("--namespace", "10042")),
    *((f"the name {word}", ("--set-string", f"fullnameOverride={word}")) for word in WORDS),
    ("numbers and booleans for text", ("--set", SCALARS)),
    ("digits for names", ("--set-string", TEXTS, "--set", "fullnameOverride=cache,serviceAccount.create=false")),
]


def wrong(value: Any, path: str, text: bool) -> Iterator[str]:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            yield f"{path}: keys {list(value)}"
        for key, inner in value.items():
            # A Service's selector is a map of text, a workload's has maps below it.
            yield from wrong(inner, f"{path}.{key}", (key in TEXT or path.rsplit(".", 1)[-1] in TEXT_MAPS))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from wrong(inner, f"{path}[{index}]", path.endswith(("Names", "args", "command")))
    elif value is None or isinstance(value, float):
        yield f"{path}: {value!r}"
    elif text and not isinstance(value, str):
        yield f"{path}: {value!r} is no text"


def typed(things: list[Object]) -> str:
    return "\n".join(line for thing in things for line in wrong(thing, render.key(thing), False))


def rendered(arguments: tuple[str, ...], helm: str, stdin: str | None = None) -> str:
    problems = []
    for mode in ("sentinel", "cluster"):
        result = render.template(helm, "--set", f"mode={mode}", *arguments, stdin=stdin)
        problems.append(result.stderr or typed(render.objects(result.stdout)))
        if stdin and "e+" in result.stdout:
            problems.append(f"{mode}: a number with an exponent")
    return "\n".join(problems).strip()


def checks(helms: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    for helm in helms:
        for name, arguments in CASES:
            yield f"{helm} keeps types with {name}", partial(rendered, arguments, helm)
        yield f"{helm} keeps big numbers of a file", partial(rendered, ("--values", "-"), helm, yaml.safe_dump(NUMBERS))
