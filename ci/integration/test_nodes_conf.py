"""Engines of four versions start from generated files: no MEET, no ADDSLOTS, no creation job."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.bad_files import BAD_FILES
from integration.bowline import LOOPBACK, bowline, generate, write_nodes_conf
from integration.engines import ENGINES, Engine
from integration.loopback import LoopbackCluster, wait_until

# The engines' own delay before a primary serves is 2.0 s.
FORMATION_BOUND = 5.0


@pytest.fixture(params=ENGINES, ids=[engine.label for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture
def cluster(engine: Engine, tmp_path: Path) -> Iterator[LoopbackCluster]:
    with LoopbackCluster(engine, tmp_path, net="71") as cluster:
        write_nodes_conf(cluster)
        cluster.start()
        yield cluster


def identity(name: str) -> str:
    return hashlib.sha1(f"{LOOPBACK.installation}/{LOOPBACK.namespace}/{LOOPBACK.release}/{name}".encode()).hexdigest()


def test_cluster_forms(cluster: LoopbackCluster) -> None:
    assert cluster.wait_serving() < FORMATION_BOUND
    wait_until("replicas are linked", cluster.replicas_linked, 20)
    for name, member in cluster.members.items():
        assert member.client.execute_command("CLUSTER MYID") == identity(name)
        if cluster.engine.version != "7.0":  # does not know shard ids
            assert member.client.execute_command("CLUSTER MYSHARDID") == identity(name.rsplit("-", 1)[0])
    epochs = {member.cluster_info()["cluster_my_epoch"] for member in cluster.members.values()}
    assert len(epochs) == cluster.shards, "config epochs collided"
    for shard in range(cluster.shards):
        assert cluster.members[f"shard-{shard}-0"].info("replication")["role"] == "master"
        assert cluster.members[f"shard-{shard}-1"].info("replication")["role"] == "slave"


def test_files_saved_by_the_engine_are_understood(cluster: LoopbackCluster) -> None:
    """After a failover, and with the dead primary marked as failed."""
    cluster.wait_serving()
    wait_until("replicas are linked", cluster.replicas_linked, 20)
    cluster.members["shard-1-0"].kill()
    replica = cluster.members["shard-1-1"]
    wait_until("the replica leads", lambda: replica.info("replication")["role"] == "master", 20)
    for name, member in cluster.members.items():
        result = bowline("nodes-conf", "check", str(member.folder / "nodes.conf"))
        assert result.returncode == 0, f"{name}: {result.stderr}"


def test_cluster_comes_back_from_its_own_files(cluster: LoopbackCluster) -> None:
    cluster.wait_serving()
    for member in cluster.members.values():
        member.kill()
    cluster.start()
    assert cluster.wait_serving() < FORMATION_BOUND


@pytest.mark.parametrize("kind", [kind for kind in BAD_FILES if kind != "foreign"])
def test_bad_files_are_refused(tmp_path: Path, kind: str) -> None:
    """The engine takes an empty, a cut or an overlapping file without a word."""
    cluster = LoopbackCluster(ENGINES[0], tmp_path, net="71")
    bad = tmp_path / "bad.conf"
    bad.write_bytes(BAD_FILES[kind](generate(cluster, "shard-0-0").encode()))
    result = bowline("nodes-conf", "check", str(bad))
    assert result.returncode == 65, result.stdout + result.stderr
    assert str(bad) in result.stderr
