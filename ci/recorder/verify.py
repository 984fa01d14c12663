"""The judging side: every acknowledged key is read back from the server that is its primary now."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from redis import Redis
from redis.crc import key_slot

from recorder.clients import FAILURES, Client, connect
from recorder.recording import Recording
from recorder.settings import Settings

BATCH = 500
READ_TIMEOUT = 10.0
RETRY_PAUSE = 0.5


@dataclass
class Verdict:
    acked: int
    checked: int
    lost: int
    """Acknowledged keys that the current primaries do not have (or have with another value)."""
    unreadable: int
    """Acknowledged keys that no primary could be asked for within the time allowed."""
    stale_registers: int
    """Keys written many times whose value is older than the last acknowledged one."""
    longest_gaps: list[float]
    errors: dict[str, int]
    lost_acked_between: tuple[float, float] | None = None
    lost_examples: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.lost == 0 and self.unreadable == 0 and self.stale_registers == 0


@dataclass(frozen=True)
class Expected:
    key: str
    acked_at: float
    values: frozenset[str]

    def holds(self, value: str | None) -> bool:
        return value in self.values


def expectations(recording: Recording) -> tuple[list[Expected], list[Expected]]:
    keys = [
        Expected(recording.key(worker.number, sequence), acked, frozenset({str(sequence)}))
        for worker in recording.workers
        for acked, sequence in worker.acks
    ]
    registers = [
        Expected(
            worker.register, worker.acks[-1][0], frozenset(map(str, [worker.register_acked, *worker.register_failed]))
        )
        for worker in recording.workers
        if worker.register_acked
    ]
    return keys, registers


def by_primary(client: Client, keys: list[str]) -> Iterator[tuple[Redis, list[str]]]:
    """Each primary that the client knows, with its keys."""
    if isinstance(client, Redis):
        yield client, keys
        return
    names: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        nodes = client.nodes_manager.slots_cache.get(key_slot(key.encode()))
        if nodes:
            names[nodes[0].name].append(key)
    for name, owned in names.items():
        yield client.get_redis_connection(client.get_node(node_name=name)), owned


def read_back(settings: Settings, keys: list[str], values: dict[str, str | None]) -> None:
    """One pass: puts into `values` what the primaries answer; a server that is no primary is not believed."""
    with contextlib.closing(connect(settings, reply_timeout=READ_TIMEOUT)) as client:
        for primary, owned in by_primary(client, keys):
            for begin in range(0, len(owned), BATCH):
                batch = owned[begin : begin + BATCH]
                pipeline = primary.pipeline(transaction=False)
                pipeline.role()
                for key in batch:
                    pipeline.get(key)
                role, *replies = pipeline.execute(raise_on_error=False)
                if isinstance(role, list) and role[0] == "master":
                    values.update({k: r for k, r in zip(batch, replies, strict=True) if not isinstance(r, Exception)})


def verify(recording: Recording, settings: Settings, timeout: float = 30.0) -> Verdict:
    keys, registers = expectations(recording)
    wanted = {expected.key: expected for expected in [*keys, *registers]}
    values: dict[str, str | None] = {}
    deadline = time.monotonic() + timeout
    while True:
        missing = [key for key in wanted if key not in values]
        with contextlib.suppress(*FAILURES):
            read_back(settings, missing, values)
        if len(values) == len(wanted) or time.monotonic() > deadline:
            break
        time.sleep(RETRY_PAUSE)
    lost = [expected for expected in keys if expected.key in values and not expected.holds(values[expected.key])]
    stale = [expected for expected in registers if expected.key in values and not expected.holds(values[expected.key])]
    times = [expected.acked_at for expected in lost]
    return Verdict(
        acked=recording.acked,
        checked=sum(expected.key in values for expected in keys),
        lost=len(lost),
        unreadable=len(wanted) - len(values),
        stale_registers=len(stale),
        longest_gaps=recording.longest_gaps(),
        errors=recording.error_counts(),
        lost_acked_between=(min(times), max(times)) if times else None,
        lost_examples=[expected.key for expected in lost[:5]],
    )
