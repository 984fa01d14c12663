"""Waiting with a bound."""

from __future__ import annotations

import time
from collections.abc import Callable

from redis.exceptions import RedisError

from e2e.shell import CommandError

CONFIG_REFRESH = 150
"""Seconds until a changed ConfigMap is seen in a pod that runs on: the kubelet's sync period, and its cache."""


def wait_for(what: str, condition: Callable[[], bool], timeout: float, pause: float = 0.3) -> float:
    """Seconds until the condition held. While a server or a command does not answer it does not hold."""
    began = time.monotonic()
    last = "it does not hold"
    while True:
        try:
            if condition():
                return time.monotonic() - began
        except (CommandError, RedisError, OSError, LookupError) as error:
            last = str(error)
        if time.monotonic() - began > timeout:
            raise AssertionError(f"{what}: not within {timeout:.0f} s; {last}")
        time.sleep(pause)
