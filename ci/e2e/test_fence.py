"""Troubles that are no cut: no primary pauses its writes, no role moves."""

from __future__ import annotations

import pytest

from e2e.cluster import Cluster
from e2e.not_cut import nobody_is_fenced
from e2e.scenario import MakeScenario

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_no_fence_without_a_cut(cluster: Cluster, scenario: MakeScenario) -> None:
    nobody_is_fenced(cluster, cluster.primary(0), scenario)
