"""Black-box tests of the real program: test_cli.py PROGRAM [unittest arguments]. The standard library is all they need."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = ""
OK, FALSE, USAGE, DATA, PERMISSION, CONFIGURATION = 0, 1, 64, 65, 77, 78
VERBS = [
    "install", "init", "run server", "run sentinel", "hold", "probe", "prestop", "status", "check", "latency", "failover", "upgrade-check", "engine-check",
    "nodes-conf generate", "nodes-conf check", "config check", "docs",
]  # fmt: skip
OF_THE_PROGRAM = ("BOWLINE_", "POD_", "KUBERNETES_", "LC_", "LANG", "NO_COLOR", "TERM")
"""Variables that begin so are not handed on to it."""


def environment(**env: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_PROGRAM)} | env


def bowline(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=120, env=environment(**env))


def free_ports(count: int) -> list[int]:
    """Different ones: each is held until all are found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_port() -> int:
    return free_ports(1)[0]


def settings(**changes: Any) -> dict[str, Any]:
    probes, peers = free_ports(2)
    return {
        "version": 1, "release": "demo", "namespace": "ns", "fullname": "demo", "mode": "cluster", "engine": "redis",
        "clusterDomain": "cluster.invalid", "ports": {"client": 6379, "bus": 16379, "http": probes, "peers": peers},
        "cluster": {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 3000},
        "auth": {"enabled": False}, "persistence": {"enabled": True}, "record": "", "events": False,
        "terminationGracePeriodSeconds": 60, "log": {"format": "json", "level": "info"},
    } | changes  # fmt: skip


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check(self, code: int, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        result = bowline(*args, **env)
        self.assertEqual(result.returncode, code, f"{args}\n{result.stdout}\n{result.stderr}")
        return result

    def config(self, text: str | None = None, **changes: Any) -> str:
        path = self.folder / "bowline.json"
        path.write_text(json.dumps(settings(**changes)) if text is None else text)
        return f"--config={path}"

    def directives(self, text: str = "appendonly yes\n") -> str:
        path = self.folder / "engine.conf"
        path.write_text(text)
        return f"--engine-directives={path}"


class Usage(Case):
    def test_wrong_usage_is_64_and_says_why_on_stderr(self) -> None:
        for args in ["", "frobnicate", "run", "run frob", "status --frob", "probe", "probe dead", "install",
                     "failover --shard x", "nodes-conf", "nodes-conf check", "check --wait x", "status --output xml"]:  # fmt: skip
            with self.subTest(args):
                result = self.check(USAGE, *args.split())
                self.assertEqual(result.stdout, "")
                self.assertNotEqual(result.stderr, "")

    def test_failover_to_whom_the_settings_do_not_declare(self) -> None:
        for wanted in ("shard-0-7", "shard-1-0", "server-0"):
            said = self.check(CONFIGURATION, "failover", "--shard=0", f"--to={wanted}", self.config()).stderr
            self.assertIn(f"--to is {wanted}: use shard-0-0 to shard-0-1", said)

    def test_failover_in_a_cluster_needs_a_shard(self) -> None:
        self.assertIn("--shard is missing: use 0 to 2", self.check(CONFIGURATION, "failover", self.config()).stderr)

    def test_an_unknown_verb_is_named(self) -> None:
        self.assertIn('unknown verb "stat"', self.check(USAGE, "stat", "--output", "json").stderr)

    def test_help_tells_what_shared_words_are_for(self) -> None:
        for line in self.check(OK, "--help").stdout.split("Subcommands:")[-1].splitlines():
            self.assertNotEqual(len(line.split()), 1, f"no summary: {line}")

    def test_help_lists_every_verb(self) -> None:
        text = self.check(OK, "--help").stdout
        for verb in VERBS:
            first, *rest = verb.split()
            self.assertRegex(text, rf"(?m)^  {first} ")
            if rest:
                self.assertRegex(self.check(OK, first, "--help").stdout, rf"(?m)^  {rest[0]} ")
            self.assertIn("--config", self.check(OK, *verb.split(), "--help").stdout)

    def test_the_reference_has_every_verb_and_exit_code(self) -> None:
        text = self.check(OK, "docs").stdout
        for verb in VERBS:
            self.assertIn(f"## bowline {verb}\n", text)
        for code in (0, 1, 64, 65, 69, 70, 75, 77, 78):
            self.assertIn(f"\n| {code} | ", text)

    def test_version(self) -> None:
        self.assertRegex(self.check(OK, "--version").stdout, r"^\d+\.\d+\.\d+\n$")

    def test_parse_only_does_nothing(self) -> None:
        for args in ["status", "status --wide --watch", "status --watch 10s", "status --watch=1m --output json",
                     "check --wait 60s", "check --wait 5m", "run server -- --loglevel debug", "probe liveness",
                     "hold --held=server-1 --held=all -- --loglevel debug", "prestop --held=all", "init --held=all",
                     f"install --to {self.folder}", "upgrade-check --gate x --namespace ns"]:  # fmt: skip
            with self.subTest(args):
                self.check(OK, "--parse-only", *args.split())
        for wrong in ["--frob", "--watch=0", "--watch=-1", "--watch=2h", "--watch=often"]:
            with self.subTest(wrong):
                self.check(USAGE, "--parse-only", "status", wrong)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_flags_win_over_the_environment(self) -> None:
        good = self.config().removeprefix("--config=")
        args = ["config", "check", self.directives()]
        self.check(OK, *args, BOWLINE_CONFIG=good)
        self.check(CONFIGURATION, *args, "--config=/absent", BOWLINE_CONFIG=good)

    def test_settings_of_a_later_version(self) -> None:
        """A member takes them, since the release's ConfigMap may be newer than its pod; chart and program of one commit must agree."""
        later = self.config(later=1)
        told = self.check(CONFIGURATION, "config", "check", self.directives(), later).stderr
        self.assertIn("this program does not know: later", told)
        self.check(FALSE, "check", later)

    def test_log_settings(self) -> None:
        for flags, env in [(["--log-format=json"], {}), ([], {"BOWLINE_LOG_FORMAT": "json"})]:
            result = self.check(CONFIGURATION, "status", "--config=/absent", *flags, **env)
            line = json.loads(result.stderr)
            self.assertEqual((line["level"], line["cmd"]), ("error", "status"))
            self.assertIn("/absent", line["err"])
        self.check(CONFIGURATION, "status", "--log-format=xml")
        self.check(CONFIGURATION, "status", "--log-level=loud")


class NodesConf(Case):
    def generate(self, *more: str, code: int = OK, member: str = "shard-0-1", shards: int = 2) -> str:
        addresses = [f"--address=shard-{s}-{r}=10.96.{s}.{r + 1}:6379@16379" for s in range(shards) for r in range(2)]
        return self.check(
            code, "nodes-conf", "generate", f"--shards={shards}", "--replicas-per-shard=1", f"--installation={'0' * 32}",
            "--namespace=ns", "--release=rel", f"--member={member}", *addresses, *more).stdout  # fmt: skip

    def test_the_generated_file_is_the_golden_one(self) -> None:
        golden = Path(__file__).with_name("golden") / "nodes-2x2.conf"
        self.assertEqual(self.generate(), golden.read_text())

    def test_it_is_deterministic_and_accepted(self) -> None:
        text = self.generate(shards=5)
        self.assertEqual(text, self.generate(shards=5))
        file = self.folder / "nodes.conf"
        file.write_text(text)
        self.assertEqual(self.check(OK, "nodes-conf", "check", str(file)).stdout, "10 nodes, current epoch 5\n")

    def test_bad_files_are_refused_by_name(self) -> None:
        good = self.generate()
        file = self.folder / "nodes.conf"
        owner = good.splitlines()[0]
        for name, bad in {
            "empty": "",
            "cut": good[: len(good) // 2],
            "no last line": good[: good.index("vars")],
            "slots owned twice": good.replace("8192-16383", "8000-16383"),
            "slots owned by nobody": good.replace("8192-16383", "8192-16000"),
            "a line twice": owner + "\n" + good,
            "two myself": good.replace(" master ", " myself,master ", 1),
            "unknown flag": good.replace(" master ", " king ", 1),
            "binary": "\0\1\2" * 50,
        }.items():
            with self.subTest(name):
                file.write_text(bad)
                self.assertIn(str(file), self.check(DATA, "nodes-conf", "check", str(file)).stderr)
        self.check(CONFIGURATION, "nodes-conf", "check", str(self.folder / "absent"))

    def test_a_wrong_order_is_a_configuration_error(self) -> None:
        self.generate(code=CONFIGURATION, member="shard-7-0")
        self.generate(code=CONFIGURATION, member="shard-0")
        self.generate("--address=shard-0-0", code=CONFIGURATION)
        self.generate("--address=shard-0-0=host.name:6379", code=CONFIGURATION)
        self.generate(code=USAGE, shards=0)


class Config(Case):
    def test_good_files(self) -> None:
        result = self.check(OK, "config", "check", self.config(), self.directives("# port 1\nmaxmemory 1gb\n"))
        self.assertEqual(result.stdout, "3 shards, 1 replicas each\n")

    def test_bad_settings_are_78_and_name_the_value(self) -> None:
        for message, change in {
            "mode": {"mode": "replication"},
            "engine": {"engine": "keydb"},
            "cluster.shards": {"cluster": {"shards": 2, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 3000}},
            "ports.client": {"ports": {"client": 0, "bus": 1, "http": 2, "peers": 3}},
            "surprise": {"surprise": 1},
            "version": {"version": 2},
        }.items():
            with self.subTest(message):
                result = self.check(CONFIGURATION, "config", "check", self.config(**change), self.directives())
                self.assertIn(message, result.stderr)
        self.check(CONFIGURATION, "config", "check", self.config("{"), self.directives())
        self.check(CONFIGURATION, "config", "check", self.config(), "--engine-directives=/absent")

    def test_owned_directives_are_78_and_name_the_line(self) -> None:
        for name in ("port", "dir", "dbfilename", "cluster-announce-ip", "requirepass", "USER", '"include"'):
            with self.subTest(name):
                args = self.config(), self.directives(f"maxmemory 1gb\n{name} x\n")
                self.assertIn("line 2", self.check(CONFIGURATION, "config", "check", *args).stderr)


class Install(Case):
    def test_the_copy_runs_and_a_second_time_changes_nothing(self) -> None:
        self.check(OK, "install", "--to", str(self.folder))
        copy = self.folder / "bowline"
        before = copy.stat()
        self.assertEqual(stat.S_IMODE(before.st_mode), 0o555)
        self.assertEqual(copy.read_bytes(), Path(PROGRAM).read_bytes())
        self.assertEqual(subprocess.run([copy, "--version"], check=True, capture_output=True).returncode, 0)
        self.check(OK, "install", "--to", str(self.folder))
        self.assertEqual(copy.stat().st_ino, before.st_ino)
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["bowline"])

    def test_a_damaged_or_older_copy_is_replaced(self) -> None:
        (self.folder / "bowline").write_text("older")
        self.check(OK, "install", "--to", str(self.folder))
        self.assertEqual((self.folder / "bowline").read_bytes(), Path(PROGRAM).read_bytes())

    def test_no_such_folder(self) -> None:
        self.assertNotEqual(bowline("install", "--to", str(self.folder / "absent")).returncode, OK)


class Init(Case):
    def run_init(
        self, code: int, pod: str = "demo-shard-0-1", data: str = "", **changes: Any
    ) -> subprocess.CompletedProcess[str]:
        for name in ("data", "run"):
            (self.folder / name).mkdir(exist_ok=True)
        flags = [self.config(**changes), self.directives(), f"--data={data or self.folder / 'data'}", f"--run={self.folder}/run"]
        return self.check(code, "init", *flags, POD_NAME=pod)

    def test_a_fresh_volume(self) -> None:
        self.assertIn('kind="fresh"', self.run_init(OK).stderr)
        self.assertEqual(list((self.folder / "data").iterdir()), [])

    def test_settings_of_a_later_version(self) -> None:
        self.run_init(OK, later={"a": 1})

    def test_a_refused_volume_is_told_and_left_alone(self) -> None:
        (self.folder / "data").mkdir()
        (self.folder / "data/nodes.conf").write_text("damaged")
        self.assertIn('kind="refused"', self.run_init(OK).stderr)
        self.assertEqual((self.folder / "data/nodes.conf").read_text(), "damaged")

    def test_another_releases_pod(self) -> None:
        self.run_init(CONFIGURATION, pod="other-shard-0-1")

    def test_a_folder_that_cannot_be_written(self) -> None:
        self.assertIn("fsGroup", self.run_init(PERMISSION, data="/proc").stderr)

    def test_passwords_are_not_logged(self) -> None:
        secret = self.folder / "secret"
        secret.mkdir()
        (secret / "password").write_text("s3cret\n")
        config = self.config(auth={"enabled": True, "directory": str(secret)})
        for name in ("data", "run"):
            (self.folder / name).mkdir()
        flags = [self.directives(), f"--data={self.folder}/data", f"--run={self.folder}/run", "--log-level=debug"]
        result = self.check(OK, "init", config, *flags, POD_NAME="demo-shard-0-1")
        self.assertNotIn("s3cret", result.stdout + result.stderr)


class Hold(Case):
    def run_held(self, held: str) -> tuple[int, dict[str, int], str]:
        """Exit code at SIGTERM, the probes' answers, what it has said of a volume that is refused."""
        port, peers = free_ports(2)
        for name in ("data", "run"):
            (self.folder / name).mkdir()
        (self.folder / "data/nodes.conf").write_text("damaged")
        config = self.config(ports={"client": 6379, "bus": 16379, "http": port, "peers": peers})
        flags = [config, self.directives(), f"--data={self.folder}/data", f"--run={self.folder}/run", f"--held={held}"]
        env = {**os.environ, "POD_NAME": "demo-shard-0-1", "POD_NAMESPACE": "ns"}
        with subprocess.Popen([PROGRAM, "hold", *flags], stderr=subprocess.PIPE, text=True, env=env) as process:
            answers: dict[str, int] = {}
            deadline = time.monotonic() + 20
            while process.poll() is None and len(answers) < 3 and time.monotonic() < deadline:
                for path in ("/startup", "/live", "/ready"):
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    with contextlib.suppress(OSError):
                        connection.request("GET", path)
                        answers[path] = connection.getresponse().status
                    connection.close()
                time.sleep(0.05)
            process.terminate()
            told = process.communicate(timeout=20)[1]
        return process.returncode, answers, told

    def test_a_held_member_is_started_and_alive_and_not_ready(self) -> None:
        code, answers, told = self.run_held("shard-0-1")
        self.assertEqual(answers, {"/startup": 200, "/live": 200, "/ready": 503}, told)
        self.assertEqual(code, OK)
        self.assertIn("diagnosticMode.enabled=false", told)
        self.assertIn("refused (nodes.conf is there but", told)
        self.assertEqual(sorted(entry.name for entry in (self.folder / "data").iterdir()), ["nodes.conf"])

    def test_another_member_runs(self) -> None:
        code, _, told = self.run_held("shard-0-0")
        self.assertEqual(code, DATA, told)

    def test_a_held_member_is_not_checked_before(self) -> None:
        flags = [self.config(), self.directives(), "--data=/proc", "--run=/proc"]
        self.check(OK, "init", "--held=all", *flags, POD_NAME="demo-shard-0-1")
        self.check(PERMISSION, "init", "--held=shard-0-0", *flags, POD_NAME="demo-shard-0-1")

    def test_a_held_member_hands_nothing_over(self) -> None:
        self.check(OK, "prestop", "--held=all", self.config(), POD_NAME="demo-shard-0-1")


@contextlib.contextmanager
def resident(status: int) -> Iterator[int]:
    """Something that answers probes in place of the resident program."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(self.path.encode() + b": the reason\n")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class Resident(Case):
    def test_probes_without_a_resident_program(self) -> None:
        config = self.config()
        # Its own failure is never the server's death.
        self.assertIn("does not answer", self.check(OK, "probe", "liveness", config).stdout)
        self.check(FALSE, "probe", "readiness", config)
        self.check(FALSE, "probe", "startup", config)

    def test_probes_tell_the_resident_programs_verdict(self) -> None:
        for status, code in ((200, OK), (503, FALSE)):
            with resident(status) as port:
                config = self.config(ports={"client": 6379, "bus": 16379, "http": port, "peers": free_port()})
                for which, path in {"startup": "/startup", "liveness": "/live", "readiness": "/ready"}.items():
                    self.assertEqual(self.check(code, "probe", which, config).stdout, f"{path}: the reason\n")

    def test_prestop_never_keeps_a_pod_from_stopping(self) -> None:
        self.check(OK, "prestop", self.config(ports={"client": free_port(), "bus": 2, "http": 3, "peers": 4}), POD_NAME="demo-shard-0-0")

    def test_nobody_answers(self) -> None:
        config = self.config()
        seen = json.loads(self.check(OK, "status", "--output=json", config).stdout)
        self.assertFalse(seen["healthy"])
        self.assertEqual([member["state"] for member in seen["members"]], ["silent"] * 6)
        self.assertIn("! shard-0-0", self.check(FALSE, "check", config).stdout)

    def test_the_api_is_needed_for_a_secret(self) -> None:
        gate = self.folder / "gate.json"
        (self.folder / "bowline.json").write_text("{}")
        empty = {"clients": "", "members": ""}
        words = {name: "x" for name in ("instance", "name", "config", "record", "secret", "image")}
        lists = {"claims": {}, "confirm": [], "secretKeys": {}, "secretAnnotations": {}, "binding": {"secret": "", "entries": {}}}
        switches = {name: True for name in ("alone", "ownSecret", "createSecret", "tryEngine")}
        gate.write_text(json.dumps({**words, **switches, "passwords": empty, **lists}))
        self.check(CONFIGURATION, "upgrade-check", f"--gate={self.folder}", "--namespace=ns")
        gate.write_text("{}")
        self.assertIn("instance", self.check(CONFIGURATION, "upgrade-check", f"--gate={self.folder}").stderr)

    def test_what_the_engine_says_is_written_down(self) -> None:
        """0 whatever it says."""
        config = self.config(ports={"client": 1, "bus": free_port(), "http": 3, "peers": 4})
        folder = f"--run={self.folder}"
        self.check(OK, "engine-check", config, self.directives("maxmemory-policy nonsense"), folder, f"--data={self.folder}", "--", "--maxclients", "x")
        tried = json.loads((self.folder / "trial.json").read_text())
        self.assertEqual([refused["value"] for refused in tried["refused"]], ["config.maxmemory-policy", "extraArgs"])


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
