"""Client libraries through a failover: they find the new primary by themselves, and what they lose is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.shell import CACHE
from integration.bowline import write_nodes_conf
from integration.engines import NEWEST, Engine
from integration.loopback import PORT, LoopbackCluster, Server, wait_until
from integration.sentinels import DOWN_AFTER, LoopbackSentinels, leads
from integration.writing import direct_settings, durable, missing, sentinel_settings
from recorder import Address, ProgramRecorder, Recording, Settings, verify

pytestmark = pytest.mark.long

# Seconds without a write: the servers need 2 (sentinels) to 6 (cluster), the rest is the library's; seen: up to 9.
RECOVERY_BOUND = 20.0


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture(params=["go-redis", "ioredis", "jedis"])
def client(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


class Writing:
    """A client's program, writing in the `with` block until stop()."""

    def __init__(self, client: str, settings: Settings, folder: Path) -> None:
        command = [str(CACHE / "clients" / client / "run")]
        self.recorder = ProgramRecorder(command, settings, folder / "recording.json")

    def __enter__(self) -> Writing:
        self.recorder.start()
        self.recorder.wait_serving(20)
        return self

    def __exit__(self, *_: object) -> None:
        process = self.recorder.process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()

    def continues_at(self, server: Server) -> None:
        """Waits until the server is given more keys; else tells what the client's errors were."""
        before = server.client.dbsize()
        try:
            wait_until("it is written to", lambda: server.client.dbsize() > before + 50, RECOVERY_BOUND)
        except TimeoutError as error:
            recording = self.stop()
            raise AssertionError(f"{server.name}: {error}; {[w.errors[-5:] for w in recording.workers]}") from error

    def stop(self) -> Recording:
        return self.recorder.stop()


def test_client_survives_killed_primary(engine: Engine, client: str, tmp_path: Path) -> None:
    with LoopbackSentinels(engine, tmp_path, net="74") as servers:
        servers.start()
        settings = sentinel_settings(servers)
        with Writing(client, settings, tmp_path) as writing:
            old = servers.primary()
            writing.continues_at(old)
            old.kill()
            writing.continues_at(servers.wait_promoted(old))
            recording = writing.stop()
        verdict = verify(recording, settings)
        assert verdict.checked == verdict.acked == recording.acked > 100
        assert verdict.unreadable == verdict.stale_registers == 0
        assert all(DOWN_AFTER < gap < RECOVERY_BOUND for gap in verdict.longest_gaps), verdict
        assert verdict.lost == missing(recording, [servers.primary()])


def test_client_follows_a_handover(engine: Engine, client: str, tmp_path: Path) -> None:
    with LoopbackSentinels(engine, tmp_path, net="74") as servers:
        servers.start()
        settings = sentinel_settings(servers)
        with Writing(client, settings, tmp_path) as writing:
            writing.continues_at(servers.primary())
            writing.continues_at(servers.hand_over())
            recording = writing.stop()
        verdict = verify(recording, settings)
        assert verdict.ok, verdict
        assert all(gap < RECOVERY_BOUND for gap in verdict.longest_gaps), verdict


def test_client_reconnects_to_one_address(engine: Engine, client: str, tmp_path: Path) -> None:
    with durable(engine, tmp_path) as server:
        settings = direct_settings(server)
        with Writing(client, settings, tmp_path) as writing:
            writing.continues_at(server)
            server.kill()
            server.start()
            wait_until("it answers", server.answers, 10)
            writing.continues_at(server)
            recording = writing.stop()
        verdict = verify(recording, settings)
        assert verdict.ok, verdict
        assert recording.acked > 100


@pytest.fixture
def cluster(engine: Engine, tmp_path: Path) -> Iterator[LoopbackCluster]:
    with LoopbackCluster(engine, tmp_path, net="76") as cluster:
        write_nodes_conf(cluster)
        cluster.start()
        cluster.wait_serving()
        wait_until("replicas are linked", cluster.replicas_linked, 20)
        yield cluster


def test_client_follows_a_cluster(cluster: LoopbackCluster, client: str, tmp_path: Path) -> None:
    settings = Settings(seeds=tuple(Address(one, PORT) for one in cluster.addresses().values()))
    with Writing(client, settings, tmp_path) as writing:
        old, new = cluster.members["shard-1-0"], cluster.members["shard-1-1"]
        writing.continues_at(old)
        old.kill()
        wait_until("the replica leads", lambda: leads(new), 20)
        writing.continues_at(new)
        recording = writing.stop()
    verdict = verify(recording, settings)
    assert verdict.checked == verdict.acked > 300
    assert verdict.unreadable == verdict.stale_registers == 0
    assert 2 < verdict.longest_gaps[1] < RECOVERY_BOUND
    assert verdict.lost == missing(recording, [cluster.members["shard-0-0"], new, cluster.members["shard-2-0"]])
