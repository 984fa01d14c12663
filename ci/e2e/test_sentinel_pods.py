"""Sentinel mode: pods and processes come and go."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from e2e.acts import (
    STATE_BOUND,
    all_stale,
    delete_pod,
    kill_inits,
    kill_primary,
    not_following,
    started_again,
    wait_state,
)
from e2e.nodes import Node
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.sentinel_set import DOWN_AFTER, SentinelSet
from e2e.wait import wait_for


def test_primary_pod_deleted(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("delete the primary's pod") as running:
        sentinel_set.delete_pods(primary.name)
        running.serving(15)
        sentinel_set.wait_replaced(primary, 60)
    assert sentinel_set.primary().name != primary.name, "it has not handed over"


@pytest.mark.long
def test_replica_pod_deleted(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary, replica = sentinel_set.primary(), sentinel_set.replicas()[0]
    with sentinel_scenario("delete a replica's pod"):
        delete_pod(sentinel_set, replica)
    assert sentinel_set.primary().name == primary.name


def test_state_of_a_set(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """One object tells it: by a label that is waited for and selected by, with a reason that names the member."""
    kube, replica, record = sentinel_set.kube, sentinel_set.replicas()[0], f"{sentinel_set.name}-record"

    def selected(state: str) -> bool:
        found = kube.all("configmaps", f"app.kubernetes.io/instance={sentinel_set.name},bowline/state={state}")
        return [one["metadata"]["name"] for one in found] == [record]

    wait_state(sentinel_set, "Healthy", STATE_BOUND)
    assert selected("Healthy")
    with sentinel_scenario("a replica's pod deleted, no node takes it", converge=120):
        with kube.all_cordoned():
            sentinel_set.delete_pods(replica.name)
            assert sentinel_set.member(replica) in wait_state(sentinel_set, "Degraded", STATE_BOUND)
            assert selected("Degraded")
            assert not selected("Healthy")
        sentinel_set.wait_replaced(replica, 60)
        wait_state(sentinel_set, "Healthy", STATE_BOUND)


@pytest.mark.long
def test_primary_left_by_its_replicas(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """It refuses writes (`min-replicas-to-write`), so the Service of the primary no longer leads to it."""
    primary, replicas = sentinel_set.primary(), sentinel_set.replicas()

    def leads_to() -> set[str]:
        return sentinel_set.endpoints(f"{sentinel_set.name}-primary")

    assert leads_to() == {primary.name}
    with sentinel_scenario("both replicas' pods deleted, no node takes them", converge=120) as running:
        with ExitStack() as cordons:
            for pod in sentinel_set.servers():
                cordons.enter_context(sentinel_set.kube.cordoned(pod.node))
            sentinel_set.delete_pods(*(replica.name for replica in replicas))
            wait_for("the Service leads nowhere", lambda: leads_to() == set(), 30)
            assert "refuses writes: NOREPLICAS: 0 of 1" in str(sentinel_set.status())
        wait_for("the Service leads to the primary again", lambda: leads_to() == {primary.name}, 60)
        running.serving(15)
    assert sentinel_set.primary().uid == primary.uid


@pytest.mark.long
def test_sentinel_pod_deleted(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary, sentinel = sentinel_set.primary(), sentinel_set.sentinels()[0]
    with sentinel_scenario("delete a sentinel's pod"):
        delete_pod(sentinel_set, sentinel)
    assert sentinel_set.primary().name == primary.name


@pytest.mark.long
def test_all_servers_deleted_by_force(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("delete all servers by force") as running:
        sentinel_set.replace_by_force(sentinel_set.servers(), 60)
        running.serving(60)


@pytest.mark.long
def test_all_sentinels_deleted_by_force(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("delete all sentinels by force"):
        sentinel_set.replace_by_force(sentinel_set.sentinels(), 60)
    assert sentinel_set.primary().name == primary.name


def test_everything_deleted_by_force(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("delete all servers and sentinels by force") as running:
        old = {pod.name: pod.ip for pod in sentinel_set.pods()}
        sentinel_set.replace_all_by_force(90)
        assert all(pod.ip != old[pod.name] for pod in sentinel_set.pods()), "a pod got its old address again"
        running.serving(60)


def test_everything_deleted_and_the_primary_comes_last(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario
) -> None:
    """What it has acknowledged last is nowhere else, so nobody may be elected before it is there."""
    primary = sentinel_set.primary()
    with sentinel_scenario("everything deleted by force, the primary comes last") as running:
        with sentinel_set.kube.cordoned(primary.node):
            for replica in sentinel_set.replicas():
                replica.node.signal(replica.node.engine(replica.uid).pid, "STOP")
            sentinel_set.delete_pods(*(pod.name for pod in sentinel_set.pods()), force=True)
            time.sleep(3 * DOWN_AFTER)
        running.serving(60)
    assert sentinel_set.primary().name == primary.name


@pytest.mark.long
def test_everything_deleted_and_the_primary_stays_away(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario
) -> None:
    """The others wait for it, and not for ever. Writes that it alone has acknowledged may be lost."""
    primary = sentinel_set.primary()
    title = "everything killed and deleted by force, the primary stays away"
    with sentinel_scenario(title, loss_window=POSSIBLE_LOSS) as running:
        with sentinel_set.kube.cordoned(primary.node):
            kill_inits(sentinel_set.pods())  # no handover
            sentinel_set.delete_pods(*(pod.name for pod in sentinel_set.pods()), force=True)
            running.serving(90)
            assert sentinel_set.wait_other_primary(primary, 15).name != primary.name
        sentinel_set.wait_ready(60)
    assert sentinel_set.primary().name != primary.name


def test_primary_engine_killed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("kill -9 of the primary's engine") as running:
        kill_primary(sentinel_set, primary, Node.kill_engine, running)


@pytest.mark.long
def test_stale_server_is_passed_over(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Of two replicas one has not followed for 10 s; it never leads, whatever the others decide."""
    primary, (stale, other) = sentinel_set.primary(), sentinel_set.replicas()
    with sentinel_scenario("kill -9 of the primary's engine, one of two replicas has not followed for 10 s") as running:
        with not_following(sentinel_set, stale, primary):
            time.sleep(10)
            with sentinel_set.engine(stale) as engine:
                assert engine.config_get("replica-priority")["replica-priority"] == "0"
            running.mark()
            kill_primary(sentinel_set, primary, Node.kill_engine, running)
            assert sentinel_set.primary().name == other.name
        with sentinel_set.engine(stale) as engine:
            wait_for("it is free again", lambda: engine.config_get("replica-priority")["replica-priority"] == "100", 20)


@pytest.mark.long
def test_stale_servers_do_not_lead(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Nobody else has the last writes, and they are in the file: the primary's engine is started again."""
    primary, replicas = sentinel_set.primary(), sentinel_set.replicas()
    with sentinel_scenario("kill -9 of the primary's engine, no replica has followed for 10 s") as running:
        with sentinel_set.engine(primary) as engine:
            engine.config_set("appendfsync", "always")  # what is acknowledged is in the file
        with all_stale(sentinel_set, replicas, primary):
            running.mark()
            running.figures["started_again_s"] = started_again(sentinel_set, primary)
            assert not any(sentinel_set.is_primary(replica) for replica in replicas)
        running.serving(20)
        assert sentinel_set.named_primary().name == primary.name
    assert sentinel_set.kube.telling(primary.name, "no replica is in sync", reason="EngineRestarted")


@pytest.mark.long
def test_primary_init_killed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("kill -9 of PID 1 of the primary") as running:
        kill_primary(sentinel_set, primary, Node.kill_init, running)


@pytest.mark.long
def test_sentinel_init_killed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary, sentinel = sentinel_set.primary(), sentinel_set.sentinels()[1]
    with sentinel_scenario("kill -9 of PID 1 of a sentinel"):
        sentinel.node.kill_init(sentinel.uid)
        sentinel_set.wait_restarted(sentinel, 30)
    assert sentinel_set.primary().name == primary.name


def config_epoch(sentinel_set: SentinelSet) -> int:
    """It grows by one at each change of the primary."""
    return max(int(sentinel_set.ask(pod, "MASTER")["config-epoch"]) for pod in sentinel_set.sentinels())


@pytest.mark.long
def test_rollout_of_servers_and_sentinels(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Whoever leads when it begins: at most two handovers."""
    old = {pod.name: pod.uid for pod in sentinel_set.pods()}
    epoch = config_epoch(sentinel_set)
    with sentinel_scenario("kubectl rollout restart of both StatefulSets", converge=90) as running:
        sentinel_set.kube("rollout", "restart", "statefulset", "-l", sentinel_set.selector)
        sentinel_set.wait_rollout(150)
    assert all(pod.uid != old[pod.name] for pod in sentinel_set.pods())
    handovers = running.figures["handovers"] = config_epoch(sentinel_set) - epoch
    assert 1 <= handovers <= 2


@pytest.mark.long
def test_failover_on_request(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("bowline failover") as running:
        primary = sentinel_set.primary()
        sentinel_set.fail_over()
        running.serving(10)
        assert sentinel_set.wait_other_primary(primary, 10).name != primary.name
    with sentinel_scenario("bowline failover --to the former primary") as running:
        sentinel_set.fail_over("--to", sentinel_set.member(primary))
        running.serving(10)
    assert sentinel_set.primary().name == primary.name


def test_handovers_cost_no_error(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Writes wait, or their connection is closed when the new primary is ready for them: none is refused."""
    with sentinel_scenario("four handovers, and a client that repeats what was cut", repeats=True) as running:
        for _ in range(4):
            sentinel_set.fail_over()
            running.serving(10)
            time.sleep(1.2)
    assert running.figures["errors"] == {}


@pytest.mark.long
def test_everything_scaled_to_zero_and_back(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("scale servers and sentinels to zero and back", converge=90) as running:
        sentinel_set.scale_to_zero()
        sentinel_set.scale_back()
        running.serving(90)
