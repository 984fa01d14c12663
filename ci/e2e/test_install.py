"""A first installation: what it becomes, and what it says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e2e.acts import STATE_BOUND, check_and_status, conditions_told, first_start_told, wait_state
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.plugin import report


def test_install(durable: Installation[Cluster], cluster: Cluster, figures: dict[str, Any]) -> None:
    figures["helm install to all Ready"] = round(durable.install_seconds, 1)
    assert len(cluster.pods()) == cluster.size
    for shard in range(cluster.shards):
        assert cluster.primary(shard).ordinal == 0
        members = [pod.node.name for pod in cluster.pods() if pod.shard == shard]
        assert len(set(members)) == len(members), f"members of shard {shard} share a node: {members}"


def test_helm_test(cluster: Cluster) -> None:
    cluster.release.test()


def test_check_and_status(cluster: Cluster) -> None:
    check_and_status(cluster)


def test_events_tell_the_first_start(cluster: Cluster) -> None:
    first_start_told(cluster)


def test_conditions_tell_who_leads(cluster: Cluster) -> None:
    conditions_told(cluster, cluster.primary(0), "--shard", "0")


def test_state_of_a_cluster(cluster: Cluster) -> None:
    assert wait_state(cluster, "Healthy", STATE_BOUND) != ""


@pytest.mark.timeout(540)
def test_plugin_reports_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """`kubectl bowline report` has what only mode cluster has."""
    files = report(cluster.kube, tmp_path)
    pods = cluster.pods()
    for pod in pods:
        assert files[f"nodes-conf-{pod.name}.txt"].startswith(f"{len(pods)} nodes, current epoch "), files
        assert "redis_cluster_enabled 1" in files[f"metrics-{pod.name}.txt"]
