"""TLS among members that run: they form, fail over and follow a renewed certificate, and nobody listens without it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.tls import PORT as TLS_PORT
from e2e.tls import SENTINEL_PORT as SENTINEL_TLS_PORT
from e2e.tls import Authority
from integration.engines import ENGINES, Engine
from integration.loopback import wait_until
from integration.members import Members, sentinel_set, small_cluster

START = 60
FAILOVER = 20
KNOWN = 3
"""Until the members have told each other that there is data, and that replicas are in sync."""
RENEWAL = 60
"""Seconds. The last sentinel waits 30 s, so that not all are restarted at once."""


class Mounted:
    """The folder with the certificate that all members have."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "tls"
        own = folder / "authority"
        for path in (self.files, own):
            path.mkdir()
        self.authority = Authority(own)
        (self.files / "ca.crt").write_text(self.authority.file.read_text())

    def issue(self) -> int:
        """A new certificate for all; its serial number. The key is put there first, as no tool does it at once."""
        made = self.authority.issue(["DNS:member"])
        (self.files / "tls.key").write_text(made.key)
        (self.files / "tls.crt").write_text(made.text)
        return made.serial


class Secured:
    """Members with TLS alone, and how they are asked."""

    def __init__(self, members: Members, mounted: Mounted) -> None:
        self.members = members
        self.mounted = mounted
        tls = {
            "mode": "require",
            "directory": str(mounted.files),
            "clientCertificates": "ignored",
            "otherClientPort": 0,
            "otherSentinelPort": 0,
        }
        members.mode = {**members.mode, "tls": tls}
        members.ports["client"] = TLS_PORT
        if "sentinel" in members.ports:
            members.ports["sentinel"] = SENTINEL_TLS_PORT

    def cli(self, member: str, *words: str, port: int = TLS_PORT) -> str:
        folder = self.mounted.files
        tls = ["--tls", "--cacert", str(folder / "ca.crt"), "--cert", str(folder / "tls.crt")]
        tls += ["--key", str(folder / "tls.key"), "-p", str(port)]
        return self.members.ask(member, *tls, *words)

    def serial(self, member: str) -> int:
        """Of the certificate that a new connection gets; 0: there is none."""
        port = SENTINEL_TLS_PORT if member.startswith("sentinel") else TLS_PORT
        address = self.members.members[member].address
        enter = ["ip", "netns", "exec", self.members.networks.of(member)]
        command = ["openssl", "s_client", "-connect", f"{address}:{port}"]
        shown = subprocess.run([*enter, *command], input="", capture_output=True, text=True, timeout=10).stdout
        if "-----BEGIN" not in shown:
            return 0
        found = subprocess.run(
            ["openssl", "x509", "-noout", "-serial"], input=shown, capture_output=True, text=True, timeout=10
        ).stdout
        return int(found.strip().removeprefix("serial="), 16)

    def primary(self) -> str:
        """Of the first member's shard, as the engines say; empty: none or several say so."""
        servers = [name for name in self.members.members if name.startswith(("shard-0-", "server-"))]
        leads = [name for name in servers if self.cli(name, "ROLE").startswith("master")]
        return leads[0] if len(leads) == 1 else ""

    def write(self, member: str) -> None:
        """Keys of its shard; a shard without data is started again in place, and nobody takes over."""
        written = [self.cli(member, "SET", f"key-{number}", "value").strip() for number in range(20)]
        assert "OK" in written, written
        shard = [name for name in self.members.members if name.rpartition("-")[0] == member.rpartition("-")[0]]
        wait_until("all have it", lambda: len({self.cli(name, "DBSIZE") for name in shard}) == 1, FAILOVER)
        time.sleep(KNOWN)


@pytest.fixture(params=ENGINES, ids=[engine.label for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture(params=[small_cluster, sentinel_set], ids=["cluster", "sentinel"])
def secured(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Secured]:
    make: Callable[[Engine, Path], Members] = request.param
    mounted = Mounted(tmp_path)
    mounted.issue()
    secured = Secured(make(engine, tmp_path), mounted)
    with secured.members as members:
        members.await_ready(START)
        yield secured


def test_members_with_tls_alone(secured: Secured) -> None:
    members = secured.members
    first = next(iter(members.members))
    assert secured.primary() == first
    for port in (6379, TLS_PORT):
        assert "PONG" not in members.ask(first, "-p", str(port), "PING")

    secured.write(first)
    os.kill(members.engines()[first], signal.SIGKILL)
    wait_until("another one leads", lambda: secured.primary() not in ("", first), FAILOVER)
    dead = members.members[first]
    assert dead.process is not None
    dead.process.wait(FAILOVER)
    members.start(dead)  # as the kubelet does
    members.await_ready(START)

    before = {name: secured.serial(name) for name in members.members}
    assert len(set(before.values())) == 1 and 0 not in before.values(), before
    serial = secured.mounted.issue()
    wait_until("all have the new one", lambda: all(secured.serial(name) == serial for name in before), RENEWAL)
    members.await_ready(START)
    wait_until("healthy", lambda: ": healthy" in members.bowline(first, "status").splitlines()[0], START)
