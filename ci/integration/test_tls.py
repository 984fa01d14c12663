"""TLS among members that run: they form, fail over and follow a renewed certificate, and nobody listens without it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.shell import run
from integration.engines import ENGINES, Engine
from integration.loopback import BUS_PORT, wait_until
from integration.members import IDENTITY, Members, sentinel_set
from integration.members import Member as AMember
from integration.bowline import first_nodes_conf
from integration.networks import member_address

TLS_PORT = 6380
SENTINEL_TLS_PORT = 26380
START = 60
FAILOVER = 20
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
        ca = ["-CA", self.own / "ca.crt", "-CAkey", self.own / "ca.key", "-CAcreateserial"]
        self.openssl("x509", "-req", "-in", request, *ca, "-days", "2", "-out", made)
        for name in ("tls.key", "tls.crt"):
            (self.files / name).write_bytes((self.own / name).read_bytes())
        return self.openssl("x509", "-in", made, "-noout", "-serial").strip().removeprefix("serial=")


def settings(authority: Authority, mode: str) -> dict[str, object]:
    other = {"offer": (TLS_PORT, SENTINEL_TLS_PORT), "prefer": (6379, 26379), "require": (0, 0)}[mode]
    return {
        "tls": {
            "mode": mode,
            "directory": str(authority.files),
            "clientCertificates": "ignored",
            "otherClientPort": other[0],
            "otherSentinelPort": other[1],
        }
    }


def cluster(engine: Engine, folder: Path) -> Members:
    """Three shards of two."""
    names = [f"shard-{shard}-{ordinal}" for shard in range(3) for ordinal in range(2)]
    mode = {
        "mode": "cluster",
        "cluster": {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 2500},
    }
    return Members(engine, folder, names, mode, {"bus": BUS_PORT})


class Secured:
    """Members with TLS, and how they are asked."""

    def __init__(self, members: Members, authority: Authority, mode: str) -> None:
        self.members = members
        self.authority = authority
        self.mode = mode
        members.mode = {**members.mode, **settings(authority, mode)}
        if mode != "offer":
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
        """The first member's shard's, as the engines say; empty: none says so."""
        servers = [name for name in self.members.members if name.startswith(("shard-0-", "server-"))]
        leads = [name for name in servers if self.cli(name, "ROLE").startswith("master")]
        return leads[0] if len(leads) == 1 else ""

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
    mode = getattr(request.node, "callspec").params.get("mode", "require")
    secured = Secured(make(engine, tmp_path), authority, mode)
    with secured.members:
        secured.await_ready()
        yield secured


def refused(members: Members, member: str, port: int) -> bool:
    words = ["-p", str(port), "PING"]
    return "PONG" not in members.ask(member, *words)


def replaced_and_renewed(secured: Secured) -> None:
    members = secured.members
    first = next(iter(members.members))
    assert secured.primary() == first
    assert refused(members, first, 6379) and refused(members, first, TLS_PORT)
    assert secured.cli(first, "SET", "{0}key", "value").strip() in ("OK",) or "MOVED" in secured.cli(first, "PING", "x")

    os.kill(members.engines()[first], signal.SIGKILL)
    wait_until("another one leads", lambda: secured.primary() not in ("", first), FAILOVER)
    secured.await_ready()

    before = {name: secured.serial(name) for name in members.members}
    assert len(set(before.values())) == 1 and "" not in before.values(), before
    serial = secured.authority.issue()
    wait_until("all have the new one", lambda: all(secured.serial(name) == serial for name in before), RENEWAL)
    secured.await_ready()
    assert re.search(r": healthy", members.bowline(first, "status").splitlines()[0]), members.bowline(first, "status")


def test_members_with_tls_alone(secured: Secured) -> None:
    replaced_and_renewed(secured)
