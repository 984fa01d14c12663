"""What Helm does, on a real API server, to the things that must outlive it.

The installation record, which the members write, given passwords and a claim of a single member stay through install, upgrade,
rollback, uninstall and a second install. No member of it ever runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import render
import server

RECORD = {"record": "written by a member"}
# Members without a node: only the objects matter here. The gate's Job runs.
NO_NODE = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "bowline/no-such-node", "operator": "Exists"}]}]}
VALUES: dict[str, Any] = {
    "fullnameOverride": "lasting",
    "auth": {"password": "clients", "replicationPassword": "members"},
    "persistence": {"members": {"server-0": {"volumeName": "none"}}},
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": NO_NODE}},
}
CHANGES = {"log": {"level": "debug"}, "replicas": 5, "sentinel": {"replicas": 5}, "podLabels": {"changed": "yes"}}


def of_the_build() -> dict[str, Any]:
    """What ci/images/build.sh has built last, and ci/up put on the nodes."""
    tag = (render.cache_folder() / "images/bowline.tag").read_text().strip()
    return {**VALUES, "toolkit": {"image": {"repository": "localhost/bowline", "tag": tag}}}


def kept(namespace: str) -> bool:
    found = server.kubectl("get", "configmap/lasting-record", "-o", "json", "--namespace", namespace)
    secret = server.kubectl("get", "secret/lasting-auth", "-o", "json", "--namespace", namespace)
    claim = server.kubectl("get", "persistentvolumeclaim/data-lasting-server-0", "--namespace", namespace)
    if found.returncode != 0 or secret.returncode != 0 or claim.returncode != 0:
        return False
    data = json.loads(found.stdout).get("data", {})
    return bool(RECORD.items() <= data.items() and json.loads(secret.stdout)["data"].keys())


def through(helm: str) -> str:
    namespace = f"{server.NAMESPACE}-{helm}"
    server.make_namespace(namespace)
    patch = json.dumps({"data": RECORD})
    chart, values = str(render.CHART), of_the_build()
    steps: list[tuple[str, list[str], dict[str, Any] | None]] = [
        ("install", ["install", "lasting", chart, "--values", "-"], values),
        ("upgrade", ["upgrade", "lasting", chart, "--values", "-"], {**values, **CHANGES}),
        ("rollback", ["rollback", "lasting", "1"], None),
        ("uninstall", ["uninstall", "lasting"], None),
        # With all servers: the gate refuses fewer than have left their claims behind.
        ("second install", ["install", "lasting", chart, "--values", "-"], {**values, **CHANGES}),
        ("last uninstall", ["uninstall", "lasting"], None),
    ]
    try:
        for name, arguments, given in steps:
            stdin = json.dumps(given) if given is not None else None
            result = server.inside(helm, *arguments, "--namespace", namespace, stdin=stdin)
            if result.returncode != 0:
                return f"{name}: {result.stderr}"
            if name == "install":
                server.kubectl(
                    "patch", "configmap/lasting-record", "--type=merge", "-p", patch, "--namespace", namespace
                )
            if not kept(namespace):
                return f"{name}: the record, the passwords or the claim are gone or changed"
        return ""
    finally:
        server.kubectl("delete", "namespace", namespace, "--wait=false")


def checks(helms: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    for helm in helms:
        yield f"record, passwords and a claim outlive {helm}", partial(through, helm)
