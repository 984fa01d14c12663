"""Cluster mode: passwords are replaced while the members run."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.cluster import Cluster
from e2e.passwords import replaced_and_back
from e2e.scenario import MakeScenario

pytestmark = pytest.mark.timeout(400)


def test_passwords_replaced(cluster: Cluster, scenario: MakeScenario, figures: dict[str, Any]) -> None:
    def meanwhile() -> None:
        cluster.hand_over_to(cluster.replica(0))
        delete_pod(cluster, cluster.replica(1))

    replaced_and_back(cluster, scenario, figures, meanwhile)
