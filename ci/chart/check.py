"""All checks of the chart that need no build, and those that use the program or a cluster when they are there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import alerts
import bad_input
import dashboard
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


def of_the_renders() -> Iterator[Check]:
    """They need no cluster."""
    yield from source.checks()
    for profile in render.profiles():
        yield f"{profile.name}: as in ci/golden", partial(golden.difference, profile)
        for helm in HELMS:
            yield f"{profile.name}: {helm} lint", partial(lint, profile, helm)
        yield f"{profile.name}: the same by Helm 3", partial(same_by_helm3, profile)
        for which in invariants.rules(profile.name):
            yield f"{profile.name}: invariant {which.__name__}", partial(rule, profile, which)
    yield from bad_input.checks(HELMS)
    yield from odd_input.checks(HELMS)
    yield from umbrella.checks(HELMS)
    yield from readme.checks(HELMS)
    yield from program.checks()
    yield from alerts.checks()
    yield from dashboard.checks()


def of_the_server() -> Iterator[Check]:
    yield from lifecycle.checks(HELMS)
    yield from server.checks()


def outcome(check: Callable[[], str]) -> str:
    """What is wrong; "" when nothing is."""
    try:
        return check().strip()
    except (ValueError, KeyError, TypeError, OSError, render.ToolMissing) as error:
        return f"{type(error).__name__}: {error}"


def failures(checks: list[Check], verbose: bool) -> int:
    """Runs as many at a time as there are processors, for nearly all of the time is Helm's or kubectl's; prints in order."""
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), problem in zip(checks, pool.map(outcome, [check for _, check in checks]), strict=True):
            if problem:
                failed += 1
                print(f"FAILED {name}\n  " + problem.replace("\n", "\n  "), flush=True)
            elif verbose:
                print(f"passed {name}", flush=True)
    return failed


def main() -> int:
    arguments = sys.argv[1:]
    verbose = arguments[:1] == ["-v"]
    which = arguments[1:] if verbose else arguments
    if which not in ([], ["renders"], ["server"]):
        print("usage: check [-v] [renders|server]", file=sys.stderr)
        return 64
    count = failed = 0
    if which != ["server"]:
        checks = list(of_the_renders())
        count, failed = len(checks), failures(checks, verbose)
    if which != ["renders"]:
        if server.available():
            checks = list(of_the_server())
            with server.namespace():
                count, failed = count + len(checks), failed + failures(checks, verbose)
        else:
            print("not run: the API server's view (the local Kubernetes is not up; ci/up starts it)")
            failed += 1 if which == ["server"] else 0
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
