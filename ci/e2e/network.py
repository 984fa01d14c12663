"""Who reaches whom: the firewall that enforces NetworkPolicies, and pods that try to connect."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from e2e.kube import Kube
from e2e.members import PORT, Members, Pod
from e2e.shell import ROOT, output
from e2e.wait import wait_for

FIREWALL = str(ROOT / "ci" / "kube" / "firewall.sh")

CONNECT = """
for target; do
  (timeout 1 bash -c "exec 3<>/dev/tcp/${target%:*}/${target##*:}" 2>/dev/null && echo "$target") &
done
wait
"""
"""Prints those of ADDRESS:PORT that take a connection within a second."""

LISTENING, LOOPBACK = "0A", ("0100007F", "00000000000000000000000001000000")
"""As /proc/net/tcp and /proc/net/tcp6 write them."""


@contextmanager
def enforced() -> Iterator[None]:
    """NetworkPolicies hold on every node. At the end nothing of the firewall is left, or that is an error."""
    output(FIREWALL, "up", timeout=300)
    try:
        yield
    finally:
        output(FIREWALL, "down", timeout=60)


def own_address(peer: str) -> str:
    """The address that the peer sees when these tests connect to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect((peer, PORT))
        return str(one.getsockname()[0])


def listening(members: Members, pod: Pod) -> set[int]:
    """All TCP ports of the member that others could connect to, as its kernel knows them."""
    table = members.kube("exec", pod.name, "-c", pod.component, "--", "cat", "/proc/net/tcp", "/proc/net/tcp6")
    rows = [line.split() for line in table.splitlines()]
    local = [row[1].split(":") for row in rows if row[3] == LISTENING]
    return {int(port, 16) for address, port in local if address not in LOOPBACK}


def reached(kube: Kube, pod: str, container: str, targets: Iterable[str]) -> set[str]:
    """Those of the targets (address:port) that a process in this container can connect to."""
    return set(kube("exec", pod, "-c", container, "--", "bash", "-c", CONNECT, "-", *targets).split())


@dataclass(frozen=True)
class Bystander:
    """A pod that is no member, with a server of its own."""

    kube: Kube
    name: str

    @classmethod
    def start(cls, kube: Kube, name: str, image: str, engine: str, labels: Mapping[str, str]) -> Bystander:
        """Does not wait."""
        container: dict[str, Any] = {
            "name": "engine",
            "image": image,
            "command": [f"{engine}-server", "--protected-mode", "no", "--save", ""],
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
        spec = {
            "containers": [container],
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 999,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        }
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": dict(labels)}, "spec": spec}
        kube("apply", "-f", "-", stdin=json.dumps(pod))
        return cls(kube, name)

    def wait_ready(self) -> None:
        self.kube("wait", f"pod/{self.name}", "--for=condition=Ready", "--timeout=30s")

    def __str__(self) -> str:
        return f"{self.kube.namespace}/{self.name}"

    @property
    def target(self) -> str:
        return f"{self.kube.get('pod', self.name)['status']['podIP']}:{PORT}"

    def wait_reaches(self, targets: Iterable[str], timeout: float) -> None:
        """All of them."""
        wanted = set(targets)
        wait_for(f"{self} reaches {wanted}", lambda: self.reaches(wanted) == wanted, timeout)

    def reaches(self, targets: Iterable[str]) -> set[str]:
        return reached(self.kube, self.name, "engine", targets)
