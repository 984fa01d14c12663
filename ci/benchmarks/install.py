"""On the local Kubernetes: helm install to all Ready, and all pods deleted at once to all keys served again."""

from __future__ import annotations

from benchmarks.figure import Figure, say
from e2e.cluster import Cluster
from e2e.installation import Installation
from e2e.scenario import Scenario

RUNS = 3


def measure() -> list[Figure]:
    installing, returning, gaps = [], [], []
    for run in range(RUNS):
        say(f"install and forced deletion, run {run + 1} of {RUNS}")
        installation = Installation(Cluster, "redis", "bench", {})
        try:
            cluster = installation.healthy()
            installing.append(installation.install_seconds)
            scenario = Scenario(cluster, "all pods deleted by force")
            with scenario:
                cluster.replace_all_by_force(60)
            returning.append(scenario.figures["served_again_s"])
            gaps.append(max(scenario.figures["gap_s"]))
        finally:
            installation.remove()
    return [
        Figure("`helm install --wait` of 3 shards of 2 to all Ready, images loaded", installing, "s", "≤ 12 s"),
        Figure(
            "all pods deleted at once by force: command to all shards serving writes again", returning, "s", "≤ 5 s"
        ),
        Figure("the same as a client sees it: longest gap between acknowledged writes of a shard", gaps, "s"),
    ]
