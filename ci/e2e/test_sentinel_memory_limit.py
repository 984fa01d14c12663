"""Sentinel mode: maxmemory follows the memory limit of a container."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from e2e.installation import Installation
from e2e.members import Pod
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.wait import wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

MEBI = 1 << 20
LIMIT = 300 * MEBI
PERCENT = 70
"""The chart's default."""
FOLLOWED = 20.0
"""Seconds. The limit is looked at each 5 s."""
VALUES = {"resources": {"server": {"limits": {"memory": "300Mi"}}}}


@pytest.fixture
def sentinel_set(sentinels: Installation[SentinelSet]) -> Iterator[SentinelSet]:
    """Not left to other tests with a limit."""
    found = sentinels.healthy()
    yield found
    found.release.upgrade()


def part_of(limit: int) -> int:
    return limit // 100 * PERCENT


def has(sentinel_set: SentinelSet, server: Pod, limit: int) -> bool:
    found = sentinel_set.engine(server).config_get("maxmemory", "repl-backlog-size")
    wanted = {"maxmemory": part_of(limit), "repl-backlog-size": part_of(limit) // 10}
    return found == {name: str(value) for name, value in wanted.items()}


def test_maxmemory_follows_the_limit(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Rolled with a limit, then resized from the node: up at once, down not below what is used."""
    with sentinel_scenario("memory limits", converge=90):
        sentinel_set.release.upgrade(VALUES)
        sentinel_set.wait_rollout(150)
        servers = sentinel_set.servers()
        for server in servers:
            wait_for("maxmemory is set", partial(has, sentinel_set, server, LIMIT), FOLLOWED)
        resized = sentinel_set.primary()
        for limit in (200 * MEBI, LIMIT):
            resized.node.limit_memory(resized.uid, limit)
            wait_for("maxmemory follows", partial(has, sentinel_set, resized, limit), FOLLOWED)
        assert sentinel_set.kube.telling(resized.name, "maxmemory", reason="MemoryLimitChanged")
        assert sentinel_set.pod(resized.name).restarts == resized.restarts
