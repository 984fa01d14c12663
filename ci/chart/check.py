"""All checks of the chart that need no build, and those that use the program or a cluster when they are there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

import bad_input
import golden
import invariants
import lifecycle
import odd_input
import program
import readme
import render
import server
import source
import umbrella
from render import Profile

HELMS = ("helm", "helm3")
Check = tuple[str, Callable[[], str]]


def lint(profile: Profile, helm: str) -> str:
    result = render.run(render.tool(helm), "lint", "--strict", *render.TOOLKIT, *profile.arguments, str(render.CHART))
    return "" if result.returncode == 0 else result.stdout + result.stderr


def same_by_helm3(profile: Profile) -> str:
    four, three = (sorted(map(str, render.objects(render.render(profile, helm)))) for helm in HELMS)
    return "" if four == three else f"{len(set(four) ^ set(three))} objects differ between Helm 4 and Helm 3"


def rule(profile: Profile, which: invariants.Rule) -> str:
    return "\n".join(which(render.objects(render.render(profile))))


def checks() -> Iterator[Check]:
    yield from source.checks()
    for profile in render.profiles():
        for helm in HELMS:
            yield f"{profile.name}: {helm} lint", partial(lint, profile, helm)
        yield f"{profile.name}: as in ci/golden", partial(golden.difference, profile)
        yield f"{profile.name}: the same by Helm 3", partial(same_by_helm3, profile)
        for which in invariants.rules(profile.name):
            yield f"{profile.name}: invariant {which.__name__}", partial(rule, profile, which)
    yield from bad_input.checks(HELMS)
    yield from odd_input.checks(HELMS)
    yield from umbrella.checks(HELMS)
    yield from readme.checks(HELMS)
    yield from program.checks()
    yield from server.checks()
    yield from lifecycle.checks(HELMS)


def main() -> int:
    verbose = sys.argv[1:] == ["-v"]
    if sys.argv[1:] and not verbose:
        print("usage: check [-v]", file=sys.stderr)
        return 64
    passed = failed = 0
    for name, check in checks():
        try:
            problem = check().strip()
        except (ValueError, KeyError, TypeError, OSError, render.ToolMissing) as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            failed += 1
            print(f"FAILED {name}\n  " + problem.replace("\n", "\n  "))
        else:
            passed += 1
            if verbose:
                print(f"passed {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
