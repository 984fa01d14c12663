"""Sentinel mode: releases side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from e2e.kube import Kube
from e2e.release import Release
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = pytest.mark.long


@contextmanager
def beside(sentinel_set: SentinelSet, namespace: str) -> Iterator[SentinelSet]:
    """Another release with the same passwords and the same name for the primary, in another namespace also for the
    release: nothing of that may keep them apart."""
    auth = {
        "password": sentinel_set.password(),
        "replicationPassword": sentinel_set.password("replication-password"),
    }
    kube = sentinel_set.kube if namespace == "same" else Kube(f"{sentinel_set.kube.namespace}-beside")
    name = "other" if namespace == "same" else sentinel_set.name
    values = {**sentinel_set.release.values, "auth": auth}
    other = SentinelSet(kube, Release(sentinel_set.release.helm, kube.namespace, name, values))
    try:
        if namespace == "another":
            kube.delete_namespace(wait=True)
            kube.create_namespace()
        other.release.install()
        other.wait_converged(30)
        yield other
    finally:
        if namespace == "another":
            kube.delete_namespace(wait=False)
        else:
            other.release.uninstall()
            kube("delete", "persistentvolumeclaim", "-l", other.selector, "--wait=false")


def check_apart(one: SentinelSet, other: SentinelSet) -> None:
    both = {"the first": one, "the other": other}
    for who, members in both.items():
        with members.engine(members.primary()) as client:
            client.set("whose", who)
    for who, members in both.items():
        with members.engine(members.primary()) as client:
            assert client.get("whose") == who
    assert not set(one.ids().values()) & set(other.ids().values())


@pytest.mark.parametrize("namespace", ["same", "another"])
def test_two_releases(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, namespace: str) -> None:
    with beside(sentinel_set, namespace) as other:
        with sentinel_scenario("two releases, all pods of both deleted by force", converge=120):
            other.delete_pods(*(pod.name for pod in other.pods()), force=True)
            sentinel_set.replace_all_by_force(90)
            other.wait_converged(90)
        check_apart(sentinel_set, other)


@pytest.mark.parametrize("component", ["server", "sentinel"])
def test_pod_address_reused(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, component: str) -> None:
    """A server or a sentinel of another release comes back at the address that one of ours has just had."""
    with beside(sentinel_set, "same") as other:
        ours = sentinel_set.pods_of(component)
        gone = ours[-1]
        theirs = next(pod for pod in other.pods_of(component) if pod.node.name == gone.node.name)
        scale = ("scale", "statefulset", gone.name.rpartition("-")[0])
        with sentinel_scenario(f"a pod's address goes to another release's {component}", converge=120):
            sentinel_set.kube(*scale, f"--replicas={len(ours) - 1}")
            gone.node.hand_out_next(gone.ip)
            other.delete_pods(theirs.name)
            assert other.wait_replaced(theirs, 60).ip == gone.ip, "the address was not given out again"
            sentinel_set.kube(*scale, f"--replicas={len(ours)}")
            other.wait_converged(90)
        check_apart(sentinel_set, other)
