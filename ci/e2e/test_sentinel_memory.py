"""Sentinel mode with persistence.enabled=false: an empty server must never lead while another has data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from e2e.acts import STALE_LEADS, all_stale, assert_loss_told, kill_primary
from e2e.installation import Installation
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.wait import wait_for

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def sentinels_in_memory(engine: str, sentinels: Installation[SentinelSet]) -> Iterator[Installation[SentinelSet]]:
    sentinels.remove()
    installation = Installation(SentinelSet, engine, "sentinels-memory", {**VALUES, "persistence": {"enabled": False}})
    yield installation
    installation.remove()


@pytest.fixture
def sentinel_set(sentinels_in_memory: Installation[SentinelSet]) -> SentinelSet:
    return sentinels_in_memory.healthy()


def test_primary_engine_killed_in_memory(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """It is back within down-after, empty: no sentinel would have noticed."""
    primary = sentinel_set.primary()
    with sentinel_scenario("persistence off: kill -9 of the primary's engine") as running:
        kill_primary(sentinel_set, primary, Node.kill_engine, running)


def test_primary_init_killed_in_memory(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("persistence off: kill -9 of PID 1 of the primary") as running:
        kill_primary(sentinel_set, primary, Node.kill_init, running)


def test_primary_pod_deleted_in_memory(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("persistence off: the primary's pod deleted by force") as running:
        sentinel_set.delete_pods(primary.name, force=True)
        running.serving(30)
        sentinel_set.wait_replaced(primary, 60)
    assert sentinel_set.primary().name != primary.name, "the empty server leads"


@pytest.mark.parametrize("by_hand", [False, True], ids=["by itself", "by hand"])
def test_stale_server_leads_in_the_end(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, by_hand: bool
) -> None:
    """The primary's data is gone, and no copy has followed for 10 s."""
    primary, replicas = sentinel_set.primary(), sentinel_set.replicas()

    def one_leads() -> bool:
        return any(sentinel_set.is_primary(replica) for replica in replicas)

    title = "persistence off: kill -9 of a primary whose replicas have not followed"
    with sentinel_scenario(title, converge=90, loss_window=1) as running:
        with all_stale(sentinel_set, replicas, primary):
            primary.node.kill_engine(primary.uid)
            killed = time.monotonic()
            time.sleep(8)
            assert not one_leads(), "it leads at once, without the writes that it has missed"
            if by_hand:
                sentinel_set.bowline(replicas[0], "failover", "--accept-loss")
            wait_for("one of them leads", one_leads, 1 if by_hand else STALE_LEADS - 8)
            running.figures["dead_to_led_s"] = round(time.monotonic() - killed, 1)
        running.serving(30)
    assert running.figures["lost"] > 0, "nothing was missing"
    assert sentinel_set.primary().name != primary.name
    assert_loss_told(sentinel_set, sentinel_set.servers())


def test_all_servers_gone_in_memory(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    """The sentinels remember a primary, but the data is gone: a new start, not a wait for ever."""
    sentinel_set.scale_to_zero()
    sentinel_set.scale_back()
    figures["all members gone, to converged"] = round(sentinel_set.wait_converged(90), 1)
