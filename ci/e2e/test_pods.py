"""Pods come and go: deletion, restart of all, scaling to zero."""

from __future__ import annotations

from e2e.acts import delete_pod
from e2e.cluster import Cluster
from e2e.scenario import MakeScenario


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
