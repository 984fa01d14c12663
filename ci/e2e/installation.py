"""The installation that the scenarios of one engine share; made anew when a scenario has left it broken."""

from __future__ import annotations

import time
from typing import Any

from e2e.cluster import Cluster
from e2e.kube import Kube
from e2e.release import Release
from e2e.shell import CommandError

# Both helms are used, one for each engine's tests.
HELM = {"redis": "helm", "valkey": "helm3"}


class Installation:
    def __init__(self, engine: str, purpose: str, values: dict[str, Any]) -> None:
        self.engine = engine
        self.purpose = purpose
        self.values = {"engine": engine, **values}
        self.count = 0
        self.cluster: Cluster | None = None
        self.install_seconds = 0.0

    def healthy(self) -> Cluster:
        """The cluster, in order; from a new installation when the last test has left it otherwise."""
        if self.cluster is not None:
            try:
                self.cluster.wait_converged(20)
            except (AssertionError, CommandError):
                self.remove()
        if self.cluster is None:
            self.cluster = self.install()
        return self.cluster

    def prepare(self, replicas: int = 1) -> Cluster:
        """An empty namespace for the next installation."""
        self.count += 1
        kube = Kube(f"{self.purpose}-{self.engine}-{self.count}")
        kube.delete_namespace(wait=True)
        kube.create_namespace()
        release = Release(HELM[self.engine], kube.namespace, "demo", self.values)
        self.cluster = Cluster(kube, release, replicas=replicas)
        return self.cluster

    def install(self) -> Cluster:
        cluster = self.prepare()
        began = time.monotonic()
        cluster.release.install()
        self.install_seconds = time.monotonic() - began
        cluster.wait_converged(30)
        return cluster

    def remove(self) -> None:
        if self.cluster is not None:
            self.cluster.kube.delete_namespace(wait=False)
            self.cluster = None
