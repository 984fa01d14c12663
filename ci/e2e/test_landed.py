"""Upgrades of bowline itself: from states that have landed to this tree, and back, under writing clients."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.acts import check_and_status, kill_primary
from e2e.cluster import Cluster
from e2e.conftest import scenarios
from e2e.installation import HELM, Installation
from e2e.kube import Kube
from e2e.landed import Landed, events_of, landed, toolkit_images
from e2e.members import Members, Pod
from e2e.nodes import Node
from e2e.release import Release, Values, built_tag
from e2e.scenario import MakeScenario, Scenario
from e2e.sentinel_set import VALUES as SENTINEL_VALUES
from e2e.sentinel_set import SentinelSet
from e2e.shell import CHART
from e2e.standalone import VALUES as STANDALONE_VALUES
from e2e.standalone import Standalone
from e2e.wait import wait_for
from recorder import Recorder, verify

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

NAME = "demo"
FIRST_SHARD = (f"{NAME}-server-", f"{NAME}-shard-0-")
"""What its servers' names begin with."""
ENGINES = tuple(HELM)
ENGINE_TAGS = {"redis": "8.6", "valkey": "9.1"}
"""What is on the nodes; a landed chart may have named an older engine, which could not read the newer one's data."""
ROLLED = 150
"""Seconds for the pods of one StatefulSet."""

TROUBLE = frozenset(
    {
        "Fenced",
        "PeerRejected",
        "StartRefused",
        "NoHandover",
        "EngineStuck",
        "EngineEnded",
        "DatasetDamaged",
        "DatasetTruncated",
        "StaleReplicaWaiting",
        "LossAccepted",
        "SentinelStateLost",
        "RoleLabelWaiting",
        # What the landed programs call them.
        "DatasetCut",
        "StaleReplicaWaits",
        "MemoryLost",
    }
)
"""Events that an upgrade must not lead to."""


@dataclass(frozen=True)
class Kind:
    """Of installation."""

    members: Callable[[Kube, Release], Members]
    values: Values
    half: int
    """updateStrategy.partition that leaves the servers with lower ordinals as they are."""


KINDS = {
    "sentinel": Kind(SentinelSet, SENTINEL_VALUES, 2),
    "cluster": Kind(Cluster, {"mode": "cluster", "persistence": {"size": "64Mi"}}, 1),
    "standalone": Kind(Standalone, STANDALONE_VALUES, 0),
}


def cases(first: int, *modes: str) -> pytest.MarkDecorator:
    """Mode and landed state, each with one of the engines by turns."""
    found = [
        pytest.param(engine, mode, state, id=f"{engine}-{mode}-{state.name}")
        for i, state in enumerate(landed())
        for j, mode in enumerate(modes)
        if mode in state.modes
        for engine in [ENGINES[(first + i + j) % len(ENGINES)]]
    ]
    return pytest.mark.parametrize(("engine", "mode", "state"), found, indirect=["engine"])


class FromLanded(Installation[Members]):
    """Of a landed chart, whose image is on the nodes."""

    def __init__(self, engine: str, mode: str, state: Landed) -> None:
        kind = KINDS[mode]
        values = {**kind.values, "image": {"tag": ENGINE_TAGS[engine]}}
        super().__init__(kind.members, engine, f"landed-{state.name}-{mode}", values)
        self.mode = mode
        self.state = state
        self.half = kind.half

    @property
    def running(self) -> Members:
        assert self.members is not None
        return self.members

    def release(self, namespace: str) -> Release:
        release = super().release(namespace)
        release.move_to(self.state.chart, self.state.tag)
        return release


@pytest.fixture
def old(engine: str, mode: str, state: Landed, sentinels: Installation[SentinelSet]) -> Iterator[FromLanded]:
    """The set makes room."""
    sentinels.remove()
    state.load()
    installation = FromLanded(engine, mode, state)
    installation.install()
    yield installation
    installation.remove(wait=True)


def run_all(members: Members, state: Landed | None) -> None:
    """All pods run the landed program, or with None this tree's."""
    tag = state.tag if state else built_tag()
    wrong = {name: image for name, image in toolkit_images(members).items() if not image.endswith(f":{tag}")}
    assert not wrong, f"not of {tag}: {wrong}"


@contextmanager
def clients(old: FromLanded, figures: dict[str, Any], title: str) -> Iterator[Scenario]:
    """Clients as Scenario has them; in sentinel mode also one that knows the primary's Service alone."""
    members = old.running
    with ExitStack() as stack:
        running = stack.enter_context(
            scenarios(members, figures)(title, converge=120, repeats=old.mode == "standalone")
        )
        beside = None
        if old.mode == "sentinel":
            beside = Recorder(members.direct_settings(members.service_ip(f"{NAME}-primary"))).start()
            stack.callback(beside.halt.set)
            beside.wait_serving(beside.started, 15)
        began = time.monotonic()
        yield running
        running.figures["took_s"] = round(time.monotonic() - began, 1)
        if beside:
            beside.wait_serving(time.time(), 20)
            recording = beside.stop()
            verdict = verify(recording, members.recorder_settings())
            running.figures["by_service"] = {
                "acked": verdict.acked,
                "lost": verdict.lost,
                "gap_s": verdict.longest_gaps,
                "errors": verdict.errors,
            }
            assert verdict.ok, verdict


def services_follow(members: Members) -> None:
    if not isinstance(members, SentinelSet):
        return
    primary = members.primary()
    replicas = {pod.name for pod in members.replicas()}
    wait_for(
        "the Services lead to the roles",
        lambda: (
            members.endpoints(f"{NAME}-primary") == {primary.name} and members.endpoints(f"{NAME}-replicas") == replicas
        ),
        5,
    )


def all_is_well(members: Members, *, killed: bool = False) -> None:
    """Asked in every pod, so that each member has heard all others."""
    for pod in members.pods():
        members.bowline(pod, "check", "--wait", "10s")
    check_and_status(members, of_this_tree=False)
    services_follow(members)
    # Nobody can take over from a standalone server, and each stop of it tells that.
    usual = {"NoHandover"} if isinstance(members, Standalone) else set()
    usual |= {"EngineEnded"} if killed else set()
    assert events_of(members.kube, TROUBLE - usual) == []
    if not killed:
        assert {pod.name: pod.restarts for pod in members.pods() if pod.restarts} == {}


def test_settings_of_a_later_version(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """In the middle of an upgrade a member that restarts reads settings that the new chart has rendered."""
    name, key = f"{NAME}-config", "bowline.json"
    own = sentinel_set.kube.get("configmap", name)["data"][key]
    later = json.loads(own)
    for section in (later, later["ports"], later["sentinel"], later["auth"], later["log"]):
        section["later"] = 1

    def put(text: str) -> None:
        sentinel_set.kube("patch", "configmap", name, "--type=merge", "-p", json.dumps({"data": {key: text}}))

    put(json.dumps(later))
    try:
        for pod in (sentinel_set.primary(), sentinel_set.sentinels()[0]):
            with sentinel_scenario(f"a {pod.component} is replaced by one that reads them"):
                sentinel_set.delete_pods(pod.name)
                sentinel_set.wait_replaced(pod, 60)
            log = sentinel_set.kube("logs", pod.name, "-c", pod.component)
            assert "later, ports.later" in log, log
    finally:
        put(own)


@cases(0, "sentinel", "cluster", "standalone")
def test_landed_upgraded_and_rolled_back(old: FromLanded, figures: dict[str, Any]) -> None:
    members = old.running
    run_all(members, old.state)
    with clients(old, figures, "helm upgrade to this tree"):
        members.release.move_to(CHART)
        members.release.upgrade()
        members.wait_rollout(ROLLED)
    run_all(members, None)
    all_is_well(members)
    with clients(old, figures, "helm rollback"):
        members.release.rollback()
        members.wait_rollout(ROLLED)
    run_all(members, old.state)
    all_is_well(members)


def pairs(members: Members, half: int) -> tuple[Pod, Pod]:
    """Of one shard: a server that is left as it is, and one that is already changed."""
    servers = [pod for pod in members.pods() if pod.component == "server" and pod.name.startswith(FIRST_SHARD)]
    return servers[0], next(pod for pod in servers if pod.ordinal >= half)


def lead(members: Members, asked: Pod, target: Pod) -> None:
    """By `bowline failover` in the pod `asked`."""
    members.bowline(asked, "failover", "--to", members.member(target), *shard(target))
    wait_for(f"{target.name} leads", lambda: members.is_primary(target), 10)


def shard(pod: Pod) -> list[str]:
    return ["--shard", str(pod.shard)] if "-shard-" in pod.name else []


def roles_move_both_ways(members: Members, half: int, running: Scenario) -> None:
    """Between a changed and an unchanged server: handed over, and taken over after a death."""
    unchanged, changed = pairs(members, half)
    for asked, target in ((unchanged, changed), (changed, unchanged)) * 2:
        if not members.is_primary(target):
            lead(members, asked, target)
            running.serving(10)
            members.wait_converged(60)
    for primary, other in ((unchanged, changed), (changed, unchanged)):
        if not members.is_primary(primary):
            lead(members, other, primary)
            members.wait_converged(60)
        kill_primary(members, members.pod(primary.name), Node.kill_engine, running)
        members.wait_converged(60)


def rolled_by_halves(old: FromLanded, figures: dict[str, Any], to: str) -> None:
    """Upgraded to the release's chart, with a rest in the middle."""
    members = old.running
    partition = {"updateStrategy": {"partition": old.half}}
    servers = [pod.name for pod in members.pods() if pod.component == "server"]
    with clients(old, figures, f"half of the servers to {to}"):
        members.release.upgrade(partition)
        members.wait_rollout(ROLLED)
    images = toolkit_images(members)
    assert len({images[name] for name in servers}) == 2, images
    all_is_well(members, killed=True)
    with clients(old, figures, f"roles move between the halves, on the way to {to}") as running:
        roles_move_both_ways(members, old.half, running)
    all_is_well(members, killed=True)
    with clients(old, figures, f"the other half to {to}"):
        members.release.upgrade()
        members.wait_rollout(ROLLED)
    all_is_well(members, killed=True)


@cases(1, "sentinel", "cluster")
def test_landed_upgraded_by_halves_and_back(old: FromLanded, figures: dict[str, Any]) -> None:
    """Two versions side by side for as long as one likes; the way back is an upgrade to the old chart."""
    members = old.running
    members.release.move_to(CHART)
    rolled_by_halves(old, figures, "this tree")
    run_all(members, None)
    members.release.move_to(old.state.chart, old.state.tag)
    rolled_by_halves(old, figures, "the landed state")
    run_all(members, old.state)
