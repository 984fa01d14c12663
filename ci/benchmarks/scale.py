"""A large cluster of real processes: does it stay quiet on this machine, and how fast are lost primaries replaced?

Each member is the program with its engine, in a network of its own, with its files in memory (benchmarks/fleet.py). The
cluster rests; then it loses primaries, by engines that are killed and by members whose network is cut.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from benchmarks import choice
from benchmarks.figure import Figure, GoalsMissed, say
from benchmarks.fleet import SETTLE, Fleet, Lead, running
from benchmarks.shard_writer import ShardWriter
from integration.engines import ENGINES, Engine
from integration.members import Members

SIZES = [int(word) for word in (os.environ.get("BOWLINE_SCALE_MEMBERS") or "50").split()]
REST = choice.number("BOWLINE_SCALE_REST", 90)
"""Seconds without a fault."""
NODE_TIMEOUT = choice.number("BOWLINE_SCALE_NODE_TIMEOUT", 2500)
"""Milliseconds; the chart's default."""
SHARES = [int(word) for word in os.environ.get("BOWLINE_SCALE_LOST", "1 10 33").split()]
"""Percent of the primaries."""
LIMIT = 60
"""Seconds until all shards serve again."""
LABELS = ("redis-8.0", "valkey-8.1")


def cpu_milliseconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def idle_milliseconds() -> float:
    """Of all processors, since the machine runs."""
    fields = Path("/proc/stat").read_text().split(maxsplit=6)
    return (int(fields[4]) + int(fields[5])) * 1000 / os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """Milliseconds of CPU, so far."""

    programs: float
    engines: float
    idle: float

    @staticmethod
    def now(fleet: Fleet) -> Spent:
        programs = [member.pid for member in fleet.members.members.values()]
        return Spent(
            sum(map(cpu_milliseconds, programs)),
            sum(map(cpu_milliseconds, fleet.members.engines().values())),
            idle_milliseconds(),
        )


def failovers(before: dict[int, Lead], after: dict[int, Lead], but: Collection[int]) -> list[str]:
    """Of other shards than `but`."""
    return [
        f"shard {shard}: {lead} -> {after.get(shard)}"
        for shard, lead in before.items()
        if shard not in but and after.get(shard) != lead
    ]


def at_rest(fleet: Fleet, writer: ShardWriter, title: str) -> tuple[list[Figure], list[str]]:
    """The figures, and the failovers, of which there should be none."""
    observer = "shard-0-0"
    before, spent = fleet.leads(observer), Spent.now(fleet)
    writer.watch(())
    began = time.monotonic()
    say(f"{title}: at rest for {REST} s, load {os.getloadavg()[0]:.1f}")
    time.sleep(REST)
    ended = time.monotonic()
    after, now = fleet.leads(observer), Spent.now(fleet)
    changed = failovers(before, after, ())
    seconds = ended - began
    pauses = [end - begin for shard in before for begin, end in writer.pauses(shard, began, ended)]
    size = 2 * fleet.shards
    say(f"{title}: {len(changed)} failovers, longest pause {max(pauses):.2f} s")
    return [
        Figure(f"{title}: failovers in {REST} s at rest", [len(changed)], "", "0"),
        Figure(f"{title}: longest pause of writes to a shard at rest", [max(pauses)], "s"),
        Figure(f"{title}: CPU of an engine", [(now.engines - spent.engines) / seconds / size], "ms/s"),
        Figure(f"{title}: CPU of the program beside it", [(now.programs - spent.programs) / seconds / size], "ms/s"),
        Figure(f"{title}: idle, all processors", [(now.idle - spent.idle) / seconds], "ms/s"),
    ], changed


@dataclass(frozen=True)
class Fault:
    what: str
    strike: Callable[[Members, list[str]], None]
    mend: Callable[[Members, list[str]], None]


def kill_engines(members: Members, lost: list[str]) -> None:
    engines = members.engines()
    for name in lost:
        os.kill(engines[name], signal.SIGKILL)


FAULTS = [
    Fault("engines killed", kill_engines, lambda *_: None),
    Fault(
        "members cut off",
        lambda members, lost: members.networks.cut(lost),
        lambda members, lost: members.networks.mend(lost),
    ),
]


@dataclass
class Recovery:
    served: float | None
    """Seconds until all slots are served again, by the last shard."""
    replaced: float | None
    """Seconds until every shard that lost its primary has another one that serves."""
    others: list[str]
    """Failovers of shards that had lost nothing."""


def wait_all_serve(writer: ShardWriter, struck: float, shards: list[int]) -> None:
    """Until each shard has served for SETTLE without an interruption, or for LIMIT."""
    while time.monotonic() < struck + LIMIT:
        time.sleep(0.5)
        now = time.monotonic()
        since = [writer.serves_since(shard, struck, now) for shard in shards]
        if all(moment is not None and moment + SETTLE < now for moment in since):
            return


def suffer(fleet: Fleet, writer: ShardWriter, fault: Fault, lost: dict[int, str]) -> Recovery:
    """`lost`: the primary, by shard."""
    observer = next(f"shard-{shard}-0" for shard in range(fleet.shards) if shard not in lost)
    before = fleet.leads(observer)
    members = list(lost.values())
    writer.watch(lost)
    time.sleep(1)
    fault.strike(fleet.members, members)
    struck = time.monotonic()
    try:
        wait_all_serve(writer, struck, list(before))
        ended = time.monotonic()
        replaced = [writer.first(shard, struck, member) for shard, member in lost.items()]
        served = [writer.first(shard, struck) for shard in lost]
        served += [writer.serves_since(shard, struck, ended) for shard in before]
    finally:
        fault.mend(fleet.members, members)
    fleet.wait_whole()
    others = failovers(before, fleet.leads(observer), lost)
    return Recovery(latest(served, struck), latest(replaced, struck), others)


def latest(moments: list[float | None], struck: float) -> float | None:
    """Seconds after the fault; None when one has not come."""
    found = [moment - struck for moment in moments if moment is not None]
    return max(found) if len(found) == len(moments) else None


def curve(fleet: Fleet, writer: ShardWriter, title: str) -> tuple[list[Figure], list[str]]:
    rows, problems = [], []
    chance = random.Random(1)
    for share in SHARES:
        for fault in FAULTS:
            leads = fleet.leads("shard-0-0")
            count = max(1, fleet.shards * share // 100)
            lost = {shard: leads[shard].member for shard in chance.sample(sorted(leads), count)}
            name = f"{title}: {fault.what}, {share} % of the primaries ({count} of {fleet.shards})"
            say(name)
            found = suffer(fleet, writer, fault, lost)
            say(f"  served again {found.served}, replaced {found.replaced}, others {found.others}")
            rows.append(Figure(f"{name}: failovers of other shards", [len(found.others)], "", "0"))
            for what, seconds in (
                ("all slots are served again", found.served),
                ("each of these shards has another primary", found.replaced),
            ):
                if seconds is None:
                    problems.append(f"{name}: {what}: not within {LIMIT} s")
                else:
                    rows.append(Figure(f"{name}: {what}", [seconds], "s"))
            problems += [f"{name}: {text}" for text in found.others]
            time.sleep(SETTLE)
    return rows, problems


def measure_one(engine: Engine, size: int) -> tuple[list[Figure], list[str]]:
    """The figures, and what should not have happened."""
    title = f"{size} members, {engine.label}, node timeout {NODE_TIMEOUT} ms"
    say(f"{title}: they start")
    began = time.monotonic()
    with running(engine, size, NODE_TIMEOUT) as (fleet, writer):
        whole = Figure(f"{title}: first program started to all replicas linked", [fleet.whole - began], "s")
        rested, changed = at_rest(fleet, writer, title)
        lost, problems = curve(fleet, writer, title)
        return [whole, *rested, *lost], [*changed, *problems]


def measure() -> list[Figure]:
    rows: list[Figure] = []
    problems: list[str] = []
    engines = [engine for engine in ENGINES if engine.label in LABELS and engine.name in choice.engines()]
    for engine in engines:
        for size in SIZES:
            try:
                figures, found = measure_one(engine, size)
            except TimeoutError as error:
                figures, found = [], [f"{size} members, {engine.label}: {error}"]
            rows += figures
            problems += found
    if problems:
        raise GoalsMissed(problems, rows)
    return rows
