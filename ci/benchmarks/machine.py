"""What was measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from e2e.shell import ROOT


def describe() -> dict[str, str]:
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.M)
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return {
        "processor": f"{cpu.group(1).strip() if cpu else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory.group(1)) / 2**20:.0f} GiB" if memory else "unknown",
        "kernel": platform.release(),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "commit": commit.stdout.strip(),
    }
