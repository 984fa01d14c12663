"""What tests of recorders share: settings for servers on loopback, and a count of lost keys of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from integration.engines import Engine
from integration.loopback import PORT, Server, wait_until
from integration.sentinels import MASTER_NAME, PASSWORD, SENTINEL_PASSWORD, SENTINEL_PORT, LoopbackSentinels
from recorder import Address, Mode, Recording, Settings


def sentinel_settings(sentinels: LoopbackSentinels, *, workers: int = 2) -> Settings:
    return Settings(
        seeds=tuple(Address(one.address, SENTINEL_PORT) for one in sentinels.sentinels),
        password=PASSWORD,
        mode=Mode.SENTINEL,
        master_name=MASTER_NAME,
        sentinel_password=SENTINEL_PASSWORD,
        workers=workers,
    )


def direct_settings(server: Server, *, interval: float = 0.01, batch: int = 1) -> Settings:
    return Settings(
        seeds=(Address(server.address, PORT),), password=PASSWORD, mode=Mode.DIRECT, interval=interval, batch=batch
    )


@contextmanager
def durable(engine: Engine, folder: Path) -> Iterator[Server]:
    """A single server that loses nothing when it is killed."""
    options = {"requirepass": PASSWORD, "appendonly": "yes", "appendfsync": "always"}
    server = Server(engine, "alone", "127.73.1.1", folder, options, password=PASSWORD)
    server.start()
    try:
        wait_until("it answers", server.answers, 10)
        yield server
    finally:
        server.kill()


def missing(recording: Recording, servers: Iterable[Server]) -> int:
    """Acknowledged keys that none of the servers has: counted in another way than verify() does."""
    there = {key for server in servers for key in server.client.scan_iter(f"{recording.run}:*", count=1000)}
    acked = {recording.key(worker.number, sequence) for worker in recording.workers for _, sequence in worker.acks}
    return len(acked - there)
