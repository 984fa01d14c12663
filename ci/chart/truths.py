"""What a change of some values does, written by hand: changes.py, which finds it for all, must come to the same."""

from __future__ import annotations

import re

import render

REFERENCE = render.ROOT / "docs/reference/values.md"
TRUTHS = {
    # A Service keeps its class as long as its type stays (Kubernetes: "may not change once set").
    "service.loadBalancerClass": "fixed",
    "replicasService.loadBalancerClass": "fixed",
    "service.loadBalancerSourceRanges": "live",
    # Not refused: the gate runs in the new namespace and does not see the old one (decision 0029).
    "namespaceOverride": "another set",
    "fullnameOverride": "refused",
    "nameOverride": "refused",
    "networkPolicy.limitEgress": "live",
    "networkPolicy.extraEgress": "live",
    # Monitoring alone: no member notices.
    "networkPolicy.monitoring": "live",
    "metrics.podMonitor.enabled": "live",
    "metrics.podMonitor.namespace": "live",
    "metrics.serviceMonitor.enabled": "live",
    "metrics.prometheusRule.disabled": "live",
    "metrics.prometheusRule.additionalRules": "live",
    "metrics.dashboard.enabled": "live",
    "metrics.dashboard.folder": "live",
    # Annotations of pods are in their template.
    "metrics.annotations.enabled": "rolls: servers, sentinels",
    "auth.secretAnnotations": "next run",
    "auth.password": "live",
    "persistence.size": "refused",
    "persistence.keepAfterDeletion": "live",
    "image.tag": "rolls: servers, sentinels; refused where the gate's trial fails",
    "image.pullPolicy": "rolls: servers, sentinels",
    "config": "live, or rolls: servers; refused where the gate's trial fails",
    "extraArgs": "rolls: servers; refused where the gate's trial fails",
    "sentinel.config": "rolls: sentinels; refused where the gate's trial fails",
    # The certificate's files are mounted, and what the engine listens at is written at its start.
    "tls.mode": "rolls: servers, sentinels; refused where members would not reach each other",
    "ports.tls": "rolls: servers, sentinels; refused where members use it",
    "tls.existingSecret": "rolls: servers, sentinels",
    "tls.certManager.issuerRef": "live",
    "service.tlsPort": "live",
    "log.level": "live",
    "events.enabled": "restart by hand",
    "clusterDomain": "restart by hand",
    "upgrade.confirm": "next run",
    "enabled": "nothing",
}


def told() -> dict[str, str]:
    """By path, as the reference tells it."""
    rows = [re.split(r"(?<!\\) ?\| ?", line) for line in REFERENCE.read_text().splitlines() if line.startswith("| `")]
    return {row[1].strip("`"): row[4] for row in rows}


def check() -> str:
    found = told()
    return "\n".join(
        f"{path}: {found.get(path, 'no row')!r}, but it is {truth!r}"
        for path, truth in TRUTHS.items()
        if found.get(path) != truth
    )
