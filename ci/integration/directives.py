"""Each directive that the chart allows and that touches replication, persistence or the bus, with unusual values.

Two bundles: what one has for the disk the other has for the network. What an engine does not know is left out for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from integration import live_directives
from integration.engines import Engine

TOUCHES = re.compile(
    r"^(repl|replica|slave|min-replicas|min-slaves|append|aof|auto-aof|rdb|save$|cluster|slot-|dual-channel|io-threads|"
    r"no-appendfsync|stop-writes|lazyfree|shutdown|sanitize|databases$|tcp-|timeout$|mptcp|import-mode|lookahead$|"
    r"maxmemory-policy$|hz$|dynamic-hz$|activerehashing$|jemalloc-bg-thread$)"
)
"""Names of such directives, as CONFIG GET tells them."""

BUNDLES: Mapping[str, Mapping[str, str]] = {
    "disk": {
        "activerehashing": "no",
        "aof-disable-auto-gc": "yes",
        "aof-rewrite-cpulist": "0",
        "aof-rewrite-incremental-fsync": "no",
        "aof-timestamp-enabled": "yes",
        "aof-use-rdb-preamble": "no",
        "appendfsync": "always",
        "appendonly": "yes",
        "auto-aof-rewrite-min-size": "64kb",
        "auto-aof-rewrite-percentage": "10",
        "cluster-allow-pubsubshard-when-down": "no",
        "cluster-allow-reads-when-down": "yes",
        "cluster-blacklist-ttl": "30",
        "cluster-compatibility-sample-ratio": "1",
        "cluster-config-save-behavior": "best-effort",
        "cluster-databases": "4",
        "cluster-link-sendbuf-limit": "64mb",
        "cluster-manual-failover-timeout": "4000",
        "cluster-migration-barrier": "2",
        "cluster-replica-validity-factor": "0",
        "cluster-require-full-coverage": "no",
        "cluster-slot-migration-handoff-max-lag-bytes": "2mb",
        "cluster-slot-migration-log-max-len": "10",
        "cluster-slot-migration-write-pause-timeout": "9000",
        "cluster-slot-stats-enabled": "yes",
        "hz": "50",
        "import-mode": "yes",
        "io-threads": "2",
        "io-threads-do-reads": "yes",
        "jemalloc-bg-thread": "no",
        "lazyfree-lazy-eviction": "yes",
        "lazyfree-lazy-expire": "yes",
        "lazyfree-lazy-server-del": "yes",
        "lazyfree-lazy-user-del": "yes",
        "lazyfree-lazy-user-flush": "yes",
        "lookahead": "4",
        "maxmemory-policy": "allkeys-lru",
        "min-replicas-max-lag": "5",
        "no-appendfsync-on-rewrite": "yes",
        "rdb-del-sync-files": "yes",
        "rdb-save-incremental-fsync": "no",
        "rdb-version-check": "relaxed",
        "rdbchecksum": "no",
        "rdbcompression": "no",
        "repl-backlog-size": "2mb",
        "repl-backlog-ttl": "60",
        "repl-disable-tcp-nodelay": "yes",
        "repl-diskless-load": "disabled",
        "repl-diskless-sync": "no",
        "repl-ping-replica-period": "2",
        "repl-timeout": "20",
        "replica-full-sync-buffer-limit": "64mb",
        "replica-ignore-disk-write-errors": "yes",
        "replica-ignore-maxmemory": "no",
        "replica-lazy-flush": "yes",
        "sanitize-dump-payload": "yes",
        "save": "900 1 60 100",
        "shutdown-on-sigint": "nosave",
        "shutdown-on-sigterm": "force",
        "shutdown-timeout": "5",
        "slot-migration-max-failover-repl-bytes": "-1",
        "stop-writes-on-bgsave-error": "no",
        "tcp-backlog": "128",
        "tcp-keepalive": "60",
        "timeout": "300",
    },
    "network": {
        "appendfsync": "no",
        "appendonly": "no",
        "cluster-replica-validity-factor": "100",
        "dual-channel-replication-enabled": "yes",
        "dynamic-hz": "no",
        "lazyfree-lazy-eviction": "no",
        "lazyfree-lazy-expire": "no",
        "lazyfree-lazy-server-del": "no",
        "lazyfree-lazy-user-del": "no",
        "lazyfree-lazy-user-flush": "no",
        "mptcp": "yes",
        "repl-backlog-size": "64mb",
        "repl-diskless-load": "swapdb",
        "repl-diskless-sync": "yes",
        "repl-diskless-sync-delay": "1",
        "repl-diskless-sync-max-replicas": "1",
        "repl-mptcp": "yes",
        "repl-ping-replica-period": "1",
        "repl-rdb-channel": "yes",
        "repl-timeout": "120",
        "replica-lazy-flush": "no",
        "replica-read-only": "no",
        "replica-serve-stale-data": "no",
        "sanitize-dump-payload": "clients",
        "save": "",
        "shutdown-on-sigterm": "nosave",
        "slot-migration-max-failover-repl-bytes": "1mb",
    },
}

NOT_TRIED: Mapping[str, str] = {
    "cluster-preferred-endpoint-type": "only what clients are told; with TLS the program sets it",
    "cluster-replica-no-failover": "no replica would lead, as it says",
    "databases": "cluster mode has its own number; in sentinel mode it tells nothing to a replica",
    "min-replicas-to-write": "no acknowledged write without a replica, as it says; the handover's tests set it",
    "replica-priority": "the program's in sentinel mode; a cluster does not ask for it",
}

SECOND_NAMES = re.compile(r"^(slave|min-slaves|cluster-slave|repl-ping-slave|aof_rewrite_cpulist)")


HIDDEN: Mapping[str, Mapping[str, str]] = {
    "redis-8.0": {"repl-rdb-channel": "no"},
    "redis-8.6": {"repl-rdb-channel": "no"},
}
"""Directives that CONFIG GET tells by their full name alone, with their defaults; by engine."""


def defaults(engine: Engine) -> dict[str, str]:
    """Of each directive that the engine has."""
    with live_directives.started(engine) as socket:
        return {**live_directives.everything(engine, socket), **HIDDEN.get(engine.label, {})}


def bundle(name: str, known: Collection[str]) -> dict[str, str]:
    """What the engine has of it. `known`: its directives."""
    return {directive: value for directive, value in BUNDLES[name].items() if directive in known}


def lines(directives: Mapping[str, str]) -> str:
    """Of engine.conf."""
    nothing = '""'
    return "".join(f"{name} {value or nothing}\n" for name, value in directives.items())


def missing(known: Collection[str]) -> list[str]:
    """Those that touch what is tried here and are in none of the lists."""
    listed = {name for values in BUNDLES.values() for name in values} | NOT_TRIED.keys() | live_directives.owned()
    return [
        name
        for name in known
        if TOUCHES.search(name)
        and name not in listed
        and not SECOND_NAMES.search(name)
        and not live_directives.LEFT_OUT.search(name)
    ]
