"""One installation of a standalone server, and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from e2e.members import Members, Pod
from e2e.wait import wait_for
from recorder import Settings

VALUES: Mapping[str, Any] = {"mode": "standalone", "persistence": {"size": "64Mi"}}


class Standalone(Members):
    def statefulsets(self) -> dict[str, int]:
        return {f"{self.name}-server": 1}

    def server(self) -> Pod:
        return self.pod(f"{self.name}-server-0")

    def ids(self) -> dict[str, str]:
        """The server's id is its volume's installation: there is no other one that it could be taken for."""
        return {self.server().name: str(self.status()["installation"])}

    def recorder_settings(self) -> Settings:
        return self.direct_settings(self.service_ip(f"{self.name}-primary"))

    def wait_other_primary(self, old: Pod, timeout: float) -> Pod:
        """Nothing takes over from it: the same one, as soon as it leads again."""
        wait_for(f"{old.name} leads again", lambda: self.is_primary(self.server()), timeout)
        return self.server()
