"""The chart inside others: as two aliases, beside charts of other people, and below what `helm create` makes.

Helm has one set of helpers for a chart with all its subcharts, and one set of object names for a release."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import invariants
import render
from render import Object

PEER = render.ROOT / "ci/chart/fixtures/peer"
# Of bitnami/redis, redis-cluster, valkey and common; DandyDeveloper/redis-ha; CloudPirates and HelmForge redis and valkey.
PEER_HELPERS = [
    *(f"{chart}.{helper}" for chart in ("redis", "valkey", "redis-cluster", "redis-ha", "valkey-cluster", "cloudpirates")
      for helper in (
          "name", "fullname", "chart", "labels", "selectorLabels", "serviceAccountName", "secretName", "imagePullSecrets",
          "image", "configmapName", "password", "secretPasswordKey", "validate", "validateValues", "podLabels", "annotations",
          "namespace", "statefulSet", "config", "volumes", "metadata", "probe", "podAntiAffinity", "warnings", "roleLabel",
      )),
    *(f"common.{helper}" for helper in (
        "names.name", "names.fullname", "names.namespace", "labels.standard", "labels.matchLabels", "images.image",
        "images.pullSecrets", "storage.class", "tplvalues.render", "capabilities.statefulset.apiVersion",
        "secrets.passwords.manage", "affinities.pods",
    )),
    "labels.standard", "config-redis.conf", "config-sentinel.conf", "lib.sh",
]  # fmt: skip
DEPENDENCY = "\ndependencies:\n"


def helm(chart: Path, *arguments: str, version: str = "helm") -> list[Object]:
    result = render.template(version, *arguments, chart=chart)
    if result.returncode != 0:
        raise ValueError(result.stderr.strip())
    return render.objects(result.stdout)


def image(*names: str) -> list[str]:
    """The values that every subchart of ours needs."""
    return [word if word == "--set" else f"{name}.{word}" for name in names for word in render.TOOLKIT]


def umbrella(folder: Path, dependencies: str) -> Path:
    """A chart of nothing but subcharts; ours is one of them."""
    chart = folder / "shop"
    shutil.copytree(render.CHART, chart / "charts/bowline")
    text = f"apiVersion: v2\nname: shop\nversion: 0.0.0{DEPENDENCY}{dependencies}"
    (chart / "Chart.yaml").write_text(text)
    return chart


def ours(alias: str = "") -> str:
    version = next(
        line for line in (render.CHART / "Chart.yaml").read_text().splitlines() if line.startswith("version:")
    )
    return f"  - {{name: bowline, {version}{f', alias: {alias}' if alias else ''}}}\n"


def every_rule(things: list[Object]) -> Iterator[str]:
    """All that holds for each object; rules about a whole installation know one alone."""
    for rule in (invariants.names_and_labels, invariants.one_budget, invariants.selectors, invariants.references):
        yield from rule(things)


def aliases(version: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        chart = umbrella(Path(folder), ours("orders") + ours("queue"))
        things = helm(chart, *image("orders", "queue"), version=version)
    counts = {name: sum(name in render.key(thing) for thing in things) for name in ("cache-orders", "cache-queue")}
    problems = list(every_rule(things))
    if len(set(counts.values())) != 1 or sum(counts.values()) == 0:
        problems.append(f"objects by alias: {counts}")
    return "\n".join(problems)


def beside(name: str, version: str) -> str:
    """A chart called `name`, before or after ours in Helm's order, gets its own helpers, and ours its own."""
    with tempfile.TemporaryDirectory() as folder:
        chart = umbrella(Path(folder), ours() + f"  - {{name: {name}, version: 0.0.0}}\n")
        peer = chart / "charts" / name
        shutil.copytree(PEER, peer)
        (peer / "Chart.yaml").write_text((PEER / "Chart.yaml").read_text().replace("name: peer", f"name: {name}"))
        (peer / "templates").mkdir(exist_ok=True)
        helpers = "".join(f'{{{{ define "{helper}" }}}}theirs{{{{ end }}}}\n' for helper in PEER_HELPERS)
        (peer / "templates/_helpers.tpl").write_text(helpers)
        data = "".join(f'  {helper}: {{{{ include "{helper}" . | quote }}}}\n' for helper in PEER_HELPERS)
        metadata = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata:\n"
        (peer / "templates/configmap.yaml").write_text(metadata + data)
        things = helm(chart, *image("bowline"), version=version)
    theirs = [thing for thing in things if thing["metadata"]["name"] == "theirs"]
    if len(theirs) != 1 or set(theirs[0]["data"].values()) != {"theirs"}:
        return "theirs has other helpers than its own"
    return difference([thing for thing in things if thing not in theirs])


def wrapped(name: str, version: str) -> str:
    """Below a chart made by `helm create`."""
    with tempfile.TemporaryDirectory() as folder:
        made = render.run(render.tool(version), "create", f"{folder}/{name}")
        if made.returncode != 0:
            return made.stderr
        chart = Path(folder, name)
        shutil.copytree(render.CHART, chart / "charts/bowline")
        with (chart / "Chart.yaml").open("a") as file:
            file.write(DEPENDENCY + ours("store"))
        things = helm(chart, *image("store"), version=version)
    theirs = [f"cache-{name}"]
    inner = [thing for thing in things if thing["metadata"]["name"] not in (*theirs, f"cache-{name}-test-connection")]
    return "\n".join(invariants.names_and_labels(inner)) or difference(inner, "--set", "nameOverride=store")


def difference(things: list[Object], *arguments: str) -> str:
    """Ours inside another chart, but for the chart's name in a label and what the gate is told, is ours alone."""
    alone = helm(render.CHART, *arguments)
    for thing in [*alone, *things]:
        thing["metadata"].get("labels", {}).pop("helm.sh/chart", None)
    for thing in alone:
        if gate := thing.get("stringData", {}).get("gate.json"):
            thing["stringData"]["gate.json"] = gate.replace('"alone": true', '"alone": false')
    one, other = sorted(map(str, alone)), sorted(map(str, things))
    return "" if one == other else "\n".join(["it renders otherwise than alone:", *sorted(set(one) ^ set(other))[:2]])


def checks(helms: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    for version in helms:
        yield f"two aliases in one chart by {version}", partial(aliases, version)
        for name in ("apeer", "zpeer"):
            yield f"beside {name} with the helpers of peers by {version}", partial(beside, name, version)
        for name in ("redis", "bowline", "zstore"):
            yield f"below `helm create {name}` by {version}", partial(wrapped, name, version)
