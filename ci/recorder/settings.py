"""What a recorder is told, and the client that it writes with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

SLOTS = 16384
CONNECT_TIMEOUT = 0.5
REPLY_TIMEOUT = 1.0
PAUSE_AFTER_ERROR = 0.05
FAILURES = (RedisError, RedisClusterException, OSError, IndexError)
"""What a client raises while the cluster does not serve (IndexError: it was told of no slots at all)."""
REBUILD_AFTER = 2.0
"""A client that has failed for so long is made anew from the seeds: it may know only addresses that are no more."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        host, _, port = text.rpartition(":")
        return cls(host.strip("[]"), int(port))


@dataclass(frozen=True)
class Settings:
    seeds: tuple[Address, ...]
    password: str | None = None
    username: str | None = None
    workers: int = 3
    interval: float = 0.01
    register_every: int = 20
    run: str = field(default_factory=lambda: f"r{random.getrandbits(32):08x}")

    def slot_range(self, worker: int) -> range:
        """The worker's share of the slots, as `redis-cli --cluster create` splits them."""
        share = SLOTS / self.workers
        first = round(share * worker)
        last = SLOTS - 1 if worker == self.workers - 1 else round(share * (worker + 1)) - 1
        return range(first, last + 1)


def connect(settings: Settings, reply_timeout: float = REPLY_TIMEOUT) -> RedisCluster:
    """One attempt per command: redis-py follows MOVED and ASK and refreshes its map, but repeats nothing by itself."""
    return RedisCluster(
        startup_nodes=[ClusterNode(seed.host, seed.port) for seed in settings.seeds],
        username=settings.username,
        password=settings.password,
        retry=Retry(NoBackoff(), 0),
        require_full_coverage=False,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=reply_timeout,
        decode_responses=True,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
