"""A primary that is cut off from everybody, and a client beside it that writes on."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from e2e.members import Pod
from e2e.nodes import Node, unplugged
from e2e.scenario import POSSIBLE_LOSS, Scenario
from e2e.shell import CACHE, ROOT
from e2e.wait import wait_for
from recorder import Recording, Settings, verify

FENCE = 0.7
"""Seconds after which a primary that reaches nobody acknowledges nothing more; it looks ten times a second."""
SLACK = 0.2
"""Seconds that a starved machine may add to that: the program's looks, and the moment of the cut as it is noted."""
ALONE = 5.0
"""Seconds from a promotion to the moment in which no other pod is labelled as the primary."""


def record_on(node: Node, settings: Settings, file: Path, seconds: float) -> None:
    """A recorder that runs on the node, and so reaches the node's pods whatever happens to its cable."""
    slots = ["--slots", f"{settings.slots.start}-{settings.slots.stop - 1}"] if settings.slots else []
    node.run(
        *("env", f"PYTHONPATH={ROOT / 'ci'}", f"RECORDER_PASSWORD={settings.password}"),
        *(sys.executable, "-m", "recorder", "run", "--mode", settings.mode.value, *slots),
        *("--seeds", ",".join(str(seed) for seed in settings.seeds), "--workers", str(settings.workers)),
        *("--file", str(file), "--seconds", str(seconds)),
        timeout=seconds + 30,
    )


def cut_off(running: Scenario, primary: Pod, settings: Settings, name: str, seconds: float) -> Recording:
    """Unplugs the primary's node for so long, and until the others serve; what a client on it has seen in 40 s."""
    file = CACHE / "e2e" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    members = running.members
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(record_on, primary.node, settings, file, 40)
        time.sleep(4)
        with unplugged(primary.node):
            running.mark()
            running.serving(30)
            alone = wait_for("its label is not primary", lambda: not members.labelled([primary]), ALONE, 0.1)
            running.figures["promoted_to_no_label_s"] = round(alone, 2)
            time.sleep(max(0.0, running.marked + seconds - time.time()))
            running.figures["cut_s"] = round(time.time() - running.marked, 2)
        wait_for("all nodes Ready", members.kube.nodes_ready, 60)
        writer.result()
    return Recording.load(file)


def judge_client(running: Scenario, recording: Recording) -> None:
    """What the client beside the primary writes is lost from the cut on, so that must end soon, and for good."""
    verdict = verify(recording, running.members.recorder_settings())
    moments = [moment - running.marked for moment, _ in recording.workers[0].acks]
    running.figures |= {"beside_lost": verdict.lost, "beside_fenced_after_s": round(max(moments), 2)}
    assert min(moments) < -1 < max(moments), "the client has not written up to the cut"
    assert max(moments) <= FENCE + SLACK, f"acknowledged {max(moments):.1f} s after the cut"
    assert verdict.unreadable == 0, verdict
    if verdict.lost_acked_between:
        first = verdict.lost_acked_between[0]
        assert first >= running.marked - POSSIBLE_LOSS, f"{running.marked - first:.1f} s before the cut: {verdict}"
