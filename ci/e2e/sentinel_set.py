"""One installation in sentinel mode: a primary, its replicas, and the sentinels that watch them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from redis import Redis
from redis.exceptions import RedisError

from e2e.members import Members, Pod
from e2e.wait import wait_for
from recorder import Mode, Settings

MASTER_NAME = "mymaster"
DOWN_AFTER = 3.0
"""Seconds, as sentinel.downAfterMilliseconds."""

RECONNECT = 20.0
"""Seconds. A sentinel that connects to a member just when its pod is gone waits 15 s for that (sentinel.c,
SENTINEL_MIN_LINK_RECONNECT_PERIOD), and takes the member for down meanwhile."""

VALUES: Mapping[str, Any] = {
    "mode": "sentinel",
    "replicas": 3,
    "persistence": {"size": "64Mi"},
    "sentinel": {"replicas": 3, "persistence": {"enabled": True, "size": "32Mi"}},
}
"""The usual installation. Both numbers must be told: see statefulsets()."""

ALIVE = ""


def troubles(entry: Mapping[str, Any]) -> str:
    """Of an entry of a sentinel. The others of its flags tell what it is, or stay for long after they were true."""
    return ",".join(flag for flag in entry["flags"].split(",") if flag in ("s_down", "o_down", "disconnected"))


class SentinelSet(Members):
    COMPONENTS: ClassVar[tuple[str, ...]] = ("server", "sentinel")

    def statefulsets(self) -> dict[str, int]:
        values = self.release.values
        return {f"{self.name}-server": values["replicas"], f"{self.name}-sentinel": values["sentinel"]["replicas"]}

    def pods_of(self, component: str) -> list[Pod]:
        return [pod for pod in self.pods() if pod.component == component]

    def servers(self) -> list[Pod]:
        return self.pods_of("server")

    def sentinels(self) -> list[Pod]:
        return self.pods_of("sentinel")

    def ids(self) -> dict[str, str]:
        ids = {}
        for pod in self.sentinels():
            with self.sentinel(pod) as sentinel:
                ids[pod.name] = str(sentinel.execute_command("SENTINEL MYID"))
        return ids

    def recorder_settings(self) -> Settings:
        """Seeds: the sentinels' Service, then each of them."""
        names = [f"{self.name}-sentinel", *(pod.name for pod in self.sentinels())]
        password = self.password()
        return Settings(
            seeds=self.seeds(names, self.wire.sentinel),
            password=password,
            mode=Mode.SENTINEL,
            master_name=MASTER_NAME,
            sentinel_password=password,
            workers=2,
            ca_file=self.wire.ca_file,
        )

    # Who leads -----------------------------------------------------------------------------------------------------

    def primary(self) -> Pod:
        """The only server whose engine says that it leads. All servers must answer."""
        found = [pod for pod in self.servers() if self.is_primary(pod)]
        assert len(found) == 1, f"{len(found)} primaries: {[pod.name for pod in found]}"
        return found[0]

    def replicas(self) -> list[Pod]:
        """All servers must answer."""
        return [pod for pod in self.servers() if not self.is_primary(pod)]

    def sentinel(self, pod: Pod) -> Redis:
        return self.client(pod.ip, self.wire.sentinel)

    def ask(self, sentinel: Pod, question: str) -> Any:
        """The sentinel's answer to `SENTINEL question` about the primary."""
        with self.sentinel(sentinel) as client:
            return client.execute_command(f"SENTINEL {question}", MASTER_NAME)

    def named_by(self, sentinel: Pod) -> str:
        """The address that the sentinel gives to clients; LookupError when it knows none."""
        answer = self.ask(sentinel, "GET-MASTER-ADDR-BY-NAME")
        if answer is None:
            raise LookupError(f"{sentinel.name} knows no {MASTER_NAME}")
        return str(answer[0])

    def named_primary(self) -> Pod:
        """The server that more than half of all sentinels name; LookupError while there is none."""
        votes: Counter[str] = Counter()
        for sentinel in self.sentinels():
            with suppress(RedisError, OSError, LookupError):
                votes[self.named_by(sentinel)] += 1
        address, count = max(votes.items(), key=lambda vote: vote[1], default=("", 0))
        if count * 2 <= self.statefulsets()[f"{self.name}-sentinel"]:
            raise LookupError(f"the sentinels name {dict(votes)}")
        names = {ip: name for name, ip in self.service_ips().items()}
        return self.pod(names[address])

    def wait_other_primary(self, old: Pod, timeout: float) -> Pod:
        """Until a majority of the sentinels names another server, and its engine leads."""

        def other_leads() -> bool:
            named = self.named_primary()
            return named.name != old.name and self.is_primary(named)

        wait_for(f"another primary than {old.name}", other_leads, timeout)
        return self.named_primary()

    def misconceptions(self) -> list[str]:
        """What the sentinels believe that is not so: of the primary, of replicas and sentinels, whether alive."""
        addresses, ids = self.service_ips(), self.ids()
        primary = addresses[self.primary().name]
        replicas = sorted((addresses[pod.name], ALIVE) for pod in self.replicas())
        wrong = []
        for pod in self.sentinels():
            others = sorted((addresses[name], id_, ALIVE) for name, id_ in ids.items() if name != pod.name)
            named = self.named_by(pod)
            seen = sorted((one["ip"], troubles(one)) for one in self.ask(pod, "REPLICAS"))
            known = sorted((one["ip"], one["runid"], troubles(one)) for one in self.ask(pod, "SENTINELS"))
            for what, found, right in (
                ("primary", named, primary),
                ("replicas", seen, replicas),
                ("sentinels", known, others),
            ):
                if found != right:
                    wrong.append(f"{pod.name}: {what} {found}, not {right}")
        return wrong

    def wait_converged(self, timeout: float) -> float:
        """`bowline check`, and what the sentinels say themselves, up to RECONNECT later."""
        spent = super().wait_converged(timeout)

        def views_are_right() -> bool:
            if wrong := self.misconceptions():
                raise LookupError("; ".join(wrong))
            return True

        return spent + wait_for("the sentinels know exactly the members", views_are_right, RECONNECT)

    def fail_over(self, *args: str) -> str:
        """`bowline failover`; returns when it has."""
        return self.bowline(self.servers()[0], "failover", *args)

    # Declared size -------------------------------------------------------------------------------------------------

    def resize(self, *, replicas: int | None = None, sentinels: int | None = None) -> None:
        """By helm upgrade; returns when both StatefulSets have been rolled out."""
        values = dict(self.release.values)
        if replicas is not None:
            values["replicas"] = replicas
        if sentinels is not None:
            values["sentinel"] = {**values["sentinel"], "replicas": sentinels}
        self.release.values = values
        self.release.upgrade()
        self.wait_rollout(150)
