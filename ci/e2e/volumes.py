"""What happens to volumes."""

from __future__ import annotations

import base64
from collections.abc import Callable

from e2e.members import Members, Pod


def wipe(members: Members, pod: Pod) -> None:
    pod.node.sh('find "$1" -mindepth 1 -delete', members.volume(pod))


def lose_claim(members: Members, pod: Pod) -> None:
    """The pod goes at once and its volume with it; the StatefulSet makes both anew."""
    members.kube("delete", "persistentvolumeclaim", f"data-{pod.name}", "--wait=false")
    members.delete_pods(pod.name, force=True)


class Tampered:
    """A file on a member's volume that is replaced while its engine stands still."""

    def __init__(self, members: Members, pod: Pod, file: str, change: Callable[[bytes], bytes]) -> None:
        self.pod = pod
        self.change = change
        self.path = f"{members.volume(pod)}/{file}"

    def tamper(self) -> None:
        """The container is killed then, and started again on the changed file."""
        node = self.pod.node
        node.signal(node.engine(self.pod.uid).pid, "STOP")
        self.good = base64.b64decode(node.sh('base64 "$1"', self.path))
        self.write(self.change(self.good))
        self.sha256 = node.sha256(self.path)
        node.kill_init(self.pod.uid)

    def write(self, content: bytes) -> None:
        self.pod.node.sh('echo "$2" | base64 -d >"$1"', self.path, base64.b64encode(content).decode())
