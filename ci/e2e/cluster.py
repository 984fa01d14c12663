"""One installed Redis Cluster, seen through Kubernetes, through its engines, and through bowline."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from e2e.kube import Kube, Object
from e2e.nodes import Node
from e2e.release import Release
from e2e.shell import CommandError
from e2e.wait import wait_for
from recorder import Address, Settings

BOWLINE = "/opt/bowline/bowline"
PORT = 6379


@dataclass(frozen=True)
class Pod:
    """A member's pod as the API server knows it."""

    name: str
    uid: str
    ip: str
    node: Node
    shard: int
    ordinal: int
    ready: bool
    restarts: int

    @classmethod
    def of(cls, pod: Object) -> Pod:
        name = pod["metadata"]["name"]
        shard, ordinal = name.rsplit("-", 2)[1:]
        status = pod["status"]
        ready = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))
        return cls(
            name=name,
            uid=pod["metadata"]["uid"],
            ip=status.get("podIP", ""),
            node=Node(pod["spec"].get("nodeName", "")),
            shard=int(shard),
            ordinal=int(ordinal),
            ready=ready and "deletionTimestamp" not in pod["metadata"],
            restarts=sum(c["restartCount"] for c in status.get("containerStatuses", [])),
        )


class Cluster:
    def __init__(self, kube: Kube, release: Release, shards: int = 3, replicas: int = 1) -> None:
        self.kube = kube
        self.release = release
        self.shards = shards
        self.size = shards * (1 + replicas)
        self.name = release.name
        self.selector = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/component=server"

    # Kubernetes ----------------------------------------------------------------------------------------------------

    def pods(self) -> list[Pod]:
        return sorted((Pod.of(pod) for pod in self.kube.all("pods", self.selector)), key=lambda pod: pod.name)

    def pod(self, name: str) -> Pod:
        return Pod.of(self.kube.get("pod", name))

    def delete_pods(self, *names: str, force: bool = False) -> None:
        """Does not wait."""
        args = ["--grace-period=0", "--force"] if force else []
        self.kube("delete", "pod", *names, "--wait=false", *args)

    def wait_ready(self, timeout: float) -> float:
        def all_ready() -> bool:
            pods = self.pods()
            return len(pods) == self.size and all(pod.ready for pod in pods)

        return wait_for("all members Ready", all_ready, timeout)

    def wait_replaced(self, old: Pod, timeout: float) -> Pod:
        """The pod of the same name that came after `old`, once it is Ready."""
        wait_for(f"a new {old.name}", lambda: self.pod(old.name).uid != old.uid and self.pod(old.name).ready, timeout)
        return self.pod(old.name)

    def replace_all_by_force(self, timeout: float) -> None:
        """All pods at once; returns when each has a Ready successor."""
        old = self.pods()
        self.delete_pods(*(pod.name for pod in old), force=True)

        def replaced() -> bool:
            pods = {pod.name: pod for pod in self.pods()}
            return all(pods[pod.name].uid != pod.uid and pods[pod.name].ready for pod in old)

        wait_for("all pods replaced and Ready", replaced, timeout)

    def wait_rollout(self, timeout: int) -> None:
        for shard in range(self.shards):
            self.kube(
                "rollout",
                "status",
                f"statefulset/{self.name}-shard-{shard}",
                f"--timeout={timeout}s",
                timeout=timeout + 10,
            )

    def scale(self, replicas: int) -> None:
        self.kube("scale", "statefulset", "-l", self.selector, f"--replicas={replicas}")

    def volume(self, pod: Pod) -> str:
        """The path of the member's volume on its node."""
        claim = self.kube.get("persistentvolumeclaim", f"data-{pod.name}")
        spec = self.kube.get("persistentvolume", claim["spec"]["volumeName"])["spec"]
        return str((spec.get("hostPath") or spec["local"])["path"])

    def password(self) -> str:
        return base64.b64decode(self.kube.get("secret", f"{self.name}-auth")["data"]["password"]).decode()

    def service_ip(self, name: str) -> str:
        return str(self.kube.get("service", name)["spec"]["clusterIP"])

    # The engines ---------------------------------------------------------------------------------------------------

    def engine(self, pod: Pod) -> Redis:
        return Redis(
            pod.ip,
            PORT,
            password=self.password(),
            decode_responses=True,
            socket_timeout=2,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )

    def info(self, pod: Pod, section: str = "replication") -> dict[str, Any]:
        with self.engine(pod) as engine:
            return dict(engine.info(section))

    def is_primary(self, pod: Pod) -> bool:
        return bool(self.info(pod)["role"] == "master")

    def primary(self, shard: int) -> Pod:
        found = [pod for pod in self.pods() if pod.shard == shard and self.is_primary(pod)]
        assert len(found) == 1, f"shard {shard} has {len(found)} primaries: {[pod.name for pod in found]}"
        return found[0]

    def primaries(self) -> list[Pod]:
        return [self.primary(shard) for shard in range(self.shards)]

    def replica(self, shard: int) -> Pod:
        return next(pod for pod in self.pods() if pod.shard == shard and not self.is_primary(pod))

    def node_ids(self) -> dict[str, str]:
        """Pod name -> the cluster node id that its engine says of itself."""
        ids = {}
        for pod in self.pods():
            with self.engine(pod) as engine:
                ids[pod.name] = str(engine.execute_command("CLUSTER MYID"))
        return ids

    def hand_over_to(self, replica: Pod) -> None:
        with self.engine(replica) as engine:
            engine.execute_command("CLUSTER FAILOVER")
        wait_for(f"{replica.name} leads", lambda: self.is_primary(replica), 10)

    def recorder_settings(self) -> Settings:
        """Seeds: the client Service, then the members' own addresses. Never names: a test may hold DNS."""
        names = [self.name, *(pod.name for pod in self.pods())]
        return Settings(
            seeds=tuple(Address(self.service_ip(name), PORT) for name in names),
            password=self.password(),
            workers=self.shards,
        )

    # bowline -------------------------------------------------------------------------------------------------------

    def bowline(self, pod: str, *args: str, timeout: float = 60) -> str:
        return self.kube("exec", pod, "-c", "server", "--", BOWLINE, *args, timeout=timeout)

    def status(self) -> Any:
        """`bowline status` of the first member that answers."""
        error: CommandError | None = None
        for pod in self.pods():
            try:
                return json.loads(self.bowline(pod.name, "status", "--output", "json"))
            except CommandError as failed:
                error = failed
        raise error or LookupError("no members")

    def wait_converged(self, timeout: float) -> float:
        """Until every pod is Ready and `bowline check`, asked in one of them, exits with 0."""
        began = time.monotonic()
        self.wait_ready(timeout)
        asked = self.pods()[0].name

        def check() -> bool:
            return bool(self.bowline(asked, "check", "--wait", "10s"))

        wait_for("bowline check exits with 0", check, timeout - (time.monotonic() - began))
        return time.monotonic() - began
