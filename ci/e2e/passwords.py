"""Passwords that are replaced while a release runs: clients that log in again and again, by the former and the new."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from e2e.acts import kill_inits
from e2e.members import Members, Pod
from e2e.nodes import held
from e2e.scenario import MakeScenario, Scenario
from e2e.shell import CommandError
from e2e.wait import wait_for

FOLLOWED = 20.0
"""Seconds until all members let the new one in. The goal is 5 on a free machine."""
KEPT = 15
"""Seconds that the former one stays valid after all have the new one."""
LONG = 600
"""The same for a rotation that must outlive what is done in its middle."""
AWAY = 10.0
"""Seconds without the API server. A kubelet finds it again within some seconds of its return."""
PORTS = {"server": 6379, "shard": 6379, "sentinel": 26379}


@dataclass(frozen=True)
class Passwords:
    clients: str
    members: str

    def values(self, kept: int = KEPT) -> dict[str, Any]:
        rotation = {"keepOldForSeconds": kept}
        return {"auth": {"password": self.clients, "replicationPassword": self.members, "rotation": rotation}}


NEW = Passwords('new#"clients"\'$', "new\\members")


def present(members: Members) -> Passwords:
    return Passwords(members.password(), members.password("replication-password"))


def login(pod: Pod, password: str, user: str = "default") -> Redis:
    return Redis(
        pod.ip,
        PORTS[pod.component],
        username=user,
        password=password,
        decode_responses=True,
        socket_timeout=2,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )


def lets_in(pod: Pod, password: str, user: str = "default") -> bool:
    with login(pod, password, user) as client:
        try:
            return bool(client.ping())
        except AuthenticationError:
            return False


@dataclass
class Logins:
    """What came of logging in to each pod again and again. A pod that cannot be reached refuses nobody."""

    refused: dict[str, float] = field(default_factory=dict)
    """Pod -> when it first refused the password."""
    tried: int = 0


@contextmanager
def logging_in(members: Members, password: str) -> Iterator[Logins]:
    """With a connection of its own each time, to all members that run."""
    logins = Logins()
    over = threading.Event()

    def run() -> None:
        pods = members.pods()
        while not over.wait(0.1):
            with suppress(CommandError):  # without the API server those of before are tried
                pods = members.pods()
            for pod in pods:
                try:
                    if not lets_in(pod, password):
                        logins.refused.setdefault(pod.name, time.monotonic())
                    logins.tried += 1
                except (RedisError, OSError):
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield logins
    finally:
        over.set()
        thread.join(timeout=30)


def all_let_in(members: Members, password: str) -> bool:
    return all(lets_in(pod, password) for pod in members.pods())


def all_use(members: Members, new: Passwords) -> bool:
    """Each server logs in to a primary by it."""
    servers = [pod for pod in members.pods() if pod.component != "sentinel"]
    for pod in servers:
        with login(pod, new.clients) as client:
            if client.config_get("masterauth")["masterauth"] != new.members:
                return False
    return True


def replace(members: Members, new: Passwords, figures: dict[str, Any], what: str) -> None:
    """By helm upgrade; until all members let the new ones in, and use them."""
    members.release.upgrade(new.values(), *members.release.take_ownership)
    members.forget_password()
    spent = wait_for("all members let it in", partial(all_let_in, members, new.clients), FOLLOWED, pause=0.1)
    figures[f"{what}: helm upgrade to let in by all"] = round(spent, 1)
    wait_for("all servers use it", partial(all_use, members, new), FOLLOWED)


def ended(members: Members, former: Passwords) -> bool:
    return not any(lets_in(pod, former.clients) for pod in members.pods())


def links_are_up(members: Members) -> bool:
    infos = [members.info(pod) for pod in members.pods() if pod.component != "sentinel"]
    return all(info["role"] == "master" or info["master_link_status"] == "up" for info in infos)


def told_nowhere(members: Members, passwords: list[Passwords]) -> None:
    """In no log and no Event."""
    for pod in members.pods():
        logs = members.kube("logs", pod.name, "--all-containers", "--tail=-1")
        events = " ".join(event["message"] for event in members.kube.events(pod.name))
        for secret in (text for one in passwords for text in (one.clients, one.members)):
            assert secret not in logs, f"{pod.name} logs a password"
            assert secret not in events, f"an Event of {pod.name} tells a password"


def replaced_and_back(
    members: Members, scenario: MakeScenario, figures: dict[str, Any], meanwhile: Callable[[], None]
) -> None:
    """
    A client with the former password is refused nowhere before that ends: not by a member that is restarted meanwhile,
    and not by a new primary. Then back to the former ones, which come from outside of the chart.
    """
    first, before = present(members), {pod.name: pod.uid for pod in members.pods()}
    with scenario("passwords replaced") as running, logging_in(members, first.clients) as logins:
        replace(members, NEW, figures, "forth")
        assert {pod.name: pod.uid for pod in members.pods()} == before
        meanwhile()
        wait_for("all links are up", partial(links_are_up, members), 10)
        assert not logins.refused, logins
        assert logins.tried > len(before)
        running.stop_writing()
        spent = wait_for("the former password ends", partial(ended, members, first), KEPT + 30)
        figures["the former password ended after s"] = round(spent, 1)
        assert logins.refused, "it was refused to the new connections, too"
    with scenario("passwords replaced once more"):
        replace(members, first, figures, "back")
        wait_for("all links are up", partial(links_are_up, members), 10)
    members.release.upgrade()
    told_nowhere(members, [NEW])


def replaced_while(
    members: Members, scenario: MakeScenario, figures: dict[str, Any], title: str, act: Callable[[Scenario], None]
) -> None:
    """
    `act` begins when the Secret is the new one and the members are about to follow it. A client with the former
    password is refused by nobody, no write is lost, and in the end all use the new one and follow their primaries.
    """
    first = present(members)
    what = f"passwords replaced, {title}"
    with scenario(what, converge=120) as running, logging_in(members, first.clients) as logins:
        members.release.upgrade(NEW.values(LONG), *members.release.take_ownership, wait=False)
        members.forget_password()
        assert members.password() == NEW.clients
        act(running)
        spent = wait_for("all members let it in", partial(all_let_in, members, NEW.clients), 60, pause=0.1)
        figures[f"{what}: then to let in by all"] = round(spent, 1)
        wait_for("all servers use it", partial(all_use, members, NEW), FOLLOWED)
        wait_for("all links are up", partial(links_are_up, members), 10)
        assert all_let_in(members, first.clients), "the former password is valid for a while"
    assert not logins.refused, logins
    assert logins.tried > members.size
    with scenario("passwords replaced once more"):
        replace(members, first, figures, f"back, {title}")
        wait_for("all links are up", partial(links_are_up, members), 10)
    members.release.upgrade()


def without_api_server(followers: list[Pod]) -> Callable[[Scenario], None]:
    """No kubelet hands out the new ones meanwhile. Servers that restart have what the volume and the Secret say."""

    def act(running: Scenario) -> None:
        with held("kube-apiserver"):
            kill_inits(followers)
            running.serving(30)
            time.sleep(AWAY)
        wait_for("the API server answers", lambda: bool(running.members.pods()), 60)

    return act


def during_a_rollout(running: Scenario) -> None:
    """All pods are replaced while the former ones are still valid."""
    members = running.members
    before = {pod.name: pod.uid for pod in members.pods()}
    annotated = {"podAnnotations": {"example.org/replaced": "during a rotation"}}
    members.release.upgrade({**NEW.values(LONG), **annotated}, timeout=300)
    after = {pod.name: pod.uid for pod in members.pods()}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values()), "a pod was not replaced"


def member_killed(follower: Pod) -> Callable[[Scenario], None]:
    """It is away while the others look for the new ones."""

    def act(running: Scenario) -> None:
        running.members.delete_pods(follower.name, force=True)
        running.members.wait_replaced(follower, 90)

    return act
