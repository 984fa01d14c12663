"""Volumes are lost, and volumes are kept."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import pytest
from redis.crc import key_slot

from e2e.acts import install_again, kill_primary
from e2e.cluster import Cluster
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.volumes import cut_log, fill, last_primary, lose_claim, small, wipe
from e2e.wait import wait_for


def test_replica_loses_its_volume(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("a replica's volume lost"):
        replica = cluster.replica(0)
        lose_claim(cluster, replica)
        replica = cluster.wait_replaced(replica, 60)
        wait_for("it is a replica again, with data", lambda: not cluster.is_primary(replica), 30)


def test_primary_loses_its_volume(cluster: Cluster, scenario: MakeScenario) -> None:
    """The pod is gone for longer than the others wait, so they have another primary when it returns empty."""
    with scenario("a primary's volume lost", converge=90) as running:
        primary = cluster.primary(1)
        lose_claim(cluster, primary)
        running.serving(30)
        cluster.wait_replaced(primary, 60)
        assert cluster.primary(1).name != primary.name, "the empty member leads"


def test_primary_restarts_empty_at_once(cluster: Cluster, scenario: MakeScenario) -> None:
    """The container restarts within the node timeout: the others still hold the empty member for the primary."""
    with scenario("a primary restarts empty at once", converge=90) as running:
        primary = cluster.primary(2)
        wipe(cluster, primary)
        kill_primary(cluster, primary, Node.kill_init, running)


@pytest.mark.long
def test_primary_on_a_full_volume(cluster: Cluster, scenario: MakeScenario) -> None:
    """It lives, and refuses all writes. Its replica's volume takes them, so that one leads; nobody has asked for it."""
    with scenario("a primary's volume is full", converge=120) as running, small(cluster, cluster.replica(0)) as full:
        other = cluster.primary(0)
        cluster.bowline(full, "failover", "--shard", "0", "--to", cluster.member(full))
        before = len(cluster.kube.telling(full.name, "", reason="HandedOver"))
        running.mark()
        fill(cluster, full)
        wait_for("another leads", lambda: cluster.is_primary(other), 15, pause=0.05)
        running.figures["full_to_led_s"] = round(time.time() - running.marked, 2)
        running.serving(15)

        def told() -> bool:
            new = cluster.kube.telling(full.name, "", reason="HandedOver")[before:]
            return any(text in event["message"] for event in new for text in ("takes no writes", "engine died"))

        wait_for("an Event tells it", told, 5)


@pytest.mark.long
def test_log_of_a_shards_primary_is_cut(cluster: Cluster, scenario: MakeScenario) -> None:
    """All were stopped, then the primary's append-only file lost its end: its replica has all, so it leads."""
    with scenario("seven bytes of a primary's append-only file are lost", converge=120) as running:
        primary, shard = cluster.primary(0), [pod for pod in cluster.pods() if pod.shard == 0]
        running.stop_writing()
        slots = cluster.recorder_settings().slot_range(0)
        key = next(name for name in map(str, count()) if key_slot(name.encode()) in slots)
        with cluster.engine(primary) as engine:
            engine.set(key, "value")
            assert engine.wait(1, 5000) == 1
        cluster.scale_to_zero()
        last = last_primary(cluster, shard)  # stopping may have moved the role
        cut_log(cluster, last)
        cluster.scale_back()
    leader = cluster.primary(0)
    assert leader.name != last.name, "the damaged member leads"
    with cluster.engine(leader) as engine:
        assert engine.get(key) == "value"
    assert cluster.kube.telling(last.name, "incr.aof", reason="DatasetDamaged")


def test_uninstalled_and_installed_again(engine: str, cluster: Cluster, figures: dict[str, Any]) -> None:
    """Another mode and engine over these volumes is refused."""
    install_again(cluster, figures, {"mode": "sentinel", "engine": "redis" if engine == "valkey" else "valkey"})
