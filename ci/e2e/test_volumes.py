"""Volumes are lost, and volumes are kept."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.acts import install_again, kill_primary
from e2e.cluster import Cluster
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.volumes import lose_claim, wipe
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
    with scenario("a primary's volume is full", converge=120) as running:
        replica = cluster.replica(0)
        node, path = replica.node, cluster.volume(replica)
        node.sh('mount -t tmpfs -o size=48m,uid=999,gid=999,mode=0777 small "$1"', path)
        try:
            cluster.delete_pods(replica.name)
            full = cluster.wait_replaced(replica, 60)
            other = cluster.primary(0)
            cluster.bowline(full, "failover", "--shard", "0", "--to", cluster.member(full))
            running.mark()
            node.sh('dd if=/dev/zero of="$1/fill" bs=64k 2>/dev/null || true', path)
            wait_for("another leads", lambda: cluster.is_primary(other), 15)
            running.serving(15)
        finally:
            node.sh('rm -f "$1/fill"; umount -l "$1"', path)
        cluster.delete_pods(full.name)
        cluster.wait_replaced(full, 90)


def test_uninstalled_and_installed_again(engine: str, cluster: Cluster, figures: dict[str, Any]) -> None:
    """Another mode and engine over these volumes is refused."""
    install_again(cluster, figures, {"mode": "sentinel", "engine": "redis" if engine == "valkey" else "valkey"})
