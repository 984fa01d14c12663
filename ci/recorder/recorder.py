"""The writing side: one thread per share of the slots, each with its own cluster client."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

from redis.cluster import RedisCluster
from redis.crc import key_slot

from recorder.recording import Recording, Worker
from recorder.settings import FAILURES, PAUSE_AFTER_ERROR, REBUILD_AFTER, Settings, connect


class NotServingError(AssertionError):
    """Writes were not acknowledged in all shares of the slots within the bound."""


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
        self.client: RedisCluster | None = None
        self.failing_since: float | None = None

    def sequence_numbers(self) -> Iterator[int]:
        prefix = f"{self.settings.run}:{self.notes.number}:"
        return (i for i in itertools.count(1) if key_slot(f"{prefix}{i}".encode()) in self.slots)

    def run(self) -> None:
        for count, sequence in enumerate(self.sequence_numbers()):
            if self.halt.is_set():
                break
            began = time.time()
            try:
                self.write(sequence, with_register=count % self.settings.register_every == 0)
            except FAILURES as error:
                self.failed(error)
                self.halt.wait(PAUSE_AFTER_ERROR)
                continue
            self.failing_since = None
            self.halt.wait(max(0.0, self.settings.interval - (time.time() - began)))
        if self.client is not None:
            self.client.close()

    def write(self, sequence: int, *, with_register: bool) -> None:
        if self.client is None:
            self.client = connect(self.settings)
        notes = self.notes
        self.client.set(f"{self.settings.run}:{notes.number}:{sequence}", sequence)
        notes.acks.append((time.time(), sequence))
        if with_register:
            notes.register_tried = sequence
            self.client.set(notes.register, sequence)
            notes.register_acked = sequence

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
        """Waits until every share of the slots has acknowledged a write after `since`; seconds from `since` to that."""
        deadline = time.time() + timeout
        while time.time() < deadline:
            acks = self.first_acks_after(since)
            if all(ack is not None for ack in acks):
                return max(ack for ack in acks if ack is not None) - since
            time.sleep(0.05)
        last = [thread.notes.errors[-1][1] if thread.notes.errors else "none" for thread in self.threads]
        raise NotServingError(f"not all shares of the slots were written within {timeout} s; last errors: {last}")
