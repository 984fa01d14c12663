"""Pods come and go: deletion, restart of all, scaling to zero."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from redis.exceptions import RedisError

from e2e.acts import delete_pod, held_back, not_following, started_again, subscriber_is_cut_off
from e2e.cluster import Cluster
from e2e.scenario import MakeScenario
from e2e.wait import wait_for

PAUSE_BOUND = 5.0
"""Seconds until every member knows of `bowline pause`."""


def test_replica_deleted(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("delete a replica's pod"):
        delete_pod(cluster, cluster.replica(0))


def test_primary_deleted(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("delete a primary's pod") as running:
        primary = cluster.primary(1)
        cluster.delete_pods(primary.name)
        running.serving(15)
        cluster.wait_replaced(primary, 60)


def test_all_deleted_by_force(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("delete all pods by force"):
        old = {pod.name: pod.ip for pod in cluster.pods()}
        cluster.replace_all_by_force(60)
        assert all(pod.ip != old[pod.name] for pod in cluster.pods()), "a pod got its old address again"


def test_rollout_restart(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("kubectl rollout restart of every StatefulSet", converge=90):
        cluster.kube("rollout", "restart", "statefulset", "-l", cluster.selector)
        cluster.wait_rollout(150)


def test_scaled_to_zero_and_back(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("scale all to zero and back") as running:
        cluster.scale_to_zero()
        cluster.scale_back()
        running.serving(90)


def test_stale_replica_does_not_lead(cluster: Cluster, scenario: MakeScenario) -> None:
    """Its link is broken while the primary goes on; then the primary's engine dies, with all writes in its file."""
    primary, replica = cluster.primary(0), cluster.replica(0)
    # The engine may hold the last writes in its memory while the disk is busy (appendfsync everysec).
    with scenario("kill -9 of a primary whose replica has not followed for 10 s", loss_window=2) as running:
        with not_following(cluster, replica, primary):
            time.sleep(10)
            wait_for("the replica holds itself back", lambda: held_back(cluster, replica), 3)
            running.mark()
            running.figures["started_again_s"] = started_again(cluster, primary)
            running.serving(15)
            assert cluster.primary(0).name == primary.name, "the replica leads, without the writes that it has missed"
        wait_for("the replica is free again", lambda: not held_back(cluster, replica), 20)
    assert cluster.kube.telling(primary.name, "no replica is in sync", reason="EngineRestarted")


@pytest.mark.long
def test_pause_stops_repairs(cluster: Cluster, figures: dict[str, Any]) -> None:
    """A member that does not know another one meets it again within seconds, unless there is a pause."""
    asked, unknown = cluster.primary(0), cluster.replica(1)
    member = cluster.ids()[unknown.name]

    def known() -> bool:
        with cluster.engine(asked) as engine:
            return member in str(engine.execute_command("CLUSTER NODES"))

    cluster.bowline(asked, "pause", "--for", "2m")
    try:
        told = wait_for("all know it", lambda: "6 of 6 members" in str(cluster.status()["warnings"]), PAUSE_BOUND)
        figures["pause known by all"] = round(told, 2)
        with cluster.engine(asked) as engine:
            engine.execute_command("CLUSTER FORGET", member)
        time.sleep(12)
        assert not known(), "repaired in a pause"
        assert "bowline resume" in cluster.bowline(asked, "status")
    finally:
        cluster.bowline(asked, "resume")
    figures["resumed to repaired"] = round(wait_for("a repair", known, 15), 2)
    assert cluster.kube.telling(asked.name, "bowline pause stops these", reason="AddressRepair")
    assert cluster.kube.telling(asked.name, "by bowline resume", reason="PauseEnded")
    cluster.wait_converged(60)
    assert "paused" not in str(cluster.status()["warnings"])


def test_blocked_clients_at_a_failover(cluster: Cluster, scenario: MakeScenario) -> None:
    """Whoever waits in BLPOP is closed or redirected; the engine's `-UNBLOCKED` is an error that no client expects."""
    answers: list[str] = []
    primary = cluster.primary(0)

    def wait() -> None:
        with cluster.engine(primary) as engine:
            engine.connection_pool.connection_kwargs["socket_timeout"] = 20
            with engine.client() as one:
                try:
                    one.execute_command("BLPOP", queue, 0)
                except RedisError as error:
                    answers.append(f"{type(error).__name__}: {error}")

    with cluster.engine(primary) as engine:
        queue = next(f"q{n}" for n in range(10_000) if int(engine.execute_command("CLUSTER KEYSLOT", f"q{n}")) < 100)
        with scenario("bowline failover with blocked clients") as running:
            waiters = [threading.Thread(target=wait) for _ in range(20)]
            for waiter in waiters:
                waiter.start()
            wait_for("all wait", lambda: int(engine.info("clients")["blocked_clients"]) == len(waiters), 10)
            cluster.bowline(primary, "failover", "--shard", "0")
            running.serving(10)
            for waiter in waiters:
                waiter.join(10)
    assert len(answers) == len(waiters) and not any("UNBLOCKED" in answer for answer in answers), answers


@pytest.mark.long
def test_subscriber_at_a_failover_of_the_cluster(cluster: Cluster, scenario: MakeScenario) -> None:
    """CLUSTER FAILOVER: the program of the primary has no part in it."""
    primary = cluster.primary(0)
    subscribed = scenario("a subscriber, and CLUSTER FAILOVER")
    with subscribed as running, subscriber_is_cut_off(cluster, primary, running):
        cluster.hand_over_to(cluster.replica(0))
