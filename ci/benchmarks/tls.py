"""Planned handovers with TLS and without, by turns: two releases side by side under clients that write."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import choice
from benchmarks.figure import Figure, say
from benchmarks.gaps import longest_after
from benchmarks.handover import BETWEEN, hand_over_in, percentile, writing
from benchmarks.subject import MODES, ours
from e2e import tls
from e2e.members import Members
from recorder import Recording, Settings, verify

PAIRS = choice.number("BOWLINE_HANDOVERS", 25)


@dataclasses.dataclass
class Side:
    """One of the two releases, and what its client saw."""

    members: Members
    settings: Settings
    moments: list[float]
    recording: Recording | None = None

    def gaps(self) -> list[float]:
        assert self.recording is not None
        return longest_after(self.recording, self.moments)

    def lost(self) -> int:
        assert self.recording is not None
        verdict = verify(self.recording, self.settings)
        assert verdict.unreadable == 0 and verdict.acked > 0, verdict
        return verdict.lost + verdict.stale_registers


def side(members: Members) -> Side:
    return Side(members, dataclasses.replace(members.recorder_settings(), interval=0.005, workers=3), [])


def hand_over_by_turns(sides: list[Side]) -> None:
    """Only the one of the two that hands over is looked at meanwhile."""
    recorders = [writing(one.settings) for one in sides]
    ways = [hand_over_in(one.members) for one in sides]
    try:
        for number in range(PAIRS):
            for one, hand_over in zip(sides, ways, strict=True):
                time.sleep(BETWEEN)
                one.moments.append(time.time())
                hand_over(number)
        time.sleep(BETWEEN)
    finally:
        for one, recorder in zip(sides, recorders, strict=True):
            one.recording = recorder.stop()


def compared(title: str, plain: Side, secured: Side) -> list[Figure]:
    without, with_tls = plain.gaps(), secured.gaps()
    halves = {"without TLS": without, "with TLS": with_tls}
    rows = [
        Figure(f"{title}: write gap of a handover {which}, {name} of {PAIRS}", [percentile(gaps, part)], "s", "")
        for which, gaps in halves.items()
        for name, part in (("p50", 0.5), ("p99", 0.99))
    ]
    more = percentile(with_tls, 0.5) - percentile(without, 0.5)
    lost = plain.lost() + secured.lost()
    return [
        *rows,
        Figure(f"{title}: what TLS adds to the p50", [more], "s", "≤ 0.03 s"),
        Figure(f"{title}: acknowledged writes lost", [lost], "", "0"),
    ]


def measure() -> list[Figure]:
    rows: list[Figure] = []
    for mode, engine in [(mode, engine) for engine in choice.engines() for mode in MODES]:
        without, with_tls = ours(mode, engine, "without-tls"), ours(mode, engine, "with-tls")
        say(with_tls.title)
        with ExitStack() as undone, tempfile.TemporaryDirectory() as folder:
            for subject in (without, with_tls):
                undone.callback(subject.installation.remove)
            plain: Any = without.installation.healthy()
            secured = tls.install_required(with_tls.installation, tls.Authority(Path(folder)))
            sides = [side(plain), side(secured)]
            hand_over_by_turns(sides)
            rows += compared(with_tls.title, *sides)
    return rows
