"""Running commands: always with a time limit, failures with all of their output."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(
    os.environ.get("BOWLINE_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").joinpath("bowline")
)
CHART = ROOT / "charts" / "bowline"


class CommandError(AssertionError):
    """A command of the test ended with another code than 0."""


def run(
    *command: str, timeout: float = 60, stdin: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout)
    if check and result.returncode != 0:
        raise CommandError(f"{' '.join(command)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def output(*command: str, timeout: float = 60, stdin: str | None = None) -> str:
    return run(*command, timeout=timeout, stdin=stdin).stdout
