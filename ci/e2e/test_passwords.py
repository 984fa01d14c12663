"""Cluster mode: passwords are replaced while the members run."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.cluster import Cluster
from e2e.passwords import during_a_rollout, member_killed, replaced_and_back, replaced_while, without_api_server
from e2e.scenario import MakeScenario

pytestmark = pytest.mark.timeout(600)


def test_passwords_replaced(cluster: Cluster, scenario: MakeScenario, figures: dict[str, Any]) -> None:
    def meanwhile() -> None:
        cluster.hand_over_to(cluster.replica(0))
        delete_pod(cluster, cluster.replica(1))

    replaced_and_back(cluster, scenario, figures, meanwhile)


@pytest.mark.long
def test_passwords_replaced_without_the_api_server(
    cluster: Cluster, scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    act = without_api_server([cluster.replica(0)])
    replaced_while(cluster, scenario, figures, "the API server is away", act)


@pytest.mark.long
def test_passwords_replaced_during_a_rollout(cluster: Cluster, scenario: MakeScenario, figures: dict[str, Any]) -> None:
    replaced_while(cluster, scenario, figures, "a rollout in the middle", during_a_rollout)


@pytest.mark.long
def test_passwords_replaced_while_a_member_is_down(
    cluster: Cluster, scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    replaced_while(cluster, scenario, figures, "a member is down", member_killed(cluster.replica(0)))
