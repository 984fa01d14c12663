"""Sentinel mode: settings and directives that change while members run."""

from __future__ import annotations

from functools import partial
from typing import Any

from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.wait import wait_for

FOLLOWED = 20.0
"""Seconds. The goal is 5 on a free machine; the kubelet alone, without the members' request, takes about a minute."""
DIRECTIVES = {"hz": 12, "loglevel": "debug"}
CHANGES: dict[str, Any] = {"log": {"level": "debug", "format": "text"}, "engineStuckSeconds": 45, "config": DIRECTIVES}


def told(sentinel_set: SentinelSet, text: str) -> bool:
    """By an Event of each member."""
    return all(sentinel_set.kube.telling(pod.name, text, reason="SettingsChanged") for pod in sentinel_set.pods())


def applied(sentinel_set: SentinelSet) -> bool:
    """The revision of the ConfigMap, by the condition of each member."""
    config = sentinel_set.kube.get("configmap", f"{sentinel_set.release.name}-config")
    message = f"revision {config['metadata']['annotations']['bowline/revision']}"
    found = [own["Configured"] for own in sentinel_set.kube.conditions(sentinel_set.selector).values()]
    return all((one["status"], one["message"]) == ("True", message) for one in found)


def directives(sentinel_set: SentinelSet, wanted: dict[str, Any]) -> bool:
    engines = [sentinel_set.engine(server) for server in sentinel_set.servers()]
    return all(engine.config_get(name)[name] == str(value) for engine in engines for name, value in wanted.items())


def test_settings_followed(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]) -> None:
    """By helm upgrade, and back; no container is restarted."""
    before = {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()}
    server = sentinel_set.servers()[0]
    defaults = {"hz": 10, "loglevel": "notice"}
    with sentinel_scenario("settings changed and changed back"):
        for changes, text, values in (
            (CHANGES, "info -> debug (at once)", DIRECTIVES),
            ({}, "debug -> info (at once)", defaults),
        ):
            sentinel_set.release.upgrade(changes)
            spent = wait_for("all members work by it", partial(applied, sentinel_set), FOLLOWED)
            figures[f"helm upgrade to followed by all: {text}"] = round(spent, 1)
            assert directives(sentinel_set, values)
            wait_for("all members tell the change", partial(told, sentinel_set, text), FOLLOWED)
            log = sentinel_set.kube("logs", server.name, "-c", "server", "--tail=1000")
            line = [line for line in log.splitlines() if "SettingsChanged" in line][-1]
            assert line.startswith("{") == (not changes), line
    assert {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()} == before
