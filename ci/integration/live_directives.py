"""charts/bowline/files/live-directives.*: which directives a running engine changes, and their defaults.

Asked of the engines of the matrix themselves: an engine without a file is started, and each directive that CONFIG GET
tells is set to the value that it has. Left out, so that a change restarts the servers:

- what one of the engine's versions refuses to change;
- what has not the same default in all of them: nobody could say what a directive that is removed gets back;
- what bowline writes or sets itself, or depends on the machine (OURS), and the file's own passwords and certificates.

`python -m integration.live_directives` writes the files anew.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integration.engines import ENGINES, Engine

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "charts/bowline/files"
OWNED = ROOT / "tools/src/plan/common/engine_conf.cc"
STARTS = 5.0
"""Seconds."""
OURS = {
    # The volume's rules and the start guard go by it.
    "appendonly",
    # The machine's limit of open files decides how many there can be; at a start the engine takes fewer then.
    "maxclients",
    # A handover takes it back while it runs.
    "min-replicas-to-write",
    "min-slaves-to-write",
    # A replica that has missed writes is held back by these.
    "cluster-replica-no-failover",
    "cluster-slave-no-failover",
    "replica-priority",
    "slave-priority",
}
LEFT_OUT = re.compile(r"^tls-|^(cluster|replica|slave)-announce")


def owned() -> set[str]:
    """By the program's own list."""
    text = OWNED.read_text()
    start = text.index("kOwned{")
    return set(re.findall(r'"([a-z-]+)"', text[start : text.index("};", start)]))


def ask(engine: Engine, socket: Path, *words: str) -> str:
    command = [*engine.program("cli"), "-s", str(socket), "--no-auth-warning", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout


def everything(engine: Engine, socket: Path) -> dict[str, str]:
    lines = ask(engine, socket, "--no-raw", "CONFIG", "GET", "*").splitlines()
    words = [match[1] for line in lines if (match := re.search(r'\d+\) "(.*)"$', line))]
    return dict(zip(words[::2], words[1::2], strict=True))


@contextmanager
def started(engine: Engine) -> Iterator[Path]:
    """Its socket."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "engine.sock"
        settings = ["--port", "0", "--unixsocket", str(socket), "--dir", folder, "--logfile", str(Path(folder) / "log")]
        with subprocess.Popen([*engine.program("server"), *settings]) as server:
            try:
                end = time.monotonic() + STARTS
                while not socket.exists():
                    assert time.monotonic() < end and server.poll() is None, engine.label
                    time.sleep(0.02)
                yield socket
            finally:
                server.kill()


def measured(engine: Engine) -> dict[str, str | None]:
    """Each directive of the engine with its default, as a file has it; None: a running engine does not change it."""
    with started(engine) as socket:
        return dict(found(engine, socket))


def found(engine: Engine, socket: Path) -> list[tuple[str, str | None]]:
    result: list[tuple[str, str | None]] = []
    for name, value in everything(engine, socket).items():
        plain = value.encode().decode("unicode_escape")
        answer = ask(engine, socket, "CONFIG", "SET", name, plain).strip()
        result.append((name, value if answer == "OK" else None))
    return result


def listed(name: str) -> str:
    """The file of one engine's kind."""
    versions = [measured(engine) for engine in ENGINES if engine.name == name]
    left_out = owned() | OURS
    lines = []
    for directive in sorted(set().union(*versions)):
        defaults = {version[directive] for version in versions if directive in version}
        if directive in left_out or LEFT_OUT.search(directive) or len(defaults) != 1:
            continue
        [default] = defaults
        if default is not None:
            lines.append(f'{directive} "{default}"\n')
    return "".join(lines)


def main() -> None:
    FILES.mkdir(exist_ok=True)
    for name in sorted({engine.name for engine in ENGINES}):
        (FILES / f"live-directives.{name}").write_text(listed(name))


if __name__ == "__main__":
    main()
