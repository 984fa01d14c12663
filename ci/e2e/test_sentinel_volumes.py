"""Sentinel mode: volumes are lost, and volumes are kept."""

from __future__ import annotations

import time
from typing import Any

import pytest

from e2e.acts import install_again, kill_inits, kill_primary
from e2e.members import Pod
from e2e.nodes import Node
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.volumes import fill, lose_claim, small, unfill, wipe
from e2e.wait import wait_for


def test_primary_wiped_restarts_at_once(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Within down-after: the sentinels still hold the empty member for the primary, and its replicas would copy it."""
    primary = sentinel_set.primary()
    with sentinel_scenario("the primary's volume wiped, it restarts at once", converge=90) as running:
        wipe(sentinel_set, primary)
        kill_primary(sentinel_set, primary, Node.kill_init, running)


@pytest.mark.long
def test_primary_loses_its_claim(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("the primary's volume lost while it is down", converge=90) as running:
        lose_claim(sentinel_set, primary)
        running.serving(30)
        sentinel_set.wait_replaced(primary, 60)
    assert sentinel_set.primary().name != primary.name, "the empty member leads"


@pytest.mark.long
def test_sentinels_wiped_while_the_primary_is_down(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """The pod cannot return to its volume, so the replicas and the empty sentinels must do without it."""
    primary, sentinels = sentinel_set.primary(), sentinel_set.sentinels()
    with sentinel_scenario("all sentinels' volumes wiped while the primary is down", converge=90) as running:
        with sentinel_set.kube.cordoned(primary.node):
            for sentinel in sentinels:
                wipe(sentinel_set, sentinel)
            kill_inits([primary, *sentinels])  # no handover
            sentinel_set.delete_pods(primary.name, force=True)
            for sentinel in sentinels:
                sentinel_set.wait_restarted(sentinel, 30)
            running.serving(45)
            assert sentinel_set.wait_other_primary(primary, 15).name != primary.name
            assert not sentinel_set.pod(primary.name).ready, "it was not down"
        sentinel_set.wait_replaced(primary, 60)


@pytest.mark.long
def test_sentinel_cannot_save(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Its votes would be forgotten: clients no longer ask it, until it can save again."""
    sentinel = sentinel_set.sentinels()[0]
    folder = sentinel_set.volume(sentinel)
    mode = sentinel.node.sh('stat -c %a "$1"', folder).strip()

    def asked() -> bool:
        return sentinel.name in sentinel_set.endpoints(f"{sentinel_set.name}-sentinel")

    assert asked()
    with sentinel_scenario("a sentinel's volume takes no writes", converge=60):
        sentinel.node.sh('chmod a-w "$1"', folder)
        try:
            wait_for("clients do not ask it", lambda: not asked(), 30)
            assert f"{sentinel.name.removeprefix(sentinel_set.name + '-')}: not saved" in str(sentinel_set.status())
        finally:
            sentinel.node.sh('chmod "$2" "$1"', folder, mode)
        wait_for("clients ask it again", asked, 30)
    assert sentinel_set.pod(sentinel.name).uid == sentinel.uid


def handed_over_for_it(sentinel_set: SentinelSet, pod: Pod) -> int:
    """How often, by the Events of its pod, since the namespace began."""
    return len(sentinel_set.kube.telling(pod.name, "volume takes no writes", reason="HandedOver"))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_primary_of_a_set_on_a_full_volume(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """It hands over to the one whose volume takes writes, before the sentinels choose anybody; once in 10 minutes."""
    last, (first, other) = sentinel_set.primary(), sentinel_set.replicas()
    title = "the volumes of the primary and of a replica are full"
    with (
        sentinel_scenario(title, converge=120) as running,
        small(sentinel_set, other) as passed_over,
        small(sentinel_set, first) as full,
    ):
        for pod in (passed_over, full):  # redis ends a replica that cannot write what it is sent
            with sentinel_set.engine(pod) as engine:
                engine.config_set("replica-ignore-disk-write-errors", "yes")
        sentinel_set.fail_over("--to", sentinel_set.member(full))
        running.serving(15)
        fill(sentinel_set, passed_over)
        time.sleep(8)  # its last test write is no proof any more
        before = handed_over_for_it(sentinel_set, full)
        running.mark()
        fill(sentinel_set, full)
        wait_for("the one with room leads", lambda: sentinel_set.is_primary(last), 15, pause=0.05)
        running.figures["full_to_led_s"] = round(time.time() - running.marked, 2)
        running.serving(15)
        wait_for("an Event", lambda: handed_over_for_it(sentinel_set, full) == before + 1, 5)
        unfill(sentinel_set, full)
        unfill(sentinel_set, passed_over)
        sentinel_set.wait_converged(60)

        sentinel_set.fail_over("--to", sentinel_set.member(full))
        running.serving(15)
        fill(sentinel_set, full)
        sentinel_set.wait_other_primary(full, 30)  # by the sentinels
        running.serving(30)
        assert handed_over_for_it(sentinel_set, full) == before + 1, "twice in 10 minutes"
        unfill(sentinel_set, full)


@pytest.mark.long
def test_all_volumes_but_one_replicas_wiped(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    with sentinel_scenario("all volumes but one replica's wiped", converge=120) as running:
        primary, survivor = sentinel_set.primary(), sentinel_set.replicas()[-1]
        running.stop_writing()
        written = sentinel_set.info(primary)["master_repl_offset"]
        wait_for("the replica has it all", lambda: sentinel_set.info(survivor)["slave_repl_offset"] >= written, 10)
        others = [pod for pod in sentinel_set.pods() if pod.name != survivor.name]
        sentinel_set.scale_to_zero()
        for pod in others:
            wipe(sentinel_set, pod)
        sentinel_set.scale_back()
    assert sentinel_set.primary().name == survivor.name


@pytest.mark.long
def test_sentinel_set_uninstalled_and_installed_again(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    install_again(sentinel_set, figures)
