"""Slots with keys move between shards by the engines' own migration, under the rights that members give each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import MovedError, RedisError
from redis.retry import Retry

from integration.engines import ENGINES, Engine
from integration.loopback import wait_until
from integration.members import CLIENT_PORT, Members, small_cluster

MIGRATE = [engine for engine in ENGINES if engine.label in ("redis-8.6", "valkey-9.1")]
TWO_CHANNELS = {
    "redis-8.6": "repl-rdb-channel yes\n",
    "valkey-8.1": "dual-channel-replication-enabled yes\n",
    "valkey-9.1": "dual-channel-replication-enabled yes\n",
}
"""The directive by which a replica gets the snapshot by a connection of its own."""
CHANNEL = [engine for engine in ENGINES if engine.label in TWO_CHANNELS]
PASSWORD = "of-clients"
START = 60
MOVED = 30
"""Seconds."""
SLOTS = range(1000)
KEYS = [key for key in (f"key-{number}" for number in range(60_000)) if key_slot(key.encode()) in SLOTS]
"""Of the slots that move. Some thousand."""


@pytest.fixture(params=MIGRATE, ids=[engine.label for engine in MIGRATE])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


class Shards:
    """The two that take part."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.clients = {name: self.connect(name) for name in members.members}
        self.source, self.target = self.clients["shard-0-0"], self.clients["shard-1-0"]

    def connect(self, name: str) -> Redis:
        address = self.members.members[name].address
        retry = Retry(NoBackoff(), 0)
        return Redis(address, CLIENT_PORT, password=PASSWORD, socket_timeout=5, retry=retry)

    def migrate(self) -> None:
        """Asks for it; the engines do it by themselves."""
        first, last = SLOTS[0], SLOTS[-1]
        if self.members.engine.name == "redis":
            self.target.execute_command("CLUSTER", "MIGRATION", "IMPORT", first, last)
        else:
            node = self.target.execute_command("CLUSTER", "MYID")
            self.source.execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", first, last, "NODE", node)

    def moved(self) -> bool:
        """Do all primaries say so?"""
        node = self.target.execute_command("CLUSTER", "MYID")
        for shard in range(3):
            for first, last, primary, *_ in self.clients[f"shard-{shard}-0"].execute_command("CLUSTER", "SLOTS"):
                if first <= SLOTS[0] and (last != SLOTS[-1] or primary[2] != node):
                    return False
        return True

    def states(self) -> str:
        if self.members.engine.name == "redis":
            return str(self.target.execute_command("CLUSTER", "MIGRATION", "STATUS", "ALL"))
        return str(self.source.execute_command("CLUSTER", "GETSLOTMIGRATIONS"))


class Traffic:
    """In the `with` block: commands of every kind that a migration passes on, at the shard that has the slots."""

    def __init__(self, shards: Shards, dumped: bytes) -> None:
        """`dumped`: some value, as RESTORE wants it."""
        self.shards = shards
        self.dumped = dumped
        self.taken: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> Traffic:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def run(self) -> None:
        number = 0
        while not self.ended.is_set():
            key = KEYS[number % len(KEYS)]
            number += 1
            for words in self.commands(key, str(number)):
                if self.send(words) and words[0] == "SET":
                    self.taken[key] = str(number).encode()

    def send(self, words: Sequence[str | bytes]) -> bool:
        """Has one of the two taken it?"""
        for client in (self.shards.source, self.shards.target):
            try:
                client.execute_command(*words)
            except RedisError as error:
                if not isinstance(error, MovedError):
                    self.refused.append(f"{words[0]!r}: {error}")
            else:
                return True
        return False

    def commands(self, key: str, value: str) -> list[Sequence[str | bytes]]:
        tag = f"{{{key}}}"
        return [
            ("SET", key, value),
            ("RPUSH", f"{tag}list", value, "3", "1"),
            ("SORT", f"{tag}list", "STORE", f"{tag}sorted"),
            ("PFADD", f"{tag}estimate", value),
            ("PFCOUNT", f"{tag}estimate"),
            ("XADD", f"{tag}stream", "*", "field", value),
            ("SPUBLISH", f"{tag}channel", value),
            ("EVAL", "return redis.call('INCR', KEYS[1])", "1", f"{tag}script"),
            ("RESTORE", f"{tag}restored", "0", self.dumped, "REPLACE"),
            ("PEXPIRE", f"{tag}sorted", "100000"),
            ("UNLINK", f"{tag}restored"),
        ]


@pytest.fixture
def shards(engine: Engine, tmp_path: Path) -> Iterator[Shards]:
    with small_cluster(engine, tmp_path, password=PASSWORD) as members, members.networks.inside_hub():
        members.await_ready(START)
        yield Shards(members)


def test_slots_with_keys_move_under_load(shards: Shards) -> None:
    assert len(KEYS) > 1000
    pipeline = shards.source.pipeline(transaction=False)
    for key in KEYS:
        pipeline.set(key, "before")
    pipeline.execute()
    dumped = shards.source.dump(KEYS[0])
    assert dumped is not None
    with Traffic(shards, dumped) as traffic:
        time.sleep(1)
        shards.migrate()
        try:
            wait_until("the slots are at the other shard", shards.moved, MOVED)
        except TimeoutError as error:
            raise AssertionError(f"{error}: {shards.states()}, {traffic.refused[:3]}") from error
        time.sleep(1)
    assert not traffic.refused, traffic.refused[:3]
    expected = dict.fromkeys(KEYS, b"before") | traffic.taken
    pipeline = shards.target.pipeline(transaction=False)
    for key in KEYS:
        pipeline.get(key)
    assert dict(zip(KEYS, pipeline.execute(), strict=True)) == expected
    for name, client in shards.clients.items():
        assert not client.execute_command("ACL", "LOG"), name
    replica = shards.clients["shard-1-1"]
    wait_until("the replica has them", lambda: replica.dbsize() == shards.target.dbsize(), MOVED)
    told = ""

    def healthy() -> bool:
        nonlocal told
        told = shards.members.bowline("shard-0-0", "status")
        return ": healthy" in told.splitlines()[0]

    try:
        wait_until("the cluster is healthy", healthy, MOVED)
    except TimeoutError as error:
        raise AssertionError(f"{error}: {told}") from error
    for member in shards.members.members.values():
        assert "AddressRepair" not in member.log(), member.log()


@pytest.mark.parametrize("engine", CHANNEL, ids=[engine.label for engine in CHANNEL])
def test_replicas_copy_by_a_channel_of_its_own(engine: Engine, tmp_path: Path) -> None:
    directives = TWO_CHANNELS[engine.label]
    with small_cluster(engine, tmp_path, directives=directives, password=PASSWORD) as members:
        members.await_ready(START)
        replica = members.members["shard-0-1"]
        assert "initialize RDB channel" in replica.log(), replica.log()
        assert "NOPERM" not in replica.log()
