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
        spread = ""
        if self.values[1:]:
            spread = f" ({short(min(self.values))} to {short(max(self.values))}, {len(self.values)} values)"
        return f"| {self.what} | {short(self.median)} {self.unit}{spread} | {self.goal} |"


class GoalsMissed(AssertionError):
    """What must hold has not; the figures are kept all the same."""

    def __init__(self, problems: list[str], figures: list[Figure]) -> None:
        super().__init__("\n".join(problems))
        self.figures = figures


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)
