"""Alerts: what real Prometheus, with the chart's rules, and Alertmanager tell who is on call, of real faults."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from e2e.acts import not_following
from e2e.conftest import scenarios
from e2e.installation import Installation
from e2e.members import PORT, Pod
from e2e.monitoring import Monitoring, monitoring
from e2e.network import own_address
from e2e.nodes import stopped
from e2e.not_cut import dropped
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.wait import wait_for

SCALE = 60
"""A minute of a rule is a second in the tests of faults."""
QUIET_SCALE = 10
"""And 6 s while all is well: a member may be away for two minutes, which is 12 s here."""
SLACK = 8.0
"""Seconds: a scrape, two evaluations, Alertmanager's group, and a machine that does other things."""
RESOLVED = 60.0
"""Seconds from the end of a fault to the end of its last alert; members that come back included."""
LONG = 360.0

FIRED = {
    "BowlineReplicationBroken": "both replicas cannot log in at their primary",
    "BowlineNoReplicaInSync": "the same",
    "BowlineLastCopy": "the same",
    "BowlineMemberNotReady": "the same",
    "BowlineNoMajority": "the same, and no sentinel is left",
    "BowlineFenced": "the same",
    "BowlineMemberMissing": "the same",
    "BowlineNothingScraped": "no pod is left",
    "BowlineNoPrimary": "servers are back, sentinels are not",
    "BowlineMemberWaits": "the same",
    "BowlineReplicationLags": "SIGSTOP of a replica's engine",
    "BowlineNotScraped": "what Prometheus sends to the port of a sentinel's metrics is lost",
    "BowlineConnectionsRejected": "more connections than maxclients",
    "BowlineMemoryFull": "maxmemory is hardly more than what is used",
    "BowlineEvictions": "writes into a full memory, with a policy that evicts",
    "BowlineCommandsSlow": "scripts of 0.1 s and more",
}
"""By alert the fault that raises it here."""
NOT_FIRED = {
    "BowlineTwoPrimaries": "the members end it before the alert's time is over",
    "BowlineVolumeRefused": "the container ends at once; without kube-state-metrics it is met by chance",
    "BowlineSettingsNotApplied": "the kubelet takes over a minute to change what is mounted",
    "BowlineCertificateExpires": "needs TLS; test_tls.py sees its metric",
    "BowlineEngineRestarts": "a replica's dead engine ends its container: two deaths, and kube-state-metrics",
    "BowlineMajorityOnOneNode": "half a minute that nothing else uses; volumes keep sentinels on their nodes",
    "BowlineVersionsDiffer": "needs two images, and a minute that nothing else uses",
    "BowlineFullCopiesRepeat": "seven full copies, each with the delay of diskless replication",
    "BowlineContainerMemoryFull": "its series are kube-state-metrics'",
    "BowlineVolumeFills": "volumes are folders here: the kubelet measures none",
    "BowlineVolumeFull": "the same",
}
"""By alert why ci/chart/alerts.py alone tries it."""
NOT_SHOWN = {
    "{{pod}} refuses its volume": "no volume is refused here",
    "{{pod}}: settings not applied": "no settings are changed here",
    "{{kind}}": "the histogram of a kind of handover begins with the first one, which no increase counts",
    "{{pod}} is paused": "a handover pauses clients for less than the time between two scrapes",
}
"""Of the dashboard, by legend: queries that may find nothing here."""


@pytest.fixture(scope="module")
def observed(engine: str, sentinels: Installation[SentinelSet]) -> Iterator[Installation[SentinelSet]]:
    """With the annotations by which the documented job finds pods."""
    sentinels.remove()
    values = {**VALUES, "metrics": {"annotations": {"enabled": True}}}
    installation = Installation(SentinelSet, engine, "alerts", values)
    yield installation
    installation.remove()


@pytest.fixture
def sentinel_set(observed: Installation[SentinelSet]) -> SentinelSet:
    return observed.healthy()


@pytest.fixture(scope="module")
def monitor(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitoring]:
    with monitoring(tmp_path_factory.mktemp(f"monitoring-{engine}")) as running:
        yield running


@pytest.fixture
def watch(monitor: Monitoring, sentinel_set: SentinelSet) -> Monitoring:
    monitor.watch(sentinel_set, SCALE)
    return monitor


class Told:
    """The alerts of a fault, awaited, with their figures."""

    def __init__(self, watch: Monitoring, figures: dict[str, Any]) -> None:
        self.watch = watch
        self.delays = watch.delays()
        self.figures: dict[str, Any] = figures.setdefault(f"fault to call, s; 1 min is {60 / SCALE:g} s", {})

    def within(self, began: float, **noticed: float) -> None:
        """Each of these alerts comes; by alert the seconds until the members themselves notice the fault."""
        for name, own in noticed.items():
            bound = self.delays[name] / SCALE + own + SLACK
            left = began + bound - time.monotonic()
            wait_for(name, lambda name=name: name in self.watch.on_call.since(began), left, 0.1)  # type: ignore[misc]
            measured = self.watch.on_call.since(began)[name]
            assert measured <= bound, f"{name}: after {measured} s, not {bound} s"
            real = measured + self.delays[name] - self.delays[name] / SCALE
            self.figures[name] = {"here": measured, "with the chart's `for`": round(real)}

    def ended(self) -> None:
        """All alerts; and none has come that is not in the table, or that nobody could act upon."""
        self.figures["all resolved"] = round(self.watch.wait_quiet(RESOLVED), 1)
        members, calls = self.watch.members, self.watch.on_call.calls
        assert members is not None
        strange = {call.name for call in calls} - FIRED.keys()
        assert not strange, strange
        flaws = [flaw for call in calls for flaw in call.flaws(members.kube.namespace, members.name)]
        assert not flaws, flaws


@pytest.fixture
def told(watch: Monitoring, figures: dict[str, Any]) -> Told:
    return Told(watch, figures)


@contextmanager
def scaled(members: SentinelSet, component: str, left: int) -> Iterator[None]:
    """By hand; returns when no more pods are left, and at the end at once."""
    name = f"statefulset/{members.name}-{component}"
    declared = members.statefulsets()[f"{members.name}-{component}"]
    members.kube("scale", name, f"--replicas={left}")
    try:
        wait_for(f"{left} {component}s", lambda: len(members.pods_of(component)) == left, 90)
        yield
    finally:
        members.kube("scale", name, f"--replicas={declared}")


def burden(engine: Redis, chance: random.Random) -> None:
    """A slow script, and writes of which not all have room."""
    engine.eval("for i = 1, 20000000 do end", 0)
    for _ in range(10):
        engine.set(f"evicted:{chance.randrange(200)}", "x" * (16 << 10))


@contextmanager
def burdened(members: SentinelSet, primary: Pod) -> Iterator[None]:
    """Again and again; what is written is evicted, as it would be in a cache."""
    end, chance = threading.Event(), random.Random(17)

    def work() -> None:
        with members.engine(primary) as engine:
            while not end.wait(0.05):
                with suppress(RedisError):
                    burden(engine, chance)

    thread = threading.Thread(target=work, daemon=True)
    # The backlog counts as memory, what waits for a replica beyond it does not.
    with configured(members, primary, repl_backlog_size=1 << 20):
        room = used(members, primary) + (2 << 20)
        with configured(members, primary, maxmemory_policy="allkeys-lru", maxmemory=room):
            thread.start()
            try:
                yield
            finally:
                end.set()
                thread.join(10)


@contextmanager
def configured(members: SentinelSet, pod: Pod, **settings: Any) -> Iterator[None]:
    with members.engine(pod) as engine:
        before = {name: engine.config_get(name)[name] for name in (key.replace("_", "-") for key in settings)}
        for key, value in settings.items():
            engine.config_set(key.replace("_", "-"), value)
        try:
            yield
        finally:
            for name, value in before.items():
                engine.config_set(name, value)


@contextmanager
def crowd(pod: Pod) -> Iterator[None]:
    """More connections than places."""
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(socket.create_connection((pod.ip, PORT), timeout=5))
        yield


def used(members: SentinelSet, pod: Pod) -> int:
    return int(members.info(pod, "memory")["used_memory"])


def weekday(members: SentinelSet, *, sentinels: bool) -> None:
    """A planned handover, a drained node, a roll."""
    members.fail_over()
    members.wait_converged(60)
    node = members.primary().node
    try:
        members.kube.drain(node, members.selector, 90)
    finally:
        members.kube("uncordon", node.name)
    members.wait_converged(90)
    for name in members.statefulsets() if sentinels else [f"{members.name}-server"]:
        members.kube("rollout", "restart", f"statefulset/{name}")
    members.wait_rollout(120)


def nothing_fires(monitor: Monitoring, members: SentinelSet, figures: dict[str, Any], seconds: float) -> None:
    """For so long and at least one weekday, under a writing client."""
    monitor.watch(members, QUIET_SCALE)
    began, rounds = time.monotonic(), 0
    with scenarios(members, figures)("handover, drain, roll", converge=60) as running:
        while rounds == 0 or time.monotonic() - began < seconds:
            weekday(members, sentinels=seconds > 0)
            rounds += 1
            running.serving(15)
    running.figures |= {"rounds": rounds, "seconds": round(time.monotonic() - began)}
    assert monitor.on_call.since(began) == {}


@pytest.mark.timeout(420)
def test_nothing_fires(monitor: Monitoring, sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    nothing_fires(monitor, sentinel_set, figures, 0)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_nothing_fires_for_an_hour(monitor: Monitoring, sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    """As the rules count it."""
    nothing_fires(monitor, sentinel_set, figures, LONG)


def test_each_alert_has_its_row(watch: Monitoring) -> None:
    assert not FIRED.keys() & NOT_FIRED.keys()
    assert watch.delays().keys() == FIRED.keys() | NOT_FIRED.keys()


def test_nobody_follows_and_nobody_elects(sentinel_set: SentinelSet, told: Told) -> None:
    primary, replicas = sentinel_set.primary(), sentinel_set.replicas()
    with ExitStack() as stack:
        began = time.monotonic()
        for replica in replicas:
            stack.enter_context(not_following(sentinel_set, replica, primary))
        told.within(began, BowlineReplicationBroken=5, BowlineNoReplicaInSync=5, BowlineLastCopy=5)
        told.within(began, BowlineMemberNotReady=10)
        with scaled(sentinel_set, "sentinel", 0):
            began = time.monotonic()
            told.within(began, BowlineNoMajority=5, BowlineFenced=5, BowlineMemberMissing=10)
    told.ended()


def test_nobody_is_left(sentinel_set: SentinelSet, told: Told) -> None:
    with scaled(sentinel_set, "sentinel", 0):
        with scaled(sentinel_set, "server", 0):
            told.within(time.monotonic(), BowlineNothingScraped=5)
        began = time.monotonic()
        told.within(began, BowlineNoPrimary=20, BowlineMemberWaits=20)
    told.ended()


def test_loads_and_losses(sentinel_set: SentinelSet, told: Told) -> None:
    """All at once: each has its own member."""
    primary, frozen, full = sentinel_set.primary(), *sentinel_set.replicas()
    unheard = sentinel_set.sentinels()[0]
    lost = ("-s", own_address(unheard.ip), "-d", unheard.ip, "--dport", "8379")
    places = int(sentinel_set.info(full, "clients")["connected_clients"]) + 3
    with ExitStack() as stack:
        began = time.monotonic()
        stack.enter_context(dropped(unheard.node, *lost))
        stack.enter_context(stopped(frozen.node, frozen.node.engine(frozen.uid)))
        stack.enter_context(configured(sentinel_set, full, maxmemory=int(used(sentinel_set, full) * 1.05)))
        stack.enter_context(configured(sentinel_set, full, maxclients=places))
        stack.enter_context(crowd(full))
        stack.enter_context(burdened(sentinel_set, primary))
        told.within(began, BowlineConnectionsRejected=5, BowlineMemoryFull=5, BowlineNotScraped=5)
        told.within(began, BowlineCommandsSlow=10, BowlineEvictions=10, BowlineReplicationLags=15)
    told.ended()


def test_dashboard(watch: Monitoring) -> None:
    """After all of this each query has found something, but for those in the list."""
    shown = watch.shown()
    legends = {legend for _, legend in shown}
    assert NOT_SHOWN.keys() <= legends, NOT_SHOWN.keys() - legends
    empty = {legend for (_, legend), count in shown.items() if count == 0}
    assert empty <= NOT_SHOWN.keys(), empty - NOT_SHOWN.keys()
