"""What each client library makes of a planned handover: how long it did not write, and what errors it raised.

All with the same time-outs, one after the other on the same installation; both modes.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import choice
from benchmarks.figure import Figure, say
from benchmarks.handover import Writing, run, writing
from benchmarks.subject import MODES, ours
from e2e.shell import CACHE
from recorder import ProgramRecorder, Settings

HANDOVERS = 12
"""Per client: each shard of a cluster four times."""


def repeating(settings: Settings) -> Writing:
    return writing(dataclasses.replace(settings, repeats=True))


def program(name: str, folder: Path) -> Callable[[Settings], Writing]:
    """The library's own repeats stay on."""

    def begin(settings: Settings) -> Writing:
        recorder = ProgramRecorder([str(CACHE / "clients" / name / "run")], settings, folder / f"{settings.run}.json")
        recorder.start()
        recorder.wait_serving(20)
        return recorder

    return begin


def measure() -> list[Figure]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        clients = {
            "redis-py, nothing repeated": writing,
            "redis-py, the application repeats": repeating,
            **{name: program(name, Path(folder)) for name in ("go-redis", "ioredis", "jedis")},
        }
        for subject in (ours(mode, engine, "clients") for engine in choice.engines() for mode in MODES):
            try:
                members = subject.installation.healthy()
                settings = dataclasses.replace(members.recorder_settings(), interval=0.005, workers=3)
                for client, begin in clients.items():
                    say(f"{subject.title}: {client}")
                    outcome = run(members, settings, HANDOVERS, begin)
                    name = f"{subject.title}, {client}"
                    rows.append(Figure(f"{name}: write gap of a handover", outcome.gaps, "s"))
                    errors = outcome.errors / len(outcome.gaps) / settings.workers
                    rows.append(Figure(f"{name}: errors per handover and connection", [errors], ""))
                    rows.append(
                        Figure(f"{name}: acknowledged writes lost of {outcome.acked:,}", [outcome.lost], "", "0")
                    )
            finally:
                subject.installation.remove()
    return rows
