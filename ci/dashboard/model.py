"""What the page draws of each panel: Grafana's JSON and the series that were found, without queries and labels.

Raises ValueError where the dashboard has a kind, a transformation, a mapping or a matcher that is not known here.
"""

from __future__ import annotations

import re
from typing import Any

from dashboard.queries import Query, Series, queries

Drawn = dict[str, Any]
Answers = dict[Query, list[Series]]
Settings = dict[str, Any]
"""Of fields: `defaults` of a panel's `fieldConfig`, with the overrides of one field."""

KINDS = ("row", "stat", "table", "timeseries", "state-timeline")


def legend(query: Query, series: Series) -> str:
    """A label that the series has not stays in braces, and is seen."""
    return re.sub(r"{{\s*(\w+)\s*}}", lambda found: series["metric"].get(found[1], found[0]), query.legend)


def settings(panel: dict[str, Any], field: str) -> Settings:
    """Of this field, by its name: a column, or what its legend says."""
    config = panel.get("fieldConfig", {})
    found = dict(config.get("defaults", {}))
    for override in config.get("overrides", []):
        matcher, pattern = override["matcher"]["id"], override["matcher"]["options"]
        if matcher not in ("byName", "byRegexp"):
            raise ValueError(f"{panel['title']}: matcher {matcher}")
        if re.fullmatch(re.escape(pattern) if matcher == "byName" else pattern, field):
            found |= {item["id"]: item["value"] for item in override["properties"]}
    return found


def look(of: Settings, value: float | str) -> dict[str, Any]:
    """Of one value: its text and colour where a mapping has them, else the value, with its colour by thresholds."""
    for mapping in of.get("mappings", []):
        if mapping["type"] != "value":
            raise ValueError(f"mapping {mapping['type']}")
        if mapped := mapping["options"].get(str(value)):
            return {"text": mapped["text"], "color": mapped["color"]}
    color = ""
    if not isinstance(value, str):
        for each in of.get("thresholds", {}).get("steps", []):
            if each["value"] is None or value >= each["value"]:
                color = each["color"]
    return {"value": value, "unit": of.get("unit", "none"), "color": color}


def number(text: str) -> float | None:
    """Of a sample; as Grafana, what is no number is a gap."""
    value = float(text)
    if value != value:
        return None
    return int(value) if value == int(value) else value


def aligned(series: Series, times: list[int]) -> list[float | None]:
    """A value for each time, None where there is none."""
    known = {int(at): number(text) for at, text in series["values"]}
    return [known.get(at) for at in times]


def stat(panel: dict[str, Any], answers: Answers) -> Drawn:
    values = [number(series["value"][1]) for query in queries(panel) for series in answers[query]]
    return {"cells": [look(settings(panel, ""), value) for value in values if value is not None]}


def timeseries(panel: dict[str, Any], answers: Answers, times: list[int]) -> Drawn:
    lines = []
    for query in queries(panel):
        for series in answers[query]:
            name = legend(query, series)
            of = settings(panel, name)
            right = of.get("custom.axisPlacement") == "right"
            lines.append({"name": name, "unit": of["unit"], "right": right, "values": aligned(series, times)})
    defaults = panel["fieldConfig"]["defaults"]
    return {"series": lines, **{name: defaults.get(name) for name in ("min", "max", "decimals", "custom")}}


def timeline(panel: dict[str, Any], answers: Answers, times: list[int]) -> Drawn:
    """Of each series a row of spans in which it does not change; there is none where it has no value."""
    rows = []
    for query in queries(panel):
        for series in answers[query]:
            name, spans = legend(query, series), list[dict[str, Any]]()
            step = times[1] - times[0]
            for at, value in zip(times, aligned(series, times), strict=True):
                if value is None:
                    continue
                if spans and spans[-1]["of"] == value and spans[-1]["to"] == at:
                    spans[-1]["to"] = at + step
                else:
                    spans.append({"of": value, "from": at, "to": at + step, **look(settings(panel, name), value)})
            rows.append({"name": name, "spans": spans})
    return {"rows": rows}


def table(panel: dict[str, Any], answers: Answers) -> Drawn:
    """After the transformations that the dashboard has. A field is a label, or `Value #REF` of its query."""
    found = list(queries(panel))
    rows = []
    for target, query in zip(panel["targets"], found, strict=True):
        value = "Value" if len(found) == 1 else f"Value #{target['refId']}"
        rows += [{**series["metric"], value: number(series["value"][1])} for series in answers[query]]
    columns = list(dict.fromkeys(field for row in rows for field in row))
    for step in panel["transformations"]:
        options = step["options"]
        if step["id"] == "merge":
            rows = merged(rows)
        elif step["id"] == "organize":
            order, names = options.get("indexByName", {}), options["renameByName"]
            shown = [field for field in columns if field not in options["excludeByName"]]
            columns = sorted(shown, key=lambda field: order.get(field, len(order)))
            rows = [{names.get(field, field): row.get(field) for field in columns} for row in rows]
            columns = [names.get(field, field) for field in columns]
        elif step["id"] == "sortBy":
            for by in reversed(options["sort"]):
                rows.sort(key=lambda row: row[by["field"]])
        else:
            raise ValueError(f"{panel['title']}: transformation {step['id']}")
    cells = [[cell(panel, field, row.get(field)) for field in columns] for row in rows]
    return {"columns": columns, "cells": cells}


def merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are equal in all labels that they share, in one."""
    result: list[dict[str, Any]] = []
    for row in rows:
        for other in result:
            if all(other[field] == row[field] for field in other.keys() & row.keys()):
                other |= row
                break
        else:
            result.append(dict(row))
    return result


def cell(panel: dict[str, Any], field: str, value: float | str | None) -> dict[str, Any]:
    return {"text": "", "color": ""} if value is None else look(settings(panel, field), value)


def drawn(panel: dict[str, Any], answers: Answers, times: list[int]) -> Drawn:
    kind, place = panel["type"], panel["gridPos"]
    if kind not in KINDS:
        raise ValueError(f"{panel['title']}: kind {kind}")
    common = {"kind": kind, "title": panel["title"], "place": place, "description": panel.get("description", "")}
    common["noValue"] = panel.get("fieldConfig", {}).get("defaults", {}).get("noValue", "No data")
    if kind == "stat":
        return common | stat(panel, answers)
    if kind == "table":
        return common | table(panel, answers)
    if kind == "timeseries":
        return common | timeseries(panel, answers, times)
    if kind == "state-timeline":
        return common | timeline(panel, answers, times)
    return common
