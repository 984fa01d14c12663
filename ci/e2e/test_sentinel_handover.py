"""Sentinel mode: handovers that are killed, doubled, held up, or find no place; and commands that take long."""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import ExitStack

import pytest

from e2e.acts import subscriber_is_cut_off
from e2e.members import Members, Pod
from e2e.nodes import stopped
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.shell import CommandError
from e2e.wait import wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

BOWLINE = "/opt/bowline/bowline"
KILLS = 12
GRACE = 60
"""Seconds, the chart's default of terminationGracePeriodSeconds."""


def needed_replicas(members: SentinelSet) -> dict[str, str]:
    found = {}
    for pod in members.servers():
        with members.engine(pod) as engine:
            found[pod.name] = str(engine.config_get("min-replicas-to-write")["min-replicas-to-write"])
    return found


def test_failover_killed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """At any moment, and two at once: what has begun comes to its end, and nothing is left behind."""
    declared = needed_replicas(sentinel_set)
    chance = random.Random(13)
    with sentinel_scenario("bowline failover killed again and again") as running:
        for _ in range(KILLS):
            asker = chance.choice(sentinel_set.servers())
            seconds = f"{chance.uniform(0.02, 0.5):.3f}"
            kill = ("timeout", "-s", "KILL", seconds, BOWLINE, "failover")
            sentinel_set.kube.attempt("exec", asker.name, "-c", "server", "--", *kill)
            running.serving(10)
        wait_for("settings as declared", lambda: needed_replicas(sentinel_set) == declared, 10)
    primary = sentinel_set.primary()
    with sentinel_scenario("two at once") as running:
        answers: list[str] = []

        def ask(pod: Pod) -> None:
            try:
                sentinel_set.bowline(pod, "failover")
                answers.append("done")
            except CommandError as refused:
                answers.append(str(refused))

        threads = [threading.Thread(target=ask, args=(pod,)) for pod in sentinel_set.servers()[:2]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        running.serving(10)
    assert "done" in answers, answers
    assert all(answer == "done" or "runs already, asked for by bowline failover in" in answer for answer in answers), (
        answers
    )
    assert needed_replicas(sentinel_set) == declared
    assert sentinel_set.kube.telling(primary.name, "asked for by bowline failover in", reason="HandedOver")


def crowd(members: Members, pod: Pod) -> list[socket.socket]:
    """Connections that say nothing, until the engine takes no more."""
    taken: list[socket.socket] = []
    while len(taken) < 500:
        one = socket.create_connection((pod.ip, 6379), timeout=2)
        one.settimeout(0.05)
        try:
            if one.recv(100):
                return taken  # "-ERR max number of clients reached"
        except TimeoutError:
            pass
        taken.append(one)
    raise AssertionError("the engine takes any number of connections")


def test_stop_with_all_places_taken(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_set.engine(primary) as engine:
        usual = engine.config_get("maxclients")["maxclients"]
        engine.config_set("maxclients", 60)
    with sentinel_scenario("all places taken, then the primary's pod is deleted") as running, ExitStack() as ends:
        for one in crowd(sentinel_set, primary):
            ends.enter_context(one)
        began = time.monotonic()
        sentinel_set.delete_pods(primary.name)
        sentinel_set.wait_other_primary(primary, 20)
        running.serving(20)
        running.figures["other_primary_s"] = round(time.monotonic() - began, 1)
        sentinel_set.wait_replaced(primary, 60)
    assert sentinel_set.kube.telling(primary.name, "asked for by the preStop hook", reason="HandedOver"), usual


def test_stop_without_a_majority(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """That nobody can confirm a handover is known at once: the stop does not use its grace period up."""
    primary = sentinel_set.primary()
    with sentinel_scenario("two sentinels frozen, then the primary's pod is deleted") as running:
        with ExitStack() as frozen:
            for sentinel in sentinel_set.sentinels()[:2]:
                frozen.enter_context(stopped(sentinel.node, sentinel.node.engine(sentinel.uid)))
            began = time.monotonic()
            sentinel_set.delete_pods(primary.name)
            wait_for("the pod has gone", lambda: sentinel_set.pod(primary.name).uid != primary.uid, GRACE - 20)
            running.figures["stop_s"] = round(time.monotonic() - began, 1)
            assert running.figures["stop_s"] < 25, running.figures
        sentinel_set.wait_replaced(primary, 90)
        running.serving(60)
    assert sentinel_set.kube.telling(primary.name, "sentinels name", reason="NoHandover")


def test_slow_commands_refuse_nobody(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Commands of 2 s: new connections at the Service of the primary wait and are not refused."""
    primary = sentinel_set.primary()
    service = sentinel_set.service_ip(f"{sentinel_set.name}-primary")
    end = threading.Event()

    def slow() -> None:
        # A stopped engine is as silent as one in a command; a script cannot wait, for its clock stands still.
        engine = primary.node.engine(primary.uid)
        while not end.wait(1):
            with stopped(primary.node, engine):
                time.sleep(2)

    worker = threading.Thread(target=slow)
    with sentinel_scenario("commands of 2 s") as running:
        worker.start()
        refused: list[str] = []
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection((service, 6379), timeout=5).close()
            except OSError as error:
                refused.append(repr(error))
            time.sleep(0.1)
        end.set()
        worker.join()
        running.serving(10)
    assert not refused, refused
    assert sentinel_set.primary().uid == primary.uid


def test_subscriber_of_a_demoted_server(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    scenario = sentinel_scenario("a subscriber, and bowline failover")
    with scenario as running, subscriber_is_cut_off(sentinel_set, primary, running):
        sentinel_set.fail_over()


def test_subscriber_at_a_failover_of_the_sentinels(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """The program of the primary has no part in it."""
    primary = sentinel_set.primary()
    scenario = sentinel_scenario("a subscriber, and SENTINEL FAILOVER", loss_window=POSSIBLE_LOSS)
    with scenario as running, subscriber_is_cut_off(sentinel_set, primary, running):
        assert sentinel_set.ask(sentinel_set.sentinels()[0], "FAILOVER")
        sentinel_set.wait_other_primary(primary, 20)
