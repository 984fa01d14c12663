"""The installation that the scenarios of one engine share; made anew when a scenario has left it broken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from e2e.kube import Kube
from e2e.members import Members
from e2e.release import Release
from e2e.shell import CommandError

# Both helms are used, one for each engine's tests.
HELM = {"redis": "helm", "valkey": "helm3"}

SomeMembers = TypeVar("SomeMembers", bound=Members)


class Installation(Generic[SomeMembers]):
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
        release = Release(HELM[self.engine], kube.namespace, "demo", self.values)
        self.members = self.kind(kube, release)
        return self.members

    def install(self) -> SomeMembers:
        members = self.prepare()
        began = time.monotonic()
        members.release.install()
        self.install_seconds = time.monotonic() - began
        members.wait_converged(30)
        return members

    def remove(self) -> None:
        if self.members is not None:
            self.members.kube.delete_namespace(wait=False)
            self.members = None
