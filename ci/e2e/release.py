"""The chart's life: install, upgrade, rollback, uninstall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2e.shell import CACHE, CHART, run

Values = Mapping[str, Any]


def built_tag() -> str:
    """Of the image that ci/images/build.sh has built last."""
    return (CACHE / "images" / "bowline.tag").read_text().strip()


def of_the_tests(name: str, tag: str) -> Values:
    """What this repository's chart is always told: the tests name objects by the release alone."""
    return {"fullnameOverride": name, "toolkit": {"image": {"repository": "localhost/bowline", "tag": tag}}}


class Release:
    def __init__(self, helm: str, namespace: str, name: str, values: Values, chart: Path = CHART) -> None:
        self.helm = helm
        self.namespace = namespace
        self.name = name
        self.values = values
        self.chart = chart
        self.tag = ""
        """Of the image of a landed state."""

    def fixed(self) -> Values:
        """Empty with a chart of somebody else."""
        if self.chart == CHART:
            return of_the_tests(self.name, built_tag())
        return of_the_tests(self.name, self.tag) if self.tag else {}

    def _helm(self, *args: str, values: Values | None = None, timeout: float) -> str:
        command = [self.helm, "-n", self.namespace, *args]
        if values is not None:
            command += ["-f", "-"]
        return run(*command, timeout=timeout, stdin=json.dumps({**self.fixed(), **(values or {})})).stdout

    def install(self, *, wait: bool = True, timeout: int = 120, hooks: bool = True) -> None:
        args = ["--wait", f"--timeout={timeout}s"] if wait else []
        args += [] if hooks else ["--no-hooks"]
        self._helm("install", self.name, str(self.chart), *args, values=self.values, timeout=timeout + 30)

    @property
    def atomic(self) -> str:
        """The flag of `helm upgrade` that undoes what has failed."""
        return "--atomic" if self.helm.endswith("3") else "--rollback-on-failure"

    @property
    def take_ownership(self) -> list[str]:
        """The flags of `helm upgrade` for an object that the gate has made and the values now declare."""
        return ["--take-ownership", *([] if self.helm.endswith("3") else ["--force-conflicts"])]

    def upgrade(self, changes: Values | None = None, *flags: str, wait: bool = True, timeout: int = 180) -> None:
        args = [*flags, *(["--wait", f"--timeout={timeout}s"] if wait else [])]
        values = {**self.values, **(changes or {})}
        self._helm("upgrade", self.name, str(self.chart), *args, values=values, timeout=timeout + 30)

    def rollback(self, *, timeout: int = 180) -> None:
        self._helm("rollback", self.name, "--wait", f"--timeout={timeout}s", timeout=timeout + 30)

    def move_to(self, chart: Path, tag: str = "") -> None:
        """For the next upgrade. A landed state's chart needs its image's tag."""
        self.chart, self.tag = chart, tag

    def uninstall(self, *, timeout: int = 120) -> None:
        self._helm("uninstall", self.name, "--wait", f"--timeout={timeout}s", timeout=timeout + 30)

    def test(self, *, timeout: int = 120) -> str:
        return self._helm("test", self.name, f"--timeout={timeout}s", timeout=timeout + 30)
