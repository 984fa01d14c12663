"""Sentinel mode: helm upgrade changes how many servers and sentinels there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from e2e.installation import Installation
from e2e.nodes import stopped
from e2e.scenario import MakeScenario, Scenario
from e2e.sentinel_set import DOWN_AFTER, SentinelSet
from e2e.shell import CommandError
from e2e.wait import CONFIG_REFRESH, wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture
def sentinel_set(sentinels: Installation[SentinelSet]) -> Iterator[SentinelSet]:
    """Not left to other tests in another size."""
    found = sentinels.healthy()
    yield found
    if found.release.values != sentinels.values:
        sentinels.remove()


def failover_works(sentinel_set: SentinelSet, running: Scenario) -> None:
    primary = sentinel_set.primary()
    primary.node.kill_engine(primary.uid)
    running.serving(30)
    sentinel_set.wait_other_primary(primary, 30)


def new_server_takes_over(sentinel_set: SentinelSet) -> None:
    """At once, and not by the sentinels: the primary has learnt of it without a restart."""
    sentinel_set.wait_converged(60)
    new = sentinel_set.servers()[3]
    if sentinel_set.primary().name == new.name:
        sentinel_set.fail_over("--to", "server-0")
        sentinel_set.wait_converged(60)
    primary = sentinel_set.primary()
    wait_for(
        "the primary's pod knows the new server",
        lambda: sentinel_set.member(new) in sentinel_set.bowline(primary, "status"),
        CONFIG_REFRESH,
    )
    with ExitStack() as frozen:
        for pod in sentinel_set.replicas():
            if pod.name != new.name:
                frozen.enter_context(stopped(pod.node, pod.node.engine(pod.uid)))
        primary.node.kill_engine(primary.uid)
        wait_for("the new server leads", lambda: sentinel_set.is_primary(new), DOWN_AFTER - 0.5, pause=0.05)
    sentinel_set.wait_converged(90)


def test_number_of_servers_changed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("3 to 4 servers", converge=90) as running:
        sentinel_set.resize(replicas=4)
        sentinel_set.wait_converged(90)
        failover_works(sentinel_set, running)
    new_server_takes_over(sentinel_set)
    if sentinel_set.primary().ordinal != 3:
        wait_for(
            "a failover to the new server, once the asked pod knows of it",
            lambda: bool(sentinel_set.fail_over("--to", "server-3")),
            CONFIG_REFRESH,
        )
        sentinel_set.wait_converged(60)
    assert sentinel_set.primary().ordinal == 3
    with sentinel_scenario("4 to 2 servers, the primary among those that go", converge=90) as running:
        sentinel_set.resize(replicas=2)
        sentinel_set.wait_converged(90)
        failover_works(sentinel_set, running)
    with sentinel_scenario("2 to 3 servers, the third with an old volume", converge=90) as running:
        sentinel_set.resize(replicas=3)
        sentinel_set.wait_converged(90)
        failover_works(sentinel_set, running)


def test_number_of_sentinels_changed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    for count, quorum in ((5, 3), (3, 2)):
        with sentinel_scenario(f"to {count} sentinels", converge=90) as running:
            sentinel_set.resize(sentinels=count)
            sentinel_set.wait_converged(90)
            for pod in sentinel_set.sentinels():
                assert sentinel_set.ask(pod, "MASTER")["quorum"] == quorum
            failover_works(sentinel_set, running)


def test_sentinel_upgrade_that_would_destroy_is_refused(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario
) -> None:
    before = {pod.name: pod.uid for pod in sentinel_set.pods()}
    changes = {
        "fullnameOverride": "other",
        "ports": {"sentinel": 26380},
        "sentinel": {**sentinel_set.release.values["sentinel"], "masterName": "other", "auth": False},
    }
    with sentinel_scenario("upgrades that are refused", converge=30) as running:
        running.mark()
        with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
            sentinel_set.release.upgrade(changes, wait=False)
        for value in ("fullnameOverride: StatefulSet demo-se", "ports.sentinel: 26379 -> 26380"):
            assert value in str(refused.value), value
        changes.pop("fullnameOverride")
        with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
            sentinel_set.release.upgrade(changes, wait=False)
        for value in ("ports.sentinel: ", "sentinel.masterName: mymaster -> other", "sentinel.auth: true -> false"):
            assert value in str(refused.value), value
        sentinel_set.release.upgrade()
    assert {pod.name: pod.uid for pod in sentinel_set.pods()} == before


def test_last_copy_goes_by_a_token_alone(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("3 to 1 servers, refused, then confirmed", converge=90):
        with pytest.raises(CommandError, match="replicas: 3 -> 1: the last copy") as refused:
            sentinel_set.resize(replicas=1)
        token = re.search(r"upgrade\.confirm=\{(t[0-9a-f]{10})\}", str(refused.value))
        assert token, str(refused.value)
        sentinel_set.release.values = {**sentinel_set.release.values, "upgrade": {"confirm": [token[1]]}}
        sentinel_set.resize(replicas=1)
        sentinel_set.wait_converged(90)
    with sentinel_scenario("back to 3", converge=90):
        sentinel_set.resize(replicas=3)
        sentinel_set.wait_converged(90)
    with sentinel_scenario("once more to 1, by the token that is left, and by a rollback", converge=30):
        before = {pod.name: pod.uid for pod in sentinel_set.pods()}
        with pytest.raises(CommandError, match="replicas: 3 -> 1: the last copy") as refused:
            sentinel_set.release.rollback()  # to the revision that was confirmed
        assert f"upgrade.confirm={{{token[1]}}}" not in str(refused.value), "the token would hold again"
        with pytest.raises(CommandError, match="replicas: 3 -> 1: the last copy"):
            sentinel_set.release.upgrade({"replicas": 1}, wait=False)
        sentinel_set.release.values = {name: v for name, v in sentinel_set.release.values.items() if name != "upgrade"}
        sentinel_set.release.upgrade()
        assert {pod.name: pod.uid for pod in sentinel_set.pods()} == before
