"""The dashboard of a release on one page, looked at by Chromium; and spoiled pages, whose flaws are seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboard.chromium import Seen, look
from dashboard.model import Drawn
from dashboard.page import written
from dashboard.queries import Source
from e2e.shell import CACHE

LIBRARY = CACHE / "dashboard" / "node_modules" / "uplot" / "dist"
"""Made by ci/dashboard/build.sh."""


def each(panel: Drawn, **change: str) -> Drawn:
    """Of its series, or rows."""
    kind = "series" if "series" in panel else "rows"
    return panel | {kind: [one | change for one in panel[kind]]}


SPOILED: dict[str, tuple[str, Callable[[Drawn], Drawn]]] = {
    "Memory: nothing is drawn": ("Memory", lambda panel: panel | {"series": []}),
    "Roles: nothing is drawn": ("Roles", lambda panel: panel | {"rows": []}),
    "Primaries: nothing is drawn": ("Primaries", lambda panel: panel | {"cells": []}),
    "Members: nothing is drawn": ("Members", lambda panel: panel | {"cells": []}),
    "Keys: says '{{pod}}'": ("Keys", lambda panel: each(panel, name="{{pod}}")),
    "Majority: says 'NaN'": ("Majority", lambda panel: panel | {"cells": [{"text": "NaN", "color": ""}]}),
    "xx' is not within the panel": ("Commands", lambda panel: each(panel, name="x" * 100)),
    "' are one upon the other": ("Roles", lambda panel: each(panel, name="x" * 80)),
    "Clients: its legend leaves": ("Clients", lambda panel: panel | {"series": 4 * panel["series"]}),
    "error of a script: Uncaught Error: unit parsecs": ("Hits", lambda panel: each(panel, unit="parsecs")),
    "Tilt: is not on the page": ("Hits", lambda panel: panel | {"kind": "pie"}),
}
"""By what is said of it: a panel, and what it has become."""


def spoiled(everything: list[Drawn], flaw: str) -> list[Drawn]:
    title, change = SPOILED[flaw]
    return [change(panel) if panel["title"] == title and panel["kind"] != "row" else panel for panel in everything]


def flaws(everything: list[Drawn], source: Source, page: Path) -> tuple[list[str], Seen]:
    """The page is written to that file; what is wrong with it, and what was seen."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(written(everything, source, LIBRARY))
    seen = look(page)
    return seen.flaws({panel["title"] for panel in everything if panel["kind"] != "row"}), seen
