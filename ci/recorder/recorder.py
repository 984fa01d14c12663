"""The writing side: one thread per worker, each with its own client and, in a cluster, its share of the slots."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

from redis.crc import key_slot

from recorder.clients import FAILURES, Client, connect, repetition
from recorder.recording import Recording, Worker
from recorder.settings import Settings

PAUSE_AFTER_ERROR = 0.05
REBUILD_AFTER = 2.0
"""A client that has failed for so long is made anew from the seeds: it may know only addresses that are no more."""


class NotServingError(AssertionError):
    """Not every worker was acknowledged a write within the bound."""


def describe(error: Exception) -> str:
    """The error's type and, for a server's reply, its first word."""
    name = type(error).__name__
    words = str(error).split()
    return f"{name} {words[0]}" if words and words[0].isupper() else name


class WriterThread(threading.Thread):
    def __init__(self, settings: Settings, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True, name=f"recorder-{number}")
        self.settings = settings
        self.halt = stop
        self.slots = settings.slot_range(number)
        names = (f"{settings.run}:{number}:register:{i}" for i in itertools.count())
        register = next(name for name in names if key_slot(name.encode()) in self.slots)
        self.notes = Worker(number, self.slots.start, self.slots.stop - 1, register)
        self.client: Client | None = None
        self.again = repetition(settings)
        self.failing_since: float | None = None

    def sequence_numbers(self) -> Iterator[int]:
        prefix = f"{self.settings.run}:{self.notes.number}:"
        return (i for i in itertools.count(1) if key_slot(f"{prefix}{i}".encode()) in self.slots)

    def run(self) -> None:
        sequences = self.sequence_numbers()
        for count in itertools.count():
            if self.halt.is_set():
                break
            began = time.time()
            try:
                self.write(list(itertools.islice(sequences, self.settings.batch)))
                if count % self.settings.register_every == 0:
                    self.write_register()
            except FAILURES as error:
                self.failed(error)
                self.halt.wait(PAUSE_AFTER_ERROR)
                continue
            self.failing_since = None
            pause = self.settings.interval - (time.time() - began)
            if pause > 0:
                self.halt.wait(pause)
        if self.client is not None:
            self.client.close()

    def write(self, sequences: list[int]) -> None:
        """Notes what is acknowledged, then raises the first error among the replies."""
        if self.client is None:
            self.client = connect(self.settings)
        replies = self.set_all(self.client, sequences)
        now = time.time()
        self.notes.acks += [(now, n) for n, reply in zip(sequences, replies, strict=True) if reply is True]
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply

    def set_one(self, client: Client, key: str, value: int) -> Any:
        again = self.again
        # docs: redis-py repeated
        return again.call_with_retry(lambda: client.set(key, value), lambda error: None)
        # docs: end

    def set_all(self, client: Client, sequences: list[int]) -> list[Any]:
        prefix = f"{self.settings.run}:{self.notes.number}"
        if len(sequences) == 1:
            return [self.set_one(client, f"{prefix}:{sequences[0]}", sequences[0])]
        pipeline = client.pipeline(transaction=False)
        for sequence in sequences:
            pipeline.set(f"{prefix}:{sequence}", sequence)
        replies: list[Any] = pipeline.execute(raise_on_error=False)
        return replies

    def write_register(self) -> None:
        assert self.client is not None
        notes = self.notes
        value = notes.acks[-1][1]
        try:
            self.set_one(self.client, notes.register, value)
        except FAILURES:
            notes.register_failed.append(value)
            raise
        notes.register_acked = value

    def failed(self, error: Exception) -> None:
        now = time.time()
        self.notes.errors.append((now, describe(error)))
        self.failing_since = self.failing_since or now
        if self.client is not None and now - self.failing_since > REBUILD_AFTER:
            self.client.close()
            self.client = None
            self.failing_since = now


class Recorder:
    """Writes from start() to stop(); may be asked in between whether writes are served."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.halt = threading.Event()
        self.threads = [WriterThread(settings, number, self.halt) for number in range(settings.workers)]
        self.started = 0.0

    def start(self) -> Recorder:
        self.started = time.time()
        for thread in self.threads:
            thread.start()
        return self

    def stop(self) -> Recording:
        self.halt.set()
        ended = time.time()
        for thread in self.threads:
            thread.join()
        return Recording(self.settings.run, self.started, ended, [thread.notes for thread in self.threads])

    def last_acks(self) -> list[float]:
        """Per worker: when its last write was acknowledged (0: never)."""
        return [thread.notes.acks[-1][0] if thread.notes.acks else 0.0 for thread in self.threads]

    def first_acks_after(self, moment: float) -> list[float | None]:
        """Per worker: when it was first acknowledged a write after `moment`."""
        result: list[float | None] = []
        for thread in self.threads:
            later = None
            for acked, _ in reversed(thread.notes.acks):
                if acked <= moment:
                    break
                later = acked
            result.append(later)
        return result

    def wait_serving(self, since: float, timeout: float) -> float:
        """Waits until every worker was acknowledged a write after `since`; seconds from `since` to that."""
        deadline = time.time() + timeout
        while time.time() < deadline:
            acks = self.first_acks_after(since)
            if all(ack is not None for ack in acks):
                return max(ack for ack in acks if ack is not None) - since
            time.sleep(0.05)
        last = [thread.notes.errors[-1][1] if thread.notes.errors else "none" for thread in self.threads]
        raise NotServingError(f"not all workers could write within {timeout} s; last errors: {last}")
