"""Strangers at both listeners of a primary, for a minute each, under a writing client: memory, probes, gaps."""

from __future__ import annotations

import time

from benchmarks import choice
from benchmarks.figure import Figure, GoalsMissed, say
from benchmarks.gaps import longest_after
from benchmarks.subject import ours
from e2e.attacks import ATTACKS, PEERS, PROBES, Attack, probe, resident_memory, under
from e2e.sentinel_set import SentinelSet
from recorder import Mode, Recorder, verify

SECONDS = choice.number("BOWLINE_ATTACK_SECONDS", 60)
PROBE_PERIOD = 0.1
MEBIBYTE = 1 << 20
LIMITS = {"ms": 50, "MiB": 16}
"""Of a complete probe request, and of PID 1."""


def attacked(members: SentinelSet, name: str, attack: Attack | None, port: int) -> list[Figure]:
    """`attack` None: the same time without one, to compare with."""
    primary = members.primary()
    say(f"{name}, {SECONDS} s")
    recorder = Recorder(members.recorder_settings()).start()
    recorder.wait_serving(recorder.started, 15)
    began = time.time()
    times: list[float] = []
    memory: list[float] = []
    with under(attack, primary.ip, port):
        while time.time() < began + SECONDS:
            seconds, status = probe(primary.ip, PROBES, "/ready" if len(times) % 2 else "/live")
            assert status == b"HTTP/1.1 200 OK", status
            times.append(seconds * 1000)
            if len(times) % 20 == 0:
                memory.append(resident_memory(primary) / MEBIBYTE)
            time.sleep(PROBE_PERIOD)
    recording = recorder.stop()
    verdict = verify(recording, members.recorder_settings())
    after = members.primary()
    untouched = verdict.ok and (after.uid, after.restarts) == (primary.uid, primary.restarts)
    figures = [
        Figure(f"{name}: slowest of {len(times)} probes", [max(times)], "ms", str(LIMITS["ms"])),
        Figure(f"{name}: PID 1, largest", [max(memory)], "MiB", str(LIMITS["MiB"])),
        Figure(f"{name}: longest write gap", longest_after(recording, [began]), "s"),
    ]
    if not untouched:
        raise GoalsMissed([f"{name}: {verdict}; {primary} -> {after}"], figures)
    return figures


def beyond(figures: list[Figure]) -> list[str]:
    return [one.row() for one in figures if one.goal and max(one.values) > LIMITS[one.unit]]


def measure() -> list[Figure]:
    """All attacks, also after one that is beyond the limits."""
    subject = ours(Mode.SENTINEL, choice.engines()[0], "attacks")
    try:
        members = subject.installation.healthy()
        figures = attacked(members, "no attack", None, PROBES)
        for port, listener in ((PROBES, "ports.http"), (PEERS, "ports.peers")):
            for name, attack in ATTACKS.items():
                figures += attacked(members, f"{name} at {listener}", attack, port)
        if problems := beyond(figures):
            raise GoalsMissed(problems, figures)
        return figures
    finally:
        subject.installation.remove()
