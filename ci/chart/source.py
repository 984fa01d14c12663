"""Checks of the chart's own files: generated ones, unused values, what templates must not do, the unit tests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import peer_values
import render
import truths
import values_model

# Functions that make a render depend on anything but the values.
IMPURE = (
    "lookup rand[A-Za-z]* shuffle now date[A-Za-z]* ago unixEpoch uuidv4 gen[A-Z][A-Za-z]* bcrypt htpasswd"
    " getHostByName env expandenv"
)
# Values that no template needs to read.
UNUSED = {"enabled"}
MAX_TEMPLATE_LINES = 120


def templates() -> dict[str, str]:
    files = [path for path in sorted((render.CHART / "templates").rglob("*")) if path.is_file()]
    return {str(path.relative_to(render.CHART)): path.read_text() for path in files}


def generated() -> str:
    command = [sys.executable, str(Path(__file__).with_name("generate.py")), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def pure() -> str:
    words = re.compile(r"(?<![.\w\"$-])(" + "|".join(IMPURE.split()) + r")(?![\w\".:=-])")
    problems = []
    for name, text in templates().items():
        for action in re.findall(r"\{\{-?(?!-?\s*/\*)(.*?)\}\}", text, re.DOTALL):
            for word in words.findall(re.sub(r'"[^"]*"', '""', action)):
                problems.append(f"{name}: {word}")
        if re.search(r"\{\{[^}]*\bset\s+(\$?\.|\$\s)", text):
            problems.append(f"{name}: changes the root scope")
    return "\n".join(problems)


def small() -> str:
    sizes = {name: text.count("\n") for name, text in templates().items()}
    return "\n".join(f"{name}: {size} lines" for name, size in sizes.items() if size > MAX_TEMPLATE_LINES)


def helpers() -> str:
    """Every helper is used, and every used one exists."""
    text = "\n".join(templates().values())
    defined = set(re.findall(r'define "([^"]+)"', text))
    used = set(re.findall(r'include "([^"]+)"', text))
    groups = re.search(r'range list ("topology".*?) -\}\}', text)
    used |= {f"bowline.validate.{name}" for name in re.findall(r'"(\w+)"', groups[1])} if groups else set()
    problems = [f"{name}: defined and never used" for name in sorted(defined - used)]
    # Helm has one set of helpers for a chart with all its subcharts.
    taken = {f"bowline.{name}" for name in "name fullname chart labels selectorLabels serviceAccountName".split()}
    problems += [
        f"{name}: begins otherwise than bowline." for name in sorted(defined) if not name.startswith("bowline.")
    ]
    problems += [f"{name}: `helm create bowline` makes one, too" for name in sorted(defined & taken)]
    return "\n".join(problems + [f"{name}: used and not defined" for name in sorted(used - defined)])


def values_used() -> str:
    """Every value is read by some template, itself or as part of a structure that is handed over."""
    text = "\n".join(templates().values())
    problems = []
    for value in values_model.leaves(values_model.load(render.CHART / "values.yaml")):
        parts = value.path.split(".")
        words = [rf"\b{re.escape(part)}\b" for part in parts]
        if value.path in UNUSED:
            continue
        if not all(re.search(word, text) for word in (words if parts[0] != "probes" else words[:2])):
            problems.append(f"{value.path}: no template reads it")
    return "\n".join(problems)


def tested() -> str:
    """No object without a test."""
    text = "\n".join(path.read_text() for path in (render.CHART / "tests").glob("*_test.yaml"))
    names = [name.removeprefix("templates/") for name in templates() if name.endswith(".yaml")]
    return "\n".join(f"{name}: no unit test" for name in names if name not in text)


def owned_directives() -> str:
    """What the program refuses in engine.conf, the chart refuses before."""
    program = (render.ROOT / "tools/src/plan/common/engine_conf.cc").read_text()
    lists = re.findall(r"kOwned(?:Prefixes)?\{(.*?)\};", program, re.DOTALL)
    names = {name for names in lists for name in re.findall(r'"([a-z-]+)"', names)}
    if len(names) < 20:
        return "the list was not found in the program"
    chart = (render.CHART / "templates/_validate-config.tpl").read_text()
    text = re.search(r'define "bowline.ownedDirectives" -\}\}(.*?)\{\{- end', chart, re.DOTALL)
    known = set(re.findall(r"[a-z-]+", re.sub(r"#.*", "", text[1]))) if text else set()
    return "\n".join(f"{name}: the chart takes it" for name in sorted(names - known))


def unit_tests() -> str:
    with tempfile.TemporaryDirectory() as folder:
        # Of a copy: every run makes a folder beside the tests, and checks that run meanwhile read the chart.
        chart = shutil.copytree(render.CHART, Path(folder, render.CHART.name))
        result = render.run(render.tool("helm-unittest"), "--color=false", str(chart))
    return "" if result.returncode == 0 else result.stdout + result.stderr


def packaged(helm: str) -> str:
    """The package renders as the folder does, so nothing that is needed is in .helmignore."""
    with tempfile.TemporaryDirectory() as folder:
        made = render.run(render.tool(helm), "package", str(render.CHART), "--destination", folder)
        if made.returncode != 0:
            return made.stderr
        archive = next(Path(folder).glob("*.tgz"))
        result = render.template(helm, chart=archive)
    folder_render = render.template(helm)
    return "" if (result.returncode, result.stdout) == (0, folder_render.stdout) else result.stderr or "another render"


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "schema and reference are up to date", generated
    yield "what changes do, written by hand", truths.check
    yield "values of other charts", peer_values.check
    yield "templates are pure", pure
    yield "templates are small", small
    yield "helpers", helpers
    yield "values are used", values_used
    yield "objects have tests", tested
    yield "directives that the program owns", owned_directives
    yield "unit tests", unit_tests
    for helm in ("helm", "helm3"):
        yield f"package by {helm}", partial(packaged, helm)
