"""CPU of a look of the guard and of a step of a handover, by members, timed in the program's own code (Catch2)."""

from __future__ import annotations

import subprocess

from benchmarks.figure import Figure, say
from e2e.shell import ROOT

BUILD = """
cmake -S . -B /build/bench -G Ninja -DCMAKE_BUILD_TYPE=MinSizeRel -DBUILD_TESTING=ON >&2
cmake --build /build/bench --target apply_test >&2
/build/bench/tools/apply_test '[!benchmark]'
"""
GOAL_MEMBERS = 300
GOAL = "≤ 50 ms"
OLD = "whole views"


def measure() -> list[Figure]:
    say("looks at many members (compiles the benchmark first)")
    command = [str(ROOT / "ci/lib/builder.sh"), "run", "sh", "-ec", BUILD]
    result = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert result.returncode == 0, result.stdout + result.stderr
    return figures(medians(result.stdout))


def figures(found: dict[tuple[int, str, str], float]) -> list[Figure]:
    results = []
    for (members, what, form), value in found.items():
        goal = GOAL if members <= GOAL_MEMBERS and form != OLD else ""
        results.append(Figure(f"{what}, {members} members, {form}: CPU", [value], "ms", goal))
        if form != OLD:
            ratio = found[members, what, OLD] / value
            results.append(Figure(f"{what}, {members} members: {OLD} / {form}", [ratio], ""))
    return results


def medians(report: str) -> dict[tuple[int, str, str], float]:
    found = {}
    for line in report.splitlines():
        if line.startswith("CPU ms\t"):
            _, members, what, form, value = line.split("\t")
            found[int(members), what, form] = float(value)
    return found
