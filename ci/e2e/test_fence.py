"""Troubles that are no cut: no primary pauses its writes, no role moves."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from e2e.attacks import PEERS
from e2e.cluster import Cluster
from e2e.members import PORT
from e2e.not_cut import assert_untouched, dropped, nobody_is_fenced
from e2e.scenario import MakeScenario

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_no_fence_without_a_cut(cluster: Cluster, scenario: MakeScenario) -> None:
    nobody_is_fenced(cluster, cluster.primary(0), scenario)


def test_blocked_ports_of_a_cluster(cluster: Cluster, scenario: MakeScenario) -> None:
    """No role moves and no write stops while only the side channel, or only new connections, are blocked."""
    primaries = cluster.primaries()
    channel = ("-i", "eth0", "--dport", str(PEERS))
    new = ("-i", "eth0", "--syn", "-m", "multiport", "--dports", f"{PORT},1{PORT},{PEERS}")
    for title, match in (("the members' port blocked", channel), ("no new connections", new)):
        with scenario(f"{title} between all nodes") as running, ExitStack() as blocks:
            for node in cluster.kube.nodes():
                blocks.enter_context(dropped(node, *match))
            time.sleep(12)
            ready = [pod.name for pod in cluster.pods() if pod.ready]
            blocks.close()
        assert len(ready) == cluster.size, ready
        for primary in primaries:
            assert_untouched(cluster, primary, running)
