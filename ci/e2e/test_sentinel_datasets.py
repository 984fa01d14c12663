"""Sentinel mode: which of the files on a volume becomes the dataset."""

from __future__ import annotations

import pytest

from e2e.installation import Installation
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES, SentinelSet
from e2e.volumes import cut_log, last_primary
from e2e.wait import wait_for


def test_dump_beside_appendonly_yes(engine: str, sentinels: Installation[SentinelSet]) -> None:
    """One server, so nobody else has the data: `appendonly no` before, the chart's defaults after."""
    sentinels.remove()
    values = {**VALUES, "replicas": 1}
    before = {**values, "config": {"appendonly": "no", "save": "3600 1"}}
    alone = Installation(SentinelSet, engine, "dump", before)
    try:
        members = alone.prepare()
        members.release.install()
        with members.client(members.servers()[0].ip) as client:
            wait_for("the write is taken", lambda: bool(client.set("k", "v")), 30)
            client.bgsave()
            wait_for("the dump is written", lambda: client.info("persistence")["rdb_changes_since_last_save"] == 0, 30)
        members.release.upgrade({"config": {}})
        server = members.servers()[0]
        with members.client(server.ip) as client:
            assert client.config_get("appendonly")["appendonly"] == "yes"
            assert client.get("k") == "v", "the dump was ignored"
        assert members.kube.telling(server.name, "dump.rdb holds data", reason="DatasetAdopted")
    finally:
        alone.remove()


@pytest.mark.long
def test_primarys_log_is_cut(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """All were stopped, then the primary's append-only file lost its end: a replica has all, so it leads."""
    with sentinel_scenario("seven bytes of the primary's append-only file are lost", converge=120) as running:
        primary, servers = sentinel_set.primary(), sentinel_set.servers()
        running.stop_writing()
        with sentinel_set.client(primary.ip) as client:
            client.set("last", "value")
            assert client.wait(2, 5000) == 2
        sentinel_set.scale_to_zero()
        last = last_primary(sentinel_set, servers)  # stopping may have moved the role
        cut_log(sentinel_set, last)
        sentinel_set.scale_back()
    leader = sentinel_set.primary()
    assert leader.name != last.name, "the damaged member leads"
    with sentinel_set.client(leader.ip) as client:
        assert client.get("last") == "value"
    assert sentinel_set.kube.telling(last.name, "incr.aof", reason="DatasetDamaged")
