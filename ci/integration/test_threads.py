"""How many threads the program has beside its engine: at rest, and when nothing around it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Member, Members, sentinel_set

MOST = 12
START = 60.0
LOOK = 0.01
"""Seconds."""
OBSERVED = ("server-0", "server-1", "sentinel-0")


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture
def members(engine: Engine, tmp_path: Path) -> Iterator[Members]:
    with sentinel_set(engine, tmp_path) as members:
        members.await_ready(START)
        yield members


class Watch:
    """The most threads that were seen of each member in the `with` block."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.most: dict[str, list[str]] = {member.name: [] for member in members}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self) -> None:
        while not self.ended.wait(LOOK):
            for member in self.members:
                self.most[member.name] = max(self.most[member.name], member.threads(), key=len)

    def __enter__(self) -> Watch:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def few(self) -> bool:
        print({name: (len(threads), threads) for name, threads in self.most.items()})
        return all(0 < len(threads) <= MOST for threads in self.most.values())


def for_seconds(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            return False
        time.sleep(0.1)
    return True


def test_few_threads(members: Members) -> None:
    observed = [members.members[name] for name in OBSERVED]
    assert members.role("server-0") == "master"
    with Watch(observed) as watch:
        time.sleep(5)
    assert watch.few(), watch.most

    # Nothing is answered any more: the API server, DNS, and one node with a server and a sentinel on it.
    with Watch(observed) as watch:
        members.hang("api")
        members.hang("dns")
        members.networks.cut(["server-2", "sentinel-2"])
        assert for_seconds(20, lambda: members.role("server-0") == "master")
        asked = members.spawn(members.members["server-0"], ["prestop"])
        try:
            wait_until("the handover", lambda: members.role("server-1") == "master", 20)
            assert asked.wait(30) == 0
        finally:
            asked.kill()
        time.sleep(5)
    assert watch.few(), watch.most
    for member in observed:
        assert member.process is not None
        assert member.process.poll() is None, member.log()[-2000:]
