"""What is done to the members of either mode, and asserted, in the same way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from e2e.kube import Object
from e2e.members import Members, Pod
from e2e.nodes import Node
from e2e.scenario import Scenario
from e2e.shell import CommandError
from e2e.wait import wait_for
from recorder import Recorder, verify

STATE_BOUND = 60
"""Seconds from a change to the state of the release that tells it: some 15 s, and a busy machine."""
CONDITIONS_BOUND = 5.0
"""Seconds from a change to conditions that tell it: a look each second, a call each second."""

STARTED_AGAIN = 5.0
"""Seconds from the death of an engine to its next start, loading and a busy machine included; 2 s without these."""
STALE_LEADS = 45.0
"""Seconds: failover.staleAfterSeconds (30), a replica's turn (2 s each), and the takeover."""


def kill_primary(members: Members, primary: Pod, kill: Callable[[Node, str], None], running: Scenario) -> None:
    """`kill` is of one of the pod's processes; its container is started again, and another member leads."""
    kill(primary.node, primary.uid)
    running.serving(30)
    members.wait_restarted(primary, 30)
    members.wait_other_primary(primary, 30)


@contextmanager
def not_following(members: Members, replica: Pod, primary: Pod) -> Iterator[None]:
    """The replica cannot log in at its primary any more; its link is broken, and stays so."""
    with members.engine(replica) as engine:
        right = engine.config_get("masterauth")["masterauth"]
        engine.config_set("masterauth", "wrong")
        try:
            with members.engine(primary) as other:
                other.execute_command("CLIENT", "KILL", "TYPE", "replica")
            yield
        finally:
            engine.config_set("masterauth", right)


@contextmanager
def all_stale(members: Members, replicas: list[Pod], primary: Pod) -> Iterator[None]:
    """None of them has followed for 10 s while the primary took writes, and all hold themselves back."""
    with ExitStack() as stack:
        with members.engine(primary) as engine:
            engine.config_set("min-replicas-to-write", 0)
        for replica in replicas:
            stack.enter_context(not_following(members, replica, primary))
        time.sleep(10)
        wait_for("they hold themselves back", lambda: all(held_back(members, pod) for pod in replicas), 3)
        yield


def held_back(members: Members, replica: Pod) -> bool:
    """From elections of the engines, in either mode."""
    with members.engine(replica) as engine:
        found: dict[str, str] = engine.config_get("cluster-replica-no-failover", "replica-priority")
    return found.get("cluster-replica-no-failover") == "yes" or found.get("replica-priority") == "0"


def started_again(members: Members, primary: Pod) -> float:
    """Kills the primary's engine; seconds until it leads again, in the same container, with its data."""
    before = members.info(primary, "server")["run_id"]
    primary.node.kill_engine(primary.uid)

    def leads() -> bool:
        with members.engine(primary) as engine:
            info = engine.info()
        return bool(info["run_id"] != before and info["role"] == "master" and not info["loading"])

    spent = wait_for("its engine leads again", leads, STARTED_AGAIN, pause=0.05)
    now = members.pod(primary.name)
    assert (now.uid, now.restarts) == (primary.uid, primary.restarts), "the container was started again"
    return round(spent, 2)


def assert_loss_told(members: Members, pods: list[Pod]) -> None:
    """By one of these, whoever had it led; with the seconds whose writes are missing."""
    told = [event["message"] for pod in pods for event in members.kube.telling(pod.name, "", reason="LossAccepted")]
    assert any(re.search(r"\b[1-9]\d* s\b.*lost", message) for message in told), told


def kill_inits(pods: list[Pod]) -> None:
    """PID 1 of each, all at once."""
    with ThreadPoolExecutor(len(pods)) as pool:
        list(pool.map(lambda pod: pod.node.kill_init(pod.uid), pods))


@contextmanager
def subscriber_is_cut_off(members: Members, primary: Pod, running: Scenario) -> Iterator[None]:
    """Subscribed to the primary before the block; the connection has ended within 5 s after it."""
    with members.engine(primary) as engine, engine.pubsub() as subscriber:
        subscriber.psubscribe("*")
        assert subscriber.get_message(timeout=5)
        yield
        running.serving(15)

        def gone() -> bool:
            with members.engine(primary) as again:
                return not [client for client in again.client_list(_type="pubsub") if client["user"] == "default"]

        running.figures["subscriber_cut_off_s"] = round(wait_for("the subscriber is cut off", gone, 5), 2)


def delete_pod(members: Members, pod: Pod) -> None:
    """Returns when it has a Ready successor."""
    members.delete_pods(pod.name)
    members.wait_replaced(pod, 60)


def install_refused(members: Members, values: Mapping[str, Any]) -> str:
    """What the gate says to an install of these values. The release that Helm has noted as failed is gone again."""
    release = members.release
    before, release.values = release.values, {**release.values, **values}
    try:
        with pytest.raises(CommandError, match="refused, nothing has been changed") as refused:
            release.install(wait=False)
        release.uninstall()
    finally:
        release.values = before
    return str(refused.value)


def install_again(members: Members, figures: dict[str, Any], other: Mapping[str, Any] | None = None) -> None:
    """
    Uninstalled and installed: the volumes are kept, so the data, the passwords and the ids are. `other`: values of
    another mode and engine, which are refused over these volumes.
    """
    ids = members.ids()
    recorder = Recorder(members.recorder_settings()).start()
    recorder.wait_serving(recorder.started, 15)
    time.sleep(2)
    recording = recorder.stop()
    password = members.password()
    members.release.uninstall()
    wait_for("no member is left", lambda: not members.pods(), 90)
    if other is not None:
        told = install_refused(members, other)
        assert f"mode: volumes of an earlier installation of this release are there: data-{members.name}-" in told, told
        assert f"engine: {members.release.values['engine']} " in told, told
        assert not members.pods()
    began = time.monotonic()
    members.release.install()
    members.wait_converged(60)
    figures["install with kept volumes to converged"] = round(time.monotonic() - began, 1)
    assert members.password() == password, "another password"
    verdict = verify(recording, members.recorder_settings())
    assert verdict.ok, verdict
    found = members.ids()
    assert found == ids, f"{found}, not {ids}"


def wait_state(members: Members, state: str, timeout: int) -> str:
    """Until the record tells this state of the release, as kubectl waits for it; the reason that stands beside it."""
    record = f"configmap/{members.name}-record"
    told = "--for=jsonpath={.metadata.labels.bowline/state}=" + state
    members.kube("wait", record, told, f"--timeout={timeout}s", timeout=timeout + 10)
    return members.kube("get", record, "-o", "jsonpath={.metadata.annotations.bowline/state-reason}")


def check_and_status(members: Members, *, of_this_tree: bool = True) -> None:
    """Asked in a pod of each component: no problem, and each member as Kubernetes and its engine know it.

    The page of a program that has landed may have another form than that `of_this_tree`.
    """
    pods = members.pods()
    for component in members.COMPONENTS:
        asked = next(pod for pod in pods if pod.component == component)
        members.bowline(asked, "check")
        table = members.bowline(asked, "status")
        assert all(members.member(pod) in table and pod.node.name in table for pod in pods), table
        if not of_this_tree:
            continue
        assert ": healthy" in table.splitlines()[0], table
        assert "MEMORY" in table, f"no engine has told its memory:\n{table}"
    status = members.status()
    assert status["healthy"] is True and status["problems"] == [], status
    addresses = members.service_ips()

    def role(pod: Pod) -> str:
        if pod.component == "sentinel":
            return "sentinel"
        return "primary" if members.is_primary(pod) else "replica"

    found = {row["pod"]: (row["node"], row["address"], row["role"], row["state"]) for row in status["members"]}
    right = {pod.name: (pod.node.name, addresses[pod.name], role(pod), "ok") for pod in pods}
    assert found == right, f"{found}, not {right}"


def first_start_told(members: Members) -> None:
    """By Events of each pod, and where `kubectl describe` shows its StatefulSet."""
    for pod in members.pods():
        reasons = [event["reason"] for event in members.kube.events(pod.name)]
        assert "StartDecided" in reasons, f"{pod.name}: {reasons}"
        assert f"{pod.name}: " in members.kube.describe_set(pod.name)


def conditions_as_they_are(members: Members) -> dict[str, dict[str, Object]]:
    """The conditions of all members, once they tell that all have started, and exactly who leads."""

    def right() -> bool:
        found = {
            name: {kind: condition["status"] for kind, condition in own.items()}
            for name, own in members.kube.conditions(members.selector).items()
        }
        wanted = {
            pod.name: {"Started": "True", "Configured": "True"}
            | ({"Primary": str(members.is_primary(pod))} if pod.component == "server" else {})
            for pod in members.pods()
        }
        if found != wanted:
            raise LookupError(f"{found}, not {wanted}")
        return True

    wait_for("conditions that tell the state of all members", right, CONDITIONS_BOUND)
    return members.kube.conditions(members.selector)


def conditions_told(members: Members, old: Pod, *failover: str) -> None:
    """After an installation, and after a `bowline failover` from `old`; where `kubectl` shows and awaits them."""
    before = conditions_as_they_are(members)
    for name, own in before.items():
        for condition in own.values():
            assert condition["reason"] and condition["message"], f"{name}: {condition}"
    described = members.kube("describe", "pod", old.name).split()
    assert described[described.index("bowline/Primary") + 1] == "True"

    members.bowline(old, "failover", *failover)
    new = members.wait_other_primary(old, 10)
    members.kube("wait", f"pod/{new.name}", "--for=condition=bowline/Primary", f"--timeout={CONDITIONS_BOUND:.0f}s")
    after = conditions_as_they_are(members)
    for pod, change in ((old, "primary -> replica of"), (new, "-> primary")):
        condition = after[pod.name]["Primary"]
        assert condition["reason"] == "RoleChanged" and change in condition["message"], condition
    changed = {
        (name, kind)
        for name, own in after.items()
        for kind, condition in own.items()
        if condition["lastTransitionTime"] != before[name][kind]["lastTransitionTime"]
    }
    assert changed == {(old.name, "Primary"), (new.name, "Primary")}, changed
