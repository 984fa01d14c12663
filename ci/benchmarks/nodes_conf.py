"""nodes.conf of 1000 members: generated and parsed, timed inside the program by its Catch2 benchmark."""

from __future__ import annotations

import re
import subprocess

from benchmarks.figure import Figure, say
from e2e.shell import ROOT

BENCHMARK = re.compile(
    r"^(?P<name>(?:print|parse)[^\n]*?)\s+\d+\s+\d+\s+[\d.]+ \w+\s*\n\s*(?P<mean>[\d.]+) (?P<unit>ns|us|ms|s)\b", re.M
)
UNITS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}


def measure() -> list[Figure]:
    say("nodes.conf of 1000 members")
    command = [str(ROOT / "ci/lib/builder.sh"), "run", "/build/bench/tools/model_test", "[!benchmark]"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    figures = [
        Figure(f"{found['name']}", [float(found["mean"]) * UNITS[found["unit"]]], "ms", "< 10 ms")
        for found in BENCHMARK.finditer(result.stdout)
    ]
    assert figures, result.stdout
    return figures
