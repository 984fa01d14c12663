"""A recorder in another language (ci/clients), run as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from recorder.recorder import NotServingError
from recorder.recording import Recording
from recorder.settings import Settings

STOP_TIMEOUT = 30.0


class ProgramRecorder:
    """Writes from start() to stop() with another client library. `command` takes the flags of ci/clients/README.md.

    The recording, what the program says and its errors are kept as file, file.out and file.err.
    """

    def __init__(self, command: Sequence[str], settings: Settings, file: Path) -> None:
        self.command = command
        self.settings = settings
        self.file = file
        self.said = file.with_suffix(".out")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> ProgramRecorder:
        s = self.settings
        flags = {
            "mode": s.mode.value,
            "seeds": ",".join(str(seed) for seed in s.seeds),
            "master-name": s.master_name,
            "workers": str(s.workers),
            "interval": str(s.interval),
            "file": str(self.file),
        }
        secrets = {"RECORDER_PASSWORD": s.password, "RECORDER_SENTINEL_PASSWORD": s.sentinel_password}
        environment = {name: value for name, value in {**os.environ, **secrets}.items() if value is not None}
        arguments = [word for flag, value in flags.items() for word in (f"--{flag}", value)]
        with self.said.open("wb") as out, self.file.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen([*self.command, *arguments], stdout=out, stderr=err, env=environment)
        return self

    def wait_serving(self, timeout: float) -> None:
        """Until every worker has its first acknowledgement; raises NotServingError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while "serving" not in self.said.read_text():
            if time.monotonic() > deadline:
                raise NotServingError(f"{self.command[0]} could not write within {timeout} s")
            time.sleep(0.05)

    def stop(self) -> Recording:
        """Raises CalledProcessError when the program fails, TimeoutExpired when it does not end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_TIMEOUT)
        finally:
            self.process.kill()
        if code != 0:
            raise subprocess.CalledProcessError(code, self.command)
        return Recording.load(self.file)
