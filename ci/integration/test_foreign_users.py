"""Users that somebody makes by hand at members that run: told, or kept over a death; and what engines have refused."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Members, sentinel_set, small_cluster

PASSWORD = "of-clients"
OWN = "of-somebody"
START = 60
FAILOVER = 20
LOOK = 45
"""Each member looks for such users once in 30 s."""
KNOWN = 3
"""Seconds until the members have told each other that there is data, and that replicas are in sync."""
FIRST, OTHER = "shard-0-0", "shard-0-1"


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Members]:
    engine: Engine = request.param
    members = small_cluster(engine, tmp_path, password=PASSWORD)
    auth = {"enabled": True, "directory": str(members.folder / "secret"), "keepForeignUsers": True}
    members.mode = {**members.mode, "auth": auth}
    with members:
        members.await_ready(START)
        yield members


def make(members: Members, member: str, user: str) -> None:
    rules = ["on", f">{OWN}", "~x:*", "+get", "+ping"]
    assert members.ask(member, "ACL", "SETUSER", user, *rules).strip() == "OK"


def as_user(members: Members, member: str, user: str, *words: str) -> str:
    return members.ask(member, "--user", user, "--pass", OWN, *words).strip()


def lets_in(members: Members, member: str, user: str) -> bool:
    return as_user(members, member, user, "PING") == "PONG"


def kept(members: Members, member: str) -> str:
    file = members.members[member].folder / "data" / "bowline-users.acl"
    return file.read_text() if file.exists() else ""


def warnings(members: Members, member: str) -> list[str]:
    told: list[str] = json.loads(members.bowline(member, "status", "--output", "json"))["warnings"]
    return told


def refused(members: Members, member: str) -> list[dict[str, Any]]:
    """Of that member, as another one is told."""
    rows = json.loads(members.bowline(OTHER, "status", "--output", "json"))["members"]
    log: list[dict[str, Any]] = next(row for row in rows if row["member"] == member)["aclLog"]
    return log


def refusals_are_told(members: Members) -> None:
    assert "NOPERM" in as_user(members, FIRST, "hand", "GET", "customer-4711")
    assert "NOPERM" in as_user(members, FIRST, "hand", "FLUSHALL")
    members.ask(FIRST, "--user", "hand", "--pass", "a-wrong-one", "PING")
    log = refused(members, FIRST)
    assert {(entry["reason"], entry["object"].lower(), entry["user"]) for entry in log} >= {
        ("key", "a key", "hand"),
        ("command", "flushall", "hand"),
        ("auth", "auth", "hand"),
    }, log
    assert all(entry["count"] >= 1 and 0 <= entry["ageSeconds"] < 60 and entry["client"] for entry in log), log
    page = members.bowline(OTHER, "status", "--wide")
    assert "flushall" in page and " REFUSED " in page, page
    assert "flushall" not in members.bowline(OTHER, "status")
    for text in (page, json.dumps(log)):
        assert "4711" not in text and "a-wrong-one" not in text, text


def test_kept_over_a_death_and_a_failover(cluster: Members) -> None:
    for member in cluster.members:
        make(cluster, member, "hand")
    make(cluster, FIRST, "alone")
    wait_until("all keep it", lambda: all("user hand " in kept(cluster, name) for name in cluster.members), LOOK)
    refusals_are_told(cluster)
    wait_until("the other one, too", lambda: "user alone " in kept(cluster, FIRST), LOOK)
    assert OWN not in kept(cluster, FIRST)
    file = cluster.members[FIRST].folder / "data" / "bowline-users.acl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = warnings(cluster, OTHER)
    assert any(one.startswith(f"user alone, made by hand, is kept by {FIRST} and unknown to ") for one in told), told
    assert not any("user hand" in one or "gone with its next start" in one for one in told), told

    assert "OK" in [cluster.ask(FIRST, "SET", f"key-{number}", "value").strip() for number in range(20)]
    wait_until("a copy", lambda: cluster.ask(FIRST, "DBSIZE") == cluster.ask(OTHER, "DBSIZE"), FAILOVER)
    time.sleep(KNOWN)
    os.kill(cluster.engines()[FIRST], signal.SIGKILL)
    wait_until("the other one leads", lambda: cluster.role(OTHER) == "master", FAILOVER)
    assert lets_in(cluster, OTHER, "hand")
    assert not lets_in(cluster, OTHER, "alone"), "a user is kept where it was made"
    dead = cluster.members[FIRST]
    assert dead.process is not None
    dead.process.wait(FAILOVER)
    cluster.start(dead)  # as the kubelet does
    wait_until("they are made again", lambda: all(lets_in(cluster, FIRST, user) for user in ("hand", "alone")), START)
    assert "NOPERM" in as_user(cluster, FIRST, "hand", "FLUSHALL")
    cluster.await_ready(START)

    # Deleted by hand: it does not come back.
    cluster.ask(FIRST, "ACL", "DELUSER", "hand")
    wait_until("it is forgotten", lambda: "user hand " not in kept(cluster, FIRST), LOOK)


def test_told_where_they_are_not_kept(tmp_path: Path) -> None:
    with sentinel_set(NEWEST[-1], tmp_path) as members:
        members.await_ready(START)
        make(members, "server-1", "hand")

        def told() -> bool:
            told = warnings(members, "server-0")
            return any(one.startswith("server-1 has users that the release does not declare") for one in told)

        wait_until("it is told", told, LOOK)
        assert not kept(members, "server-1")
