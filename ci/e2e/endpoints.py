"""Who was behind a Service, and for how long nobody."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from e2e.members import Pods
from e2e.wait import wait_for


class Endpoints:
    """Each change of a Service's ready endpoints, from the API server's watch, so with its moment."""

    def __init__(self, members: Pods, service: str) -> None:
        arguments = ["get", "endpointslices", "-l", f"kubernetes.io/service-name={service}", "--watch"]
        command = ["kubectl", "-n", members.kube.namespace, *arguments, "-o", "json"]
        self.changes: list[tuple[float, set[str]]] = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line
            if line == "}\n":  # the end of an object
                ends = json.loads(text).get("endpoints") or []
                names = {end["targetRef"]["name"] for end in ends if end["conditions"].get("ready")}
                self.changes.append((time.time(), names))
                text = ""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.thread.join(10)

    def longest_empty(self) -> float:
        """Seconds."""
        moments = [*self.changes, (time.time(), set[str]())]
        empty = [after - begun for (begun, names), (after, _) in pairwise(moments) if not names]
        return round(max(empty, default=0.0), 2)


@contextmanager
def watched(members: Pods, service: str) -> Iterator[Endpoints]:
    found = Endpoints(members, service)
    try:
        wait_for(f"the endpoints of {service}", lambda: bool(found.changes), 10)
        yield found
    finally:
        found.stop()
