"""The client that a worker writes with, for each mode: short time-outs, no repeats of its own."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry
from redis.sentinel import Sentinel

from recorder.settings import Mode, Settings

REPLY_TIMEOUT = 1.0
FAILURES = (RedisError, RedisClusterException, OSError, IndexError)
"""What a client raises while there is no primary (IndexError: a cluster client was told of no slots at all)."""

Client = Redis | RedisCluster


def connect(settings: Settings, reply_timeout: float = REPLY_TIMEOUT) -> Client:
    """A new client. In cluster mode it talks to the seeds at once: raises one of FAILURES when none of them answers."""
    # docs: redis-py options
    network: dict[str, Any] = {
        "socket_connect_timeout": 0.5,
        "socket_timeout": reply_timeout,  # 1 s
        "retry": Retry(NoBackoff(), 0),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),  # unknown to these engines
    }
    options = {**network, "password": settings.password, "decode_responses": True}
    # docs: end
    options["username"] = settings.username
    if settings.ca_file is not None:
        # docs: redis-py tls
        tls: dict[str, Any] = {
            "ssl": True,
            "ssl_ca_certs": settings.ca_file,  # "ca.crt"
            "ssl_check_hostname": True,
        }
        network |= tls
        options |= tls
        # docs: end
    client: Client
    match settings.mode:
        case Mode.CLUSTER:
            # docs: redis-py cluster
            nodes = [ClusterNode(seed.host, seed.port) for seed in settings.seeds]  # [ClusterNode("bowline", 6379)]
            client = RedisCluster(startup_nodes=nodes, require_full_coverage=False, **options)
            # docs: end
        case Mode.SENTINEL:
            # docs: redis-py sentinel
            sentinels = Sentinel(
                [(seed.host, seed.port) for seed in settings.seeds],  # [("bowline-sentinel", 26379)]
                sentinel_kwargs={**network, "password": settings.sentinel_password},
            )
            client = sentinels.master_for(settings.master_name, **options)  # "mymaster"
            # docs: end
        case Mode.DIRECT:
            # docs: redis-py direct
            client = Redis(host=settings.seeds[0].host, port=settings.seeds[0].port, **options)  # "bowline-primary"
            # docs: end
    return client


def repetition(settings: Settings) -> Retry:
    """For the calls of a client: in the library's connections it would go to the same address again."""
    # docs: redis-py repeats
    again = Retry(ExponentialWithJitterBackoff(base=0.02, cap=1), 5)
    # docs: end
    return again if settings.repeats else Retry(NoBackoff(), 0)
