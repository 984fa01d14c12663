"""A real Prometheus and a real Alertmanager in the network of the local Kubernetes, and who is on call.

Prometheus has the scrape job of docs/operations/monitoring.md and the rules that the chart renders for the release.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from e2e.members import Members
from e2e.shell import CACHE, CHART, ROOT, run
from e2e.wait import wait_for

INTERVAL = "1s"
"""Between two scrapes, two evaluations of the rules, and two messages to who is on call."""
FEWEST = 5
"""Seconds, a few scrapes: no range of an expression is made shorter."""
PROMETHEUS = "127.0.0.1:19490"
ALERTMANAGER = "127.0.0.1:19493"
DOCUMENT = ROOT / "docs" / "operations" / "monitoring.md"
RUNBOOKS = ROOT / "docs" / "runbooks"
DASHBOARD = CHART / "files" / "dashboard.json"
OPERATOR = "monitoring.coreos.com/v1/PrometheusRule"
UNITS = {"s": 1, "m": 60, "h": 3600}

ALERTING = """
global: {{scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval}}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
rule_files: [rules.yaml]
"""
SHARED = 'mount --bind "$0" /usr/share && exec "$@"'
"""Debian's Alertmanager reads its templates in /usr/share: for it alone that is the one of its package."""


def seconds(duration: str) -> int:
    return int(duration[:-1]) * UNITS[duration[-1]]


def rendered(members: Members) -> str:
    """The spec of the PrometheusRule of the release: a file of rules."""
    release = members.release
    values = {**release.fixed(), **release.values}
    values["metrics"] = {**values.get("metrics", {}), "prometheusRule": {"enabled": True}}
    only = ("--show-only", "templates/shared/prometheusrule.yaml", "--api-versions", OPERATOR)
    command = (release.helm, "template", release.name, str(release.chart), "-n", release.namespace, *only, "-f", "-")
    spec = run(*command, stdin=json.dumps(values)).stdout.split("\nspec:\n", 1)[1]
    return "\n".join(line.removeprefix("  ") for line in spec.splitlines()) + "\n"


def shortened(rules: str, scale: int) -> str:
    """Their `for` divided by `scale`, and ranges, or an alert that looks back 15 minutes would not end in a test."""

    def delay(found: re.Match[str]) -> str:
        return f"{found[1]}{1000 * seconds(found[2]) // scale}ms"

    def span(found: re.Match[str]) -> str:
        return f"[{max(FEWEST, seconds(found[1]) // scale)}s]"

    return re.sub(r"\[(\d+[smh])\]", span, re.sub(r"(?m)(^ +for: )(\d+[smh])$", delay, rules))


def documented_job(namespace: str) -> str:
    """The scrape job of the document, word by word, but for where the API server is and what else runs here."""
    text = re.findall(r"```yaml\n(scrape_configs:\n.*?)```", DOCUMENT.read_text(), re.DOTALL)[0]
    here = f'{{role: pod, kubeconfig_file: "{os.environ["KUBECONFIG"]}", namespaces: {{names: [{namespace}]}}}}'
    assert text.count("{role: pod}") == 1, text
    return str(text).replace("{role: pod}", here)


@dataclass
class Call:
    """An alert as who is on call gets it. Times by time.monotonic()."""

    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    at: float
    ended: float | None = None

    def flaws(self, namespace: str, release: str) -> list[str]:
        """Why it could not be acted upon."""
        summary, page = self.annotations["summary"], self.annotations["runbook_url"].rsplit("/", 1)[1]
        texts = (summary, self.annotations["description"])
        right = {
            "texts": all(texts) and not any(mark in text for text in texts for mark in ("<", "{{", "%!")),
            "summary names no namespace": namespace in summary,
            "labels": (self.labels["namespace"], self.labels["bowline"]) == (namespace, release),
            "severity": self.labels["severity"] in ("critical", "warning", "info"),
            "no such runbook": page == f"{self.name}.md" and (RUNBOOKS / page).is_file(),
        }
        return [f"{what}: {self}" for what, holds in right.items() if not holds]


@dataclass
class OnCall:
    """The receiver of Alertmanager's messages."""

    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message: dict[str, Any]) -> None:
        now = time.monotonic()
        with self.lock:
            for alert in message["alerts"]:
                labels = alert["labels"]
                current = [call for call in self.calls if call.labels == labels and call.ended is None]
                if alert["status"] == "resolved":
                    for call in current:
                        call.ended = now
                elif not current:
                    self.calls.append(Call(labels["alertname"], labels, alert["annotations"], now))

    def since(self, moment: float) -> dict[str, float]:
        """The names of what began after the moment, and how many seconds after it."""
        first: dict[str, float] = {}
        with self.lock:
            for call in self.calls:
                if call.at >= moment:
                    first.setdefault(call.name, round(call.at - moment, 1))
        return first

    def current(self) -> set[str]:
        with self.lock:
            return {call.name for call in self.calls if call.ended is None}


@contextmanager
def webhook(on_call: OnCall) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            on_call.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def daemon(name: str, address: str, folder: Path, *flags: str) -> Iterator[None]:
    """A program of a Debian package that is not installed (ci/lib/tools.sh), once it is ready; with its log."""
    program = CACHE / "bin" / name
    own = ("unshare", "--mount", "--propagation", "private", "sh", "-c", SHARED, f"{program}.share")
    log = folder / f"{name}.log"

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        with urlopen(f"http://{address}/-/ready", timeout=5) as answer:
            return bool(answer.status == 200)

    with log.open("w") as file:
        command = (*own, str(program), f"--web.listen-address={address}", *flags)
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder)
    try:
        wait_for(f"{name} is ready", ready, 30)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


class Monitoring:
    """Of one release at a time."""

    def __init__(self, folder: Path, on_call: OnCall) -> None:
        self.folder = folder
        self.on_call = on_call
        self.began = time.time()
        self.members: Members | None = None

    def watch(self, members: Members, scale: int) -> None:
        """With the rules of this release, shortened; returns when each member is scraped and no alert is left."""
        self.members = members
        self.rules = rendered(members)
        (self.folder / "rules.yaml").write_text(shortened(self.rules, scale))
        alerting = ALERTING.format(interval=INTERVAL, alertmanager=ALERTMANAGER)
        (self.folder / "prometheus.yaml").write_text(alerting + documented_job(members.kube.namespace))
        with urlopen(f"http://{PROMETHEUS}/-/reload", data=b"", timeout=10):
            pass
        here = f'{{namespace="{members.kube.namespace}"}}'

        def scraped() -> bool:
            return len(self.ask("query", query=f"count by (pod) (bowline_build_info{here})")["result"]) == members.size

        wait_for("each member is scraped", scraped, 30)
        self.wait_quiet(60)

    def delays(self) -> dict[str, int]:
        """By alert of the chart, the seconds of its `for` as the chart has it."""
        names = re.findall(r"(?m)^ +-? *alert: (\w+)$", self.rules)
        spans = re.findall(r"(?m)^ +for: (\d+[smh])$", self.rules)
        assert names and len(names) == len(spans), self.rules
        return dict(zip(names, map(seconds, spans), strict=True))

    def ask(self, what: str, **query: Any) -> Any:
        """Of Prometheus' HTTP API; a refused query is an error."""
        with urlopen(f"http://{PROMETHEUS}/api/v1/{what}?{urlencode(query)}", timeout=20) as answer:
            return json.loads(answer.read())["data"]

    def wait_quiet(self, timeout: float) -> float:
        def quiet() -> bool:
            if current := self.on_call.current():
                raise LookupError(f"still firing: {sorted(current)}")
            return True

        return wait_for("no alert is left", quiet, timeout)

    def shown(self) -> dict[tuple[str, str], int]:
        """How many series each query of the dashboard has found since the begin, by panel and legend, or expression."""
        assert self.members is not None
        words = {
            "$namespace": self.members.kube.namespace,
            "$release": self.members.name,
            "$__rate_interval": "10s",
            "$__range": "10m",
        }
        found = {}
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            for target in panel.get("targets", []):
                expression = target["expr"]
                for word, value in words.items():
                    expression = expression.replace(word, value)
                told = self.ask("query_range", query=expression, start=self.began, end=time.time(), step=1)["result"]
                found[panel["title"], target.get("legendFormat") or target["expr"]] = len(told)
        return found


@contextmanager
def monitoring(folder: Path) -> Iterator[Monitoring]:
    """Both programs and the receiver run within the block; see Monitoring.watch."""
    on_call = OnCall()
    (folder / "prometheus.yaml").write_text("{}")
    with ExitStack() as stack:
        hook = {"url": stack.enter_context(webhook(on_call)), "send_resolved": True}
        route = {"receiver": "on-call", "group_by": ["..."], "group_wait": INTERVAL, "group_interval": INTERVAL}
        config = {"route": route, "receivers": [{"name": "on-call", "webhook_configs": [hook]}]}
        (folder / "alertmanager.yaml").write_text(json.dumps(config))
        files = ("--config.file=alertmanager.yaml", "--storage.path=alerts", "--cluster.listen-address=")
        stack.enter_context(daemon("prometheus-alertmanager", ALERTMANAGER, folder, *files))
        files = ("--config.file=prometheus.yaml", "--storage.tsdb.path=series", "--web.enable-lifecycle")
        # A message that is lost while the configuration is read anew would else be repeated after a minute.
        repeat = f"--rules.alert.resend-delay={INTERVAL}"
        stack.enter_context(daemon("prometheus", PROMETHEUS, folder, repeat, *files))
        yield Monitoring(folder, on_call)
