"""Troubles that are no cut: no primary pauses its writes, no role moves."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from e2e.acts import delete_pod
from e2e.attacks import PEERS
from e2e.cluster import Cluster
from e2e.members import PORT
from e2e.nodes import held
from e2e.not_cut import assert_untouched, dropped, nobody_is_fenced
from e2e.scenario import MakeScenario

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_no_fence_without_a_cut(cluster: Cluster, scenario: MakeScenario) -> None:
    nobody_is_fenced(cluster, cluster.primary(0), scenario)


def test_kube_proxy_stands_still_in_a_cluster(cluster: Cluster, scenario: MakeScenario) -> None:
    """All other pods get new addresses, of which the primary's node hears nothing; its own replica is the last."""
    primary = cluster.primary(0)
    others = [pod for pod in cluster.pods() if pod.name != primary.name]
    # The others on this node first: what they connect to later has not moved yet.
    others.sort(key=lambda pod: (pod.node.number != primary.node.number, pod.shard == primary.shard))
    with scenario("kube-proxy of a primary's node stands still, all other pods replaced") as running:
        with held("kube-proxy", primary.node.number):
            for pod in others:
                delete_pod(cluster, pod)
            time.sleep(5)
        running.serving(60)  # the engine alone cannot reach the others' new pods meanwhile
    after = cluster.primary(0)
    assert (after.name, after.uid, after.restarts) == (primary.name, primary.uid, primary.restarts)
    fenced = cluster.kube.telling(primary.name, "cut off", reason="Fenced")
    assert not fenced, fenced


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
