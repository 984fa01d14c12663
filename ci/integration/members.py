"""Members of a release as the program runs them, each in a network of its own, with DNS and an API server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from e2e.shell import ROOT, run
from integration.bowline import Identity, first_nodes_conf, program
from integration.engines import Engine
from integration.loopback import BUS_PORT, wait_until
from integration.networks import HUB_ADDRESS, Networks, member_address

API_PORT = 6443
CLIENT_PORT = 6379
NAMESPACE = "ns"
FULLNAME = "demo"
IDENTITY = Identity("0123", NAMESPACE, FULLNAME)
"""The installation is that of the API server's record (tools/testdata/kube/fake_api.py)."""
STOP = 20
"""Seconds."""


class Member:
    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name = name
        self.pod = f"{FULLNAME}-{name}"
        self.address = address
        self.folder = folder
        self.verb = "sentinel" if name.startswith("sentinel") else "server"
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


def processes() -> dict[int, int]:
    """Process id -> parent's, of all."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


class Members:
    """They run in the `with` block. `mode` and `ports` are what bowline.json has of their mode."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        names: list[str],
        mode: Mapping[str, object],
        ports: Mapping[str, int],
        *,
        directives: str = "",
        prefix: str = "bwl",
        volume: Callable[[Member], Mapping[str, str]] = lambda _: {},
        pause: float = 0.0,
        password: str = "",
    ) -> None:
        """`volume`: files that are there before the first start. `pause`: seconds between two members' starts.
        `password`: of clients; members have another one; without it all may do everything."""
        self.engine = engine
        self.folder = folder
        self.members = {name: Member(name, member_address(i), folder / name) for i, name in enumerate(names)}
        self.mode = mode
        self.ports = {"client": CLIENT_PORT, "http": 8379, "peers": 8380, **ports}
        self.directives = f'save ""\nappendonly yes\nrepl-diskless-sync-delay 0\n{directives}'
        self.volume = volume
        self.pause = pause
        self.password = password
        self.networks = Networks(prefix, {name: member.address for name, member in self.members.items()})
        self.helpers: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Members:
        with ExitStack() as undone:
            undone.enter_context(self.networks)
            undone.callback(self.end)
            self.write_files()
            self.start_helpers()
            for member in self.members.values():
                self.start(member)
                time.sleep(self.pause)
            self.undone = undone.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.undone.close()

    def end(self) -> None:
        processes = [member.process for member in self.members.values() if member.process is not None]
        for process in [*processes, *self.helpers.values()]:
            process.kill()
        for process in [*processes, *self.helpers.values()]:
            process.wait(STOP)

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
        certificate = ["-subj", f"/CN={HUB_ADDRESS}", "-addext", f"subjectAltName=IP:{HUB_ADDRESS}"]
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        files = ["-keyout", str(account / "key"), "-out", str(account / "ca.crt")]
        run("openssl", "req", "-x509", *key, *certificate, *files)
        secret = self.folder / "secret"
        secret.mkdir()
        for name, text in (("password", self.password), ("replication-password", f"{self.password}-of-members")):
            (secret / name).write_text(text)
        (self.folder / "resolv.conf").write_text(f"nameserver {HUB_ADDRESS}\n")
        (self.folder / "engine.conf").write_text(self.directives)
        (self.folder / "sentinel.conf").write_text("")
        (self.folder / "bowline.json").write_text(json.dumps(self.settings()))
        for member in self.members.values():
            for part in ("data", "run"):
                (member.folder / part).mkdir(parents=True)
            for name, content in self.volume(member).items():
                (member.folder / "data" / name).write_text(content)

    def settings(self) -> dict[str, object]:
        return {
            "version": 1,
            "release": FULLNAME,
            "namespace": NAMESPACE,
            "fullname": FULLNAME,
            "engine": self.engine.name,
            "clusterDomain": "cluster.local",
            "auth": {"enabled": bool(self.password), "directory": str(self.folder / "secret")},
            "ports": self.ports,
            **self.mode,
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
        self.helpers["dns"] = self.in_hub([sys.executable, str(name_server), HUB_ADDRESS, *names])
        self.helpers["api"] = self.in_hub([sys.executable, str(api_server), str(API_PORT), *tls, HUB_ADDRESS])

    def in_hub(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "helpers.log").open("ab") as log:
            enter = ["ip", "netns", "exec", self.networks.hub]
            return subprocess.Popen([*enter, *command], stdout=log, stderr=log)

    def start(self, member: Member) -> None:
        member.process = self.spawn(member, ["run", member.verb])

    def spawn(self, member: Member, words: list[str]) -> subprocess.Popen[bytes]:
        with (member.folder / "log").open("ab") as log:
            command, environment = self.command(member, words)
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def bowline(self, member: str, *words: str, **environment: str) -> str:
        """What the program prints, asked as in the member's pod."""
        command, its = self.command(self.members[member], list(words))
        return subprocess.run(
            command, env=its | environment, capture_output=True, text=True, timeout=30, check=True
        ).stdout

    def command(self, member: Member, words: list[str]) -> tuple[list[str], dict[str, str]]:
        """The program in the member's network, with the cluster's name server; and its environment."""
        network = self.networks.of(member.name)
        enter = ["nsenter", f"--net=/run/netns/{network}", "unshare", "--mount", "sh", "-c"]
        script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "POD_NAME": member.pod,
            "POD_NAMESPACE": NAMESPACE,
            "POD_UID": "u-1",
            "POD_IP": member.address,
            "NODE_NAME": f"node-of-{member.name}",
            "KUBERNETES_SERVICE_HOST": HUB_ADDRESS,
            "KUBERNETES_SERVICE_PORT_HTTPS": str(API_PORT),
            "BOWLINE_SERVICE_ACCOUNT": str(self.folder / "account"),
            "BOWLINE_CONFIG": str(self.folder / "bowline.json"),
            "BOWLINE_ENGINE_DIRECTIVES": str(self.folder / "engine.conf"),
            "BOWLINE_SENTINEL_DIRECTIVES": str(self.folder / "sentinel.conf"),
            "BOWLINE_DATA": str(member.folder / "data"),
            "BOWLINE_RUN": str(member.folder / "run"),
        }
        resolv_conf = str(self.folder / "resolv.conf")
        return [*enter, script, "-", resolv_conf, str(program()), *words], environment

    def ask(self, member: str, *words: str) -> str:
        """A command to the member's engine."""
        login = ["--no-auth-warning", "-a", self.password] if self.password else []
        client = [*self.engine.program("cli"), *login, "-h", self.members[member].address, *words]
        network = self.networks.of(member)
        return run("ip", "netns", "exec", network, *client, timeout=10, check=False).stdout

    def role(self, member: str) -> str:
        """master or slave; empty while the engine does not answer."""
        return next(iter(self.ask(member, "ROLE").splitlines()), "")

    def ready(self, member: str) -> bool:
        url = "http://127.0.0.1:8379/ready"
        command = ["curl", "--silent", "--max-time", "2", "--output", "/dev/null", "--fail", url]
        return run("ip", "netns", "exec", self.networks.of(member), *command, check=False).returncode == 0

    def engines(self) -> dict[str, int]:
        """Process ids, by member; without those whose program has no child."""
        parents = {parent: pid for pid, parent in processes().items()}
        running = {name: parents.get(member.pid) for name, member in self.members.items()}
        return {name: pid for name, pid in running.items() if pid is not None}

    def await_ready(self, timeout: float) -> None:
        """AssertionError with the ends of all logs."""
        try:
            wait_until("all are ready", lambda: all(map(self.ready, self.members)), timeout)
        except TimeoutError as error:
            logs = [f"{one.name}: {one.log()[-2000:]}" for one in self.members.values()]
            raise AssertionError(f"{error}\n" + "\n".join(logs)) from error

    def hang(self, helper: str) -> None:
        """What it is asked is never answered."""
        self.helpers[helper].send_signal(signal.SIGSTOP)


def sentinel_set(engine: Engine, folder: Path, *, servers: int = 3, directives: str = "") -> Members:
    """Servers server-<n> and three sentinels."""
    names = [f"server-{i}" for i in range(servers)] + [f"sentinel-{i}" for i in range(3)]
    sentinel = {
        "servers": servers,
        "sentinels": 3,
        "quorum": 2,
        "masterName": "mymaster",
        "auth": False,
        "downAfterMilliseconds": 3000,
        "failoverTimeoutMilliseconds": 60000,
        "parallelSyncs": 1,
    }
    mode = {"mode": "sentinel", "sentinel": sentinel}
    return Members(engine, folder, names, mode, {"sentinel": 26379}, directives=directives)


def small_cluster(engine: Engine, folder: Path, *, directives: str = "", password: str = "") -> Members:
    """Three shards of two, on fresh volumes."""
    names = [f"shard-{shard}-{ordinal}" for shard in range(3) for ordinal in range(2)]
    shape = {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 2500}
    mode = {"mode": "cluster", "cluster": shape}
    return Members(engine, folder, names, mode, {"bus": BUS_PORT}, directives=directives, password=password)


def cluster(engine: Engine, folder: Path, *, shards: int, node_timeout: int, directives: str, prefix: str) -> Members:
    """Members shard-<s>-0 and shard-<s>-1, as after a stop of all. `node_timeout` in milliseconds.

    Fresh volumes would not do: each member of a new cluster must hear all others in one look, and a hundred on two
    processors do not come to that.
    """
    names = [f"shard-{shard}-{ordinal}" for ordinal in (1, 0) for shard in range(shards)]
    addresses = {name: member_address(index) for index, name in enumerate(names)}

    def volume(member: Member) -> dict[str, str]:
        nodes = first_nodes_conf(addresses, member.name, shards=shards, replicas=1, identity=IDENTITY)
        state = {"version": 1, **asdict(IDENTITY), "member": member.name, "held": False}
        return {"nodes.conf": nodes, "bowline-state.json": json.dumps(state)}

    shape = {"shards": shards, "replicasPerShard": 1, "nodeTimeoutMilliseconds": node_timeout}
    mode = {"mode": "cluster", "cluster": shape}
    ports = {"bus": BUS_PORT}
    return Members(engine, folder, names, mode, ports, directives=directives, prefix=prefix, volume=volume, pause=0.2)
