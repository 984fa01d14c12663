"""A nodes.conf that must not be started from: the member refuses, says so everywhere, and leaves the file as it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from e2e.cluster import Cluster
from e2e.members import Pod
from e2e.scenario import MakeScenario
from e2e.volumes import Tampered
from e2e.wait import wait_for
from integration.bad_files import BAD_FILES, mutual

REFUSED = 65  # the exit code for data that is refused


class BadNodesConf(Tampered):
    """Of a replica."""

    def __init__(self, cluster: Cluster, pod: Pod, kind: str, change: Callable[[bytes], bytes]) -> None:
        super().__init__(cluster, pod, "nodes.conf", change)
        self.cluster = cluster
        self.kind = kind

    def terminated(self) -> dict[str, Any]:
        """The end of the first container that was started on the bad file."""
        status = self.cluster.kube.get("pod", self.pod.name)["status"]
        for container in [*status["containerStatuses"], *status["initContainerStatuses"]]:
            for state in (container["state"], container["lastState"]):
                if state.get("terminated", {}).get("exitCode") == REFUSED:
                    return dict(state["terminated"])
        raise LookupError(f"no container of {self.pod.name} has ended with {REFUSED}")

    def check_refusal(self) -> None:
        wait_for(f"{self.pod.name} refuses ({self.kind})", lambda: bool(self.terminated()), 30)
        assert "nodes.conf" in self.terminated()["message"]
        wait_for(f"an Event tells it ({self.kind})", self.event_tells, 15)
        assert self.pod.node.sha256(self.path) == self.sha256, "the file was changed"
        assert not self.cluster.pod(self.pod.name).ready

    def event_tells(self) -> bool:
        return bool(self.cluster.kube.telling(self.pod.name, "nodes.conf", type="Warning"))

    def repair(self) -> None:
        self.write(self.good)
        self.cluster.delete_pods(self.pod.name)


def test_bad_volume_mended_in_diagnostic_mode(cluster: Cluster, scenario: MakeScenario) -> None:
    """The pod of a member whose volume is refused is kept up, and the file is put back while it is."""
    with scenario("a refused volume, mended in diagnostic mode", converge=120) as running:
        member = BadNodesConf(cluster, cluster.replica(0), "cut", BAD_FILES["cut"])
        member.tamper()
        wait_for("it refuses", lambda: bool(member.terminated()), 30)
        name = member.pod.name
        held = {"enabled": True, "members": [cluster.member(member.pod)]}
        cluster.release.upgrade({"diagnosticMode": held, "updateStrategy": {"type": "OnDelete"}}, wait=False)
        cluster.delete_pods(name)
        said = "refused (nodes.conf"
        wait_for("an Event tells it", lambda: bool(cluster.kube.telling(name, said, reason="DiagnosticMode")), 60)
        pod = cluster.pod(name)
        assert pod.uid != member.pod.uid
        assert not pod.ready
        assert "diagnosticMode.enabled=false" in cluster.kube("logs", name, "-c", "server")
        assert pod.node.sha256(member.path) == member.sha256, "the file was changed"
        member.write(member.good)
        cluster.release.upgrade({"updateStrategy": {"type": "OnDelete"}}, wait=False)
        began = time.monotonic()
        cluster.delete_pods(name)
        cluster.wait_replaced(pod, 60)
        running.figures["deleted_to_ready_s"] = round(time.monotonic() - began, 1)
        cluster.release.upgrade()


@pytest.mark.parametrize("kinds", [("empty", "cut", "binary"), ("foreign", "overlapping")], ids=",".join)
def test_bad_nodes_conf(cluster: Cluster, scenario: MakeScenario, kinds: tuple[str, ...]) -> None:
    with scenario(f"bad nodes.conf on replicas: {', '.join(kinds)}") as running:
        members = [
            BadNodesConf(cluster, cluster.replica(shard), kind, BAD_FILES[kind]) for shard, kind in enumerate(kinds)
        ]
        try:
            for member in members:
                member.tamper()
            for member in members:
                member.check_refusal()
            running.serving(5)
        finally:
            for member in members:
                member.repair()
        for member in members:
            cluster.wait_replaced(member.pod, 60)


def test_saved_as_replicas_of_each_other(cluster: Cluster, scenario: MakeScenario) -> None:
    with scenario("nodes.conf with replica and primary as replicas of each other") as running:
        pod = cluster.replica(0)
        member = BadNodesConf(cluster, pod, "mutual", mutual)
        member.tamper()

        def restarted() -> bool:
            now = cluster.pod(pod.name)
            return now.restarts > pod.restarts and now.ready

        wait_for(f"{pod.name} has started again", restarted, 60)
        with pytest.raises(LookupError):
            member.terminated()
        running.serving(5)
