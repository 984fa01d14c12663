"""What an installation takes: pods and claims, the time until all are Ready, memory and CPU at rest. By turns."""

from __future__ import annotations

import time

from benchmarks import choice, pod_cgroup
from benchmarks.figure import Figure, say
from benchmarks.probes import SETTLE, at_rest
from benchmarks.subject import Subject, subjects
from e2e.members import Pods

RUNS = choice.number("BOWLINE_INSTALLS", 3)


def claims(installed: Pods) -> int:
    return len(installed.kube.all("persistentvolumeclaims", f"app.kubernetes.io/instance={installed.name}"))


def installed_seconds(subject: Subject) -> float:
    try:
        subject.installation.install()
        return subject.installation.install_seconds
    finally:
        subject.installation.remove(wait=True)


def rest(subject: Subject) -> list[Figure]:
    title = subject.title
    try:
        installed: Pods = subject.installation.install()
        time.sleep(SETTLE)
        cpu = at_rest(subject, installed)
        pods = installed.pods()
        return [
            Figure(f"{title}: pods", [len(pods)], ""),
            Figure(f"{title}: claims", [claims(installed)], ""),
            Figure(f"{title}: memory at rest of all pods", [sum(pod_cgroup.mebibytes(pod) for pod in pods)], "MiB"),
            *cpu,
        ]
    finally:
        subject.installation.remove(wait=True)


def measure() -> list[Figure]:
    measured = subjects("footprint")
    seconds: dict[str, list[float]] = {subject.title: [] for subject in measured}
    for turn in range(RUNS):
        for subject in measured:
            say(f"{subject.title}: installation {turn + 1} of {RUNS}")
            seconds[subject.title].append(installed_seconds(subject))
    ready = "`helm install --wait` to all Ready, images loaded"
    return [
        row
        for subject in measured
        for row in [Figure(f"{subject.title}: {ready}", seconds[subject.title], "s"), *rest(subject)]
    ]
