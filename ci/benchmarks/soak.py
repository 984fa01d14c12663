"""Both modes for an hour on a machine without spare CPU: nobody fails over, nobody is fenced, nothing is lost.

A writing client per mode, and busy loops beside the nodes, which take what they get of the processors.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import choice
from benchmarks.figure import Figure, GoalsMissed, say
from benchmarks.gaps import longest_after
from benchmarks.subject import MODES, ours
from e2e.cluster import Cluster
from e2e.members import Members, Pod
from e2e.sentinel_set import SentinelSet
from recorder import Recorder, verify

MINUTES = choice.number("BOWLINE_SOAK_MINUTES", 60)
LOOPS = choice.number("BOWLINE_SOAK_LOOPS", 2 * (os.cpu_count() or 1))
INTERVAL = 0.05
"""Seconds between two writes of a worker."""
SETTLE = 20
"""Seconds after the installation, in which Events of its own may come."""
UNWANTED = ("RoleChanged", "HandedOver", "PrimaryChanged", "Fenced")
"""Reasons of Events."""

LOOP = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"


@contextmanager
def starved(seconds: float) -> Iterator[None]:
    """Busy loops until the end of the block. They end by themselves a minute later, should this process be killed."""
    loops: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(LOOPS):
            loops.append(subprocess.Popen([sys.executable, "-c", LOOP, str(seconds + 60)]))
        yield
        ended = [loop.pid for loop in loops if loop.poll() is not None]
        assert not ended, f"busy loops have ended early: {ended}"
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def epochs(members: Members, pod: Pod) -> tuple[str, ...]:
    """What an election raises; "" for a server of sentinel mode, which has none."""
    match members:
        case Cluster():
            with members.engine(pod) as engine:
                info = engine.execute_command("CLUSTER INFO")
            return str(info["cluster_my_epoch"]), str(info["cluster_current_epoch"])
        case SentinelSet() if pod.component == "sentinel":
            return (str(members.ask(pod, "MASTER")["config-epoch"]),)
    return ("",)


def states(members: Members) -> dict[str, tuple[Any, ...]]:
    """Per pod what must not change: the pod, its restarts, the role, the epochs."""
    return {
        pod.name: (
            pod.uid,
            f"{pod.restarts} restarts",
            pod.component == "server" and members.is_primary(pod),
            *epochs(members, pod),
        )
        for pod in members.pods()
    }


def unwanted_events(members: Members) -> dict[str, str]:
    """UID -> text"""
    return {
        event["metadata"]["uid"]: f"{event['involvedObject']['name']} {event['reason']}: {event.get('message', '')}"
        for event in members.kube.all("events")
        if event["reason"] in UNWANTED
    }


class Soak:
    """One installation: what it was at the begin, and its recorder."""

    def __init__(self, title: str, members: Members) -> None:
        self.title = title
        self.members = members
        self.states = states(members)
        self.events = unwanted_events(members)
        servers = [pod for pod in members.pods() if pod.component == "server"]
        self.engines = [(pod, pod.node.engine(pod.uid).pid) for pod in servers]
        self.settings = dataclasses.replace(members.recorder_settings(), interval=INTERVAL)
        self.recorder = Recorder(self.settings).start()
        try:
            self.recorder.wait_serving(self.recorder.started, 30)
        except BaseException:
            self.recorder.stop()
            raise

    def waited(self) -> dict[str, float]:
        """Milliseconds for which an engine was ready to run, and did not; by pod, without those that have ended."""
        found = {pod.name: pod.node.sh('cat "/proc/$1/schedstat" || true', str(pid)) for pod, pid in self.engines}
        return {name: int(text.split()[1]) / 1e6 for name, text in found.items() if text}


@dataclass
class Findings:
    figures: list[Figure]
    problems: list[str]


def findings(soak: Soak, began: float, waited: list[float]) -> Findings:
    """Asked when the machine has its CPU again."""
    recording = soak.recorder.stop()
    members, title = soak.members, soak.title
    problems = []
    try:
        members.wait_converged(60)
    except AssertionError as error:
        problems.append(str(error))
    verdict = verify(recording, soak.settings, timeout=60)
    old, now = soak.states, states(members)
    changed = [f"{pod}: {old.get(pod)} -> {now.get(pod)}" for pod in old.keys() | now if old.get(pod) != now.get(pod)]
    told = [text for uid, text in unwanted_events(members).items() if uid not in soak.events]
    problems += [*changed, *told]
    if not verdict.ok:
        problems.append(str(verdict))
    name = f"{title}, {MINUTES} min with {LOOPS} busy loops"
    figures = [
        Figure(f"{name}: changes of role, of epochs, or restarts, by member", [len(changed)], "", "0"),
        Figure(f"{name}: Events {', '.join(UNWANTED)}", [len(told)], "", "0"),
        Figure(
            f"{name}: acknowledged writes lost of {verdict.acked:,}",
            [verdict.lost + verdict.stale_registers + verdict.unreadable],
            "",
            "0",
        ),
        Figure(f"{name}: longest write gap", longest_after(recording, [began]), "s"),
    ]
    if waited:
        figures.append(Figure(f"{name}: engines ready to run, but without a processor", waited, "ms/s"))
    return Findings(figures, [f"{title}: {problem}" for problem in problems])


def measure() -> list[Figure]:
    engine = choice.engines()[0]
    subjects = [ours(mode, engine, "soak") for mode in MODES]
    with ExitStack() as cleanup:
        installed: list[tuple[str, Members]] = []
        for subject in subjects:
            cleanup.callback(subject.installation.remove)
            installed.append((subject.title, subject.installation.install()))
        time.sleep(SETTLE)
        soaks = []
        for title, members in installed:
            soaks.append(Soak(title, members))
            cleanup.callback(soaks[-1].recorder.halt.set)
        before = [soak.waited() for soak in soaks]
        began = time.time()
        with starved(MINUTES * 60):
            for minute in range(MINUTES):
                say(f"{minute} of {MINUTES} min under {LOOPS} busy loops, load {os.getloadavg()[0]:.1f}")
                time.sleep(60)
        seconds = time.time() - began
        rates = [
            [(after - first[name]) / seconds for name, after in soak.waited().items()]
            for first, soak in zip(before, soaks, strict=True)
        ]
        found = [findings(soak, began, rate) for soak, rate in zip(soaks, rates, strict=True)]
    figures = [figure for one in found for figure in one.figures]
    if problems := [problem for one in found for problem in one.problems]:
        raise GoalsMissed(problems, figures)
    return figures
