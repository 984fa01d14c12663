"""Power cuts of nodes, and a partition. Nobody else tells the members: no signal, no closed connection."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from e2e.cluster import NODE_TIMEOUT, Cluster
from e2e.nodes import Node, power_cut, power_on
from e2e.partition import cut_off, judge_client
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.wait import wait_for


def node_with_one_primary(cluster: Cluster) -> Node:
    """A node with exactly one primary: the others keep their majority. Roles are moved if need be."""

    def found() -> list[Node]:
        counts = Counter(pod.node.name for pod in cluster.primaries())
        return [Node(name) for name in sorted(counts) if counts[name] == 1]

    if not found():
        primaries = {primary.shard: primary for primary in cluster.primaries()}
        crowded, _ = Counter(primary.node.name for primary in primaries.values()).most_common(1)[0]
        for shard in (shard for shard, primary in primaries.items() if primary.node.name == crowded):
            cluster.hand_over_to(cluster.replica(shard))
            time.sleep(2)
            if found():
                break
    assert found(), "no node holds exactly one primary"
    return found()[0]


def test_power_cut_of_one_node(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("power cut of a primary's node", converge=90, loss_window=POSSIBLE_LOSS) as running:
        node = node_with_one_primary(cluster)
        running.mark()
        power_cut([node])
        try:
            running.serving(30)
        finally:
            power_on([node])
        wait_for("all nodes Ready", cluster.kube.nodes_ready, 60)


def test_power_cut_of_all_nodes(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("power cut of all nodes", converge=120, loss_window=POSSIBLE_LOSS) as running:
        nodes = cluster.kube.nodes()
        running.mark()
        power_cut(nodes)
        time.sleep(2)
        power_on(nodes)
        running.serving(90)
        wait_for("all nodes Ready", cluster.kube.nodes_ready, 60)


@pytest.mark.long
def test_partition_with_a_client_beside_a_primary(engine: str, cluster: Cluster, scenario: MakeScenario) -> None:
    node = node_with_one_primary(cluster)
    primary = next(pod for pod in cluster.primaries() if pod.node.name == node.name)
    title = "a primary's node cut off, with a client on it"
    with scenario(title, converge=90, loss_window=POSSIBLE_LOSS) as running:
        slots = cluster.recorder_settings().slot_range(primary.shard)
        settings = cluster.direct_settings(primary.ip, slots)
        recording = cut_off(running, primary, settings, f"partition-cluster-{engine}", 3 * NODE_TIMEOUT)
        assert cluster.primary(primary.shard).name != primary.name
    judge_client(running, recording)
