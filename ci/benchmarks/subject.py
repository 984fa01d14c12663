"""Whose figures are measured: ours in both modes with both engines, or a peer's chart and ours beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks import choice
from benchmarks.peer import PeerInstallation, chosen
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.sentinel_set import VALUES, SentinelSet
from recorder import Mode

MODES = [Mode(name) for name in choice.modes()]


@dataclass
class Subject:
    title: str
    mode: Mode
    installation: Installation[Any]
    is_ours: bool


def ours(mode: Mode, engine: str, purpose: str) -> Subject:
    installation: Installation[Any]
    if mode is Mode.CLUSTER:
        installation = Installation(Cluster, engine, f"{purpose}-cluster", {})
    else:
        installation = Installation(SentinelSet, engine, f"{purpose}-sentinel", VALUES)
    return Subject(f"{mode.value}, {engine}", mode, installation, is_ours=True)


def subjects(purpose: str) -> list[Subject]:
    """In the order in which they are to be measured, by turns. `purpose` is part of the namespaces' names."""
    if peer := chosen():
        description, chart = peer
        installation = PeerInstallation(description, chart, f"{purpose}-peer")
        mode = Mode.CLUSTER if description.mode is Mode.CLUSTER else Mode.SENTINEL
        theirs = Subject(description.title, description.mode, installation, is_ours=False)
        return [ours(mode, description.engine, purpose), theirs]
    return [ours(mode, engine, purpose) for engine in choice.engines() for mode in MODES]
