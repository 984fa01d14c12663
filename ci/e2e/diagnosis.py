"""What one wants to see of a cluster after a failed test."""

from __future__ import annotations

import re
import subprocess

from e2e.members import BOWLINE, Members
from e2e.shell import CACHE, CommandError

NOISE = re.compile(r"^.*I have keys for slot \d+, but the slot is assigned.*\n", re.M)


def _attempt(members: Members, *args: str) -> str:
    try:
        result = members.kube.attempt(*args, timeout=20)
    except subprocess.TimeoutExpired:
        return "(no answer within 20 s)\n"
    return result.stdout + result.stderr


def diagnosis(members: Members) -> tuple[str, str]:
    """(short, complete): the short one belongs into the test's output."""
    short = [_attempt(members, "get", "pods", "-o", "wide")]
    try:
        pods = members.pods()
    except (CommandError, subprocess.TimeoutExpired):
        pods = []
    for pod in pods:
        table = _attempt(members, "exec", pod.name, "-c", pod.component, "--", BOWLINE, "status")
        if "error" not in table.lower():
            short.append(f"--- bowline status on {pod.name}\n{table}")
            break
    events = _attempt(members, "get", "events", "--sort-by=.metadata.creationTimestamp")
    short.append("--- last events\n" + "\n".join(events.splitlines()[-15:]))
    complete = [*short, "--- all events\n" + events]
    for pod in pods:
        complete.append(f"--- describe {pod.name}\n" + _attempt(members, "describe", "pod", pod.name))
        for container in ("init", pod.component):
            for previous in ("--previous=true", "--previous=false"):
                log = _attempt(members, "logs", pod.name, "-c", container, "--tail=20000", previous)
                complete.append(f"--- {pod.name} {container} {previous}\n{NOISE.sub('', log)}")
    return "\n".join(short), "\n".join(complete)


def save(test: str, text: str) -> str:
    folder = CACHE / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("".join(c if c.isalnum() or c in "-_." else "-" for c in test) + ".txt")
    path.write_text(text)
    return str(path)
