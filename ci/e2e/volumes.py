"""What happens to volumes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from e2e.members import Members, Pod


def wipe(members: Members, pod: Pod) -> None:
    pod.node.sh('find "$1" -mindepth 1 -delete', members.volume(pod))


def lose_claim(members: Members, pod: Pod) -> None:
    """The pod goes at once and its volume with it; the StatefulSet makes both anew."""
    members.kube("delete", "persistentvolumeclaim", f"data-{pod.name}", "--wait=false")
    members.delete_pods(pod.name, force=True)


@contextmanager
def small(members: Members, pod: Pod) -> Iterator[Pod]:
    """The pod's successor has an empty volume of 48 MiB of its own; afterwards the pod has the former one again."""
    path = members.volume(pod)
    pod.node.sh('mount -t tmpfs -o size=48m,uid=999,gid=999,mode=0777 small "$1"', path)
    try:
        members.delete_pods(pod.name)
        now = members.wait_replaced(pod, 90)
        yield now
    finally:
        pod.node.sh('rm -f "$1/fill"; umount -l "$1"', path)
        now = members.pod(pod.name)
        members.delete_pods(pod.name)
    members.wait_replaced(now, 90)


def fill(members: Members, pod: Pod) -> None:
    """To the last page."""
    script = 'for size in 64k 4k; do dd if=/dev/zero bs=$size >>"$1/fill"; done 2>/dev/null; true'
    pod.node.sh(script, members.volume(pod))


def unfill(members: Members, pod: Pod) -> None:
    pod.node.sh('rm -f "$1/fill"', members.volume(pod))


def last_primary(members: Members, servers: list[Pod]) -> Pod:
    """Which of these led at the end, by the replication positions on their volumes."""
    positions = {pod: json.loads(pod.node.sh('cat "$1/bowline-mark.json"', members.volume(pod))) for pod in servers}
    leaders = [pod for pod, position in positions.items() if "inSync" in position]
    assert leaders, f"nobody led at the end: {positions}"
    return max(leaders, key=lambda pod: int(positions[pod]["term"]))


def cut_log(members: Members, pod: Pod) -> None:
    """Seven bytes of its append-only file are lost."""
    pod.node.sh('f=$(ls "$1"/appendonlydir/*.incr.aof | tail -1); truncate -s -7 "$f"', members.volume(pod))


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
