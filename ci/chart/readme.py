"""What the two READMEs tell users to type is true: install lines render, and what is to be deleted is ours."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import render
from render import Object

OURS = render.CHART / "README.md"
FILES = (OURS, render.ROOT / "README.md")
RELEASE = "bowline"
# helm renders only, and nothing else is done. Each line must succeed.
STAND_INS = """
set -eu
helm() { case $1 in install) shift; "$HELM" template "$@" >/dev/null; echo rendered ;; esac; }
docker() { :; }
git() { echo 1a2b3c4; }
"""
# Of a chart beside ours in the same release.
FOREIGN = {"app.kubernetes.io/instance": RELEASE, "app.kubernetes.io/name": "redis", "app.kubernetes.io/component": "node"}


def blocks(text: str) -> list[str]:
    """Code without a language."""
    return re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def links() -> str:
    """The chart's is shown by registries and by `helm show readme`, where no other file of the repository is."""
    found = re.findall(r"\]\((?!https?:|#)([^)]+)\)", OURS.read_text())
    return "\n".join(f"README.md: the link {link} is dead outside the repository" for link in found)


def examples() -> str:
    """Values that the chart's shows are values."""
    found = [block for block in blocks(OURS.read_text()) if re.match("[A-Za-z]+:", block)]
    problems = [render.template("helm", *render.OPERATOR, "--values", "-", stdin=block).stderr for block in found]
    return "\n".join(problems).strip() if found else "no example found"


def install_lines(file: Path, helm: str) -> str:
    """As they stand, in the folder of the repository."""
    found = [block for block in blocks(file.read_text()) if "helm install" in block]
    lines = sum(block.count("helm install") for block in found)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("charts", "values", "tools"):
            Path(folder, name).symlink_to(render.ROOT / name)
        script = f"HELM={render.tool(helm)}\ncd {folder}\n{STAND_INS}" + "".join(found)
        result = render.run("bash", "-c", script)
    if result.returncode != 0 or result.stdout.count("rendered") != lines or lines == 0:
        return f"{file.name}: {result.stdout.count('rendered')} of {lines} install lines render\n{result.stderr}"
    return ""


def claims(things: list[Object]) -> list[dict[str, str]]:
    """Labels of all claims that the objects lead to."""
    found = [
        claim["metadata"]["labels"]
        for thing in render.by_kind(things, "StatefulSet")
        for claim in thing["spec"].get("volumeClaimTemplates", [])
    ]
    return found + [thing["metadata"]["labels"] for thing in render.by_kind(things, "PersistentVolumeClaim")]


def deletion() -> str:
    """The selector of the README finds all claims of the release, and none of another chart in it."""
    text = OURS.read_text()
    selectors = re.findall(r"kubectl delete pvc --selector (\S+)", text)
    named = re.findall(r"kubectl delete configmap/(\S+) secret/(\S+)", text)
    if len(selectors) != 1 or len(named) != 1:
        return "the commands were not found"
    wanted = dict(pair.split("=", 1) for pair in selectors[0].split(","))
    problems = ["it finds those of another chart"] if wanted.items() <= FOREIGN.items() else []
    for mode in ("sentinel", "cluster", "standalone"):
        member = "shard-0-0" if mode == "cluster" else "server-0"
        arguments = ("--set", f"mode={mode},persistence.members.{member}.volumeName=one")
        command = ("template", RELEASE, str(render.CHART), *render.TOOLKIT, *arguments)
        things = render.objects(render.run(render.tool("helm"), *command).stdout)
        missed = [labels for labels in claims(things) if not wanted.items() <= labels.items()]
        problems += [f"mode {mode}: it misses {labels}" for labels in missed]
        if not claims(things) or f"ConfigMap/{named[0][0]}" not in map(render.key, things):
            problems.append(f"mode {mode}: no claim, or no {named[0][0]}")
        if not any(f'"secret": "{named[0][1]}"' in str(thing.get("stringData")) for thing in things):
            problems.append(f"mode {mode}: no Secret {named[0][1]}")
    return "\n".join(problems)


def checks(helms: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "links of the README", links
    yield "examples of the README", examples
    yield "what the README deletes is ours", deletion
    for helm in helms:
        for file in FILES:
            yield f"install lines of {file.relative_to(render.ROOT)} by {helm}", partial(install_lines, file, helm)
