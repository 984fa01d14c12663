"""python -m benchmarks measure PART | report [--write] PART...: see ci/bench."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
from pathlib import Path

from benchmarks.figure import Figure, GoalsMissed
from benchmarks.machine import describe
from benchmarks.peer import chosen
from e2e.shell import CACHE, ROOT

FOLDER = CACHE / "bench"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PLACES = {
    "chart": "figures of the chart",
    "gate": "figures of the gate",
    "looks": "figures of large clusters",
    "scale": "figures of large clusters",
}
"""Parts whose table is not the first one."""


def file_of(part: str) -> Path:
    peer = chosen()
    return FOLDER / (f"{part}.beside.{peer[0].name}.json" if peer else f"{part}.json")


def measure(part: str) -> None:
    machine = describe()
    missed: GoalsMissed | None = None
    try:
        figures: list[Figure] = importlib.import_module(f"benchmarks.{part.replace('-', '_')}").measure()
    except GoalsMissed as error:
        missed, figures = error, error.figures
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine, "figures": [dataclasses.asdict(figure) for figure in figures]}
    file_of(part).write_text(json.dumps(content, indent=2))
    if missed:
        raise missed


def told_once(values: dict[str, str]) -> str:
    """What all parts have in common, or each part's own."""
    common = set(values.values())
    return common.pop() if len(common) == 1 else ", ".join(f"{value} ({part})" for part, value in values.items())


def table(parts: list[str]) -> str:
    """Parts may have been measured in runs of their own."""
    of_part = {part: json.loads(file_of(part).read_text()) for part in parts}
    results = list(of_part.values())
    lines = [
        f"- {key}: {told_once({part: result['machine'][key] for part, result in of_part.items()})}"
        for key in results[0]["machine"]
    ]
    lines += ["", "| Figure | Measured | Goal |", "|---|---|---|"]
    lines += [Figure(**figure).row() for result in results for figure in result["figures"]]
    return "\n".join(lines) + "\n"


def place_of(part: str) -> str:
    """Which table of the document it is in."""
    peer = chosen()
    if peer:
        return f"figures beside {peer[0].name}"
    return PLACES.get(part, "figures")


def report(parts: list[str], *, write: bool) -> None:
    """A table is written as a whole: with all of its parts that are named, and no others."""
    for place in dict.fromkeys(map(place_of, parts)):
        text = table([part for part in parts if place_of(part) == place])
        print(text)
        if not write:
            continue
        begin, end = f"<!-- {place} -->\n", f"<!-- end of {place} -->\n"
        before, rest = DOCUMENT.read_text().split(begin)
        DOCUMENT.write_text(before + begin + "\n" + text + "\n" + end + rest.split(end)[1])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("verb", choices=["measure", "report"])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("parts", nargs="+")
    args = parser.parse_args()
    if args.verb == "report":
        report(args.parts, write=args.write)
    else:
        for part in args.parts:
            measure(part)


if __name__ == "__main__":
    main()
