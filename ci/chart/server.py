"""What a real API server says about the renders, when the local Kubernetes is up.

Strict validation of every object, and admission of every pod in a namespace that enforces the restricted Pod Security
Standard. Nothing is installed."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import invariants
import render
from render import Object, Profile

NAMESPACE = "bowline-chart-check"
POD_SECURITY = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


def inside(*command: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return render.run(str(render.ROOT / "ci/kube/in.sh"), *command, stdin=stdin)


def kubectl(*arguments: str, things: list[Object] | None = None) -> subprocess.CompletedProcess[str]:
    stdin = None if things is None else json.dumps({"apiVersion": "v1", "kind": "List", "items": things})
    return inside("kubectl", "--request-timeout=30s", *arguments, stdin=stdin)


@cache
def available() -> bool:
    return (render.ROOT / "ci/kube/in.sh").exists() and kubectl("get", "--raw", "/readyz").returncode == 0


def make_namespace(name: str) -> None:
    # The one of an interrupted run may still be going away.
    kubectl("wait", "--for=delete", f"namespace/{name}", "--timeout=20s")
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": POD_SECURITY}}
    made = kubectl("apply", "-f", "-", things=[namespace])
    if made.returncode != 0:
        raise ValueError(made.stderr)
    kubectl("wait", "--for=create", "serviceaccount/default", "--namespace", name, "--timeout=20s")


def dry_run(things: list[Object], warnings: bool = True) -> str:
    result = kubectl(
        *("apply", "--server-side", "--dry-run=server", "--validate=strict", "--namespace", NAMESPACE, "-f", "-"),
        things=things,
    )
    return result.stderr if result.returncode != 0 or (warnings and "Warning" in result.stderr) else ""


def rendered(profile: Profile) -> list[Object]:
    """
    Without the objects of the Prometheus operator and of cert-manager, whose kinds the local Kubernetes does not have. All in one
    namespace: another one that values name is not there.
    """
    result = render.template("helm", *render.OPERATOR, *profile.arguments, namespace=NAMESPACE)
    if result.returncode != 0:
        raise ValueError(result.stderr)
    kinds = render.objects(result.stdout)
    things = [thing for thing in kinds if f"{thing['apiVersion']}/{thing['kind']}" not in render.BROUGHT]
    for thing in things:
        if "namespace" in thing["metadata"]:
            thing["metadata"]["namespace"] = NAMESPACE
    return things


def manifests(profile: Profile) -> str:
    # Fixtures ask for things that the restricted standard warns about.
    return dry_run([thing for thing in rendered(profile) if thing["kind"] != "Pod"], warnings=not profile.fixture)


def pods(profile: Profile) -> str:
    """The pods as the controllers would make them; only their account is another one, because it must exist."""
    found: list[Object] = []
    for number, (_, labels, spec) in enumerate(invariants.pods(rendered(profile))):
        made: dict[str, Any] = copy.deepcopy(spec)
        made["serviceAccountName"] = "default"
        made["restartPolicy"] = made.get("restartPolicy", "Always")
        if not any(volume["name"] == "data" for volume in made.get("volumes", [])):
            made["volumes"] = [
                *made.get("volumes", []),
                {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            ]
        metadata = {"name": f"pod-{number}", "namespace": NAMESPACE, "labels": labels}
        found.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": made})
    return dry_run(found)


@contextmanager
def namespace() -> Iterator[None]:
    """The one that the checks below use."""
    make_namespace(NAMESPACE)
    try:
        yield
    finally:
        kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    for profile in render.profiles():
        yield f"{profile.name}: API server takes the objects", partial(manifests, profile)
        if not profile.fixture:
            yield f"{profile.name}: restricted Pod Security takes the pods", partial(pods, profile)
