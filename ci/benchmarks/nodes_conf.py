"""nodes.conf of 1000 members: generated and parsed, timed inside the program's own code by its Catch2 benchmark."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

from benchmarks.figure import Figure, say
from e2e.shell import ROOT

BUILD = """
cmake -S . -B /build/bench -G Ninja -DCMAKE_BUILD_TYPE=MinSizeRel -DBUILD_TESTING=ON >&2
cmake --build /build/bench --target model_test >&2
/build/bench/tools/model_test '[!benchmark]' --reporter xml
"""
GOALS = {"generate and print": "< 10 ms", "parse": "< 10 ms"}


def measure() -> list[Figure]:
    say("nodes.conf of 1000 members (compiles the benchmark first)")
    command = [str(ROOT / "ci/lib/builder.sh"), "run", "sh", "-ec", BUILD]
    result = subprocess.run(command, capture_output=True, text=True, timeout=580)
    assert result.returncode == 0, result.stderr
    return [
        Figure(f"nodes.conf of 1000 members: {name}", [nanoseconds / 1e6], "ms", GOALS.get(name, ""))
        for name, nanoseconds in means(result.stdout).items()
    ]


def means(report: str) -> dict[str, float]:
    found = ElementTree.fromstring(report).iter("BenchmarkResults")
    return {result.attrib["name"]: float(result.findall("mean")[0].attrib["value"]) for result in found}
