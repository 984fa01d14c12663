"""The installation that the scenarios of one engine share; made anew when a scenario has left it broken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from e2e.kube import Kube
from e2e.members import Pods
from e2e.release import Release
from e2e.shell import CommandError

# Both helms are used, one for each engine's tests.
HELM = {"redis": "helm", "valkey": "helm3"}

SomeMembers = TypeVar("SomeMembers", bound=Pods)


class Installation(Generic[SomeMembers]):
    INSTALL_TIMEOUT = 120
    """Seconds, of `helm install --wait`."""
    CONVERGE_TIMEOUT = 30
    """Seconds, after that."""

    def __init__(
        self, kind: Callable[[Kube, Release], SomeMembers], engine: str, purpose: str, values: Mapping[str, Any]
    ) -> None:
        self.kind = kind
        self.engine = engine
        self.purpose = purpose
        self.values = {"engine": engine, "mode": "cluster", **values}
        self.count = 0
        self.members: SomeMembers | None = None
        self.install_seconds = 0.0

    def healthy(self) -> SomeMembers:
        """The members, in order; from a new installation when the last test has left them otherwise."""
        if self.members is not None:
            try:
                self.members.wait_converged(20)
            except (AssertionError, CommandError):
                self.remove()
        return self.members or self.install()

    def prepare(self) -> SomeMembers:
        """An empty namespace for the next installation."""
        self.count += 1
        kube = Kube(f"{self.purpose}-{self.engine}-{self.count}")
        kube.delete_namespace(wait=True)
        kube.create_namespace()
        self.members = self.kind(kube, self.release(kube.namespace))
        return self.members

    def release(self, namespace: str) -> Release:
        return Release(HELM[self.engine], namespace, "demo", self.values)

    def install(self) -> SomeMembers:
        members = self.prepare()
        began = time.monotonic()
        members.release.install(timeout=self.INSTALL_TIMEOUT)
        self.install_seconds = time.monotonic() - began
        members.wait_converged(self.CONVERGE_TIMEOUT)
        return members

    def remove(self, *, wait: bool = False) -> None:
        if self.members is not None:
            self.members.kube.delete_namespace(wait=wait)
            self.members = None
