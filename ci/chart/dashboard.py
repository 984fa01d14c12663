"""The dashboard: each query of each panel is run by promtool, on samples of a release in each mode."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import alerts
import render
from alert_series import GIB, Release, healthy

STEPS = 40
STEP = 30
"""Seconds."""
WORDS = {"$namespace": "data", "$release": "cache", "$__rate_interval": "2m", "$__range": "15m"}
"""What Grafana puts in."""
ONLY_TROUBLE = {"What is wrong", "Why members are not ready"}
"""Panels that are empty while all is well."""
WITHOUT = {
    "sentinel": set[str](),
    "cluster": {"Sentinels and replicas that are well", "Tilt"},
    "standalone": {
        *("Sentinels and replicas that are well", "Tilt", "Replication lag, time", "Replication lag, bytes"),
        "{{pod}}: no link to the primary",
        "{{member}} is heard by nobody",
    },
}
"""By mode: panels, or single queries by their legends, that have nothing to show."""
# What ci/chart/alert_series.py has not: by metric its labels, and how much it grows in a step (0: it stays as it is, at 1).
MEMBER: dict[str, tuple[dict[str, str], float]] = {
    "bowline_engine_up": ({}, 0),
    "bowline_epoch": ({}, 0),
    "bowline_paused": ({}, 0),
    "bowline_kubernetes_errors_total": ({}, 1),
    "bowline_events_dropped_total": ({}, 1),
    "redis_connected_clients": ({}, 0),
    "redis_blocked_clients": ({}, 0),
    "redis_connections_received_total": ({}, 5),
}
SERVER: dict[str, tuple[dict[str, str], float]] = {
    "bowline_fences_total": ({}, 1),
    "bowline_promotions_refused_total": ({"reason": "missed_writes"}, 1),
    "bowline_handovers_total": ({"kind": "stop", "result": "done"}, 1),
    "bowline_handover_duration_seconds_sum": ({"kind": "stop"}, 0.3),
    "bowline_handover_duration_seconds_count": ({"kind": "stop"}, 1),
    "redis_commands_processed_total": ({}, 30),
    "redis_latency_percentiles_usec": ({"cmd": "get", "quantile": "99"}, 0),
    "redis_slowlog_length": ({}, 0),
    "redis_last_slow_execution_duration_seconds": ({}, 0),
    "redis_errors_total": ({"err": "WRONGTYPE"}, 1),
    "redis_memory_used_rss_bytes": ({}, GIB),
    "redis_mem_fragmentation_ratio": ({}, 0),
    "redis_db_keys": ({"db": "db0"}, 0),
    "redis_db_keys_expiring": ({"db": "db0"}, 0),
    "redis_expired_keys_total": ({}, 1),
    "redis_keyspace_hits_total": ({}, 9),
    "redis_keyspace_misses_total": ({}, 1),
    "redis_net_input_bytes_total": ({}, 1000),
    "redis_net_output_bytes_total": ({}, 1000),
}
SENTINEL: dict[str, tuple[dict[str, str], float]] = {
    "redis_sentinel_master_ok_sentinels": ({"master_name": "mymaster"}, 0),
    "redis_sentinel_master_ok_slaves": ({"master_name": "mymaster"}, 0),
    "redis_sentinel_tilt": ({}, 0),
}
# What ci/chart/alert_series.py has at rest: shown when it happens.
EVENTS = ("bowline_engine_restarts_total", "bowline_replication_full_copies_total", "redis_rejected_connections_total")
# The other values of these are faults.
FAULTS: dict[str, float] = {
    "bowline_engine_up": 0,
    "bowline_fenced": 1,
    "bowline_last_copy": 1,
    "bowline_member_seen": 0,
    "bowline_paused": 1,
    "bowline_quorum": 0,
    "bowline_replication_link_up": 0,
    "bowline_settings_applied": 0,
    "bowline_volume_refused": 1,
    "bowline_waiting": 1,
}
Query = tuple[str, str, str]
"""Title of the panel, legend, expression."""


def panels() -> list[dict[str, Any]]:
    found = json.loads((render.CHART / "files/dashboard.json").read_text())["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def queries() -> list[Query]:
    return [
        (panel["title"], target.get("legendFormat", ""), filled(target["expr"]))
        for panel in panels()
        for target in panel["targets"]
    ]


def filled(expression: str) -> str:
    for word, value in WORDS.items():
        expression = expression.replace(word, value)
    return expression


def grown(first: float, each: float) -> Callable[[int], float]:
    return lambda step: first + step * each


def sample(mode: str, name: str = "cache", namespace: str = "data") -> Release:
    """A release that is well, with all series that the dashboard reads."""
    release = healthy(mode, STEPS, name, namespace)
    targets = {dict(own)["pod"]: dict(own)["node"] for metric, own in release.series if metric == "bowline_build_info"}
    for pod, node in targets.items():
        sentinel = "-sentinel-" in pod
        kind, shard = "sentinel" if sentinel else "server", pod.split("-")[-2] if mode == "cluster" else "0"
        member = pod.removeprefix(f"{name}-")
        release.add("bowline_member_info", 1, pod=pod, node=node, kind=kind, shard=shard, member=member)
        release.add("bowline_members_declared", len(targets), pod=pod, node=node)
        for metric, (labels, each) in (MEMBER | (SENTINEL if sentinel else SERVER)).items():
            release.add(metric, 1, pod=pod, node=node, **labels)
            release.change(metric, grown(1, each), 0, pod=pod)
    for metric in EVENTS:
        release.change(metric, grown(0, 1), 0)
    release.change("bowline_paused", 0, 0)
    return release


def troubled(mode: str, name: str = "cache", namespace: str = "data") -> Release:
    """Everything is wrong at once."""
    release = sample(mode, name, namespace)
    for metric, value in FAULTS.items():
        if any(name == metric for name, _ in release.series):
            release.change(metric, value, 0)
    for pod in {dict(labels)["pod"] for metric, labels in release.series if metric == "bowline_ready"}:
        release.add("bowline_reason", 1, pod=pod, reason="the engine does not answer")
    return release


def test_of(name: str, releases: list[Release], wanted: dict[str, bool]) -> dict[str, Any]:
    """For each query whether it finds something."""
    return {
        "name": name,
        "interval": f"{STEP}s",
        "input_series": [series for release in releases for series in release.written()],
        "promql_expr_test": [
            {
                "expr": f"count({expression}) > bool 0",
                "eval_time": f"{(STEPS - 1) * STEP}s",
                "exp_samples": [{"labels": "{}", "value": 1}] if finds else [],
            }
            for expression, finds in wanted.items()
        ],
    }


def found(mode: str, when: Callable[[str], bool]) -> dict[str, bool]:
    """By expression; `when` gets the panel's title."""
    return {
        expression: when(title) and not {title, legend} & WITHOUT[mode] for title, legend, expression in queries()
    }


def data(mode: str) -> str:
    foreign = [troubled(mode, "cache-two"), troubled(mode, "cache", "other")]
    well = found(mode, lambda title: title not in ONLY_TROUBLE)
    trouble = {
        expression: finds
        for title, _, expression in queries()
        if title in ONLY_TROUBLE
        for finds in [found(mode, lambda _: True)[expression]]
    }
    tests = [
        test_of("all is well", [sample(mode), *foreign], well),
        test_of("everything is wrong", [troubled(mode), *foreign], trouble),
        test_of("other releases alone", foreign, found(mode, lambda _: False)),
    ]
    return alerts.tested(tests, STEP)


def complete() -> str:
    """Each panel is described, has queries, and its own place; WITHOUT and ONLY_TROUBLE name panels that there are."""
    problems, taken = [], set[tuple[int, int]]()
    if not panels():
        return "no panels"
    for panel in panels():
        title, place = panel["title"], panel["gridPos"]
        if not panel["description"] or not panel["targets"]:
            problems.append(f"{title}: no description, or no query")
        area = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        if area & taken or max(x for x, _ in area) > 23:
            problems.append(f"{title}: lies on another panel, or outside")
        taken |= area
        for target in panel["targets"]:
            if "$namespace" not in target["expr"] or "$release" not in target["expr"]:
                problems.append(f"{title}: a query of all releases")
            if re.search(r"[a-z_]\{(?!namespace=\"\$namespace\", pod=~\"\$release-)", target["expr"]):
                problems.append(f"{title}: a selector without namespace and release")
    known = {word for title, legend, _ in queries() for word in (title, legend)}
    named = set().union(ONLY_TROUBLE, *WITHOUT.values())
    return "\n".join([*problems, *(f"{name}: no such panel or legend" for name in sorted(named - known))])


def variables() -> str:
    """The release is found by the names of its pods, whatever it is called itself."""
    listed = json.loads((render.CHART / "files/dashboard.json").read_text())["templating"]["list"]
    by_name = {variable["name"]: variable for variable in listed}
    if list(by_name) != ["datasource", "namespace", "release"]:
        return f"variables {list(by_name)}"
    pattern = by_name["release"]["regex"].strip("/")
    problems = []
    for mode in alerts.MODES:
        for name in ("cache", "cache-server-1", "cache-shard-0-0"):
            pods = {dict(labels)["pod"] for metric, labels in sample(mode, name).series if metric == "bowline_ready"}
            releases = {match[1] if (match := re.match(pattern, pod)) else pod for pod in pods}
            problems += [] if releases == {name} else [f"{mode}: {name} is taken for {sorted(releases)}"]
    return "\n".join(problems)


def rendered() -> str:
    """The ConfigMap has the file as it is: Grafana's placeholders are not taken for Helm's."""
    result = render.template("helm", "--set", "metrics.dashboard.enabled=true")
    if result.returncode != 0:
        return result.stderr
    maps = [thing for thing in render.objects(result.stdout) if thing["metadata"]["name"].endswith("-dashboard")]
    texts = [text for thing in maps for text in thing["data"].values()]
    file = json.loads((render.CHART / "files/dashboard.json").read_text())
    return "" if [json.loads(text) for text in texts] == [file] else "it is not in one ConfigMap, or not as it is"


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "dashboard: panels are complete", complete
    yield "dashboard: its variables", variables
    yield "dashboard: its ConfigMap", rendered
    for mode in alerts.MODES:
        yield f"dashboard in mode {mode}: each panel shows this release, and no other one", partial(data, mode)
