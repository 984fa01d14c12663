"""Each alert has its runbook and its row in docs/operations/monitoring.md; each series that it reads is described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

Problem = str | None
RULES = "charts/bowline/files/alerts.yaml"
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
    described = set(re.findall(r"`((?:bowline|redis)_[a-z_]+)[`{]", page(root, METRICS)))
    yield f"{METRICS} describes series", None if described else "there is no such page, or it names none"
    described |= set(re.findall(r'"(redis_[a-z_]+)"', page(root, FIELDS)))
    for series in sorted({name for texts in found.values() for text in texts for name in SERIES.findall(text)}):
        own = series.startswith(("bowline_", "redis_"))
        known = series in described if own else f"`{series}`" in task
        yield f"series {series} of the alerts", None if known else f"{METRICS if own else TASK} does not name it"
