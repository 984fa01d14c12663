"""One installation in cluster mode: shards, each a primary and its replicas."""

from __future__ import annotations

from e2e.kube import Kube
from e2e.members import Members, Pod
from e2e.release import Release
from e2e.wait import wait_for
from recorder import Settings

NODE_TIMEOUT = 3.0
"""Seconds, as cluster.nodeTimeoutMilliseconds."""


class Cluster(Members):
    def __init__(self, kube: Kube, release: Release, shards: int = 3, replicas: int = 1) -> None:
        super().__init__(kube, release)
        self.shards = shards
        self.replicas = replicas

    def statefulsets(self) -> dict[str, int]:
        return {f"{self.name}-shard-{shard}": 1 + self.replicas for shard in range(self.shards)}

    def ids(self) -> dict[str, str]:
        ids = {}
        for pod in self.pods():
            with self.engine(pod) as engine:
                ids[pod.name] = str(engine.execute_command("CLUSTER MYID"))
        return ids

    def recorder_settings(self) -> Settings:
        """Seeds: the client Service, then the members' own addresses."""
        names = [self.name, *(pod.name for pod in self.pods())]
        return Settings(
            seeds=self.seeds(names, self.wire.server),
            password=self.password(),
            workers=self.shards,
            ca_file=self.wire.ca_file,
        )

    def primary(self, shard: int) -> Pod:
        found = [pod for pod in self.pods() if pod.shard == shard and self.is_primary(pod)]
        assert len(found) == 1, f"shard {shard} has {len(found)} primaries: {[pod.name for pod in found]}"
        return found[0]

    def primaries(self) -> list[Pod]:
        return [self.primary(shard) for shard in range(self.shards)]

    def replica(self, shard: int) -> Pod:
        return next(pod for pod in self.pods() if pod.shard == shard and not self.is_primary(pod))

    def wait_other_primary(self, old: Pod, timeout: float) -> Pod:
        """Of its shard."""
        wait_for(f"another primary than {old.name}", lambda: self.primary(old.shard).name != old.name, timeout)
        return self.primary(old.shard)

    def hand_over_to(self, replica: Pod) -> None:
        with self.engine(replica) as engine:
            engine.execute_command("CLUSTER FAILOVER")
        wait_for(f"{replica.name} leads", lambda: self.is_primary(replica), 10)
