"""The gate asks the engine itself before anything is changed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from e2e.cluster import Cluster
from e2e.kube import Kube
from e2e.release import Release
from e2e.scenario import MakeScenario
from e2e.shell import CommandError

NONSENSE: dict[str, Any] = {"config": {"maxmemory-policy": "nonsense", "maxmemroy": "1gb", "save": "60"}}
SAID = (
    "config.maxmemory-policy: ",
    "argument(s) must be one of the following: volatile-lru",
    "config.maxmemroy: ",
    "config.save: ",
    "Invalid save parameters",
)


def refusal(release: Release, values: dict[str, Any], *, install: bool = False) -> str:
    with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
        if install:
            release.values = {**release.values, **values}
            release.install(wait=False)
        else:
            release.upgrade(values, wait=False)
    return str(refused.value)


@contextmanager
def label(cluster: Cluster, engine: str) -> Iterator[None]:
    """The servers say that they run this one."""
    before = {pod["metadata"]["name"]: pod["metadata"]["labels"] for pod in cluster.kube.all("pods", cluster.selector)}
    try:
        cluster.kube("label", "pods", *before, f"bowline/engine={engine}", "--overwrite")
        yield
    finally:
        for name, labels in before.items():
            cluster.kube("label", "pod", name, f"bowline/engine={labels['bowline/engine']}", "--overwrite")


def test_what_the_engine_refuses_is_refused(cluster: Cluster, scenario: MakeScenario, engine: str) -> None:
    pods = {pod.name: pod.uid for pod in cluster.pods()}
    with scenario("directives that the engine refuses, and an older engine", converge=30) as running:
        running.mark()
        told = refusal(cluster.release, {**NONSENSE, "ports": {"client": 7000}})
        for words in (*SAID, f"{engine} ", "ports.client: 6379 -> 7000"):
            assert words in told, words
        with label(cluster, f"{engine}-99.1.0"):
            told = refusal(cluster.release, {})
            assert f"image: {engine} 99.1.0 -> {engine} " in told
            [token] = set(re.findall(r"upgrade\.confirm={(t[0-9a-f]{10})}", told))
            cluster.release.upgrade({"upgrade": {"confirm": [token]}})
        began = time.monotonic()
        cluster.release.upgrade()
        running.figures["upgrade_s"] = round(time.monotonic() - began, 2)
    assert {pod.name: pod.uid for pod in cluster.pods()} == pods
    kube = Kube(f"{cluster.kube.namespace}-refused")
    kube.create_namespace()
    try:
        release = Release(cluster.release.helm, kube.namespace, "first", cluster.release.values)
        told = refusal(release, NONSENSE, install=True)
        assert all(words in told for words in SAID)
        assert kube.all("statefulsets") == []
    finally:
        kube.delete_namespace(wait=False)


@pytest.mark.long
def test_an_image_that_cannot_be_pulled_is_refused(cluster: Cluster, scenario: MakeScenario) -> None:
    """With the kubelet's words; no registry is reached from here."""
    with scenario("an image that cannot be pulled", converge=30) as running:
        running.mark()
        began = time.monotonic()
        told = refusal(cluster.release, {"image": {"repository": "nowhere/engine"}})
        running.figures["refused_s"] = round(time.monotonic() - began, 2)
        assert time.monotonic() - began < 60
        assert re.search("image: no container of docker.io/nowhere/engine:.*(ErrImagePull|ImagePullBackOff)", told)
        cluster.release.upgrade()
