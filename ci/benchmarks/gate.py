"""What the gate adds to `helm upgrade`: an upgrade that changes nothing, with its hooks and without, in pairs."""

from __future__ import annotations

import time

from benchmarks import choice
from benchmarks.figure import Figure, say
from e2e.installation import Installation
from e2e.release import Release
from e2e.sentinel_set import VALUES, SentinelSet

PAIRS = choice.number("BOWLINE_UPGRADES", 5)


def seconds(release: Release, *flags: str) -> float:
    began = time.monotonic()
    release.upgrade(None, *flags, wait=False)
    return time.monotonic() - began


def measure() -> list[Figure]:
    figures = []
    for engine in choice.engines():
        installation = Installation(SentinelSet, engine, "gate", VALUES)
        with_gate, without = [], []
        try:
            release = installation.install().release
            for number in range(PAIRS):
                say(f"{engine}: upgrade with and without the gate, {number + 1} of {PAIRS}")
                with_gate.append(seconds(release))
                without.append(seconds(release, "--no-hooks"))
        finally:
            installation.remove(wait=True)
        added = [one - other for one, other in zip(with_gate, without, strict=True)]
        figures += [
            Figure(f"sentinel, {engine}: `helm upgrade` that changes nothing", with_gate, "s"),
            Figure(f"sentinel, {engine}: the same with `--no-hooks`", without, "s"),
            Figure(f"sentinel, {engine}: what the gate adds, in pairs", added, "s", "≤ 4 s"),
        ]
    return figures
