"""What the page of the dashboard draws of each panel (ci/dashboard), without Prometheus and Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.model import aligned, drawn, legend, look, merged, number, table, timeline
from dashboard.page import drawing, height, sections
from dashboard.queries import POINTS, Query, Series, Source, panels, queries

TIMES = [100, 110, 120, 130]
MAPPINGS = [{"type": "value", "options": {"1": {"text": "yes", "color": "red"}}}]
THRESHOLDS = {"steps": [{"color": "green", "value": None}, {"color": "red", "value": 1}]}


def found(query: Query) -> Series:
    """A series with each label of the legend, and those of the dashboard's tables."""
    names = {*re.findall(r"{{(\w+)}}", query.legend), "pod", "node"}
    return {
        "metric": {name: f"some-{name}" for name in sorted(names)},
        "value": [130, "1"],
        "values": [[at, "1"] for at in TIMES],
    }


def panel(kind: str, *targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": "T", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 4}, "targets": [*targets], **more}


def target(ref: str, legend: str = "{{pod}}") -> dict[str, Any]:
    return {"refId": ref, "expr": ref, "legendFormat": legend}


def test_each_panel_can_be_drawn() -> None:
    answers = {query: [found(query)] for one in panels() for query in queries(one)}
    for one in drawing(answers, TIMES):
        if one["kind"] != "row":
            assert one.get("series") or one.get("rows") or one["cells"], one["title"]
            words = {line["name"] for line in one.get("series") or one.get("rows") or []}
            assert not any("{{" in word for word in words), one["title"]


def test_sections_hold_all_panels() -> None:
    answers: dict[Query, list[Series]] = {query: [] for one in panels() for query in queries(one)}
    everything = drawing(answers, TIMES)
    parts = sections(everything)
    assert [one["title"] for some in parts.values() for one in some] == [one["title"] for one in everything]
    assert all(some[0]["kind"] == "row" and some[0]["place"]["y"] == 0 for some in parts.values())
    assert sum(height(some) for some in parts.values()) > height(everything)


def test_legend() -> None:
    series = {"metric": {"pod": "a-0", "kind": "stop"}}
    assert legend(Query("T", "{{pod}} {{ kind }} done", "e", False), series) == "a-0 stop done"
    assert legend(Query("T", "{{shard}}", "e", False), series) == "{{shard}}"


def test_numbers() -> None:
    assert [number(text) for text in ("2", "0.5", "NaN")] == [2, 0.5, None]
    assert aligned({"values": [[100, "3"], [120, "NaN"], [130, "4"]]}, TIMES) == [3, None, None, 4]


def test_look_by_mapping_then_threshold() -> None:
    of = {"mappings": MAPPINGS, "thresholds": THRESHOLDS, "unit": "short"}
    assert look(of, 1) == {"text": "yes", "color": "red"}
    assert look(of, 0) == {"value": 0, "unit": "short", "color": "green"}
    assert look(of, 2) == {"value": 2, "unit": "short", "color": "red"}


def test_timeline_has_gaps() -> None:
    one = panel("state-timeline", target("A"), fieldConfig={"defaults": {"mappings": MAPPINGS}})
    (query,) = queries(one)
    series = {"metric": {"pod": "a-0"}, "values": [[100, "1"], [110, "1"], [130, "1"]]}
    rows = timeline(one, {query: [series]}, TIMES)["rows"]
    assert [(span["from"], span["to"], span["text"]) for span in rows[0]["spans"]] == [
        (100, 120, "yes"),
        (130, 140, "yes"),
    ]


def test_table_merges_and_organizes() -> None:
    steps = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Value #A": True}, "renameByName": {"Value #B": "Role"}}},
        {"id": "sortBy", "options": {"sort": [{"field": "pod"}]}},
    ]
    one = panel("table", target("A"), target("B"), transformations=steps)
    pods = [{"metric": {"pod": pod}, "value": [130, "1"]} for pod in ("b", "a")]
    made = table(one, dict.fromkeys(queries(one), pods))
    assert made["columns"] == ["pod", "Role"]
    assert [[cell["value"] for cell in row] for row in made["cells"]] == [["a", 1], ["b", 1]]
    assert merged([{"pod": "a", "x": 1}, {"pod": "b"}, {"pod": "a", "y": 2}]) == [
        {"pod": "a", "x": 1, "y": 2},
        {"pod": "b"},
    ]


@pytest.mark.parametrize(
    ("one", "named"),
    [
        (panel("piechart"), "piechart"),
        (panel("table", transformations=[{"id": "joinByField", "options": {}}]), "joinByField"),
        (panel("stat", target("A"), fieldConfig={"defaults": {"mappings": [{"type": "range"}]}}), "range"),
        (
            panel("stat", target("A"), fieldConfig={"overrides": [{"matcher": {"id": "byType", "options": ""}}]}),
            "byType",
        ),
    ],
)
def test_what_the_page_does_not_know_is_refused(one: dict[str, Any], named: str) -> None:
    answers = {query: [found(query)] for query in queries(one)}
    with pytest.raises(ValueError, match=named):
        drawn(one, answers, TIMES)


def test_words_that_grafana_puts_in() -> None:
    source = Source("127.0.0.1:9090", "data", "cache", 1000, 1000 + 60 * POINTS, 10)
    assert (
        source.filled('x{n="$namespace", pod=~"$release-.*"}[$__rate_interval]') == 'x{n="data", pod=~"cache-.*"}[60s]'
    )
    assert source.filled("[$__range]") == "[18000s]"
    assert source.times() == list(range(1000, 19001, 60))
