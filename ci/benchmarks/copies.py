"""What the start of a pod costs when its dataset is large: a full copy from the primary, or a partial one.

The engines write the replication id and offset into snapshots alone, so a member with append-only files copies all
again (docs/decisions/0008-persistence-and-node-timeout.md). Beside it, in the same run: a set that has snapshots only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from benchmarks import choice
from benchmarks.figure import Figure, say
from e2e.installation import Installation
from e2e.members import Pod
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.wait import wait_for

MEGABYTES = choice.number("BOWLINE_COPY_MEGABYTES", 1024)
RUNS = choice.number("BOWLINE_COPIES", 2)
PATIENCE = 240
BATCH = 64

KINDS: dict[str, Mapping[str, Any]] = {
    "append-only files (the default)": {},
    "snapshots only": {"config": {"appendonly": False, "save": "3600 1"}},
}


def fill(members: SentinelSet) -> None:
    """Values that do not compress, a megabyte each."""
    with members.engine(members.primary()) as engine, open("/dev/urandom", "rb") as random:
        for first in range(0, MEGABYTES, BATCH):
            pipe = engine.pipeline(transaction=False)
            for number in range(first, min(first + BATCH, MEGABYTES)):
                pipe.set(f"copy:{number}", random.read(1 << 20))
            pipe.execute()


def in_sync(members: SentinelSet, pod: Pod, offset: int) -> bool:
    info = members.info(members.pod(pod.name))
    return info.get("master_link_status") == "up" and int(info["slave_repl_offset"]) >= offset


def restart(members: SentinelSet, pod: Pod) -> tuple[float, int, int]:
    """Seconds from the deletion of a replica's pod until it is in sync; full and partial copies of it."""

    def copies() -> tuple[int, int]:
        stats = members.info(members.primary(), "stats")
        return int(stats["sync_full"]), int(stats["sync_partial_ok"])

    before = copies()
    offset = int(members.info(members.primary())["master_repl_offset"])
    began = time.monotonic()
    members.delete_pods(pod.name)
    wait_for(f"a new {pod.name}", lambda: members.pod(pod.name).uid != pod.uid, PATIENCE)
    wait_for("in sync", lambda: in_sync(members, pod, offset), PATIENCE)
    seconds = time.monotonic() - began
    after = copies()
    members.wait_converged(PATIENCE)
    return seconds, after[0] - before[0], after[1] - before[1]


def measure() -> list[Figure]:
    rows = []
    for engine in choice.engines():
        for number, (kind, values) in enumerate(KINDS.items()):
            large = {"persistence": {"size": f"{4 * MEGABYTES}Mi"}}
            installation = Installation(SentinelSet, engine, f"copies-{number}", {**VALUES, **large, **values})
            say(f"{engine}, {kind}")
            try:
                members = installation.install()
                fill(members)
                members.wait_converged(PATIENCE)
                restarts = [restart(members, members.replicas()[0]) for _ in range(RUNS)]
            finally:
                installation.remove(wait=True)
            full, partial = (sum(one[index] for one in restarts) for index in (1, 2))
            rows.append(
                Figure(
                    f"sentinel, {engine}, {kind}: a replica's pod with {MEGABYTES} MB deleted until it is in sync "
                    f"({full} full, {partial} partial copies)",
                    [one[0] for one in restarts],
                    "s",
                )
            )
    return rows
