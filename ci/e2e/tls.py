"""TLS: a CA, the certificates that it signs, the Secret that hands them to a release, and what servers present."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from e2e.attacks import PROBES
from e2e.installation import Installation
from e2e.members import DOMAIN, Members, Pod, Wire
from e2e.sentinel_set import SentinelSet
from e2e.shell import run
from e2e.wait import wait_for

SECRET = "certificate"
PORT, SENTINEL_PORT = 6380, 26380
DAYS = 60
"""More than the 21 days in which an end is told."""
FOLLOWED = 120.0
"""Seconds from a change of the Secret. The kubelet looks each minute, or at once when a pod is changed. Sentinels read
files only at their start: each is started anew by its program, 15 s after the one before."""
TOLD = 30.0
"""Seconds until `bowline check` and the metric tell what servers present."""
EXPIRY = re.compile(r"^bowline_certificate_expiry_timestamp_seconds(?:\{.*\})? (\S+)$", re.MULTILINE)

EXTENSIONS = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[member]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""
"""Of openssl. A member is a client, too: of its primary, and of the others' cluster bus."""


@dataclass(frozen=True)
class Certificate:
    text: str
    key: str
    serial: int


class Authority:
    """A CA of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.crt"
        self.serial = 1
        self._openssl("authority", self.file, folder / "ca.key", "/CN=CA of the tests", DAYS)

    def issue(self, names: list[str], days: int = DAYS) -> Certificate:
        """With a key and a serial number of its own."""
        self.serial += 1
        file, key = self.folder / f"{self.serial}.crt", self.folder / f"{self.serial}.key"
        signed = ["-CA", str(self.file), "-CAkey", str(self.folder / "ca.key")]
        self._openssl("member", file, key, "/CN=member", days, *signed, names=names)
        return Certificate(file.read_text(), key.read_text(), self.serial)

    def _openssl(
        self, kind: str, file: Path, key: Path, subject: str, days: int, *signed: str, names: list[str] | None = None
    ) -> None:
        config = self.folder / "openssl.cnf"
        config.write_text(EXTENSIONS.replace("{names}", ",".join(names or ["DNS:none"])))
        made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key)]
        what = ["-subj", subject, "-days", str(days), "-set_serial", str(self.serial), "-extensions", kind]
        run("openssl", "req", "-x509", "-config", str(config), *made, *what, *signed, "-out", str(file))

    @property
    def wire(self) -> Wire:
        """To members that have its certificates."""
        return Wire(PORT, SENTINEL_PORT, str(self.file))


def names(members: Members) -> list[str]:
    """Known before the installation: all its Services, by name."""
    zone = f"{members.kube.namespace}.svc"
    services = [members.name, *(f"{members.name}-{service}" for service in ("primary", "replicas", "sentinel"))]
    hosts = [f"*.{zone}.{DOMAIN}", f"*.{zone}", *services, "localhost"]
    return [*(f"DNS:{host}" for host in hosts), "IP:127.0.0.1"]


def addresses(members: Members) -> list[str]:
    """Known after it. Sentinels answer with the addresses of the members' Services."""
    return [f"IP:{address}" for address in members.service_ips().values() if address != "None"]


def values(mode: str) -> dict[str, Any]:
    return {"tls": {"mode": mode, "existingSecret": SECRET, "clientCertificates": "ignored"}}


def hand_out(members: Members, authority: Authority, certificate: Certificate) -> None:
    """As the Secret's contents. A change of the pods makes their kubelets look at once."""
    files = {"tls.crt": certificate.text, "tls.key": certificate.key, "ca.crt": authority.file.read_text()}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": SECRET},
        "data": {name: base64.b64encode(text.encode()).decode() for name, text in files.items()},
    }
    members.kube("apply", "-f", "-", stdin=json.dumps(secret))
    if pods := [pod.name for pod in members.pods()]:
        members.kube("annotate", "pod", *pods, f"example.org/certificate={certificate.serial}", "--overwrite")


def servers(members: Members) -> list[Pod]:
    return [pod for pod in members.pods() if pod.component == "server"]


def presented(pod: Pod, wire: Wire) -> dict[str, Any]:
    """The certificate that a new connection gets, verified by the CA."""
    context = ssl.create_default_context(cafile=wire.ca_file)
    context.check_hostname = False
    address = (pod.ip, wire.port(pod.component))
    with socket.create_connection(address, 2) as plain, context.wrap_socket(plain) as secure:
        return dict(secure.getpeercert() or {})


def serial(pod: Pod, wire: Wire) -> int:
    return int(presented(pod, wire)["serialNumber"], 16)


def all_present(pods: list[Pod], wire: Wire, certificate: Certificate) -> bool:
    return all(serial(pod, wire) == certificate.serial for pod in pods)


def renew(members: Members, authority: Authority, certificate: Certificate, pods: list[Pod]) -> float:
    """Seconds until these pods present it to new connections."""
    hand_out(members, authority, certificate)
    what = f"all present the certificate {certificate.serial}"
    return wait_for(what, partial(all_present, pods, members.wire, certificate), FOLLOWED)


def told(members: Members, pods: list[Pod], reason: str) -> float:
    """Seconds until each of the pods has told it by an Event."""

    def all_told() -> bool:
        silent = [pod.name for pod in pods if not members.kube.telling(pod.name, "", reason=reason)]
        if silent:
            raise LookupError(f"not told by {silent}")
        return True

    return wait_for(f"Event {reason}", all_told, FOLLOWED)


def expiry_measured(members: Members) -> bool:
    """Each server's metric tells the end of the certificate that it presents."""
    for pod in servers(members):
        end = ssl.cert_time_to_seconds(presented(pod, members.wire)["notAfter"])
        with urlopen(f"http://{pod.ip}:{PROBES}/metrics", timeout=5) as answer:
            found = EXPIRY.search(answer.read().decode())
        if found is None or abs(float(found[1]) - end) > 1:
            return False
    return True


def check_tells(members: Members) -> list[str]:
    return [line for line in members.problems("--strict") if "certificate" in line]


def closed(address: str, port: int) -> bool:
    """Nothing listens there."""
    try:
        socket.create_connection((address, port), 2).close()
    except ConnectionRefusedError:
        return True
    return False


def unchanged(members: Members) -> Callable[[], bool]:
    """Whether no pod was replaced and no container restarted since this call."""

    def now() -> dict[str, tuple[str, int]]:
        return {pod.name: (pod.uid, pod.restarts) for pod in members.pods()}

    before = now()
    return lambda: now() == before


def install_required(installation: Installation[Members], authority: Authority) -> Members:
    """TLS alone. In sentinel mode the certificate gets the addresses, which are known only then, by a renewal."""
    members = installation.prepare()
    members.wire = authority.wire
    hand_out(members, authority, authority.issue(names(members)))
    members.release.values = {**members.release.values, **values("require")}
    members.release.install(timeout=installation.INSTALL_TIMEOUT)
    members.wait_converged(installation.CONVERGE_TIMEOUT)
    if isinstance(members, SentinelSet):
        renew(members, authority, authority.issue([*names(members), *addresses(members)]), members.pods())
        members.wait_converged(60)
    return members
