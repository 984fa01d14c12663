"""From the last engine process started to cluster_state:ok on every member, beside `redis-cli --cluster create`."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figure import Figure, say
from integration.bowline import write_nodes_conf
from integration.engines import ENGINES, Engine
from integration.loopback import PORT, LoopbackCluster, wait_until

SHAPES = [(3, 1), (15, 1)]
GOALS = {6: "≤ 2.3 s", 30: "≤ 3 s"}
RUNS = 3


@contextmanager
def new_cluster(engine: Engine, shards: int, replicas: int) -> Iterator[LoopbackCluster]:
    with (
        tempfile.TemporaryDirectory() as folder,
        LoopbackCluster(engine, Path(folder), net="72", shards=shards, replicas=replicas) as cluster,
    ):
        yield cluster


def from_generated_files(engine: Engine, shards: int, replicas: int) -> float:
    with new_cluster(engine, shards, replicas) as cluster:
        write_nodes_conf(cluster)
        cluster.start()
        began = time.monotonic()
        cluster.wait_serving(60)
        seconds = time.monotonic() - began
        wait_until("replicas are linked", cluster.replicas_linked, 60)
        return seconds


def by_redis_cli(engine: Engine, shards: int, replicas: int) -> tuple[float, float]:
    """From the start of redis-cli on running servers: until cluster_state:ok, and until the replicas are linked."""
    with new_cluster(engine, shards, replicas) as cluster:
        cluster.start()
        cluster.wait_answering()
        addresses = [f"{address}:{PORT}" for address in cluster.addresses().values()]
        command = [*engine.program("cli"), "--cluster", "create", *addresses]
        began = time.monotonic()
        with subprocess.Popen(
            [*command, "--cluster-replicas", str(replicas), "--cluster-yes"], stdout=subprocess.DEVNULL
        ) as creating:
            cluster.wait_serving(90)
            ok = time.monotonic() - began
            assert creating.wait(60) == 0
        wait_until("replicas are linked", cluster.replicas_linked, 60)
        return ok, time.monotonic() - began


def measure() -> list[Figure]:
    engine = next(engine for engine in ENGINES if engine.label == "redis-8.0")
    figures = []
    for shards, replicas in SHAPES:
        size = shards * (1 + replicas)
        ours, theirs, linked = [], [], []
        for run in range(RUNS):
            say(f"formation of {size} members, run {run + 1} of {RUNS}")
            ours.append(from_generated_files(engine, shards, replicas))
            ok, links = by_redis_cli(engine, shards, replicas)
            theirs.append(ok)
            linked.append(links)
        what = f"{size} members on loopback, {engine.label}"
        figures += [
            Figure(f"{what}: last process started to `cluster_state:ok`, generated nodes.conf", ours, "s", GOALS[size]),
            Figure(f"{what}: the same by `redis-cli --cluster create`", theirs, "s"),
            Figure(f"{what}: `redis-cli --cluster create` until the replicas are linked", linked, "s"),
        ]
    return figures
