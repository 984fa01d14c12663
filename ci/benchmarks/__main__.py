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


def table(part: str) -> str:
    result = json.loads(file_of(part).read_text())
    lines = [f"- {key}: {value}" for key, value in result["machine"].items()]
    lines += ["", "| Figure | Measured | Goal |", "|---|---|---|"]
    lines += [Figure(**figure).row() for figure in result["figures"]]
    return "\n".join(lines) + "\n"


def place_of(part: str) -> str:
    """Of its table in the document. One beside a peer's chart has as many parts as were measured with it."""
    peer = chosen()
    return f"figures beside {peer[0].name}" if peer else f"figures of {part}"


def report(parts: list[str], *, write: bool) -> None:
    """A table is written as a whole: with all of its parts that are named, and no others."""
    tables: dict[str, list[str]] = {}
    for part in parts:
        tables.setdefault(place_of(part), []).append(table(part))
    for place, texts in tables.items():
        text = "\n".join(texts)
        print(text)
        if not write:
            continue
        begin, end = f"<!-- {place} -->\n", f"<!-- end of {place} -->\n"
        document = DOCUMENT.read_text()
        if begin not in document:
            raise SystemExit(f"{DOCUMENT} has no line {begin.strip()}: no place for this table")
        before, rest = document.split(begin)
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
