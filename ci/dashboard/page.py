"""One page of HTML with the panels of the dashboard; it needs no network and no other file."""

from __future__ import annotations

import html
import json
import time
from pathlib import Path

from dashboard.model import Answers, Drawn, drawn
from dashboard.queries import Source, panels

HERE = Path(__file__).parent
ROW = 38
"""Pixels of the dashboard's unit of height, and of what is above the first panel, as page.css has them."""
HEAD = 60


def drawing(answers: Answers, times: list[int]) -> list[Drawn]:
    return [drawn(panel, answers, times) for panel in panels()]


def sections(everything: list[Drawn]) -> dict[str, list[Drawn]]:
    """By title of a row of the dashboard its panels, the row among them, moved to the top."""
    found: dict[str, list[Drawn]] = {}
    for panel in everything:
        if panel["kind"] == "row":
            current = found.setdefault(panel["title"], [])
        current.append(panel)
    return {title: moved(some) for title, some in found.items()}


def moved(some: list[Drawn]) -> list[Drawn]:
    top = min(panel["place"]["y"] for panel in some)
    return [{**panel, "place": {**panel["place"], "y": panel["place"]["y"] - top}} for panel in some]


def height(some: list[Drawn]) -> int:
    """Pixels of their page."""
    rows: int = max(panel["place"]["y"] + panel["place"]["h"] for panel in some)
    return HEAD + ROW * rows


def written(some: list[Drawn], source: Source, library: Path) -> str:
    """The page, with the library of that folder; it looks at itself when it is loaded (look.js)."""
    begin, end = (time.strftime("%H:%M:%S", time.gmtime(at)) for at in (source.began, source.ended))
    day = time.strftime("%Y-%m-%d", time.gmtime(source.ended))
    parts = {
        "style": (library / "uPlot.min.css").read_text() + (HERE / "page.css").read_text(),
        "title": html.escape(f"release {source.release} in namespace {source.namespace}"),
        "span": f"{day}, {begin} to {end} UTC, a point each {source.step} s",
        "look": (HERE / "look.js").read_text(),
        "library": (library / "uPlot.iife.min.js").read_text(),
        "page": json.dumps({"times": source.times(), "panels": some}).replace("<", "\\u003c"),
        "draw": (HERE / "page.js").read_text(),
    }
    text = (HERE / "page.html").read_text()
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part, 1)
    return text
