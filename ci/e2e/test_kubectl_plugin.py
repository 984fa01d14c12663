"""tools/kubectl/kubectl-bowline at a release in sentinel mode; verbs that change something only plan it."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from e2e.plugin import SCRIPT, attempt, limited_user, other_release, plugin, report, secret_values
from e2e.sentinel_set import SentinelSet
from e2e.shell import run

LOG_LINE = re.compile(r"\[pod/([^/]+)/([^]]+)\] (\S+Z) (.*)")
EVENT_LINE = re.compile(r"(\S+Z)  (Normal|Warning) +(\w+) +(\S+)  (\S.*)")
REFUSES_EXEC = """#!/bin/sh
case " $* " in *" exec "{pods}" -c "*) echo "error: no exec into this pod" >&2; exit 1 ;; esac
exec {kubectl} "$@"
"""


def refusing(folder: Path, pods: str) -> Path:
    """A folder with a kubectl that refuses to exec into pods of this pattern."""
    kubectl = folder / "kubectl"
    kubectl.write_text(REFUSES_EXEC.format(pods=pods, kubectl=shutil.which("kubectl")))
    kubectl.chmod(0o755)
    return folder


def in_order(times: list[str]) -> bool:
    parsed = [datetime.fromisoformat(time) for time in times]
    return len(parsed) > 1 and parsed == sorted(parsed)


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_plugin_runs_the_verbs(sentinel_set: SentinelSet, shell: str) -> None:
    kube = sentinel_set.kube
    table = plugin(kube, "status", shell=shell)
    assert all(sentinel_set.member(pod) in table and pod.node.name in table for pod in sentinel_set.pods()), table
    plugin(kube, "check", "-r", sentinel_set.release.name, shell=shell)
    primary = sentinel_set.primary()
    to = sentinel_set.member(sentinel_set.replicas()[0])
    plan = json.loads(plugin(kube, "failover", "--to", to, "--dry-run", shell=shell))
    assert (plan["from"], plan["to"], plan["dryRun"]) == (sentinel_set.member(primary), to, True), plan
    for verb in ("pause", "resume"):
        assert json.loads(plugin(kube, verb, "--dry-run", shell=shell))["dryRun"] is True
    wrong = attempt(kube, "status", "--output", "wrong", shell=shell)
    assert wrong.returncode == 64, f"the program's exit code, not {wrong.returncode}\n{wrong.stderr}"
    assert sentinel_set.primary().name == primary.name


def test_plugin_is_found_by_kubectl(sentinel_set: SentinelSet) -> None:
    path = f"PATH={SCRIPT.parent}:{os.environ['PATH']}"
    found = run("env", path, "kubectl", "bowline", "status", f"--namespace={sentinel_set.kube.namespace}")
    assert "server-0" in found.stdout, found
    assert "kubectl bowline VERB" in run("env", path, "kubectl", "bowline", "--help").stdout


def test_plugin_asks_the_next_member(sentinel_set: SentinelSet, tmp_path: Path) -> None:
    first = sentinel_set.servers()[0].name
    programs = refusing(tmp_path, first)
    assert run("env", f"PATH={programs}", "kubectl", "exec", first, "-c", "server", check=False).returncode == 1
    table = plugin(sentinel_set.kube, "status", programs=programs)
    assert all(sentinel_set.member(pod) in table for pod in sentinel_set.pods()), table
    none = attempt(sentinel_set.kube, "status", programs=refusing(tmp_path, "*"))
    assert none.returncode == 69
    assert "pods/exec" in none.stderr
    assert all(f"{pod.name}: error: no exec into this pod" in none.stderr for pod in sentinel_set.pods()), none.stderr


def test_plugin_needs_a_name_among_several(sentinel_set: SentinelSet) -> None:
    kube, own = sentinel_set.kube, sentinel_set.release.name
    with other_release(kube, "unused") as other:
        several = attempt(kube, "status")
        assert several.returncode == 64, several
        assert all(word in several.stderr for word in (kube.namespace, f"{own}/bowline", f"{other}/bowline", "-r"))
        for name in (own, f"{own}/bowline"):
            assert "server-0" in plugin(kube, "status", "--release", name)
        missing = attempt(kube, "status", "-r", "absent")
        assert missing.returncode == 64, missing
        assert all(word in missing.stderr for word in ("no release absent", f"{own}/bowline", f"{other}/bowline"))
        stopped = attempt(kube, "status", f"--release={other}")
        assert stopped.returncode == 69, stopped
        assert "other-server-0: its container does not run" in stopped.stderr
    elsewhere = attempt(kube, "status", "--namespace=kube-public")
    assert elsewhere.returncode == 69, elsewhere
    assert "no member of a bowline release in namespace kube-public" in elsewhere.stderr
    assert attempt(kube, "events", "surplus").returncode == 64
    unknown = attempt(kube, "stauts")
    assert unknown.returncode == 64, unknown
    assert "no verb stauts" in unknown.stderr


def test_plugin_has_the_rights_of_the_user(sentinel_set: SentinelSet, tmp_path: Path) -> None:
    """And the namespace of the context."""
    with limited_user(sentinel_set.kube, tmp_path) as kubeconfig:
        as_user = ("env", f"KUBECONFIG={kubeconfig}", "dash", str(SCRIPT))
        assert "server-0" in run(*as_user, "status", "--context", "admin", timeout=120).stdout
        for verb, needs in (("status", "create pods/exec"), ("events", "list events"), ("logs", "get pods/log")):
            refused = run(*as_user, verb, "--context=limited", timeout=120, check=False)
            assert refused.returncode == 69, refused
            assert needs in refused.stderr
            assert 'User "limited" cannot' in refused.stderr, "kubectl's own message"
        elsewhere = run(*as_user, "status", "--context=limited", "-n", "kube-public", timeout=120, check=False)
        assert elsewhere.returncode == 69, elsewhere
        assert "your right to list pods" in elsewhere.stderr


def test_plugin_tells_events(sentinel_set: SentinelSet) -> None:
    lines = plugin(sentinel_set.kube, "events").splitlines()
    parsed = [match.groups() for line in lines if (match := EVENT_LINE.fullmatch(line))]
    assert len(parsed) == len(lines), [line for line in lines if not EVENT_LINE.fullmatch(line)]
    assert in_order([time for time, *_ in parsed]), "\n".join(lines)
    pods = {pod.name for pod in sentinel_set.pods()}
    assert {name for _, _, _, name, _ in parsed} == pods, "others' Events, or none of a member"
    wanted = {
        (event["reason"], name, " ".join(event["message"].split()))
        for name in pods
        for event in sentinel_set.kube.events(name)
    }
    told = {(reason, name, " ".join(message.split())) for _, _, reason, name, message in parsed}
    assert told == wanted


def test_plugin_tells_logs(sentinel_set: SentinelSet) -> None:
    kube, pods = sentinel_set.kube, sentinel_set.pods()
    before = {
        (pod.name, container): kube("logs", pod.name, "-c", container, "--timestamps").splitlines()
        for pod in pods
        for container in ("init", pod.component)
    }
    assert all(before[pod.name, pod.component] for pod in pods)
    lines = plugin(kube, "logs").splitlines()
    parsed = [match.groups() for line in lines if (match := LOG_LINE.fullmatch(line))]
    assert len(parsed) == len(lines), [line for line in lines if not LOG_LINE.fullmatch(line)]
    assert in_order([time for _, _, time, _ in parsed])
    told = {(name, container, f"{time} {text}") for name, container, time, text in parsed}
    for (name, container), known in before.items():
        assert all((name, container, line) in told for line in known), f"{name}: lines of {container} are missing"
    changes = sum(one[0] != other[0] for one, other in pairwise(parsed))
    assert changes > len(pods), "one member after the other, not by time"
    follow = ["timeout", "5", "dash", str(SCRIPT), "logs", "-f", "--tail=1", "-n", kube.namespace]
    followed = run(*follow, check=False)
    assert followed.returncode == 124, f"it does not follow: exit {followed.returncode}\n{followed.stderr}"
    names = {match[1] for line in followed.stdout.splitlines() if (match := LOG_LINE.fullmatch(line))}
    assert names == {pod.name for pod in pods}, followed


MARKER = "value-of-a-slow-command"


def log_a_secret(sentinel_set: SentinelSet) -> None:
    """In the slow log of the primary there is a command with a value that no report may have."""
    with sentinel_set.engine(sentinel_set.primary()) as engine:
        former = engine.config_get("slowlog-log-slower-than")["slowlog-log-slower-than"]
        engine.config_set("slowlog-log-slower-than", 0)
        engine.set("key-of-a-slow-command", MARKER)
        engine.config_set("slowlog-log-slower-than", former)
        assert MARKER in str(engine.slowlog_get()), "nothing to hide"
        engine.delete("key-of-a-slow-command")


@pytest.mark.timeout(540)
def test_plugin_reports(sentinel_set: SentinelSet, tmp_path: Path) -> None:
    kube, pods = sentinel_set.kube, sentinel_set.pods()
    passwords = secret_values(kube, f"{sentinel_set.name}-auth")
    assert passwords
    log_a_secret(sentinel_set)
    with other_release(kube, passwords[0]) as other:
        files = report(kube, tmp_path, "-r", sentinel_set.release.name)
        of_other = report(kube, tmp_path, "-r", other)
        assert kube("get", "pod", "other-server-0", "-o", "yaml").count(passwords[0]) >= 6, "nothing to hide"
    for name, text in [*files.items(), *of_other.items()]:
        assert not any(password in text for password in passwords), f"a password is in {name}"
        assert "of-a-slow-command" not in text, f"arguments of a command are in {name}"
    empty = {name for name, text in files.items() if not text.strip()}
    assert empty <= {"logs-previous.txt"}, empty
    assert "kind: Secret" not in "".join(files.values())
    assert of_other["pods.yaml"].count("REDACTED") >= 6, of_other["pods.yaml"]
    assert "no member of other in" in of_other["status.json"]
    assert set(files) == {
        *("versions.txt", "status.json", "check.txt", "pods.yaml", "statefulsets.yaml", "configmaps.yaml"),
        *("events.txt", "logs.txt", "logs-previous.txt"),
        *(f"metrics-{pod.name}.txt" for pod in pods),
        *(f"latency-{pod.name}.txt" for pod in sentinel_set.servers()),
    }
    assert {row["pod"] for row in json.loads(files["status.json"])["members"]} == {pod.name for pod in pods}
    for pod in pods:
        assert f"name: {pod.name}\n" in files["pods.yaml"]
        assert f"[pod/{pod.name}/{pod.component}] " in files["logs.txt"]
        assert f"  {pod.name}  " in files["events.txt"]
        assert "redis_up 1" in files[f"metrics-{pod.name}.txt"]
    for pod in sentinel_set.servers():
        assert "cmdstat_info:calls=" in files[f"latency-{pod.name}.txt"]
    slow = files[f"latency-{sentinel_set.primary().name}.txt"]
    assert re.search(rf" SET, 2 arguments of 21, {len(MARKER)} bytes\n", slow), slow
    assert "type: bowline/Started" in files["pods.yaml"]
    assert all(f"name: {name}\n" in files["statefulsets.yaml"] for name in sentinel_set.statefulsets())
    assert "bowline.json: |" in files["configmaps.yaml"]
