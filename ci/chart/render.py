"""Renders of the chart: the profiles, and what Helm 4 and Helm 3 make of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/bowline"
GOLDEN = ROOT / "ci/golden"
RELEASE = "cache"
NAMESPACE = "default"
# The chart has no default for it.
TOOLKIT_IMAGE = {"repository": "registry.example.org/team/bowline", "tag": "0.1.0"}
TOOLKIT = tuple(word for key, value in TOOLKIT_IMAGE.items() for word in ("--set", f"toolkit.image.{key}={value}"))
# The kinds that the Prometheus operator and cert-manager bring, which no Kubernetes has by itself.
BROUGHT = (
    *(f"monitoring.coreos.com/v1/{kind}" for kind in ("PodMonitor", "ServiceMonitor", "PrometheusRule")),
    "cert-manager.io/v1/Certificate",
)
OPERATOR = tuple(word for kind in BROUGHT for word in ("--api-versions", kind))

Object = dict[str, Any]


class ToolMissing(Exception):
    """A program that the checks need is not there."""


@dataclass(frozen=True)
class Profile:
    name: str
    values: Path | None
    # Profiles are for users; fixtures only show what the chart does with unusual values.
    fixture: bool

    @property
    def golden(self) -> Path:
        return GOLDEN / f"{self.name}.yaml"

    @property
    def arguments(self) -> list[str]:
        return ["--values", str(self.values)] if self.values else []


def profiles() -> list[Profile]:
    """The defaults, the profiles in values/ and the fixtures."""
    found = [Profile("defaults", None, False)]
    found += [Profile(path.stem, path, False) for path in sorted((ROOT / "values").glob("*.yaml"))]
    found += [Profile(f"fixture-{p.stem}", p, True) for p in sorted((ROOT / "ci/chart/fixtures").glob("*.yaml"))]
    return found


def cache_folder() -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bowline"
    return Path(os.environ.get("BOWLINE_CACHE") or default)


@cache
def tool(name: str) -> str:
    """Path of a program: from bowline's cache, or else from PATH."""
    cached = cache_folder() / "bin" / name
    path = str(cached) if cached.exists() else shutil.which(name)
    if not path:
        raise ToolMissing(f"{name} is missing; ci/up builds it")
    return path


def run(*command: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def template(
    helm: str, *arguments: str, chart: Path = CHART, namespace: str = NAMESPACE, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return run(tool(helm), "template", RELEASE, str(chart), "--namespace", namespace, *TOOLKIT, *arguments, stdin=stdin)


@cache
def render(profile: Profile, helm: str = "helm") -> str:
    """The manifests as text, or ValueError with Helm's message."""
    result = template(helm, *OPERATOR, *profile.arguments)
    if result.returncode != 0:
        raise ValueError(result.stderr.strip())
    return result.stdout


def objects(text: str) -> list[Object]:
    """By libyaml: PyYAML's own parser takes longer than Helm."""
    return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document]


def key(thing: Object) -> str:
    return f"{thing['kind']}/{thing['metadata']['name']}"


def by_kind(things: list[Object], kind: str) -> list[Object]:
    return [thing for thing in things if thing["kind"] == kind]
