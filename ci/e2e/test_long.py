"""Many faults in a row, drawn by chance; the seed is in the test's name, so a failure can be run again."""

from __future__ import annotations

import random

import pytest

from e2e.cluster import Cluster
from e2e.nodes import power_cut, power_on
from e2e.scenario import POSSIBLE_LOSS, MakeScenario
from e2e.test_nodes import node_with_one_primary

ROUNDS = 20


def delete_one(cluster: Cluster, chance: random.Random) -> None:
    cluster.delete_pods(chance.choice(cluster.pods()).name, force=chance.random() < 0.5)


def delete_some(cluster: Cluster, chance: random.Random) -> None:
    pods = [pod.name for pod in cluster.pods()]
    cluster.delete_pods(*chance.sample(pods, chance.randint(2, len(pods))), force=True)


def kill_engine(cluster: Cluster, chance: random.Random) -> None:
    pod = chance.choice(cluster.pods())
    pod.node.kill_engine(pod.uid)


def kill_init(cluster: Cluster, chance: random.Random) -> None:
    pod = chance.choice(cluster.pods())
    pod.node.kill_init(pod.uid)


def restart_all(cluster: Cluster, chance: random.Random) -> None:
    cluster.kube("rollout", "restart", "statefulset", "-l", cluster.selector)
    cluster.wait_rollout(150)


def cut_power(cluster: Cluster, chance: random.Random) -> None:
    node = node_with_one_primary(cluster)
    power_cut([node])
    power_on([node])


FAULTS = [delete_one, delete_some, kill_engine, kill_init, restart_all, cut_power]


@pytest.mark.long
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("seed", [1, 2])
def test_many_faults(cluster: Cluster, scenario: MakeScenario, seed: int) -> None:
    chance = random.Random(seed)
    for count in range(ROUNDS):
        fault = chance.choice(FAULTS)
        title = f"round {count + 1}, {fault.__name__}"
        with scenario(title, converge=150, loss_window=POSSIBLE_LOSS if fault is cut_power else 0):
            fault(cluster, chance)
