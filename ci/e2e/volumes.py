"""What happens to volumes."""

from __future__ import annotations

from e2e.members import Members, Pod


def wipe(members: Members, pod: Pod) -> None:
    pod.node.sh('find "$1" -mindepth 1 -delete', members.volume(pod))


def lose_claim(members: Members, pod: Pod) -> None:
    """The pod goes at once and its volume with it; the StatefulSet makes both anew."""
    members.kube("delete", "persistentvolumeclaim", f"data-{pod.name}", "--wait=false")
    members.delete_pods(pod.name, force=True)
