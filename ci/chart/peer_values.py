"""Values of other people's charts: each is a value of ours, or told in the templates by another name, or left out on purpose.

The list is fixtures/peer-values.txt: `[chart] NAME COMMIT` and `[on purpose] REASON` begin lists of paths."""

from __future__ import annotations

from collections.abc import Iterator

import generate
import render
import values_model

LIST = render.ROOT / "ci/chart/fixtures/peer-values.txt"
CHARTS = 5


def lists() -> dict[str, set[str]]:
    """By the line that begins each."""
    found: dict[str, set[str]] = {}
    head = ""
    for line in LIST.read_text().splitlines():
        if line.startswith("["):
            head = line
            found[head] = set()
        elif line and not line.startswith("#"):
            found[head].update(line.split())
    return found


def structures(values: list[values_model.Value]) -> set[str]:
    below = [structures(value.children) for value in values if value.is_structure]
    return {value.path for value in values if value.is_structure}.union(*below)


def told() -> set[str]:
    return {f"{above}.{name}".lstrip(".") for above, names in generate.peer_values().items() for name in names}


def with_those_above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]


def check() -> str:
    values = values_model.load(generate.VALUES)
    exact = structures(values)
    # What is below a map whose keys are the user's, or below what is told as a whole, is known with it.
    whole = {value.path for value in values_model.leaves(values)} | told()
    found = lists()
    of_charts = [paths for head, paths in found.items() if head.startswith("[chart]")]
    left_out = {path for head, paths in found.items() if head.startswith("[on purpose]") for path in paths}
    unknown = {path for path in set().union(*of_charts) - exact if not whole.intersection(with_those_above(path))}
    problems = [] if len(of_charts) == CHARTS else [f"{len(of_charts)} charts, not {CHARTS}"]
    problems += [f"{path}: on no list" for path in sorted(unknown - left_out)]
    problems += [f"{path}: left out on purpose, but known here, or of no chart" for path in sorted(left_out - unknown)]
    return "\n".join(problems)
