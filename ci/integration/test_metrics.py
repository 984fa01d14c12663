"""GET /metrics beside the community's redis_exporter at the same engines: names, types and labels are the same."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from e2e.shell import CACHE, ROOT, run
from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Members, cluster, sentinel_set

EXPORTER = CACHE / "bin" / "redis_exporter"
EXPORTER_PORT = 9121
START = 90.0
"""Seconds."""
LEAST_SHARE = 0.95
CPU_PER_SCRAPE = 0.001
"""Seconds of the program: the goal at one scrape per 15 s."""
SCRAPES = 20
TAKE_PART = ("http-8379", "engine", "api")
"""The program's threads that a scrape uses: what the others do at rest differs by more than a scrape takes."""
SECRETS = ("good-token", "key-of-a-user", "value-of-a-user")
PAGE = ROOT / "docs" / "reference" / "metrics.md"


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@dataclass(frozen=True)
class Shape:
    """Of a family: its type and the names of its labels."""

    kind: str
    labels: frozenset[str]


def families(text: str) -> dict[str, Metric]:
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in found, f"{family.name} comes twice"
        series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(series) == len(set(series)), f"{family.name} has a sample twice"
        found[family.name] = family
    return found


def shapes(text: str) -> dict[str, Shape]:
    return {
        name: Shape(family.type, frozenset(label for sample in family.samples for label in sample.labels))
        for name, family in families(text).items()
    }


def get(members: Members, name: str, port: int) -> str:
    """The page of a member, or of the exporter beside it."""
    url = f"http://127.0.0.1:{port}/metrics"
    command = ["curl", "--silent", "--show-error", "--fail", "--max-time", "5", "--header", "Accept: text/plain", url]
    return run("ip", "netns", "exec", members.networks.of(name), *command).stdout


def scrape(members: Members, name: str) -> str:
    return get(members, name, 8379)


@contextmanager
def exporter(members: Members, name: str) -> Iterator[int]:
    """Its process id."""
    port = 26379 if name.startswith("sentinel") else 6379
    flags = ["-redis.addr", f"redis://127.0.0.1:{port}", "-web.listen-address", f"127.0.0.1:{EXPORTER_PORT}"]
    command = ["ip", "netns", "exec", members.networks.of(name), str(EXPORTER), *flags]
    with (members.folder / "exporter.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:

        def answers() -> bool:
            url = f"http://127.0.0.1:{EXPORTER_PORT}/health"
            answer = run(*command[:4], "curl", "--silent", "--max-time", "2", "--fail", url, check=False)
            return answer.returncode == 0

        wait_until("the exporter answers", answers, 20)
        yield process.pid
    finally:
        process.kill()
        process.wait(10)


def left_out() -> dict[str, str]:
    """The exporter's families that the page lists as missing, with their reasons; a name may end in *."""
    part = PAGE.read_text().split("## What redis_exporter has and bowline has not\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE))


def is_left_out(family: str, name: str) -> bool:
    """`family` as the parser has it: without _total."""
    return any(re.fullmatch(row.removesuffix("_total").replace("*", ".*"), family) for row in left_out()) or (
        # A sentinel has no databases.
        name.startswith("sentinel") and family.startswith("redis_db_")
    )


def compare(members: Members, name: str) -> None:
    with exporter(members, name):
        get(members, name, EXPORTER_PORT)
        time.sleep(1.2)  # the page may be a second old
        scrape(members, name)
        theirs = shapes(get(members, name, EXPORTER_PORT))
        time.sleep(1.2)
        text = scrape(members, name)
    ours = shapes(text)
    wanted = {family: shape for family, shape in theirs.items() if family.startswith("redis_")}
    missing = {family for family in wanted if family not in ours}
    print(f"{name}: {len(wanted)} families of the exporter, {len(wanted) - len(missing)} are here; not: {missing}")
    assert {family for family in missing if not is_left_out(family, name)} == set()
    default = {family for family in wanted if not family.startswith("redis_exporter_")}
    assert len(default - missing) >= LEAST_SHARE * len(default)
    others = {family: (shape, ours[family]) for family, shape in wanted.items() if family in ours}
    assert {family: pair for family, pair in others.items() if pair[0] != pair[1]} == {}
    assert [secret for secret in SECRETS if secret in text] == []
    assert len(text) < 1_000_000


def value(text: str, name: str, **labels: str) -> float | None:
    samples = [sample for family in families(text).values() for sample in family.samples if sample.name == name]
    return next((sample.value for sample in samples if labels.items() <= sample.labels.items()), None)


def ready(members: Members) -> None:
    try:
        wait_until("all are ready", lambda: all(members.ready(name) for name in members.members), START)
    except TimeoutError as error:
        logs = [f"{one.name}: {one.log()[-2000:]}" for one in members.members.values()]
        raise AssertionError(f"{error}\n" + "\n".join(logs)) from error


def cpu_seconds(pid: int, threads: Collection[str]) -> float:
    """CPU time of a process's threads of these names, of all without one, by the scheduler's clock of nanoseconds."""
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    named = [task for task in tasks if not threads or (task / "comm").read_text().strip() in threads]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in named) / 1e9


def resident_kilobytes(pid: int) -> int:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0])


def test_sentinel_set_beside_redis_exporter(engine: Engine, tmp_path: Path) -> None:
    with sentinel_set(engine, tmp_path) as members:
        ready(members)
        members.ask("server-0", "SET", "key-of-a-user", "value-of-a-user", "EX", "1000")
        members.ask("server-0", "CONFIG", "SET", "slowlog-log-slower-than", "0")
        members.ask("server-0", "GET", "key-of-a-user")
        for name in ("server-0", "server-1", "sentinel-0"):
            compare(members, name)
        primary = scrape(members, "server-0")
        assert value(primary, "bowline_ready") == 1
        assert value(primary, "bowline_primary") == 1
        assert value(primary, "bowline_members_declared") == 6
        assert value(primary, "bowline_members_seen") == 6
        assert value(primary, "bowline_replicas_in_sync") == 2
        assert value(primary, "bowline_quorum") == 1
        assert value(primary, "bowline_settings_applied") == 1
        assert value(scrape(members, "server-1"), "bowline_replication_link_up") == 1
        sentinel = scrape(members, "sentinel-0")
        assert value(sentinel, "bowline_quorum") == 1
        assert value(sentinel, "bowline_members_seen") == 6

        # A member that is cut off is not seen any more; its engine cannot be asked.
        members.networks.cut(["server-2"])
        wait_until("it is not seen", lambda: value(scrape(members, "server-0"), "bowline_members_seen") == 5, 30)
        assert value(scrape(members, "server-0"), "bowline_member_seen", member="server-2") == 0


def test_cluster_beside_redis_exporter(engine: Engine, tmp_path: Path) -> None:
    with cluster(engine, tmp_path, shards=3, node_timeout=2500, directives="", prefix="bwm") as members:
        ready(members)
        for name in ("shard-0-0", "shard-0-1"):
            compare(members, name)
        page = scrape(members, "shard-0-0")
        assert value(page, "bowline_members_seen") == value(page, "bowline_members_declared") == 6
        assert value(page, "bowline_quorum") == 1
        assert value(page, "bowline_replicas_in_sync") == 1


def test_a_scrape_costs_little(engine: Engine, tmp_path: Path) -> None:
    with sentinel_set(engine, tmp_path, servers=2) as members:
        ready(members)
        program = members.members["server-0"].pid
        asked = members.ask("server-0", "INFO", "commandstats")
        assert "cmdstat_slowlog" not in asked, "nothing is asked before the first scrape"

        def spent(pid: int, port: int | None) -> float:
            """Seconds of the process while that port is scraped again and again."""
            threads = TAKE_PART if pid == program else ()
            before = cpu_seconds(pid, threads)
            for _ in range(SCRAPES):
                if port is not None:
                    get(members, "server-0", port)
                time.sleep(1.1)
            return cpu_seconds(pid, threads) - before

        memory = resident_kilobytes(program)
        idle = spent(program, None)
        each = (spent(program, 8379) - idle) / SCRAPES
        more = resident_kilobytes(program) - memory
        with exporter(members, "server-0") as beside:
            get(members, "server-0", EXPORTER_PORT)
            theirs = spent(beside, EXPORTER_PORT) / SCRAPES
            their_memory = resident_kilobytes(beside)
        print(f"at rest {idle:.4f} s in {SCRAPES * 1.1:.0f} s; a page has {len(scrape(members, 'server-0'))} bytes")
        print(
            f"a scrape: {each * 1000:.2f} ms, {more} kB more; redis_exporter {theirs * 1000:.2f} ms, {their_memory} kB"
        )
        assert each < 5 * CPU_PER_SCRAPE, "five times the goal: machines that run tests are loaded"
        assert each < theirs
