"""`bowline status` for people, of members that run: what only real engines can tell is there."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Members, sentinel_set

START = 60
"""Seconds."""


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def members(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Members]:
    engine: Engine = request.param
    with sentinel_set(engine, tmp_path) as members:
        wait_until("all are ready", lambda: all(members.ready(name) for name in members.members), START)
        yield members


def line_of(page: str, member: str) -> str:
    return next(line for line in page.splitlines() if re.match(rf"[ |`-]*{member} ", line))


def servers_with_a_key(page: str) -> int:
    return len(re.findall(r" (?:primary|replica) +\d+m?\d*s +1 ", page))


def test_the_tree_of_a_set_that_runs(members: Members) -> None:
    members.ask("server-0", "SET", "key", "value")
    wait_until("healthy", lambda: ": healthy" in members.bowline("server-1", "status").splitlines()[0], START)
    # A report may be a second old.
    wait_until("all tell the key", lambda: servers_with_a_key(members.bowline("sentinel-1", "status")) == 3, START)
    page = members.bowline("sentinel-1", "status", "--wide")
    print(page)
    tree, wide = page.split("\n\n")[1:3]
    assert re.search(r" primary +\d+m?\d*s +1 +\d+\.\d[KM] ", line_of(tree, "server-0")), page
    for replica in ("server-1", "server-2"):
        assert re.search(r" replica +\d+m?\d*s +1 +\d+\.\d[KM] +\d+B [01]s +ok$", line_of(tree, replica)), page
        assert re.search(r" \d+s +\d+ +\d+ +\d+ +[0-9a-f]{40} +aof, rdb ", line_of(wide, replica)), page
    assert "\nsentinels: 3 of 3 name server-0\n" in tree
    assert "|- server-1" in tree and "`- server-2" in tree
    assert "├─ server-1" in members.bowline("server-0", "status", LANG="C.UTF-8")

    members.members["server-2"].process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
    page = members.bowline("server-1", "status")
    print(page)
    assert line_of(page, "server-2").endswith(" silent")
    assert "\n! server-2: silent\n" in page
    members.members["server-2"].process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]


def test_a_fenced_primary(members: Members) -> None:
    for member, engine in members.engines().items():
        if member != "server-0":
            os.kill(engine, signal.SIGSTOP)
    with contextlib.suppress(subprocess.TimeoutExpired):  # a write that waits is what the fence sees
        members.ask("server-0", "SET", "key", "value")

    def page() -> str:
        return members.bowline("server-0", "status")

    wait_until("it says so", lambda: " fenced, its writes are paused: " in line_of(page(), "server-0"), START)
    assert ", 1 member fenced" in page().splitlines()[0]
