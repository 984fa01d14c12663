"""How far an engine's long work is: what probes, status, metrics and Events tell, with engines that are made slow."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.shell import run
from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import STOP, Members, sentinel_set

START = 60.0
"""Seconds."""
KEYS = 75_000
FILL = f"for i = 1, {KEYS} do redis.call('SET', 'key:' .. i, string.rep('v', 500)) end return redis.status_reply('OK')"
DELAY = "200"
"""Microseconds of each key: all of them take 16 seconds or more. An engine answers after each 1024 commands of the file
that it loads (aof.c, loadSingleAppendOnlyFile): each 0.2 s."""
WORK = 90.0
"""Seconds, on a busy machine."""
AMOUNT = r"\d+(\.\d)?[BKM]"


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def get(members: Members, name: str, path: str) -> tuple[int, str]:
    """Status and body; 0 when nobody answers."""
    command = ["curl", "--silent", "--max-time", "5", "--write-out", "\n%{http_code}", f"http://127.0.0.1:8379{path}"]
    enter = ("ip", "netns", "exec", members.networks.of(name))
    body, _, code = run(*enter, *command, check=False).stdout.rpartition("\n")
    return int(code), body.strip()


def samples(members: Members, name: str, work: str) -> dict[str, float]:
    """Of bowline_progress_*, without that beginning."""
    page = get(members, name, "/metrics")[1]
    found = re.findall(rf'^bowline_progress_(\w+)\{{work="{work}"\}} (\S+)$', page, re.MULTILINE)
    return {metric: float(value) for metric, value in found}


def of_status(members: Members, asked: str, name: str) -> dict[str, Any]:
    rows = json.loads(members.bowline(asked, "status", "--output", "json"))["members"]
    return next(row for row in rows if row["member"] == name)


def restart(members: Members, name: str) -> None:
    member = members.members[name]
    assert member.process is not None
    member.process.send_signal(signal.SIGTERM)
    member.process.wait(STOP)
    members.start(member)


def events(members: Members, name: str) -> list[str]:
    """Messages of the Event `Progress`, as the member logs them."""
    return [line for line in members.members[name].log().splitlines() if re.search(r"\bProgress\b", line)]


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[Members]:
    with Members(engine, tmp_path, ["server-0"], {"mode": "standalone"}, {}) as members:
        wait_until("it is ready", lambda: members.ready("server-0"), START)
        yield members


def test_a_slow_load(server: Members) -> None:
    name = "server-0"
    assert server.ask(name, "EVAL", FILL, "0").strip() == "OK"
    slow = f"key-load-delay {DELAY}\nloading-process-events-interval-bytes 1024\n"
    (server.folder / "engine.conf").write_text(server.directives + slow)
    restart(server, name)
    known = rf"loading the dataset: {AMOUNT} of {AMOUNT} \(\d+%\), {AMOUNT}/s, (\d+m)?\d+s left"
    wait_until("the probe tells all", lambda: bool(re.fullmatch(known, get(server, name, "/ready")[1])), START)
    assert get(server, name, "/ready")[0] == 503
    for probe in ("/startup", "/live"):
        status, text = get(server, name, probe)
        assert status == 200, f"{probe}: {text}"
    assert re.fullmatch(f"the engine replies: {known}", get(server, name, "/live")[1])
    told = samples(server, name, "loading")
    assert told.keys() == {"bytes", "size_bytes", "bytes_per_second", "left_seconds"}, told
    assert 0 < told["bytes"] < told["size_bytes"]
    assert told["bytes_per_second"] > 0
    assert 'bowline_reason{reason="loading the dataset"} 1\n' in get(server, name, "/metrics")[1]
    [progress] = of_status(server, name, name)["progress"]
    assert progress["work"] == "loading"
    assert 0 < progress["done"] < progress["total"]
    assert progress["leftSeconds"] >= 0
    assert re.search(rf" loading {AMOUNT} of {AMOUNT} \(\d+%\), ", server.bowline(name, "status"))
    wait_until("it is ready", lambda: server.ready(name), WORK)
    assert samples(server, name, "loading") == {}
    assert of_status(server, name, name)["progress"] == []
    steps = [int(match[1]) // 10 for line in events(server, name) if (match := re.search(r"\((\d+)%\)", line))]
    assert steps, server.members[name].log()
    assert steps == sorted(set(steps)), "a step is told twice"


@pytest.fixture
def servers(engine: Engine, tmp_path: Path) -> Iterator[Members]:
    with sentinel_set(engine, tmp_path, servers=2) as members:
        wait_until("all are ready", lambda: all(members.ready(name) for name in members.members), START)
        yield members


def test_a_slow_copy(servers: Members) -> None:
    """Diskless: its size is not known. The primary tells the snapshot that it sends."""
    assert servers.ask("server-0", "EVAL", FILL, "0").strip() == "OK"
    assert servers.ask("server-0", "CONFIG", "SET", "rdb-key-save-delay", DELAY).strip() == "OK"
    restart(servers, "server-1")
    known = rf"copying the dataset from its primary: {AMOUNT}, {AMOUNT}/s"
    wait_until("the probe tells it", lambda: bool(re.fullmatch(known, get(servers, "server-1", "/ready")[1])), START)
    print(get(servers, "server-1", "/ready"))
    copied = samples(servers, "server-1", "full_copy")
    assert copied.keys() == {"bytes", "bytes_per_second"}, copied
    assert copied["bytes"] > 0
    saves = {"keys", "size_keys", "keys_per_second"}
    wait_until("the primary tells it, too", lambda: saves <= samples(servers, "server-0", "save").keys(), START)
    assert samples(servers, "server-0", "save")["size_keys"] == KEYS
    assert servers.ready("server-0")
    assert re.search(rf" syncing {AMOUNT}, {AMOUNT}/s", servers.bowline("server-0", "status"))
    [progress] = of_status(servers, "server-0", "server-1")["progress"]
    assert (progress["work"], progress["total"], progress["leftSeconds"]) == ("full_copy", -1, -1)
    wait_until("it is ready", lambda: servers.ready("server-1"), WORK)
    assert samples(servers, "server-1", "full_copy") == {}


def test_slow_commands_without_their_arguments(server: Members) -> None:
    assert server.ask("server-0", "CONFIG", "SET", "slowlog-log-slower-than", "0").strip() == "OK"
    assert server.ask("server-0", "SET", "key-of-a-user", "value-of-a-user").strip() == "OK"
    page = server.bowline("server-0", "latency")
    print(page)
    assert re.search(r"^\d+ \S+Z \d+\.\d{3} SET, 2 arguments of 13, 15 bytes$", page, re.MULTILINE)
    assert "cmdstat_set:calls=1," in page
    assert "of-a-user" not in page
    assert "127.0.0.1" not in page
