"""Troubles that are no cut: no primary pauses its writes, no role moves."""

from __future__ import annotations

import pytest

from e2e.not_cut import nobody_is_fenced
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_no_fence_of_a_set_without_a_cut(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    nobody_is_fenced(sentinel_set, sentinel_set.primary(), sentinel_scenario)
