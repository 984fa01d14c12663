"""The machines under Kubernetes: power, daemons, and what only root on a node can do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from e2e.shell import ROOT, output
from e2e.wait import wait_for

NODE_SCRIPT = str(ROOT / "ci" / "kube" / "node.sh")
CONTROL_PLANE = "cp"
POD_ADDRESSES = "/run/cni-ipam/bowline"
"""On a node: a file for each address in use, by the CNI plugin host-local (ci/kube/node-init.sh)."""

FIND_PROCESSES = """
for file in $(grep -l "pod$1" /proc/[0-9]*/cgroup 2>/dev/null); do
  dir=${file%/cgroup}
  echo "${dir#/proc/} $(awk '/^NSpid:/ { print $NF }' $dir/status) $(readlink $dir/ns/pid) $(cat $dir/comm)"
done
"""


LIMIT_MEMORY = """
group=$(sed -n 's/^[0-9]*:memory://p; s/^0:://p' "/proc/$1/cgroup" | head -n 1)
for name in memory.limit_in_bytes memory.max; do
  file=$(find /sys/fs/cgroup -path "*/${group##*/}/$name" | head -n 1)
  [ -z "$file" ] || break
done
echo "$2" >"$file"
"""


@dataclass(frozen=True)
class Process:
    pid: int
    """On the node."""
    container_pid: int
    """In its container: 1 is bowline."""
    container: str
    """Its PID namespace."""
    name: str


def node_script(*args: str, timeout: float = 60) -> str:
    return output(NODE_SCRIPT, *args, timeout=timeout)


class Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.number = name.removeprefix("n")

    def run(self, *command: str, timeout: float = 60) -> str:
        return node_script("sh", self.number, *command, timeout=timeout)

    def sh(self, script: str, *args: str) -> str:
        return self.run("sh", "-c", script, "-", *args)

    def crash(self) -> None:
        node_script("crash", self.number)

    def start(self) -> None:
        node_script("start", self.number)

    def processes(self, pod_uid: str) -> list[Process]:
        found = [line.split(maxsplit=3) for line in self.sh(FIND_PROCESSES, pod_uid).splitlines()]
        alive = [fields for fields in found if len(fields) == 4]  # others have ended meanwhile
        return [Process(int(pid), int(number), container, name) for pid, number, container, name in alive]

    def signal(self, pid: int, signal: str) -> None:
        self.sh('kill "-$1" "$2"', signal, str(pid))

    def engine(self, pod_uid: str) -> Process:
        """Of a server's pod."""
        return next(process for process in self.processes(pod_uid) if process.name.endswith("-server"))

    def limit_memory(self, pod_uid: str, limit: int) -> None:
        """Of the container of a server, in bytes, as the kubelet does when the pod is resized."""
        self.sh(LIMIT_MEMORY, str(self.engine(pod_uid).pid), str(limit))

    def kill_engine(self, pod_uid: str) -> None:
        self.signal(self.engine(pod_uid).pid, "KILL")

    def kill_init(self, pod_uid: str) -> None:
        """PID 1 of the server's container; everything in the container ends with it."""
        init = next(p for p in self.processes(pod_uid) if p.container_pid == 1 and p.name == "bowline")
        self.signal(init.pid, "KILL")

    def kill_container(self, pod_uid: str) -> None:
        """PID 1 beside the engine, whatever it is: perhaps the engine itself."""
        engine = self.engine(pod_uid)
        init = next(p for p in self.processes(pod_uid) if p.container_pid == 1 and p.container == engine.container)
        self.signal(init.pid, "KILL")

    def hand_out_next(self, address: str) -> None:
        """The next pod here gets this address, which is free again: host-local gives them out in turn."""
        wait_for(f"{address} is free", lambda: address not in self.run("ls", POD_ADDRESSES).split(), 30)
        self.sh('printf %s "$1" > "$2/last_reserved_ip.0"', str(ip_address(address) - 1), POD_ADDRESSES)

    def sha256(self, path: str) -> str:
        return self.sh('sha256sum "$1"', path).split()[0]


def power_cut(nodes: list[Node]) -> None:
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(Node.crash, nodes))


def power_on(nodes: list[Node]) -> None:
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(Node.start, nodes))


@contextmanager
def unplugged(node: Node) -> Iterator[None]:
    """The node's cable is out: nothing but the node itself is reached from it, and it from nowhere."""
    node_script("cut", node.number)
    try:
        yield
    finally:
        node_script("heal", node.number)


@contextmanager
def stopped(node: Node, process: Process) -> Iterator[None]:
    """SIGSTOP, then SIGCONT."""
    node.signal(process.pid, "STOP")
    try:
        yield
    finally:
        node.signal(process.pid, "CONT")


@contextmanager
def held(daemon: str, machine: str = CONTROL_PLANE) -> Iterator[None]:
    """A daemon of the control plane (kube-apiserver, coredns) or of a node (kube-proxy) is ended and stays so."""
    node_script("hold", machine, daemon)
    try:
        time.sleep(0.5)
        yield
    finally:
        node_script("release", machine, daemon)
