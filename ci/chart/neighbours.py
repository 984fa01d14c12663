"""The chart among others: below a parent, twice below one, beside charts whose helpers have other charts' usual names, and
with names that YAML takes for numbers or switches."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import render
import yaml

HELPERS = ("name", "fullname", "chart", "labels", "selectorLabels", "secretName", "serviceAccountName", "imagePullSecrets")
PEERS = ("redis", "redis-ha", "redis-cluster", "valkey", "common", "common.names")
"""Prefixes of helpers in the charts of Bitnami, DandyDeveloper, CloudPirates, HelmForge, and in what `helm create` makes."""
FOREIGN = "{{- define %s -}}foreign{{- end -}}\n"


def write_chart(folder: Path, name: str, dependencies: list[dict[str, Any]], templates: dict[str, str]) -> Path:
    chart = folder / name
    (chart / "templates").mkdir(parents=True)
    (chart / "charts").mkdir()
    meta = {"apiVersion": "v2", "name": name, "version": "1.0.0", "dependencies": dependencies}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(meta))
    for file, text in templates.items():
        (chart / "templates" / file).write_text(text)
    return chart


def below(chart: Path) -> None:
    """Ours as a dependency of that chart."""
    (chart / "charts" / "bowline").symlink_to(render.CHART)


def dependency(**more: str) -> dict[str, Any]:
    return {"name": "bowline", "version": ">=0.0.0-0", **more}


def image(name: str) -> list[str]:
    return ["--set", f"{name}.toolkit.image.repository=bowline/bowline"]


def twice(folder: Path) -> str:
    """Two aliases have no object in common."""
    chart = write_chart(folder, "shop", [dependency(alias="cache"), dependency(alias="queue")], {})
    below(chart)
    result = render.template("helm", *image("cache"), *image("queue"), "--set", "queue.mode=cluster", chart=chart)
    if result.returncode != 0:
        return result.stderr
    names = Counter(map(render.key, render.objects(result.stdout)))
    return "\n".join(f"{name}: {count} times" for name, count in names.items() if count > 1)


def beside_peers(folder: Path) -> str:
    """Nobody's helper is ours, and ours is nobody's: whichever is read last."""
    helpers = [f'"{prefix}.{helper}"' for prefix in PEERS for helper in HELPERS]
    text = "".join(FOREIGN % name for name in helpers)
    uses = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata:\n'
    uses += "".join(f"  k{number}: {{{{ include {name} . }}}}\n" for number, name in enumerate(helpers))
    problems = []
    for name in ("aaa-peer", "zzz-peer"):
        chart = write_chart(folder / name, "shop", [dependency(), {"name": name, "version": "1.0.0"}], {})
        below(chart)
        write_chart(chart / "charts", name, [], {"_helpers.tpl": text, "theirs.yaml": uses})
        result = render.template("helm", *image("bowline"), chart=chart)
        if result.returncode != 0:
            problems.append(result.stderr)
            continue
        if 'name: "foreign' in result.stdout or ": foreign-" in result.stdout:
            problems.append(f"{name}: our objects use its helpers")
        theirs = [one for one in render.objects(result.stdout) if render.key(one) == "ConfigMap/theirs"]
        if set(theirs[0]["data"].values()) != {"foreign"}:
            problems.append(f"{name}: its objects use our helpers")
    return "\n".join(problems)


def below_a_wrapper(folder: Path) -> str:
    """A parent as `helm create redis` makes it."""
    made = render.run(render.tool("helm"), "create", str(folder / "redis"))
    if made.returncode != 0:
        return made.stderr
    meta = yaml.safe_load((folder / "redis" / "Chart.yaml").read_text())
    (folder / "redis" / "Chart.yaml").write_text(yaml.safe_dump({**meta, "dependencies": [dependency()]}))
    below(folder / "redis")
    result = render.template("helm", *image("bowline"), chart=folder / "redis")
    if result.returncode != 0:
        return result.stderr
    names = Counter(map(render.key, render.objects(result.stdout)))
    return "\n".join(f"{name}: {count} times" for name, count in names.items() if count > 1)


def texts(thing: Any, path: str = "") -> Iterator[str]:
    """What must be text and is not: names, namespaces, labels, annotations, arguments."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            where = f"{path}.{key}"
            named = key in ("name", "namespace", "serviceName", "serviceAccountName", "secretName", "storageClassName")
            if named and not isinstance(value, (str, dict)):
                yield f"{where} is {value!r}"
            if key in ("labels", "annotations", "matchLabels", "selector", "nodeSelector") and isinstance(value, dict):
                odd = {k: v for k, v in value.items() if not isinstance(v, (str, dict, list))}
                yield from (f"{where}.{k} is {v!r}" for k, v in odd.items())
            if key in ("resourceNames", "args", "command") and not all(isinstance(one, str) for one in value):
                yield f"{where} is {value!r}"
            yield from texts(value, where)
    if isinstance(thing, list):
        for number, value in enumerate(thing):
            yield from texts(value, f"{path}[{number}]")


ODD: dict[str, tuple[str, ...]] = {
    "a namespace of digits": ("--namespace", "10042"),
    "a fullname that is a switch": ("--set-string", "fullnameOverride=on"),
    "a fullname that is nothing": ("--set-string", "fullnameOverride=null"),
    "an account of digits": ("--set-string", "serviceAccount.name=12345", "--set", "serviceAccount.create=false"),
    "a Secret of digits": ("--set-string", "auth.existingSecret=12345"),
    "numbers as annotations": ("--set", "podAnnotations.a=1,commonAnnotations.b=true,commonLabels.c=2,podLabels.d=3"),
}


def odd_names(arguments: tuple[str, ...], mode: str) -> str:
    result = render.template("helm", *arguments, "--set", f"mode={mode}")
    if result.returncode != 0:
        return result.stderr
    return "\n".join(line for thing in render.objects(result.stdout) for line in texts(thing, render.key(thing)))


def in_folder(which: Callable[[Path], str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return which(Path(folder))


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "two aliases below one parent", partial(in_folder, twice)
    yield "beside the peers' helpers", partial(in_folder, beside_peers)
    yield "below a chart that helm create has made", partial(in_folder, below_a_wrapper)
    for name, arguments in ODD.items():
        for mode in ("sentinel", "cluster"):
            yield f"{name}, mode {mode}", partial(odd_names, arguments, mode)
