"""Clients of a listener that mean no good, each for a bounded time and from threads of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from e2e.members import Pod

PROBES, PEERS = 8379, 8380
"""The chart's defaults of ports.http and ports.peers."""

Attack = Callable[[str, int, threading.Event], None]
"""Address, port, and when to stop."""


def connect(ip: str, port: int) -> socket.socket:
    return socket.create_connection((ip, port), timeout=1)


def pour(head: bytes, piece: bytes) -> Attack:
    """One request without end after the other."""

    def attack(ip: str, port: int, stop: threading.Event) -> None:
        while not stop.is_set():
            with suppress(OSError), connect(ip, port) as one:
                one.sendall(head)
                while not stop.is_set():
                    one.sendall(piece)
            stop.wait(0.001)

    return attack


def crowd(count: int, drop: bytes) -> Attack:
    """So many connections at a time, opened again when they are closed; each sends one byte in a second, or nothing."""

    def attack(ip: str, port: int, stop: threading.Event) -> None:
        crowd: list[socket.socket] = []
        while not stop.is_set():
            alive = []
            for one in crowd:
                try:
                    if drop:
                        one.send(drop)
                    else:
                        one.setblocking(False)
                        with suppress(BlockingIOError):
                            if one.recv(1) == b"":
                                raise ConnectionError
                    alive.append(one)
                except OSError:
                    one.close()
            crowd = alive
            while len(crowd) < count and not stop.is_set():
                with suppress(OSError):
                    crowd.append(connect(ip, port))
            stop.wait(1)
        for one in crowd:
            one.close()

    return attack


CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
ATTACKS: dict[str, Attack] = {
    "endless header line": pour(b"GET /ready HTTP/1.1\r\nX: ", b"x" * 65536),
    "headers without end": pour(b"GET /ready HTTP/1.1\r\n", b"X: y\r\n" * 100_000),
    "endless chunked body": pour(b"POST /report HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK),
    "1000 idle connections": crowd(1000, b""),
    "100 dripping connections": crowd(100, b"G"),
}


@contextmanager
def under(attack: Attack | None, ip: str, port: int) -> Iterator[None]:
    """Without an attack: nothing is done, to compare with."""
    if attack is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=attack, args=(ip, port, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def probe(ip: str, port: int, path: str) -> tuple[float, bytes]:
    """As the kubelet asks, on a connection of its own: seconds, and the status line."""
    began = time.monotonic()
    with socket.create_connection((ip, port), timeout=5) as one:
        one.settimeout(5)
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: {ip}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := one.recv(4096):
            answer += piece
    return time.monotonic() - began, answer.split(b"\r\n", 1)[0]


def resident_memory(pod: Pod) -> int:
    """Of PID 1, in bytes."""
    init = next(p for p in pod.node.processes(pod.uid) if p.container_pid == 1 and p.name == "bowline")
    return int(pod.node.sh("awk '/^VmRSS:/ { print $2 }' \"/proc/$1/status\"", str(init.pid))) << 10
