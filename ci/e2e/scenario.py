"""A fault under a writing client: before, during, after."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any

from e2e.members import Members
from recorder import Recorder, Recording, Verdict, verify

POSSIBLE_LOSS = 2.0
"""Seconds. appendfsync everysec, and replication does not wait: younger writes may die with a primary's node."""


class Scenario:
    """Writes from the begin of the `with` block to after its end; then everything that must hold is checked.

    `converge` is the bound, in seconds, for `bowline check` to exit with 0 after the block.
    `loss_window`: acknowledged writes may be lost only when they are younger than so many seconds at mark().
    `repeats`: the client repeats a write whose connection broke.
    """

    def __init__(
        self, members: Members, title: str, *, converge: float = 60, loss_window: float = 0, repeats: bool = False
    ) -> None:
        self.members = members
        self.title = title
        self.converge = converge
        self.loss_window = loss_window
        self.repeats = repeats
        self.figures: dict[str, Any] = {}
        self.marked = 0.0
        self.recording: Recording | None = None

    def __enter__(self) -> Scenario:
        self.ids = self.members.ids()
        self.recorder = Recorder(replace(self.members.recorder_settings(), repeats=self.repeats)).start()
        try:
            self.recorder.wait_serving(self.recorder.started, 15)
        except BaseException:
            self.recorder.stop()
            raise
        time.sleep(0.5)
        self.mark()
        return self

    def mark(self) -> None:
        """The fault comes now."""
        self.marked = time.time()

    def serving(self, timeout: float) -> None:
        """Waits until every worker (one per shard in a cluster) is acknowledged a write that began after this call."""
        self.recorder.wait_serving(time.time(), timeout)

    def stop_writing(self) -> None:
        self.recording = self.recorder.stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.finish()
        finally:
            if self.recording is None:
                self.recording = self.recorder.stop()

    def finish(self) -> None:
        try:
            self.figures["converged_s"] = round(self.members.wait_converged(self.converge), 2)
            if self.recording is None:
                self.recorder.wait_serving(time.time(), 10)
        finally:
            verdict = self.read_back()
        self.judge(verdict)
        ids = self.members.ids()
        changed = {name for name in self.ids.keys() & ids.keys() if self.ids[name] != ids[name]}
        assert not changed, f"came back with another id: {changed}"

    def read_back(self) -> Verdict:
        if self.recording is None:
            self.recording = self.recorder.stop()
        verdict = verify(self.recording, self.members.recorder_settings())
        self.figures |= {
            "acked": verdict.acked,
            "lost": verdict.lost,
            "unreadable": verdict.unreadable,
            "served_again_s": round(self.recording.served_again(self.marked), 2),
            "gap_s": verdict.longest_gaps,
            "errors": verdict.errors,
        }
        return verdict

    def judge(self, verdict: Verdict) -> None:
        assert verdict.unreadable == 0, verdict
        if not self.loss_window:
            assert verdict.ok, verdict
        elif verdict.lost_acked_between:
            first = verdict.lost_acked_between[0]
            assert first >= self.marked - self.loss_window, f"{self.marked - first:.1f} s of writes lost: {verdict}"


MakeScenario = Callable[..., Scenario]
"""Of the members that a test is about: title, then options as above."""
