"""What ci/benchmarks makes of a fault, seen with a real engine; and the files that describe peers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from benchmarks.attacks import beyond
from benchmarks.figure import Figure
from benchmarks.fleet import Lead
from benchmarks.peer import FOLDER, Description
from benchmarks.recovery import Outcome, suffer
from benchmarks.scale import failovers, latest
from benchmarks.shard_writer import PAUSE, Ack, ShardWriter
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


def writer_with(acks: list[Ack]) -> ShardWriter:
    writer = ShardWriter({0: "k"}, {0: {"old": "127.0.0.1", "new": "127.0.0.2"}}, 1)
    writer.watch([0])
    writer.acks[0] = acks
    writer.loop.close()
    return writer


def test_when_a_shard_serves_again() -> None:
    """The old primary takes writes until 10.0, the new one from 14.2."""
    before = [Ack(8 + i * 0.5, 8 + i * 0.5, "old") for i in range(5)]
    after = [Ack(14.2 + i * 0.5, 14.2 + i * 0.5, "new") for i in range(10)]
    assert writer_with([*before, *after]).serves_since(0, 10, 19) == 14.2
    assert writer_with([*before, *after]).first(0, 9, without="old") == 14.2
    assert writer_with([*before, *after]).first(0, 9) == 9.5
    assert writer_with(before).serves_since(0, 10, 10 + 2 * PAUSE) is None, "it does not serve at the end"
    assert writer_with(before).first(0, 10) is None
    assert writer_with(before).serves_since(0, 8, 10) == 8, "no pause"
    again = [Ack(14.2, 14.2, "new"), Ack(17, 17, "new")]
    assert writer_with([*before, *again]).serves_since(0, 10, 17.5) == 17, "the last pause counts"


def test_failovers_of_others() -> None:
    before = {0: Lead("shard-0-0", 1), 1: Lead("shard-1-0", 2), 2: Lead("shard-2-0", 3)}
    after = {0: Lead("shard-0-1", 4), 1: Lead("shard-1-1", 5), 2: Lead("shard-2-0", 3)}
    assert failovers(before, before, ()) == []
    assert len(failovers(before, after, [0])) == 1
    assert len(failovers(before, {0: after[0]}, [0])) == 2, "a shard that nobody leads counts"
    assert latest([12.0, 13.5], 10) == 3.5
    assert latest([12.0, None], 10) is None
