"""A network namespace for each member, and one that routes between them, the hub; pairs of veth devices join them.

Routed and not bridged, so that each member has one neighbour. The kernel has one table of neighbours for all namespaces
(net.ipv4.neigh.default.gc_thresh3, 1024), and 33 members on one bridge would fill it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from e2e.shell import CACHE, output, run

HUB_ADDRESS = "10.78.255.254"
CLONE_NEWNET = 0x40000000


def member_address(index: int) -> str:
    return f"10.78.{index // 250}.{index % 250 + 1}"


def enter(namespace: str) -> None:
    """For this thread, and for threads and processes that it starts from now on."""
    with open(namespace, "rb") as opened:
        if ctypes.CDLL(None, use_errno=True).setns(opened.fileno(), CLONE_NEWNET) != 0:
            error = ctypes.get_errno()
            raise OSError(error, f"setns to {namespace}: {os.strerror(error)}")


class Networks:
    """In the `with` block. At its end every process in them is killed; at its begin those that an earlier run has left.

    Waits while another program has networks of the same prefix.
    """

    def __init__(self, prefix: str, addresses: Mapping[str, str]) -> None:
        """`addresses` by names that can be names of devices: at most 15 characters."""
        self.prefix = prefix
        self.addresses = addresses
        self.hub = f"{prefix}-hub"

    def of(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def __enter__(self) -> Networks:
        self.lock = (CACHE / f"networks-{self.prefix}.lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            self.remove()
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.remove()
        finally:
            self.lock.close()

    def make(self) -> None:
        networks = [self.hub, *map(self.of, self.addresses)]
        batch([], [f"netns add {network}" for network in networks])
        for name, address in self.addresses.items():
            batch(
                ["-n", self.of(name)],
                [
                    "link set lo up",
                    f"link add eth0 type veth peer name {name} netns {self.hub}",
                    f"address add {address}/32 dev eth0",
                    "link set eth0 up",
                    f"route add {HUB_ADDRESS} dev eth0",
                    f"route add default via {HUB_ADDRESS}",
                ],
            )
        routes = [f"route add {address} dev {name}" for name, address in self.addresses.items()]
        cables = [f"link set {name} up" for name in self.addresses]
        batch(["-n", self.hub], ["link set lo up", f"address add {HUB_ADDRESS}/32 dev lo", *cables, *routes])
        run("ip", "netns", "exec", self.hub, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")

    def remove(self) -> None:
        there = [line.split()[0] for line in output("ip", "netns", "list").splitlines()]
        networks = [network for network in there if network.startswith(f"{self.prefix}-")]
        for network in networks:
            for pid in output("ip", "netns", "pids", network).split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        batch([], [f"netns del {network}" for network in networks])

    def cut(self, names: Iterable[str]) -> None:
        """For the others too: nothing comes through, and nothing is refused."""
        self.rules("add", names)

    def mend(self, names: Iterable[str]) -> None:
        self.rules("del", names)

    def refuse(self, name: str) -> None:
        """The others' kernels answer what they send to it with "unreachable", as for a pod or a node that is gone."""
        for other in self.addresses:
            rule = ["OUTPUT", "-d", self.addresses[name], "-j", "REJECT", "--reject-with", "icmp-host-unreachable"]
            run("ip", "netns", "exec", self.of(other), "iptables", "-w", "-A", *rule)

    def rules(self, verb: str, names: Iterable[str]) -> None:
        ways = [(way, self.addresses[name]) for name in names for way in ("from", "to")]
        batch(["-n", self.hub], [f"rule {verb} {way} {address} blackhole" for way, address in ways])

    @contextmanager
    def inside_hub(self) -> Iterator[None]:
        """This thread, and threads that it starts, reach all members in the block."""
        with open("/proc/thread-self/ns/net", "rb") as before:
            enter(f"/run/netns/{self.hub}")
            try:
                yield
            finally:
                enter(f"/proc/self/fd/{before.fileno()}")


def batch(options: list[str], commands: list[str]) -> None:
    if commands:
        run("ip", *options, "-batch", "-", stdin="".join(f"{command}\n" for command in commands))
