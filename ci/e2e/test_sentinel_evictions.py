"""Sentinel mode without persistence, so that a pod is its data: which evictions are refused, and until when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from e2e.installation import Installation
from e2e.members import Pod
from e2e.nodes import stopped
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.shell import CommandError
from e2e.wait import wait_for

LABEL_BOUND = 1.5
"""Seconds from the moment in which the primary has no replica: to look, and to tell the API server (1 s)."""
RELEASE_BOUND = 5.0
"""Seconds from the moment in which a second server is in sync."""
REFUSAL = "disruption budget"
COMMAND = "bowline/allow-eviction=true"


@pytest.fixture(scope="module")
def evicted(engine: str, sentinels: Installation[SentinelSet]) -> Iterator[Installation[SentinelSet]]:
    sentinels.remove()
    installation = Installation(SentinelSet, engine, "evictions", {**VALUES, "persistence": {"enabled": False}})
    yield installation
    installation.remove()


@pytest.fixture
def sentinel_set(evicted: Installation[SentinelSet]) -> SentinelSet:
    return evicted.healthy()


def in_sync(sentinel_set: SentinelSet, primary: Pod) -> int:
    info = sentinel_set.info(primary)
    return sum(1 for key, value in info.items() if key.startswith("slave") and value["state"] == "online")


def leave_alone(sentinel_set: SentinelSet, primary: Pod, figures: dict[str, Any]) -> None:
    """Nothing can be scheduled: both replicas are gone and stay away."""
    sentinel_set.delete_pods(*(pod.name for pod in sentinel_set.replicas()), force=True)
    wait_for("the primary has no replica", lambda: in_sync(sentinel_set, primary) == 0, 30, pause=0.05)
    label = wait_for("its label", lambda: sentinel_set.pod(primary.name).last_copy, LABEL_BOUND, pause=0.05)
    figures["no replica to label"] = round(label, 2)
    # Nobody replicates from it, so it takes no writes and is not ready: a broken pod, as far as budgets know.
    wait_for("the primary is not Ready", lambda: not sentinel_set.pod(primary.name).ready, 30)


def test_last_copy_is_not_evicted(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    kube, primary = sentinel_set.kube, sentinel_set.primary()
    with sentinel_set.engine(primary) as engine:
        engine.set("only", "here")
    assert not any(pod.last_copy for pod in sentinel_set.pods())
    with kube.all_cordoned():
        leave_alone(sentinel_set, primary, figures)
        refusal = kube.evict(primary.name)
        assert REFUSAL in refusal, refusal
        told = wait_for("an Event", lambda: bool(kube.telling(primary.name, COMMAND, reason="LastCopy")), 5)
        figures["label to Event"] = round(told, 2)
        assert any(COMMAND in problem for problem in sentinel_set.status()["problems"])
        with pytest.raises(CommandError, match=COMMAND):
            sentinel_set.bowline(primary, "check")
    wait_for("a replica in sync", lambda: in_sync(sentinel_set, primary) > 0, 60, pause=0.1)
    label = wait_for("no label", lambda: not sentinel_set.pod(primary.name).last_copy, RELEASE_BOUND, pause=0.1)
    figures["in sync to no label"] = round(label, 2)
    sentinel_set.wait_converged(60)
    assert kube.telling(primary.name, "in sync", reason="LastCopyEnded")
    assert kube.evict(primary.name) == ""
    after = sentinel_set.wait_replaced(primary, 60)
    sentinel_set.wait_converged(60)
    with sentinel_set.engine(after) as engine:
        assert engine.get("only") == "here"


@pytest.mark.long
def test_broken_replicas_are_evicted(sentinel_set: SentinelSet) -> None:
    """Beside a last copy, too. Their data is on the primary."""
    kube, primary, replicas = sentinel_set.kube, sentinel_set.primary(), sentinel_set.replicas()
    with ExitStack() as stack:
        for replica in replicas:
            stack.enter_context(stopped(replica.node, replica.node.engine(replica.uid)))
        wait_for("no replica is Ready", lambda: not any(sentinel_set.pod(pod.name).ready for pod in replicas), 60)
        wait_for("the primary's label", lambda: sentinel_set.pod(primary.name).last_copy, 10)
        assert [kube.evict(pod.name) for pod in replicas] == ["", ""]
        assert REFUSAL in kube.evict(primary.name)
    for replica in replicas:
        sentinel_set.wait_replaced(replica, 90)
    sentinel_set.wait_converged(60)
    assert sentinel_set.pod(primary.name).uid == primary.uid


@pytest.mark.long
@pytest.mark.parametrize("by", ["label", "helm upgrade"])
def test_last_copy_let_go(sentinel_set: SentinelSet, figures: dict[str, Any], by: str) -> None:
    kube, primary = sentinel_set.kube, sentinel_set.primary()
    with sentinel_set.engine(primary) as engine:
        engine.set("lost", "on request")
    with kube.all_cordoned():
        leave_alone(sentinel_set, primary, figures)
        assert REFUSAL in kube.evict(primary.name)
        if by == "label":
            kube("label", "pod", primary.name, COMMAND)
            assert kube.evict(primary.name) == ""
        else:  # no node has room for the gate's pod
            sentinel_set.release.upgrade({"pdb": {"protectLastCopy": False}}, "--no-hooks", wait=False)
            let_go = wait_for("the eviction is taken", lambda: kube.evict(primary.name) == "", RELEASE_BOUND, 0.1)
            figures["helm upgrade to evicted"] = round(let_go, 2)
        wait_for("the pod is gone", lambda: not sentinel_set.pod(primary.name).ready, 90)
    figures["let go, to converged"] = round(sentinel_set.wait_converged(120), 1)
    if by == "helm upgrade":
        sentinel_set.release.upgrade()
        sentinel_set.wait_converged(60)


@pytest.mark.long
def test_two_nodes_drained_at_once(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    kube, primary = sentinel_set.kube, sentinel_set.primary()
    nodes = [primary.node, next(pod.node for pod in sentinel_set.replicas() if pod.node.name != primary.node.name)]
    servers = f"app.kubernetes.io/instance={sentinel_set.name},app.kubernetes.io/component=server"
    with sentinel_scenario("two nodes drained at once", converge=120) as running:
        try:
            with ThreadPoolExecutor(len(nodes)) as pool:
                list(pool.map(lambda node: kube.drain(node, servers, 150), nodes))
            running.serving(15)
        finally:
            for node in nodes:
                kube("uncordon", node.name)
        time.sleep(1)
