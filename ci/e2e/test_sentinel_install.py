"""A first installation in sentinel mode: what it becomes, what it says of itself, and how clients reach it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from redis.exceptions import ReadOnlyError

from e2e.acts import check_and_status, conditions_told, first_start_told
from e2e.installation import Installation
from e2e.members import Pod
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.wait import wait_for
from recorder import Recorder, verify

KUBE_PROXY_BOUND = 3.0
"""Seconds from the API server's endpoints to the nodes' rules."""
ROLE_LABEL_BOUND = 2.0
"""Seconds from the end of `bowline failover` to labels that tell it."""


def labelled_primary(sentinel_set: SentinelSet) -> str:
    """The only server that its label calls primary; LookupError unless all others are called replicas."""
    labels = {pod.name: pod.role for pod in sentinel_set.servers()}
    if sorted(labels.values()) != ["primary", *["replica"] * (len(labels) - 1)]:
        raise LookupError(str(labels))
    return next(name for name, role in labels.items() if role == "primary")


def services_are_right(sentinel_set: SentinelSet, primary: Pod) -> bool:
    name = sentinel_set.name
    replicas = {pod.name for pod in sentinel_set.servers()} - {primary.name}
    return (
        sentinel_set.endpoints(f"{name}-primary") == {primary.name}
        and sentinel_set.endpoints(f"{name}-replicas") == replicas
    )


def test_sentinel_set_installed(
    sentinels: Installation[SentinelSet], sentinel_set: SentinelSet, figures: dict[str, Any]
) -> None:
    figures["helm install to all Ready"] = round(sentinels.install_seconds, 1)
    primary = sentinel_set.primary()
    assert primary.ordinal == 0, f"{primary.name} leads, though nobody had data"
    addresses = sentinel_set.service_ips()
    for pod in sentinel_set.replicas():
        info = sentinel_set.info(pod)
        assert info["master_host"] == addresses[primary.name], f"{pod.name} follows another address"
        assert info["master_link_status"] == "up"
    for members in (sentinel_set.servers(), sentinel_set.sentinels()):
        assert len(members) == 3
        nodes = [pod.node.name for pod in members]
        assert len(set(nodes)) == len(nodes), f"members share a node: {nodes}"


def test_sentinels_know_everybody(sentinel_set: SentinelSet) -> None:
    assert sentinel_set.misconceptions() == []
    for pod in sentinel_set.sentinels():
        sentinel_set.ask(pod, "CKQUORUM")  # raises when there is none
        assert sentinel_set.ask(pod, "MASTER")["quorum"] == 2


def test_helm_test_of_sentinel_set(sentinel_set: SentinelSet) -> None:
    sentinel_set.release.test()


def test_check_and_status_of_sentinel_set(sentinel_set: SentinelSet) -> None:
    check_and_status(sentinel_set)


def test_events_tell_the_first_start_of_sentinel_set(sentinel_set: SentinelSet) -> None:
    first_start_told(sentinel_set)


def test_conditions_tell_who_leads_the_set(sentinel_set: SentinelSet) -> None:
    conditions_told(sentinel_set, sentinel_set.primary())


def test_services_lead_to_the_roles(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    name = sentinel_set.name
    assert sentinel_set.endpoints(f"{name}-sentinel") == {pod.name for pod in sentinel_set.sentinels()}
    primary = sentinel_set.primary()
    assert labelled_primary(sentinel_set) == primary.name
    wait_for("the Services lead to the roles", lambda: services_are_right(sentinel_set, primary), 5)

    sentinel_set.fail_over()
    figures["labels told the failover after s"] = round(
        wait_for("other labels", lambda: labelled_primary(sentinel_set) != primary.name, ROLE_LABEL_BOUND, 0.1), 2
    )
    new = sentinel_set.wait_other_primary(primary, 5)
    assert labelled_primary(sentinel_set) == new.name
    wait_for("the Services lead to the new roles", lambda: services_are_right(sentinel_set, new), 5)
    addresses = sentinel_set.service_ips()

    def written() -> bool:
        with sentinel_set.client(addresses[f"{name}-primary"]) as client:
            client.set("plain", new.name)
            return bool(client.wait(2, 1000) == 2)

    def read_only() -> bool:
        with sentinel_set.client(addresses[f"{name}-replicas"]) as client:
            assert client.get("plain") == new.name
            try:
                client.set("plain", new.name)
            except ReadOnlyError:
                return True
            return False

    # kube-proxy follows the endpoints a moment later.
    wait_for("a write through the primary's Service, on all replicas", written, KUBE_PROXY_BOUND)
    wait_for("the replicas' Service leads to replicas", read_only, KUBE_PROXY_BOUND)


@pytest.mark.long
def test_plain_client_follows_a_failover(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """It knows the primary's Service alone, and connects again."""
    with sentinel_scenario("planned failover, beside it a client of the primary's Service") as running:
        plain = Recorder(sentinel_set.direct_settings(sentinel_set.service_ip(f"{sentinel_set.name}-primary"))).start()
        try:
            plain.wait_serving(plain.started, 10)
            sentinel_set.fail_over()
            plain.wait_serving(time.time(), 15)
        finally:
            recording = plain.stop()
    verdict = verify(recording, sentinel_set.recorder_settings())
    running.figures["plain_client_gap_s"] = verdict.longest_gaps
    assert verdict.ok, verdict


@pytest.mark.long
def test_events_tell_a_failover(sentinel_set: SentinelSet) -> None:
    before = {event["metadata"]["uid"] for event in sentinel_set.kube.all("events")}
    old = sentinel_set.primary()
    sentinel_set.fail_over()
    new = sentinel_set.wait_other_primary(old, 10)

    def told(pod: Pod, reason: str, text: str) -> bool:
        found = sentinel_set.kube.telling(pod.name, text, reason=reason)
        return any(event["metadata"]["uid"] not in before for event in found)

    change = f"{sentinel_set.member(old)} -> {sentinel_set.member(new)}"
    wanted = [
        (old, "RoleChanged", "primary -> replica"),
        (new, "RoleChanged", "-> primary"),
        *((sentinel, "PrimaryChanged", change) for sentinel in sentinel_set.sentinels()),
    ]

    def all_told() -> bool:
        if missing := [(pod.name, reason, text) for pod, reason, text in wanted if not told(pod, reason, text)]:
            raise LookupError(str(missing))
        return True

    wait_for("Events of all whom it concerns", all_told, 15)


@pytest.mark.long
@pytest.mark.timeout(500)
def test_first_start_without_a_member(engine: str, sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    """Two nodes for three servers and three sentinels: those that run wait for ever, until they are told not to."""
    values = {**VALUES, "spread": {"nodes": "required"}}
    other = Installation(SentinelSet, engine, "given-up", values)
    try:
        with sentinel_set.kube.cordoned(sentinel_set.kube.nodes()[-1]):
            few = other.prepare()
            few.release.install(wait=False)
            wait_for("two servers and two sentinels run", lambda: sum(bool(pod.ip) for pod in few.pods()) == 4, 60)
            absent = [few.member(pod) for pod in few.pods() if not pod.ip]
            present = [pod for pod in few.pods() if pod.ip]

            def tells(pod: Pod) -> bool:
                return bool(few.kube.telling(pod.name, "needs to hear from all members", reason="StartWaiting"))

            wait_for("they tell what they wait for", lambda: all(tells(pod) for pod in present), 30)
            few.release.upgrade({"startWithout": absent}, wait=False)
            began = time.monotonic()
            # The kubelet renews the configuration within two minutes; no start is hasty before 30 s.
            wait_for("they serve", lambda: {pod.name for pod in few.pods() if pod.ready} >= {present[0].name}, 200)
            figures["a member given up, to a primary"] = round(time.monotonic() - began, 1)
            leads = next(pod for pod in few.pods() if pod.ip and pod.component == "server" and few.is_primary(pod))
            with few.engine(leads) as client:
                client.set("written", "without them")
        few.release.upgrade(wait=False)
        few.wait_converged(180)
        with few.engine(few.primary()) as client:
            assert client.get("written") == "without them"
    finally:
        other.remove()
