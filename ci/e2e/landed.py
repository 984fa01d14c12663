"""States of this repository that have landed, as releases: what ci/images/landed.sh makes of them."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

from e2e.kube import Kube
from e2e.members import Members
from e2e.shell import CACHE, ROOT, run

LIST = Path(__file__).with_name("landed.tsv")
LANDED_SH = ROOT / "ci" / "images" / "landed.sh"


@dataclass(frozen=True)
class Landed:
    """A line of landed.tsv."""

    name: str
    commit: str
    modes: tuple[str, ...]
    """That its chart knows."""

    @property
    def chart(self) -> Path:
        return CACHE / "landed" / self.commit / "chart.tgz"

    @property
    def tag(self) -> str:
        """Of its image: landed.sh gives the chart the same version."""
        with tarfile.open(self.chart) as archive:
            found = archive.extractfile("bowline/Chart.yaml")
            lines = found.read().decode().splitlines() if found else []
        return next(line.split(":", 1)[1].strip(" \"'") for line in lines if line.startswith("appVersion:"))

    def load(self) -> None:
        """Into every node of the local Kubernetes."""
        assert self.chart.exists(), f"{self.name} ({self.commit}) is not made yet; once, for minutes: {LANDED_SH}"
        run(str(LANDED_SH), "--load", self.name, timeout=120)


def landed() -> list[Landed]:
    lines = [line.split() for line in LIST.read_text().splitlines() if not line.startswith("#")]
    return [Landed(name, commit, tuple(modes.split(","))) for name, commit, modes in lines]


def toolkit_images(members: Members) -> dict[str, str]:
    """Pod name -> the image that its program was copied from."""
    found = members.kube.all("pods", members.selector)
    return {pod["metadata"]["name"]: str(pod["spec"]["initContainers"][0]["image"]) for pod in found}


def events_of(kube: Kube, reasons: frozenset[str]) -> list[str]:
    """What the namespace's Events of these reasons tell."""
    told = [event for event in kube.all("events") if event["reason"] in reasons]
    return [f"{event['involvedObject']['name']}: {event['reason']}: {event.get('message')}" for event in told]
