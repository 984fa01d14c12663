"""Sentinel mode: releases side by side."""

from __future__ import annotations

import pytest

from e2e.installation import HELM
from e2e.release import Release
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = pytest.mark.long


def test_two_releases_in_one_namespace(engine: str, sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """With the same passwords and the same name for the primary: nothing of that may keep them apart."""
    auth = {
        "password": sentinel_set.password(),
        "replicationPassword": sentinel_set.password("replication-password"),
    }
    values = {**sentinel_set.release.values, "auth": auth}
    other = SentinelSet(sentinel_set.kube, Release(HELM[engine], sentinel_set.kube.namespace, "other", values))
    try:
        other.release.install()
        other.wait_converged(30)
        with sentinel_scenario("two releases, all pods of both deleted by force", converge=120):
            other.delete_pods(*(pod.name for pod in other.pods()), force=True)
            sentinel_set.replace_all_by_force(90)
            other.wait_converged(90)
        for members in (sentinel_set, other):
            with members.engine(members.primary()) as client:
                client.set("whose", members.name)
        for members in (sentinel_set, other):
            with members.engine(members.primary()) as client:
                assert client.get("whose") == members.name
        assert not set(sentinel_set.ids().values()) & set(other.ids().values())
    finally:
        other.release.uninstall()
        other.kube("delete", "persistentvolumeclaim", "-l", other.selector, "--wait=false")
