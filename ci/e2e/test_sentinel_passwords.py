"""Sentinel mode: passwords are replaced while the members run."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.passwords import during_a_rollout, member_killed, replaced_and_back, replaced_while, without_api_server
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = pytest.mark.timeout(600)


def test_passwords_replaced(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    def meanwhile() -> None:
        sentinel_set.fail_over()
        delete_pod(sentinel_set, sentinel_set.replicas()[0])
        delete_pod(sentinel_set, sentinel_set.sentinels()[0])

    replaced_and_back(sentinel_set, sentinel_scenario, figures, meanwhile)


@pytest.mark.long
def test_passwords_replaced_without_the_api_server(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    act = without_api_server([sentinel_set.replicas()[0]])
    replaced_while(sentinel_set, sentinel_scenario, figures, "the API server is away", act)


@pytest.mark.long
def test_passwords_replaced_during_a_rollout(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    replaced_while(sentinel_set, sentinel_scenario, figures, "a rollout in the middle", during_a_rollout)


@pytest.mark.long
def test_passwords_replaced_while_a_sentinel_is_down(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    act = member_killed(sentinel_set.sentinels()[0])
    replaced_while(sentinel_set, sentinel_scenario, figures, "a sentinel is down", act)
