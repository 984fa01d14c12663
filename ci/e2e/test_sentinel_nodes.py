"""Sentinel mode: power cuts of nodes, a partition, and a primary that stands still for a while."""

from __future__ import annotations

import time

import pytest

from e2e.acts import STALE_LEADS, all_stale, assert_loss_told
from e2e.endpoints import watched
from e2e.nodes import power_cut, power_on, stopped
from e2e.partition import ALONE, cut_off, judge_client
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.sentinel_set import DOWN_AFTER, SentinelSet
from e2e.wait import wait_for
from recorder import Recorder, verify

NO_ENDPOINT = 1.5
"""Seconds in which the Service of the primary leads nowhere while a primary that stands still is replaced."""
THAW_FENCE = 1.5
"""Seconds after which a primary that finds its replicas gone when it runs again acknowledges nothing more."""


def test_power_cut_of_the_primarys_node(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    title = "power cut of the node of the primary and a sentinel"
    with sentinel_scenario(title, converge=90, loss_window=POSSIBLE_LOSS) as running:
        assert primary.node.name in [pod.node.name for pod in sentinel_set.sentinels()]
        running.mark()
        power_cut([primary.node])
        try:
            running.serving(30)
            promoted = sentinel_set.wait_other_primary(primary, 15)
            # Kubernetes takes the dead node for ready for long.
            service, right = f"{sentinel_set.name}-primary", {promoted.name}
            alone = wait_for("one primary in the Service", lambda: sentinel_set.endpoints(service) == right, ALONE, 0.1)
            running.figures["promoted_to_one_endpoint_s"] = round(alone, 2)
        finally:
            power_on([primary.node])
        wait_for("all nodes Ready", sentinel_set.kube.nodes_ready, 60)


@pytest.mark.long
@pytest.mark.timeout(420)
def test_stale_server_leads_when_the_primarys_node_is_gone(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario
) -> None:
    """The writes that both replicas have missed are on the volume of a node that does not come back in time."""
    primary, replicas = sentinel_set.primary(), sentinel_set.replicas()
    title = "power cut of the primary's node, no replica has followed for 10 s"
    with sentinel_scenario(title, converge=120, loss_window=1) as running:
        with all_stale(sentinel_set, replicas, primary):
            power_cut([primary.node])
            try:
                led = wait_for("one of them leads", lambda: any(map(sentinel_set.is_primary, replicas)), STALE_LEADS)
            finally:
                power_on([primary.node])
            running.figures["dead_to_led_s"] = round(led, 1)
        running.serving(30)
        wait_for("all nodes Ready", sentinel_set.kube.nodes_ready, 60)
    assert running.figures["lost"] > 0, "nothing was missing"
    assert sentinel_set.primary().name != primary.name
    assert_loss_told(sentinel_set, replicas)


@pytest.mark.long
def test_power_cut_of_two_nodes(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """One sentinel is no majority: the third server must not lead on its own."""
    primary, left, other = sentinel_set.primary(), *sentinel_set.replicas()
    with sentinel_scenario("power cut of two nodes of three", converge=120, loss_window=POSSIBLE_LOSS) as running:
        running.mark()
        power_cut([primary.node, other.node])
        try:
            time.sleep(3 * DOWN_AFTER)
            assert not sentinel_set.is_primary(left), "one sentinel of three has elected it"
        finally:
            power_on([primary.node, other.node])
        running.serving(90)
        wait_for("all nodes Ready", sentinel_set.kube.nodes_ready, 60)


@pytest.mark.long
def test_power_cut_of_every_node(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("power cut of all nodes", converge=120, loss_window=POSSIBLE_LOSS) as running:
        nodes = sentinel_set.kube.nodes()
        running.mark()
        power_cut(nodes)
        time.sleep(2)
        power_on(nodes)
        running.serving(90)
        wait_for("all nodes Ready", sentinel_set.kube.nodes_ready, 60)


@pytest.mark.long
def test_primary_frozen_and_thawed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Until it is made a replica it calls itself primary, and a client that knows its address still writes to it."""
    primary = sentinel_set.primary()
    title = "the primary frozen for 3 x down-after, then thawed"
    service = watched(sentinel_set, f"{sentinel_set.name}-primary")
    with sentinel_scenario(title, converge=90) as running, service as endpoints:
        left_behind = Recorder(sentinel_set.direct_settings(primary.ip)).start()
        try:
            left_behind.wait_serving(left_behind.started, 10)
            running.mark()
            with stopped(primary.node, primary.node.engine(primary.uid)):
                time.sleep(3 * DOWN_AFTER)
                running.serving(10)
                thawed = time.time()
            sentinel_set.wait_other_primary(primary, 15)
            wait_for("the old primary follows", lambda: not sentinel_set.is_primary(primary), 30)
        finally:
            recording = left_behind.stop()
        assert endpoints.changes[-1][1] == {sentinel_set.primary().name}
        empty = running.figures["no_endpoint_s"] = endpoints.longest_empty()
        assert empty <= NO_ENDPOINT, f"the Service of the primary led nowhere for {empty} s: {endpoints.changes}"
    verdict = verify(recording, sentinel_set.recorder_settings())
    running.figures["left_behind_lost"] = verdict.lost
    assert verdict.unreadable == 0, verdict
    if verdict.lost_acked_between:
        first, last = verdict.lost_acked_between
        running.figures["left_behind_fenced_after_s"] = round(last - thawed, 3)
        assert first >= thawed, f"lost though acknowledged {thawed - first:.1f} s before the thaw"
        assert last <= thawed + THAW_FENCE, f"still acknowledged {last - thawed:.1f} s after the thaw"


@pytest.mark.long
def test_partition_with_a_client_beside_the_primary(
    engine: str, sentinel_set: SentinelSet, sentinel_scenario: MakeScenario
) -> None:
    primary = sentinel_set.primary()
    title = "the primary's node cut off, with a client on it"
    with sentinel_scenario(title, converge=90, loss_window=POSSIBLE_LOSS) as running:
        settings = sentinel_set.direct_settings(primary.ip)
        recording = cut_off(running, primary, settings, f"partition-sentinel-{engine}", 3 * DOWN_AFTER)
        sentinel_set.wait_other_primary(primary, 15)
    judge_client(running, recording)
