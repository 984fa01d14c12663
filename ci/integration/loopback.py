"""Engine processes on 127.x.y.z addresses: a single one, and a cluster."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from integration.engines import Engine

PORT = 6379
BUS_PORT = 16379


def wait_until(what: str, condition: Callable[[], bool], timeout: float) -> float:
    """Seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < timeout:
        if condition():
            return time.monotonic() - began
        time.sleep(0.02)
    raise TimeoutError(f"{what}: not within {timeout} s")


class Server:
    """One engine process with its own address and folder."""

    ARGUMENTS: tuple[str, ...] = ()
    """After the configuration file's name."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        address: str,
        folder: Path,
        options: Mapping[str, str],
        *,
        port: int = PORT,
        password: str | None = None,
    ) -> None:
        self.engine = engine
        self.name = name
        self.address = address
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "bind": address,
            "bind-source-addr": address,
            "port": str(port),
            "protected-mode": "no",
            "dir": str(folder),
            **options,
        }
        self.config = folder / "engine.conf"
        self.config.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        self.client = Redis(
            address,
            port,
            password=password,
            decode_responses=True,
            socket_timeout=2,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
        )

    def start(self) -> None:
        command = [*self.engine.program("server"), str(self.config), *self.ARGUMENTS]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def info(self, section: str) -> dict[str, str | int]:
        return dict(self.client.info(section))

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except (RedisError, OSError):
            return False

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""


class Member(Server):
    """A server of a cluster."""

    def __init__(self, engine: Engine, name: str, address: str, folder: Path, options: Mapping[str, str]) -> None:
        cluster = {
            "cluster-port": str(BUS_PORT),
            "cluster-announce-ip": address,
            "cluster-enabled": "yes",
            "cluster-config-file": "nodes.conf",
            "cluster-node-timeout": "3000",
            "save": '""',
        }
        super().__init__(engine, name, address, folder, {**cluster, **options})

    def cluster_info(self) -> dict[str, str]:
        """Empty while the member does not answer."""
        try:
            return dict(self.client.execute_command("CLUSTER INFO"))
        except (RedisError, OSError):
            return {}


class LoopbackCluster:
    """Members shard-<s>-<r>, at 127.<net>.<s + 1>.<r + 1>."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        *,
        net: str,
        shards: int = 3,
        replicas: int = 1,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.engine = engine
        self.shards = shards
        self.replicas = replicas
        self.members = {
            f"shard-{s}-{r}": Member(
                engine, f"shard-{s}-{r}", f"127.{net}.{s + 1}.{r + 1}", folder / f"shard-{s}-{r}", options or {}
            )
            for s in range(shards)
            for r in range(replicas + 1)
        }

    def __enter__(self) -> LoopbackCluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.members.values():
            member.kill()

    def start(self) -> None:
        for member in self.members.values():
            member.start()

    def addresses(self) -> dict[str, str]:
        return {name: member.address for name, member in self.members.items()}

    def serving(self) -> bool:
        """Every member says that the cluster is in order, and knows all the others."""
        return all(
            info.get("cluster_state") == "ok"
            and info.get("cluster_slots_ok") == "16384"
            and int(info.get("cluster_known_nodes", 0)) == len(self.members)
            for info in (member.cluster_info() for member in self.members.values())
        )

    def wait_answering(self, timeout: float = 20) -> float:
        return wait_until("all members answer", lambda: all(m.answers() for m in self.members.values()), timeout)

    def wait_serving(self, timeout: float = 30) -> float:
        return wait_until("cluster_state:ok on every member", self.serving, timeout)

    def replicas_linked(self) -> bool:
        infos = [member.info("replication") for member in self.members.values()]
        replicas = [info for info in infos if info["role"] == "slave"]
        return len(replicas) == self.shards * self.replicas and all(i["master_link_status"] == "up" for i in replicas)
