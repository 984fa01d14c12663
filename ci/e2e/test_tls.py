"""TLS, in both modes: under it alone members fail over and follow a renewed certificate; beside the plain ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from e2e import tls
from e2e.acts import kill_primary
from e2e.cluster import Cluster
from e2e.conftest import scenarios
from e2e.installation import Installation
from e2e.members import Members, Pod, Wire
from e2e.nodes import Node
from e2e.scenario import Scenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.shell import CommandError
from e2e.wait import wait_for
from recorder import Recorder, verify

MODES: dict[str, tuple[Callable[..., Members], dict[str, Any]]] = {
    "cluster": (Cluster, {"persistence": {"size": "64Mi"}}),
    "sentinel": (SentinelSet, dict(VALUES)),
}
SOON = 10
"""Days until a certificate ends: fewer than the 21 in which that is told."""


@pytest.fixture(params=list(MODES))
def installation(
    request: pytest.FixtureRequest, engine: str, sentinels: Installation[SentinelSet]
) -> Iterator[Installation[Members]]:
    """Of each mode; the usual set makes room."""
    sentinels.remove()
    members, values = MODES[request.param]
    made = Installation(members, engine, f"tls-{request.param}", values)
    yield made
    made.remove()


@pytest.fixture
def authority(tmp_path: Path) -> tls.Authority:
    return tls.Authority(tmp_path)


def leader(members: Members) -> Pod:
    return next(pod for pod in tls.servers(members) if members.is_primary(pod))


def delete_primary(members: Members, running: Scenario) -> None:
    primary = leader(members)
    members.delete_pods(primary.name)
    running.serving(15)
    members.wait_replaced(primary, 60)


def follow_certificates(members: Members, authority: tls.Authority, figures: dict[str, Any]) -> None:
    """One that ends soon, one that does not, and one with the key of another."""
    names = [*tls.names(members), *tls.addresses(members)]
    soon, long = authority.issue(names, SOON), authority.issue(names)
    spent = tls.renew(members, authority, soon, tls.servers(members))
    figures["Secret changed to presented by each server, s"] = round(spent, 1)
    tls.told(members, tls.servers(members), "CertificateRenewed")
    tls.told(members, tls.servers(members), "CertificateExpires")
    wait_for("bowline check tells its end", lambda: bool(tls.check_tells(members)), tls.TOLD)
    wait_for("the metric tells its end", partial(tls.expiry_measured, members), tls.TOLD)

    spent = tls.renew(members, authority, long, members.pods())
    figures["Secret changed to presented by each member, s"] = round(spent, 1)
    wait_for("bowline check tells no end", lambda: not tls.check_tells(members), tls.TOLD)
    wait_for("the metric tells its end", partial(tls.expiry_measured, members), tls.TOLD)

    other = authority.issue(names)
    tls.hand_out(members, authority, tls.Certificate(other.text, long.key, other.serial))
    spent = tls.told(members, members.pods(), "CertificateRefused")
    figures["Secret with a wrong key to CertificateRefused, s"] = round(spent, 1)
    assert tls.all_present(members.pods(), members.wire, long), "the former one does not hold"
    tls.hand_out(members, authority, long)


@pytest.mark.timeout(600)
def test_tls_required(installation: Installation[Members], authority: tls.Authority, figures: dict[str, Any]) -> None:
    """Clients verify chains and names: of what members announce, in sentinel mode the addresses that sentinels tell."""
    members = tls.install_required(installation, authority)
    plain = Wire()
    assert all(tls.closed(pod.ip, plain.port(pod.component)) for pod in members.pods())
    make = scenarios(members, figures)
    with make("tls.mode: require, the primary's pod is deleted") as running:
        delete_primary(members, running)
    with make("tls.mode: require, kill -9 of the primary's engine") as running:
        kill_primary(members, leader(members), Node.kill_engine, running)
    nothing_restarted = tls.unchanged(members)
    with make("certificates are renewed, and a wrong one is refused", converge=tls.FOLLOWED) as running:
        follow_certificates(members, authority, figures)
    assert running.figures["errors"] == {}, running.figures
    assert nothing_restarted()


def write_by_tls(members: Members, figures: dict[str, Any]) -> None:
    """At the clients' Services: of the primary in sentinel mode, where sentinels name its plain port."""
    if isinstance(members, SentinelSet):
        settings = members.direct_settings(members.host(f"{members.name}-primary"))
    else:
        settings = members.recorder_settings()
    recorder = Recorder(settings).start()
    try:
        recorder.wait_serving(recorder.started, 15)
        time.sleep(1)
    finally:
        recording = recorder.stop()
    verdict = verify(recording, settings)
    figures["by TLS"] = {"acked": verdict.acked, "lost": verdict.lost, "errors": verdict.errors}
    assert verdict.ok and verdict.acked > 0, verdict


@pytest.mark.long
@pytest.mark.timeout(600)
def test_tls_offered(installation: Installation[Members], authority: tls.Authority, figures: dict[str, Any]) -> None:
    members = installation.install()
    tls.hand_out(members, authority, authority.issue(tls.names(members)))
    with scenarios(members, figures)("helm upgrade to tls.mode: offer, under plain clients", converge=90):
        members.release.upgrade(tls.values("offer"))
        members.wait_rollout(150)
    members.wire = authority.wire
    write_by_tls(members, figures)
    nothing_restarted = tls.unchanged(members)
    with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
        members.release.upgrade(tls.values("require"), wait=False)
    said = str(refused.value)
    assert "tls.mode: offer -> require: " in said and "Remedy: set tls.mode=offer again. " in said, said
    assert nothing_restarted()
