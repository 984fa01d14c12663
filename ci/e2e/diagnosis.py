"""What one wants to see of a cluster after a failed test."""

from __future__ import annotations

import re
import subprocess

from e2e.cluster import BOWLINE, Cluster
from e2e.shell import CACHE, CommandError

NOISE = re.compile(r"^.*I have keys for slot \d+, but the slot is assigned.*\n", re.M)


def _attempt(cluster: Cluster, *args: str) -> str:
    try:
        result = cluster.kube.attempt(*args, timeout=20)
    except subprocess.TimeoutExpired:
        return "(no answer within 20 s)\n"
    return result.stdout + result.stderr


def diagnosis(cluster: Cluster) -> tuple[str, str]:
    """(short, complete): the short one belongs into the test's output."""
    short = [_attempt(cluster, "get", "pods", "-o", "wide")]
    try:
        names = [pod.name for pod in cluster.pods()]
    except (CommandError, subprocess.TimeoutExpired):
        names = []
    for name in names:
        table = _attempt(cluster, "exec", name, "-c", "server", "--", BOWLINE, "status")
        if "error" not in table.lower():
            short.append(f"--- bowline status on {name}\n{table}")
            break
    events = _attempt(cluster, "get", "events", "--sort-by=.metadata.creationTimestamp")
    short.append("--- last events\n" + "\n".join(events.splitlines()[-15:]))
    complete = [*short, "--- all events\n" + events]
    for name in names:
        complete.append(f"--- describe {name}\n" + _attempt(cluster, "describe", "pod", name))
        for container in ("init", "server"):
            for previous in ("--previous=true", "--previous=false"):
                log = _attempt(cluster, "logs", name, "-c", container, "--tail=20000", previous)
                complete.append(f"--- {name} {container} {previous}\n{NOISE.sub('', log)}")
    return "\n".join(short), "\n".join(complete)


def save(test: str, text: str) -> str:
    folder = CACHE / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("".join(c if c.isalnum() or c in "-_." else "-" for c in test) + ".txt")
    path.write_text(text)
    return str(path)
