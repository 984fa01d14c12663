"""What a recorder is told."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

SLOTS = 16384


class Mode(StrEnum):
    """How the client finds the primary."""

    CLUSTER = "cluster"
    """The seeds are members of a cluster."""
    SENTINEL = "sentinel"
    """The seeds are sentinels, which are asked for the primary of `master_name`."""
    DIRECT = "direct"
    """The first seed is the primary's address: a Service that follows the role."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        host, _, port = text.rpartition(":")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    seeds: tuple[Address, ...]
    password: str | None = None
    username: str | None = None
    mode: Mode = Mode.CLUSTER
    master_name: str = "mymaster"
    sentinel_password: str | None = None
    """None: sentinels ask for no password."""
    ca_file: str | None = None
    """TLS with servers and sentinels: the chain of a certificate is verified by the CAs of this file, and its names by
    the address that was dialled. None: no TLS."""
    workers: int = 3
    interval: float = 0.01
    """Seconds between the begins of two round trips of a worker; 0: as fast as it can."""
    batch: int = 1
    """Keys written in one round trip."""
    register_every: int = 20
    """Round trips."""
    slots: range | None = None
    """Only keys of these; None: the worker's share."""
    repeats: bool = False
    """A write whose connection broke is repeated."""
    run: str = field(default_factory=lambda: f"r{random.getrandbits(32):08x}")

    def slot_range(self, worker: int) -> range:
        """The worker's share of the slots, as `redis-cli --cluster create` splits them; all without a cluster."""
        if self.slots is not None:
            return self.slots
        if self.mode != Mode.CLUSTER:
            return range(SLOTS)
        share = SLOTS / self.workers
        first = round(share * worker)
        last = SLOTS - 1 if worker == self.workers - 1 else round(share * (worker + 1)) - 1
        return range(first, last + 1)
