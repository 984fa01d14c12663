"""Compares the renders of all profiles with ci/golden, or writes them there."""

from __future__ import annotations

import difflib
import sys
from typing import Any

import render
from render import Object, Profile

USAGE = "usage: golden [--update [--allow-immutable]]"


def difference(profile: Profile) -> str:
    """Empty when the render equals its golden file."""
    text = render.render(profile)
    golden = profile.golden.read_text() if profile.golden.exists() else ""
    if golden == text:
        return ""
    name = str(profile.golden.relative_to(render.ROOT))
    lines = difflib.unified_diff(golden.splitlines(), text.splitlines(), name, f"{name} (rendered)", lineterm="")
    return "\n".join(list(lines)[:60])


def immutable(things: list[Object]) -> dict[str, Any]:
    """What Kubernetes refuses to change once it is installed."""
    fixed: dict[str, Any] = {}
    for thing in render.by_kind(things, "StatefulSet"):
        spec = thing["spec"]
        for field in ("serviceName", "podManagementPolicy", "selector", "volumeClaimTemplates"):
            fixed[f"{render.key(thing)} {field}"] = spec.get(field)
    for thing in render.by_kind(things, "Service"):
        # From headless to not and back; other Services may change their type.
        fixed[f"{render.key(thing)} clusterIP"] = thing["spec"].get("clusterIP")
    for thing in render.by_kind(things, "PersistentVolumeClaim"):
        fixed[f"{render.key(thing)} source"] = [thing["spec"].get(field) for field in ("dataSource", "volumeName")]
    for thing in render.by_kind(things, "RoleBinding"):
        fixed[f"{render.key(thing)} roleRef"] = thing["roleRef"]
    return fixed


def immutable_changes(profile: Profile) -> list[str]:
    if not profile.golden.exists():
        return []
    old = immutable(render.objects(profile.golden.read_text()))
    new = immutable(render.objects(render.render(profile)))
    return [name for name in old if name in new and old[name] != new[name]]


def update(allow_immutable: bool) -> int:
    refused = 0
    for profile in render.profiles():
        if not difference(profile):
            continue
        changes = immutable_changes(profile)
        if changes and not allow_immutable:
            refused += 1
            print(
                f"{profile.name}: not written, an upgrade would be refused by Kubernetes because of:", file=sys.stderr
            )
            print("\n".join(f"  {change}" for change in changes), file=sys.stderr)
            continue
        profile.golden.parent.mkdir(parents=True, exist_ok=True)
        profile.golden.write_text(render.render(profile))
        print(f"wrote {profile.golden.relative_to(render.ROOT)}")
    if refused:
        print("If no release has them yet: golden --update --allow-immutable", file=sys.stderr)
    known = {profile.golden for profile in render.profiles()}
    for path in sorted(render.GOLDEN.glob("*.yaml")):
        if path not in known:
            path.unlink()
            print(f"removed {path.relative_to(render.ROOT)}, it has no profile")
    return 1 if refused else 0


def compare() -> int:
    differences = [text for text in map(difference, render.profiles()) if text]
    print("\n".join(differences) if differences else f"{len(render.profiles())} renders are as in ci/golden")
    return 1 if differences else 0


def main() -> int:
    arguments = set(sys.argv[1:])
    try:
        if not arguments:
            return compare()
        if "--update" in arguments and arguments <= {"--update", "--allow-immutable"}:
            return update("--allow-immutable" in arguments)
    except (ValueError, render.ToolMissing) as error:
        print(error, file=sys.stderr)
        return 1
    print(USAGE, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main())
