"""A cluster of many real members in networks of their own, and what the bench asks them."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError
from redis.retry import Retry

from benchmarks.shard_writer import ShardWriter
from integration.engines import Engine
from integration.members import CLIENT_PORT, Members, cluster

START = 180
"""Seconds until a new cluster is whole, or again so after a fault."""
SETTLE = 10
"""Seconds in which a new cluster comes to rest."""
RESTARTED = 1.0
"""Seconds until a container that has ended is started again, as the kubelet does it the first time."""
DIRECTIVES = "repl-backlog-size 1mb\n"
MEMORY = "/dev/shm"


@dataclass(frozen=True)
class Lead:
    """Of a shard."""

    member: str
    epoch: int


class Fleet:
    """A running cluster, asked from the hub's network."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.shards = len(members.members) // 2
        self.whole = 0.0
        """When it was so for the first time, by time.monotonic()."""
        self.names = {member.address: name for name, member in members.members.items()}
        self.clients = {
            name: Redis(
                member.address,
                CLIENT_PORT,
                decode_responses=True,
                socket_timeout=2,
                socket_connect_timeout=1,
                retry=Retry(NoBackoff(), 0),
            )
            for name, member in members.members.items()
        }

    def lines(self, observer: str) -> dict[str, dict[str, Any]]:
        """CLUSTER NODES, by member."""
        told = self.clients[observer].execute_command("CLUSTER NODES")
        return {self.names[address.split(":")[0]]: line for address, line in told.items()}

    def leads(self, observer: str) -> dict[int, Lead]:
        return {
            shard_of(name): Lead(name, int(line["epoch"]))
            for name, line in self.lines(observer).items()
            if "master" in line["flags"] and line["slots"]
        }

    def keys(self) -> dict[int, str]:
        """One of each shard."""
        slots = {
            slot: shard_of(name)
            for name, line in self.lines("shard-0-0").items()
            for low, high in [(int(part[0]), int(part[-1])) for part in line["slots"]]
            for slot in range(low, high + 1)
        }
        found: dict[int, str] = {}
        for number in range(100_000):
            found.setdefault(slots[key_slot(f"k{number}".encode())], f"k{number}")
            if len(found) == self.shards:
                return found
        raise LookupError(f"keys of {len(found)} shards of {self.shards}")

    def wait_whole(self) -> None:
        began = time.monotonic()
        while not self.is_whole():
            if time.monotonic() > began + START:
                raise TimeoutError(f"{2 * self.shards} members are not a whole cluster within {START} s")
            time.sleep(0.5)

    def is_whole(self) -> bool:
        """A half of all members leads, the others' links are up, and nobody is taken for failed."""
        try:
            info = self.clients["shard-0-0"].execute_command("CLUSTER INFO")
            if (info["cluster_state"], int(info["cluster_known_nodes"])) != ("ok", 2 * self.shards):
                return False
            flags = [line["flags"].split(",") for line in self.lines("shard-0-0").values()]
            roles = [client.execute_command("ROLE") for client in self.clients.values()]
        except (RedisError, OSError):
            return False
        leading = [role for role in roles if role[0] == "master"]
        linked = [role for role in roles if role[0] == "slave" and role[3] == "connected"]
        failing = [one for one in flags if "fail" in one or "fail?" in one]
        return (len(leading), len(linked), len(failing)) == (self.shards, self.shards, 0)


def shard_of(member: str) -> int:
    return int(member.split("-")[1])


class Restarts:
    """What the kubelet does in the `with` block: containers that have ended are started again."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> Restarts:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def run(self) -> None:
        ended: dict[str, float] = {}
        while not self.over.wait(0.1):
            for name, member in self.members.members.items():
                if member.process is None or member.process.poll() is None:
                    continue
                if time.monotonic() - ended.setdefault(name, time.monotonic()) >= RESTARTED:
                    del ended[name]
                    self.members.start(member)


@contextmanager
def running(engine: Engine, size: int, node_timeout: int) -> Iterator[tuple[Fleet, ShardWriter]]:
    """`size` members, a half of them replicas. `node_timeout` in milliseconds."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder,
        cluster(
            engine,
            Path(folder),
            shards=size // 2,
            node_timeout=node_timeout,
            directives=DIRECTIVES,
            prefix="scale",
        ) as members,
        Restarts(members),
        members.networks.inside_hub(),
    ):
        fleet = Fleet(members)
        fleet.wait_whole()
        fleet.whole = time.monotonic()
        addresses = {
            shard: {name: members.members[name].address for name in (f"shard-{shard}-0", f"shard-{shard}-1")}
            for shard in range(fleet.shards)
        }
        with ShardWriter(fleet.keys(), addresses, CLIENT_PORT) as writer:
            time.sleep(SETTLE)
            yield fleet, writer
