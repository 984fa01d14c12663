"""Several primaries' engines end at one moment, and their replicas ask for votes of the same epoch."""

from __future__ import annotations

import time

import pytest

from benchmarks.fleet import SETTLE, Fleet, running
from benchmarks.scale import FAULTS, suffer
from integration.engines import NEWEST, Engine

MEMBERS = 24
LOST = 5
"""Primaries of twelve, so that a majority of them is left."""
ROUNDS = 3
"""In two of three some replicas lose their election."""
NODE_TIMEOUT = 2500
"""Milliseconds, the chart's default. A replica that has lost an election asks again after four times as long."""
SERVED = 5.0
"""Seconds. With elections alone it is 11."""


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def lost(fleet: Fleet) -> dict[int, str]:
    leads = fleet.leads("shard-0-0")
    return {shard: leads[shard].member for shard in sorted(leads)[-LOST:]}


def test_engines_killed_at_one_moment(engine: Engine) -> None:
    killed = FAULTS[0]
    with running(engine, MEMBERS, NODE_TIMEOUT) as (fleet, writer):
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(suffer(fleet, writer, killed, lost(fleet)))
            time.sleep(SETTLE)
    print(rounds)
    for found in rounds:
        assert found.served is not None and found.served <= SERVED, rounds
        assert found.replaced is not None and not found.others, rounds
