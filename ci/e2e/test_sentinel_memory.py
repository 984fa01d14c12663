"""Sentinel mode with persistence.enabled=false: an empty server must never lead while another has data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.acts import kill_primary
from e2e.installation import Installation
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES, SentinelSet

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


def test_all_servers_gone_in_memory(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    """The sentinels remember a primary, but the data is gone: a new start, not a wait for ever."""
    sentinel_set.scale_to_zero()
    sentinel_set.scale_back()
    figures["all members gone, to converged"] = round(sentinel_set.wait_converged(90), 1)
