"""Real Chromium looks at a page: what it has found in it, and pictures. Headless; each run is bounded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.model import Drawn
from dashboard.page import height, sections, written
from dashboard.queries import Source

PROGRAM = "chromium-headless-shell"
WIDTH = 1400
"""Pixels, of the window."""
TALL = 1000
"""The same; what is below the window is drawn too."""
BOUND = 60
"""Seconds of a run; some three are usual."""


@dataclass(frozen=True)
class Seen:
    """See look.js."""

    panels: dict[str, dict[str, Any]]
    errors: list[str]

    def flaws(self, wanted: set[str]) -> list[str]:
        """What is not as it should be, when these panels are wanted."""
        found = [f"error of a script: {error}" for error in self.errors]
        found += [f"{title}: is not on the page" for title in sorted(wanted - self.panels.keys())]
        for title, panel in self.panels.items():
            found += [f"{title}: {flaw}" for flaw in panel["flaws"]]
            if panel["drawn"] == 0:
                found.append(f"{title}: nothing is drawn")
        return found


def chromium(page: Path, tall: int, *options: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = [PROGRAM, "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
        # As root Chromium refuses to start with its sandbox; the page is our own.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        command += [f"--window-size={WIDTH},{tall}", *options, page.resolve().as_uri()]
        result = subprocess.run(command, capture_output=True, text=True, timeout=BOUND)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr}")
    return result.stdout


def look(page: Path) -> Seen:
    """Raises RuntimeError when Chromium fails, or the page has not been loaded to its end."""
    document = chromium(page, TALL, "--dump-dom")
    found = re.search(r'<script type="application/json" id="seen">(.*?)</script>', document, re.DOTALL)
    if not found:
        raise RuntimeError(f"{page} did not look at itself:\n{document[-2000:]}")
    return Seen(**json.loads(found[1]))


def pictures(everything: list[Drawn], source: Source, library: Path, folder: Path) -> None:
    """A PNG for each row of the dashboard, named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for title, some in sections(everything).items():
        file = folder.resolve() / (re.sub(r"\W+", "-", title.lower()).strip("-") + ".png")
        page = file.with_suffix(".html")
        page.write_text(written(some, source, library))
        chromium(page, height(some), f"--screenshot={file}")
        page.unlink()
