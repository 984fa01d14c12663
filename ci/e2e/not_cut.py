"""What looks like a cut to a primary and is none: it must go on, with everything acknowledged kept."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError

from e2e.members import PORT, Members, Pod
from e2e.nodes import Node, stopped
from e2e.scenario import MakeScenario, Scenario
from e2e.wait import wait_for

SECONDS = 10.0
"""Of each trouble."""
RATE = "24mbit"
"""Of the node's network card, below what the bulk writer makes for two replicas."""
BULK = 6 << 20
"""Bytes that it writes a second."""
VALUE = 64 << 10
CLIENTS = 10_000
NOT_LONGER = 1.5
"""Seconds without an acknowledged write that a busy machine makes by itself."""

Trouble = Callable[[Members, Pod], None]
"""Of a running set and its primary; ends within a minute."""


@contextmanager
def slow_card(node: Node) -> Iterator[None]:
    """What leaves the node waits for its turn."""
    node.run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", RATE, "burst", "64kb", "latency", "400ms")
    try:
        yield
    finally:
        node.run("tc", "qdisc", "del", "dev", "eth0", "root")


@contextmanager
def dropped(node: Node, *match: str) -> Iterator[None]:
    """What comes to this node or leaves its pods and matches is lost."""
    rule = ["PREROUTING", "-p", "tcp", *match, "-j", "DROP"]
    node.run("iptables", "-w", "-t", "raw", "-I", *rule)
    try:
        yield
    finally:
        node.run("iptables", "-w", "-t", "raw", "-D", *rule)


@contextmanager
def lossy_card(node: Node) -> Iterator[None]:
    """One packet of 64 that comes to the node is lost, by its IP header; what is sent again has another ID there."""
    rule = ["PREROUTING", "-i", "eth0", "-p", "tcp", "-m", "u32", "--u32", "2&0x3F=0x7", "-j", "DROP"]
    node.run("iptables", "-w", "-t", "raw", "-I", *rule)
    try:
        yield
    finally:
        node.run("iptables", "-w", "-t", "raw", "-D", *rule)


@contextmanager
def crowded(ip: str, count: int) -> Iterator[None]:
    """So many connections that say nothing."""
    crowd: list[socket.socket] = []
    try:
        for _ in range(count):
            crowd.append(socket.create_connection((ip, PORT), timeout=5))
        yield
    finally:
        for one in crowd:
            one.close()


def taken(engine: Redis, key: str, value: str) -> bool:
    """In a cluster another shard may have the key's slot."""
    try:
        return bool(engine.set(key, value))
    except RedisError:
        return False


def write_much(members: Members, primary: Pod, stop: threading.Event) -> None:
    """The same keys again and again."""
    value = "x" * VALUE
    with members.engine(primary) as engine:
        keys = [key for key in (f"bulk:{number}" for number in range(60)) if taken(engine, key, value)]
        while not stop.is_set():
            for key in keys:
                taken(engine, key, value)
                stop.wait(VALUE / BULK)


def full_bandwidth(members: Members, primary: Pod) -> None:
    stop = threading.Event()
    writer = threading.Thread(target=write_much, args=(members, primary, stop), daemon=True)
    with slow_card(primary.node):
        writer.start()
        time.sleep(SECONDS)
        stop.set()
        writer.join(10)


def lost_packets(members: Members, primary: Pod) -> None:
    with lossy_card(primary.node):
        time.sleep(SECONDS)


def frozen_replica(members: Members, primary: Pod) -> None:
    replica = next(pod for pod in members.pods() if follows(members, pod, primary))
    with stopped(replica.node, replica.node.engine(replica.uid)):
        time.sleep(2.0)


def restarted_replica(members: Members, primary: Pod) -> None:
    replica = next(pod for pod in members.pods() if follows(members, pod, primary))
    members.delete_pods(replica.name)
    members.wait_replaced(replica, 60)


def ten_thousand_clients(members: Members, primary: Pod) -> None:
    with members.engine(primary) as engine:
        usual = engine.config_get("maxclients")["maxclients"]
        engine.config_set("maxclients", CLIENTS + 1000)
        try:
            with crowded(primary.ip, CLIENTS):
                wait_for("all are taken", lambda: int(engine.info("clients")["connected_clients"]) >= CLIENTS, 15)
                time.sleep(SECONDS)
        finally:
            engine.config_set("maxclients", usual)


TROUBLES: dict[str, Trouble] = {
    "the primary's node at the end of its bandwidth": full_bandwidth,
    "one packet of 64 lost on the primary's node": lost_packets,
    "a replica's engine frozen for 2 s": frozen_replica,
    "a replica's pod replaced": restarted_replica,
    "10,000 idle clients at the primary": ten_thousand_clients,
}


def follows(members: Members, pod: Pod, primary: Pod) -> bool:
    if pod.component != "server" or pod.name == primary.name:
        return False
    info = members.info(pod)
    return bool(info["role"] == "slave" and info["master_host"] == members.service_ip(primary.name))


def nobody_is_fenced(members: Members, primary: Pod, make: MakeScenario) -> None:
    """A client writes through each trouble, and after a time without any writes."""
    for title, trouble in TROUBLES.items():
        with make(title) as running:
            trouble(members, primary)
        assert_untouched(members, primary, running)
        time.sleep(3)  # idle, then written


def assert_untouched(members: Members, before: Pod, scenario: Scenario) -> None:
    """The primary, in a scenario that has ended."""
    after = members.pod(before.name)
    assert (after.uid, after.restarts) == (before.uid, before.restarts)
    assert members.is_primary(after), "another one leads"
    fenced = members.kube.telling(before.name, "cut off", reason="Fenced")
    assert not fenced, fenced
    longest = max(scenario.figures["gap_s"])
    assert longest < NOT_LONGER, f"{longest} s without an acknowledged write"
