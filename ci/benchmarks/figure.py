"""One measured figure, and how it is printed."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass


@dataclass
class Figure:
    what: str
    values: list[float]
    unit: str
    goal: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def row(self) -> str:
        spread = (
            f" ({min(self.values):.3g} to {max(self.values):.3g}, {len(self.values)} runs)" if self.values[1:] else ""
        )
        return f"| {self.what} | {self.median:.3g} {self.unit}{spread} | {self.goal} |"


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)
