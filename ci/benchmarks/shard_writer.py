"""Writes a key of each shard of a cluster, again and again, to each of the shard's members: who takes it, and when.

Not by a client library: what counts is when the members serve, not when a client has found out.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import TracebackType

FAST = 0.05
"""Seconds between two writes to a member of a shard that is watched, and thus how exact its times are."""
SLOW = 0.25
"""The same for other shards."""
PAUSE = 1.0
"""A longer time without a write that was taken is an interruption."""
TIMEOUT = 1.0
"""Of a connection attempt, and of a reply."""


@dataclass(frozen=True)
class Ack:
    """A write that was taken."""

    sent: float
    answered: float
    """Both by time.monotonic()."""
    member: str


class ShardWriter:
    """In the `with` block, from the network of the thread that begins it."""

    def __init__(self, keys: Mapping[int, str], members: Mapping[int, Mapping[str, str]], port: int) -> None:
        """By shard: a key of it; its members and their addresses."""
        self.keys = keys
        self.members = members
        self.port = port
        self.watched: Collection[int] = ()
        self.acks: dict[int, list[Ack]] = {}
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> ShardWriter:
        self.watch(())
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join()

    def run(self) -> None:
        try:
            self.loop.run_until_complete(self.write_all())
        finally:
            self.loop.close()

    async def write_all(self) -> None:
        writing = [
            asyncio.create_task(self.write_to(shard, member, address))
            for shard, members in self.members.items()
            for member, address in members.items()
        ]
        await self.ended.wait()
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)

    async def write_to(self, shard: int, member: str, address: str) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                await self.write_until_error(shard, member, address)
            await asyncio.sleep(self.pause(shard))

    async def write_until_error(self, shard: int, member: str, address: str) -> None:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection(address, self.port)
        try:
            while True:
                sent = time.monotonic()
                writer.write(f"SET {self.keys[shard]} {sent}\r\n".encode())
                async with asyncio.timeout(TIMEOUT):
                    reply = await reader.readline()
                if not reply:
                    return
                if reply == b"+OK\r\n":
                    self.acks[shard].append(Ack(sent, time.monotonic(), member))
                await asyncio.sleep(self.pause(shard))
        finally:
            writer.close()

    def pause(self, shard: int) -> float:
        return FAST if shard in self.watched else SLOW

    def watch(self, shards: Collection[int]) -> None:
        """Forgets what was taken before."""
        self.watched = shards
        self.acks = {shard: [] for shard in self.keys}

    def pauses(self, shard: int, since: float, until: float) -> list[tuple[float, float]]:
        """(begin, end) of the times between two writes that it took; the last one lasts until the end."""
        times = sorted(ack.answered for ack in self.acks[shard] if since < ack.answered < until)
        return list(itertools.pairwise([since, *times, until]))

    def serves_since(self, shard: int, since: float, until: float) -> float | None:
        """When its last pause of more than PAUSE ended; `since` when there was none, None when it did not end."""
        ends = [end for begin, end in self.pauses(shard, since, until) if end - begin > PAUSE]
        last = max(ends, default=since)
        return None if last == until else last

    def first(self, shard: int, since: float, without: str = "") -> float | None:
        """When it first took a write that was sent after `since`, by another member than `without`."""
        found = (ack.answered for ack in self.acks[shard] if ack.sent > since and ack.member != without)
        return min(found, default=None)
