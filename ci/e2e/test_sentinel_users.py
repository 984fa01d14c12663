"""Sentinel mode: users that are declared, changed and removed while the members run, and `default` switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoPermissionError

from e2e.acts import delete_pod
from e2e.installation import Installation
from e2e.members import Pod
from e2e.passwords import FOLLOWED, lets_in, login
from e2e.sentinel_set import MASTER_NAME, RECONNECT, SentinelSet
from e2e.wait import wait_for

pytestmark = pytest.mark.timeout(400)

FEW = "~app:* +@read +@write +@connection"
MANY = "~* +@read +@write +@connection"


@pytest.fixture
def sentinel_set(sentinels: Installation[SentinelSet]) -> Iterator[SentinelSet]:
    """Not left to other tests with these users."""
    found = sentinels.healthy()
    yield found
    found.release.upgrade()
    wait_for("default may log in again", lambda: all(lets_in(pod, found.password()) for pod in found.pods()), FOLLOWED)


def users(rules: str, *passwords: str, default: bool = True) -> dict[str, Any]:
    app = {"name": "app", "rules": rules, "passwords": list(passwords)}
    return {"auth": {"users": [app], "defaultUser": {"enabled": default}}}


def everywhere(sentinel_set: SentinelSet, holds: Callable[[Pod], bool]) -> float:
    def all_hold() -> bool:
        return all(holds(pod) for pod in sentinel_set.pods())

    return wait_for("it holds on all members", all_hold, FOLLOWED, pause=0.1)


def may_write(client: Redis, key: str) -> bool:
    try:
        return bool(client.set(key, "1"))
    except NoPermissionError:
        return False


def test_users_followed(sentinel_set: SentinelSet, figures: dict[str, Any]) -> None:
    before = {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()}
    sentinel_set.release.upgrade(users(FEW, "one"))
    as_app = partial(lets_in, user="app")
    spent = everywhere(sentinel_set, lambda pod: as_app(pod, "one"))
    figures["helm upgrade to a new user on all members, s"] = round(spent, 1)
    primary = sentinel_set.primary()
    client = login(primary, "one", "app").client()
    assert (may_write(client, "app:key"), may_write(client, "other")) == (True, False)
    connection = client.client_id()
    with login(sentinel_set.sentinels()[0], "one", "app") as sentinel:
        assert sentinel.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", MASTER_NAME)
        with pytest.raises(NoPermissionError):
            sentinel.execute_command("SENTINEL FAILOVER", MASTER_NAME)

    sentinel_set.release.upgrade(users(MANY, "two"))
    everywhere(sentinel_set, lambda pod: as_app(pod, "two"))
    wait_for("its rules are the new ones", partial(may_write, client, "other"), FOLLOWED)
    assert client.client_id() == connection, "its connection was closed"
    assert all(as_app(pod, "one") for pod in sentinel_set.pods()), "the former password is valid for a while"
    assert {pod.name: (pod.uid, pod.restarts) for pod in sentinel_set.pods()} == before

    by_hand = sentinel_set.replicas()[0]
    with sentinel_set.engine(by_hand) as engine:
        engine.execute_command("ACL SETUSER by-hand on nopass +ping")
    wait_for("it is told", lambda: any("by-hand" in line for line in sentinel_set.problems("--strict")), 60)

    sentinel_set.release.upgrade(users(MANY, "two", default=False))
    everywhere(sentinel_set, lambda pod: not lets_in(pod, sentinel_set.known_password))
    wait_for("all tell that they work by it", lambda: sentinel_set.problems("--write") == [], FOLLOWED)
    sentinel_set.fail_over()
    with pytest.raises(ConnectionLost):  # by the server that has stepped back
        client.ping()
    delete_pod(sentinel_set, by_hand)
    assert as_app(sentinel_set.pod(by_hand.name), "two")
    wait_for("all is in order", lambda: sentinel_set.problems() == [], 5 + RECONNECT)
