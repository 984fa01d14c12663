"""docs/reference lists the names of the code, no more and no less: Events, conditions, labels, keys; metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

Problem = str | None
PAGE = "docs/reference/interface.md"
CONFIGURED = "tools/src/plan/common/configured.cc"
REASON = re.compile(r'"([A-Z][A-Za-z]+)"')
START = re.compile(r"case StartAction::k(?:Seed|Resume|Follow|Lead):\s*return \"([a-z]+)\";")
NAME = re.compile(r'"(bowline/[a-z-]+)"')
KEY = re.compile(r'\b(?:(?:Field|Key)\(|Write(?:Progress|AclLog)\(json, )"(\w+)"')
OUTPUT = {
    "`bowline status` and `bowline check`, `--output json`": (
        "tools/src/plan/common/topology.cc",
        "tools/src/plan/common/progress.cc",
        "tools/src/plan/common/acl_log.cc",
    ),
    "`bowline failover`": ("tools/src/cmd/failover.cc",),
    "`bowline pause` and `bowline resume`": ("tools/src/cmd/pause.cc",),
    "Log lines, `log.format: json`": ("tools/src/sys/log.cc",),
}
"""Which headings list the keys that these sources write."""
METRICS_PAGE = "docs/reference/metrics.md"
METRICS_TABLE = "tools/src/base/own_metrics.cc"
METRIC = re.compile(r'\{"(bowline_\w+)",\s*k(\w+),\s*"([a-z,]*)",')
ENGINE_METRIC = re.compile(r'"(redis_[a-z_]+[a-z])"')
OF_THE_CHART = {"bowline/mode", "bowline/redis-min", "bowline/redis-max", "bowline/valkey-min", "bowline/valkey-max"}
"""Names that the program and scripts do not read."""


def arguments(text: str, start: int) -> list[str]:
    """Of a call, from behind its opening bracket, apart at the commas outside of brackets and literals."""
    found, depth, index = [""], 1, start
    while depth > 0:
        literal = re.match(r'"(?:[^"\\]|\\.)*"', text[index:])
        piece = literal[0] if literal else text[index]
        index += len(piece)
        depth += 0 if literal else {"(": 1, "{": 1, ")": -1, "}": -1}.get(piece, 0)
        if depth == 1 and piece == ",":
            found.append("")
        elif depth > 0:
            found[-1] += piece
    return found


def reasons(sources: dict[Path, str], call: str, position: int = 0) -> set[str]:
    """Literals of that argument of these calls."""
    found: set[str] = set()
    for text in sources.values():
        for match in re.finditer(rf"\b{call}\(", text):
            given = arguments(text, match.end())
            found.update(REASON.findall(given[position]) if position < len(given) else ())
    return found


def rows(page: str, heading: str) -> set[str]:
    """The first cells of the table below a heading."""
    part = re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[-1], maxsplit=1, flags=re.MULTILINE)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


def compare(page: str, heading: str, used: set[str]) -> Iterator[tuple[str, Problem]]:
    listed = rows(page, heading)
    for name in sorted(used | listed):
        missing = "row" if name in used - listed else "source" if name in listed - used else None
        yield f"{PAGE}: {heading}: {name}", f"no {missing} names it" if missing else None
    yield f"{PAGE}: {heading}", None if used else "no source names any"


def own_metrics(root: Path, page: str, sources: dict[Path, str]) -> Iterator[tuple[str, Problem]]:
    """Name, type and labels of each, in the code's table and on the page."""
    table = (root / METRICS_TABLE).read_text()
    declared = {name: (kind.lower(), labels) for name, kind, labels in METRIC.findall(table)}
    rows = re.findall(r"^\| `(bowline_\w+)` \| (\w+) \|([^|]*)\|", page, re.MULTILINE)
    listed = {name: (kind, ",".join(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    for name in sorted(declared | listed):
        same = declared.get(name) == listed.get(name)
        yield f"{METRICS_PAGE}: {name}", None if same else f"{listed.get(name)}, in the code {declared.get(name)}"
    others = "\n".join(text for path, text in sources.items() if path != root / METRICS_TABLE)
    for name in sorted(declared):
        yield f"{METRICS_TABLE}: {name} is told", None if f'"{name}"' in others else "no source tells it"
    for name in sorted(set(re.findall(r'"(bowline_[a-z_]+)"', others)) - set(declared)):
        yield f"metric {name}", f"{METRICS_TABLE} does not have it"
    yield f"{METRICS_PAGE}: bowline's own", None if declared else "no source declares any"


def engine_metrics(root: Path, page: str, sources: dict[Path, str]) -> Iterator[tuple[str, Problem]]:
    """Names of the engine's metrics beside those of the table of INFO's fields are on the page, by name or pattern."""
    patterns = [name.replace("*", "[a-z_]+") for name in re.findall(r"`(redis_[a-z_*]+)`", page)]
    folder, table = root / "tools/src/plan/common", "metrics_fields.cc"
    texts = [text for path, text in sources.items() if path.parent == folder and path.name.startswith("metrics_")]
    names = {name for text in texts for name in ENGINE_METRIC.findall(text)}
    names -= set(ENGINE_METRIC.findall((folder / table).read_text()))
    for name in sorted(names):
        yield f"{METRICS_PAGE}: {name}", None if any(re.fullmatch(p, name) for p in patterns) else "is not named"


def interface(root: Path) -> Iterator[tuple[str, Problem]]:
    page = (root / PAGE).read_text()
    sources = {
        path: path.read_text()
        for pattern in ("*.cc", "*.h")
        for path in root.glob(f"tools/src/**/{pattern}")
        if not path.stem.endswith("_test")
    }
    metrics = (root / METRICS_PAGE).read_text()
    yield from own_metrics(root, metrics, sources)
    yield from engine_metrics(root, metrics, sources)
    yield from compare(page, "Events", reasons(sources, "Emit"))
    starts = {name.capitalize() for text in sources.values() for name in START.findall(text)}
    of_roles = reasons(sources, "NotRunning") | reasons(sources, "Role", 1) | {"NotRunning"}
    of_roles |= reasons(sources, "Replicated", 1)
    of_configuration = set(REASON.findall(sources[root / CONFIGURED]))
    yield from compare(page, "Conditions of pods", starts | of_roles | of_configuration)
    for kind in sorted({kind for text in sources.values() for kind in re.findall(r'"(bowline/[A-Z][a-z]+)"', text)}):
        yield f"{PAGE}: condition {kind}", None if f"`{kind}`" in page else "is not named"
    charts = [path.read_text() for path in root.glob("charts/bowline/templates/**/*.*")]
    names = {name for text in sources.values() for name in NAME.findall(text)}
    names |= {name for text in charts for name in re.findall(r"(?<!/)\bbowline/[a-z]+(?:-[a-z]+)*(?=\"?:? )", text)}
    yield from compare(page, "Labels and annotations", names - OF_THE_CHART)
    for heading, paths in OUTPUT.items():
        yield from compare(page, heading, {key for path in paths for key in KEY.findall((root / path).read_text())})
