"""The program under test, as a command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from integration.loopback import BUS_PORT, PORT, LoopbackCluster


def program() -> Path:
    return Path(os.environ["BOWLINE_BIN"])


def bowline(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program()), *args], input=stdin, capture_output=True, text=True, timeout=30)


@dataclass(frozen=True)
class Identity:
    """Of a release."""

    installation: str
    namespace: str
    release: str


LOOPBACK = Identity("0123456789abcdef0123456789abcdef", "loopback", "demo")


def first_nodes_conf(
    addresses: Mapping[str, str], member: str, *, shards: int, replicas: int, identity: Identity
) -> str:
    result = bowline(
        "nodes-conf",
        "generate",
        f"--shards={shards}",
        f"--replicas-per-shard={replicas}",
        f"--installation={identity.installation}",
        f"--namespace={identity.namespace}",
        f"--release={identity.release}",
        f"--member={member}",
        *[f"--address={name}={ip}:{PORT}@{BUS_PORT}" for name, ip in addresses.items()],
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def generate(cluster: LoopbackCluster, member: str) -> str:
    shape = {"shards": cluster.shards, "replicas": cluster.replicas}
    return first_nodes_conf(cluster.addresses(), member, **shape, identity=LOOPBACK)


def write_nodes_conf(cluster: LoopbackCluster) -> None:
    for name, member in cluster.members.items():
        (member.folder / "nodes.conf").write_text(generate(cluster, name))
