"""Planned handovers under load, both modes and both engines: what a client sees, and whether anything is lost.

Two runs per installation: writes in single round trips, for the gaps; then full load by pipelines, for losses. Each
round ends with a look at every acknowledged key, and an empty dataset for the next one.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Protocol

from benchmarks import choice
from benchmarks.figure import Figure, say
from benchmarks.gaps import longest_after
from benchmarks.subject import MODES, ours
from e2e.cluster import Cluster
from e2e.members import Members
from e2e.sentinel_set import SentinelSet
from recorder import Mode, Recorder, Recording, Settings, verify

HANDOVERS = choice.number("BOWLINE_HANDOVERS", 50)
"""Per mode and engine, under full load. For the proof of zero loss set it to 125: 4 x 125."""
FOR_GAPS = 50
"""The same, with single writes."""
ROUND = 25
BETWEEN = 1.2
"""Seconds. A sentinel refuses the next failover for so long (SENTINEL FAILOVER: INPROG)."""


@dataclasses.dataclass
class Outcome:
    gaps: list[float]
    acked: int = 0
    lost: int = 0
    seconds: float = 0.0
    errors: int = 0


class Writing(Protocol):
    """A recorder that writes."""

    def stop(self) -> Recording: ...


def writing(settings: Settings) -> Writing:
    recorder = Recorder(settings).start()
    recorder.wait_serving(recorder.started, 15)
    return recorder


HandOver = Callable[[int], object]
"""The argument counts them."""


def hand_over_in(members: Members) -> HandOver:
    """In a cluster the shards come by turns."""
    match members:
        case Cluster():
            pod, shards = members.pods()[0], members.shards
            return lambda number: members.bowline(pod, "failover", "--shard", str(number % shards))
        case SentinelSet():
            return lambda _: members.fail_over()
    raise TypeError(str(type(members)))


def run(
    members: Members, settings: Settings, handovers: int, begin: Callable[[Settings], Writing] = writing
) -> Outcome:
    outcome = Outcome([])
    hand_over = hand_over_in(members)
    for first in range(0, handovers, ROUND):
        count = min(ROUND, handovers - first)
        fresh = dataclasses.replace(settings, run=f"h{first}x{time.time_ns() % 1_000_000}")
        recorder = begin(fresh)
        moments = []
        for number in range(first, first + count):
            time.sleep(BETWEEN)
            moments.append(time.time())
            hand_over(number)
        time.sleep(BETWEEN)
        recording = recorder.stop()
        members.wait_converged(30)
        verdict = verify(recording, settings)
        assert verdict.unreadable == 0, f"{verdict.unreadable} keys could not be read"
        outcome.gaps += longest_after(recording, moments)
        outcome.acked += verdict.acked
        outcome.lost += verdict.lost + verdict.stale_registers
        outcome.seconds += recording.ended - recording.started
        outcome.errors += sum(verdict.errors.values())
        say(f"{first + count} of {handovers} handovers, {outcome.acked} writes acknowledged, {outcome.lost} lost")
        empty(members)
    return outcome


def empty(members: Members) -> None:
    for pod in members.pods():
        if pod.component == "server" and members.is_primary(pod):
            with members.engine(pod) as engine:
                engine.flushall()


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def figures(name: str, single: Outcome, full: Outcome, goals: tuple[str, str]) -> list[Figure]:
    rate = full.acked / full.seconds
    return [
        Figure(
            f"{name}: write gap of a handover, p50 of {len(single.gaps)}", [percentile(single.gaps, 0.5)], "s", goals[0]
        ),
        Figure(f"{name}: p99", [percentile(single.gaps, 0.99)], "s", goals[1]),
        Figure(f"{name}: errors that clients saw, per handover", [single.errors / len(single.gaps)], ""),
        Figure(f"{name}: writes acknowledged per second under load", [rate], "/s", "≥ 2,000"),
        Figure(
            f"{name}: acknowledged writes lost of {full.acked + single.acked:,} "
            f"in {len(full.gaps) + len(single.gaps)} handovers",
            [full.lost + single.lost],
            "",
            "0",
        ),
    ]


GOALS = {Mode.CLUSTER: ("", "≤ 0.1 s"), Mode.SENTINEL: ("≤ 0.4 s", "≤ 0.8 s")}


def measure() -> list[Figure]:
    rows = []
    for subject in (ours(mode, engine, "handover") for engine in choice.engines() for mode in MODES):
        say(subject.title)
        try:
            members = subject.installation.healthy()
            settings = dataclasses.replace(members.recorder_settings(), interval=0.005, workers=3)
            single = run(members, settings, FOR_GAPS)
            full = run(members, dataclasses.replace(settings, batch=20, interval=0.01), HANDOVERS)
        finally:
            subject.installation.remove()
        rows += figures(subject.title, single, full, GOALS[subject.mode])
    return rows
