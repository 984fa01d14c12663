"""Each alert has its runbook and its row in docs/operations/monitoring.md; its series and the dashboard's are known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

Problem = str | None
RULES = "charts/bowline/files/alerts.yaml"
DASHBOARD = "charts/bowline/files/dashboard.json"
RUNBOOKS = "docs/runbooks"
METRICS = "docs/reference/metrics.md"
"""Names the series of bowline, and of the engine those that are not in FIELDS."""
FIELDS = "tools/src/plan/common/metrics_fields.cc"
"""Series of the engine that are a field of INFO each."""
TASK = "docs/operations/monitoring.md"
"""Has the alerts as a table, and names the series that others than the members give."""
HEADINGS = ("Symptom", "What it means", "Look here", "Do this")
ENTRY = re.compile(r"^- alert: (\w+)\n((?:^(?:  .*)?\n)+)", re.MULTILINE)
SERIES = re.compile(r"\b((?:bowline|redis|kube|kubelet|container)_[a-z_]+)\{")


def alerts(root: Path) -> dict[str, list[str]]:
    """The text of each alert's entries, without a YAML parser, which Python has not by itself."""
    found: dict[str, list[str]] = {}
    for name, text in ENTRY.findall((root / RULES).read_text()):
        found.setdefault(name, []).append(text)
    return found


def field(text: str, name: str) -> str:
    match = re.search(rf"^  {name}: (.*)$", text, re.MULTILINE)
    return match[1] if match else ""


def page(root: Path, name: str) -> str:
    path = root / name
    return path.read_text() if path.is_file() else ""


def runbook(root: Path, name: str) -> Problem:
    text = page(root, f"{RUNBOOKS}/{name}.md")
    if not text.startswith(f"# {name}\n"):
        return f"no page {RUNBOOKS}/{name}.md with this heading"
    missing = [heading for heading in HEADINGS if not re.search(rf"^## {heading}\n\n\S", text, re.MULTILINE)]
    return f"its page has no {', '.join(missing)}" if missing else None


def described(root: Path) -> set[str]:
    """Series of the members, by name."""
    named = set(re.findall(r"`((?:bowline|redis)_[a-z_]+)[`{]", page(root, METRICS)))
    histograms = re.findall(r"^\| `(bowline_\w+)` \| histogram \|", page(root, METRICS), re.MULTILINE)
    named |= {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    return named | set(re.findall(r'"(redis_[a-z_]+)"', page(root, FIELDS)))


def dashboard(root: Path) -> Iterator[tuple[str, Problem]]:
    """Its queries, and those of its variables."""
    text = page(root, DASHBOARD)
    found = json.loads(text or "{}")
    panels = [target["expr"] for panel in found.get("panels", []) for target in panel.get("targets", [])]
    variables = [variable["definition"] for variable in found["templating"]["list"] if "definition" in variable]
    read = {name for query in panels + variables for name in re.findall(r"\b(?:bowline|redis)_\w+", query)}
    yield f"{DASHBOARD} reads series", None if panels and variables and read else "none was found"
    names = described(root)
    for series in sorted(read):
        yield f"series {series} of the dashboard", None if series in names else f"{METRICS} does not name it"


def check_alerts(root: Path) -> Iterator[tuple[str, Problem]]:
    found = alerts(root)
    yield f"{RULES} has alerts", None if found else "none was found"
    task = page(root, TASK)
    rows = dict(re.findall(r"^\| \[(\w+)\]\([^)]+\) \| (\w+ \| \w+) \|", task, re.MULTILINE))
    for name, texts in found.items():
        yield f"runbook of {name}", runbook(root, name)
        wanted = f"{field(texts[0], 'severity')} | {field(texts[0], 'for')}"
        yield f"{name} in {TASK}", None if rows.get(name) == wanted else f"its row does not say {wanted}"
    pages = {path.stem for path in (root / RUNBOOKS).glob("*.md")}
    for name in sorted((pages | rows.keys()) - found.keys()):
        yield f"alert of {RUNBOOKS}/{name}.md", f"{RULES} has none of this name"
    names = described(root)
    yield f"{METRICS} describes series", None if "| `bowline_" in page(root, METRICS) else "no row names any"
    for series in sorted({name for texts in found.values() for text in texts for name in SERIES.findall(text)}):
        own = series.startswith(("bowline_", "redis_"))
        known = series in names if own else f"`{series}`" in task
        yield f"series {series} of the alerts", None if known else f"{METRICS if own else TASK} does not name it"
    yield from dashboard(root)
