"""`helm install --wait` of a cluster, and how much of it is spent on what is not the members' own start."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from benchmarks import choice
from benchmarks.figure import Figure, say
from e2e.cluster import Cluster
from e2e.installation import Installation

INSTALL = "`helm install --wait` to all Ready"
RUNS = choice.number("BOWLINE_INSTALLS", 3)


def variants() -> dict[str, Mapping[str, Any]]:
    """Values, by what they leave out."""
    given = {"auth": {"password": secrets.token_hex(16), "replicationPassword": secrets.token_hex(16)}}
    without_volumes = {"persistence": {"enabled": False}}
    return {
        "": {},
        ", passwords given": given,
        ", without volumes": without_volumes,
        ", passwords given, without volumes": {**given, **without_volumes},
    }


def measure() -> list[Figure]:
    installations = [
        (f"cluster, {engine}: {INSTALL}{name}", Installation(Cluster, engine, "install", values))
        for engine in choice.engines()
        for name, values in variants().items()
    ]
    seconds: dict[str, list[float]] = {title: [] for title, _ in installations}
    for number in range(RUNS):
        for title, installation in installations:
            say(f"{title}, {number + 1} of {RUNS}")
            try:
                installation.install()
                seconds[title].append(installation.install_seconds)
            finally:
                installation.remove(wait=True)
    return [Figure(title, values, "s", "≤ 12 s") for title, values in seconds.items()]
