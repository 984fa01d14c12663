"""Whose figures are measured: ours in both modes with both engines, or a peer's chart and ours beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks import choice
from benchmarks.peer import PeerInstallation, chosen
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.standalone import VALUES as STANDALONE
from e2e.standalone import Standalone
from recorder import Mode

MODES = [Mode(name) for name in choice.modes()]


@dataclass
class Subject:
    title: str
    mode: Mode
    installation: Installation[Any]
    is_ours: bool


def ours(mode: Mode, engine: str, purpose: str) -> Subject:
    """Who finds the primary directly is a client of a standalone server."""
    installation: Installation[Any]
    name = mode.value
    if mode is Mode.CLUSTER:
        installation = Installation(Cluster, engine, f"{purpose}-cluster", {})
    elif mode is Mode.SENTINEL:
        installation = Installation(SentinelSet, engine, f"{purpose}-sentinel", VALUES)
    else:
        name = "standalone"
        installation = Installation(Standalone, engine, f"{purpose}-standalone", STANDALONE)
    return Subject(f"{name}, {engine}", mode, installation, is_ours=True)


def subjects(purpose: str) -> list[Subject]:
    """In the order in which they are to be measured, by turns. `purpose` is part of the namespaces' names."""
    if peer := chosen():
        description, chart = peer
        installation = PeerInstallation(description, chart, f"{purpose}-peer")
        theirs = Subject(description.title, description.mode, installation, is_ours=False)
        return [ours(description.mode, description.engine, purpose), theirs]
    return [ours(mode, engine, purpose) for engine in choice.engines() for mode in MODES]
