"""mode: standalone: one server, the same guard, and the way to sentinel mode."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from e2e.acts import STATE_BOUND, check_and_status, first_start_told, install_again, wait_state
from e2e.conftest import scenarios
from e2e.installation import Installation
from e2e.members import Members, Pod
from e2e.sentinel_set import DOWN_AFTER, SentinelSet
from e2e.sentinel_set import VALUES as SENTINEL_VALUES
from e2e.standalone import VALUES, Standalone
from e2e.wait import wait_for
from recorder import Recorder, verify

LABEL_BOUND = 5.0
"""Seconds from Ready to the label by which the Service selects."""


@pytest.fixture(scope="session")
def alone(engine: str, sentinels: Installation[SentinelSet]) -> Iterator[Installation[Standalone]]:
    """The set makes room: it has no more tests."""
    sentinels.remove()
    installation = Installation(Standalone, engine, "alone", VALUES)
    yield installation
    installation.remove()


@pytest.fixture
def standalone(alone: Installation[Standalone]) -> Standalone:
    return alone.healthy()


def test_standalone_installed(alone: Installation[Standalone], standalone: Standalone, figures: dict[str, Any]) -> None:
    figures["helm install to all Ready"] = round(alone.install_seconds, 1)
    assert len(standalone.pods()) == 1
    assert len(standalone.kube.all("persistentvolumeclaims", "")) == 1
    service = f"{standalone.name}-primary"
    wait_for("the Service leads to it", lambda: bool(standalone.endpoints(service)), LABEL_BOUND)
    check_and_status(standalone)
    wait_state(standalone, "Healthy", STATE_BOUND)
    first_start_told(standalone)
    assert standalone.problems("--write", "--strict") == []
    standalone.release.test()


def test_standalone_engine_killed(standalone: Standalone, figures: dict[str, Any]) -> None:
    """kill -9: the engine is started again in its container, with everything that it has acknowledged."""
    server = standalone.server()
    with scenarios(standalone, figures)("kill -9 of the engine", repeats=True) as running:
        server.node.kill_engine(server.uid)
        running.serving(30)
    assert standalone.server().uid == server.uid
    assert standalone.server().restarts == server.restarts


def test_standalone_pod_deleted(standalone: Standalone, figures: dict[str, Any]) -> None:
    server = standalone.server()
    began = time.monotonic()
    with scenarios(standalone, figures)("its pod is deleted", repeats=True) as running:
        standalone.delete_pods(server.name)
        standalone.wait_replaced(server, 60)
        running.serving(30)
    # Nobody can take over, so no stop waits for somebody who could.
    figures["deleted to ready again"] = round(time.monotonic() - began, 1)


def test_standalone_installed_again(standalone: Standalone, figures: dict[str, Any]) -> None:
    install_again(standalone, figures)


@pytest.fixture
def growing(alone: Installation[Standalone]) -> Iterator[Standalone]:
    """Not left to other tests as what it has become."""
    yield alone.healthy()
    alone.remove()


def grown(standalone: Standalone) -> SentinelSet:
    """The same release, seen as what it is after the upgrade."""
    grown = SentinelSet(standalone.kube, standalone.release)
    grown.release.values = {**standalone.release.values, **SENTINEL_VALUES}
    return grown


def keys(members: Members, pod: Pod) -> int:
    with members.engine(pod) as engine:
        return int(engine.dbsize())


def test_standalone_becomes_sentinel_mode(growing: Standalone, figures: dict[str, Any]) -> None:
    """With a client that knows the Service of the primary alone. Nothing that it was acknowledged is lost."""
    recorder = Recorder(growing.recorder_settings()).start()
    recorder.wait_serving(recorder.started, 15)
    time.sleep(1)
    members = grown(growing)
    began = time.monotonic()
    try:
        growing.release.upgrade(dict(SENTINEL_VALUES))
        members.wait_converged(120)
        figures["upgrade to converged"] = round(time.monotonic() - began, 1)
        recorder.wait_serving(time.time(), 15)
    finally:
        recording = recorder.stop()
    verdict = verify(recording, members.recorder_settings())
    figures["upgrade"] = {"acked": verdict.acked, "lost": verdict.lost, "gap_s": verdict.longest_gaps}
    assert verdict.ok, verdict
    counts = {pod.name: keys(members, pod) for pod in members.servers()}
    assert len(set(counts.values())) == 1 and len(counts) == 3, counts


@pytest.fixture
def volatile(engine: str, alone: Installation[Standalone]) -> Iterator[Standalone]:
    """Its data is its process; its pod is not restarted by an upgrade, so that the old server lives on as it was."""
    alone.remove()
    values = {**VALUES, "persistence": {"enabled": False}, "updateStrategy": {"type": "OnDelete", "partition": 0}}
    installation = Installation(Standalone, engine, "volatile", values)
    yield installation.healthy()
    installation.remove()


@pytest.mark.parametrize("kill", ["engine", pytest.param("init", marks=pytest.mark.long)])
def test_standalone_dies_while_it_becomes_sentinel_mode(
    volatile: Standalone, figures: dict[str, Any], kill: str
) -> None:
    """The copies that it has at its death are all that is left: one of them leads, never the empty server itself; at
    once when its program lives, which asks for what the release declares."""
    recorder = Recorder(volatile.recorder_settings()).start()
    recorder.wait_serving(recorder.started, 15)
    old = volatile.server()
    members = grown(volatile)
    try:
        values = {**SENTINEL_VALUES, "persistence": {"enabled": False}}
        values["sentinel"] = {"replicas": 3, "persistence": {"enabled": False}}
        volatile.release.upgrade(values, wait=False)
        members.release.values = {**volatile.release.values, **values}

        def copied(offset: int) -> bool:
            """Valkey sends a new replica only the copy before its first acknowledgement, up to a second later."""
            with members.engine(old) as engine:
                info = engine.info("replication")
            return all(int(info.get(f"slave{n}", {}).get("offset", 0)) > offset for n in range(2))

        wait_for("both new servers have a copy", lambda: copied(0), 60)
        wait_for("the sentinels watch", lambda: members.named_primary().name == old.name, 30)
        with members.engine(old) as engine:
            now = int(engine.info("replication")["master_repl_offset"])
        wait_for("both follow", lambda: copied(now), 10)
        died = time.time()
        if kill == "init":
            old.node.kill_init(old.uid)
        else:
            old.node.kill_engine(old.uid)
        recorder.wait_serving(died, 30)
        members.wait_converged(150)
    finally:
        recording = recorder.stop()
    verdict = verify(recording, members.recorder_settings())
    figures["death in the upgrade"] = {"acked": verdict.acked, "lost": verdict.lost, "gap_s": verdict.longest_gaps}
    assert verdict.ok, verdict
    if kill == "engine":
        # The sentinels would take 4.5 s at least: they elect after DOWN_AFTER, and the label follows.
        assert max(verdict.longest_gaps) < DOWN_AFTER + 1, verdict
