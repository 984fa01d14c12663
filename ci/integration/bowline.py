"""The program under test, as a command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from integration.loopback import BUS_PORT, PORT, LoopbackCluster

INSTALLATION = "0123456789abcdef0123456789abcdef"
NAMESPACE = "loopback"
RELEASE = "demo"


def program() -> Path:
    return Path(os.environ["BOWLINE_BIN"])


def bowline(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program()), *args], input=stdin, capture_output=True, text=True, timeout=30)


def generate(cluster: LoopbackCluster, member: str) -> str:
    addresses = [f"--address={name}={ip}:{PORT}@{BUS_PORT}" for name, ip in cluster.addresses().items()]
    result = bowline(
        "nodes-conf",
        "generate",
        f"--shards={cluster.shards}",
        f"--replicas-per-shard={cluster.replicas}",
        f"--installation={INSTALLATION}",
        f"--namespace={NAMESPACE}",
        f"--release={RELEASE}",
        f"--member={member}",
        *addresses,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def write_nodes_conf(cluster: LoopbackCluster) -> None:
    for name, member in cluster.members.items():
        (member.folder / "nodes.conf").write_text(generate(cluster, name))
