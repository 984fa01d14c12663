"""A handover while a member is away."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Members, sentinel_set

START = 60.0
CALL = 1.0
"""Seconds: a handover waits so long for the answer of one member (kHandoverCall), while writes are paused too."""


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def members(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Members]:
    engine: Engine = request.param
    with sentinel_set(engine, tmp_path) as members:
        wait_until("all are ready", lambda: all(map(members.ready, members.members)), START)
        yield members


def test_a_sentinel_is_unreachable(members: Members) -> None:
    """The kernel keeps the "unreachable" aside and says again and again that the socket is ready."""
    away = members.members["sentinel-2"]
    assert away.process is not None
    engine = members.engines()["sentinel-2"]
    away.process.kill()
    os.kill(engine, signal.SIGKILL)
    away.process.wait(START)
    members.networks.refuse("sentinel-2")
    primary, took = "server-0", []
    for target in ("server-1", "server-0", "server-1"):
        began = time.monotonic()
        members.bowline(primary, "failover", "--to", target)
        took.append(time.monotonic() - began)
        wait_until(f"{target} leads", lambda target=target: members.role(target) == "master", START)  # type: ignore[misc]
        primary = target
    print(took)
    assert min(took) < CALL, took
