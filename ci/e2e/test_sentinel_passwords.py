"""Sentinel mode: passwords are replaced while the members run."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.passwords import replaced_and_back
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = pytest.mark.timeout(400)


def test_passwords_replaced(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    def meanwhile() -> None:
        sentinel_set.fail_over()
        delete_pod(sentinel_set, sentinel_set.replicas()[0])
        delete_pod(sentinel_set, sentinel_set.sentinels()[0])

    replaced_and_back(sentinel_set, sentinel_scenario, figures, meanwhile)
