"""Fake Kubernetes API (HTTPS, scripted): fake_api.py PORT CERT KEY LOG [ADDRESS]. What it does is in the object's name."""

import base64
import http.server
import json
import re
import ssl
import sys
import time
from typing import Any

TOKEN = "good-token"
POD_UID = "u-1"
RECORD: dict[str, Any] = {
    "metadata": {"name": "record", "resourceVersion": "7"},
    "data": {"installation": "0123"},
}
PODS: dict[str, dict[str, Any]] = {}
"""Metadata, by name; made when first asked for. The first word of a name is the value of the label bowline/role."""
CONTAINER_STATES: dict[str, dict[str, Any]] = {
    "killed": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
    "unpulled": {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "x"'}},
    "pulling": {"waiting": {"reason": "ContainerCreating"}},
}
"""Of the container "engine" of a pod, by the first word of the pod's name."""
FAILED_ONCE: set[str] = set()
"""Paths of flaky objects that have failed as they should."""
REASONS = {
    "absent": (404, 'configmaps "absent" not found'),
    "forbidden": (403, 'configmaps "forbidden" is forbidden: User cannot get'),
    "broken": (500, "etcdserver: leader changed"),
    "busy": (429, "too many requests"),
    "invalid": (422, "metadata.name: Invalid value"),
    "gone": (410, "too old resource version"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: object) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def fail(self, status: int, message: str) -> None:
        self.answer(status, {"kind": "Status", "status": "Failure", "message": message, "code": status})

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {"type": self.headers["Content-Type"], "accept": self.headers["Accept"]}
        seen = {"method": self.command, "path": self.path, **headers, "body": body}
        with open(sys.argv[4], "a") as log:
            log.write(json.dumps(seen) + "\n")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.fail(401, "Unauthorized")
            return
        if "/statefulsets?" in self.path:
            self.list_statefulsets(re.findall("instance%3D([a-z]+)", self.path)[0])
            return
        if "/persistentvolumeclaims?" in self.path:
            self.list_claims(re.findall("instance%3D([a-z]+)", self.path)[0])
            return
        if "/pods?" in self.path:
            self.list_pods(re.findall("instance%3D([a-z]+)", self.path)[0])
            return
        pod = re.search("/pods/([^/]+)", self.path)
        if pod and self.command == "GET":
            self.get_pod(pod[1])
            return
        if pod:
            self.patch_pod(pod[1], json.loads(body))
            return
        kind, name = self.path.rsplit("/", 2)[1:]
        if kind == "ns":  # a collection: POST
            wanted = json.loads(body)["metadata"]["name"]
            if wanted == "taken":
                self.fail(409, 'secrets "taken" already exists')
            elif wanted.startswith("forbidden"):
                self.fail(403, "no rights")
            else:
                self.answer(201, {})
        elif self.command == "PATCH" and kind == "secrets":
            self.answer(200, {})
        elif self.command == "PATCH" and "annotations" in json.loads(body)["metadata"]:
            self.mark_record(json.loads(body)["metadata"])
        elif self.command == "PATCH":
            if json.loads(body)["metadata"]["resourceVersion"] != RECORD["metadata"]["resourceVersion"]:
                self.fail(409, "the object has been modified")
            else:
                RECORD["data"] |= json.loads(body)["data"]
                RECORD["metadata"]["resourceVersion"] = "8"
                self.answer(200, RECORD)
        elif name in REASONS:
            self.fail(*REASONS[name])
        else:
            getattr(self, "get_" + name.replace("-", "_"))()

    def mark_record(self, patch: dict[str, Any]) -> None:
        metadata = RECORD["metadata"]
        if patch.get("resourceVersion", metadata["resourceVersion"]) != metadata["resourceVersion"]:
            self.fail(409, "the object has been modified")
            return
        for key in ("labels", "annotations"):
            merged = {**metadata.get(key, {}), **patch.get(key, {})}
            metadata[key] = {name: value for name, value in merged.items() if value is not None}
        if "resourceVersion" in patch:
            metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1)
        self.answer(200, RECORD)

    def get_pod(self, name: str) -> None:
        if name.startswith("absent"):
            self.fail(404, f'pods "{name}" not found')
            return
        state = CONTAINER_STATES.get(name.split("-")[0], {"running": {}})
        container = {"name": "engine", "state": state}
        self.answer(200, {"metadata": self.metadata(name), "status": {"containerStatuses": [container]}})
        if name.endswith("changing") and self.path not in FAILED_ONCE:  # somebody else is faster
            FAILED_ONCE.add(self.path)
            PODS[name]["resourceVersion"] = "6"

    def list_pods(self, instance: str) -> None:
        engines = {"demo": ("redis-8.0.2", "redis-8.2.1", "no-version"), "unlabelled": (None,)}.get(instance, ())
        labels = [{} if engine is None else {"bowline/engine": engine} for engine in engines]
        pods = [{"metadata": {"name": f"p-{i}", "uid": "u", "labels": one}} for i, one in enumerate(labels)]
        self.answer(200, {"metadata": {}, "items": pods})

    def list_claims(self, instance: str) -> None:
        labels = [{"app.kubernetes.io/component": component} for component in ("server", "web")]
        claims = [{"metadata": {"name": f"data-{i}", "uid": f"c-{i}", "labels": one}} for i, one in enumerate(labels)]
        self.answer(200, {"metadata": {}, "items": claims if instance == "left" else []})

    def list_statefulsets(self, instance: str) -> None:
        if instance in ("absent", "left"):
            self.answer(200, {"metadata": {}, "items": []})
        elif instance == "malformed":
            self.answer(200, {"metadata": {}, "items": [{"metadata": {"name": "a", "uid": "u"}, "spec": {}}]})
        elif "continue=" not in self.path:
            self.answer(200, {"metadata": {"continue": "page2"}, "items": [self.statefulset(instance, "server")]})
        else:
            others = [self.statefulset(instance, component) for component in ("sentinel", "web")]
            self.answer(200, {"metadata": {}, "items": others})

    def statefulset(self, instance: str, component: str) -> dict[str, Any]:
        claim: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "8Gi"}}}
        if component == "server":
            claim["storageClassName"] = "fast"
        kept = {"metadata": {"name": "data", "labels": {"team": "a"}, "annotations": {"b": "c"}}, "spec": claim}
        labels = {"app.kubernetes.io/name": "bowline", "app.kubernetes.io/component": component}
        items = [[{"key": "p", "path": "password"}], [{"key": "k", "path": "peer-key"}]]
        sources = [{"secret": {"name": f"{instance}-auth", "items": one}} for one in items]
        token = {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
        volumes = [{"name": "config", "configMap": {}}, {"name": "auth", "projected": {"sources": sources}}, token]
        return {
            "metadata": {"name": f"{instance}-{component}", "uid": f"u-{component}", "generation": 3, "labels": labels},
            "spec": {
                "template": {"spec": {"volumes": volumes, "containers": [{"name": component, "image": "r/redis:7.4"}]}},
                **({} if component == "sentinel" else {"volumeClaimTemplates": [kept]}),
            },
        }

    def metadata(self, name: str) -> dict[str, Any]:
        fresh = {"name": name, "uid": POD_UID, "resourceVersion": "5", "labels": {"bowline/role": name.split("-")[0]}}
        return PODS.setdefault(name, fresh)

    def patch_pod(self, name: str, patch: dict[str, Any]) -> None:
        if name.startswith("forbidden"):
            self.fail(403, f'pods "{name}" is forbidden: User cannot patch')
        elif name.endswith("broken"):
            self.fail(500, "etcdserver: no leader")
        elif name.startswith("slow"):
            time.sleep(60)
        elif name.startswith("flaky") and self.path not in FAILED_ONCE:
            FAILED_ONCE.add(self.path)
            self.fail(500, "etcdserver: leader changed")
        elif patch["metadata"].get("uid") != POD_UID:
            self.fail(422, "metadata.uid: Invalid value: field is immutable")
        elif patch["metadata"].get("resourceVersion", "") not in ("", self.metadata(name)["resourceVersion"]):
            self.fail(409, "the object has been modified")
        else:
            self.metadata(name)["labels"] |= patch["metadata"].get("labels", {})
            self.answer(200, {"metadata": self.metadata(name)})

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

    def get_record(self) -> None:
        self.answer(200, RECORD)

    def get_demo_config(self) -> None:
        metadata = {"name": "demo-config", "annotations": {"bowline/revision": "0a1b2c3d4e5f"}}
        partial = "as=PartialObjectMetadata" in self.headers["Accept"]
        self.answer(200, {"metadata": metadata, **({} if partial else {"data": {"bowline.json": "{}"}})})

    def get_workload(self) -> None:
        self.answer(200, {"metadata": {"name": "workload", "uid": "u-7"}})

    def get_recorded(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"engine": "valkey-8.1.1"}})

    def get_nodata(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}})

    def get_nulldata(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": None})

    def get_numbers(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"a": 1}})

    def get_html(self) -> None:
        self.answer(200, b"<html>proxy</html>")

    def get_plainerror(self) -> None:
        self.answer(503, b"<html>" + b"x" * 100_000)

    def get_huge(self) -> None:
        self.answer(200, b"x" * (20 << 20))

    def get_slow(self) -> None:
        time.sleep(60)

    def get_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(600):
            self.wfile.write(b"x")
            time.sleep(0.1)

    def get_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"metadata":{')
        self.close_connection = True

    def get_redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def get_declared(self) -> None:
        metadata = {"resourceVersion": "1", "labels": {"app.kubernetes.io/name": "kv"}}
        self.answer(200, {"metadata": metadata, "data": {"bowline.json": '{"fullname": "demo", "mode": "sentinel"}'}})

    def get_absent_config(self) -> None:
        self.fail(404, "not found")

    def get_grown_config(self) -> None:
        """Of a release that was standalone when its server was started."""
        settings = {
            **{"version": 1, "release": "r", "namespace": "ns", "fullname": "grown", "mode": "sentinel"},
            **{"engine": "redis", "clusterDomain": "cluster.local", "auth": {"enabled": False}},
            "ports": {"client": 6379, "sentinel": 26380, "http": 8379, "peers": 8380},
            "sentinel": {
                **{"servers": 2, "sentinels": 3, "quorum": 2, "masterName": "other", "auth": True},
                **{"downAfterMilliseconds": 3000, "failoverTimeoutMilliseconds": 60000, "parallelSyncs": 1},
            },
            **{"persistence": {"enabled": True}, "terminationGracePeriodSeconds": 60},
            "log": {"format": "json", "level": "info"},
        }
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"bowline.json": json.dumps(settings)}})

    def get_unread(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"bowline.json": "{"}})

    def get_passwords(self) -> None:
        value = base64.b64encode(b"se\x00cret").decode()
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"password": value}})

    def get_badbase64(self) -> None:
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "data": {"password": "***"}})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what the tests are about."""


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    address = sys.argv[5] if len(sys.argv) > 5 else "127.0.0.1"
    server = Server((address, int(sys.argv[1])), Handler)
    # The handshake is the connection's own thread's: a client that falls silent must not keep the others waiting.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main()
