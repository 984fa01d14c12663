"""The chart of a large cluster: how long a render takes, and what Helm's release Secret of it holds of its limit."""

from __future__ import annotations

import base64
import gzip
import json
import time

from benchmarks.figure import Figure, say
from e2e.release import of_the_tests
from e2e.shell import CHART, output

SHARDS = 200
RENDERS = 5
LIMIT = 1 << 20
"""Bytes of a Secret, in Kubernetes: MaxSecretSize."""


def measure() -> list[Figure]:
    say(f"the chart with {SHARDS} shards")
    values = {**of_the_tests("large", "0.1.0"), "mode": "cluster", "cluster": {"shards": SHARDS}}
    given = json.dumps(values)
    times, manifest = [], ""
    for _ in range(RENDERS):
        began = time.monotonic()
        manifest = output("helm", "template", "large", str(CHART), "-f", "-", stdin=given)
        times.append(time.monotonic() - began)
    release = output("helm", "install", "large", str(CHART), "--dry-run=client", "-o", "json", "-f", "-", stdin=given)
    what = f"cluster of {SHARDS} shards with a replica each"
    return [
        Figure(f"{what}: `helm template`", times, "s", "≤ 10 s"),
        Figure(f"{what}: objects", [manifest.count("\n---\n") + 1], ""),
        Figure(f"{what}: manifest", [len(manifest) / 1e6], "MB"),
        Figure(f"{what}: Helm's release Secret", [100 * secret_size(release) / LIMIT], "% of its limit", "≤ 50 %"),
    ]


def secret_size(release: str) -> int:
    """As Helm writes it (pkg/storage/driver/util.go, encodeRelease)."""
    return len(base64.b64encode(gzip.compress(json.dumps(json.loads(release), separators=(",", ":")).encode())))
