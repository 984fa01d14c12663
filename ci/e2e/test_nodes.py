"""Power cuts of nodes, and a partition. Nobody else tells the members: no signal, no closed connection."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from e2e.acts import STALE_LEADS, all_stale, assert_loss_told
from e2e.cluster import NODE_TIMEOUT, Cluster
from e2e.nodes import Node, power_cut, power_on
from e2e.partition import ALONE, cut_off, judge_client
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.shell import run
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


def node_of_a_primary(cluster: Cluster) -> Node:
    """Any: the loss of none of them may be one too many, or `bowline check` tells it and the test has failed."""
    told = cluster.problems("--strict", "--wait", "30s")
    assert not told, told
    return cluster.primary(0).node


def gather_primaries(cluster: Cluster) -> str:
    """Two primaries, or all three, on one node: its name."""
    primaries = cluster.primaries()
    crowded, count = Counter(pod.node.name for pod in primaries).most_common(1)[0]
    if count > 1:  # earlier tests have moved roles
        return crowded
    for replica in [pod for pod in cluster.pods() if not cluster.is_primary(pod)]:
        if replica.node.name in [pod.node.name for pod in primaries if pod.shard != replica.shard]:
            cluster.hand_over_to(replica)
            return replica.node.name
    raise AssertionError("no replica is on the node of another shard's primary")


def test_loss_of_a_node_is_foreseen(cluster: Cluster, scenario: MakeScenario) -> None:
    """Handovers gather roles on a node. It is told, and what is told mends it."""
    with scenario("two of three primaries on a node, as check tells it", converge=60):
        node = gather_primaries(cluster)
        said = f"the loss of node {node} would take "

        def told() -> list[str]:
            return [line for line in cluster.problems("--strict") if line.startswith(f"warning: {said}")]

        wait_for("check tells it", lambda: bool(told()), 30)
        assert "of 3 primaries" in told()[0], told()
        assert cluster.problems("--wait", "20s") == [], "without --strict it is a warning"
        assert any(warning.startswith(said) for warning in cluster.status()["warnings"])
        first = cluster.pods()[0]
        wait_for("an Event tells it", lambda: bool(cluster.kube.telling(first.name, said, reason="NodeLossRisk")), 120)
        for _ in cluster.primaries():
            risks = cluster.problems("--strict", "--wait", "15s")
            if not risks:
                break
            cluster.bowline(first, *risks[0].split("Remedy: bowline ")[1].split())
        assert cluster.problems("--strict", "--wait", "30s") == []


def test_open_slot_is_told(cluster: Cluster, scenario: MakeScenario) -> None:
    """What a broken move leaves behind. The command that `check` prints ends the move, and no key is lost."""
    slot, keys = 5, ["{460}a", "{460}b", "{460}c"]
    with scenario("a slot left MIGRATING and IMPORTING", converge=60):
        ids = cluster.ids()
        source, target = cluster.primary(0), cluster.primary(1)
        with cluster.engine(source) as engine:
            for key in keys:
                engine.set(key, "kept")
        for owner, other in ((source, target), (target, source)):
            with cluster.engine(other) as engine:
                engine.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", ids[owner.name])
            with cluster.engine(owner) as engine:
                engine.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", ids[other.name])
            told = cluster.problems()
            assert [f"slot {slot} open" in line for line in told] == [True, True], told
            leaving = next(line for line in told if "leaving for" in line)
            run("sh", "-c", leaving.split("right now: ")[1], timeout=60)
            assert cluster.problems("--wait", "30s") == []
            with cluster.engine(other) as engine:
                assert [engine.get(key) for key in keys] == ["kept"] * 3
        with cluster.engine(source) as engine:
            engine.delete(*keys)


def test_power_cut_of_one_node(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("power cut of a primary's node", converge=90, loss_window=POSSIBLE_LOSS) as running:
        node = node_of_a_primary(cluster)
        dead = next(pod for pod in cluster.primaries() if pod.node.name == node.name)
        shard, promoted = [pod for pod in cluster.pods() if pod.shard == dead.shard], cluster.replica(dead.shard)
        running.mark()
        power_cut([node])
        try:
            running.serving(30)
            alone = wait_for("one label", lambda: cluster.labelled(shard) == {promoted.name}, ALONE, 0.1)
            running.figures["promoted_to_one_label_s"] = round(alone, 2)
        finally:
            power_on([node])
        wait_for("all nodes Ready", cluster.kube.nodes_ready, 60)


@pytest.mark.long
@pytest.mark.timeout(420)
def test_stale_replica_leads_when_the_primarys_node_is_gone(cluster: Cluster, scenario: MakeScenario) -> None:
    """The writes that the replica has missed are on the volume of a node that does not come back in time."""
    node = node_with_one_primary(cluster)
    primary = next(pod for pod in cluster.primaries() if pod.node.name == node.name)
    replica = cluster.replica(primary.shard)
    title = "power cut of a primary's node, its replica has not followed for 10 s"
    with scenario(title, converge=120, loss_window=1) as running:
        with all_stale(cluster, [replica], primary):
            power_cut([node])
            try:
                led = wait_for("the replica leads", lambda: cluster.is_primary(replica), STALE_LEADS)
            finally:
                power_on([node])
            running.figures["dead_to_led_s"] = round(led, 1)
        running.serving(30)
        wait_for("all nodes Ready", cluster.kube.nodes_ready, 60)
    assert running.figures["lost"] > 0, "nothing was missing"
    assert cluster.primary(primary.shard).name == replica.name
    assert_loss_told(cluster, [replica])


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
    node = node_of_a_primary(cluster)
    primary = next(pod for pod in cluster.primaries() if pod.node.name == node.name)
    title = "a primary's node cut off, with a client on it"
    with scenario(title, converge=90, loss_window=POSSIBLE_LOSS) as running:
        slots = cluster.recorder_settings().slot_range(primary.shard)
        settings = cluster.direct_settings(primary.ip, slots)
        recording = cut_off(running, primary, settings, f"partition-cluster-{engine}", 3 * NODE_TIMEOUT)
        assert cluster.primary(primary.shard).name != primary.name
    judge_client(running, recording)
