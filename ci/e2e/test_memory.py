"""persistence.enabled=false: the data is in memory only, so an empty member must never lead or be followed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from redis.exceptions import ResponseError

from e2e.acts import STALE_LEADS, assert_loss_told, kill_primary, not_following
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.wait import wait_for


@pytest.fixture(scope="module")
def in_memory(engine: str) -> Iterator[Installation[Cluster]]:
    installation = Installation(Cluster, engine, "memory", {"persistence": {"enabled": False}})
    yield installation
    installation.remove()


@pytest.fixture
def cluster(in_memory: Installation[Cluster]) -> Cluster:
    return in_memory.healthy()


def test_engine_killed(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("persistence off: kill -9 of a primary's engine") as running:
        kill_primary(cluster, cluster.primary(0), Node.kill_engine, running)


def test_init_killed(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("persistence off: kill -9 of PID 1 of a primary") as running:
        kill_primary(cluster, cluster.primary(1), Node.kill_init, running)


@pytest.mark.parametrize("force", [False, True], ids=["graceful", "forced"])
def test_pod_deleted(cluster: Cluster, scenario: MakeScenario, force: bool) -> None:
    with scenario(f"persistence off: a primary's pod deleted{' by force' if force else ''}") as running:
        primary = cluster.primary(2)
        cluster.delete_pods(primary.name, force=force)
        running.serving(30)
        cluster.wait_replaced(primary, 60)
        assert cluster.primary(2).name != primary.name, "the empty member leads"


@pytest.mark.long
@pytest.mark.parametrize("by_hand", [False, True], ids=["by itself", "by hand"])
def test_stale_replica_leads_in_the_end(cluster: Cluster, scenario: MakeScenario, by_hand: bool) -> None:
    """The primary's data is gone, and the only copy has not followed for 10 s."""
    primary, replica = cluster.primary(0), cluster.replica(0)
    with scenario("persistence off: kill -9 of a primary whose replica has not followed", loss_window=1) as running:
        with not_following(cluster, replica, primary):
            time.sleep(10)
            primary.node.kill_engine(primary.uid)
            time.sleep(8)
            assert not cluster.is_primary(replica), "it leads at once, without the writes that it has missed"
            if by_hand:
                cluster.bowline(replica, "failover", "--shard", "0", "--accept-loss")
            running.serving(10 if by_hand else STALE_LEADS)
            assert cluster.is_primary(replica)
        cluster.wait_restarted(primary, 30)
    assert cluster.primary(0).name == replica.name
    assert_loss_told(cluster, [primary, replica])


@pytest.mark.long
def test_shard_evicted_while_another_is_down(cluster: Cluster, figures: dict[str, Any]) -> None:
    """A shard that is down makes the members of all others unready, so that their budgets count none of them."""
    kube = cluster.kube
    with cluster.engine(cluster.primary(1)) as engine:
        for number in range(100):  # some of them are this shard's
            with suppress(ResponseError):
                engine.set(f"key-{number}", "value")
        assert engine.dbsize() > 0
    with kube.all_cordoned():
        cluster.delete_pods(*(pod.name for pod in cluster.pods() if pod.shard == 0), force=True)
        others = [pod for pod in cluster.pods() if pod.shard != 0]
        wait_for("no member is Ready", lambda: not any(cluster.pod(pod.name).ready for pod in others), 60)
        primary, replica = cluster.primary(1), cluster.replica(1)
        wait_for("the primary's label", lambda: cluster.pod(primary.name).last_copy, 5)
        with ThreadPoolExecutor(2) as pool:
            refused, accepted = pool.map(kube.evict, (primary.name, replica.name))
        assert "disruption budget" in refused and accepted == "", (refused, accepted)
        wait_for(f"{replica.name} is gone", lambda: cluster.pod(replica.name).uid != replica.uid, 90)
        assert cluster.pod(primary.name).uid == primary.uid and "disruption budget" in kube.evict(primary.name)
    figures["a shard gone, to converged"] = round(cluster.wait_converged(120), 1)


def test_installed_again_without_data(
    in_memory: Installation[Cluster], cluster: Cluster, figures: dict[str, Any]
) -> None:
    """All members gone means that the data is gone: a new start, not a wait for ever."""
    cluster.scale_to_zero()
    cluster.scale_back()
    figures["all members gone, to converged"] = round(cluster.wait_converged(90), 1)
