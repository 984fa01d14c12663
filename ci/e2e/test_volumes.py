"""Volumes are lost, and volumes are kept."""

from __future__ import annotations

import time

from e2e.cluster import Cluster
from e2e.scenario import MakeScenario
from e2e.volumes import lose_claim, wipe
from e2e.wait import wait_for
from recorder import Recorder, verify


def test_replica_loses_its_volume(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("a replica's volume lost"):
        replica = cluster.replica(0)
        lose_claim(cluster, replica)
        replica = cluster.wait_replaced(replica, 60)
        wait_for("it is a replica again, with data", lambda: not cluster.is_primary(replica), 30)


def test_primary_loses_its_volume(cluster: Cluster, scenario: MakeScenario) -> None:
    """The pod is gone for longer than the others wait, so they have another primary when it returns empty."""
    with scenario("a primary's volume lost", converge=90) as running:
        primary = cluster.primary(1)
        lose_claim(cluster, primary)
        running.serving(30)
        cluster.wait_replaced(primary, 60)
        assert cluster.primary(1).name != primary.name, "the empty member leads"


def test_primary_restarts_empty_at_once(cluster: Cluster, scenario: MakeScenario) -> None:
    """The container restarts within the node timeout: the others still hold the empty member for the primary."""
    with scenario("a primary restarts empty at once", converge=90) as running:
        primary = cluster.primary(2)
        wipe(cluster, primary)
        primary.node.kill_init(primary.uid)
        cluster.wait_restarted(primary, 30)
        running.serving(30)
        wait_for("the other member leads", lambda: cluster.primary(2).name != primary.name, 30)


def test_uninstalled_and_installed_again(cluster: Cluster, figures: dict[str, object]) -> None:
    ids = cluster.ids()
    recorder = Recorder(cluster.recorder_settings()).start()
    recorder.wait_serving(recorder.started, 15)
    time.sleep(2)
    recording = recorder.stop()
    password = cluster.password()
    cluster.release.uninstall()
    wait_for("no member is left", lambda: not cluster.pods(), 90)
    began = time.monotonic()
    cluster.release.install()
    cluster.wait_converged(60)
    figures["install with kept volumes to converged"] = round(time.monotonic() - began, 1)
    assert cluster.password() == password
    verdict = verify(recording, cluster.recorder_settings())
    assert verdict.ok, verdict
    assert cluster.ids() == ids
