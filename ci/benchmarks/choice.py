"""What a run is told by the environment: see ci/bench."""

from __future__ import annotations

import os


def number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


def engines() -> list[str]:
    return (os.environ.get("BOWLINE_ENGINES") or "redis valkey").split()


def modes() -> list[str]:
    return (os.environ.get("BOWLINE_MODES") or "cluster sentinel").split()
