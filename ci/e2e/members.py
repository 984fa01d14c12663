"""The pods of one release, seen through Kubernetes and their engines; and its members, seen through bowline."""

from __future__ import annotations

import base64
import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from e2e.kube import Kube, Object
from e2e.nodes import Node
from e2e.release import Release
from e2e.shell import CommandError
from e2e.wait import wait_for
from recorder import Address, Mode, Settings

BOWLINE = "/opt/bowline/bowline"
PORT = 6379
SENTINEL_PORT = 26379
DOMAIN = "cluster.local"


@dataclass(frozen=True)
class Wire:
    """How the tests connect to servers and sentinels."""

    server: int = PORT
    sentinel: int = SENTINEL_PORT
    ca_file: str | None = None
    """TLS, with certificates of the CAs of this file; None: no TLS."""

    def options(self) -> dict[str, Any]:
        """Of a connection to a pod's address. No certificate names it: the chain alone is verified, as members do."""
        if self.ca_file is None:
            return {}
        return {"ssl": True, "ssl_ca_certs": self.ca_file, "ssl_check_hostname": False}

    def port(self, component: str) -> int:
        return self.sentinel if component == "sentinel" else self.server


@dataclass(frozen=True)
class Pod:
    """A member's pod as the API server knows it."""

    name: str
    uid: str
    ip: str
    node: Node
    component: str
    """Of this chart: server or sentinel, also the name of its container."""
    role: str
    """What the member's label says; "" when it has none."""
    last_copy: bool
    """By its label: it may not be evicted."""
    ready: bool
    restarts: int

    @property
    def ordinal(self) -> int:
        return int(self.name.rsplit("-", 1)[1])

    @property
    def shard(self) -> int:
        """In cluster mode."""
        return int(self.name.rsplit("-", 2)[1])

    @classmethod
    def of(cls, pod: Object) -> Pod:
        status, labels = pod["status"], pod["metadata"]["labels"]
        ready = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))
        return cls(
            name=pod["metadata"]["name"],
            uid=pod["metadata"]["uid"],
            ip=status.get("podIP", ""),
            node=Node(pod["spec"].get("nodeName", "")),
            component=labels.get("app.kubernetes.io/component", ""),
            role=labels.get("bowline/role", ""),
            last_copy=labels.get("bowline/last-copy") == "true",
            ready=ready and "deletionTimestamp" not in pod["metadata"],
            restarts=sum(c["restartCount"] for c in status.get("containerStatuses", [])),
        )


class Pods(ABC):
    """The pods of one release of whatever chart, seen through Kubernetes and their engines."""

    COMPONENTS: ClassVar[tuple[str, ...]] = ("server",)

    def __init__(self, kube: Kube, release: Release) -> None:
        self.kube = kube
        self.release = release
        self.name = release.name
        self.wire = Wire()
        components = ",".join(self.COMPONENTS)
        self.selector = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/component in ({components})"

    @abstractmethod
    def statefulsets(self) -> dict[str, int]:
        """Names, and how many pods each has as declared."""

    @abstractmethod
    def recorder_settings(self) -> Settings:
        """For clients that outlive every fault."""

    def direct_settings(self, address: str, slots: range | None = None) -> Settings:
        """For a client that knows one address and nothing of the others. `slots`: what a cluster's primary owns."""
        return Settings(
            (Address(address, self.wire.server),),
            password=self.password(),
            mode=Mode.DIRECT,
            workers=1,
            slots=slots,
            ca_file=self.wire.ca_file,
        )

    @abstractmethod
    def wait_converged(self, timeout: float) -> float:
        """Until all is as after an installation; seconds."""

    @property
    def size(self) -> int:
        return sum(self.statefulsets().values())

    # Kubernetes ----------------------------------------------------------------------------------------------------

    def pods(self) -> list[Pod]:
        found = [Pod.of(pod) for pod in self.kube.all("pods", self.selector)]
        return sorted(found, key=lambda pod: (self.COMPONENTS.index(pod.component), pod.name))

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

    def wait_restarted(self, old: Pod, timeout: float) -> None:
        """Until the container of `old` was started again. It need not be Ready."""
        wait_for(f"a restart of {old.name}", lambda: self.pod(old.name).restarts > old.restarts, timeout)

    def replace_by_force(self, old: list[Pod], timeout: float) -> None:
        """These pods at once; returns when each has a Ready successor."""
        self.delete_pods(*(pod.name for pod in old), force=True)

        def replaced() -> bool:
            pods = {pod.name: pod for pod in self.pods()}
            return all(pods[pod.name].uid != pod.uid and pods[pod.name].ready for pod in old)

        wait_for("all these pods replaced and Ready", replaced, timeout)

    def replace_all_by_force(self, timeout: float) -> None:
        self.replace_by_force(self.pods(), timeout)

    def wait_rollout(self, timeout: int) -> None:
        """At most `timeout` seconds for each StatefulSet."""
        for name in self.statefulsets():
            self.kube("rollout", "status", f"statefulset/{name}", f"--timeout={timeout}s", timeout=timeout + 10)

    def scale_to_zero(self) -> None:
        """Returns when no member is left."""
        self.kube("scale", "statefulset", "-l", self.selector, "--replicas=0")
        wait_for("no member is left", lambda: not self.pods(), 90)

    def scale_back(self) -> None:
        """Does not wait."""
        for name, size in self.statefulsets().items():
            self.kube("scale", f"statefulset/{name}", f"--replicas={size}")

    def volume(self, pod: Pod) -> str:
        """The path of the member's volume on its node."""
        claim = self.kube.get("persistentvolumeclaim", f"data-{pod.name}")
        spec = self.kube.get("persistentvolume", claim["spec"]["volumeName"])["spec"]
        return str((spec.get("hostPath") or spec["local"])["path"])

    def password(self, key: str = "password") -> str:
        """The clients'; with the key "replication-password" the members'."""
        return base64.b64decode(self.kube.get("secret", f"{self.name}-auth")["data"][key]).decode()

    def service_ip(self, name: str) -> str:
        return str(self.kube.get("service", name)["spec"]["clusterIP"])

    def service_ips(self) -> dict[str, str]:
        """Of all Services of the release, by name."""
        services = self.kube.all("services", f"app.kubernetes.io/instance={self.name}")
        return {service["metadata"]["name"]: str(service["spec"]["clusterIP"]) for service in services}

    def host(self, service: str) -> str:
        """The name of a Service that a certificate tells."""
        return f"{service}.{self.kube.namespace}.svc.{DOMAIN}"

    def seeds(self, services: list[str], port: int) -> tuple[Address, ...]:
        """Addresses, as a test may hold DNS; with TLS names, which are verified."""
        if self.wire.ca_file is not None:
            return tuple(Address(self.host(service), port) for service in services)
        addresses = self.service_ips()
        return tuple(Address(addresses[service], port) for service in services)

    def endpoints(self, service: str) -> set[str]:
        """Names of the pods to which the Service leads."""
        slices = self.kube.all("endpointslices", f"kubernetes.io/service-name={service}")
        ends = [end for one in slices for end in one.get("endpoints") or []]
        return {end["targetRef"]["name"] for end in ends if end["conditions"].get("ready")}

    # The engines ---------------------------------------------------------------------------------------------------

    @cached_property
    def known_password(self) -> str:
        """As it was when first asked for: it stays the same until forget_password."""
        return self.password()

    def forget_password(self) -> None:
        """It is another one now."""
        vars(self).pop("known_password", None)

    def client(self, host: str, port: int | None = None) -> Redis:
        """With the clients' password; one attempt per command. The port: by default that of servers."""
        return Redis(
            host,
            port or self.wire.server,
            password=self.known_password,
            decode_responses=True,
            socket_timeout=2,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
            **self.wire.options(),
        )

    def engine(self, pod: Pod) -> Redis:
        return self.client(pod.ip)

    def info(self, pod: Pod, section: str = "replication") -> dict[str, Any]:
        with self.engine(pod) as engine:
            return dict(engine.info(section))

    def is_primary(self, pod: Pod) -> bool:
        return bool(self.info(pod)["role"] == "master")


class Members(Pods):
    """Of a release of this chart: what both modes share."""

    @abstractmethod
    def ids(self) -> dict[str, str]:
        """Pod name -> the id that its engine says of itself; a member keeps it for ever."""

    @abstractmethod
    def wait_other_primary(self, old: Pod, timeout: float) -> Pod:
        """Until another member leads in the place of `old`, also in the others' eyes where they decide it."""

    def member(self, pod: Pod) -> str:
        """As bowline calls it: server-1, shard-0-1."""
        return pod.name.removeprefix(f"{self.name}-")

    def labelled(self, pods: list[Pod]) -> set[str]:
        """Names of those whose label says now that they lead."""
        names = {pod.name for pod in pods}
        return {pod.name for pod in self.pods() if pod.name in names and pod.role == "primary"}

    def bowline(self, pod: Pod, *args: str, timeout: float = 60) -> str:
        return self.kube("exec", pod.name, "-c", pod.component, "--", BOWLINE, *args, timeout=timeout)

    def problems(self, *args: str) -> list[str]:
        """What `bowline check` says when it does not exit with 0, with --strict its warnings too; else []."""
        asked = self.pods()[0]
        done = self.kube.attempt("exec", asked.name, "-c", asked.component, "--", BOWLINE, "check", *args)
        marks = ("! ", "warning: ") if "--strict" in args else ("! ",)
        lines = [line for line in done.stdout.splitlines() if line.startswith(marks)]
        if done.returncode != 0 and not lines:
            raise CommandError(f"bowline check: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return lines if done.returncode != 0 else []

    def status(self) -> Any:
        """`bowline status` of the first member that answers."""
        error: CommandError | None = None
        for pod in self.pods():
            try:
                return json.loads(self.bowline(pod, "status", "--output", "json"))
            except CommandError as failed:
                error = failed
        raise error or LookupError("no members")

    def wait_converged(self, timeout: float) -> float:
        """Until every pod is Ready and `bowline check`, asked in one of them, exits with 0."""
        began = time.monotonic()
        self.wait_ready(timeout)
        asked = self.pods()[0]

        def check() -> bool:
            return bool(self.bowline(asked, "check", "--wait", "10s"))

        wait_for("bowline check exits with 0", check, timeout - (time.monotonic() - began))
        return time.monotonic() - began
