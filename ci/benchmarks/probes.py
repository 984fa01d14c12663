"""CPU of pods at rest with their chart's own probes: all of the pod's cgroup, what probes execute in it included.

Of our own pods also the threads of PID 1, and what they ask of DNS.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks import pod_cgroup
from benchmarks.figure import Figure, say
from benchmarks.subject import Subject, subjects
from benchmarks.supervisor import cpu_milliseconds
from e2e.members import Pod, Pods
from e2e.nodes import Process

SECONDS = 60
SETTLE = 20
"""Seconds after the installation: some probes begin late."""


def engine_of(pod: Pod, *, is_ours: bool) -> Process | None:
    """A sentinel's pod of ours has none, though its process has the same name; a peer's pod may have both."""
    if is_ours and pod.component == "sentinel":
        return None
    return next((process for process in pod.node.processes(pod.uid) if process.name.endswith("-server")), None)


@dataclass
class Usage:
    """Milliseconds of CPU."""

    pods: list[float]
    engines: list[float]
    """Of those pods that have one, and in the same order with_engine."""
    with_engine: list[float]


def dns_queries(pod: Pod) -> int:
    """So far: nothing but DNS is sent by UDP in a pod."""
    init = next(process for process in pod.node.processes(pod.uid) if process.name == "bowline")
    lines = pod.node.sh('grep ^Udp: "/proc/$1/net/snmp"', str(init.pid)).splitlines()
    names, values = (line.split() for line in lines)
    return int(values[names.index("OutDatagrams")])


def threads(pod: Pod) -> int:
    init = next(process for process in pod.node.processes(pod.uid) if process.name == "bowline")
    return len(pod.node.sh('ls "/proc/$1/task"', str(init.pid)).split())


def usage(pods: list[tuple[Pod, Process | None]]) -> Usage:
    all_pods = [pod_cgroup.milliseconds(pod) for pod, _ in pods]
    return Usage(
        all_pods,
        [cpu_milliseconds(pod, engine) for pod, engine in pods if engine],
        [spent for spent, (_, engine) in zip(all_pods, pods, strict=True) if engine],
    )


def rates(before: list[float], after: list[float]) -> list[float]:
    return [(b - a) / SECONDS for a, b in zip(before, after, strict=True)]


def at_rest(subject: Subject, installed: Pods) -> list[Figure]:
    title = subject.title
    say(f"{title}: at rest for {SECONDS} s")
    pods = [(pod, engine_of(pod, is_ours=subject.is_ours)) for pod in installed.pods()]
    ours = [pod for pod, _ in pods] if subject.is_ours else []
    before, asked = usage(pods), [dns_queries(pod) for pod in ours]
    time.sleep(SECONDS)
    after = usage(pods)
    queries = [(dns_queries(pod) - old) * 60 / SECONDS for pod, old in zip(ours, asked, strict=True)]
    own = [
        Figure(f"{title}: DNS queries of a member", queries, "a minute"),
        Figure(f"{title}: threads of PID 1", [threads(pod) for pod in ours], ""),
    ]
    return [
        Figure(f"{title}: CPU at rest of a server's pod", rates(before.with_engine, after.with_engine), "ms/s"),
        Figure(f"{title}: of it the engine", rates(before.engines, after.engines), "ms/s"),
        Figure(f"{title}: CPU at rest of all pods", [sum(rates(before.pods, after.pods))], "ms/s"),
        *(own if ours else []),
    ]


def measure_one(subject: Subject) -> list[Figure]:
    try:
        installed: Pods = subject.installation.install()
        time.sleep(SETTLE)
        return at_rest(subject, installed)
    finally:
        subject.installation.remove(wait=True)


def measure() -> list[Figure]:
    return [row for subject in subjects("probes") for row in measure_one(subject)]
