"""kubectl in one namespace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from e2e.nodes import Node
from e2e.shell import output, run

Object = dict[str, Any]


class Kube:
    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def __call__(self, *args: str, timeout: float = 60, stdin: str | None = None) -> str:
        return output("kubectl", "-n", self.namespace, *args, timeout=timeout, stdin=stdin)

    def attempt(self, *args: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """For commands that may fail."""
        return run("kubectl", "-n", self.namespace, *args, timeout=timeout, check=False)

    def get(self, kind: str, name: str) -> Object:
        found: Object = json.loads(self("get", kind, name, "-o", "json"))
        return found

    def all(self, kind: str, selector: str = "") -> list[Object]:
        found: list[Object] = json.loads(self("get", kind, "-l", selector, "-o", "json"))["items"]
        return found

    def create_namespace(self) -> None:
        """With the restricted Pod Security Standard enforced."""
        self("create", "namespace", self.namespace)
        self("label", "namespace", self.namespace, "pod-security.kubernetes.io/enforce=restricted")

    def delete_namespace(self, *, wait: bool) -> None:
        self.attempt("delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false")
        self("delete", "namespace", self.namespace, "--ignore-not-found", f"--wait={wait}".lower(), timeout=120)

    def nodes(self) -> list[Node]:
        return [Node(node["metadata"]["name"]) for node in self.all("nodes")]

    def nodes_ready(self) -> bool:
        return all(
            condition["status"] == "True"
            for node in self.all("nodes")
            for condition in node["status"]["conditions"]
            if condition["type"] == "Ready"
        )

    @contextmanager
    def cordoned(self, node: Node) -> Iterator[None]:
        """No pod is scheduled on the node; those that are there stay."""
        self("cordon", node.name)
        try:
            yield
        finally:
            self("uncordon", node.name)

    @contextmanager
    def all_cordoned(self) -> Iterator[None]:
        """No pod is scheduled at all."""
        with ExitStack() as stack:
            for node in self.nodes():
                stack.enter_context(self.cordoned(node))
            yield

    def evict(self, pod: str) -> str:
        """As `kubectl drain` does it, once; why the API server refuses it, "" when it does not."""
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": self.namespace}}
        path = f"/api/v1/namespaces/{self.namespace}/pods/{pod}/eviction"
        return run("kubectl", "create", "--raw", path, "-f", "-", stdin=json.dumps(body), check=False).stderr

    def drain(self, node: Node, selector: str, timeout: int) -> None:
        """Of these pods; returns when none is left there. The node takes no pods afterwards."""
        args = [f"--pod-selector={selector}", "--delete-emptydir-data", f"--timeout={timeout}s"]
        self("drain", node.name, *args, timeout=timeout + 10)

    def conditions(self, selector: str) -> dict[str, dict[str, Object]]:
        """Those of the members' own: pod name -> by type ("Started" for bowline/Started) what its status says."""
        own = "bowline/"
        return {
            pod["metadata"]["name"]: {
                condition["type"].removeprefix(own): condition
                for condition in pod["status"].get("conditions", [])
                if condition["type"].startswith(own)
            }
            for pod in self.all("pods", selector)
        }

    def describe_set(self, pod: str) -> str:
        """What `kubectl describe` shows of the StatefulSet that the pod of this name belongs to."""
        return str(self("describe", "statefulset", pod.rsplit("-", 1)[0]))

    def events(self, name: str) -> list[Object]:
        """Events about the object of this name, oldest first."""
        found = json.loads(self("get", "events", "--field-selector", f"involvedObject.name={name}", "-o", "json"))[
            "items"
        ]
        return sorted(found, key=lambda event: str(event["metadata"]["creationTimestamp"]))

    def telling(self, name: str, text: str, **fields: str) -> list[Object]:
        """Those of them whose message contains the text and which have these fields, such as reason="HandedOver"."""
        return [
            event
            for event in self.events(name)
            if text in (event.get("message") or "") and all(event[key] == value for key, value in fields.items())
        ]
