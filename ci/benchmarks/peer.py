"""Another chart, installed from a folder: what is measured of ours is measured of it in the same run.

A file of ci/benchmarks/peers tells what must be known of a chart; nothing of the chart itself is here. The release's
name is `demo`; in seeds `{namespace}` stands for its namespace.

    title         as the figures call it
    mode          how clients find the primary: cluster, sentinel, direct (a standalone server; ours is one then)
    engine        redis or valkey: which engine ours has in the same run
    seeds         HOST:PORT of what clients know: members, sentinels, or a Service that follows the primary
    master        sentinel mode: the primary's name
    secret, key   where the password is
    sentinels_ask_for_password
    pods          labels of the pods that have an engine
    values        of the chart
"""

from __future__ import annotations

import base64
import os
import tomllib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from e2e.installation import HELM, Installation
from e2e.kube import Kube
from e2e.members import Pod, Pods
from e2e.release import Release
from e2e.wait import wait_for
from recorder import Address, Mode, Settings

FOLDER = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Description:
    name: str
    """The file's."""
    title: str
    mode: Mode
    engine: str
    seeds: list[str]
    secret: str
    key: str
    pods: str
    master: str = "mymaster"
    sentinels_ask_for_password: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> Description:
        """`name` is of a file of FOLDER, or a path."""
        path = FOLDER / f"{name}.toml"
        path = path if path.exists() else Path(name)
        fields = tomllib.loads(path.read_text())
        return cls(**{**fields, "name": path.stem, "mode": Mode(fields["mode"])})


class Peer(Pods):
    def __init__(self, kube: Kube, release: Release, description: Description) -> None:
        super().__init__(kube, release)
        self.description = description
        self.selector = description.pods

    def statefulsets(self) -> dict[str, int]:
        found = self.kube.all("statefulsets", f"app.kubernetes.io/instance={self.name}")
        return {one["metadata"]["name"]: int(one["spec"]["replicas"]) for one in found}

    def pods(self) -> list[Pod]:
        return sorted((Pod.of(pod) for pod in self.kube.all("pods", self.selector)), key=lambda pod: pod.name)

    def password(self, key: str = "") -> str:
        data = self.kube.get("secret", self.description.secret)["data"]
        return base64.b64decode(data[key or self.description.key]).decode()

    def recorder_settings(self) -> Settings:
        told = self.description
        password = self.known_password
        return Settings(
            seeds=tuple(Address.parse(seed.format(namespace=self.kube.namespace)) for seed in told.seeds),
            password=password,
            mode=told.mode,
            master_name=told.master,
            sentinel_password=password if told.sentinels_ask_for_password else None,
            workers=3 if told.mode is Mode.CLUSTER else 2,
        )

    def leaders(self) -> list[Pod]:
        """Those that call themselves primary, most replicas first."""
        found = []
        for pod in self.pods():
            try:
                info = self.info(pod)
            except (RedisError, OSError):
                continue
            if info["role"] == "master":
                found.append((-int(info["connected_slaves"]), pod.name, pod))
        return [pod for _, _, pod in sorted(found, key=lambda one: one[:2])]

    def wait_converged(self, timeout: float) -> float:
        """As far as can be told of any chart: all pods Ready, and every replica's link is up."""

        def replicated() -> bool:
            infos = [self.info(pod) for pod in self.pods()]
            linked = [info for info in infos if info["role"] == "slave" and info["master_link_status"] == "up"]
            alone = len(infos) == 1
            leading = [info for info in infos if info["role"] == "master" and (alone or info["connected_slaves"])]
            return bool(leading) and len(leading) + len(linked) == len(infos)

        return self.wait_ready(timeout) + wait_for("all replicas are linked", replicated, timeout)


class PeerInstallation(Installation[Peer]):
    INSTALL_TIMEOUT = 300
    CONVERGE_TIMEOUT = 120

    def __init__(self, description: Description, chart: Path, purpose: str) -> None:
        super().__init__(partial(Peer, description=description), description.engine, purpose, {})
        self.description = description
        self.chart = chart

    def release(self, namespace: str) -> Release:
        return Release(HELM[self.engine], namespace, "demo", self.description.values, self.chart)


def chosen() -> tuple[Description, Path] | None:
    """What `ci/bench --peer` names: the description and the chart's folder."""
    chart = os.environ.get("BOWLINE_PEER")
    return (Description.read(os.environ["BOWLINE_PEER_AS"]), Path(chart)) if chart else None
