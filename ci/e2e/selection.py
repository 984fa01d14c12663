"""Which of the collected tests run: with which engines, and which of several shares. run.sh loads it as a plugin.

A test with the parameter `engine` runs with every engine that it names, or with one of them by turns: the commit's hash
decides, so that the commits together run all. Tests that share an installation get the same engine.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from e2e.shell import ROOT

INSTALLATIONS = ("sentinels", "durable", "in_memory")
"""Fixtures of installations; neighbours here get different engines. `sentinels` needs `durable` only to remove it."""

CHOSEN = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("selection")
    group.addoption(
        "--engines",
        choices=("all", "turn", "others"),
        default="all",
        help="each test with all engines, with the one whose turn it is by the commit's hash, or with the others",
    )
    group.addoption("--share", type=share, default=(1, 1), metavar="N/M", help="the N-th of M shares of the tests")


def share(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    if not 1 <= int(number) <= int(count):
        raise ValueError(text)
    return int(number), int(count)


def commit() -> str:
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()


def parameters(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


def label(engine: Any) -> str:
    return str(getattr(engine, "label", engine))


def group(item: pytest.Function) -> str:
    """What shares an engine."""
    return next((name for name in INSTALLATIONS if name in item.fixturenames), item.originalname)


def turns(items: list[pytest.Item], commit: str) -> dict[str, str]:
    """The engine of each group."""
    engines: dict[str, list[str]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and "engine" in parameters(item):
            known, engine = engines.setdefault(group(item), []), label(parameters(item)["engine"])
            if engine not in known:
                known.append(engine)
    first = int(commit[:8], 16)
    order = sorted(engines, key=lambda name: INSTALLATIONS.index(name) if name in INSTALLATIONS else len(INSTALLATIONS))
    return {name: engines[name][(first + turn) % len(engines[name])] for turn, name in enumerate(order)}


def keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    left = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """First of all, so that -k and -m do not change whose turn it is."""
    wanted: str = config.getoption("engines")
    if wanted == "all":
        return
    chosen = config.stash[CHOSEN] = turns(items, commit())

    def runs(item: pytest.Item) -> bool:
        if not isinstance(item, pytest.Function) or "engine" not in parameters(item):
            return wanted == "turn"
        has_turn: bool = label(parameters(item)["engine"]) == chosen[group(item)]
        return has_turn == (wanted == "turn")

    keep(config, items, [item for item in items if runs(item)])


class Share:
    """A slice of the tests in the order in which they run, so that each share needs few installations."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        number, count = config.getoption("share")
        if count == 1:
            return
        weights = [weight(item) for item in items]
        kept, before = [], 0.0
        for item, one in zip(items, weights, strict=True):
            middle = before + one / 2
            before += one
            if int(middle * count / sum(weights)) == number - 1:
                kept.append(item)
        keep(config, items, kept)


def weight(item: pytest.Item) -> float:
    """A test that may take longer than others does."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 300.0


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Share(), "share")


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    if not (chosen := config.stash.get(CHOSEN, {})):
        return []
    wanted = config.getoption("engines")
    return [
        "engines whose turn it is at this commit: " + ", ".join(f"{name}: {engine}" for name, engine in chosen.items()),
        f"this is --engines={wanted}; the rest is --engines={'others' if wanted == 'turn' else 'turn'}",
    ]
