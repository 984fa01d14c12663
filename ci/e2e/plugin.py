"""`kubectl bowline` for a release of the tests, by shells that users have."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.kube import Kube
from e2e.members import BOWLINE
from e2e.shell import ROOT, run

SCRIPT = ROOT / "tools/kubectl/kubectl-bowline"
CALL_TIMEOUT = 240
"""Seconds. A report calls kubectl some twenty times, one after the other; on a busy machine each call takes seconds."""


def attempt(
    kube: Kube, *args: str, shell: str = "dash", folder: Path | None = None, programs: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The folder is where it runs; `programs` is searched for kubectl before all others."""
    path = f"{programs}:{os.environ['PATH']}" if programs else os.environ["PATH"]
    command = ["env", f"--chdir={folder or ROOT}", f"PATH={path}", shell, str(SCRIPT), "-n", kube.namespace, *args]
    return run(*command, timeout=CALL_TIMEOUT, check=False)


def plugin(kube: Kube, *args: str, shell: str = "dash", programs: Path | None = None) -> str:
    done = attempt(kube, *args, shell=shell, programs=programs)
    assert done.returncode == 0, f"{args}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def report(kube: Kube, folder: Path, *args: str) -> dict[str, str]:
    """The files of the archive."""
    done = attempt(kube, "report", *args, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(folder / done.stdout.strip()) as archive:
        read = ((entry.name.rpartition("/")[2], archive.extractfile(entry)) for entry in archive.getmembers())
        return {name: file.read().decode() for name, file in read if file is not None}


def secret_values(kube: Kube, name: str) -> list[str]:
    return [base64.b64decode(value).decode() for value in kube.get("secret", name)["data"].values()]


@contextmanager
def limited_user(kube: Kube, folder: Path) -> Iterator[Path]:
    """A kubeconfig with the contexts `admin` and `limited`, a user who may get and list pods alone."""
    config = json.loads(kube("config", "view", "--raw", "--minify", "-o", "json"))
    context, user = config["contexts"][0]["context"], config["users"][0]["user"]
    config["users"].append({"name": "limited", "user": {**user, "as": "limited"}})
    own = {"cluster": context["cluster"], "namespace": kube.namespace}
    config["contexts"] = [
        {"name": "admin", "context": {**own, "user": context["user"]}},
        {"name": "limited", "context": {**own, "user": "limited"}},
    ]
    path = folder / "kubeconfig"
    path.write_text(json.dumps({**config, "current-context": ""}))
    kube("create", "role", "limited", "--verb=get,list", "--resource=pods")
    kube("create", "rolebinding", "limited", "--role=limited", "--user=limited")
    try:
        yield path
    finally:
        kube("delete", "rolebinding/limited", "role/limited")


@contextmanager
def other_release(kube: Kube, password: str) -> Iterator[str]:
    """A second release in the namespace: a pod that no scheduler takes, with the password where users may write one."""
    labels = {"name": "bowline", "instance": "other", "component": "server"}
    container = {
        "name": "server",
        "image": "example.org/none",
        "command": [BOWLINE, "run", "server"],
        "args": ["--", "--requirepass", password, f"--tls-key-file-pass {password}"],
        "env": [{"name": "PLAIN", "value": password}, {"name": "LINES", "value": f"first\n\n{password}\n"}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    annotations = {"example.org/address": f"redis://:{password}@example.org", "example.org/password": password}
    security = {"runAsNonRoot": True, "runAsUser": 999, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "other-server-0",
            "labels": {f"app.kubernetes.io/{key}": value for key, value in labels.items()},
            "annotations": annotations,
        },
        "spec": {"schedulerName": "none", "securityContext": security, "containers": [container]},
    }
    kube("create", "-f", "-", stdin=json.dumps(pod))
    try:
        yield "other"
    finally:
        kube("delete", "pod", "other-server-0", "--force", "--grace-period=0")
