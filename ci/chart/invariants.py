"""Rules that hold for every object in every render. Each rule gives one line per break."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from render import Object, by_kind, key

NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"
OBJECT_LABELS = (NAME, "app.kubernetes.io/instance", COMPONENT, "app.kubernetes.io/managed-by", "helm.sh/chart")
SHELLS = {"sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "/bin/ash", "env", "/usr/bin/env"}
# The engine's container of a member, by the component of its group.
ENGINES = {"server", "sentinel"}
TOKEN_CONTAINERS = {*ENGINES, "gate"}
GATE_LOOKS = (
    {"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
    {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["list"]},
)
"""What the gate's account, which goes with the hook, may see without a name."""
PORTS = {
    "cluster": {"client", "bus", "http", "peers"},
    "sentinel": {"client", "http", "peers", "sentinel"},
    "standalone": {"client", "http", "peers"},
}
TOPOLOGY = {
    "cluster": {"shards", "replicasPerShard", "nodeTimeoutMilliseconds"},
    "sentinel": {
        "servers",
        "sentinels",
        "quorum",
        "masterName",
        "downAfterMilliseconds",
        "failoverTimeoutMilliseconds",
        "parallelSyncs",
        "auth",
        "recoverFrom",
    },
}
# Keys that are there when passwords are given.
OPTIONAL = {"auth": {"revision"}}
# Of bowline.json where TLS is on.
TLS = {"mode", "directory", "clientCertificates", "otherClientPort", "otherSentinelPort"}
# Who shows or checks certificates: members, and the pod of `helm test`.
TLS_CONTAINERS = {*ENGINES, "init", "check"}
# Without the ports and the topology, which the mode decides.
BOWLINE_JSON = {
    "version": None,
    "release": None,
    "namespace": None,
    "fullname": None,
    "mode": None,
    "engine": None,
    "clusterDomain": None,
    "auth": {"enabled", "directory", "defaultUser", "rotation", "users"},
    "persistence": {"enabled"},
    "record": None,
    "events": None,
    "roleLabel": None,
    "protectLastCopy": None,
    "fencing": None,
    "failover": {"staleAfterSeconds"},
    "maxMemoryPercent": None,
    "maxReplicaLagSeconds": None,
    "maxUnreplicatedSeconds": None,
    "revision": None,
    "readinessTimeoutSeconds": None,
    "engineStuckSeconds": None,
    "startWithout": None,
    "terminationGracePeriodSeconds": None,
    "log": {"format", "level"},
}

USER = ("runAsUser", "runAsGroup", "fsGroup")
ANY_USER = {"openshift"}
"""Profiles that leave it to the platform."""

LAST_COPY = {"bowline/last-copy": "true"}

Rule = Callable[[list[Object]], Iterator[str]]


def own(things: list[Object]) -> list[Object]:
    """Without the user's additions, which keep their own rules."""
    return [thing for thing in things if not thing["metadata"]["name"].startswith("extra-")]


def pods(things: list[Object]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, labels and spec of every pod that the objects make."""
    for thing in things:
        if thing["kind"] in ("StatefulSet", "Job"):
            template = thing["spec"]["template"]
            yield key(thing), template["metadata"]["labels"], template["spec"]
        elif thing["kind"] == "Pod":
            yield key(thing), thing["metadata"]["labels"], thing["spec"]


def containers(things: list[Object]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, _, spec in pods(things):
        for container in spec.get("initContainers", []) + spec["containers"]:
            if not container["name"].startswith("extra-"):
                yield f"{name} {container['name']}", container


def names_and_labels(things: list[Object]) -> Iterator[str]:
    seen = set()
    for thing in things:
        if key(thing) in seen:
            yield f"{key(thing)}: twice"
        seen.add(key(thing))
        if len(thing["metadata"]["name"]) > (52 if thing["kind"] == "StatefulSet" else 63):
            yield f"{key(thing)}: name too long"
    for thing in own(things):
        meta = thing["metadata"]
        if not meta.get("namespace"):
            yield f"{key(thing)}: no namespace"
        for label in OBJECT_LABELS:
            if not meta["labels"].get(label):
                yield f"{key(thing)}: no label {label}"


def pod_security(things: list[Object]) -> Iterator[str]:
    for name, _, spec in pods(things):
        context = spec["securityContext"]
        if context.get("runAsNonRoot") is not True:
            yield f"{name}: may run as root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name}: no seccomp profile"
        if spec.get("automountServiceAccountToken") is not False or spec.get("enableServiceLinks") is not False:
            yield f"{name}: token or service links are mounted by default"
        for field in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
            if spec.get(field):
                yield f"{name}: {field}"
        for volume in spec.get("volumes", []):
            if "hostPath" in volume:
                yield f"{name}: hostPath"


def own_user(things: list[Object]) -> Iterator[str]:
    for name, _, spec in pods(things):
        if missing := [field for field in USER if not spec["securityContext"].get(field)]:
            yield f"{name}: no {missing}"


def no_user(things: list[Object]) -> Iterator[str]:
    """The platform gives each namespace its own; a container that asks for one is refused there."""
    contexts = [(name, spec["securityContext"]) for name, _, spec in pods(things)]
    contexts += [(name, container["securityContext"]) for name, container in containers(things)]
    for name, context in contexts:
        if given := [field for field in USER if field in context]:
            yield f"{name}: {given}"


def container_security(things: list[Object]) -> Iterator[str]:
    for name, container in containers(things):
        context = container["securityContext"]
        if context.get("allowPrivilegeEscalation") is not False or context.get("capabilities", {}).get("drop") != [
            "ALL"
        ]:
            yield f"{name}: privileges are not dropped"
        if context.get("readOnlyRootFilesystem") is not True:
            yield f"{name}: root file system is writable"
        if container.get("terminationMessagePolicy") != "FallbackToLogsOnError":
            yield f"{name}: terminationMessagePolicy"
        if not container.get("resources", {}).get("requests"):
            yield f"{name}: no resource requests"
        words = [*container.get("command", []), *container.get("args", [])]
        words += container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
        if SHELLS & set(words):
            yield f"{name}: a shell: {words}"
        image = container["image"]
        if "@sha256:" not in image and (":" not in image.rsplit("/", 1)[-1] or image.endswith(":latest")):
            yield f"{name}: the image has no fixed version: {image}"


def tokens(things: list[Object]) -> Iterator[str]:
    with_rights = bool(by_kind(things, "Role"))
    for name, container in containers(things):
        mounted = "token" in {mount["name"] for mount in container.get("volumeMounts", [])}
        wanted = with_rights and container["name"] in TOKEN_CONTAINERS
        if mounted != wanted:
            yield f"{name}: token {'mounted' if mounted else 'missing'}"


def engines(things: list[Object]) -> Iterator[str]:
    for name, container in containers(things):
        if container["name"] not in ENGINES:
            continue
        if container["command"][1:] != ["run", container["name"]]:
            yield f"{name}: runs {container['command']}"
        for probe, path in (("startupProbe", "/startup"), ("livenessProbe", "/live"), ("readinessProbe", "/ready")):
            if container.get(probe, {}).get("httpGet") != {"path": path, "port": "http"}:
                yield f"{name}: {probe} is not GET {path}"
        if "preStop" not in container.get("lifecycle", {}):
            yield f"{name}: no preStop"


def references(things: list[Object]) -> Iterator[str]:
    """Everything that a pod or a binding names exists."""
    made = {(thing["kind"], thing["metadata"]["name"]) for thing in things}
    gates = [json.loads(s["stringData"]["gate.json"]) for s in by_kind(things, "Secret") if "stringData" in s]
    jobs = {gate["secret"] for gate in gates if gate["createSecret"]}
    for name, _, spec in pods(things):
        account = spec["serviceAccountName"]
        if account != "default" and ("ServiceAccount", account) not in made:
            yield f"{name}: no ServiceAccount {account}"
        volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
        for volume in volumes.values():
            config = volume.get("configMap", {}).get("name")
            if config and ("ConfigMap", config) not in made:
                yield f"{name}: no ConfigMap {config}"
            sources = volume.get("projected", {}).get("sources", [])
            for secret in [source["secret"]["name"] for source in sources if "secret" in source]:
                if ("Secret", secret) not in made and secret not in jobs and secret != "redis-passwords":
                    yield f"{name}: no Secret {secret}"
        for container in spec.get("initContainers", []) + spec["containers"]:
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes and mount["name"] != "data":
                    yield f"{name} {container['name']}: no volume {mount['name']}"
    for binding in by_kind(things, "RoleBinding"):
        if ("Role", binding["roleRef"]["name"]) not in made:
            yield f"{key(binding)}: no Role"


def all_settings(things: list[Object]) -> Iterator[dict[str, Any]]:
    """What bowline.json says."""
    for config in by_kind(things, "ConfigMap"):
        if "bowline.json" in config.get("data", {}):
            yield json.loads(config["data"]["bowline.json"])


def tls_of(things: list[Object]) -> dict[str, Any]:
    return next((settings["tls"] for settings in all_settings(things) if "tls" in settings), {})


def client_ports(component: str, tls: dict[str, Any]) -> list[str]:
    """Names of the ports at which clients find such a member."""
    names = ["sentinel", "sentinel-tls"] if component == "sentinel" else ["client", "tls"]
    return {"": names[:1], "require": names[1:]}.get(tls.get("mode", ""), names)


def member_ports(name: str, spec: dict[str, Any], tls: dict[str, Any]) -> list[str]:
    """Names of the ports that a member of the StatefulSet has."""
    component = spec["template"]["metadata"]["labels"][COMPONENT]
    return [*client_ports(component, tls), *(["bus"] if "-shard-" in name else []), "peers"]


def tls_mounts(things: list[Object]) -> Iterator[str]:
    """The certificate is where bowline.json says, for all that need it and for nobody else."""
    folder = tls_of(things).get("directory")
    for name, container in containers(things):
        found = [mount for mount in container.get("volumeMounts", []) if mount["name"] == "tls"]
        if [mount["mountPath"] for mount in found] != ([folder] if folder and container["name"] in TLS_CONTAINERS else []):
            yield f"{name}: mounts {found}"
        if not all(mount.get("readOnly") for mount in found):
            yield f"{name}: may write to the certificate"


def tls_ports(things: list[Object]) -> Iterator[str]:
    """Members meet where bowline.json says, the other listener is the other port; Services and clients' rules name both."""
    tls = tls_of(things)
    for settings in all_settings(things):
        for _, labels, spec in pods(things):
            component = labels[COMPONENT]
            if component not in ENGINES:
                continue
            numbers = {port["name"]: port["containerPort"] for port in spec["containers"][0]["ports"]}
            served = [numbers.get(name) for name in client_ports(component, tls)]
            if tls.get("mode") in ("prefer", "require"):
                served.reverse()
            own_port, other = ("sentinel", "otherSentinelPort") if component == "sentinel" else ("client", "otherClientPort")
            if [settings["ports"][own_port], tls.get(other, 0)] != [*served, 0][:2]:
                yield f"{component}: serves {numbers}, but bowline.json has {settings['ports']} and {tls}"
    for service in own(by_kind(things, "Service")):
        names = [port["name"] for port in service["spec"]["ports"]]
        wanted = client_ports(service["metadata"]["labels"][COMPONENT], tls)
        if names[: len(wanted)] != wanted or {"client", "tls", "sentinel", "sentinel-tls"} & set(names[len(wanted) :]):
            yield f"{key(service)}: ports {names}"


def members(things: list[Object]) -> Iterator[str]:
    """Each StatefulSet has its governing Service, a Service per member and selectors that fit."""
    services = {thing["metadata"]["name"]: thing["spec"] for thing in by_kind(things, "Service")}
    for thing in by_kind(things, "StatefulSet"):
        name, spec = thing["metadata"]["name"], thing["spec"]
        labels = spec["template"]["metadata"]["labels"]
        if not spec["selector"]["matchLabels"].items() <= labels.items():
            yield f"{name}: the selector does not fit the pods"
        governing = services.get(spec["serviceName"], {})
        if governing.get("clusterIP") != "None" or not governing.get("publishNotReadyAddresses"):
            yield f"{name}: no headless Service {spec['serviceName']}"
        for ordinal in range(spec["replicas"]):
            member = services.get(f"{name}-{ordinal}", {})
            wanted = {**spec["selector"]["matchLabels"], "statefulset.kubernetes.io/pod-name": f"{name}-{ordinal}"}
            if member.get("selector") != wanted or not member.get("publishNotReadyAddresses"):
                yield f"{name}-{ordinal}: no Service"
            if [port["name"] for port in member.get("ports", [])] != member_ports(name, spec, tls_of(things)):
                yield f"{name}-{ordinal}: ports"
        for claim in spec.get("volumeClaimTemplates", []):
            if (
                "helm.sh/chart" in claim["metadata"]["labels"]
                or "app.kubernetes.io/version" in claim["metadata"]["labels"]
            ):
                yield f"{name}: a version in a volume claim template"
        pairs = [(c["topologyKey"], c["whenUnsatisfiable"]) for c in constraints(spec["template"]["spec"])]
        if len(pairs) != len(set(pairs)):
            yield f"{name}: Kubernetes refuses the same spread constraint twice"
    groups = [thing["spec"]["template"]["metadata"] for thing in by_kind(things, "StatefulSet")]
    checksums = {json.dumps(meta["annotations"]) for meta in groups}
    if len(checksums) != len({meta["labels"][COMPONENT] for meta in groups}):
        yield "pods of one component have different annotations"


def constraints(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec.get("topologySpreadConstraints", []))


def selectors(things: list[Object]) -> Iterator[str]:
    """Services and disruption budgets select members, and never the Job or the test."""
    found = [(name, labels) for name, labels, _ in pods(things)]
    for thing in own(things):
        if thing["kind"] == "Service":
            selector = dict(thing["spec"]["selector"])
            # Both labels come at run time.
            selector.pop("statefulset.kubernetes.io/pod-name", None)
            selector.pop("bowline/role", None)
            selector.pop("bowline/reads", None)
        elif thing["kind"] == "PodDisruptionBudget":
            # Labels in expressions come at run time, too.
            selector = thing["spec"]["selector"]["matchLabels"]
        else:
            continue
        chosen = [name for name, labels in found if selector.items() <= labels.items()]
        if not chosen or not all(name.startswith("StatefulSet/") for name in chosen):
            yield f"{key(thing)}: selects {chosen or 'nothing'}"


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """As the API server does it, for the operators that the chart uses."""
    for expression in selector.get("matchExpressions", []):
        inside = expression["key"] in labels
        if expression["operator"] != "Exists":
            inside = labels.get(expression["key"]) in expression["values"]
        if inside != {"In": True, "NotIn": False, "Exists": True}[expression["operator"]]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def monitors(things: list[Object]) -> Iterator[str]:
    """A monitor meets each member once, at the port of the probes, and nothing else."""
    for thing in things:
        if thing["kind"] not in ("PodMonitor", "ServiceMonitor"):
            continue
        selector = thing["spec"]["selector"]
        services = [one["spec"] for one in by_kind(things, "Service") if selects(selector, one["metadata"]["labels"])]
        for name, labels, spec in pods(things):
            if thing["kind"] == "PodMonitor":
                met = int(selects(selector, labels))
            else:
                met = sum(service["selector"].items() <= labels.items() for service in services)
            if met != name.startswith("StatefulSet/"):
                yield f"{key(thing)}: meets {name} {met} times"
            if met and "http" not in {port["name"] for port in spec["containers"][0]["ports"]}:
                yield f"{key(thing)}: {name} has no port http"


def one_budget(things: list[Object]) -> Iterator[str]:
    """With two budgets every eviction of a pod fails; a pod that is let go has none, a last copy one that allows nothing."""
    budgets = by_kind(things, "PodDisruptionBudget")
    for name, labels, _ in pods(things) if budgets else ():
        if not name.startswith("StatefulSet/"):
            continue
        found = [
            [budget for budget in budgets if selects(budget["spec"]["selector"], {**labels, **more})]
            for more in ({}, {"bowline/last-copy": "false"}, LAST_COPY, {**LAST_COPY, "bowline/allow-eviction": "true"})
        ]
        counts = [len(of_one) for of_one in found]
        kept = any(budget["spec"]["maxUnavailable"] == 0 for budget in found[2])
        if counts != ([1, 1, 1, 0] if kept else [1, 1, 1, 1]):
            yield f"{name}: {counts} budgets"


def rights(things: list[Object]) -> Iterator[str]:
    for role in by_kind(things, "Role"):
        for rule in role["rules"]:
            if "*" in [*rule["resources"], *rule["verbs"], *rule["apiGroups"]]:
                yield f"{key(role)}: a wildcard"
            gate = role["metadata"]["name"].endswith("-gate") and rule in GATE_LOOKS
            if rule["verbs"] != ["create"] and not gate and not rule.get("resourceNames"):
                yield f"{key(role)}: {rule['verbs']} on all {rule['resources']}"
    for kind in ("ClusterRole", "ClusterRoleBinding"):
        if by_kind(things, kind):
            yield f"a {kind}"


def declared(settings: dict[str, Any]) -> dict[str, int]:
    """Names and sizes of the StatefulSets that bowline.json stands for."""
    name, topology = settings["fullname"], settings.get(settings["mode"], {})
    if settings["mode"] == "standalone":
        return {f"{name}-server": 1}
    if settings["mode"] == "sentinel":
        return {f"{name}-server": topology["servers"], f"{name}-sentinel": topology["sentinels"]}
    return {f"{name}-shard-{shard}": topology["replicasPerShard"] + 1 for shard in range(topology["shards"])}


def role_services(things: list[Object]) -> Iterator[str]:
    """Services by role exist exactly where servers may label all their pods."""
    labelled = {
        name
        for role in by_kind(things, "Role")
        for rule in role["rules"]
        if rule["resources"] == ["pods"] and rule["verbs"] == ["get", "patch"]
        for name in rule["resourceNames"]
    }
    servers = {
        f"{thing['metadata']['name']}-{ordinal}"
        for thing in by_kind(things, "StatefulSet")
        if thing["metadata"]["labels"][COMPONENT] == "server"
        for ordinal in range(thing["spec"]["replicas"])
    }
    if labelled and labelled != servers:
        yield f"the Role does not cover just the servers' pods: {sorted(labelled ^ servers)}"
    for service in by_kind(things, "Service"):
        if {"bowline/role", "bowline/reads"} & service["spec"]["selector"].keys() and not labelled:
            yield f"{key(service)}: nobody may put its label on pods"


def conditions(things: list[Object]) -> Iterator[str]:
    """Where bowline.json asks for Events and conditions, the members may set the status of their own pods, and of no others."""
    wanted: set[str] = set()
    for config in by_kind(things, "ConfigMap"):
        if config["metadata"]["name"].endswith("-config") and json.loads(config["data"]["bowline.json"])["events"]:
            wanted = {
                f"{thing['metadata']['name']}-{ordinal}"
                for thing in by_kind(things, "StatefulSet")
                for ordinal in range(thing["spec"]["replicas"])
            }
    allowed = {
        name
        for role in by_kind(things, "Role")
        for rule in role["rules"]
        if rule["resources"] == ["pods/status"]
        for name in rule["resourceNames"]
    }
    if wanted != allowed:
        yield f"the Role does not cover just the members' conditions: {sorted(wanted ^ allowed)}"


def configuration(things: list[Object]) -> Iterator[str]:
    for config in by_kind(things, "ConfigMap"):
        if not config["metadata"]["name"].endswith("-config"):
            continue
        settings = json.loads(config["data"]["bowline.json"])
        mode = settings["mode"]
        wanted = {**BOWLINE_JSON, "ports": PORTS[mode], **({mode: TOPOLOGY[mode]} if mode in TOPOLOGY else {})}
        wanted |= {"tls": TLS} if "tls" in settings else {}
        if settings.keys() != wanted.keys():
            yield f"bowline.json: keys {sorted(settings.keys() ^ wanted.keys())}"
        for name, keys in wanted.items():
            if keys is not None and settings[name].keys() - OPTIONAL.get(name, set()) != keys:
                yield f"bowline.json: keys of {name}"
        groups = {thing["metadata"]["name"]: thing["spec"]["replicas"] for thing in by_kind(things, "StatefulSet")}
        if groups != declared(settings):
            yield f"bowline.json: declares {declared(settings)}, but there are {groups}"
        records = [thing["metadata"]["name"] for thing in things if thing["metadata"]["name"] == settings["record"]]
        if bool(settings["record"]) != bool(records):
            yield "bowline.json: record"
        files = {"engine.conf"} | ({"sentinel.conf"} if mode == "sentinel" else set())
        if config["data"].keys() != {"bowline.json", "live-directives", "objects", *files}:
            yield f"{key(config)}: files {sorted(config['data'])}"
        for file in sorted(files):
            for line in config["data"][file].splitlines():
                if len(line.split(" ", 1)) != 2:
                    yield f"{file}: {line!r}"


def object_list(things: list[Object]) -> Iterator[str]:
    """`bowline check` looks for every object that a member can miss, and the Role lets it ask for each of them."""
    kinds = {"Service": "services", "PodDisruptionBudget": "poddisruptionbudgets", "ConfigMap": "configmaps"}
    # Monitoring reads the others, no member.
    needed = [thing for thing in own(things) if thing["metadata"]["labels"]["app.kubernetes.io/component"] != "metrics"]
    made = {f"{thing['kind']} {thing['metadata']['name']}" for thing in needed if thing["kind"] in kinds}
    for config in by_kind(things, "ConfigMap"):
        if "objects" in config.get("data", {}):
            listed = config["data"]["objects"].split("\n")
            if sorted(filter(None, listed)) != sorted(made):
                yield f"{key(config)}: objects: {sorted(set(listed) ^ made)}"
    allowed = {
        (resource, name)
        for role in by_kind(things, "Role")
        for rule in role["rules"]
        if "get" in rule["verbs"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", [])
    }
    for name in sorted(made) if allowed else []:
        if (kinds[name.split(" ")[0]], name.split(" ")[1]) not in allowed:
            yield f"the Role does not allow to get {name}"


def network_policies(things: list[Object]) -> Iterator[str]:
    """If there are any, each pod has one, and members may reach every port of each other that has a Service."""
    policies = by_kind(things, "NetworkPolicy")
    for name, labels, spec in pods(things) if policies else ():
        found = [policy["spec"] for policy in policies if selects(policy["spec"]["podSelector"], labels)]
        if len(found) != 1:
            yield f"{name}: {len(found)} network policies"
            continue
        ports = {port["name"]: port["containerPort"] for port in spec["containers"][0].get("ports", [])}
        served = {name: number for name, number in ports.items() if name != "http"}
        allowed = {port["port"] for rule in found[0].get("ingress", [])[:1] for port in rule["ports"]}
        if allowed != set(served.values()):
            yield f"{name}: members may reach {sorted(allowed)}, it serves {served}"


RULES: list[Rule] = [
    network_policies,
    object_list,
    monitors,
    names_and_labels,
    pod_security,
    container_security,
    tokens,
    engines,
    references,
    members,
    tls_mounts,
    tls_ports,
    selectors,
    one_budget,
    rights,
    role_services,
    conditions,
    configuration,
]


def rules(profile: str) -> list[Rule]:
    """Those for the profile of this name."""
    return [*RULES, no_user if profile in ANY_USER else own_user]
