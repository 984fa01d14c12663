"""What other platforms do to objects: users and limits that OpenShift sets, `kubectl replace` as Argo CD may do it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from e2e.conftest import scenarios
from e2e.installation import Installation
from e2e.kube import Kube, Object
from e2e.scenario import MakeScenario
from e2e.sentinel_set import VALUES as SENTINEL_VALUES
from e2e.sentinel_set import SentinelSet
from e2e.shell import output
from e2e.wait import wait_for

UID = 1000660000
"""Of the kind that OpenShift gives to a namespace."""
ADMISSION = {"apiVersion": "admissionregistration.k8s.io/v1"}
POLICY = "MutatingAdmissionPolicy"
RECORD_BOUND = 40.0
"""Seconds until a member looks at the record again."""


def limits() -> list[Object]:
    """Every container needs limits, and has some by default."""
    defaults = {"type": "Container", "default": {"cpu": "1", "memory": "256Mi"}}
    hard = {"limits.cpu": "12", "limits.memory": "4Gi", "requests.cpu": "4", "requests.memory": "4Gi"}
    return [
        {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "each"}, "spec": {"limits": [defaults]}},
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "all"}, "spec": {"hard": hard}},
    ]


def users(namespace: str) -> list[Object]:
    """Give the namespace's pods their user, as the admission of OpenShift (SCC restricted-v2) does."""
    name = f"user-of-{namespace}"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    match = {
        "resourceRules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    context = f"Object.spec.securityContext{{runAsUser: {UID}, fsGroup: {UID}}}"
    change = {"expression": f"Object{{spec: Object.spec{{securityContext: {context}}}}}"}
    spec = {
        "matchConstraints": match,
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": change}],
    }
    return [
        {**ADMISSION, "kind": POLICY, "metadata": {"name": name}, "spec": spec},
        {**ADMISSION, "kind": f"{POLICY}Binding", "metadata": {"name": name}, "spec": {"policyName": name}},
    ]


def listed(things: list[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": things})


def gets_user(kube: Kube) -> bool:
    """Would a pod get it now?"""
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    spec = {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "a", "image": "a", "securityContext": context}],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    made = kube("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=json.dumps(pod))
    return bool(json.loads(made)["spec"]["securityContext"].get("runAsUser") == UID)


@pytest.fixture
def restricted(engine: str, sentinels: Installation[SentinelSet]) -> Iterator[SentinelSet]:
    """In a namespace with users, limits and a quota of its own; the other set makes room."""
    sentinels.remove()
    installation = Installation(SentinelSet, engine, "restricted", {**SENTINEL_VALUES, "arbitraryUser": True})
    members = installation.prepare()
    kube, given = members.kube, users(members.kube.namespace)
    try:
        kube("apply", "-f", "-", stdin=listed([*limits(), *given]))
        wait_for("pods get the namespace's user", lambda: gets_user(kube), 30)
        members.release.install(timeout=installation.INSTALL_TIMEOUT)
        members.wait_converged(installation.CONVERGE_TIMEOUT)
        yield members
    finally:
        kube("delete", "--ignore-not-found", "-f", "-", stdin=listed(given))
        installation.remove()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_user_and_limits_of_the_namespace(restricted: SentinelSet, figures: dict[str, object]) -> None:
    kube = restricted.kube
    for one in kube.all("statefulsets", restricted.selector):
        asked = one["spec"]["template"]["spec"]["securityContext"].keys()
        assert not asked & {"runAsUser", "runAsGroup", "fsGroup"}, asked
    restricted.release.test()
    with scenarios(restricted, figures)("a handover, then an upgrade, with the user", converge=90) as running:
        old = restricted.primary()
        restricted.fail_over()
        restricted.wait_other_primary(old, 10)
        running.serving(10)
        restricted.release.upgrade({"podAnnotations": {"example.org/changed": "yes"}})
        restricted.wait_rollout(150)
    for pod in restricted.pods():
        assert kube("exec", pod.name, "-c", pod.component, "--", "id", "-u").strip() == str(UID)
        containers = kube.get("pod", pod.name)["spec"]["containers"]
        assert all({"cpu", "memory"} <= container["resources"]["limits"].keys() for container in containers)


def test_replaced_record_is_written_again(sentinel_set: SentinelSet, sentinel_scenario: MakeScenario) -> None:
    kube, release, name = sentinel_set.kube, sentinel_set.release, f"{sentinel_set.name}-record"
    manifest = output(release.helm, "-n", release.namespace, "get", "manifest", release.name)
    (rendered,) = [one for one in manifest.split("\n---\n") if f'\n  name: "{name}"\n' in one]

    def known() -> str:
        return str(kube.get("configmap", name).get("data", {}).get("installation", ""))

    before = known()
    with sentinel_scenario("the record replaced by what the chart renders"):
        made = json.loads(kube("replace", "-o", "json", "-f", "-", stdin=rendered))
        assert "data" not in made, made
        wait_for("the installation's id is in the record again", lambda: known() == before, RECORD_BOUND)
