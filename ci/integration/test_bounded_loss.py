"""A primary that no replica hears takes writes for so long; lost with its volume, it takes no older ones along."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.shell import run
from integration.engines import NEWEST, Engine
from integration.loopback import BUS_PORT, wait_until
from integration.members import Members, sentinel_set

BOUND = 4
"""Seconds."""
GRANULARITY = 1.0
"""Looks each quarter of a second, commands as processes of their own, and a busy machine."""
ACKNOWLEDGED = 1.2
"""A replica acknowledges each second: before the cut it may have been so long ago."""
START = 60.0
REPLACED = 90.0
"""A replica that has missed writes leads when its primary has not come back for 30 s."""


def cluster(engine: Engine, folder: Path) -> Members:
    names = [f"shard-{shard}-{ordinal}" for shard in range(3) for ordinal in range(2)]
    shape = {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 2500}
    return Members(engine, folder, names, {"mode": "cluster", "cluster": shape}, {"bus": BUS_PORT})


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture(params=[cluster, sentinel_set], ids=["cluster", "sentinel"])
def members(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Members]:
    make: Callable[[Engine, Path], Members] = request.param
    members = make(engine, tmp_path)
    members.mode = {**members.mode, "maxUnreplicatedSeconds": BOUND}
    with members:
        try:
            wait_until("all are ready", lambda: all(map(members.ready, members.members)), START)
        except TimeoutError as error:
            logs = [f"{one.name}: {one.log()[-2000:]}" for one in members.members.values()]
            raise AssertionError(f"{error}\n" + "\n".join(logs)) from error
        yield members


class Writer:
    """Counts up a key of the member's shard in the `with` block; when each number was acknowledged."""

    def __init__(self, members: Members, member: str) -> None:
        self.members = members
        self.member = member
        self.key = next(key for key in map("key-{}".format, range(1000)) if self.write(key) is not None)
        self.acknowledged: dict[int, float] = {}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def write(self, key: str) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
            return int(self.members.ask(self.member, "INCR", key))
        return None

    def run(self) -> None:
        while not self.ended.wait(0.02):
            number = self.write(self.key)
            if number is not None:
                self.acknowledged[number] = time.monotonic()

    def last(self) -> float:
        return max(self.acknowledged.values())

    def __enter__(self) -> Writer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()


def shard_of(members: Members) -> tuple[str, list[str]]:
    """The first primary and its replicas."""
    servers = [name for name in members.members if name.startswith(("shard-0-", "server-"))]
    primary = next(name for name in servers if members.role(name) == "master")
    return primary, [name for name in servers if name != primary]


def waits(members: Members, member: str) -> bool:
    """By the member's own metrics."""
    command = ["curl", "--silent", "--max-time", "5", "http://127.0.0.1:8379/metrics"]
    page = run("ip", "netns", "exec", members.networks.of(member), *command).stdout
    told = re.findall(r"(?m)^bowline_writes_wait(?:\{.*\})? (\d)$", page)
    assert told, page[-2000:]
    return bool(told == ["1"])


def lose(members: Members, name: str) -> None:
    """The program, its engine and the volume, and a pod with an empty one comes back."""
    member = members.members[name]
    assert member.process is not None
    engine = members.engines()[name]
    member.process.kill()
    os.kill(engine, signal.SIGKILL)
    member.process.wait(START)
    for part in ("data", "run"):
        shutil.rmtree(member.folder / part)
        (member.folder / part).mkdir()


def test_writes_wait_and_go_on(members: Members) -> None:
    primary, replicas = shard_of(members)
    with Writer(members, primary) as writer:
        time.sleep(2 * BOUND)
        assert time.monotonic() - writer.last() < GRANULARITY
        cut = time.monotonic()
        members.networks.cut(replicas)
        wait_until("writes wait", lambda: time.monotonic() - writer.last() > 2 * GRANULARITY, BOUND + START)
        stopped = writer.last() - cut
        print(f"the last write {stopped:.2f} s after the cut")
        assert BOUND - ACKNOWLEDGED <= stopped <= BOUND + GRANULARITY
        wait_until("it is told", lambda: waits(members, primary), START)
        # A sentinel's message waits, too: nobody may take the primary for dead.
        time.sleep(10)
        assert members.role(primary) == "master"
        assert members.ready(primary)
        assert time.monotonic() - writer.last() > 10
        mended = time.monotonic()
        members.networks.mend(replicas)
        wait_until("writes go on", lambda: writer.last() > mended, START)
        print(f"the next one {writer.last() - mended:.2f} s after the cut is mended")
    wait_until("that is told, too", lambda: not waits(members, primary), START)


def test_a_primary_that_is_lost_takes_no_older_writes_along(members: Members) -> None:
    primary, replicas = shard_of(members)
    with Writer(members, primary) as writer:
        time.sleep(BOUND)
        members.networks.cut(replicas)
        wait_until("writes wait", lambda: time.monotonic() - writer.last() > 2 * GRANULARITY, BOUND + START)
    lose(members, primary)
    members.networks.mend(replicas)
    members.start(members.members[primary])

    def led() -> list[str]:
        return [name for name in replicas if members.role(name) == "master"]

    wait_until("a replica leads", lambda: bool(led()), REPLACED)
    kept = int(members.ask(led()[0], "GET", writer.key))
    lost = {number: at for number, at in writer.acknowledged.items() if number > kept}
    print(f"{len(lost)} writes lost, of {writer.last() - min(lost.values(), default=writer.last()):.2f} s")
    assert all(at >= writer.last() - BOUND - GRANULARITY for at in lost.values())
