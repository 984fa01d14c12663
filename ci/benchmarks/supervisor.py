"""What bowline costs beside an engine at rest: memory, and CPU with every probe each 5 s."""

from __future__ import annotations

import os
import time

from benchmarks.figure import Figure, say
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.members import Pod
from e2e.nodes import Process

SECONDS = 60
PROBES = {name: {"periodSeconds": 5} for name in ("liveness", "readiness")}


def processes(pod: Pod) -> tuple[Process, Process]:
    """(bowline, engine)"""
    found = pod.node.processes(pod.uid)
    bowline = next(p for p in found if p.name == "bowline" and p.container_pid == 1)
    engine = next(p for p in found if p.name.endswith("-server"))
    return bowline, engine


def cpu_milliseconds(pod: Pod, process: Process) -> float:
    fields = pod.node.sh('cat "/proc/$1/stat"', str(process.pid)).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mebibytes(pod: Pod, process: Process) -> float:
    status = pod.node.sh('cat "/proc/$1/status"', str(process.pid))
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def at_rest(cluster: Cluster) -> list[Figure]:
    pods = cluster.pods()
    pairs = [(pod, process) for pod in pods for process in processes(pod)]
    before = [cpu_milliseconds(pod, process) for pod, process in pairs]
    time.sleep(SECONDS)
    rates = [(cpu_milliseconds(pod, process) - b) / SECONDS for (pod, process), b in zip(pairs, before, strict=True)]
    ours, engines = rates[0::2], rates[1::2]
    memory = [resident_mebibytes(pod, process) for pod, process in pairs[0::2]]
    return [
        Figure("supervisor: resident memory, one value per member", memory, "MiB"),
        Figure("supervisor: CPU at rest, probes every 5 s, one value per member", ours, "ms/s"),
        Figure("the engine beside it: CPU at rest", engines, "ms/s"),
    ]


def measure() -> list[Figure]:
    installation = Installation(Cluster, "redis", "bench", {"probes": PROBES})
    try:
        cluster = installation.healthy()
        say(f"6 members at rest for {SECONDS} s")
        time.sleep(10)
        return at_rest(cluster)
    finally:
        installation.remove()
