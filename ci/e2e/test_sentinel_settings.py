"""Sentinel mode: settings that change while members run."""

from __future__ import annotations

from functools import partial
from typing import Any

from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.wait import CONFIG_REFRESH, wait_for

CHANGES: dict[str, Any] = {"log": {"level": "debug", "format": "text"}, "engineStuckSeconds": 45}


def told(sentinel_set: SentinelSet, text: str) -> bool:
    """By an Event of each member."""
    return all(sentinel_set.kube.telling(pod.name, text, reason="SettingsChanged") for pod in sentinel_set.pods())


def test_settings_followed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]) -> None:
    """By helm upgrade, and back; no container is restarted."""
    before = {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()}
    server = sentinel_set.servers()[0]
    with sentinel_scenario("settings changed and changed back"):
        for changes, text in ((CHANGES, "info -> debug (at once)"), ({}, "debug -> info (at once)")):
            sentinel_set.release.upgrade(changes)
            # The kubelet renews mounted files at once when anything of the pod has changed.
            sentinel_set.kube("annotate", "pod", "-l", sentinel_set.selector, "--overwrite", f"looked={len(changes)}")
            spent = wait_for("all members tell the change", partial(told, sentinel_set, text), CONFIG_REFRESH)
            figures[f"helm upgrade to told by all: {text}"] = round(spent, 1)
            log = sentinel_set.kube("logs", server.name, "-c", "server", "--tail=1000")
            line = [line for line in log.splitlines() if "SettingsChanged" in line][-1]
            assert line.startswith("{") == (not changes), line
    assert {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()} == before
