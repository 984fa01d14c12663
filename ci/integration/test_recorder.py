"""The write recorder against servers that fail, and against servers that were robbed behind its back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.engines import NEWEST, Engine
from integration.loopback import Server, wait_until
from integration.sentinels import DOWN_AFTER, MASTER_NAME, PASSWORD, SENTINEL_PASSWORD, LoopbackSentinels
from integration.writing import direct_settings, durable, missing, sentinel_settings
from recorder import NotServingError, Recorder, Recording, verify

pytestmark = pytest.mark.long


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture
def sentinels(engine: Engine, tmp_path: Path) -> Iterator[LoopbackSentinels]:
    with LoopbackSentinels(engine, tmp_path, net="72") as servers:
        servers.start()
        yield servers


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[Server]:
    with durable(engine, tmp_path) as server:
        yield server


def written(recorder: Recorder, seconds: float) -> Recording:
    recorder.wait_serving(recorder.started, 10)
    time.sleep(seconds)
    return recorder.stop()


def test_killed_primary(sentinels: LoopbackSentinels) -> None:
    settings = sentinel_settings(sentinels)
    recorder = Recorder(settings).start()
    recorder.wait_serving(recorder.started, 10)
    time.sleep(1)
    killed = time.time()
    sentinels.primary().kill()
    recorder.wait_serving(killed + DOWN_AFTER, 20)
    recording = written(recorder, 1)
    verdict = verify(recording, settings)
    assert verdict.checked == verdict.acked == recording.acked > 200
    assert verdict.unreadable == verdict.stale_registers == 0
    assert all(DOWN_AFTER < gap < 10 for gap in verdict.longest_gaps), verdict
    assert verdict.errors
    # Replication is asynchronous: the last few writes may be gone. Then the verdict must say so.
    assert verdict.lost == missing(recording, [sentinels.primary()])
    assert verdict.ok == (verdict.lost == 0)
    if verdict.lost_acked_between:
        assert verdict.lost_acked_between[0] > killed - 1


def test_handover_without_loss(sentinels: LoopbackSentinels) -> None:
    settings = sentinel_settings(sentinels)
    recorder = Recorder(settings).start()
    recorder.wait_serving(recorder.started, 10)
    old = sentinels.primary()
    sentinels.hand_over()
    recorder.wait_serving(time.time(), 10)
    recording = written(recorder, 1)
    assert sentinels.primary() is not old
    verdict = verify(recording, settings)
    assert verdict.ok, verdict
    assert all(0.1 < gap < 5 for gap in verdict.longest_gaps), verdict


def test_loss_is_reported(sentinels: LoopbackSentinels) -> None:
    settings = sentinel_settings(sentinels)
    recording = written(Recorder(settings).start(), 1)
    assert verify(recording, settings).ok
    primary = sentinels.primary().client
    first, second = recording.workers
    gone = [recording.key(first.number, sequence) for _, sequence in first.acks[3:6]]
    assert primary.delete(*gone) == 3
    primary.set(recording.key(second.number, second.acks[0][1]), "another")
    primary.set(second.register, second.register_acked - 1)
    verdict = verify(recording, settings)
    assert not verdict.ok
    assert (verdict.lost, verdict.stale_registers, verdict.unreadable) == (4, 1, 0)
    assert set(gone) < set(verdict.lost_examples)
    assert verdict.lost_acked_between == (min(first.acks[3][0], second.acks[0][0]), first.acks[5][0])


def test_no_primary_is_not_no_loss(sentinels: LoopbackSentinels) -> None:
    """Neither silence nor a replica's answers count as kept keys."""
    settings = sentinel_settings(sentinels)
    recording = written(Recorder(settings).start(), 0.5)
    replica = sentinels.replicas()[0]
    at_replica = verify(recording, direct_settings(replica), timeout=1)
    for one in sentinels.sentinels:
        one.kill()
    unnamed = verify(recording, settings, timeout=1)
    for verdict in (at_replica, unnamed):
        assert not verdict.ok
        assert (verdict.checked, verdict.lost) == (0, 0)
        assert verdict.unreadable == recording.acked + len(recording.workers)
    assert missing(recording, [replica]) == 0, "the replica has the keys, and still must not be believed"


def test_direct_client_reconnects(server: Server) -> None:
    recorder = Recorder(direct_settings(server)).start()
    recorder.wait_serving(recorder.started, 10)
    server.kill()
    with pytest.raises(NotServingError):
        recorder.wait_serving(time.time() + 0.1, 1)
    server.start()
    wait_until("it answers", server.answers, 10)
    recorder.wait_serving(time.time(), 10)
    verdict = verify(recorder.stop(), direct_settings(server))
    assert verdict.ok, verdict
    assert all(gap > 1 for gap in verdict.longest_gaps)


def test_rate_with_batches(server: Server) -> None:
    settings = direct_settings(server, interval=0, batch=20)
    recording = written(Recorder(settings).start(), 3)
    verdict = verify(recording, settings)
    assert verdict.ok, verdict
    assert recording.acked / (recording.ended - recording.started) > 2000


def test_refused_keys_of_a_batch_are_not_acknowledged(server: Server) -> None:
    """Each key of a batch has its own reply."""
    settings = direct_settings(server, batch=10)
    server.client.execute_command("ACL", "SETUSER", "default", "resetkeys", f"~{settings.run}:*[05]", "~*register*")
    recording = written(Recorder(settings).start(), 0.5)
    server.client.execute_command("ACL", "SETUSER", "default", "allkeys")
    assert all(sequence % 5 == 0 for worker in recording.workers for _, sequence in worker.acks)
    assert set(recording.error_counts()) == {"NoPermissionError"}
    assert verify(recording, settings).ok
    assert recording.acked == len(set(server.client.scan_iter(f"{settings.run}:?:*[0-9]", count=1000)))


def test_command_line(sentinels: LoopbackSentinels, tmp_path: Path) -> None:
    settings = sentinel_settings(sentinels)
    file = tmp_path / "recording.json"

    def recorder(verb: str, *args: str) -> subprocess.CompletedProcess[str]:
        seeds = ",".join(str(seed) for seed in settings.seeds)
        where = ["--mode", "sentinel", "--seeds", seeds, "--master-name", MASTER_NAME, "--file", str(file)]
        secrets = {"RECORDER_PASSWORD": PASSWORD, "RECORDER_SENTINEL_PASSWORD": SENTINEL_PASSWORD}
        return subprocess.run(
            [sys.executable, "-m", "recorder", verb, *where, *args],
            env={**os.environ, **secrets},
            capture_output=True,
            text=True,
            timeout=60,
        )

    summary = json.loads(recorder("run", "--seconds", "1", "--workers", "2").stdout)
    assert summary["acked"] > 50
    kept = recorder("verify")
    assert kept.returncode == 0, kept.stderr
    assert json.loads(kept.stdout)["checked"] == summary["acked"]
    sentinels.primary().client.flushall()
    robbed = recorder("verify")
    assert robbed.returncode == 1
    assert json.loads(robbed.stdout)["lost"] == summary["acked"]
