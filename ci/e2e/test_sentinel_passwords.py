"""Sentinel mode: passwords are replaced while the members run."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from e2e.acts import delete_pod
from e2e.passwords import KEPT, Passwords, ended, links_are_up, logging_in, present, replace, told_nowhere
from e2e.scenario import MakeScenario
from e2e.sentinel_set import SentinelSet
from e2e.wait import wait_for

pytestmark = pytest.mark.timeout(400)

NEW = Passwords('new#"clients"\'$', "new\\members")


def test_passwords_replaced(
    sentinel_set: SentinelSet, sentinel_scenario: MakeScenario, figures: dict[str, Any]
) -> None:
    """
    A client with the former password is refused nowhere before that ends: not by a member that is restarted meanwhile,
    and not by a new primary. Then back to the former ones, which come from outside of the chart.
    """
    first = present(sentinel_set)
    before = {pod.name: pod.uid for pod in sentinel_set.pods()}
    with sentinel_scenario("passwords replaced") as running, logging_in(sentinel_set, first.clients) as logins:
        replace(sentinel_set, NEW, figures, "forth")
        assert {pod.name: pod.uid for pod in sentinel_set.pods()} == before
        sentinel_set.fail_over()
        delete_pod(sentinel_set, sentinel_set.replicas()[0])
        delete_pod(sentinel_set, sentinel_set.sentinels()[0])
        wait_for("all links are up", partial(links_are_up, sentinel_set), 10)
        assert not logins.refused, logins
        assert logins.tried > len(before)
        running.stop_writing()
        spent = wait_for("the former password ends", partial(ended, sentinel_set, first), KEPT + 30)
        figures["the former password ended after s"] = round(spent, 1)
        assert logins.refused, "it was refused to the new connections, too"
    with sentinel_scenario("passwords replaced once more"):
        replace(sentinel_set, first, figures, "back")
        wait_for("all links are up", partial(links_are_up, sentinel_set), 10)
    sentinel_set.release.upgrade()
    told_nowhere(sentinel_set, [NEW])
