"""What ci/benchmarks makes of a fault, seen with a real engine; and the files that describe peers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from benchmarks.attacks import beyond
from benchmarks.figure import Figure
from benchmarks.peer import FOLDER, Description
from benchmarks.recovery import Outcome, suffer
from integration.engines import NEWEST
from integration.loopback import Server, wait_until
from integration.writing import direct_settings, durable
from recorder import Settings

DOWN = 1.5
"""Seconds for which a killed server stays so."""


class OneServer:
    def __init__(self, server: Server) -> None:
        self.server = server

    def recorder_settings(self) -> Settings:
        return direct_settings(self.server)

    def wait_converged(self, timeout: float) -> float:
        try:
            return wait_until("it answers", self.server.answers, min(timeout, 2))
        except TimeoutError as error:
            raise AssertionError from error

    @contextmanager
    def restarted(self) -> Iterator[None]:
        self.server.kill()
        time.sleep(DOWN)
        self.server.start()
        yield

    @contextmanager
    def emptied(self) -> Iterator[None]:
        self.server.client.flushall()
        yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        self.server.kill()
        yield


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneServer]:
    with durable(NEWEST[0], tmp_path) as server:
        yield OneServer(server)


def outcome_of(one: OneServer, fault: AbstractContextManager[None]) -> tuple[bool, Outcome]:
    outcome = Outcome()
    return suffer(one, fault, outcome, watch=1, limit=3), outcome


@pytest.mark.long
def test_recovery_of_a_restarted_server(one: OneServer) -> None:
    served, outcome = outcome_of(one, one.restarted())
    assert served
    assert len(outcome.gaps) == 1 and DOWN < outcome.gaps[0] < DOWN + 2, outcome
    assert outcome.acked > 100
    assert (outcome.lost, outcome.unserved, outcome.broken) == (0, 0, 0)


@pytest.mark.long
def test_recovery_with_loss(one: OneServer) -> None:
    served, outcome = outcome_of(one, one.emptied())
    assert served
    assert outcome.gaps[0] < 0.5, outcome
    assert 100 < outcome.lost < outcome.acked


@pytest.mark.long
def test_no_recovery(one: OneServer) -> None:
    served, outcome = outcome_of(one, one.gone())
    assert not served
    assert outcome.gaps[0] >= 3
    assert (outcome.lost, outcome.unserved, outcome.broken) == (0, 1, 0), "what cannot be read is not called lost"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_description_of_a_peer(path: Path) -> None:
    described = Description.read(path.stem)
    assert described == Description.read(str(path))
    assert all(seed.format(namespace="one").rpartition(":")[2].isdigit() for seed in described.seeds)
    assert described.engine in ("redis", "valkey")


def test_attack_beyond_a_limit() -> None:
    within = [Figure("slowest", [50.0], "ms", "50"), Figure("largest", [16.0], "MiB", "16"), Figure("gap", [9.0], "s")]
    assert beyond(within) == []
    told = beyond([*within, Figure("slowest", [3.0, 50.1], "ms", "50"), Figure("largest", [16.1], "MiB", "16")])
    assert len(told) == 2, told
