"""redis-benchmark against an engine under the supervisor and without it, in pairs.

Without it means: the supervisor is stopped (SIGSTOP), so the engine, its configuration and its data are the same.
The probes, which then fail, are so slow here that nothing comes of it.
"""

from __future__ import annotations

import csv
import subprocess

from benchmarks.figure import Figure, say
from benchmarks.supervisor import processes
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.members import PORT, Pod
from integration.engines import ENGINES

PAIRS = 6
REQUESTS = 1_500_000
KEY = "key:__rand_int__"  # what redis-benchmark writes when it is not told to use random keys
PROBES = {name: {"periodSeconds": 60} for name in ("liveness", "readiness")}
ENGINE = next(engine for engine in ENGINES if engine.label == "redis-8.0")


def owner_of_key(cluster: Cluster) -> Pod:
    for pod in cluster.primaries():
        with cluster.engine(pod) as engine:
            slot = int(engine.execute_command("CLUSTER KEYSLOT", KEY))
            own = str(engine.execute_command("CLUSTER MYID"))
            for first, last, primary, *_ in engine.execute_command("CLUSTER SLOTS"):
                if first <= slot <= last and primary[2] == own:
                    return pod
    raise LookupError(f"nobody owns the slot of {KEY}")


def requests_per_second(pod: Pod, password: str) -> dict[str, float]:
    command = [*ENGINE.program("benchmark"), "-h", pod.ip, "-p", str(PORT), "-t", "set,get", "-n", str(REQUESTS)]
    result = subprocess.run(
        [*command, "-c", "50", "-P", "8", "--csv", "-a", password],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    rows = csv.DictReader(line for line in result.stdout.splitlines() if line.startswith('"'))
    return {row["test"]: float(row["rps"]) for row in rows}


def measure() -> list[Figure]:
    installation = Installation(Cluster, "redis", "bench", {"probes": PROBES})
    ratios: dict[str, list[float]] = {"SET": [], "GET": []}
    rates: dict[str, list[float]] = {"SET": [], "GET": []}
    try:
        cluster = installation.healthy()
        pod = owner_of_key(cluster)
        password = cluster.password()
        bowline, _ = processes(pod)
        requests_per_second(pod, password)
        for pair in range(PAIRS):
            say(f"redis-benchmark, pair {pair + 1} of {PAIRS}")
            with_it: dict[str, float] = {}
            without: dict[str, float] = {}
            for supervised in (pair % 2 == 0, pair % 2 == 1):
                pod.node.signal(bowline.pid, "CONT" if supervised else "STOP")
                (with_it if supervised else without).update(requests_per_second(pod, password))
            pod.node.signal(bowline.pid, "CONT")
            for test in ratios:
                ratios[test].append(with_it[test] / without[test])
                rates[test].append(with_it[test])
    finally:
        installation.remove()
    figures = [
        Figure(f"redis-benchmark {test} (50 clients, 8 in a pipeline), supervised", rates[test], "/s") for test in rates
    ]
    figures += [
        Figure(f"{test}: supervised / supervisor stopped, in pairs", ratios[test], "", "≥ 0.99") for test in ratios
    ]
    return figures
