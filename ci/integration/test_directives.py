"""Directives that touch replication, persistence or the bus: members form with them, and outlive a dead primary."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.directives import BUNDLES, bundle, defaults, lines, missing
from integration.engines import ENGINES, Engine
from integration.loopback import wait_until
from integration.members import CLIENT_PORT, Members, sentinel_set, small_cluster
from recorder import Address, Mode, Recorder, Settings, verify

START = 60
SERVED = 20
"""Seconds until writes are taken again."""
BEFORE = 3
"""Seconds with writes: until the members have told each other that replicas are in sync."""


@pytest.fixture(params=ENGINES, ids=[engine.label for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def settings(members: Members) -> Settings:
    cluster = members.mode["mode"] == "cluster"
    seeds = [one for one in members.members.values() if cluster or one.verb == "sentinel"]
    return Settings(
        seeds=tuple(Address(one.address, CLIENT_PORT if cluster else 26379) for one in seeds),
        password="",
        mode=Mode.CLUSTER if cluster else Mode.SENTINEL,
        master_name="mymaster",
    )


def in_effect(members: Members, member: str, wanted: dict[str, str], before: dict[str, str]) -> list[str]:
    """What the engine does not tell as wanted."""
    found = []
    for name, value in wanted.items():
        told = members.ask(member, "CONFIG", "GET", name).removeprefix(name).strip()
        if told != value and told == before[name]:
            found.append(f"{name} is {told!r}, not {value!r}")
    return found


def back(members: Members, member: str, former: int) -> bool:
    """Has it another engine?"""
    return members.engines().get(member) not in (None, former)


def kill_primary(members: Members, recorder: Recorder, member: str) -> None:
    """Its engine; the container is started again, as the kubelet does it."""
    killed, engine = time.time(), members.engines()[member]
    os.kill(engine, signal.SIGKILL)
    recorder.wait_serving(killed, SERVED)
    process = members.members[member].process
    assert process is not None
    wait_until("the program has followed", lambda: process.poll() is not None or back(members, member, engine), START)
    if process.poll() is not None:
        members.start(members.members[member])
    members.await_ready(START)
    assert back(members, member, engine)


def kill_all(members: Members, recorder: Recorder) -> None:
    """Programs and engines at once, as in a power cut; then all start."""
    killed = time.time()
    programs = [one.process for one in members.members.values() if one.process is not None]
    for engine in members.engines().values():
        os.kill(engine, signal.SIGKILL)
    for program in programs:
        program.kill()
    for program in programs:
        program.wait(START)
    for member in members.members.values():
        members.start(member)
    members.await_ready(START)
    recorder.wait_serving(killed, START)


def run(make: Callable[..., Members], engine: Engine, folder: Path, name: str) -> None:
    """No write that was acknowledged is lost."""
    before = defaults(engine)
    wanted = bundle(name, before)
    with make(engine, folder, directives=lines(wanted)) as members, members.networks.inside_hub():
        members.await_ready(START)
        first = next(iter(members.members))
        assert not in_effect(members, first, wanted, before)
        recorder = Recorder(settings(members)).start()
        recorder.wait_serving(recorder.started, SERVED)
        time.sleep(BEFORE)
        kill_primary(members, recorder, first)
        if wanted["appendonly"] == "yes":
            kill_all(members, recorder)
        verdict = verify(recorder.stop(), settings(members))
    assert verdict.ok and verdict.acked > 100, verdict
    print(f"{engine.label} {name}: {verdict.longest_gaps} {verdict.errors}")


def test_lists_name_all(engine: Engine) -> None:
    assert not missing(defaults(engine))


@pytest.mark.parametrize("name", BUNDLES)
def test_cluster_with_directives(engine: Engine, name: str, tmp_path: Path) -> None:
    run(small_cluster, engine, tmp_path, name)


@pytest.mark.long
@pytest.mark.parametrize("name", BUNDLES)
def test_sentinels_with_directives(engine: Engine, name: str, tmp_path: Path) -> None:
    run(sentinel_set, engine, tmp_path, name)
