"""docs/reference/interface.md lists the names of the code, no more and no less: Events, conditions, labels, keys."""

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
KEY = re.compile(r'\b(?:Field|Key)\("(\w+)"')
OUTPUT = {
    "`bowline status` and `bowline check`, `--output json`": ("tools/src/plan/common/topology.cc",),
    "`bowline failover`": ("tools/src/cmd/failover.cc",),
    "`bowline pause` and `bowline resume`": ("tools/src/cmd/pause.cc",),
    "Log lines, `log.format: json`": ("tools/src/sys/log.cc",),
}
"""Which headings list the keys that these sources write."""
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


def interface(root: Path) -> Iterator[tuple[str, Problem]]:
    page = (root / PAGE).read_text()
    sources = {
        path: path.read_text()
        for pattern in ("*.cc", "*.h")
        for path in root.glob(f"tools/src/**/{pattern}")
        if not path.stem.endswith("_test")
    }
    yield from compare(page, "Events", reasons(sources, "Emit"))
    starts = {name.capitalize() for text in sources.values() for name in START.findall(text)}
    of_roles = reasons(sources, "NotRunning") | reasons(sources, "Role", 1) | {"NotRunning"}
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
