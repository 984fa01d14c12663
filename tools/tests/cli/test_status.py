"""`bowline status` for people: test_status.py PROGRAM [unittest arguments]. No member runs, which is enough for what is tested here."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

import test_cli
from test_cli import OK, Case, environment


def in_terminal(*args: str, **env: str) -> str:
    """What it prints when its output is a terminal."""
    ours, its = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        program = subprocess.Popen([test_cli.PROGRAM, *args], stdout=its, stderr=subprocess.DEVNULL, env=environment(TERM="xterm") | env)
        os.close(its)
        text = b""
        with contextlib.suppress(OSError):  # EIO: nobody has the other end any more
            while part := screen.read(4096):
                text += part
        program.wait(60)
    return text.decode()


@contextlib.contextmanager
def watching(*args: str) -> Iterator[subprocess.Popen[str]]:
    """`bowline status` that goes on."""
    program = subprocess.Popen([test_cli.PROGRAM, "status", *args], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        if program.stdout and not program.stdout.closed:
            program.stdout.close()


class Status(Case):
    def test_the_page(self) -> None:
        config = self.config()
        page = self.check(OK, "status", config).stdout
        self.assertRegex(page, r"^release demo in namespace ns: 3 shards, 1 replicas each: \d+ problems  ")
        self.assertRegex(page, r"(?m)^shard 2: no primary\n\|- shard-2-0  demo-shard-2-0  -  +silent\n`- shard-2-1  demo-shard-2-1  -  +silent\n")
        self.assertIn("\u2514\u2500 shard-2-1", self.check(OK, "status", config, LC_ALL="C.UTF-8").stdout)
        self.assertNotIn("\x1b", page)

    def test_in_a_terminal_has_colours_unless_they_are_not_wanted(self) -> None:
        config = self.config()
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)):
            with self.subTest(env):
                self.assertEqual("\x1b[" in in_terminal("status", config, **env), coloured)
        self.assertNotIn("\x1b[2J", in_terminal("status", config))

    def test_a_watched_terminal_is_cleared(self) -> None:
        broken = f"--config={self.folder / 'bowline.json'}"
        self.config()

        def breaks() -> None:
            time.sleep(1.5)
            (self.folder / "bowline.json").write_text("{}")

        threading.Thread(target=breaks, daemon=True).start()
        # It ends by settings that cannot be read any more.
        self.assertRegex(in_terminal("status", "--watch=1", broken), r"^\x1b\[H\x1b\[2J")

    def test_again_and_again_until_it_is_told_to_end(self) -> None:
        for end in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(end), watching("--watch=1", self.config()) as program:
                assert program.stdout
                pages = 0
                text = ""
                while pages < 2 and (line := program.stdout.readline()):
                    pages += line.startswith("release demo in namespace ns: ")
                    text += line
                self.assertEqual(pages, 2)
                self.assertIn("\n\nrelease demo in namespace ns: ", text)
                self.assertNotIn("\x1b", text)
                program.send_signal(end)
                self.assertEqual(program.wait(30), OK)

    def test_ends_when_nobody_reads_it(self) -> None:
        with watching("--watch", "1", self.config()) as program:
            assert program.stdout
            self.assertIn("release demo in namespace ns", program.stdout.readline())
            program.stdout.close()
            self.assertEqual(program.wait(30), OK)


if __name__ == "__main__":
    test_cli.PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
