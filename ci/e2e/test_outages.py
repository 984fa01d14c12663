"""The API server or DNS is down while members restart. Members that have their data need neither; the others wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.members import Pod
from e2e.nodes import Node, held
from e2e.scenario import MakeScenario
from e2e.shell import CommandError
from e2e.wait import wait_for

API_RULE = "FORWARD -p tcp --dport 6443 -j DROP"


@contextmanager
def api_server_blocked(nodes: list[Node]) -> Iterator[None]:
    """Kubelets reach the API server, pods do not: not even a refusal comes back."""
    for node in nodes:
        node.sh(f"iptables -w -I {API_RULE}")
    try:
        yield
    finally:
        for node in nodes:
            node.sh(f"iptables -w -D {API_RULE}")


def test_members_restart_while_the_api_server_is_down(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("API server down, all containers killed") as running:
        pods = cluster.pods()
        engines = [cluster.engine(pod) for pod in pods]  # made now: the password comes from the API server
        before = [engine.info("server")["run_id"] for engine in engines]
        with held("kube-apiserver"):
            for pod in pods:
                pod.node.kill_init(pod.uid)
            wait_for(
                "all engines run again",
                lambda: all(
                    engine.info("server")["run_id"] != old for engine, old in zip(engines, before, strict=True)
                ),
                60,
            )
            running.serving(60)
        wait_for("the API server answers", lambda: bool(cluster.pods()), 60)


def test_pods_replaced_while_they_cannot_reach_the_api_server(cluster: Cluster, scenario: MakeScenario) -> None:
    title = "API server blocked for pods, all pods deleted by force"
    with scenario(title) as running, api_server_blocked(cluster.kube.nodes()):
        cluster.replace_all_by_force(90)
        running.serving(60)


def test_pods_replaced_while_dns_is_down(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("DNS down, all pods deleted by force") as running, held("coredns"):
        cluster.replace_all_by_force(90)
        running.serving(60)


def test_upgrade_while_pods_cannot_reach_the_api_server(cluster: Cluster, scenario: MakeScenario) -> None:
    """The gate says so within a minute, and is not tried again."""
    before = {pod.name: pod.uid for pod in cluster.pods()}
    with scenario("helm upgrade while pods cannot reach the API server", converge=60) as running:
        running.mark()
        began = time.monotonic()
        with (
            api_server_blocked(cluster.kube.nodes()),
            pytest.raises(CommandError, match=r"statefulsets.*[Tt]ime(d )?out") as refused,
        ):
            cluster.release.upgrade({"podAnnotations": {"example.org/changed": "yes"}}, wait=False)
        running.figures["refused_s"] = round(time.monotonic() - began, 2)
        assert time.monotonic() - began < 60, str(refused.value)
        cluster.release.upgrade()
    assert {pod.name: pod.uid for pod in cluster.pods()} == before


def test_first_start_waits_for_the_api_server(engine: str, cluster: Cluster, figures: dict[str, Any]) -> None:
    """Members without data say what they wait for, and form the cluster when they have it."""
    values = {
        "persistence": {"size": "64Mi"},
        "cluster": {"replicasPerShard": 0},
        "auth": {"password": "client-secret", "replicationPassword": "member-secret"},
    }
    other = Installation(partial(Cluster, replicas=0), engine, "blocked", values)
    try:
        with api_server_blocked(cluster.kube.nodes()):
            blocked = other.prepare()
            blocked.release.install(wait=False, hooks=False)  # the gate asks the API server
            wait_for("all members are scheduled", lambda: len(running_pods(blocked)) == blocked.size, 60)
            wait_for("the members say what they wait for", lambda: members_tell(blocked), 30)
            assert not any(pod.ready for pod in blocked.pods())
        began = time.monotonic()
        blocked.wait_converged(90)
        figures["API server reachable again, to converged"] = round(time.monotonic() - began, 1)
    finally:
        other.remove()


def running_pods(cluster: Cluster) -> list[Pod]:
    return [pod for pod in cluster.pods() if pod.ip]


def members_tell(cluster: Cluster) -> bool:
    """The first member needs the record to found the installation, the others need the first member."""
    logs = {pod.shard: cluster.kube("logs", pod.name, "-c", "server") for pod in cluster.pods()}
    record = f"configmaps/{cluster.name}-record: Timeout"
    return record in logs.pop(0) and all("waiting for shard-0-0" in log for log in logs.values())
