"""What the workers have seen: acknowledgements, errors, and the gaps between acknowledgements."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Worker:
    """One worker's notes. Times are seconds since the epoch."""

    number: int
    first_slot: int
    last_slot: int
    register: str
    acks: list[tuple[float, int]] = field(default_factory=list)
    """(time, sequence number): the key is `run:number:sequence`, the value the sequence number."""
    register_acked: int = 0
    """The last value that was acknowledged; 0: none."""
    register_failed: list[int] = field(default_factory=list)
    """Values whose write has failed: each may have happened all the same, even later."""
    errors: list[tuple[float, str]] = field(default_factory=list)

    def gaps(self, started: float, ended: float) -> list[tuple[float, float]]:
        """(begin, length) of every pause in acknowledgements, the one before the stop included, longest first."""
        times = [started, *(time for time, _ in self.acks), ended]
        pauses = [(a, b - a) for a, b in itertools.pairwise(times)]
        return sorted(pauses, key=lambda pause: -pause[1])


@dataclass
class Recording:
    run: str
    started: float
    ended: float
    workers: list[Worker]

    def key(self, worker: int, sequence: int) -> str:
        return f"{self.run}:{worker}:{sequence}"

    @property
    def acked(self) -> int:
        return sum(len(worker.acks) for worker in self.workers)

    def longest_gaps(self) -> list[float]:
        return [round(worker.gaps(self.started, self.ended)[0][1], 3) for worker in self.workers]

    def served_again(self, moment: float, pause: float = 0.5) -> float:
        """Seconds from `moment` to the end of the last pause of any worker that was longer than `pause`."""
        ends = [
            begin + length
            for worker in self.workers
            for begin, length in worker.gaps(self.started, self.ended)
            if length > pause and begin + length > moment
        ]
        return max(ends, default=moment) - moment

    def error_counts(self) -> dict[str, int]:
        return dict(Counter(text for worker in self.workers for _, text in worker.errors).most_common())

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Recording:
        data = json.loads(path.read_text())
        for worker in data["workers"]:
            for pairs in ("acks", "errors"):
                worker[pairs] = [tuple(pair) for pair in worker[pairs]]
        return cls(**{**data, "workers": [Worker(**worker) for worker in data["workers"]]})
