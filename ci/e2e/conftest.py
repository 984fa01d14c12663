"""One installation per engine and mode for most scenarios; its state beside each failure; the figures at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from e2e.cluster import Cluster
from e2e.diagnosis import diagnosis, save
from e2e.installation import Installation
from e2e.members import Members
from e2e.scenario import MakeScenario, Scenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.shell import CACHE

ORDER = [
    "test_install",
    "test_pods",
    "test_volumes",
    "test_nodes",
    "test_helm",
    "test_passwords",
    "test_trial",
    "test_outages",
    "test_fence",
    "test_bad_input",
    "test_memory",
    "test_long",
    "test_sentinel_install",
    "test_kubectl_plugin",
    "test_sentinel_pods",
    "test_sentinel_handover",
    "test_sentinel_volumes",
    "test_sentinel_datasets",
    "test_sentinel_bad_input",
    "test_sentinel_nodes",
    "test_sentinel_channel",
    "test_sentinel_fence",
    "test_sentinel_resize",
    "test_sentinel_settings",
    "test_sentinel_passwords",
    "test_sentinel_users",
    "test_sentinel_memory_limit",
    "test_sentinel_releases",
    "test_sentinel_memory",
    "test_sentinel_evictions",
    "test_alerts",
    "test_platforms",
    "test_tls",
    "test_standalone",
    "test_network_policy",
    "test_landed",
]
FIGURES: dict[str, dict[str, Any]] = {}


@pytest.fixture(scope="session", params=["redis", "valkey"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def durable(engine: str) -> Iterator[Installation[Cluster]]:
    """With volumes; removed when the engine's last test is over."""
    installation = Installation(Cluster, engine, "durable", {"persistence": {"size": "64Mi"}})
    yield installation
    installation.remove()


@pytest.fixture
def cluster(durable: Installation[Cluster]) -> Cluster:
    return durable.healthy()


@pytest.fixture(scope="session")
def sentinels(engine: str, durable: Installation[Cluster]) -> Iterator[Installation[SentinelSet]]:
    """In sentinel mode, with volumes. The cluster makes room: it has no more tests, or is installed again for them."""
    durable.remove()
    installation = Installation(SentinelSet, engine, "sentinels", VALUES)
    yield installation
    installation.remove()


@pytest.fixture
def sentinel_set(sentinels: Installation[SentinelSet]) -> SentinelSet:
    return sentinels.healthy()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a test wants to tell beside passed and failed."""
    return FIGURES.setdefault(request.node.name, {})


def scenarios(members: Members, figures: dict[str, Any]) -> MakeScenario:
    def make(title: str, **options: Any) -> Scenario:
        made = Scenario(members, title, **options)
        figures[title] = made.figures
        return made

    return make


@pytest.fixture
def scenario(cluster: Cluster, figures: dict[str, Any]) -> MakeScenario:
    return scenarios(cluster, figures)


@pytest.fixture
def sentinel_scenario(sentinel_set: SentinelSet, figures: dict[str, Any]) -> MakeScenario:
    return scenarios(sentinel_set, figures)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.index(item.path.stem))


def members_of(item: pytest.Item) -> Members | None:
    """Also those whose installation has just failed."""
    fixtures = list(item.funcargs.values()) if isinstance(item, pytest.Function) else []
    installed = [fixture.members for fixture in fixtures if isinstance(fixture, Installation)]
    return next((found for found in [*fixtures, *installed] if isinstance(found, Members)), None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    wanted = report.failed or (report.when == "call" and "BOWLINE_E2E_SAVE" in os.environ)
    if report.when != "teardown" and wanted and (members := members_of(item)):
        try:
            short, complete = diagnosis(members)
            path = save(item.name, complete)
            report.sections.append(("members", f"{short}\n(complete: {path})"))
        except (Exception, pytest.fail.Exception) as error:
            # The time-out of the test may end it in the diagnosis: that must not end the tests that come after it.
            report.sections.append(("members", f"no diagnosis: {error}"))
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
