"""New connections at the Service of the primary, through planned handovers and kills of the primary's engine.

Each attempt is a connection of its own: connect, log in, INCR. What is measured is the longest time in which none
succeeded; attempts that failed are told apart from those that only waited. Beside it, in the same run: for how long
kube-proxy needs to lead a Service to a pod that somebody labels by hand, which no chart can be faster than.
"""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from benchmarks import choice
from benchmarks.figure import Figure, GoalsMissed, say
from benchmarks.handover import percentile
from benchmarks.subject import ours
from e2e.kube import Kube
from e2e.members import PORT, Pod
from e2e.sentinel_set import SentinelSet
from recorder import Mode

HANDOVERS = choice.number("BOWLINE_HANDOVERS", 10)
KILLS = choice.number("BOWLINE_RECOVERIES", 3)
REACTIONS = 10
ALLOWED = 0.2
"""Seconds above kube-proxy's reaction."""
THREADS = 10
EVERY = 0.1
"""Seconds between two attempts of a thread; all together begin one each 10 ms."""
PATIENCE = 2.0
"""Seconds that an attempt may take in all."""
REST = 6.0
"""Seconds between two events; the second half of them belongs to no event."""
LABEL = "bench/reached"


@dataclass(frozen=True)
class Attempt:
    begin: float
    end: float
    error: str
    """What happened, in a word; "" when it succeeded."""


def attempt(address: str, password: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with socket.create_connection((address, PORT), PATIENCE) as link, link.makefile("rb") as replies:
        for words in (["AUTH", password], ["INCR", "new-connections"]):
            link.settimeout(max(0.01, deadline - time.monotonic()))
            link.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))
            reply = replies.readline()
            if not reply or reply.startswith(b"-"):
                raise ConnectionError(reply.split(b" ")[0].decode() or "closed")


@dataclass
class NewConnections:
    """New connections all the time, while the block lasts."""

    address: str
    password: str
    attempts: list[Attempt] = field(default_factory=list)

    def __enter__(self) -> NewConnections:
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(THREADS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, number: int) -> None:
        next_one = time.monotonic() + number * EVERY / THREADS
        while not self.over.wait(max(0.0, next_one - time.monotonic())):
            next_one = max(next_one + EVERY, time.monotonic())
            begin, error = time.monotonic(), ""
            try:
                attempt(self.address, self.password)
            except TimeoutError:
                error = "timeout"
            except OSError as failed:
                error = str(failed) if type(failed) is ConnectionError else type(failed).__name__
            self.attempts.append(Attempt(begin, time.monotonic(), error))

    def gap(self, begin: float, end: float) -> float:
        """The longest time within these in which none succeeded."""
        ends = sorted(one.end for one in self.attempts if not one.error and begin <= one.end < end)
        return max((b - a for a, b in itertools.pairwise([begin, *ends, end])), default=end - begin)

    def errors(self, begin: float, end: float) -> Counter[str]:
        return Counter(one.error for one in self.attempts if one.error and begin <= one.begin < end)

    def longest_wait(self, begin: float, end: float) -> float:
        """Of those that succeeded."""
        return max(
            (one.end - one.begin for one in self.attempts if not one.error and begin <= one.begin < end), default=0
        )


@dataclass
class Outcome:
    gaps: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


def service(kube: Kube, name: str) -> str:
    """A Service that leads to the pod with the label; its address."""
    spec = {"selector": {LABEL: "yes"}, "ports": [{"port": PORT}]}
    kube(
        "apply",
        "-f",
        "-",
        stdin=json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}),
    )
    return str(kube.get("service", name)["spec"]["clusterIP"])


def reaction(members: SentinelSet) -> list[float]:
    """Seconds from a label that somebody moves from pod to pod until new connections reach the second one."""
    kube, seconds = members.kube, []
    address = service(kube, "bench-reaction")
    pods = members.servers()
    for number in range(REACTIONS + 1):
        old, new = pods[number % len(pods)], pods[(number + 1) % len(pods)]
        kube("label", "pod", old.name, f"{LABEL}-")
        time.sleep(3)  # nobody is reached
        with NewConnections(address, "") as connections:
            began = time.monotonic()
            kube("label", "pod", new.name, f"{LABEL}=yes", "--overwrite")
            time.sleep(3)
        # The engine refuses this login: it was reached.
        reached = [one.end for one in connections.attempts if one.error.startswith("-")]
        seconds.append(min(reached, default=began + PATIENCE) - began)
        kube("label", "pod", new.name, f"{LABEL}-")
    kube("delete", "service", "bench-reaction")
    return seconds[1:]


def suffer(members: SentinelSet, events: int, event: Callable[[SentinelSet], object]) -> Outcome:
    outcome = Outcome()
    address = members.service_ip(f"{members.name}-primary")
    with NewConnections(address, members.password()) as connections:
        time.sleep(REST)
        for number in range(events):
            began = time.monotonic()
            event(members)
            time.sleep(max(0.0, began + REST - time.monotonic()))
            end = time.monotonic()
            outcome.gaps.append(connections.gap(began - EVERY, end))
            outcome.waits.append(connections.longest_wait(began - PATIENCE, end))
            outcome.errors += connections.errors(began - PATIENCE, end)
            say(f"  {number + 1} of {events}: {outcome.gaps[-1]:.2f} s, errors so far {dict(outcome.errors)}")
            members.wait_converged(90)
    return outcome


def kill(members: SentinelSet) -> None:
    primary: Pod = members.primary()
    primary.node.kill_engine(primary.uid)


def figures(title: str, what: str, outcome: Outcome, bound: float) -> list[Figure]:
    errors = ", ".join(f"{count} {kind}" for kind, count in outcome.errors.most_common()) or "none"
    return [
        Figure(f"{title}: new connections at `-primary`, {what}: gap", outcome.gaps, "s", f"≤ {bound:.2f} s"),
        Figure(f"{title}: {what}: longest wait of one that succeeded", outcome.waits, "s"),
        Figure(f"{title}: {what}: failed ({errors}), per event", [outcome.errors.total() / len(outcome.gaps)], ""),
    ]


def measure() -> list[Figure]:
    rows, problems = [], []
    for subject in (ours(Mode.SENTINEL, engine, "service") for engine in choice.engines()):
        say(subject.title)
        try:
            members: SentinelSet = subject.installation.healthy()
            own = reaction(members)
            bound = percentile(own, 0.5) + ALLOWED
            rows.append(Figure(f"{subject.title}: kube-proxy's reaction to a label", own, "s"))
            handovers = suffer(members, HANDOVERS, SentinelSet.fail_over)
            kills = suffer(members, KILLS, kill)
        finally:
            subject.installation.remove()
        for what, outcome in (("planned handover", handovers), ("kill -9 of the engine", kills)):
            rows += figures(subject.title, what, outcome, bound)
            if percentile(outcome.gaps, 0.5) > bound:
                problems.append(f"{subject.title}: {what}: {outcome.gaps}, {bound:.2f} s are allowed")
    if problems:
        raise GoalsMissed(problems, rows)
    return rows
