"""What strangers and blocked ports do to the members' own listeners, and so to the engines: nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.attacks import ATTACKS, PEERS, PROBES, probe, resident_memory, under
from e2e.nodes import held
from e2e.not_cut import assert_untouched, dropped
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.wait import wait_for

pytestmark = pytest.mark.timeout(420)

ENGINE_PORTS = "6379,26379,8380"
MEMORY = 16 << 20
"""Bytes of PID 1."""
PAUSE_BOUND = 5.0
"""Seconds until every member knows of `bowline pause`."""
REPAIRED = 35.0
"""Seconds in which a member's new address is told without a pause."""
PROBE = 3.0
"""Seconds of a probe, as in the values (probes.readiness.timeoutSeconds). `ci/bench attacks` measures the figure."""
ATTACK = 4.0
"""Seconds of each. `ci/bench attacks` goes on for a minute."""


def test_blocked_ports(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """No role moves and no write stops while only the members' side channel, or only new connections, are blocked."""
    primary = sentinel_set.primary()
    with sentinel_scenario("the members' port blocked between all nodes") as running, ExitStack() as blocks:
        for node in sentinel_set.kube.nodes():
            blocks.enter_context(dropped(node, "-i", "eth0", "--dport", str(PEERS)))
        time.sleep(12)
        ready = [pod.name for pod in sentinel_set.pods() if pod.ready]
        blocks.close()
    assert len(ready) == sentinel_set.size, ready
    assert_untouched(sentinel_set, primary, running)
    refused = dropped(primary.node, "--syn", "-m", "multiport", "--dports", ENGINE_PORTS)
    with sentinel_scenario("no new connections on the primary's node") as running, refused:
        time.sleep(12)
    assert_untouched(sentinel_set, primary, running)


@pytest.mark.long
def test_kube_proxy_stands_still(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """All other pods get new addresses, of which the primary's node hears nothing."""
    primary = sentinel_set.primary()
    others = [pod for pod in sentinel_set.pods() if pod.name != primary.name]
    still = held("kube-proxy", primary.node.number)
    with sentinel_scenario("kube-proxy of the primary's node stands still, all other pods replaced") as running, still:
        for pod in others:
            delete_pod(sentinel_set, pod)
        time.sleep(5)
        running.serving(10)
    assert_untouched(sentinel_set, primary, running)


@pytest.mark.long
def test_services_of_a_set_recreated(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Connections over the old addresses go on, so nobody is out of reach; the new ones are found all the same."""
    names = [pod.name for pod in sentinel_set.pods()]
    old = sentinel_set.service_ips()
    with sentinel_scenario("member Services deleted and recreated by helm upgrade", converge=150) as running:
        sentinel_set.kube("delete", "service", *names)
        sentinel_set.release.upgrade(wait=False)
        running.serving(120)
    new = sentinel_set.service_ips()
    assert all(new[name] != old[name] for name in names), "an address was given out again"
    for sentinel in sentinel_set.sentinels():
        assert sentinel_set.named_by(sentinel) == new[sentinel_set.primary().name]


@pytest.mark.long
def test_service_of_the_primary_recreated(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """The one Service that every connection needs, alone: nobody else is in trouble."""
    primary = sentinel_set.primary()
    old = sentinel_set.service_ips()[primary.name]
    with sentinel_scenario("the primary's member Service made anew", converge=150) as running:
        sentinel_set.kube("delete", "service", primary.name)
        sentinel_set.release.upgrade(wait=False)
        running.serving(120)
    services = sentinel_set.service_ips()
    assert services[primary.name] != old, "the address was given out again"
    for sentinel in sentinel_set.sentinels():
        assert sentinel_set.named_by(sentinel) == services[sentinel_set.primary().name]


@pytest.mark.long
def test_pause_of_a_set(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """A replica's Service made anew is not repaired in a pause; a stop hands over all the same."""
    primary, (moved, other) = sentinel_set.primary(), sentinel_set.replicas()
    old = sentinel_set.service_ips()[moved.name]

    def repairs() -> int:
        found = [event for pod in sentinel_set.pods() for event in sentinel_set.kube.events(pod.name)]
        return sum(1 for event in found if event["reason"] in ("Repair", "AddressRepair"))

    def knowing(address: str) -> int:
        """Sentinels that list it, as a replica's or as the primary's."""
        lists = [
            {sentinel_set.named_by(pod), *(one["ip"] for one in sentinel_set.ask(pod, "REPLICAS"))}
            for pod in sentinel_set.sentinels()
        ]
        return sum(address in one for one in lists)

    with sentinel_scenario("a replica's Service made anew in a pause", converge=150) as running:
        sentinel_set.bowline(primary, "pause", "--for", "10m")
        try:
            everybody = f"{sentinel_set.size} of {sentinel_set.size} members"
            wait_for("all know it", lambda: everybody in str(sentinel_set.status()["warnings"]), PAUSE_BOUND)
            before = repairs()
            sentinel_set.kube("delete", "service", moved.name)
            sentinel_set.release.upgrade(wait=False)
            new = sentinel_set.service_ips()[moved.name]
            assert new != old, "the address was given out again"
            time.sleep(REPAIRED)
            assert repairs() == before and knowing(new) == 0, "repaired in a pause"
            running.mark()
            sentinel_set.delete_pods(primary.name)
            running.serving(30)
            leads = sentinel_set.wait_other_primary(primary, 20)
            assert leads.name in (moved.name, other.name)
            assert sentinel_set.kube.telling(primary.name, "asked for by the preStop hook", reason="HandedOver")
            sentinel_set.wait_replaced(primary, 60)
        finally:
            sentinel_set.bowline(moved, "resume")
        told = wait_for("all sentinels know it again", lambda: knowing(new) == 3, 60)
        running.figures["resumed_to_known_s"] = round(told, 1)
    assert repairs() > before


def test_listeners_attacked(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    primary = sentinel_set.primary()
    with sentinel_scenario("both listeners of the primary attacked") as running:
        for port in (PROBES, PEERS):
            for name, attack in ATTACKS.items():
                with under(attack, primary.ip, port):
                    slowest, memory = 0.0, 0
                    end = time.monotonic() + ATTACK
                    while time.monotonic() < end:
                        for path in ("/live", "/ready"):
                            seconds, status = probe(primary.ip, PROBES, path)
                            assert status == b"HTTP/1.1 200 OK", (name, port, path, status)
                            slowest = max(slowest, seconds)
                        time.sleep(0.05)
                    memory = resident_memory(primary)
                mebibytes = round(memory / (1 << 20), 1)
                figures[f"{name} at {port}"] = {"slowest_probe_s": round(slowest, 3), "rss_mib": mebibytes}
                assert memory <= MEMORY, (name, port, memory)
                assert slowest <= PROBE, (name, port, slowest)
    assert_untouched(sentinel_set, primary, running)


@pytest.mark.long
def test_stuck_engine_is_ended(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """The kubelet asks for the program alone; an engine that gives no reply at all is the program's concern."""
    replica = sentinel_set.replicas()[0]
    with sentinel_scenario("a replica's engine stopped for good", converge=90):
        replica.node.signal(replica.node.engine(replica.uid).pid, "STOP")
        sentinel_set.wait_restarted(replica, 60)
    assert sentinel_set.kube.telling(replica.name, "no reply at all", reason="EngineStuck")


@pytest.mark.long
def test_paused_engine_is_not_ended(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Its clients wait, the program's own questions too; its event loop runs all the same."""
    replica = sentinel_set.replicas()[0]
    with sentinel_scenario("CLIENT PAUSE 60000 ALL on a replica", converge=90):
        with sentinel_set.engine(replica) as engine:
            engine.execute_command("CLIENT PAUSE", 60_000, "ALL")

        def told() -> bool:
            return bool(sentinel_set.kube.telling(replica.name, "CLIENT PAUSE", reason="EnginePaused"))

        wait_for("an Event tells it", told, 50)
        wait_for("it answers again", lambda: sentinel_set.pod(replica.name).ready, 60)
        assert sentinel_set.pod(replica.name).restarts == replica.restarts
