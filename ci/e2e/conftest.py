"""One installation per engine for most scenarios; the cluster's state beside each failure; the figures at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from e2e.cluster import Cluster
from e2e.diagnosis import diagnosis, save
from e2e.installation import Installation
from e2e.scenario import Scenario
from e2e.shell import CACHE

ORDER = [
    "test_install",
    "test_pods",
    "test_volumes",
    "test_nodes",
    "test_helm",
    "test_outages",
    "test_bad_input",
    "test_memory",
    "test_long",
]
FIGURES: dict[str, dict[str, Any]] = {}


@pytest.fixture(scope="session", params=["redis", "valkey"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def durable(engine: str) -> Iterator[Installation]:
    """With volumes; removed when the engine's last test is over."""
    installation = Installation(engine, "durable", {"persistence": {"size": "64Mi"}})
    yield installation
    installation.remove()


@pytest.fixture
def cluster(durable: Installation) -> Cluster:
    return durable.healthy()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a test wants to tell beside passed and failed."""
    return FIGURES.setdefault(request.node.name, {})


@pytest.fixture
def scenario(cluster: Cluster, figures: dict[str, Any]) -> Callable[..., Scenario]:
    def make(title: str, **options: Any) -> Scenario:
        made = Scenario(cluster, title, **options)
        figures[title] = made.figures
        return made

    return make


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.index(item.path.stem))


def cluster_of(item: pytest.Item) -> Cluster | None:
    """Also the one whose installation has just failed."""
    for fixture in item.funcargs.values() if isinstance(item, pytest.Function) else []:
        if isinstance(fixture, Cluster):
            return fixture
        if isinstance(fixture, Installation) and fixture.cluster is not None:
            return fixture.cluster
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    wanted = report.failed or (report.when == "call" and "BOWLINE_E2E_SAVE" in os.environ)
    if report.when != "teardown" and wanted and (cluster := cluster_of(item)):
        short, complete = diagnosis(cluster)
        path = save(item.name, complete)
        report.sections.append(("cluster", f"{short}\n(complete: {path})"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not FIGURES:
        return
    terminalreporter.section("figures")
    for test, titles in FIGURES.items():
        for title, values in titles.items():
            terminalreporter.write_line(f"{test}: {title}: {json.dumps(values)}")
    path = CACHE / "e2e" / "figures.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(FIGURES, indent=2))
