"""Sentinel mode: releases side by side."""

from __future__ import annotations

import pytest

from e2e.installation import HELM
from e2e.kube import Kube
from e2e.release import Release
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = pytest.mark.long


@pytest.mark.parametrize("namespace", ["same", "another"])
def test_two_releases(engine: str, sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, namespace: str) -> None:
    """With the same passwords and the same name for the primary, in another namespace also for the release: nothing of
    that may keep them apart."""
    auth = {
        "password": sentinel_set.password(),
        "replicationPassword": sentinel_set.password("replication-password"),
    }
    values = {**sentinel_set.release.values, "auth": auth}
    kube = sentinel_set.kube if namespace == "same" else Kube(f"{sentinel_set.kube.namespace}-beside")
    name = "other" if namespace == "same" else sentinel_set.name
    other = SentinelSet(kube, Release(HELM[engine], kube.namespace, name, values))
    try:
        if namespace == "another":
            kube.delete_namespace(wait=True)
            kube.create_namespace()
        other.release.install()
        other.wait_converged(30)
        with sentinel_scenario("two releases, all pods of both deleted by force", converge=120):
            other.delete_pods(*(pod.name for pod in other.pods()), force=True)
            sentinel_set.replace_all_by_force(90)
            other.wait_converged(90)
        both = {"the first": sentinel_set, "the other": other}
        for who, members in both.items():
            with members.engine(members.primary()) as client:
                client.set("whose", who)
        for who, members in both.items():
            with members.engine(members.primary()) as client:
                assert client.get("whose") == who
        assert not set(sentinel_set.ids().values()) & set(other.ids().values())
    finally:
        if namespace == "another":
            kube.delete_namespace(wait=False)
        else:
            other.release.uninstall()
            kube("delete", "persistentvolumeclaim", "-l", other.selector, "--wait=false")
