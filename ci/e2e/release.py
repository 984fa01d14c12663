"""The chart's life: install, upgrade, rollback, uninstall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2e.shell import CHART, run

Values = Mapping[str, Any]
# What ci/images/build.sh builds.
TOOLKIT = {"image": {"repository": "localhost/bowline"}}


def of_the_tests(name: str) -> Values:
    """What this repository's chart is always told: the tests name objects by the release alone."""
    return {"fullnameOverride": name, "toolkit": TOOLKIT}


class Release:
    def __init__(self, helm: str, namespace: str, name: str, values: Values, chart: Path = CHART) -> None:
        self.helm = helm
        self.namespace = namespace
        self.name = name
        self.values = values
        self.chart = str(chart)
        self.fixed: Values = of_the_tests(name) if chart == CHART else {}

    def _helm(self, *args: str, values: Values | None = None, timeout: float) -> str:
        command = [self.helm, "-n", self.namespace, *args]
        if values is not None:
            command += ["-f", "-"]
        return run(*command, timeout=timeout, stdin=json.dumps({**self.fixed, **(values or {})})).stdout

    def install(self, *, wait: bool = True, timeout: int = 120, hooks: bool = True) -> None:
        args = ["--wait", f"--timeout={timeout}s"] if wait else []
        args += [] if hooks else ["--no-hooks"]
        self._helm("install", self.name, self.chart, *args, values=self.values, timeout=timeout + 30)

    @property
    def atomic(self) -> str:
        """The flag of `helm upgrade` that undoes what has failed."""
        return "--atomic" if self.helm.endswith("3") else "--rollback-on-failure"

    def upgrade(self, changes: Values | None = None, *flags: str, wait: bool = True, timeout: int = 180) -> None:
        args = [*flags, *(["--wait", f"--timeout={timeout}s"] if wait else [])]
        values = {**self.values, **(changes or {})}
        self._helm("upgrade", self.name, self.chart, *args, values=values, timeout=timeout + 30)

    def rollback(self, *, timeout: int = 180) -> None:
        self._helm("rollback", self.name, "--wait", f"--timeout={timeout}s", timeout=timeout + 30)

    def move_to(self, chart: Path) -> None:
        """For the next upgrade."""
        self.chart = str(chart)

    def uninstall(self, *, timeout: int = 120) -> None:
        self._helm("uninstall", self.name, "--wait", f"--timeout={timeout}s", timeout=timeout + 30)

    def test(self, *, timeout: int = 120) -> str:
        return self._helm("test", self.name, f"--timeout={timeout}s", timeout=timeout + 30)
