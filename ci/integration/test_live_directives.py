"""Directives that change while the engine runs: the chart's list of them, and a member that follows its file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from integration import live_directives
from integration.engines import NEWEST, Engine
from integration.loopback import wait_until
from integration.members import Members

MEMBER = "server-0"
START = 30.0
FOLLOWED = 5.0
"""Seconds: two looks at the files, and time for a busy machine."""


@pytest.mark.parametrize("name", ["redis", "valkey"])
def test_list_is_what_the_engines_say(name: str) -> None:
    written = (live_directives.FILES / f"live-directives.{name}").read_text()
    assert live_directives.listed(name) == written, "write it anew: cd ci && python -m integration.live_directives"


@pytest.fixture(params=NEWEST, ids=[engine.label for engine in NEWEST])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    engine: Engine = request.param
    (tmp_path / "live-directives").write_text((live_directives.FILES / f"live-directives.{engine.name}").read_text())
    with Members(engine, tmp_path, [MEMBER], {"mode": "standalone"}, {}, directives="hz 10\n") as members:
        wait_until("the server is ready", lambda: members.ready(MEMBER), START)
        yield Server(members)


class Server:
    def __init__(self, members: Members) -> None:
        self.members = members
        self.engine = members.engines()[MEMBER]

    def declare(self, revision: str, directives: str) -> None:
        """As the kubelet does: both files are those of one ConfigMap."""
        settings = self.members.settings() | {"revision": revision}
        for name, text in (("bowline.json", json.dumps(settings)), ("engine.conf", directives)):
            new = self.members.folder / f"{name}.new"
            new.write_text(text)
            new.rename(self.members.folder / name)

    def has(self, values: Mapping[str, str]) -> bool:
        found = {name: self.members.ask(MEMBER, "CONFIG", "GET", name).splitlines() for name in values}
        return found == {name: [name, value] for name, value in values.items()}

    def tells(self, *words: str) -> bool:
        log = self.members.members[MEMBER].log()
        return any(all(word in line for word in words) for line in log.splitlines())

    def configured(self) -> str:
        """The reason of its condition, with its revision, as last sent to the API server."""
        requests = [json.loads(line) for line in (self.members.folder / "api.log").read_text().splitlines()]
        statuses = [json.loads(one["body"])["status"] for one in requests if one["path"].endswith("/status")]
        found = [one for status in statuses for one in status["conditions"] if one["type"] == "bowline/Configured"]
        return f"{found[-1]['status']} {found[-1]['reason']} {found[-1]['message']}" if found else ""


BASE = 'save ""\nappendonly yes\nrepl-diskless-sync-delay 0\n'


def test_directives_followed(server: Server) -> None:
    """Set, removed, and refused, without a restart of the engine; what waits for a restart is told."""
    server.declare("000000000001", BASE + "hz 12\nloglevel debug\nclient-output-buffer-limit normal 10mb 5mb 60\n")
    wait_until("they are set", lambda: server.has({"hz": "12", "loglevel": "debug"}), FOLLOWED)
    assert "normal 10485760 5242880 60" in server.members.ask(MEMBER, "CONFIG", "GET", "client-output-buffer-limit")
    assert server.tells("SettingsChanged", "config.hz: 10 -> 12 (at once)")
    wait_until("it is told", lambda: server.configured() == "True Applied revision 000000000001", FOLLOWED)

    server.declare("000000000002", BASE)
    wait_until("they have their defaults", lambda: server.has({"hz": "10", "loglevel": "notice"}), FOLLOWED)
    assert "normal 0 0 0" in server.members.ask(MEMBER, "CONFIG", "GET", "client-output-buffer-limit")

    server.declare("000000000003", BASE + "hz 14\nmaxmemory-policy nonsense\n")
    wait_until("it is refused", lambda: server.tells("SettingsRefused", "config.maxmemory-policy"), FOLLOWED)
    assert server.has({"hz": "10"}), "half of a refused change holds"
    wait_until("it is told", lambda: server.configured().startswith("False Refused revision 000000000003"), FOLLOWED)

    server.declare("000000000004", BASE + "hz 14\ndatabases 20\n")
    wait_until("it is set", lambda: server.has({"hz": "14", "databases": "16"}), FOLLOWED)
    waits = "False RestartNeeded revision 000000000004: config.databases"
    wait_until("it is told", lambda: server.configured().startswith(waits), FOLLOWED)
    assert server.members.engines()[MEMBER] == server.engine, "the engine was started anew"
