"""TLS among members that run: they form, fail over and follow a renewed certificate, and nobody listens without it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.shell import run
from integration.engines import ENGINES, Engine
from integration.loopback import BUS_PORT, wait_until
from integration.members import Members, sentinel_set

TLS_PORT = 6380
SENTINEL_TLS_PORT = 26380
START = 60
FAILOVER = 20
KNOWN = 3
"""Until the members have told each other that there is data, and that replicas are in sync."""
RENEWAL = 60
"""Seconds. The last sentinel waits 30 s, so that not all are restarted at once."""


class Authority:
    """A CA, and the folder with the certificate that all members have."""

    def __init__(self, folder: Path) -> None:
        self.own = folder / "authority"
        self.files = folder / "tls"
        for path in (self.own, self.files):
            path.mkdir()
        self.openssl("req", "-x509", *self.key("ca.key"), "-days", "2", "-subj", "/CN=CA", "-out", self.own / "ca.crt")
        (self.files / "ca.crt").write_bytes((self.own / "ca.crt").read_bytes())

    @staticmethod
    def openssl(*words: str | Path) -> str:
        return run("openssl", *[str(word) for word in words]).stdout

    def key(self, name: str) -> list[str | Path]:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.own / name]

    def issue(self) -> str:
        """A new certificate for all; its serial number. The key is put there first, as no tool does it at once."""
        request, made = self.own / "request", self.own / "tls.crt"
        self.openssl("req", "-new", *self.key("tls.key"), "-subj", "/CN=member", "-out", request)
        ca: list[str | Path] = ["-CA", self.own / "ca.crt", "-CAkey", self.own / "ca.key", "-CAcreateserial"]
        self.openssl("x509", "-req", "-in", request, *ca, "-days", "2", "-out", made)
        for name in ("tls.key", "tls.crt"):
            (self.files / name).write_bytes((self.own / name).read_bytes())
        return self.openssl("x509", "-in", made, "-noout", "-serial").strip().removeprefix("serial=")


def cluster(engine: Engine, folder: Path) -> Members:
    """Three shards of two."""
    names = [f"shard-{shard}-{ordinal}" for shard in range(3) for ordinal in range(2)]
    mode = {
        "mode": "cluster",
        "cluster": {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 2500},
    }
    return Members(engine, folder, names, mode, {"bus": BUS_PORT})


class Secured:
    """Members with TLS alone, and how they are asked."""

    def __init__(self, members: Members, authority: Authority) -> None:
        self.members = members
        self.authority = authority
        tls = {
            "mode": "require",
            "directory": str(authority.files),
            "clientCertificates": "ignored",
            "otherClientPort": 0,
            "otherSentinelPort": 0,
        }
        members.mode = {**members.mode, "tls": tls}
        members.ports["client"] = TLS_PORT
        if "sentinel" in members.ports:
            members.ports["sentinel"] = SENTINEL_TLS_PORT

    def cli(self, member: str, *words: str, port: int = TLS_PORT) -> str:
        folder = self.authority.files
        tls = ["--tls", "--cacert", str(folder / "ca.crt"), "--cert", str(folder / "tls.crt")]
        tls += ["--key", str(folder / "tls.key"), "-p", str(port)]
        return self.members.ask(member, *tls, *words)

    def serial(self, member: str) -> str:
        """Of the certificate that a new connection gets."""
        port = SENTINEL_TLS_PORT if member.startswith("sentinel") else TLS_PORT
        address = self.members.members[member].address
        enter = ["ip", "netns", "exec", self.members.networks.of(member)]
        command = ["openssl", "s_client", "-connect", f"{address}:{port}"]
        shown = subprocess.run([*enter, *command], input="", capture_output=True, text=True, timeout=10).stdout
        if "-----BEGIN" not in shown:
            return ""
        found = subprocess.run(
            ["openssl", "x509", "-noout", "-serial"], input=shown, capture_output=True, text=True, timeout=10
        ).stdout
        return found.strip().removeprefix("serial=")

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

    def await_ready(self) -> None:
        try:
            wait_until("all are ready", lambda: all(map(self.members.ready, self.members.members)), START)
        except TimeoutError as error:
            logs = [f"{one.name}: {one.log()[-3000:]}" for one in self.members.members.values()]
            raise AssertionError(f"{error}\n" + "\n".join(logs)) from error


@pytest.fixture(params=ENGINES, ids=[engine.label for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture(params=[cluster, sentinel_set], ids=["cluster", "sentinel"])
def secured(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Secured]:
    make: Callable[[Engine, Path], Members] = request.param
    authority = Authority(tmp_path)
    authority.issue()
    secured = Secured(make(engine, tmp_path), authority)
    with secured.members:
        secured.await_ready()
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
    secured.await_ready()

    before = {name: secured.serial(name) for name in members.members}
    assert len(set(before.values())) == 1 and "" not in before.values(), before
    serial = secured.authority.issue()
    wait_until("all have the new one", lambda: all(secured.serial(name) == serial for name in before), RENEWAL)
    secured.await_ready()
    wait_until("healthy", lambda: ": healthy" in members.bowline(first, "status").splitlines()[0], START)
