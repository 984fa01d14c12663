"""The client that a worker writes with, for each mode: one attempt per command, short time-outs."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry
from redis.sentinel import Sentinel

from recorder.settings import Mode, Settings

CONNECT_TIMEOUT = 0.5
REPLY_TIMEOUT = 1.0
FAILURES = (RedisError, RedisClusterException, OSError, IndexError)
"""What a client raises while there is no primary (IndexError: a cluster client was told of no slots at all)."""

Client = Redis | RedisCluster


def connect(settings: Settings, reply_timeout: float = REPLY_TIMEOUT) -> Client:
    """A new client. In cluster mode it talks to the seeds at once: raises one of FAILURES when none of them answers."""
    transport: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": reply_timeout,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    options = {**transport, "username": settings.username, "password": settings.password, "decode_responses": True}
    match settings.mode:
        case Mode.CLUSTER:
            nodes = [ClusterNode(seed.host, seed.port) for seed in settings.seeds]
            return RedisCluster(startup_nodes=nodes, require_full_coverage=False, **options)
        case Mode.SENTINEL:
            sentinels = Sentinel(
                [(seed.host, seed.port) for seed in settings.seeds],
                sentinel_kwargs={**transport, "password": settings.sentinel_password},
            )
            primary: Redis = sentinels.master_for(settings.master_name, **options)
            return primary
        case Mode.DIRECT:
            return Redis(host=settings.seeds[0].host, port=settings.seeds[0].port, **options)
