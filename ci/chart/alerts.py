"""The alerts, by promtool: each fires in time and in the right words when its fault comes, and nothing else does."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

import render
from alert_cases import BEGIN, CASES, QUIET, Case
from alert_series import healthy

MODES = ("sentinel", "cluster", "standalone")
EVALUATION = 60
"""Seconds between two evaluations of the rules."""
QUIET_STEPS = 150
"""Of 30 s: longer than any `for`."""
SERIES = re.compile(r"\b((?:bowline|redis|kube|kubelet|container)_[a-z_]+)\{")
FIRING = 'ALERTS{alertstate="firing"}'
Rule = dict[str, Any]


def file() -> list[dict[str, Any]]:
    return list(yaml.safe_load((render.CHART / "files/alerts.yaml").read_text()))


@cache
def groups(mode: str) -> list[dict[str, Any]]:
    """As the chart renders them for the release cache in data."""
    sets = f"mode={mode},fullnameOverride=cache,metrics.prometheusRule.enabled=true"
    result = render.template("helm", *render.OPERATOR, "--set", sets, namespace="data")
    if result.returncode != 0:
        raise ValueError(result.stderr)
    return list(render.by_kind(render.objects(result.stdout), "PrometheusRule")[0]["spec"]["groups"])


def rules(mode: str) -> dict[str, Rule]:
    return {rule["alert"]: rule for group in groups(mode) for rule in group["rules"]}


def seconds(duration: str) -> int:
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


def firing(at: int, expression: str, alerts: tuple[str, ...]) -> dict[str, Any]:
    """All alerts that the expression finds then, and no others."""
    samples = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in alerts]
    return {"expr": f"count by (alertname) ({expression})", "eval_time": f"{at}s", "exp_samples": samples}


def test_of(case: Case) -> dict[str, Any]:
    rule = rules(case.mode)[case.alert]
    begin, delay = BEGIN * case.step, seconds(rule["for"])
    fires = begin + (case.within * 60 or delay + EVALUATION)
    before = begin - EVALUATION if case.within else begin + delay - EVALUATION
    release = healthy(case.mode, fires // case.step + 2)
    case.fault(release)
    texts = {**rule["annotations"], "summary": case.summary}
    told = {"exp_labels": {**case.labels, **rule["labels"]}, "exp_annotations": texts}
    return {
        "name": f"{case.alert}: {case.summary}",
        "interval": f"{case.step}s",
        "input_series": list(release.written()),
        "alert_rule_test": [
            {"eval_time": f"{before}s", "alertname": case.alert, "exp_alerts": []},
            {"eval_time": f"{fires}s", "alertname": case.alert, "exp_alerts": [told]},
        ],
        "promql_expr_test": [firing(before, FIRING, ()), firing(fires, FIRING, (case.alert,))],
    }


def quiet(mode: str) -> Iterator[dict[str, Any]]:
    for name, of_mode, fault in QUIET:
        if of_mode == mode:
            release = healthy(mode, QUIET_STEPS)
            fault(release)
            yield {
                "name": name,
                "interval": "30s",
                "input_series": list(release.written()),
                "promql_expr_test": [firing(QUIET_STEPS * 30, f"count_over_time({FIRING}[2h])", ())],
            }


def promtool(mode: str) -> str:
    tests = [*map(test_of, (case for case in CASES if case.mode == mode)), *quiet(mode)]
    return tested(tests, EVALUATION, groups(mode))


def tested(tests: list[dict[str, Any]], evaluation: int, groups: list[dict[str, Any]] | None = None) -> str:
    """What promtool says against the rules and the tests; "": nothing. `evaluation` in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        rules, made = Path(folder, "rules.yaml"), Path(folder, "tests.yaml")
        rules.write_text(yaml.dump({"groups": groups or []}, Dumper=yaml.CSafeDumper))
        given = {"rule_files": [rules.name], "evaluation_interval": f"{evaluation}s", "tests": tests}
        made.write_text(yaml.dump(given, Dumper=yaml.CSafeDumper, sort_keys=False))
        for command, path in (("check", rules), ("test", made)):
            result = render.run(render.tool("promtool"), command, "rules", str(path))
            if result.returncode != 0:
                return result.stdout + result.stderr
    return ""


def complete() -> str:
    """Each alert of each mode has a case, all its fields, and no word that the chart has not replaced."""
    problems = []
    cased = {case.alert for case in CASES}
    for mode in MODES:
        for name, rule in rules(mode).items():
            if name not in cased:
                problems.append(f"{name}: no case in alert_cases.py")
            if not re.fullmatch("critical|warning|info", rule["labels"]["severity"]) or not rule["for"]:
                problems.append(f"{mode}: {name}: severity or for")
            if any(re.search("<[a-z]+>", text) for text in (rule["expr"], *rule["annotations"].values())):
                problems.append(f"{mode}: {name}: a word in angle brackets is left")
    return "\n".join(problems)


def named() -> str:
    """What the rules read is among the series of the tests: a misspelt name never fires."""
    known = {metric for mode in MODES for metric, _ in healthy(mode, 1).series}
    read = {name for alert in file() for name in SERIES.findall(alert["expr"])}
    return "\n".join(f"{name}: read by a rule, and not in alert_series.py" for name in sorted(read - known))


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "alerts are complete", complete
    yield "series of the alerts are known", named
    for mode in MODES:
        yield f"alerts in mode {mode}: faults raise them, nothing else does", partial(promtool, mode)
