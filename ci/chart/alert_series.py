"""A release as Prometheus sees it, for the tests of the alerts: each series with its samples, one a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

STALE = "stale"
Sample = float | str | None
"""A value, STALE when Prometheus has noticed the end of a series, None when there is no sample."""
Labels = tuple[tuple[str, str], ...]

NODES = 3
GIB = 1 << 30
# By metric, of each server or sentinel that is well. A primary and a replica differ in what follows.
MEMBER: dict[str, float] = {
    "bowline_ready": 1,
    "bowline_quorum": 1,
    "bowline_waiting": 0,
    "bowline_waited_seconds": 0,
    "bowline_volume_refused": 0,
    "bowline_settings_applied": 1,
    "bowline_certificate_expiry_timestamp_seconds": 90 * 86400,
    "redis_rejected_connections_total": 0,
}
SERVER: dict[str, float] = {
    "bowline_fenced": 0,
    "bowline_last_copy": 0,
    "bowline_writes_wait": 0,
    "bowline_engine_restarts_total": 0,
    "bowline_replication_full_copies_total": 0,
    "redis_memory_used_bytes": 1 * GIB,
    "redis_memory_max_bytes": 2 * GIB,
    "redis_replication_backlog_bytes": 64 << 20,
    "redis_evicted_keys_total": 0,
}


@dataclass
class Release:
    mode: str
    steps: int
    name: str = "cache"
    namespace: str = "data"
    series: dict[tuple[str, Labels], list[Sample]] = field(default_factory=dict)

    def add(self, metric: str, value: float, **labels: str) -> None:
        """A series that stays as it is."""
        self.series[metric, tuple(sorted({"namespace": self.namespace, **labels}.items()))] = [value] * self.steps

    def find(self, metric: str, **labels: str) -> list[list[Sample]]:
        """The samples of the series that have these labels; at least one."""
        found = [
            samples
            for (name, own), samples in self.series.items()
            if name == metric and labels.items() <= dict(own).items()
        ]
        if not found:
            raise ValueError(f"no series {metric} with {labels}")
        return found

    def change(
        self, metric: str, value: float | Callable[[int], float], since: int, until: int | None = None, **labels: str
    ) -> None:
        """Other samples in these steps; a function gets the number of the step."""
        for samples in self.find(metric, **labels):
            for step in range(since, self.steps if until is None else until):
                samples[step] = value(step) if callable(value) else value

    def away(self, pod: str, since: int, until: int | None = None) -> None:
        """The pod is not scraped in these steps."""
        for (metric, own), samples in self.series.items():
            if dict(own).get("pod") == pod and metric.startswith(("bowline_", "redis_")):
                end = self.steps if until is None else until
                samples[since:end] = [STALE, *[None] * (end - since - 1)]

    def relabel(self, metric: str, since: int, pod: str, **labels: str) -> None:
        """From this step on the pod's series has other labels."""
        for (name, own), samples in list(self.series.items()):
            if name == metric and dict(own).get("pod") == pod:
                other = tuple(sorted({**dict(own), **labels}.items()))
                self.series[metric, other] = [None] * since + samples[since:]
                samples[since:] = [STALE, *[None] * (self.steps - since - 1)]

    def written(self) -> Iterator[dict[str, str]]:
        """As promtool reads them."""
        for (metric, labels), samples in self.series.items():
            inner = ", ".join(f'{key}="{value}"' for key, value in labels)
            yield {"series": f"{metric}{{{inner}}}", "values": " ".join(runs(samples))}


def number(value: Sample) -> str:
    """Without an exponent, whose sign would have another meaning."""
    return str(int(value)) if value == int(value) else f"{value:.6f}"  # type: ignore[arg-type]


def runs(samples: list[Sample]) -> Iterator[str]:
    """`VxN` is V and N repeats of it; `_xN` is N times nothing."""
    first = 0
    while first < len(samples):
        end = first
        while end < len(samples) and samples[end] == samples[first] and samples[first] != STALE:
            end += 1
        value, count = samples[first], end - first
        if value is None:
            yield f"_x{count}"
        elif value == STALE:
            yield STALE
            end = first + 1
        else:
            yield number(value) + (f"x{count - 1}" if count > 1 else "")
        first = end


def members(mode: str) -> dict[str, list[str]]:
    """By shard, or by kind: the members, the primary first."""
    if mode == "cluster":
        return {str(shard): [f"shard-{shard}-{ordinal}" for ordinal in range(2)] for shard in range(3)}
    servers = {"server": [f"server-{ordinal}" for ordinal in range(1 if mode == "standalone" else 3)]}
    return servers | ({"sentinel": [f"sentinel-{ordinal}" for ordinal in range(3)]} if mode == "sentinel" else {})


def healthy(mode: str, steps: int, name: str = "cache", namespace: str = "data") -> Release:
    """All is well; the members are spread over the nodes."""
    release = Release(mode, steps, name, namespace)
    groups = members(mode)
    everybody = [member for group in groups.values() for member in group]
    for first, (kind, group) in enumerate(groups.items()):
        for ordinal, member in enumerate(group):
            shift = first if mode == "cluster" else 0
            target = {"pod": f"{name}-{member}", "node": f"n{(shift + ordinal) % NODES}"}
            add_member(release, target, everybody)
            add_kubernetes(release, target["pod"], "sentinel" if kind == "sentinel" else "server")
            if kind != "sentinel":
                add_server(release, target, ordinal == 0, group[1:])
    return release


def add_member(release: Release, target: dict[str, str], everybody: list[str]) -> None:
    release.add("bowline_build_info", 1, version="0.1.0", mode=release.mode, **target)
    release.add("bowline_members_seen", len(everybody), **target)
    for other in everybody:
        if f"{release.name}-{other}" != target["pod"]:
            release.add("bowline_member_seen", 1, member=other, **target)
    for metric, value in MEMBER.items():
        release.add(metric, value, **target)


def add_server(release: Release, target: dict[str, str], leads: bool, replicas: list[str]) -> None:
    for metric, value in SERVER.items():
        release.add(metric, value, **target)
    release.add("bowline_primary", leads, **target)
    release.add("redis_instance_info", 1, redis_version="8.0.2", maxmemory_policy="noeviction", **target)
    for metric, each in (("redis_commands_total", 30), ("redis_commands_duration_seconds_total", 0.003)):
        release.add(metric, 0, cmd="get", **target)
        release.change(metric, lambda step, each=each: step * each, 0, cmd="get", **target)
    if leads:
        release.add("bowline_replicas_declared", len(replicas), **target)
        release.add("bowline_replicas_in_sync", len(replicas), **target)
        for replica in replicas:
            release.add("bowline_replication_lag_seconds", 0, replica=replica, **target)
            release.add("bowline_replication_lag_bytes", 0, replica=replica, **target)
    else:
        release.add("bowline_replication_link_up", 1, **target)
        release.add("redis_master_sync_in_progress", 0, master_host="10.0.0.1", **target)


def add_kubernetes(release: Release, pod: str, container: str) -> None:
    """What kube-state-metrics and the kubelet tell."""
    of_container = {"pod": pod, "container": container}
    release.add("kube_pod_container_status_restarts_total", 0, **of_container)
    release.add("kube_pod_container_status_last_terminated_exitcode", 0, **of_container)
    release.add("kube_pod_container_status_running", 1, **of_container)
    release.add("kube_pod_container_resource_limits", 4 * GIB, resource="memory", **of_container)
    release.add("container_memory_working_set_bytes", 2 * GIB, **of_container)
    release.add("kubelet_volume_stats_capacity_bytes", 100 * GIB, persistentvolumeclaim=f"data-{pod}")
    release.add("kubelet_volume_stats_available_bytes", 39 * GIB, persistentvolumeclaim=f"data-{pod}")
