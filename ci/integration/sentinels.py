"""One primary, its replicas and three sentinels on 127.x.y.z addresses, all of them with passwords."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from redis.exceptions import RedisError

from integration.engines import Engine
from integration.loopback import PORT, Server, wait_until

SENTINEL_PORT = 26379
MASTER_NAME = "cache"  # not the clients' default, so that the setting is proven to arrive
PASSWORD = "of-the-servers"
SENTINEL_PASSWORD = "of-the-sentinels"
DOWN_AFTER = 1.0


class Sentinel(Server):
    ARGUMENTS = ("--sentinel",)

    def ask(self, question: str) -> Any:
        return self.client.execute_command(f"SENTINEL {question}", MASTER_NAME)

    def sees_all(self, servers: int, sentinels: int) -> bool:
        """Everybody is known, and each replica could be promoted."""
        try:
            primary, replicas = self.ask("MASTER"), self.ask("REPLICAS")
        except (RedisError, OSError):
            return False
        good = [one for one in replicas if one["flags"] == "slave" and one["master-link-status"] == "ok"]
        return len(good) == servers - 1 and primary["num-other-sentinels"] == sentinels - 1


def known(replicas: list[str], sentinels: Mapping[str, str]) -> dict[str, str]:
    """Without these lines a sentinel needs up to 10 s to learn them."""
    return {
        **{f"sentinel known-replica {MASTER_NAME} {address}": str(PORT) for address in replicas},
        **{f"sentinel known-sentinel {MASTER_NAME} {a}": f"{SENTINEL_PORT} {name}" for a, name in sentinels.items()},
    }


class LoopbackSentinels:
    """Servers server-<n> at 127.<net>.1.<n + 1>, sentinels sentinel-<n> at 127.<net>.2.<n + 1>."""

    def __init__(self, engine: Engine, folder: Path, *, net: str, servers: int = 3, sentinels: int = 3) -> None:
        addresses = [f"127.{net}.1.{i + 1}" for i in range(servers)]
        ids = {f"127.{net}.2.{i + 1}": hashlib.sha1(f"{net}/{i}".encode()).hexdigest() for i in range(sentinels)}
        self.servers = [
            Server(
                engine,
                f"server-{i}",
                address,
                folder / f"server-{i}",
                {
                    "save": '""',
                    "requirepass": PASSWORD,
                    "masterauth": PASSWORD,
                    "repl-diskless-sync-delay": "0",
                    **({"replicaof": f"{addresses[0]} {PORT}"} if i else {}),
                },
                password=PASSWORD,
            )
            for i, address in enumerate(addresses)
        ]
        self.sentinels = [
            Sentinel(
                engine,
                f"sentinel-{i}",
                address,
                folder / f"sentinel-{i}",
                {
                    "requirepass": SENTINEL_PASSWORD,
                    "sentinel sentinel-pass": SENTINEL_PASSWORD,
                    "sentinel announce-ip": address,
                    "sentinel myid": ids[address],
                    "sentinel monitor": f"{MASTER_NAME} {addresses[0]} {PORT} {sentinels // 2 + 1}",
                    "sentinel auth-pass": f"{MASTER_NAME} {PASSWORD}",
                    "sentinel down-after-milliseconds": f"{MASTER_NAME} {round(DOWN_AFTER * 1000)}",
                    "sentinel failover-timeout": f"{MASTER_NAME} 3000",  # twice as long to the next election
                    **known(addresses[1:], {other: name for other, name in ids.items() if other != address}),
                },
                port=SENTINEL_PORT,
                password=SENTINEL_PASSWORD,
            )
            for i, address in enumerate(ids)
        ]

    def __enter__(self) -> LoopbackSentinels:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in [*self.sentinels, *self.servers]:
            process.kill()

    def start(self) -> None:
        """Returns when every sentinel could do a failover."""
        for process in [*self.servers, *self.sentinels]:
            process.start()
        wait_until(
            "the sentinels know everybody",
            lambda: all(one.sees_all(len(self.servers), len(self.sentinels)) for one in self.sentinels),
            30,
        )

    def primary(self) -> Server:
        """As all the sentinels name it; raises LookupError while they differ."""
        named = {one.ask("GET-MASTER-ADDR-BY-NAME")[0] for one in self.sentinels}
        if len(named) != 1:
            raise LookupError(f"the sentinels name {named}")
        return next(server for server in self.servers if server.address in named)

    def wait_promoted(self, old: Server) -> Server:
        """Until all sentinels name one other server, which leads."""

        def promoted() -> bool:
            with contextlib.suppress(LookupError, RedisError, OSError):
                return self.primary() is not old and leads(self.primary())
            return False

        wait_until("the sentinels name another primary", promoted, 20)
        return self.primary()

    def replicas(self) -> list[Server]:
        primary = self.primary()
        return [server for server in self.servers if server is not primary]

    def hand_over(self) -> Server:
        """A planned failover that loses nothing: writes wait until the replicas have all. Gives the new primary."""
        old, replicas = self.primary(), self.replicas()
        old.client.execute_command("CLIENT PAUSE", 5000, "WRITE")
        offset = int(old.info("replication")["master_repl_offset"])
        wait_until(
            "the replicas have it all",
            lambda: all(int(one.info("replication")["slave_repl_offset"]) >= offset for one in replicas),
            2,
        )
        self.sentinels[0].ask("FAILOVER")
        leaders: list[Server] = []

        def promoted() -> bool:
            leaders.extend(one for one in replicas if leads(one))
            return bool(leaders)

        wait_until("a replica leads", promoted, 3)
        old.client.execute_command("REPLICAOF", leaders[0].address, PORT)
        old.client.execute_command("CLIENT KILL", "TYPE", "normal", "SKIPME", "yes")
        old.client.execute_command("CLIENT UNPAUSE")
        return leaders[0]


def leads(server: Server) -> bool:
    """False also while it does not answer: a server that is promoted drops its connections."""
    with contextlib.suppress(RedisError, OSError):
        return server.info("replication")["role"] == "master"
    return False
