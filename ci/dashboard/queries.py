"""What a Prometheus answers to the queries of a dashboard for Grafana."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

DASHBOARD = Path(__file__).resolve().parents[2] / "charts" / "bowline" / "files" / "dashboard.json"
POINTS = 300
"""Of a series, as many as a panel of a third of the page's width can show."""

Series = dict[str, Any]
"""Of Prometheus' HTTP API: `metric` with the labels; `values`, or of an instant `value`, as [seconds, text]."""


@dataclass(frozen=True)
class Query:
    panel: str
    """Its title."""
    legend: str
    """As the dashboard has it; the expression where it has none."""
    expression: str
    instant: bool


def panels() -> list[dict[str, Any]]:
    """As Grafana's JSON model has them; rows too."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def ask(address: str, what: str, **query: Any) -> Any:
    """Of Prometheus' HTTP API at HOST:PORT; a refused query is an error."""
    with urlopen(f"http://{address}/api/v1/{what}?{urlencode(query)}", timeout=20) as answer:
        return json.loads(answer.read())["data"]


@dataclass(frozen=True)
class Source:
    """A release in a Prometheus, and a span of time."""

    prometheus: str
    """HOST:PORT"""
    namespace: str
    release: str
    began: int
    """Seconds of the epoch, as `ended`."""
    ended: int
    rate_interval: int
    """Seconds of $__rate_interval: four scrapes, as Grafana counts it."""

    @property
    def step(self) -> int:
        return max(1, round((self.ended - self.began) / POINTS))

    def filled(self, expression: str) -> str:
        """With what Grafana puts in."""
        words = {
            "$namespace": self.namespace,
            "$release": self.release,
            "$__rate_interval": f"{max(self.rate_interval, self.step)}s",
            "$__range": f"{round(self.ended - self.began)}s",
        }
        for word, value in words.items():
            expression = expression.replace(word, value)
        return expression

    def times(self) -> list[int]:
        return list(range(self.began, self.ended + 1, self.step))

    def series(self, query: Query) -> list[Series]:
        expression = self.filled(query.expression)
        if query.instant:
            told = ask(self.prometheus, "query", query=expression, time=self.ended)
        else:
            span = {"start": self.began, "end": self.ended, "step": self.step}
            told = ask(self.prometheus, "query_range", query=expression, **span)
        found: list[Series] = told["result"]
        return found

    def answers(self) -> dict[Query, list[Series]]:
        return {query: self.series(query) for panel in panels() for query in queries(panel)}


def queries(panel: dict[str, Any]) -> Iterator[Query]:
    for target in panel.get("targets", []):
        legend = target.get("legendFormat") or target["expr"]
        yield Query(panel["title"], legend, target["expr"], target.get("instant", False))
