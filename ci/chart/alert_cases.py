"""What goes wrong, which alert tells it within which time, and in which words; and what must raise none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from alert_series import GIB, Release, healthy

BEGIN = 20
"""The step at which things go wrong."""
Fault = Callable[[Release], None]


@dataclass(frozen=True)
class Case:
    alert: str
    fault: Fault
    summary: str
    labels: dict[str, str] = field(default_factory=dict)
    mode: str = "sentinel"
    within: int = 0
    """Minutes after which it fires; 0: its `for` and one minute."""
    step: int = 30
    """Seconds from one sample to the next."""


def turns(metric: str, value: float | Callable[[int], float], **labels: str) -> Fault:
    return lambda release: release.change(metric, value, BEGIN, **labels)


def both(*faults: Fault) -> Fault:
    def all_of_them(release: Release) -> None:
        for fault in faults:
            fault(release)

    return all_of_them


def away(*pods: str) -> Fault:
    return both(*(lambda release, pod=pod: release.away(pod, BEGIN) for pod in pods))


def counts(metric: str, each: float, every: int = 1, **labels: str) -> Fault:
    """A counter that grows from then on."""
    return turns(metric, lambda step: ((step - BEGIN) // every + 1) * each, **labels)


def other(metric: str, pod: str, **labels: str) -> Fault:
    return lambda release: release.relabel(metric, BEGIN, pod, **labels)


SERVERS = tuple(f"cache-server-{ordinal}" for ordinal in range(3))
SENTINELS = tuple(f"cache-sentinel-{ordinal}" for ordinal in range(3))
PRIMARY, REPLICA, LAST = SERVERS
MISSING = "cache in data misses 1 of {} primaries"
CASES = [
    Case("BowlineNothingScraped", away(*SERVERS, *SENTINELS), "No member of cache in data is scraped"),
    Case("BowlineNothingScraped", away(PRIMARY), "No member of cache in data is scraped", mode="standalone"),
    Case("BowlineNoPrimary", turns("bowline_primary", 0), MISSING.format(1)),
    Case("BowlineNoPrimary", away(*SERVERS), MISSING.format(1)),
    Case("BowlineNoPrimary", turns("bowline_primary", 0), MISSING.format(1), mode="standalone"),
    Case("BowlineNoPrimary", away("cache-shard-1-0", "cache-shard-1-1"), MISSING.format(3), mode="cluster"),
    Case(
        "BowlineTwoPrimaries",
        turns("bowline_primary", 1, pod=REPLICA),
        "2 servers of cache in data are primaries of the same data",
    ),
    Case(
        "BowlineTwoPrimaries",
        turns("bowline_primary", 1, pod="cache-shard-1-1"),
        "2 servers of cache in data, shard 1, are primaries of the same data",
        {"shard": "1"},
        mode="cluster",
    ),
    Case("BowlineNoMajority", turns("bowline_quorum", 0), "No member of cache in data hears a majority"),
    Case(
        "BowlineNoReplicaInSync",
        turns("bowline_replicas_in_sync", 0),
        f"No replica of the primary {PRIMARY} in data is in sync",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineLastCopy",
        turns("bowline_last_copy", 1, pod=PRIMARY),
        f"{PRIMARY} in data has the last copy of its data",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineFenced",
        turns("bowline_fenced", 1, pod=PRIMARY),
        f"The primary {PRIMARY} in data has paused its writes",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineMemberWaits",
        both(
            turns("bowline_waiting", 1, pod=LAST),
            turns("bowline_waited_seconds", lambda step: (step - BEGIN) * 30, pod=LAST),
            turns("bowline_ready", 0, pod=LAST),
        ),
        f"{LAST} in data has waited for 6m 0s to start",
        {"pod": LAST},
    ),
    Case(
        "BowlineVolumeRefused",
        both(turns("bowline_volume_refused", 1, pod=LAST), lambda release: release.away(LAST, BEGIN + 1)),
        f"{LAST} in data refuses its volume",
        {"pod": LAST},
    ),
    Case(
        "BowlineVolumeRefused",
        both(
            turns("kube_pod_container_status_last_terminated_exitcode", 65, pod=SENTINELS[1]),
            turns("kube_pod_container_status_running", 0, pod=SENTINELS[1]),
        ),
        f"{SENTINELS[1]} in data refuses its volume",
        {"pod": SENTINELS[1]},
    ),
    Case(
        "BowlineMemberNotReady",
        turns("bowline_ready", 0, pod=REPLICA),
        f"{REPLICA} in data runs and is not ready",
        {"pod": REPLICA},
    ),
    Case(
        "BowlineMemberMissing",
        both(away(LAST), turns("bowline_member_seen", 0, member="server-2"), turns("bowline_members_seen", 5)),
        "No member of cache in data hears server-2",
        {"member": "server-2"},
    ),
    Case("BowlineNotScraped", away(LAST), "Members of cache in data run and are not scraped: 1"),
    Case(
        "BowlineEngineRestarts",
        turns("bowline_engine_restarts_total", 1, pod=PRIMARY),
        f"The engine of {PRIMARY} in data has died and was started again",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineEngineRestarts",
        counts("kube_pod_container_status_restarts_total", 1, every=4, pod=SENTINELS[0]),
        f"The engine of {SENTINELS[0]} in data has died and was started again",
        {"pod": SENTINELS[0]},
        within=5,
    ),
    Case(
        "BowlineSettingsNotApplied",
        turns("bowline_settings_applied", 0, pod=REPLICA),
        f"{REPLICA} in data runs with other settings than those that are mounted",
        {"pod": REPLICA},
    ),
    Case(
        "BowlineWritesWait",
        turns("bowline_writes_wait", 1, pod=PRIMARY),
        f"Writes of {PRIMARY} in data wait for a replica",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineCertificateExpires",
        turns("bowline_certificate_expiry_timestamp_seconds", 20 * 86400, pod=REPLICA),
        f"The certificate of {REPLICA} in data ends in 19d 22h 49m 0s",
        {"pod": REPLICA},
    ),
    Case(
        "BowlineVersionsDiffer",
        other("bowline_build_info", PRIMARY, version="0.2.0"),
        "The members of cache in data run 2 versions",
    ),
    Case(
        "BowlineVersionsDiffer",
        other("redis_instance_info", PRIMARY, redis_version="8.0.3"),
        "The members of cache in data run 2 versions",
    ),
    Case(
        "BowlineMajorityOnOneNode",
        both(
            turns("bowline_primary", 0, pod="cache-shard-1-0"),
            turns("bowline_primary", 1, pod="cache-shard-1-1"),
        ),
        "The node n2 has half of the primaries of cache in data or more",
        {"node": "n2"},
        mode="cluster",
    ),
    Case(
        "BowlineMajorityOnOneNode",
        other("bowline_build_info", SENTINELS[1], node="n0"),
        "The node n0 has half of the sentinels of cache in data or more",
        {"node": "n0"},
    ),
    Case(
        "BowlineReplicationBroken",
        turns("bowline_replication_link_up", 0, pod=REPLICA),
        f"The replica {REPLICA} in data has no link to its primary",
        {"pod": REPLICA},
    ),
    Case(
        "BowlineReplicationLags",
        turns("bowline_replication_lag_seconds", 15, replica="server-1"),
        f"The replica server-1 lags behind its primary {PRIMARY} in data",
        {"pod": PRIMARY, "replica": "server-1"},
    ),
    Case(
        "BowlineReplicationLags",
        turns("bowline_replication_lag_bytes", 1 * GIB, replica="server-2"),
        f"The replica server-2 lags behind its primary {PRIMARY} in data",
        {"pod": PRIMARY, "replica": "server-2"},
    ),
    Case(
        "BowlineFullCopiesRepeat",
        counts("bowline_replication_full_copies_total", 1, every=2, pod=PRIMARY),
        f"The primary {PRIMARY} in data has given 11 full copies within an hour",
        {"pod": PRIMARY},
        within=10,
    ),
    Case(
        "BowlineMemoryFull",
        turns("redis_memory_used_bytes", 1.9 * GIB, pod=PRIMARY),
        f"{PRIMARY} in data uses 95% of maxmemory",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineContainerMemoryFull",
        turns("container_memory_working_set_bytes", 3.8 * GIB, pod=PRIMARY),
        f"The container server of {PRIMARY} in data uses 95% of its memory limit",
        {"pod": PRIMARY, "container": "server"},
    ),
    Case(
        "BowlineEvictions",
        counts("redis_evicted_keys_total", 60, pod=PRIMARY),
        f"{PRIMARY} in data evicts 2 keys each second",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineConnectionsRejected",
        counts("redis_rejected_connections_total", 3, pod=PRIMARY),
        f"{PRIMARY} in data rejects connections",
        {"pod": PRIMARY},
    ),
    Case(
        "BowlineVolumeFills",
        turns(
            "kubelet_volume_stats_available_bytes",
            lambda step: (39 - 0.2 * (step - BEGIN)) * GIB,
            persistentvolumeclaim=f"data-{PRIMARY}",
        ),
        f"The volume data-{PRIMARY} in data will be full within a day",
        {"persistentvolumeclaim": f"data-{PRIMARY}"},
        within=300,
        step=300,
    ),
    Case(
        "BowlineVolumeFull",
        turns("kubelet_volume_stats_available_bytes", 5 * GIB, persistentvolumeclaim=f"data-{PRIMARY}"),
        f"The volume data-{PRIMARY} in data has 5% left",
        {"persistentvolumeclaim": f"data-{PRIMARY}"},
    ),
    Case(
        "BowlineCommandsSlow",
        counts("redis_commands_duration_seconds_total", 3, cmd="get", pod=PRIMARY),
        f"The command get takes 100ms on average on {PRIMARY} in data",
        {"pod": PRIMARY, "cmd": "get"},
        within=15,
    ),
]

# What raises no alert.

AWAY, RESTART = 3, 5
"""Steps from the stop of a member to its being scraped again, and to its being ready: two and a half minutes."""


def restarts(release: Release, member: str, since: int) -> None:
    """As in a rollout: its pod is replaced and comes back with the new version, as a replica."""
    pod = f"{release.name}-{member}"
    release.away(pod, since, since + AWAY)
    release.relabel("bowline_build_info", since + AWAY, pod, version="0.2.0")
    release.change("bowline_ready", 0, since + AWAY, since + RESTART, pod=pod)
    release.change("bowline_settings_applied", 0, BEGIN, since, pod=pod)
    if release.mode != "standalone":
        release.change("bowline_member_seen", 0, since, since + AWAY, member=member)
        release.change("bowline_replicas_in_sync", 0, since, since + RESTART)


def rolls(release: Release) -> None:
    """All members are replaced, one a time in each shard, the primaries last, after a handover to the member before."""
    groups = {
        "cluster": [[f"shard-{shard}-{ordinal}" for ordinal in (1, 0)] for shard in range(3)],
        "sentinel": [["server-2", "server-1", "server-0"], ["sentinel-2", "sentinel-1", "sentinel-0"]],
        "standalone": [["server-0"]],
    }[release.mode]
    for members in groups:
        for number, member in enumerate(members):
            restarts(release, member, BEGIN + number * (RESTART + 2))
        if release.mode != "standalone" and not members[0].startswith("sentinel"):
            hands_over(release, members[-1], members[-2], BEGIN + (len(members) - 1) * (RESTART + 2))


def hands_over(release: Release, old: str, new: str, step: int) -> None:
    """Two are scraped as primaries for a minute, since they are not scraped at the same time."""
    release.change("bowline_primary", 1, step - 2, pod=f"{release.name}-{new}")
    release.change("bowline_replication_full_copies_total", 2, step, pod=f"{release.name}-{new}")
    for samples in release.find("bowline_primary", pod=f"{release.name}-{old}"):
        samples[step:] = [sample if not isinstance(sample, (int, float)) else 0 for sample in samples[step:]]


WRONG = {
    **{f"bowline_{name}": 0.0 for name in ("ready", "primary", "quorum", "settings_applied", "member_seen", "replicas_in_sync")},
    **{f"bowline_{name}": 1.0 for name in ("waiting", "volume_refused", "fenced", "last_copy")},
    "bowline_members_seen": 99,
    "redis_memory_used_bytes": 2 * GIB,
    "container_memory_working_set_bytes": 4 * GIB,
    "kubelet_volume_stats_available_bytes": 0,
}


def burns(name: str, namespace: str) -> Fault:
    """Another release, in which everything is wrong."""

    def fault(release: Release) -> None:
        neighbour = healthy(release.mode, release.steps, name, namespace)
        for metric in {metric for metric, _ in neighbour.series} & WRONG.keys():
            neighbour.change(metric, WRONG[metric], 0)
        release.series |= neighbour.series

    return fault


def evicts_as_wanted(release: Release) -> None:
    """A cache that is full: its policy is another one."""
    release.change("redis_memory_used_bytes", 2 * GIB, BEGIN)
    for pod in SERVERS:
        release.relabel("redis_instance_info", 0, pod, maxmemory_policy="allkeys-lru")


def copies_for_long(release: Release) -> None:
    """A full copy of much data."""
    release.change("bowline_replication_link_up", 0, BEGIN, pod=LAST)
    release.change("redis_master_sync_in_progress", 1, BEGIN, pod=LAST)


QUIET: list[tuple[str, str, Fault]] = [
    *((f"a rollout in mode {mode}", mode, rolls) for mode in ("sentinel", "cluster", "standalone")),
    (
        "planned handovers",
        "sentinel",
        both(*(lambda release, step=step, pair=pair: hands_over(release, *pair, step)
               for step, pair in ((20, ("server-0", "server-1")), (50, ("server-1", "server-0"))))),
    ),
    *(
        (f"the release {name} in {namespace} burns, mode {mode}", mode, burns(name, namespace))
        for mode in ("sentinel", "cluster", "standalone")
        for name, namespace in (("cache-server", "data"), ("cache", "other"), ("other-cache", "data"))
    ),
    ("a full cache that evicts", "sentinel", evicts_as_wanted),
    ("a long full copy", "sentinel", copies_for_long),
]  # fmt: skip
