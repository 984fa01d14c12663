"""Under NetworkPolicies that are enforced: the members do all that they do without, and nobody else gets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.acts import kill_primary
from e2e.cluster import Cluster
from e2e.conftest import scenarios
from e2e.installation import Installation
from e2e.kube import Kube
from e2e.members import SENTINEL_PORT, Members, Pod
from e2e.network import Bystander, enforced, listening, own_address, reached
from e2e.nodes import Node
from e2e.scenario import Scenario
from e2e.sentinel_set import VALUES as SENTINEL_VALUES
from e2e.sentinel_set import SentinelSet
from e2e.standalone import VALUES as STANDALONE_VALUES
from e2e.standalone import Standalone

CLIENT_PORT = {"server": 6379, "sentinel": SENTINEL_PORT}
CLIENT = {"example.org/client": "yes"}
"""The label of pods that may connect."""
RULES_BOUND = 5.0
"""Seconds from a change in the API server to the rules on every node."""


@dataclass(frozen=True)
class Kind:
    """By turns in ci/test, as an engine is alone elsewhere."""

    engine: str
    mode: str

    @property
    def label(self) -> str:
        return f"{self.engine}-{self.mode}"


KINDS = [Kind(engine, mode) for mode in ("sentinel", "cluster", "standalone") for engine in ("redis", "valkey")]
MEMBERS: dict[str, tuple[Callable[..., Members], dict[str, Any]]] = {
    "cluster": (Cluster, {"persistence": {"size": "64Mi"}}),
    "sentinel": (SentinelSet, dict(SENTINEL_VALUES)),
    "standalone": (Standalone, dict(STANDALONE_VALUES)),
}


@pytest.fixture(scope="module")
def firewall() -> Iterator[None]:
    with enforced():
        yield


@pytest.fixture(scope="module", params=KINDS, ids=[kind.label for kind in KINDS])
def engine(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture(scope="module")
def beside(engine: Kind) -> Iterator[Kube]:
    """Another namespace."""
    kube = Kube(f"beside-{engine.label}")
    kube.delete_namespace(wait=True)
    kube.create_namespace()
    yield kube
    kube.delete_namespace(wait=False)


@pytest.fixture(scope="module")
def walled(firewall: None, engine: Kind, beside: Kube) -> Iterator[Installation[Members]]:
    """Clients are the pods with the label here and in the other namespace, and these tests."""
    members, values = MEMBERS[engine.mode]
    (api,) = Kube("default").all("endpointslices", "kubernetes.io/service-name=kubernetes")
    addresses = [address for endpoint in api["endpoints"] for address in endpoint["addresses"]]
    policy = {
        "enabled": True,
        "limitEgress": True,
        "clients": [
            {"podSelector": {"matchLabels": CLIENT}},
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": beside.namespace}},
                "podSelector": {"matchLabels": CLIENT},
            },
            {"ipBlock": {"cidr": f"{own_address(addresses[0])}/32"}},
        ],
        "apiServer": {
            "ports": [port["port"] for port in api["ports"]],
            "to": [{"ipBlock": {"cidr": f"{address}/32"}} for address in addresses],
        },
    }
    values = {**values, "networkPolicy": policy}
    installation = Installation(members, engine.engine, f"walled-{engine.mode}", values)
    yield installation
    installation.remove()


def leader(members: Members) -> Pod:
    return next(pod for pod in members.pods() if pod.component == "server" and members.is_primary(pod))


def hand_over(members: Members, running: Scenario) -> None:
    old = leader(members)
    members.bowline(old, "failover", *(["--shard", str(old.shard)] if isinstance(members, Cluster) else []))
    members.wait_other_primary(old, 10)
    running.serving(10)


@dataclass(frozen=True)
class People:
    strangers: list[Bystander]
    clients: list[Bystander]

    @classmethod
    def start(cls, members: Members, beside: Kube, engine: str) -> People:
        """Does not wait. The member's own labels must not help in another namespace."""
        server = members.kube.get("pod", members.pods()[0].name)
        image, labels = server["spec"]["containers"][0]["image"], server["metadata"]["labels"]
        return cls(
            strangers=[
                Bystander.start(members.kube, "stranger", image, engine, {}),
                Bystander.start(beside, "stranger", image, engine, labels),
            ],
            clients=[Bystander.start(kube, "client", image, engine, CLIENT) for kube in (members.kube, beside)],
        )

    def wait_ready(self) -> None:
        for bystander in (*self.strangers, *self.clients):
            bystander.wait_ready()


def open_ports(members: Members, mode: str) -> dict[str, str]:
    """Every address:port at which a member listens, whatever it is for -> its component."""
    pods = members.pods()
    with ThreadPoolExecutor(len(pods)) as pool:
        found = list(pool.map(lambda pod: listening(members, pod), pods))
    for pod, ports in zip(pods, found, strict=True):
        declared = {CLIENT_PORT[pod.component], 8379, 8380} | ({16379} if mode == "cluster" else set())
        assert declared <= ports, f"{pod.name} listens at {ports}"
    return {f"{pod.ip}:{port}": pod.component for pod, ports in zip(pods, found, strict=True) for port in ports}


def service_ports(members: Members) -> set[str]:
    specs = [service["spec"] for service in members.kube.all("services")]
    with_address = [spec for spec in specs if spec["clusterIP"] != "None"]
    return {f"{spec['clusterIP']}:{port['port']}" for spec in with_address for port in spec["ports"]}


def members_reach(members: Members, bystanders: list[Bystander]) -> list[Bystander]:
    """Those of them whom the first member reaches."""
    asked, targets = members.pods()[0], {one.target: one for one in bystanders}
    return [targets[target] for target in reached(members.kube, asked.name, asked.component, targets)]


def check_who_gets_in(members: Members, people: People, targets: dict[str, str]) -> None:
    permitted = {target for target, component in targets.items() if target.endswith(f":{CLIENT_PORT[component]}")}
    everything = {*targets, *service_ports(members)}
    for client in people.clients:
        client.wait_reaches(permitted, RULES_BOUND)
        assert client.reaches(targets) == permitted, f"{client} gets further"
    for stranger in people.strangers:
        assert stranger.reaches(everything) == set(), f"{stranger} gets in"
    assert members_reach(members, people.strangers) == []


def check_without_policies(members: Members, people: People, targets: dict[str, str]) -> None:
    """What was refused is there."""
    for stranger in people.strangers:
        stranger.wait_reaches(targets, RULES_BOUND)
    assert len(members_reach(members, people.strangers)) == len(people.strangers)


@pytest.mark.timeout(300)
def test_members_behind_network_policies(
    engine: Kind, walled: Installation[Members], beside: Kube, figures: dict[str, Any]
) -> None:
    members = walled.install()
    figures["helm install to all Ready"] = round(walled.install_seconds, 1)
    people = People.start(members, beside, engine.engine)
    members.release.test()
    title = "a handover, then kill -9, behind policies"
    with scenarios(members, figures)(title, repeats=engine.mode == "standalone") as running:
        if isinstance(members, Standalone):  # nobody to hand over to, and the engine is started again in its container
            members.server().node.kill_engine(members.server().uid)
            running.serving(30)
        else:
            hand_over(members, running)
            running.mark()
            kill_primary(members, leader(members), Node.kill_engine, running)
    members.release.upgrade(wait=False)
    people.wait_ready()
    targets = open_ports(members, engine.mode)
    check_who_gets_in(members, people, targets)
    members.release.upgrade({"networkPolicy": {"enabled": False}}, wait=False)
    check_without_policies(members, people, targets)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_rollout_behind_network_policies(walled: Installation[Members], figures: dict[str, Any]) -> None:
    """Each pod comes back with another address, which the rules must learn."""
    members = walled.healthy()
    members.release.upgrade(wait=False)
    old = {pod.name: pod.uid for pod in members.pods()}
    with scenarios(members, figures)("helm upgrade that changes the pods, behind policies", converge=90, repeats=True):
        members.release.upgrade({"podAnnotations": {"example.org/changed": "yes"}})
        members.wait_rollout(150)
    assert all(pod.uid != old[pod.name] for pod in members.pods())
