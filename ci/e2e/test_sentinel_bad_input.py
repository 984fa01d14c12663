"""Sentinel mode: a memory that cannot be read, and datasets between which nobody but the user can choose."""

from __future__ import annotations

import pytest

from e2e.members import Pod
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.volumes import Tampered, wipe
from e2e.wait import CONFIG_REFRESH, wait_for

pytestmark = pytest.mark.long


def files(sentinel_set: SentinelSet, pod: Pod, pattern: str) -> list[str]:
    """Paths on the member's volume."""
    return pod.node.sh('find "$1" -path "$2"', sentinel_set.volume(pod), f"*/{pattern}").split()


def test_bad_sentinel_conf(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    """Its sentinel starts from what the others remember; the file is kept."""
    sentinel = sentinel_set.sentinels()[0]
    with sentinel_scenario("a sentinel's file is binary garbage") as running:
        bad = Tampered(sentinel_set, sentinel, "sentinel.conf", lambda _: b"\xff" * 3000)
        bad.tamper()
        sentinel_set.wait_restarted(sentinel, 30)
        running.serving(10)
        wait_for(
            "an Event tells it",
            lambda: bool(sentinel_set.kube.telling(sentinel.name, "a copy is", reason="SentinelStateLost")),
            15,
        )
    copies = files(sentinel_set, sentinel, "sentinel.conf.refused-*")
    assert bad.sha256 in {sentinel.node.sha256(copy) for copy in copies}, f"no copy of the bad file among {copies}"


def own_key(server: Pod) -> str:
    return f"only-{server.ordinal}"


def make_own_history(sentinel_set: SentinelSet, server: Pod) -> None:
    """A key that no other server has, on a server that was made a primary by hand."""
    with sentinel_set.engine(server) as engine:
        engine.config_set("min-replicas-to-write", 0)
        engine.execute_command("REPLICAOF", "NO", "ONE")
        engine.set(own_key(server), server.name)


def test_diverged_histories_wait_for_a_choice(sentinel_set: SentinelSet) -> None:
    """Two servers have gone on from one dataset, each on its own, and no sentinel remembers who led."""
    primary, chosen = sentinel_set.primary(), sentinel_set.replicas()[0]
    sentinels = sentinel_set.sentinels()
    with sentinel_set.engine(primary) as engine:
        engine.set("common", "yes")
        assert engine.wait(2, 2000) == 2
    sentinel_set.kube("scale", f"statefulset/{sentinel_set.name}-sentinel", "--replicas=0")
    wait_for("no sentinel is left", lambda: not sentinel_set.sentinels(), 60)
    for server in (chosen, primary):
        make_own_history(sentinel_set, server)
    sentinel_set.scale_to_zero()
    for sentinel in sentinels:
        wipe(sentinel_set, sentinel)
    sentinel_set.scale_back()

    diverged = "have gone on from one history, each on its own"
    for server in (chosen, primary):
        wait_for(
            f"{server.name} says why it waits",
            lambda name=server.name: bool(sentinel_set.kube.telling(name, diverged, reason="StartWaiting")),  # type: ignore[misc]
            60,
        )
    assert not any(pod.ready for pod in sentinel_set.pods()), "somebody was chosen"

    values = sentinel_set.release.values
    recover = {**values["sentinel"], "recoverFrom": sentinel_set.member(chosen)}
    sentinel_set.release.upgrade({"sentinel": recover}, wait=False)
    sentinel_set.wait_converged(CONFIG_REFRESH + 120)
    leading = sentinel_set.primary()
    with sentinel_set.engine(leading) as engine:
        assert engine.get("common") == "yes"
        assert engine.get(own_key(chosen)) == chosen.name
        assert engine.get(own_key(primary)) is None
    loser = sentinel_set.pod(primary.name)
    kept = files(sentinel_set, loser, "kept-*/*")
    assert kept, "the loser's dataset is not kept"
    content = loser.node.sh('cat "$@" | tr -c "[:print:]" " "', *kept)
    assert own_key(primary) in content, f"not what was replaced: {kept}"
    sentinel_set.release.upgrade()
    sentinel_set.wait_rollout(150)
    sentinel_set.wait_converged(60)
