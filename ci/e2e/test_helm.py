"""What helm does to a running release."""

from __future__ import annotations

import re
from typing import Any

import pytest

from e2e.acts import kill_primary
from e2e.cluster import Cluster
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.shell import CommandError, run
from e2e.wait import wait_for


def test_upgrade_and_rollback(cluster: Cluster, scenario: MakeScenario) -> None:
    old = {pod.name: pod.uid for pod in cluster.pods()}
    with scenario("helm upgrade that changes the pods", converge=90):
        cluster.release.upgrade({"podAnnotations": {"example.org/changed": "yes"}})
        cluster.wait_rollout(150)
    upgraded = {pod.name: pod.uid for pod in cluster.pods()}
    assert all(upgraded[name] != uid for name, uid in old.items())
    with scenario("helm rollback", converge=90):
        cluster.release.rollback()
        cluster.wait_rollout(150)
    assert all(pod.uid != upgraded[pod.name] for pod in cluster.pods())


def uids(cluster: Cluster) -> dict[str, str]:
    return {pod.name: pod.uid for pod in cluster.pods()}


def other_engine(engine: str) -> str:
    return "redis" if engine == "valkey" else "valkey"


REFUSED: dict[str, dict[str, Any]] = {
    "mode: cluster -> sentinel": {"mode": "sentinel"},
    "cluster.shards: 3 -> 4": {"cluster": {"shards": 4}},
    "cluster.replicasPerShard: 1 -> 0": {"cluster": {"replicasPerShard": 0}},
    "ports.http: 8379 -> 9000": {"ports": {"http": 9000}},
    "persistence.size: 64Mi -> 128Mi": {"persistence": {"size": "128Mi"}},
    "auth.enabled: true -> false": {"auth": {"enabled": False}},
    "nameOverride: label app.kubernetes.io/name bowline -> kv": {"nameOverride": "kv"},
    "fullnameOverride: StatefulSet demo-shard-0 is of this release": {"fullnameOverride": "other"},
    "auth.existingSecret: Secret demo-auth -> other": {"auth": {"existingSecret": "other"}},
}
"""What the gate says, and the change that it is about."""


def test_upgrade_that_would_destroy_is_refused(engine: str, cluster: Cluster, scenario: MakeScenario) -> None:
    """The gate refuses before anything is touched; the way back is an upgrade with the former values."""

    def generations() -> dict[str, int]:
        sets = cluster.kube.all("statefulsets", cluster.selector)
        return {one["metadata"]["name"]: one["metadata"]["generation"] for one in sets}

    before, pods = generations(), uids(cluster)
    other = other_engine(engine)
    # Without the flag Helm itself refuses a Secret that it has not made, in words of its own.
    own = "--take-ownership"
    with scenario("upgrades that are refused", converge=30) as running:
        running.mark()
        for said, change in {**REFUSED, f"engine: {engine} -> {other}": {"engine": other}}.items():
            with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
                cluster.release.upgrade(change, own, wait=False)
            assert said in str(refused.value)
            assert generations() == before
        several = {"cluster": {"shards": 2 + 3, "replicasPerShard": 0}, "ports": {"client": 7000}}
        with pytest.raises(CommandError) as refused:
            cluster.release.upgrade(several, wait=False)
        for value in ("cluster.shards: ", "cluster.replicasPerShard: ", "ports.client: "):
            assert value in str(refused.value), "not all at once"
        cluster.release.upgrade()
    assert generations() == before
    assert uids(cluster) == pods


def test_refused_then_rolled_back(cluster: Cluster, scenario: MakeScenario) -> None:
    """
    `helm rollback` compares with the revision that was refused. That one lacks objects which are there: Helm with
    helm/helm#12885 stops at the first of them. `helm upgrade` with the former values is the way back in any case.
    """
    pods = uids(cluster)
    with scenario("refused, then helm rollback, then the former values", converge=30) as running:
        running.mark()
        with pytest.raises(CommandError, match="refused, nothing has been changed"):
            cluster.release.upgrade({"mode": "sentinel"}, wait=False)
        told = "done"
        try:
            cluster.release.rollback()
        except CommandError as failed:
            told = str(failed).strip().splitlines()[-1]
            assert re.search("no [A-Za-z]+ with the name .* found", told), str(failed)
        running.figures["helm rollback"] = told
        assert uids(cluster) == pods
        cluster.release.upgrade()
    assert uids(cluster) == pods


def test_refused_with_atomic(cluster: Cluster, scenario: MakeScenario) -> None:
    """What Helm then does by itself is a rollback."""
    pods = uids(cluster)
    with scenario(f"refused with {cluster.release.atomic}", converge=30) as running:
        running.mark()
        with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
            cluster.release.upgrade({"mode": "sentinel"}, cluster.release.atomic)
        running.figures["helm"] = str(refused.value).strip().splitlines()[-1]
        assert uids(cluster) == pods
        cluster.release.upgrade()
    assert uids(cluster) == pods


def test_member_services_recreated(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("member Services deleted and recreated by helm upgrade", converge=120) as running:
        names = [pod.name for pod in cluster.pods()]
        old = {name: cluster.service_ip(name) for name in names}
        cluster.kube("delete", "service", *names)
        cluster.release.upgrade(wait=False)
        new = {name: cluster.service_ip(name) for name in names}
        assert all(new[name] != old[name] for name in names), "an address was given out again"
        running.serving(90)
    announced = str(cluster.status())
    for name in names:
        assert new[name] in announced
        assert old[name] not in announced
    with scenario("an engine's death after that", converge=60) as running:
        primary = cluster.primary(0)

        def told() -> int:
            return len(cluster.kube.telling(primary.name, "the primary's engine died", reason="HandedOver"))

        before = told()
        kill_primary(cluster, primary, Node.kill_engine, running)
    wait_for("its own supervisor has handed over, to the new addresses", lambda: told() > before, 15)


def test_missing_objects_are_told(cluster: Cluster, scenario: MakeScenario) -> None:
    """Nobody misses a budget or the clients' Service until it is needed. The command that `check` prints makes them."""
    with scenario("a budget, a Service and the record deleted", converge=60):
        budget, record = f"{cluster.name}-shard-0", f"{cluster.name}-record"
        gone = [f"poddisruptionbudget/{budget}", f"service/{cluster.name}-headless", f"configmap/{record}"]
        cluster.kube("delete", *gone)
        told = cluster.problems()
        for name in (f"PodDisruptionBudget {budget}", f"Service {cluster.name}-headless", f"ConfigMap {record}"):
            assert any(f"{name} is missing" in line for line in told), told
        assert len(told) == 3, told
        command = told[0].split("nothing else: ")[1].replace("helm ", f"{cluster.release.helm} ", 1)
        run("sh", "-c", command, timeout=60, check=False)  # what is there already is an error of kubectl's
        assert cluster.problems() == []
        cluster.release.upgrade()
