"""Odd values: what Helm must say about each, by both major versions.

Here are the ones that users meet first, and the schema. The rules between values have their tests in the chart itself
(charts/bowline/tests/validate_*_test.yaml)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import render


@dataclass(frozen=True)
class Bad:
    name: str
    arguments: tuple[str, ...]
    says: tuple[str, ...]


CASES = [
    Bad(
        "0 shards", ("--set", "mode=cluster,cluster.shards=0"), ("cluster.shards: 0 is too few", "Set it to 3 or more")
    ),
    Bad("a misspelt key", ("--set", "cluster.shard=3"), ("'/cluster'", "additional properties 'shard' not allowed")),
    Bad("a misspelt top key", ("--set", "persistance.size=1Gi"), ("additional properties 'persistance' not allowed",)),
    Bad("a size without sense", ("--set", "persistence.size=big"), ("persistence.size", "such as 8Gi")),
    Bad("a size that is a number", ("--set", "persistence.size=8"), ("'/persistence/size'", "want string")),
    Bad(
        "no grace",
        ("--set", "terminationGracePeriodSeconds=5"),
        ("terminationGracePeriodSeconds: 5 is too short", "20 or more"),
    ),
    Bad("an unknown engine", ("--set", "engine=keydb"), ("'/engine'", "'redis', 'valkey'")),
    Bad("an unknown mode", ("--set", "mode=ring"), ("'/mode'", "cluster")),
    Bad("a word for a number", ("--set", "cluster.shards=three"), ("'/cluster/shards'", "want integer")),
    Bad("a word for a switch", ("--set-string", "auth.enabled=yes"), ("'/auth/enabled'", "want boolean")),
    Bad("a structure taken away", ("--set", "cluster=null"), ("missing property 'cluster'",)),
    Bad("a directive with structure", ("--set", "config.save.a=b"), ("'/config/save'",)),
    Bad("our directive", ("--set", "config.dir=/x"), ("config.dir: bowline decides this directive itself",)),
    Bad(
        "several at once",
        ("--set", "mode=cluster,cluster.shards=1,cluster.replicasPerShard=9,persistence.size=x,ports.bus=6379"),
        ("4 error(s)", "cluster.shards", "cluster.replicasPerShard", "persistence.size", "ports."),
    ),
    Bad(
        "two sentinels",
        ("--set", "sentinel.replicas=2"),
        ("sentinel.replicas: 2 is too few", "Set it to 3"),
    ),
    Bad(
        "four sentinels",
        ("--set", "sentinel.replicas=4"),
        ("sentinel.replicas: 4 is even, which adds no safety", "Set it to 3 or 5"),
    ),
    Bad(
        "several at once about sentinels",
        ("--set", "replicas=0,sentinel.quorum=4,sentinel.recoverFrom=x,ports.sentinel=6379"),
        ("3 error(s)", "replicas: 0 is out of range", "sentinel.quorum: 4", "ports.sentinel"),
    ),
    Bad(
        "a misspelt limit",
        ("--set", "resources.server.limits.memry=1Gi"),
        ("resources.server.limits.memry", "Use cpu, memory"),
    ),
    Bad(
        "a misspelt field",
        ("--set", "podSecurityContext.runasuser=5"),
        ("'/podSecurityContext'", "'runasuser' not allowed"),
    ),
    Bad(
        "a misspelt affinity", ("--set", "affinity.podAntiAfinity.x=y"), ("'/affinity'", "'podAntiAfinity' not allowed")
    ),
    Bad("a container without a name", ("--set", "extraContainers[0].image=x"), ("'/extraContainers/0'", "'name'")),
    Bad("a variable without a name", ("--set", "extraEnv[0].value=1"), ("'/extraEnv/0'", "'name'")),
    Bad(
        "a constraint without its limit",
        ("--set", "topologySpreadConstraints[0].topologyKey=rack"),
        ("'/topologySpreadConstraints/0'", "'maxSkew'"),
    ),
    Bad(
        "a value of another chart",
        ("--set", "architecture=standalone"),
        ("architecture: this is a value of other charts", "mode"),
    ),
    Bad("an old cluster", ("--kube-version", "1.28.0"), ("1.28.0",)),
]
GOOD = [
    ("values of the other mode", ("--set", "cluster.shards=0,ports.bus=6379")),
    ("values of the other mode, too", ("--set", "mode=cluster,replicas=0,sentinel.replicas=2,ports.sentinel=6379")),
    ("an old but sufficient cluster", ("--kube-version", "1.29.0")),
    ("a vendor's version", ("--kube-version", "v1.33.4-gke.1036000")),
    ("a parent chart's switch", ("--set", "enabled=true")),
    ("an emptied map", ("--set", "mode=cluster,resources.server=null,nodeSelector=null,config=null")),
    ("no security contexts", ("--set", "podSecurityContext=null,containerSecurityContext=null")),
    (
        "parts of a security context taken away",
        ("--set", "podSecurityContext.runAsUser=null,podSecurityContext.fsGroup=null"),
    ),
    ("another emptied map", ("--set", "resources.sentinel=null,sentinel.config=null,config=null")),
]


def refused(case: Bad, helm: str) -> str:
    result = render.template(helm, *case.arguments)
    if result.returncode == 0:
        return "rendered"
    missing = [text for text in case.says if text not in result.stderr]
    return f"does not say {missing}:\n{result.stderr}" if missing else ""


def accepted(arguments: tuple[str, ...], helm: str) -> str:
    return render.template(helm, *arguments).stderr


def checks(helms: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    for helm in helms:
        for case in CASES:
            yield f"{helm} refuses {case.name}", partial(refused, case, helm)
        for name, arguments in GOOD:
            yield f"{helm} takes {name}", partial(accepted, arguments, helm)
