"""Members of a release as the program runs them, each in a network of its own, with DNS and an API server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from e2e.shell import ROOT, run
from integration.bowline import program
from integration.engines import Engine

NET = "10.78.0"
HUB = f"{NET}.254"
API_PORT = 6443
CLIENT_PORT = 6379
NAMESPACE = "ns"
FULLNAME = "demo"
STOP = 20
"""Seconds."""


class Member:
    def __init__(self, name: str, address: str, folder: Path, *, sentinel: bool) -> None:
        self.name = name
        self.pod = f"{FULLNAME}-{name}"
        self.address = address
        self.folder = folder
        self.network = f"bwl-{name}"
        self.verb = "sentinel" if sentinel else "server"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def threads(self) -> list[str]:
        """Their names; none when the process has ended."""
        names = []
        for task in Path(f"/proc/{self.pid}/task").glob("*/comm"):
            try:
                names.append(task.read_text().strip())
            except OSError:
                continue
        return sorted(names)


class Members:
    """Servers server-<n> and three sentinels, in the `with` block."""

    def __init__(self, engine: Engine, folder: Path, *, servers: int = 3) -> None:
        self.engine = engine
        self.folder = folder
        names = [f"server-{i}" for i in range(servers)] + [f"sentinel-{i}" for i in range(3)]
        self.members = {
            name: Member(name, f"{NET}.{i + 1}", folder / name, sentinel=name.startswith("sentinel"))
            for i, name in enumerate(names)
        }
        self.servers = servers
        self.helpers: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Members:
        try:
            self.make_networks()
            self.write_files()
            self.start_helpers()
            for member in self.members.values():
                member.process = self.spawn(member, ["run", member.verb])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        processes = [member.process for member in self.members.values() if member.process is not None]
        for process in [*processes, *self.helpers.values()]:
            process.kill()
            process.wait(STOP)
        for network in ["bwl-hub", *(member.network for member in self.members.values())]:
            run("ip", "netns", "del", network, check=False)

    def make_networks(self) -> None:
        for network in ["bwl-hub", *(member.network for member in self.members.values())]:
            run("ip", "netns", "del", network, check=False)
            run("ip", "netns", "add", network)
            run("ip", "-n", network, "link", "set", "lo", "up")
        run("ip", "-n", "bwl-hub", "link", "add", "hub", "type", "bridge")
        run("ip", "-n", "bwl-hub", "address", "add", f"{HUB}/24", "dev", "hub")
        run("ip", "-n", "bwl-hub", "link", "set", "hub", "up")
        for member in self.members.values():
            peer = ["type", "veth", "peer", "name", member.name, "netns", "bwl-hub"]
            run("ip", "-n", member.network, "link", "add", "eth0", *peer)
            run("ip", "-n", member.network, "address", "add", f"{member.address}/24", "dev", "eth0")
            run("ip", "-n", member.network, "link", "set", "eth0", "up")
            run("ip", "-n", "bwl-hub", "link", "set", member.name, "master", "hub", "up")

    def write_files(self) -> None:
        for word in ("server", "sentinel"):
            path = self.folder / "bin" / f"{self.engine.name}-{word}"
            path.parent.mkdir(exist_ok=True)
            command = " ".join(f"'{part}'" for part in self.engine.program("server"))
            path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            path.chmod(0o755)
        account = self.folder / "account"
        account.mkdir()
        (account / "token").write_text("good-token\n")
        certificate = ["-subj", f"/CN={HUB}", "-addext", f"subjectAltName=IP:{HUB}"]
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        files = ["-keyout", str(account / "key"), "-out", str(account / "ca.crt")]
        run("openssl", "req", "-x509", *key, *certificate, *files)
        (self.folder / "resolv.conf").write_text(f"nameserver {HUB}\n")
        (self.folder / "engine.conf").write_text('save ""\nappendonly yes\nrepl-diskless-sync-delay 0\n')
        (self.folder / "sentinel.conf").write_text("")
        (self.folder / "bowline.json").write_text(json.dumps(self.settings()))
        for member in self.members.values():
            for part in ("data", "run"):
                (member.folder / part).mkdir(parents=True)

    def settings(self) -> dict[str, object]:
        return {
            "version": 1,
            "release": FULLNAME,
            "namespace": NAMESPACE,
            "fullname": FULLNAME,
            "mode": "sentinel",
            "engine": self.engine.name,
            "clusterDomain": "cluster.local",
            "auth": {"enabled": False},
            "ports": {"client": CLIENT_PORT, "sentinel": 26379, "http": 8379, "peers": 8380},
            "sentinel": {
                "servers": self.servers,
                "sentinels": 3,
                "quorum": 2,
                "masterName": "mymaster",
                "auth": False,
                "downAfterMilliseconds": 3000,
                "failoverTimeoutMilliseconds": 60000,
                "parallelSyncs": 1,
            },
            "persistence": {"enabled": True},
            "terminationGracePeriodSeconds": 60,
            "fencing": True,
            "events": True,
            "roleLabel": True,
            "protectLastCopy": True,
            "record": "record",
            "log": {"format": "text", "level": "info"},
        }

    def start_helpers(self) -> None:
        names = [f"{m.pod}.{NAMESPACE}.svc.cluster.local={m.address}" for m in self.members.values()]
        name_server = ROOT / "ci" / "integration" / "name_server.py"
        api_server = ROOT / "tools" / "testdata" / "kube" / "fake_api.py"
        account = self.folder / "account"
        tls = [str(account / "ca.crt"), str(account / "key"), str(self.folder / "api.log")]
        self.helpers["dns"] = self.in_hub([sys.executable, str(name_server), HUB, *names])
        self.helpers["api"] = self.in_hub([sys.executable, str(api_server), str(API_PORT), *tls, HUB])

    def in_hub(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "helpers.log").open("ab") as log:
            return subprocess.Popen(["ip", "netns", "exec", "bwl-hub", *command], stdout=log, stderr=log)

    def spawn(self, member: Member, words: list[str]) -> subprocess.Popen[bytes]:
        """The program in the member's network, with the cluster's name server."""
        enter = ["nsenter", f"--net=/run/netns/{member.network}", "unshare", "--mount", "sh", "-c"]
        script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "POD_NAME": member.pod,
            "POD_NAMESPACE": NAMESPACE,
            "POD_UID": "u-1",
            "POD_IP": member.address,
            "NODE_NAME": f"node-of-{member.name}",
            "KUBERNETES_SERVICE_HOST": HUB,
            "KUBERNETES_SERVICE_PORT_HTTPS": str(API_PORT),
            "BOWLINE_SERVICE_ACCOUNT": str(self.folder / "account"),
            "BOWLINE_CONFIG": str(self.folder / "bowline.json"),
            "BOWLINE_ENGINE_DIRECTIVES": str(self.folder / "engine.conf"),
            "BOWLINE_SENTINEL_DIRECTIVES": str(self.folder / "sentinel.conf"),
            "BOWLINE_DATA": str(member.folder / "data"),
            "BOWLINE_RUN": str(member.folder / "run"),
        }
        resolv_conf = str(self.folder / "resolv.conf")
        with (member.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*enter, script, "-", resolv_conf, str(program()), *words], stdout=log, stderr=log, env=environment
            )

    def ask(self, member: str, *words: str) -> str:
        """A command to the member's engine."""
        network = self.members[member].network
        client = [*self.engine.program("cli"), "-h", self.members[member].address, *words]
        return run("ip", "netns", "exec", network, *client, timeout=10, check=False).stdout

    def role(self, member: str) -> str:
        """master or slave; empty while the engine does not answer."""
        return next(iter(self.ask(member, "ROLE").splitlines()), "")

    def ready(self, member: str) -> bool:
        url = "http://127.0.0.1:8379/ready"
        command = ["curl", "--silent", "--max-time", "2", "--output", "/dev/null", "--fail", url]
        network = self.members[member].network
        return run("ip", "netns", "exec", network, *command, check=False).returncode == 0

    def cut(self, member: str) -> None:
        """Its cable, for the others too: nothing comes through, and nothing is refused."""
        run("ip", "-n", "bwl-hub", "link", "set", member, "down")

    def hang(self, helper: str) -> None:
        """What it is asked is never answered."""
        self.helpers[helper].send_signal(signal.SIGSTOP)
