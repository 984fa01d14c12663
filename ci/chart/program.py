"""What the program says about the renders, when $BOWLINE_BIN names it: it takes every command line that calls it, and
it reads every bowline.json."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import invariants
import render
from render import Profile

PATHS = {"/bowline", "/opt/bowline/bowline"}


def command_lines(container: dict[str, Any]) -> Iterator[list[str]]:
    """Arguments of each call of the program, without the program's name."""
    command, arguments = container.get("command", []), container.get("args", [])
    if command and command[0] in PATHS:
        yield [*command[1:], *arguments]
    elif not command and "bowline" in container["image"]:
        yield list(arguments)
    hook = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
    if hook and hook[0] in PATHS:
        yield hook[1:]


def calls(profile: Profile) -> list[list[str]]:
    things = render.objects(render.render(profile))
    found: list[list[str]] = []
    for _, container in invariants.containers(things):
        found.extend(line for line in command_lines(container) if line not in found)
    return found


def arguments(binary: str, profile: Profile) -> str:
    lines = calls(profile)
    problems = [] if lines else ["no call of bowline found"]
    for line in lines:
        result = render.run(binary, "--parse-only", *line)
        if result.returncode != 0:
            problems.append(f"bowline {' '.join(line)}: exit {result.returncode}: {result.stderr.strip()}")
    return "\n".join(problems)


def configuration(binary: str, profile: Profile) -> str:
    configs = [
        t
        for t in render.objects(render.render(profile))
        if t["kind"] == "ConfigMap" and "bowline.json" in t.get("data", {})
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in configs[0]["data"].items():
            Path(folder, name).write_text(text)
        flags = {"config": "bowline.json", "engine-directives": "engine.conf", "sentinel-directives": "sentinel.conf"}
        files = [word for flag, name in flags.items() for word in (f"--{flag}", str(Path(folder, name)))]
        result = render.run(binary, "config", "check", *files)
    return "" if result.returncode == 0 else f"exit {result.returncode}: {result.stdout}{result.stderr}"


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    binary = os.environ.get("BOWLINE_BIN", "")
    if not binary:
        print("not run: the program's view of arguments and configuration (set BOWLINE_BIN to the program)")
        return
    for profile in render.profiles():
        yield f"{profile.name}: command lines", partial(arguments, binary, profile)
        yield f"{profile.name}: configuration", partial(configuration, binary, profile)
