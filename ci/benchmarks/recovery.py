"""Sudden faults under a writing client: for how long it could not write, and what of its writes was lost.

Both modes and both engines; with `ci/bench --peer` a peer's chart and ours of the same mode and engine, by turns. Each
run has a new installation, which meets one fault after the other.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from subprocess import SubprocessError
from typing import Protocol

from redis.exceptions import RedisError

from benchmarks import choice
from benchmarks.figure import Figure, GoalsMissed, say
from benchmarks.gaps import longest_after
from benchmarks.peer import Peer
from benchmarks.subject import Subject, subjects
from e2e.cluster import Cluster
from e2e.members import Pod, Pods
from e2e.nodes import power_cut, power_on
from e2e.sentinel_set import SentinelSet
from e2e.test_nodes import node_with_one_primary
from e2e.wait import wait_for
from recorder import Mode, NotServingError, Recorder, Settings, verify

RUNS = choice.number("BOWLINE_RECOVERIES", 3)
REST = 3.0
"""Seconds of writing before a fault."""
WATCH = 15.0
"""Seconds of writing after it, in which a second interruption is still seen."""
LIMIT = 180
"""Seconds. Who does not serve again by then is taken for gone; the next fault meets a new installation."""
RUN_FAILURES = (AssertionError, LookupError, OSError, RedisError, SubprocessError)
"""What ends one run, not all: an installation that fails, a command without an answer."""

Fault = Callable[[Pods, Pod], AbstractContextManager[None]]
"""Of the primary in this pod. The block begins when it has happened; at its end all is repaired that needs a hand."""


@contextmanager
def engine_killed(_: Pods, primary: Pod) -> Iterator[None]:
    primary.node.kill_engine(primary.uid)
    yield


@contextmanager
def container_killed(_: Pods, primary: Pod) -> Iterator[None]:
    primary.node.kill_container(primary.uid)
    yield


@contextmanager
def all_deleted(pods: Pods, _: Pod) -> Iterator[None]:
    old = {pod.uid for pod in pods.pods()}
    pods.delete_pods(*(pod.name for pod in pods.pods()), force=True)
    wait_for("none of the old pods is left", lambda: not old & {pod.uid for pod in pods.pods()}, 60)
    yield


@contextmanager
def node_off(pods: Pods, primary: Pod) -> Iterator[None]:
    power_cut([primary.node])
    try:
        yield
    finally:
        power_on([primary.node])
        wait_for("all nodes Ready", pods.kube.nodes_ready, 90)


ENGINE, DELETED, CONTAINER, POWER = (
    "kill -9 of a primary's engine",
    "all pods deleted by force",
    "kill -9 of PID 1 of a primary's container",
    "power cut of a primary's node",
)
FAULTS: dict[str, Fault] = {
    ENGINE: engine_killed,
    DELETED: all_deleted,  # between the kills: the kubelet restarts the second container, too, without its back-off
    CONTAINER: container_killed,
    POWER: node_off,
}
INSTALL = "`helm install --wait` to all Ready, images loaded"
GOALS = {
    Mode.CLUSTER: {INSTALL: "≤ 12 s", ENGINE: "≤ 0.25 s", DELETED: "≤ 5 s", CONTAINER: "≤ 2.5 s", POWER: "≤ 5 s"},
    Mode.SENTINEL: {ENGINE: "≤ 0.6 s", DELETED: "≤ 6 s", CONTAINER: "≤ 2.5 s", POWER: "≤ 5 s"},
}


@dataclass
class Outcome:
    """Of one fault, in all runs."""

    gaps: list[float] = field(default_factory=list)
    acked: int = 0
    lost: int = 0
    unserved: int = 0
    """How often nobody served within LIMIT."""
    broken: int = 0
    """How often it served, but was not again as after an installation."""


@dataclass
class Results:
    """Of one subject, in all runs."""

    installing: list[float] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=lambda: {fault: Outcome() for fault in FAULTS})


def primary_for(pods: Pods, fault: str, number: int) -> Pod:
    """In a power cut of a cluster the other shards shall keep their primaries, so that the engines can elect."""
    match pods:
        case Cluster() if fault == POWER:
            node = node_with_one_primary(pods)
            return next(pod for pod in pods.primaries() if pod.node.name == node.name)
        case Cluster():
            return pods.primary(number % pods.shards)
        case SentinelSet():
            return pods.primary()
        case Peer():
            leaders = pods.leaders()
            nodes = [pod.node.name for pod in leaders]
            alone = [pod for pod in leaders if nodes.count(pod.node.name) == 1]
            candidates = alone if fault == POWER and alone else leaders
            return candidates[number % len(candidates) if pods.description.mode is Mode.CLUSTER else 0]
    raise TypeError(str(type(pods)))


class Writable(Protocol):
    """What a client may write to."""

    def recorder_settings(self) -> Settings: ...

    def wait_converged(self, timeout: float) -> float: ...


def is_whole(servers: Writable) -> bool:
    try:
        servers.wait_converged(90)
    except AssertionError as error:
        say(str(error))
        return False
    return True


def suffer(
    servers: Writable, fault: AbstractContextManager[None], outcome: Outcome, watch: float = WATCH, limit: float = LIMIT
) -> bool:
    """Whether they serve again. Raises NotServingError when they have not served before the fault."""
    settings = dataclasses.replace(servers.recorder_settings(), interval=0.005)
    recorder = Recorder(settings).start()
    served = whole = False
    try:
        recorder.wait_serving(recorder.started, 30)
        time.sleep(REST)
        struck = time.time()
        try:
            with fault:
                recorder.wait_serving(time.time(), limit)
            time.sleep(watch)
            whole = is_whole(servers)
            recorder.wait_serving(time.time(), limit)
            served = True
        except NotServingError as error:
            say(str(error))
    finally:
        recording = recorder.stop()
    verdict = verify(recording, settings, timeout=30 if served else 5)
    outcome.gaps += longest_after(recording, [struck]) if served else [recording.ended - struck]
    outcome.acked += verdict.acked
    outcome.lost += verdict.lost + verdict.stale_registers
    outcome.unserved += not served
    outcome.broken += served and not (whole and verdict.unreadable == 0)
    say(f"  {outcome.gaps[-1]:.2f} s, {verdict.lost} of {verdict.acked} lost, {verdict.unreadable} unreadable")
    return served


def run(subject: Subject, results: Results, number: int) -> None:
    installation = subject.installation
    try:
        installation.install()
        results.installing.append(installation.install_seconds)
        for name, fault in FAULTS.items():
            pods = installation.healthy()
            say(f"{subject.title}, run {number + 1} of {RUNS}: {name}")
            if not suffer(pods, fault(pods, primary_for(pods, name, number)), results.outcomes[name]):
                installation.remove(wait=True)
    finally:
        installation.remove(wait=True)


def figures(subject: Subject, results: Results) -> list[Figure]:
    goals = GOALS[subject.mode] if subject.is_ours else {}
    rows = []
    if results.installing:
        rows.append(Figure(f"{subject.title}: {INSTALL}", results.installing, "s", goals.get(INSTALL, "")))
    for fault, outcome in results.outcomes.items():
        if not outcome.gaps:
            continue
        name = f"{subject.title}: {fault}"
        rows.append(Figure(f"{name}: write gap", outcome.gaps, "s", goals.get(fault, "")))
        goal = "0" if subject.is_ours and fault != POWER else ""
        rows.append(Figure(f"{name}: acknowledged writes lost of {outcome.acked:,}", [outcome.lost], "", goal))
        if outcome.unserved:
            rows.append(Figure(f"{name}: not serving again within {LIMIT} s, of {RUNS}", [outcome.unserved], "times"))
        if outcome.broken:
            rows.append(Figure(f"{name}: serving, but not whole again, of {RUNS}", [outcome.broken], "times"))
    return rows


def shortcomings(subject: Subject, results: Results) -> list[str]:
    """What must not be, with ours."""
    return [
        f"{subject.title}: {fault}: {outcome.unserved} x not serving, {outcome.broken} x not whole, {outcome.lost} lost"
        for fault, outcome in results.outcomes.items()
        if subject.is_ours and (outcome.unserved or outcome.broken or (outcome.lost and fault != POWER))
    ]


def measure() -> list[Figure]:
    measured = [(subject, Results()) for subject in subjects("recovery")]
    problems = []
    for number in range(RUNS):
        for subject, results in measured:
            try:
                run(subject, results, number)
            except RUN_FAILURES as error:
                problems.append(f"{subject.title}, run {number + 1}, given up: {error}")
                say(problems[-1])
    rows = [row for subject, results in measured for row in figures(subject, results)]
    problems += [text for subject, results in measured for text in shortcomings(subject, results)]
    if problems:
        raise GoalsMissed(problems, rows)
    return rows
